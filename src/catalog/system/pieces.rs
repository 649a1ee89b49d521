//! SQL that more than one reviewed text reads: the placeholders that do not depend on the grant. They may hold placeholders themselves.

/// Indexes of exposed relations whose columns all show. One with an expression or a predicate shows when its relation is exposed whole and its text names
/// nothing that is hidden.
pub(super) const INDEXES: &str = "(SELECT i.indexrelid AS oid, i.indrelid AS relid, r.schema_oid, r.schema, r.name AS relation, r.renamed, r.whole, \
    CASE WHEN r.renamed THEN (pg_catalog.left(r.name::text, 40) || '_idx_' || i.indexrelid)::name ELSE k.relname END AS name \
    FROM pg_catalog.pg_index AS i JOIN {relations} AS r ON r.oid = i.indrelid JOIN pg_catalog.pg_class AS k ON k.oid = i.indexrelid \
    WHERE CASE WHEN i.indexprs IS NULL AND i.indpred IS NULL THEN i.indkey::int2[] <@ r.attnums \
    ELSE r.whole AND i.indexrelid NOT IN (SELECT h.objid FROM {hidden_texts} AS h WHERE h.classid = 1259) END)";

/// Keys of exposed relations whose columns all show, at both ends of a foreign key.
pub(super) const CONSTRAINTS: &str = "(SELECT k.oid, k.contype, k.conkey, k.conrelid, k.confkey, k.confrelid, k.conindid, k.condeferrable, k.condeferred, \
    k.convalidated, k.confmatchtype, k.confupdtype, k.confdeltype, r.schema_oid, r.schema, r.name AS relation, r.renamed, \
    f.schema AS fschema, f.name AS frelation, f.oid IS NOT NULL AND f.renamed AS frenamed, \
    CASE WHEN r.renamed THEN (pg_catalog.left(r.name::text, 40) || CASE k.contype WHEN 'p' THEN '_pkey_' WHEN 'u' THEN '_key_' ELSE '_fkey_' END || k.oid)::name \
    ELSE k.conname END AS name \
    FROM pg_catalog.pg_constraint AS k JOIN {relations} AS r ON r.oid = k.conrelid LEFT JOIN {relations} AS f ON f.oid = k.confrelid \
    WHERE k.contype IN ('p', 'u', 'f') AND k.conkey <@ r.attnums AND (k.contype <> 'f' OR k.confkey <@ f.attnums))";

/// Checks, exclusions and not-null constraints of relations that are exposed whole, checks of domains that show; those whose texts name nothing hidden.
pub(super) const CHECKS: &str = "(SELECT k.oid, k.contype, k.conrelid, COALESCE(r.schema_oid, s.schema_oid) AS schema_oid, \
    CASE WHEN r.oid IS NOT NULL OR s.oid IS NOT NULL THEN k.conname END AS name \
    FROM pg_catalog.pg_constraint AS k LEFT JOIN {relations} AS r ON r.oid = k.conrelid AND r.whole LEFT JOIN {types} AS s ON s.oid = k.contypid \
    WHERE k.contype IN ('c', 'n', 'x') AND (r.oid IS NOT NULL OR s.oid IS NOT NULL) \
    AND k.oid NOT IN (SELECT h.objid FROM {hidden_texts} AS h WHERE h.classid = 2606))";

/// Defaults and generation expressions of relations that are exposed whole; those whose texts name nothing hidden.
pub(super) const DEFAULTS: &str = "(SELECT a.oid, a.adrelid AS relid, a.adnum AS attnum FROM pg_catalog.pg_attrdef AS a JOIN {relations} AS r ON r.oid = a.adrelid AND r.whole \
    WHERE a.oid NOT IN (SELECT h.objid FROM {hidden_texts} AS h WHERE h.classid = 2604))";

