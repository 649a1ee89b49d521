//! What the login of the gate may do in the warehouse: read the views, and nothing else.

use std::process::Command;

use super::bazaar::{bazaar, done, on_views, switch, views};
use crate::gate::served::Ground;
use crate::harness::binary;

/// Runs SQL as the gate's login, with its password: what somebody would do who had taken it.
fn as_login(ground: &Ground, sql: &str) -> String {
    let conninfo = format!("host=127.0.0.1 port={} dbname={} user={}", ground.server.port, ground.database, ground.login());
    let mut command = Command::new(binary("psql"));
    command.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", &conninfo, "-c", sql]).env("PGPASSWORD", "service");
    let output = command.output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)).trim().to_owned()
}

/// Every relation that holds what somebody must not read.
const BASE: &[&str] = &[
    "crm.customers",
    "crm.orders",
    "crm.orders_2024",
    "crm.items",
    "crm.docs",
    "crm.shipments",
    "crm.shipments_special",
    "crm.regions",
    "crm.totals",
    "crm.far",
    "crm.vault",
    "ref.fx",
    "\"postern//notes\".rights",
];

#[test]
fn the_gates_password_opens_no_base_table() {
    let ground = bazaar();
    assert_eq!(as_login(&ground, "SELECT count(*) FROM crm.customers"), "30", "before, it reads what it was given");
    switch(&ground);
    done(&ground, &["--apply"]);
    for relation in BASE {
        let said = as_login(&ground, &format!("SELECT * FROM {relation}"));
        assert!(said.contains("permission denied"), "{relation}: {said}");
    }
    for sql in [
        "SELECT id FROM crm.vault",
        "INSERT INTO crm.vault (id) VALUES (1)",
        "TABLE ONLY crm.customers",
        "COPY crm.customers TO STDOUT",
        "SELECT ref.rate('USD')",
        &format!("SET ROLE \"{}_views\"", ground.login()),
    ] {
        let said = as_login(&ground, sql);
        assert!(said.contains("permission denied"), "{sql}: {said}");
    }
    assert!(as_login(&ground, "CREATE TABLE \"postern/analysis\".mine ()").contains("permission denied"));
}

#[test]
fn what_the_password_opens_is_masked_and_filtered_and_holds_no_key() {
    let ground = on_views();
    let names = ground.warehouse(
        "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = 'postern/analysis' AND c.relkind = 'v' ORDER BY 1",
    );
    assert_eq!(names.lines().count(), 16, "nine relations, seven of which can have children\n{names}");
    let mut read = 0;
    for name in names.lines() {
        let said = as_login(&ground, &format!("SELECT * FROM {name}"));
        assert!(!said.contains("CANARY") && !said.contains("person"), "{name}: {said}");
        // The key of the pseudonyms is in none of the views: without the gate's settings they cannot be worked out.
        if name.contains("crm.customers") {
            assert!(said.contains("unrecognized configuration parameter \"postern."), "{said}");
        }
        read += usize::from(!said.contains("ERROR"));
    }
    assert!(read >= 10, "{read} of\n{names}");
    let definitions =
        ground.warehouse("SELECT pg_get_viewdef(c.oid) FROM pg_class c WHERE c.relnamespace = 'postern/analysis'::regnamespace");
    assert!(definitions.contains("postern.i_email") && !definitions.contains("0123456789abcdef"), "{definitions}");
    let barriers = ground.warehouse(
        "SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'postern/analysis'::regnamespace AND c.relkind = 'v' \
         AND c.reloptions = ARRAY['security_barrier=true']",
    );
    assert_eq!(barriers, "16");
}

