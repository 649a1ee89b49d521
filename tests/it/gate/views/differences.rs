//! What is not in the warehouse as it was made is not read, whatever happened to it; the rest is.

use super::bazaar::{bazaar, done, on_views, switch, views};
use crate::gate::served::Ground;
use crate::gate::wire::{Say, Speaker};

const BROKEN: &str = "E ERROR 55000";
const DOCS: &str = "SELECT count(*) FROM docs";
const SHIPMENTS: &str = "SELECT count(*) FROM shipments";

fn ask(session: &mut Speaker, text: &'static str) -> String {
    let heard = session.converse(&[Say::Query(text)]);
    heard.iter().filter(|line| !line.starts_with(['T', 'Z'])).cloned().collect::<Vec<_>>().join("\n")
}

/// The view over a relation, in SQL.
fn view_of(ground: &Ground, relation: &str) -> String {
    ground.warehouse(&format!(
        "SELECT format('%I.%I', 'postern/analysis', c.relname) FROM pg_class c WHERE c.relnamespace = 'postern/analysis'::regnamespace \
         AND c.relname LIKE 'crm.{relation}/%' AND c.relname NOT LIKE '%/only/%'"
    ))
}

#[test]
fn a_view_that_is_not_as_it_was_made_is_refused_alone_until_it_is_made_again() {
    let ground = on_views();
    let gate = ground.serve();
    let mut session = gate.session();
    let (served, beside) = (ask(&mut session, DOCS), ask(&mut session, SHIPMENTS));
    assert!(served.contains("C SELECT 1") && beside.contains("C SELECT 1"));
    let stranger = format!("{}_stranger", ground.database);
    ground.warehouse(&format!("CREATE ROLE \"{stranger}\""));
    for (change, told) in [
        ("CREATE OR REPLACE VIEW @VIEW@ WITH (security_barrier = true) AS SELECT t.id, t.doc FROM crm.docs AS t".to_owned(), "is not as it was made"),
        ("ALTER VIEW @VIEW@ RESET (security_barrier)".to_owned(), "is not as it was made"),
        ("ALTER VIEW @VIEW@ SET (security_barrier = false)".to_owned(), "is not as it was made"),
        ("ALTER VIEW @VIEW@ OWNER TO postgres".to_owned(), "belongs to \"postgres\""),
        ("GRANT SELECT ON @VIEW@ TO PUBLIC".to_owned(), "can be used by \"PUBLIC\""),
        (format!("GRANT SELECT ON @VIEW@ TO \"{stranger}\""), "can be used by"),
        ("GRANT UPDATE ON @VIEW@ TO \"@LOGIN@\"".to_owned(), "can be used by"),
        ("REVOKE SELECT ON @VIEW@ FROM \"@LOGIN@\"".to_owned(), "cannot be used by the login"),
        ("COMMENT ON VIEW @VIEW@ IS NULL".to_owned(), "is not as it was made"),
        ("DROP VIEW @VIEW@".to_owned(), "is missing"),
        ("REVOKE SELECT ON crm.docs FROM \"@LOGIN@_views\"".to_owned(), "reads what its owner may not read"),
        ("ALTER TABLE crm.docs RENAME COLUMN doc TO paper; ALTER TABLE crm.docs RENAME COLUMN id TO doc; ALTER TABLE crm.docs RENAME COLUMN paper TO id".to_owned(), "is missing"),
    ] {
        let sql = change.replace("@VIEW@", &view_of(&ground, "docs")).replace("@LOGIN@", &ground.login());
        ground.warehouse(&sql);
        gate.refresh();
        assert_eq!(ask(&mut session, DOCS), BROKEN, "{sql}");
        assert_eq!(ask(&mut session, SHIPMENTS), beside, "{sql}");
        if change.contains("RENAME") {
            ground.warehouse("ALTER TABLE crm.docs RENAME COLUMN id TO paper; ALTER TABLE crm.docs RENAME COLUMN doc TO id; ALTER TABLE crm.docs RENAME COLUMN paper TO doc");
        } else {
            let said = views(&ground, &["--check"]);
            assert_eq!(said.code, 1, "{sql}");
            assert!(said.out.contains(told) && said.out.contains("\"crm\".\"docs\""), "{sql}: {}", said.out);
        }
        done(&ground, &["--apply"]);
        gate.refresh();
        assert_eq!(ask(&mut session, DOCS), served, "{sql}");
    }
    ground.warehouse(&format!("DROP ROLE \"{stranger}\""));
}