/// Sequences that are exposed themselves, and those that belong to a column of a relation that is exposed whole, in its schema. Both begin at what is exposed:
/// a warehouse may have many more relations.
pub(super) const SEQUENCES: &str = "(SELECT e.oid, e.schema_oid, e.schema, e.name, o.relid, o.attnum, true AS exposed, e.renamed \
    FROM {relations} AS e JOIN pg_catalog.pg_class AS k ON k.oid = e.oid AND k.relkind = 'S' \
    LEFT JOIN (SELECT d.objid, r.schema_oid, d.refobjid AS relid, d.refobjsubid AS attnum \
      FROM pg_catalog.pg_depend AS d JOIN {relations} AS r ON r.oid = d.refobjid AND r.whole \
      WHERE d.classid = 1259 AND d.refclassid = 1259 AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0) AS o ON o.objid = e.oid AND o.schema_oid = k.relnamespace \
    UNION ALL SELECT k.oid, r.schema_oid, r.schema, CASE WHEN r.whole THEN k.relname END, d.refobjid, d.refobjsubid, false, false \
    FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_class AS k ON k.oid = d.objid AND k.relkind = 'S' \
    JOIN {relations} AS r ON r.oid = d.refobjid AND r.whole AND r.schema_oid = k.relnamespace \
    WHERE d.classid = 1259 AND d.refclassid = 1259 AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0 AND k.oid NOT IN (SELECT e.oid FROM {relations} AS e))";

/// Partitioned relations whose key shows: the text of the key names columns that show, and no function, operator class or collation that does not (PostgreSQL:
/// `StorePartitionKey`). Any other one is a table like others.
pub(super) const KEYED: &str = "(SELECT p.partrelid AS oid FROM pg_catalog.pg_partitioned_table AS p JOIN {relations} AS r ON r.oid = p.partrelid \
    WHERE CASE WHEN p.partexprs IS NULL THEN p.partattrs::int2[] <@ r.attnums ELSE r.whole END AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d \
      WHERE d.classid = 1259 AND d.objid = p.partrelid AND d.objsubid = 0 AND d.refobjid >= 16384 AND d.refclassid NOT IN (1259, 2615, 3079) AND NOT CASE d.refclassid \
        WHEN 1247 THEN d.refobjid IN (SELECT s.oid FROM {types} AS s) WHEN 1255 THEN d.refobjid IN (SELECT f.oid FROM {functions} AS f) ELSE false END))";

/// Partitions whose bounds show: they hold values of the key, so that the partition is exposed whole, and its parent's key shows. Any other one is a table: it
/// inherits from a parent that is one, too.
pub(super) const BOUNDED: &str = "(SELECT h.inhrelid AS oid FROM pg_catalog.pg_inherits AS h JOIN {keyed} AS k ON k.oid = h.inhparent \
    JOIN {relations} AS r ON r.oid = h.inhrelid AND r.whole)";

/// Relations that show and inherit from others that do, as the catalogs tell it: what shows as no partition inherits from no partitioned table, and is none.
pub(super) const LINKED: &str = "(SELECT h.inhrelid AS oid, h.inhparent AS parent FROM pg_catalog.pg_inherits AS h JOIN {relations} AS r ON r.oid = h.inhrelid \
    JOIN {relations} AS p ON p.oid = h.inhparent WHERE h.inhrelid IN (SELECT b.oid FROM {bounded} AS b) \
      OR h.inhparent NOT IN (SELECT k.oid FROM {keyed} AS k) AND h.inhrelid NOT IN (SELECT k.oid FROM {keyed} AS k))";

/// Relations, indexes and sequences that show, as PostgreSQL describes them (`getRelationDescription`), on the client's path.
pub(super) const TITLED: &str = "(SELECT n.oid, CASE k.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' WHEN 'S' THEN 'sequence ' \
    WHEN 'i' THEN 'index ' WHEN 'I' THEN 'index ' ELSE 'table ' END || CASE WHEN n.visible THEN '' ELSE pg_catalog.quote_ident(n.schema::text) || '.' END \
    || pg_catalog.quote_ident(n.name::text) AS title FROM {named} AS n JOIN pg_catalog.pg_class AS k ON k.oid = n.oid)";

