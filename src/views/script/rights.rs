//! Rights: what the login loses and gets, with notes for the way back; what the owner reads.

use std::collections::BTreeSet;

use crate::base::{quote_ident, quote_literal};
use crate::views::name::{NOTES, PREFIX, owner_role};

use super::Wish;
use super::block::{block, names};

/// The table of notes. It belongs to the administrator, and nobody else has rights on it.
pub(super) fn notes() -> [String; 2] {
    let schema = quote_ident(NOTES);
    [
        format!("CREATE SCHEMA IF NOT EXISTS {schema}"),
        format!(
            "CREATE TABLE IF NOT EXISTS {schema}.rights (role pg_catalog.name NOT NULL, change pg_catalog.text NOT NULL, \
             object_schema pg_catalog.name NOT NULL, object pg_catalog.name, attribute pg_catalog.name, \
             privilege pg_catalog.text NOT NULL, is_grantable pg_catalog.bool NOT NULL)"
        ),
    ]
}

/// Every right on a relation or column outside the system's schemas that a role was given itself.
const GIVEN_RIGHTS: &str = "\
    SELECT n.nspname AS schema, c.relname AS relation, c.relkind = 'S' AS is_sequence, NULL::pg_catalog.name AS attribute, a.privilege_type AS privilege, a.is_grantable
      FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND a.grantee = role
    UNION ALL
    SELECT n.nspname, c.relname, false, t.attname, a.privilege_type, a.is_grantable
      FROM pg_catalog.pg_attribute AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.attrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      CROSS JOIN LATERAL pg_catalog.aclexplode(t.attacl) AS a
      WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND a.grantee = role";

/// Takes from the login whatever it was given on relations, and keeps a note of it.
pub(super) fn take(wish: &Wish<'_>) -> String {
    let (notes, prefix) = (quote_ident(NOTES), quote_literal(PREFIX));
    let body = format!(
        "\
  FOR given IN SELECT * FROM (
    {GIVEN_RIGHTS}
    ) AS g WHERE NOT pg_catalog.starts_with(g.schema::pg_catalog.text, {prefix})
  LOOP
    INSERT INTO {notes}.rights VALUES (login, 'taken', given.schema, given.relation, given.attribute, given.privilege, given.is_grantable);
    EXECUTE pg_catalog.format('REVOKE %s%s ON %s %I.%I FROM %I', given.privilege,
      CASE WHEN given.attribute IS NULL THEN '' ELSE pg_catalog.format('(%I)', given.attribute) END,
      CASE WHEN given.is_sequence THEN 'SEQUENCE' ELSE 'TABLE' END, given.schema, given.relation, login);
  END LOOP;
  IF EXISTS (SELECT FROM pg_catalog.pg_default_acl AS d CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS a
      WHERE d.defaclobjtype IN ('r', 'S') AND a.grantee = role) THEN
    RAISE EXCEPTION 'role % gets rights on new relations by default privileges', login USING HINT = 'Give the gate a login of its own.';
  END IF;
"
    );
    block(wish, ROLE_OF_LOGIN, &body)
}

const ROLE_OF_OWNER: &str =
    "  role CONSTANT pg_catalog.oid := (SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = owner);\n  given record;\n";
const ROLE_OF_LOGIN: &str =
    "  role CONSTANT pg_catalog.oid := (SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = login);\n  given record;\n";

/// Takes from the owner what it was given for views that are no more.
pub(super) fn take_from_owner(wish: &Wish<'_>) -> String {
    let prefix = quote_literal(PREFIX);
    let body = format!(
        "\
  FOR given IN SELECT * FROM (
    {GIVEN_RIGHTS}
    ) AS g WHERE NOT pg_catalog.starts_with(g.schema::pg_catalog.text, {prefix})
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %I.%I FROM %I', given.schema, given.relation, owner);
  END LOOP;
"
    );
    block(wish, ROLE_OF_OWNER, &body)
}

/// What the views read and the stand-ins call, by name.
pub(super) fn of_owner(wish: &Wish<'_>) -> Vec<String> {
    let owner = quote_ident(&owner_role(wish.login));
    let mut statements = Vec::new();
    for grant in &wish.grants {
        for (schema, name) in &grant.sources {
            statements.push(format!("GRANT SELECT ON TABLE {}.{} TO {owner}", quote_ident(schema), quote_ident(name)));
        }
        for function in &grant.functions {
            let name = format!("{}.{}({})", quote_ident(&function.calls), quote_ident(&function.name), function.types);
            statements.push(format!("GRANT EXECUTE ON FUNCTION {name} TO {owner}"));
        }
        // What a function names in its body is looked up when it runs.
        let schemas = grant.lookup.iter().filter(|_| !grant.functions.is_empty());
        statements.extend(schemas.map(|schema| format!("GRANT USAGE ON SCHEMA {} TO {owner}", quote_ident(schema))));
        for (schema, signature) in &grant.aggregates {
            statements.push(format!(
                "GRANT EXECUTE ON FUNCTION {}.{signature} TO {}",
                quote_ident(schema),
                quote_ident(wish.login)
            ));
        }
    }
    statements.sort_unstable();
    statements.dedup();
    statements
}

/// Lets the login look names up where it must: of types, of constants such as 'crm.orders'::regclass. It can read nothing there.
pub(super) fn of_login(wish: &Wish<'_>) -> String {
    let schemas: BTreeSet<&str> = wish.grants.iter().flat_map(|grant| grant.lookup.iter().map(String::as_str)).collect();
    let body = format!(
        "\
  FOREACH schema IN ARRAY {} LOOP
    IF NOT pg_catalog.has_schema_privilege(login, schema::pg_catalog.text, 'USAGE') THEN
      INSERT INTO {}.rights VALUES (login, 'given', schema, NULL, NULL, 'USAGE', false);
      EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA %I TO %I', schema, login);
    END IF;
  END LOOP;
",
        names(schemas),
        quote_ident(NOTES)
    );
    block(wish, "  schema pg_catalog.name;\n", &body)
}
