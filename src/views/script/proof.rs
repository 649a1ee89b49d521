//! What must hold at the end. Where it does not, the script fails and nothing is changed.

use crate::views::name::owner_role;
use crate::views::rights::RIGHTS_OF_LOGIN;

use crate::base::quote_literal;

use super::Wish;
use super::block::{block, names};

/// The login has no right on any relation but the views: what it was not given itself comes from PUBLIC, and cannot be taken from it alone.
pub(super) fn of_rights(wish: &Wish<'_>) -> String {
    let query = RIGHTS_OF_LOGIN.replace("$1", "login").replace("$2", &quote_literal(&owner_role(wish.login)));
    let body = format!(
        "\
  SELECT pg_catalog.string_agg(pg_catalog.format('%I.%I', r.schema, r.relation), ', ') INTO reachable FROM (
    {query}
    ) AS r;
  IF reachable IS NOT NULL THEN
    RAISE EXCEPTION 'role % would still have rights on %', login, reachable
      USING HINT = 'They are granted to PUBLIC, or by somebody else than the owner: revoke them.';
  END IF;
"
    );
    block(wish, "  reachable pg_catalog.text;\n", &body)
}

/// The login can read every view, and the owner everything behind it. EXPLAIN asks for the rights that a query needs, and reads no row. What the settings of a
/// session would tell the masks is made up for it.
pub(super) fn of_views(wish: &Wish<'_>) -> String {
    let schemas = wish.grants.iter().map(|grant| grant.schema.as_str());
    let body = "\
  FOR part IN SELECT DISTINCT m.words[1] AS setting FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      CROSS JOIN LATERAL pg_catalog.regexp_matches(pg_catalog.pg_get_viewdef(c.oid), 'current_setting\\(''(postern\\.[a-z0-9_]+)''', 'g') AS m(words)
      WHERE n.nspname = ANY (schemas) AND c.relkind = 'v'
  LOOP
    PERFORM pg_catalog.set_config(part.setting, '00', true);
  END LOOP;
  EXECUTE pg_catalog.format('SET LOCAL ROLE %I', login);
  FOR part IN SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = ANY (schemas) AND c.relkind = 'v' ORDER BY 1
  LOOP
    BEGIN
      EXECUTE pg_catalog.format('EXPLAIN SELECT * FROM %s', part.name);
    EXCEPTION
      WHEN insufficient_privilege OR undefined_object OR invalid_schema_name THEN
        RAISE EXCEPTION 'the view % cannot be read: %', part.name, SQLERRM
          USING HINT = 'What it reads may itself read with the rights of whoever asks (security_invoker, functions), or need a user mapping for its owner.';
      WHEN OTHERS THEN
        -- A made-up setting does not suit the filter; rights were asked for before.
        NULL;
    END;
  END LOOP;
  EXECUTE 'RESET ROLE';
";
    block(wish, &format!("  schemas CONSTANT pg_catalog.name[] := {};\n  part record;\n", names(schemas)), body)
}