/// The oid of the object q.a2 of the catalog q.a1, or of its part q.a3, where it shows under the warehouse's own name; otherwise one that nothing has. Until 14
/// that raises, and NULL stands for it.
pub(super) const IDENTIFIED: &str = "CASE WHEN q.a2 IS NULL THEN NULL WHEN CASE q.a1 WHEN 1259 THEN q.a2 < 16384 OR EXISTS (SELECT FROM {relations} AS r JOIN pg_catalog.pg_class AS k ON k.oid = r.oid \
        WHERE r.oid = q.a2 AND NOT r.renamed AND k.relkind <> 'f' AND (q.a3 = 0 OR q.a3 = ANY (r.attnums))) \
      OR q.a3 = 0 AND (q.a2 IN (SELECT x.oid FROM {indexes} AS x WHERE NOT x.renamed) OR q.a2 IN (SELECT s.oid FROM {sequences} AS s WHERE NOT s.renamed)) \
    WHEN 1247 THEN q.a2 < 16384 OR q.a2 IN (SELECT s.oid FROM {types} AS s) \
    WHEN 1255 THEN q.a2 < 16384 OR q.a2 IN (SELECT f.oid FROM {functions} AS f JOIN pg_catalog.pg_proc AS p ON p.oid = f.oid AND p.proname = f.name \
      JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace AND n.nspname = f.schema WHERE NOT EXISTS (SELECT FROM pg_catalog.unnest(p.proargtypes::oid[]) AS u(of) \
        WHERE u.of >= 16384 AND u.of NOT IN (SELECT s.oid FROM {types} AS s))) \
    WHEN 1260 THEN q.a2 < 16384 AND q.a2 <> 10 WHEN 1262 THEN false \
    WHEN 2604 THEN q.a2 IN (SELECT d.oid FROM {defaults} AS d) \
    WHEN 2606 THEN q.a2 < 16384 OR q.a2 IN (SELECT k.oid FROM {constraints} AS k WHERE NOT k.renamed) OR q.a2 IN (SELECT c.oid FROM {checks} AS c) \
    WHEN 2613 THEN false \
    WHEN 2615 THEN q.a2 < 16384 AND q.a2 <> 2200 OR EXISTS (SELECT FROM {schemas} AS s JOIN pg_catalog.pg_namespace AS n ON n.oid = s.oid AND n.nspname = s.name WHERE s.oid = q.a2) \
    WHEN 2618 THEN q.a2 < 16384 OR EXISTS (SELECT FROM pg_catalog.pg_rewrite AS w JOIN {relations} AS r ON r.oid = w.ev_class AND NOT r.renamed \
      WHERE w.oid = q.a2 AND w.rulename = '_RETURN') \
    ELSE q.a2 < 16384 END THEN q.a2 WHEN pg_catalog.current_setting('server_version_num')::int4 >= 140000 THEN 4294967295::oid END";

/// Whether the column t of the relation r is none that shows. It stands among those that do as one that was dropped (PostgreSQL: `RemoveAttributeById`), with
/// nothing of its own: their numbers tell of it, and pg_dump takes no gaps.
pub(super) const GONE: &str = "(r.oid IS NOT NULL AND t.attnum <> ALL (r.attnums))";

/// What stands for the text of a view and of its rule: source text tells what is hidden, NULL would say that there is no such view, and pg_dump ends at an empty
/// text. Whoever runs it gets a syntax error. It ends as PostgreSQL's texts do, whose last character is cut off.
pub(super) const NOT_SHOWN: &str = "' /* not shown */;'::text";

/// How the text of the rule w begins.
pub(super) const RULE_OF: &str = "'CREATE RULE ' || pg_catalog.quote_ident(w.rulename::text) || ' AS' || pg_catalog.chr(10) || '    ON ' \
    || CASE w.ev_type WHEN '1' THEN 'SELECT' WHEN '2' THEN 'UPDATE' WHEN '3' THEN 'INSERT' ELSE 'DELETE' END || ' TO '";

/// Indexes, defaults and constraints whose texts name something that is not builtin and does not show (PostgreSQL: `recordDependencyOnExpr`).
pub(super) const HIDDEN_TEXTS: &str = "(SELECT d.classid, d.objid FROM pg_catalog.pg_depend AS d \
    WHERE d.classid IN (1259, 2604, 2606) AND d.refobjid >= 16384 AND NOT CASE d.refclassid \
    WHEN 1247 THEN d.refobjid IN (SELECT s.oid FROM {types} AS s) \
    WHEN 1255 THEN d.refobjid IN (SELECT f.oid FROM {functions} AS f) \
    WHEN 1259 THEN d.refobjid IN (SELECT r.oid FROM {relations} AS r WHERE r.whole) OR d.refobjid IN (SELECT q.oid FROM {sequences} AS q WHERE NOT q.renamed) \
      OR d.classid = 1259 AND d.refobjid IN (SELECT k.oid FROM pg_catalog.pg_class AS k WHERE k.relkind IN ('i', 'I')) \
    WHEN 2606 THEN d.classid = 1259 ELSE false END)";