#[test]
fn a_login_that_could_do_more_is_not_taken() {
    let ground = bazaar();
    switch(&ground);
    let login = ground.login();
    for (more, back, told) in [
        (format!("ALTER ROLE \"{login}\" SUPERUSER"), format!("ALTER ROLE \"{login}\" NOSUPERUSER"), "can do more than log in"),
        (format!("GRANT pg_monitor TO \"{login}\""), format!("REVOKE pg_monitor FROM \"{login}\""), "is a member of other roles"),
        (
            format!("ALTER TABLE crm.vault OWNER TO \"{login}\""),
            "ALTER TABLE crm.vault OWNER TO postgres".to_owned(),
            "owns objects",
        ),
        ("GRANT SELECT ON crm.vault TO PUBLIC".to_owned(), "REVOKE SELECT ON crm.vault FROM PUBLIC".to_owned(), "crm.vault"),
        (
            "GRANT SELECT (secret) ON crm.vault TO PUBLIC".to_owned(),
            "REVOKE SELECT (secret) ON crm.vault FROM PUBLIC".to_owned(),
            "crm.vault",
        ),
        (
            format!("ALTER DEFAULT PRIVILEGES IN SCHEMA crm GRANT SELECT ON TABLES TO \"{login}\""),
            format!("ALTER DEFAULT PRIVILEGES IN SCHEMA crm REVOKE SELECT ON TABLES FROM \"{login}\""),
            "default privileges",
        ),
    ] {
        ground.warehouse(&more);
        let said = views(&ground, &["--apply"]);
        assert_eq!(said.code, 1, "{more}");
        assert!(said.err.contains(told), "{more}: {}", said.err);
        assert_eq!(
            ground.warehouse("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'postern/%'"),
            "0",
            "nothing is changed"
        );
        ground.warehouse(&back);
    }
    done(&ground, &["--apply"]);
}

#[test]
fn an_administrator_needs_not_be_a_superuser() {
    let ground = bazaar();
    switch(&ground);
    let admin = format!("{}_dba", ground.database);
    let (login, database) = (ground.login(), &ground.database);
    ground.warehouse(&format!(
        "CREATE ROLE \"{admin}\" LOGIN CREATEROLE PASSWORD 'dba'; GRANT CREATE ON DATABASE \"{database}\" TO \"{admin}\"; \
         DROP OWNED BY \"{login}\"; DROP ROLE \"{login}\""
    ));
    // What the views read must be his to give away.
    ground.warehouse(&format!(
        "ALTER SCHEMA crm OWNER TO \"{admin}\"; ALTER SCHEMA ref OWNER TO \"{admin}\"; \
         DO $$ DECLARE r record; BEGIN FOR r IN SELECT c.oid::regclass AS name, c.relkind FROM pg_class c WHERE c.relnamespace IN ('crm'::regnamespace, 'ref'::regnamespace) \
         AND c.relkind IN ('r', 'p', 'v', 'm', 'f') LOOP EXECUTE format('ALTER %s %s OWNER TO %I', \
         CASE r.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, r.name, '{admin}'); END LOOP; END $$; \
         ALTER FUNCTION ref.rate(text, numeric) OWNER TO \"{admin}\"; ALTER FUNCTION ref.joined(text[]) OWNER TO \"{admin}\"; \
         ALTER FUNCTION ref.rates(numeric) OWNER TO \"{admin}\"; ALTER AGGREGATE ref.total(numeric) OWNER TO \"{admin}\""
    ));
    let secret = ground.path().join("dba.secret");
    std::fs::write(&secret, "dba\n").unwrap();
    let url = format!("postgres://{admin}@127.0.0.1:{}/{}", ground.server.port, ground.database);
    let file = secret.to_str().unwrap().to_owned();
    done(&ground, &["--apply", "--warehouse", &url, "--password-file", &file]);
    assert_eq!(ground.warehouse(&format!("SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = '{admin}' AND m.grantor = r.oid")), "0", "his membership ends with the script");
    // The login that was made has the configured password.
    assert!(as_login(&ground, "SELECT * FROM crm.vault").contains("permission denied"));
    done(&ground, &["--check"]);
    done(&ground, &["--drop", "--warehouse", &url, "--password-file", &file]);
    assert_eq!(ground.warehouse("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'postern/%'"), "0");
    assert_eq!(ground.warehouse(&format!("SELECT count(*) FROM pg_roles WHERE rolname LIKE '{}%'", ground.login())), "0");
}
