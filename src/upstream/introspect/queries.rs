//! The catalog queries. Names are qualified, `"char"` is read as text, arrays of names as arrays of text.

/// Version, encoding, database, the database's own search_path.
pub(super) const FACTS: &str = "SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4, \
     pg_catalog.current_setting('server_version'), pg_catalog.pg_encoding_to_char(d.encoding)::pg_catalog.text, \
     d.datname::pg_catalog.text, pg_catalog.current_setting('search_path'), pg_catalog.version() \
     FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()";

/// The role of this session: its attributes and the predefined roles beyond reading whose rights it has, and how much its statements may write to temporary files.
pub(super) const OWN_ROLE: &str = "SELECT r.rolname::pg_catalog.text, r.rolsuper, \
     pg_catalog.array_remove(ARRAY[CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END, CASE WHEN r.rolcreatedb THEN 'CREATEDB' END, \
         CASE WHEN r.rolreplication THEN 'REPLICATION' END, CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END]::pg_catalog.text[], NULL), \
     ARRAY(SELECT p.rolname::pg_catalog.text FROM pg_catalog.pg_roles AS p WHERE p.rolname IN ('pg_write_all_data', 'pg_read_server_files', \
         'pg_write_server_files', 'pg_execute_server_program', 'pg_signal_backend', 'pg_checkpoint', 'pg_maintain', 'pg_create_subscription') \
         AND pg_catalog.pg_has_role(r.oid, p.oid, 'USAGE') ORDER BY 1), pg_catalog.current_setting('temp_file_limit') \
     FROM pg_catalog.pg_roles AS r WHERE r.rolname = CURRENT_USER";

/// Relations that the role of this session may write to: two at most.
pub(super) const WRITABLE: &str = "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) \
     FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p', 'v', 'f') AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') \
     AND pg_catalog.has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') ORDER BY 1 LIMIT 2";

/// From here on `format_type` qualifies every type that is not builtin.
pub(super) const EMPTY_SEARCH_PATH: &str = "SET LOCAL search_path = ''";

pub(super) const SCHEMAS: &str = "SELECT n.oid, n.nspname::pg_catalog.text FROM pg_catalog.pg_namespace AS n \
     WHERE n.nspname NOT LIKE 'pg\\_temp\\_%' AND n.nspname NOT LIKE 'pg\\_toast%' ORDER BY n.oid";

/// Relations outside the system schemas.
pub(super) const RELATIONS: &str = "SELECT c.oid, n.nspname::pg_catalog.text, c.relname::pg_catalog.text, c.relkind::pg_catalog.text, c.relispartition \
     FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't' \
     AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY c.oid";

/// Their columns.
pub(super) const COLUMNS: &str = "SELECT a.attrelid, a.attnum, a.attname::pg_catalog.text, a.atttypid, a.atttypmod, \
     pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated::pg_catalog.text, \
     cn.nspname::pg_catalog.text, co.collname::pg_catalog.text, co.collisdeterministic \
     FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid \
     JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
     LEFT JOIN pg_catalog.pg_collation AS co ON co.oid = a.attcollation \
     LEFT JOIN pg_catalog.pg_namespace AS cn ON cn.oid = co.collnamespace \
     WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't' \
     AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY a.attrelid, a.attnum";

/// Comments on relations and columns.
pub(super) const COMMENTS: &str = "SELECT d.objoid, d.objsubid, d.description FROM pg_catalog.pg_description AS d \
     JOIN pg_catalog.pg_class AS c ON c.oid = d.objoid WHERE d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass \
     AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.oid >= 16384 ORDER BY 1, 2";

/// Primary keys, in key order. A key that is checked late does not hold at every moment, and PostgreSQL does not group by it either.
pub(super) const PRIMARY_KEYS: &str = "SELECT i.indrelid, i.indkey::pg_catalog.int2[] FROM pg_catalog.pg_index AS i \
     WHERE i.indisprimary AND i.indisvalid AND i.indimmediate ORDER BY i.indrelid";

/// Indexes over plain columns: oid, schema, name, relation, columns. Sequences that belong to a column of a relation in their schema have none.
pub(super) const PARTS: &str = "SELECT k.oid, n.nspname::pg_catalog.text, k.relname::pg_catalog.text, i.indrelid, i.indkey::pg_catalog.int2[] \
     FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS k ON k.oid = i.indexrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = k.relnamespace \
     WHERE i.indexprs IS NULL AND i.indpred IS NULL AND k.relpersistence <> 't' \
     AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') \
     UNION ALL SELECT k.oid, n.nspname::pg_catalog.text, k.relname::pg_catalog.text, r.oid, NULL \
     FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_class AS k ON k.oid = d.objid AND k.relkind = 'S' AND k.relpersistence <> 't' \
     JOIN pg_catalog.pg_class AS r ON r.oid = d.refobjid AND r.relnamespace = k.relnamespace \
     JOIN pg_catalog.pg_namespace AS n ON n.oid = k.relnamespace \
     WHERE d.classid = 1259 AND d.refclassid = 1259 AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0 ORDER BY 1";