/// Composite types that show, by the oids that they have among relations.
pub(super) const COMPOSITES: &str = "(SELECT y.typrelid AS oid, s.schema_oid, s.schema, s.name FROM {types} AS s \
    JOIN pg_catalog.pg_type AS y ON y.oid = s.oid AND y.typtype = 'c' AND y.typrelid NOT IN (SELECT r.oid FROM {relations} AS r))";

/// All relations, indexes, sequences and composite types that show, the system's too, by their names.
pub(super) const NAMED: &str = "(SELECT v.oid, v.schema, v.name, v.visible FROM {visible} AS v UNION ALL \
    SELECT x.oid, x.schema, x.name, x.schema = ANY ({path}) FROM {indexes} AS x UNION ALL \
    SELECT q.oid, q.schema, q.name, q.schema = ANY ({path}) FROM {sequences} AS q WHERE NOT q.exposed UNION ALL \
    SELECT c.oid, c.schema, c.name, c.schema = ANY ({path}) FROM {composites} AS c UNION ALL \
    SELECT k.oid, n.nspname, k.relname, n.oid = 11 FROM pg_catalog.pg_class AS k JOIN pg_catalog.pg_namespace AS n ON n.oid = k.relnamespace \
    WHERE k.oid < 16384 AND k.relkind IN ('r', 'v', 'i'))";

/// The roles that show: the builtin ones, the owner of everything, the person.
pub(super) const ROLES: &str = "(SELECT k.oid, k.rolname AS name FROM pg_catalog.pg_roles AS k WHERE k.oid < 16384 AND k.oid <> 10 \
    UNION ALL SELECT 10::oid, {owner} UNION ALL SELECT {user_oid}, {user}::name)";

/// The person's name as access privileges write it.
pub(super) const GRANTEE: &str = "CASE WHEN {user} ~ '^[A-Za-z0-9_]+$' THEN {user} ELSE pg_catalog.quote_ident({user}) END";

/// Whether everybody may read something of the system relation t, as information_schema asks it.
pub(super) const PUBLIC_READS: &str = "pg_catalog.has_any_column_privilege('public', t.oid, 'SELECT')";