#[test]
fn a_login_with_a_right_on_a_base_table_reads_nothing_at_all() {
    let ground = on_views();
    let gate = ground.serve();
    let mut session = gate.session();
    let served = ask(&mut session, SHIPMENTS);
    for (more, back) in [
        ("GRANT SELECT ON crm.vault TO \"@LOGIN@\"", "REVOKE SELECT ON crm.vault FROM \"@LOGIN@\""),
        ("GRANT SELECT (id) ON crm.customers TO \"@LOGIN@\"", "REVOKE SELECT (id) ON crm.customers FROM \"@LOGIN@\""),
        ("GRANT SELECT ON crm.vault TO PUBLIC", "REVOKE SELECT ON crm.vault FROM PUBLIC"),
        ("GRANT \"@LOGIN@_views\" TO \"@LOGIN@\"", "REVOKE \"@LOGIN@_views\" FROM \"@LOGIN@\""),
        ("ALTER ROLE \"@LOGIN@\" BYPASSRLS", "ALTER ROLE \"@LOGIN@\" NOBYPASSRLS"),
    ] {
        let run = |sql: &str| ground.warehouse(&sql.replace("@LOGIN@", &ground.login()));
        run(more);
        gate.refresh();
        assert_eq!(ask(&mut session, DOCS), BROKEN, "{more}");
        assert_eq!(ask(&mut session, SHIPMENTS), BROKEN, "{more}");
        assert!(ask(&mut session, "SELECT ref.rate('EUR')").contains("E ERROR 42883"), "{more}");
        assert!(ask(&mut session, "SELECT 1").contains("C SELECT 1"), "{more}");
        run(back);
        gate.refresh();
        assert_eq!(ask(&mut session, SHIPMENTS), served, "{back}");
    }
}

#[test]
fn a_plan_never_reads_views_that_it_was_not_made_for() {
    let ground = on_views();
    let gate = ground.serve();
    let mut session = gate.session();
    let count = "SELECT count(*) FROM customers";
    assert!(ask(&mut session, count).contains("20"));
    assert!(ask(&mut session, SHIPMENTS).contains('3'));
    ground.edit("policy.yaml", "row_filter: \"region = 'EMEA'\"", "row_filter: \"region = 'US'\"");
    done(&ground, &["--apply"]);
    // The gate has not been told: its plan finds the view gone, and the other plans go on.
    assert_eq!(ask(&mut session, count), BROKEN);
    assert!(ask(&mut session, SHIPMENTS).contains('3'));
    gate.reload().unwrap();
    assert!(ask(&mut session, count).contains("10"));
}

#[test]
fn a_revision_whose_views_are_not_made_is_not_taken() {
    let ground = on_views();
    let gate = ground.serve();
    let mut session = gate.session();
    let count = "SELECT count(*) FROM customers";
    ground.edit("policy.yaml", "row_filter: \"region = 'EMEA'\"", "row_filter: \"region = 'US'\"");
    let refused = gate.reload().unwrap_err();
    assert!(refused.contains("the view over \"crm\".\"customers\" is missing"), "{refused}");
    assert!(ask(&mut session, count).contains("20"), "the old revision is in force");
    done(&ground, &["--apply"]);
    gate.reload().unwrap();
    assert!(ask(&mut session, count).contains("10"));
}

#[test]
fn a_gate_without_views_starts_and_says_what_is_wrong() {
    let ground = bazaar();
    switch(&ground);
    let gate = ground.serve();
    let told = gate.psql("SELECT * FROM docs");
    for part in ["55000", "the warehouse does not keep the contract for relation \"docs\"", "\"crm\", version 1.0.0"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(!told.contains("postern/") && !told.contains(&ground.login()), "{told}");
    done(&ground, &["--apply"]);
    gate.refresh();
    assert_eq!(gate.psql("SELECT count(*) FROM docs"), "15");
}

#[test]
fn a_function_whose_stand_in_was_changed_is_not_called() {
    let ground = on_views();
    let gate = ground.serve();
    let mut session = gate.session();
    let call = "SELECT ref.rate('USD')";
    assert!(ask(&mut session, call).contains("0.9"));
    let name = ground.warehouse("SELECT p.oid::regprocedure FROM pg_proc p WHERE p.proname = 'rate' AND p.pronamespace::regnamespace::text LIKE '%postern%'");
    ground.warehouse(&format!("ALTER FUNCTION {name} SECURITY INVOKER"));
    gate.refresh();
    assert!(ask(&mut session, call).contains("E ERROR 42883"));
    assert!(ask(&mut session, "SELECT * FROM ref.rates(0)").contains("C SELECT 2"));
    assert!(
        views(&ground, &["--check"]).out.contains("the stand-in of function \"ref\".rate(text, numeric) is not as it was made")
    );
    done(&ground, &["--apply"]);
    gate.refresh();
    assert!(ask(&mut session, call).contains("0.9"));
}