/// Columns of the relations of pg_catalog and information_schema.
pub(super) const SYSTEM_COLUMNS: &str = "SELECT c.oid, n.nspname::pg_catalog.text, c.relname::pg_catalog.text, a.attname::pg_catalog.text, a.attnum, a.atttypid \
     FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
     JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
     WHERE c.relkind IN ('r', 'v') AND n.nspname IN ('pg_catalog', 'information_schema') AND c.oid < 16384 ORDER BY c.oid, a.attnum";

/// Types. `rngmultitypid` is new in 14.
pub(super) const TYPES: &str = "SELECT t.oid, n.nspname::pg_catalog.text, t.typname::pg_catalog.text, t.typtype::pg_catalog.text, t.typcategory::pg_catalog.text, \
     CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, t.typbasetype, t.typtypmod, \
     COALESCE(r.rngsubtype, m.rngsubtype, 0), t.typarray, \
     CASE WHEN t.typtype = 'c' AND c.relkind <> 'c' THEN t.typrelid ELSE 0 END, e.extname::pg_catalog.text \
     FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace \
     LEFT JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid \
     LEFT JOIN pg_catalog.pg_range AS r ON r.rngtypid = t.oid LEFT JOIN pg_catalog.pg_range AS m ON m.rngmultitypid = t.oid \
     LEFT JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid = t.oid AND d.objsubid = 0 AND d.deptype = 'e' \
     LEFT JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid \
     WHERE n.nspname NOT LIKE 'pg\\_temp\\_%' AND n.nspname NOT LIKE 'pg\\_toast%' ORDER BY t.oid";

/// The same for PostgreSQL 13.
pub(super) const TYPES_13: &str = "SELECT t.oid, n.nspname::pg_catalog.text, t.typname::pg_catalog.text, t.typtype::pg_catalog.text, t.typcategory::pg_catalog.text, \
     CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, t.typbasetype, t.typtypmod, \
     COALESCE(r.rngsubtype, 0), t.typarray, \
     CASE WHEN t.typtype = 'c' AND c.relkind <> 'c' THEN t.typrelid ELSE 0 END, e.extname::pg_catalog.text \
     FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace \
     LEFT JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid LEFT JOIN pg_catalog.pg_range AS r ON r.rngtypid = t.oid \
     LEFT JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid = t.oid AND d.objsubid = 0 AND d.deptype = 'e' \
     LEFT JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid \
     WHERE n.nspname NOT LIKE 'pg\\_temp\\_%' AND n.nspname NOT LIKE 'pg\\_toast%' ORDER BY t.oid";

/// Free-standing composite types, and what they are among relations.
pub(super) const COMPOSITES: &str = "SELECT k.reltype, k.oid FROM pg_catalog.pg_class AS k JOIN pg_catalog.pg_namespace AS n ON n.oid = k.relnamespace \
     WHERE k.relkind = 'c' AND n.nspname NOT LIKE 'pg\\_temp\\_%' ORDER BY k.oid";

/// Attributes of free-standing composite types.
pub(super) const ATTRIBUTES: &str = "SELECT c.reltype, a.attname::pg_catalog.text, a.atttypid \
     FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
     WHERE c.relkind = 'c' ORDER BY c.oid, a.attnum";

/// Functions outside the system schemas.
pub(super) const FUNCTIONS: &str = "SELECT p.oid, n.nspname::pg_catalog.text, p.proname::pg_catalog.text, \
     ARRAY(SELECT pg_catalog.format_type(a.type, NULL) FROM pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) WITH ORDINALITY AS a(type, place) ORDER BY a.place), \
     p.pronargdefaults, p.provariadic <> 0, pg_catalog.format_type(p.prorettype, NULL), p.proretset, \
     ARRAY(SELECT COALESCE(p.proargnames[m.place::pg_catalog.int4], '') FROM pg_catalog.unnest(p.proargmodes) WITH ORDINALITY AS m(mode, place) \
       WHERE m.mode IN ('o', 'b', 't') ORDER BY m.place), \
     p.provolatile::pg_catalog.text, p.prokind::pg_catalog.text, e.extname::pg_catalog.text, p.prosecdef \
     FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace \
     LEFT JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.objsubid = 0 AND d.deptype = 'e' \
     LEFT JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid \
     WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg\\_temp\\_%' ORDER BY p.oid";