/// The parts of the name that `p.a1` is. A number is an oid; what is no name at all is nobody's name, as a name of nothing is (PostgreSQL:
/// `SplitIdentifierString` takes any characters but quotes, dots and blanks for a name that is not quoted).
pub(super) const NAME_PARTS: &str = r#"CASE WHEN p.a1 ~ '^[0-9]+$' THEN NULL
  WHEN p.a1 ~ '^\s*("([^"]|"")+"|[[:alpha:]_][[:alnum:]_$]*)(\s*\.\s*("([^"]|"")+"|[[:alpha:]_][[:alnum:]_$]*))*\s*$' THEN pg_catalog.parse_ident(p.a1)
  WHEN p.a1 !~ '[".\s]' THEN ARRAY[pg_catalog.translate(p.a1, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')] END"#;

/// Whether the row r of `{named}` is the one that q means: q.parts is its name in parts, or NULL and q.a1 its oid.
pub(super) const IS_NAMED: &str = "CASE WHEN q.parts IS NULL THEN r.oid::text = q.a1 \
    WHEN pg_catalog.cardinality(q.parts) = 1 THEN r.visible AND r.name::text = q.parts[1] \
    WHEN pg_catalog.cardinality(q.parts) = 2 THEN r.schema::text = q.parts[1] AND r.name::text = q.parts[2] \
    ELSE pg_catalog.cardinality(q.parts) = 3 AND q.parts[1] = {database} AND r.schema::text = q.parts[2] AND r.name::text = q.parts[3] END";

/// The oid of the relation, index or sequence that q means.
pub(super) const NAMED_OID: &str = "(SELECT r.oid FROM {named} AS r WHERE {is_named} ORDER BY r.oid < 16384 DESC LIMIT 1)";

/// A name of a type without its lengths, `\1` standing for what is quoted: the server raises for a length of a type that takes none, and not for one of a
/// missing type.
macro_rules! without_lengths {
    ($of:literal) => {
        concat!("pg_catalog.regexp_replace(", $of, r#", '("(?:[^"]|"")*")|\(\s*-?[0-9]+(?:\s*,\s*-?[0-9]+)*\s*\)', '\1', 'g')"#)
    };
}

/// What a type's name without a schema, or an array of it, looks like. Builtin types are found first; of the others the client's path tells, as the warehouse's
/// is another.
macro_rules! bare_type {
    () => {
        r#"'^\s*("([^"]|"")+"|[[:alpha:]_][[:alnum:]_$]*)\s*(\[\s*[0-9]*\s*\]\s*)*$'"#
    };
}

/// The oid of the type that the text q.a1 names. With lengths it is asked for only where the type itself shows, and lengths that are no plain numbers are none.
pub(super) const TYPE_OID: &str = concat!(
    r"CASE WHEN q.a1 !~ '\(' OR (SELECT t.bare !~ '\(' AND COALESCE(y.oid < 16384 OR y.oid IN (SELECT s.oid FROM {types} AS s), false) FROM (SELECT ",
    without_lengths!("q.a1"),
    r" AS bare OFFSET 0) AS t CROSS JOIN LATERAL (SELECT CASE WHEN t.bare !~ '\(' THEN pg_catalog.to_regtype(t.bare)::oid END AS oid OFFSET 0) AS y)
  THEN (SELECT CASE WHEN k.oid < 16384 OR q.a1 !~ ",
    bare_type!(),
    r" THEN k.oid ELSE (SELECT CASE WHEN q.a1 ~ '\]\s*$' THEN y.typarray ELSE y.oid END FROM {types} AS o JOIN pg_catalog.pg_type AS y ON y.oid = o.oid
    WHERE o.schema = ANY ({path}) AND o.name::text = (pg_catalog.parse_ident(pg_catalog.regexp_replace(q.a1, '(\[\s*[0-9]*\s*\]\s*)+$', '')))[1]
    ORDER BY pg_catalog.array_position({path}, o.schema) LIMIT 1) END FROM (SELECT pg_catalog.to_regtype(q.a1)::oid AS oid OFFSET 0) AS k) END"
);

/// Whether all types show that stand in the signature of a function or an operator q.a1, or it is no signature and the server says so. Read as
/// `parseNameAndArgTypes` in regproc.c reads it: from the first parenthesis outside of quotes to the last one, at commas.
pub(super) const TYPES_SHOW: &str = concat!(
    r#"(q.a1 !~ '\(' OR q.a1 !~ '\)\s*$' OR COALESCE((SELECT n.bare !~ '\(' AND n.bare ~ '^(?:[^"]|"(?:[^"]|"")*")*$' AND NOT EXISTS (SELECT 1
    FROM pg_catalog.regexp_matches(n.bare, '((?:[^",]|"(?:[^"]|"")*")+)', 'g') AS m(found)
    CROSS JOIN LATERAL (SELECT CASE WHEN n.bare !~ '\(' AND m.found[1] !~* '^\s*(none\s*)?$' THEN pg_catalog.to_regtype(m.found[1])::oid END AS oid OFFSET 0) AS y
    WHERE m.found[1] !~* '^\s*(none\s*)?$' AND NOT COALESCE(y.oid < 16384 OR y.oid IN (SELECT s.oid FROM {types} AS s), false)) FROM (SELECT "#,
    without_lengths!(r#"pg_catalog."substring"(q.a1, '^(?:[^"(]|"(?:[^"]|"")*")*\((.*)\)\s*$')"#),
    " AS bare OFFSET 0) AS n), false))"
);

/// The oid of the role that q.role means, its name or its oid.
pub(super) const ROLE_OID: &str =
    "(SELECT w.oid FROM {roles} AS w WHERE q.role IN (w.name::text, w.oid::text) ORDER BY w.oid = {user_oid} DESC LIMIT 1)";

/// Whether q.role is the name of no role. A number is an oid, and everybody's role is a name (PostgreSQL: `get_role_oid_or_public`).
pub(super) const NO_ROLE: &str = "q.role_oid IS NULL AND q.role <> 'public' AND q.role !~ '^-?[0-9]+$'";

/// Whether the role q.role_oid may do one of the things q.may with the relation q.oid: as the access privileges that show say it.
pub(super) const MAY_READ: &str = r"CASE WHEN q.role_oid = 10 THEN true WHEN q.oid < 16384 THEN NOT {is_closed} AND q.may ~* '(^|,)\s*SELECT\s*(,|$)'
  WHEN q.role_oid = {user_oid} AND q.oid IN (SELECT r.oid FROM {relations} AS r)
    OR q.role_oid IN (SELECT w.oid FROM {roles} AS w WHERE w.name = 'pg_read_all_data') THEN q.may ~* '(^|,)\s*SELECT\s*(,|$)'
  WHEN q.role_oid IN (SELECT w.oid FROM {roles} AS w WHERE w.name = 'pg_write_all_data') THEN q.may ~* '(^|,)\s*(INSERT|UPDATE|DELETE)\s*(,|$)'
  WHEN q.role_oid IN (SELECT w.oid FROM {roles} AS w WHERE w.name = 'pg_maintain') THEN q.may ~* '(^|,)\s*MAINTAIN\s*(,|$)' ELSE false END";

/// Whether the system relation q.oid is one that nobody reads here.
pub(super) const IS_CLOSED: &str =
    "EXISTS (SELECT FROM pg_catalog.pg_class AS k WHERE k.oid = q.oid AND k.oid < 16384 AND k.relname = ANY ({closed}))";

/// The text e.said of a default of a relation in the schema e.home, with its sequence, or the type of its constant, named as on the client's path: the
/// warehouse's is another. What shows of a sequence is in the schema of its relation.
pub(super) const DEFAULT_TEXT: &str = r#"CASE WHEN pg_catalog.starts_with(e.said, 'nextval(''' || pg_catalog.quote_ident(({path})[1]::text) || '.')
    THEN 'nextval(''' || pg_catalog.substr(e.said, pg_catalog.length('nextval(''' || pg_catalog.quote_ident(({path})[1]::text) || '.') + 1)
  WHEN e.home IS NOT NULL AND NOT COALESCE(e.home = ANY ({path}), false) AND e.said ~ '^nextval\(''("([^"]|"")+"|[a-z_][a-z0-9_]*)''[:][:]regclass\)'
    THEN 'nextval(''' || pg_catalog.quote_ident(e.home::text) || '.' || pg_catalog.substr(e.said, 10)
  ELSE COALESCE((SELECT pg_catalog.left(e.said, -pg_catalog.length(n.tail)) || y.display
    FROM (SELECT pg_catalog.substring(e.said, '^''(?:[^'']|'''')*''[:][:]((?:(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_]*)[.])?(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_]*)(?:\[\])?)$') AS tail) AS n
    JOIN {types} AS y ON y.oid = pg_catalog.to_regtype(n.tail)::oid), e.said) END"#;

/// All columns that show, the system's too.
pub(super) const NAMED_COLUMNS: &str = "(SELECT t.attrelid AS relid, t.attnum, COALESCE(c.name, t.attname) AS name FROM pg_catalog.pg_attribute AS t \
    LEFT JOIN {relations} AS x ON x.oid = t.attrelid LEFT JOIN {columns} AS c ON c.relid = t.attrelid AND c.attnum = t.attnum \
    WHERE t.attrelid < 16384 OR t.attnum = ANY (x.attnums) OR t.attrelid IN (SELECT o.oid FROM {composites} AS o))";

/// All schemas that show, the system's too.
pub(super) const NAMED_SCHEMAS: &str = "(SELECT n.oid, n.nspname AS name FROM pg_catalog.pg_namespace AS n \
    WHERE n.oid IN (11, 99) OR n.oid < 16384 AND n.nspname = 'information_schema' UNION ALL SELECT s.oid, s.name FROM {schemas} AS s)";

/// The definition of the index x, whose row of pg_index is i, in the contract's names.
pub(super) const INDEX_TEXT: &str = "'CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || pg_catalog.quote_ident(x.name::text) || ' ON ' \
    || pg_catalog.quote_ident(x.schema::text) || '.' || pg_catalog.quote_ident(x.relation::text) || ' USING ' \
    || (SELECT m.amname FROM pg_catalog.pg_class AS k JOIN pg_catalog.pg_am AS m ON m.oid = k.relam WHERE k.oid = i.indexrelid) || ' (' \
    || (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(c.name::text), ', ' ORDER BY u.place) FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS u(attnum, place) \
    JOIN {named_columns} AS c ON c.relid = i.indrelid AND c.attnum = u.attnum WHERE u.place <= i.indnkeyatts) || ')'";
