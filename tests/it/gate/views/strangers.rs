//! What others own or put beside the views: nothing of it is taken over, and nothing is read from it.

use super::bazaar::{bazaar, done, on_views, switch, views};

const DOCS: &str = "SELECT count(*) FROM docs";

#[test]
fn what_another_role_made_under_postern_s_names_is_not_taken_over() {
    let ground = bazaar();
    switch(&ground);
    let (owner, stranger) = (format!("{}_views", ground.login()), format!("{}_other", ground.database));
    ground.warehouse(&format!("CREATE ROLE \"{stranger}\""));
    for (there, away, told) in [
        (format!("CREATE ROLE \"{owner}\""), format!("DROP ROLE \"{owner}\""), "was not made by postern"),
        (
            format!("CREATE ROLE \"{owner}\" LOGIN; COMMENT ON ROLE \"{owner}\" IS 'postern views: owner'"),
            format!("DROP ROLE \"{owner}\""),
            "was not made by postern",
        ),
        (
            format!("CREATE SCHEMA \"postern/analysis\" AUTHORIZATION \"{stranger}\""),
            "DROP SCHEMA \"postern/analysis\"".to_owned(),
            "schema postern/analysis belongs to another role",
        ),
    ] {
        ground.warehouse(&there);
        let said = views(&ground, &["--apply"]);
        assert_eq!(said.code, 1, "{there}");
        assert!(said.err.contains(told), "{there}: {}", said.err);
        assert_eq!(
            ground.warehouse(
                "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname LIKE 'postern/%'"
            ),
            "0",
            "nothing is made"
        );
        ground.warehouse(&away);
    }
    ground.warehouse(&format!("DROP ROLE \"{stranger}\""));
    done(&ground, &["--apply"]);
}

#[test]
fn a_schema_of_another_owner_or_out_of_reach_is_not_read() {
    let ground = on_views();
    let gate = ground.serve();
    let served = gate.psql(DOCS);
    for (change, back, told) in [
        (
            "ALTER SCHEMA \"postern/analysis\" OWNER TO postgres".to_owned(),
            format!("ALTER SCHEMA \"postern/analysis\" OWNER TO \"{}_views\"", ground.login()),
            "is in a schema of another owner",
        ),
        (
            format!("REVOKE USAGE ON SCHEMA \"postern/analysis\" FROM \"{}\"", ground.login()),
            format!("GRANT USAGE ON SCHEMA \"postern/analysis\" TO \"{}\"", ground.login()),
            "is in a schema that the login may not use",
        ),
    ] {
        ground.warehouse(&change);
        gate.refresh();
        let said = gate.psql(DOCS);
        assert!(said.contains("55000"), "{change}: {said}");
        let check = views(&ground, &["--check"]);
        assert!(check.code == 1 && check.out.contains(told), "{change}: {}", check.out);
        ground.warehouse(&back);
        gate.refresh();
        assert_eq!(gate.psql(DOCS), served, "{back}");
    }
}

#[test]
fn what_somebody_put_beside_the_views_is_told_and_goes_with_the_next_apply() {
    let ground = on_views();
    let gate = ground.serve();
    let served = gate.psql(DOCS);
    ground.warehouse(&format!(
        "CREATE VIEW \"postern/analysis\".extra AS SELECT * FROM crm.vault; ALTER VIEW \"postern/analysis\".extra OWNER TO \"{0}_views\";
         GRANT SELECT ON \"postern/analysis\".extra TO \"{0}\"",
        ground.login()
    ));
    gate.refresh();
    assert_eq!(gate.psql(DOCS), served, "what is planned goes on");
    assert!(gate.psql("SELECT * FROM extra").contains("42P01"), "and nothing else can be named");
    assert!(gate.psql("SELECT * FROM \"postern/analysis\".extra").contains("42P01"));
    let said = views(&ground, &["--check"]);
    assert!(
        said.code == 1 && said.out.contains("\"postern/analysis\".\"extra\" is of no use to the configuration"),
        "{}",
        said.out
    );
    done(&ground, &["--apply"]);
    assert_eq!(ground.warehouse("SELECT to_regclass('\"postern/analysis\".extra') IS NULL"), "t");
    done(&ground, &["--check"]);
}

#[test]
fn a_script_runs_in_its_own_database_and_not_as_the_login() {
    let ground = bazaar();
    switch(&ground);
    let script = done(&ground, &["--print"]);
    let path = ground.path().join("views.sql");
    for (database, before, told) in [
        ("postgres", String::new(), "this script is for database"),
        (ground.database.as_str(), format!("SET SESSION AUTHORIZATION \"{}\";\n", ground.login()), "must not make its own views"),
    ] {
        std::fs::write(&path, format!("{before}{script}")).unwrap();
        let conninfo = format!("host=127.0.0.1 port={} dbname={database} user=postgres", ground.server.port);
        let mut psql = std::process::Command::new(crate::harness::binary("psql"));
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &conninfo, "-f", path.to_str().unwrap()]);
        let output = psql.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(told), "{database}: {said}");
    }
    assert_eq!(ground.warehouse("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'postern/%'"), "0");
}