/// Text search configurations and dictionaries outside `pg_catalog`: whether it is a configuration, oid, schema, name.
pub(super) const TEXT_SEARCH: &str = "SELECT true, c.oid, n.nspname::pg_catalog.text, c.cfgname::pg_catalog.text \
     FROM pg_catalog.pg_ts_config AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.cfgnamespace \
     WHERE n.nspname <> 'pg_catalog' AND n.nspname NOT LIKE 'pg\\_temp\\_%' \
     UNION ALL SELECT false, d.oid, n.nspname::pg_catalog.text, d.dictname::pg_catalog.text \
     FROM pg_catalog.pg_ts_dict AS d JOIN pg_catalog.pg_namespace AS n ON n.oid = d.dictnamespace \
     WHERE n.nspname <> 'pg_catalog' AND n.nspname NOT LIKE 'pg\\_temp\\_%' ORDER BY 1, 2";

/// Casts that are not PostgreSQL's own: type names, types, context, extension.
pub(super) const CASTS: &str = "SELECT pg_catalog.format_type(c.castsource, NULL), pg_catalog.format_type(c.casttarget, NULL), c.castsource, c.casttarget, c.castcontext::pg_catalog.text, \
     e.extname::pg_catalog.text FROM pg_catalog.pg_cast AS c \
     LEFT JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e' \
     LEFT JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid WHERE c.oid >= 16384 ORDER BY 1, 2";

/// Functions that were put into pg_catalog: name, extension, whether a builtin function has the name.
pub(super) const CATALOG_FUNCTIONS: &str = "SELECT p.proname::pg_catalog.text || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')', e.extname::pg_catalog.text, \
     EXISTS (SELECT FROM pg_catalog.pg_proc AS b WHERE b.proname = p.proname AND b.pronamespace = p.pronamespace AND b.oid < 16384) \
     FROM pg_catalog.pg_proc AS p \
     LEFT JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.objsubid = 0 AND d.deptype = 'e' \
     LEFT JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid \
     WHERE p.oid >= 16384 AND p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace ORDER BY 1";

/// Operators that were put into pg_catalog.
pub(super) const CATALOG_OPERATORS: &str = "SELECT o.oprname::pg_catalog.text || ' (' || pg_catalog.format_type(o.oprleft, NULL) || ', ' || pg_catalog.format_type(o.oprright, NULL) || ')' \
     FROM pg_catalog.pg_operator AS o WHERE o.oid >= 16384 AND o.oprnamespace = 'pg_catalog'::pg_catalog.regnamespace ORDER BY 1";

/// Operators outside `pg_catalog`: schema, name, operand types, extension.
pub(super) const OPERATORS: &str = "SELECT n.nspname::pg_catalog.text, o.oprname::pg_catalog.text, \
     CASE WHEN o.oprleft = 0 THEN '' ELSE pg_catalog.format_type(o.oprleft, NULL) END, pg_catalog.format_type(o.oprright, NULL), e.extname::pg_catalog.text \
     FROM pg_catalog.pg_operator AS o JOIN pg_catalog.pg_namespace AS n ON n.oid = o.oprnamespace \
     LEFT JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_operator'::pg_catalog.regclass AND d.objid = o.oid AND d.objsubid = 0 AND d.deptype = 'e' \
     LEFT JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid WHERE n.nspname <> 'pg_catalog' ORDER BY 1, 2, 3, 4";

/// Installed extensions: name, schema, whether it can be used.
pub(super) const EXTENSIONS: &str = "SELECT e.extname::pg_catalog.text, n.nspname::pg_catalog.text, \
     pg_catalog.has_schema_privilege(n.oid, 'USAGE') FROM pg_catalog.pg_extension AS e \
     JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace ORDER BY 1";

/// What the role `$1` can do that a login of the gate must not.
pub(super) const LOGIN: &str = "SELECT r.rolsuper, r.rolcreatedb, r.rolcreaterole, r.rolreplication, r.rolbypassrls, \
     EXISTS (SELECT FROM pg_catalog.pg_auth_members AS m WHERE m.member = r.oid), \
     EXISTS (SELECT FROM pg_catalog.pg_shdepend AS d WHERE d.refobjid = r.oid AND d.deptype = 'o' \
       AND d.dbid IN (0, (SELECT b.oid FROM pg_catalog.pg_database AS b WHERE b.datname = pg_catalog.current_database()))), \
     EXISTS (SELECT FROM pg_catalog.pg_default_acl AS d CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS a \
       WHERE d.defaclobjtype IN ('r', 'S') AND a.grantee = r.oid) \
     FROM pg_catalog.pg_roles AS r WHERE r.rolname = $1";

