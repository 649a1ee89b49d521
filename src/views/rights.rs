//! The question that decides whether the login can read around the views.

/// Schema and name of relations on which the role `$1` has a right, those in schemas of the role `$2` left out: at most five. Rights count wherever they come
/// from. Relations of extensions hold nothing of the warehouse's own.
pub const RIGHTS_OF_LOGIN: &str = "\
    SELECT n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS relation
      FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't'
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
        AND n.nspowner IS DISTINCT FROM (SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = $2)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
          WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
        AND CASE WHEN c.relkind = 'S' THEN pg_catalog.has_sequence_privilege($1, c.oid, 'USAGE, SELECT, UPDATE')
          ELSE pg_catalog.has_table_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
            OR pg_catalog.has_any_column_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES') END
      ORDER BY 1, 2 LIMIT 5";
