//! Taking everything back: rights as they were before, roles that the script made.

use crate::base::{quote_ident, quote_literal};
use crate::views::name::NOTES;

use super::Wish;
use super::block::block;
use super::roles::{LOGIN_MARK, OWNER_MARK};

/// The right database, and an owner that is Postern's own. An administrator who is no superuser is let in among the roles' members for this transaction.
pub(super) fn check(wish: &Wish<'_>) -> String {
    let body = format!(
        "\
  PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('postern views', 0));
  IF pg_catalog.current_database() <> {database} THEN
    RAISE EXCEPTION 'this script is for database %, and this is database %', {database}, pg_catalog.current_database();
  END IF;
  FOR existing IN SELECT r.oid, r.rolname FROM pg_catalog.pg_roles AS r WHERE r.rolname IN (owner, login) LOOP
    IF existing.rolname = owner AND pg_catalog.shobj_description(existing.oid, 'pg_authid') IS DISTINCT FROM {owner_mark} THEN
      RAISE EXCEPTION 'role % was not made by postern', owner;
    END IF;
    IF NOT (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user) THEN
      EXECUTE pg_catalog.format('GRANT %I TO %I', existing.rolname, current_user);
    END IF;
  END LOOP;
",
        database = quote_literal(wish.database),
        owner_mark = quote_literal(OWNER_MARK),
    );
    block(wish, "  existing record;\n", &body)
}

/// Gives the login back what the script took, and takes what it gave.
pub(super) fn rights(wish: &Wish<'_>) -> String {
    let notes = quote_ident(NOTES);
    let body = format!(
        "\
  IF pg_catalog.to_regclass({table}) IS NULL THEN
    RETURN;
  END IF;
  FOR note IN SELECT * FROM {notes}.rights AS r WHERE r.role = login LOOP
    IF pg_catalog.to_regnamespace(pg_catalog.quote_ident(note.object_schema)) IS NULL THEN
      CONTINUE;
    END IF;
    IF note.change = 'given' THEN
      EXECUTE pg_catalog.format('REVOKE USAGE ON SCHEMA %I FROM %I', note.object_schema, login);
      CONTINUE;
    END IF;
    SELECT c.oid, c.relkind INTO existing FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = note.object_schema AND c.relname = note.object
        AND (note.attribute IS NULL OR EXISTS (SELECT FROM pg_catalog.pg_attribute AS t WHERE t.attrelid = c.oid AND t.attname = note.attribute AND NOT t.attisdropped));
    IF FOUND AND note.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'USAGE', 'MAINTAIN') THEN
      EXECUTE pg_catalog.format('GRANT %s%s ON %s %I.%I TO %I%s', note.privilege,
        CASE WHEN note.attribute IS NULL THEN '' ELSE pg_catalog.format('(%I)', note.attribute) END,
        CASE WHEN existing.relkind = 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, note.object_schema, note.object, login,
        CASE WHEN note.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
    END IF;
  END LOOP;
  DELETE FROM {notes}.rights AS r WHERE r.role = login;
  IF NOT EXISTS (SELECT FROM {notes}.rights) THEN
    DROP TABLE {notes}.rights;
    DROP SCHEMA {notes};
  END IF;
",
        table = quote_literal(&format!("{notes}.rights")),
    );
    block(wish, "  note record;\n  existing record;\n", &body)
}

/// Drops the roles that the script made, and leaves those that other databases still know.
pub(super) fn roles(wish: &Wish<'_>) -> String {
    let body = format!(
        "\
  FOR existing IN SELECT r.oid, r.rolname FROM pg_catalog.pg_roles AS r WHERE r.rolname IN (owner, login)
    AND pg_catalog.shobj_description(r.oid, 'pg_authid') IN ({owner_mark}, {login_mark})
  LOOP
    EXECUTE pg_catalog.format('DROP OWNED BY %I', existing.rolname);
  END LOOP;
  FOR existing IN SELECT r.oid, r.rolname FROM pg_catalog.pg_roles AS r WHERE r.rolname IN (owner, login) LOOP
    IF NOT (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user) THEN
      EXECUTE pg_catalog.format('REVOKE %I FROM %I', existing.rolname, current_user);
    END IF;
    IF pg_catalog.shobj_description(existing.oid, 'pg_authid') IN ({owner_mark}, {login_mark})
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_shdepend AS d WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND d.refobjid = existing.oid)
    THEN
      EXECUTE pg_catalog.format('DROP ROLE %I', existing.rolname);
    END IF;
  END LOOP;
",
        owner_mark = quote_literal(OWNER_MARK),
        login_mark = quote_literal(LOGIN_MARK),
    );
    block(wish, "  existing record;\n", &body)
}