/// Arguments, result and volatility of the warehouse's own functions, as CREATE FUNCTION takes them.
pub(super) const DECLARATIONS: &str = "SELECT p.oid, pg_catalog.pg_get_function_arguments(p.oid), pg_catalog.pg_get_function_result(p.oid), \
     CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END \
     FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace WHERE p.prokind = 'f' \
     AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg\\_temp\\_%' ORDER BY p.oid";

/// Schemas of Postern's own: name, owner, comment, whether the role `$1` may look names up there.
pub(super) const VIEW_SCHEMAS: &str = "SELECT n.nspname::pg_catalog.text, pg_catalog.pg_get_userbyid(n.nspowner)::pg_catalog.text, \
     COALESCE(pg_catalog.obj_description(n.oid, 'pg_namespace'), ''), pg_catalog.has_schema_privilege($1, n.oid, 'USAGE') \
     FROM pg_catalog.pg_namespace AS n WHERE pg_catalog.starts_with(n.nspname::pg_catalog.text, 'postern/') AND n.nspname <> 'postern//notes' ORDER BY 1";

/// What is in them that can be read: schema, name, whether it is as it was made, owner, whether `$1` may read it, whether its owner may read what it reads,
/// who else may read it.
pub(super) const VIEWS: &str = "SELECT n.nspname::pg_catalog.text, c.relname::pg_catalog.text, \
     c.relkind = 'v' AND COALESCE(c.reloptions = ARRAY['security_barrier=true'], false) \
       AND COALESCE(pg_catalog.obj_description(c.oid, 'pg_class') = 'postern views: ' || pg_catalog.encode(pg_catalog.sha256( \
         pg_catalog.convert_to(CASE WHEN c.relkind = 'v' THEN pg_catalog.pg_get_viewdef(c.oid) ELSE '' END, 'UTF8')), 'hex'), false), \
     pg_catalog.pg_get_userbyid(c.relowner)::pg_catalog.text, pg_catalog.has_table_privilege($1, c.oid, 'SELECT'), \
     NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite AS w JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass \
         AND d.objid = w.oid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass \
       WHERE w.ev_class = c.oid AND d.refobjid <> c.oid AND NOT pg_catalog.has_table_privilege(c.relowner, d.refobjid, 'SELECT')), \
     ARRAY(SELECT DISTINCT COALESCE(r.rolname::pg_catalog.text, 'PUBLIC') FROM pg_catalog.aclexplode(c.relacl) AS a \
       LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee \
       WHERE a.grantee <> c.relowner AND (r.rolname IS DISTINCT FROM $1 OR a.privilege_type <> 'SELECT') ORDER BY 1) \
     FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
     WHERE pg_catalog.starts_with(n.nspname::pg_catalog.text, 'postern/') AND n.nspname <> 'postern//notes' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')";

/// The same of functions; their names with the types of their arguments.
pub(super) const VIEW_FUNCTIONS: &str = "SELECT n.nspname::pg_catalog.text, \
     p.proname::pg_catalog.text || '(' || pg_catalog.array_to_string(ARRAY(SELECT pg_catalog.format_type(a.type, NULL) \
       FROM pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) WITH ORDINALITY AS a(type, place) ORDER BY a.place), ', ') || ')', \
     p.prokind = 'f' AND p.prosecdef AND COALESCE(pg_catalog.obj_description(p.oid, 'pg_proc') = 'postern views: ' || pg_catalog.encode(pg_catalog.sha256( \
       pg_catalog.convert_to(CASE WHEN p.prokind = 'f' THEN pg_catalog.pg_get_functiondef(p.oid) ELSE '' END, 'UTF8')), 'hex'), false), \
     pg_catalog.pg_get_userbyid(p.proowner)::pg_catalog.text, pg_catalog.has_function_privilege($1, p.oid, 'EXECUTE'), true, \
     ARRAY(SELECT DISTINCT COALESCE(r.rolname::pg_catalog.text, 'PUBLIC') FROM pg_catalog.aclexplode(COALESCE(p.proacl, pg_catalog.acldefault('f', p.proowner))) AS a \
       LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee WHERE a.grantee <> p.proowner AND r.rolname IS DISTINCT FROM $1 ORDER BY 1) \
     FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace \
     WHERE pg_catalog.starts_with(n.nspname::pg_catalog.text, 'postern/') AND n.nspname <> 'postern//notes'";
