//! The two roles: the login, which the gate's password is for, and the owner of the views, which nobody logs in as.

use crate::base::{quote_ident, quote_literal};

use super::Wish;
use super::block::block;

/// Comments of roles that the script made: only those are dropped again, and only such an owner is trusted.
pub(super) const LOGIN_MARK: &str = "postern views: login";
pub(super) const OWNER_MARK: &str = "postern views: owner";

/// Makes both where they are missing, and refuses a login that could do more than it must. An administrator who is no superuser is let in among the owner's
/// members for this transaction.
pub(super) fn make(wish: &Wish<'_>) -> String {
    let body = format!(
        "\
  PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('postern views', 0));
  IF pg_catalog.current_database() <> {database} THEN
    RAISE EXCEPTION 'this script is for database %, and this is database %', {database}, pg_catalog.current_database();
  END IF;
  IF login = current_user THEN
    RAISE EXCEPTION 'role % is the login of the gate, which must not make its own views', login;
  END IF;
  SELECT * INTO role FROM pg_catalog.pg_roles AS r WHERE r.rolname = login;
  IF NOT FOUND THEN
    EXECUTE pg_catalog.format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS', login);
    EXECUTE pg_catalog.format('COMMENT ON ROLE %I IS %L', login, {login_mark});
  ELSIF role.rolsuper OR role.rolcreatedb OR role.rolcreaterole OR role.rolreplication OR role.rolbypassrls THEN
    RAISE EXCEPTION 'role % can do more than log in', login USING HINT = 'Give the gate a login of its own.';
  ELSIF EXISTS (SELECT FROM pg_catalog.pg_auth_members AS m WHERE m.member = role.oid) THEN
    RAISE EXCEPTION 'role % is a member of other roles', login USING HINT = 'Give the gate a login of its own.';
  ELSIF EXISTS (SELECT FROM pg_catalog.pg_shdepend AS d WHERE d.refobjid = role.oid AND d.deptype = 'o'
      AND d.dbid IN (0, (SELECT b.oid FROM pg_catalog.pg_database AS b WHERE b.datname = pg_catalog.current_database()))) THEN
    RAISE EXCEPTION 'role % owns objects', login USING HINT = 'Give the gate a login of its own.';
  END IF;
  SELECT * INTO role FROM pg_catalog.pg_roles AS r WHERE r.rolname = owner;
  IF NOT FOUND THEN
    EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', owner);
    EXECUTE pg_catalog.format('COMMENT ON ROLE %I IS %L', owner, {owner_mark});
  ELSIF pg_catalog.shobj_description(role.oid, 'pg_authid') IS DISTINCT FROM {owner_mark} OR role.rolcanlogin OR role.rolsuper THEN
    RAISE EXCEPTION 'role % was not made by postern, and the views would belong to it', owner;
  END IF;
  IF NOT (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user) THEN
    EXECUTE pg_catalog.format('GRANT %I TO %I', owner, current_user);
    EXECUTE pg_catalog.format('GRANT %I TO %I', login, current_user);
  END IF;
",
        database = quote_literal(wish.database),
        login_mark = quote_literal(LOGIN_MARK),
        owner_mark = quote_literal(OWNER_MARK),
    );
    block(wish, "  role pg_catalog.pg_roles%ROWTYPE;\n", &body)
}

/// Ends the membership of the administrator.
pub(super) fn step_back(wish: &Wish<'_>) -> String {
    let body = "\
  IF NOT (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user) THEN
    FOR role IN SELECT r.rolname FROM pg_catalog.pg_roles AS r WHERE r.rolname IN (owner, login) LOOP
      EXECUTE pg_catalog.format('REVOKE %I FROM %I', role.rolname, current_user);
    END LOOP;
  END IF;
";
    block(wish, "  role record;\n", body)
}

/// A verifier instead of the password: the server's log and its statistics may keep the statement.
pub(super) fn password(login: &str, verifier: &str) -> String {
    format!("ALTER ROLE {} PASSWORD {}", quote_ident(login), quote_literal(verifier))
}
