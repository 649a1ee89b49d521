//! What a new configuration does to sessions that run: it reaches them at their next statement, or ends them at once.

use std::fs;
use std::process::{Child, Stdio};

use postern::auth::Verifier;
use postern::base::Secret;

use super::folder;
use super::running::said;
use super::shop::Shop;

const COUNT: &str = "SELECT count(*) FROM numbers";

/// A statement of a session of its own, which runs as long as its table is locked.
fn run(shop: &Shop, user: &str, grant: &str) -> Child {
    let mut command = shop.psql_command(user, grant);
    command.args(["-A", "-t", "-v", "VERBOSITY=verbose", "-c", COUNT]).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Ends jane's sessions by a change and nobody else's; then takes the change back.
fn ends_jane(shop: &Shop, file: &str, change: (&str, &str), told: &str) {
    let (mut jane, mut john) = (shop.interactive("jane"), shop.interactive("john"));
    let lock = shop.lock("crm.numbers");
    let (of_jane, of_john) = (run(shop, "jane", "analysis"), run(shop, "john", "analysis"));
    shop.wait_until_blocked(2);
    shop.change(file, change.0, change.1);
    shop.reload("applied");
    shop.gate.wait_for("postern_sessions_active", 2.0);
    let running = said(&of_jane.wait_with_output().unwrap());
    assert!(running.starts_with(told), "{change:?}: {running}");
    jane.send("SELECT 1;");
    let idle = jane.end();
    assert!(idle.starts_with(told), "{change:?}: {idle}");
    assert_eq!(john.answer("SELECT 7;"), "7");
    drop(lock);
    assert_eq!(said(&of_john.wait_with_output().unwrap()), "200000");
    assert_eq!(john.end(), "");
    shop.change(file, change.1, change.0);
    shop.reload("applied");
    assert_eq!(shop.psql("jane", &["SELECT 2"]), "2");
}

#[test]
fn who_is_removed_or_changed_loses_running_sessions_and_nobody_else_does() {
    let shop = Shop::start(&[]);
    let people = shop.read("people.yaml");
    let jane = people.lines().find(|line| line.contains("user: jane")).unwrap();
    let other = Verifier::make(&Secret::new("another".to_owned())).unwrap().to_string();
    let verifier = jane.split('"').nth(1).unwrap();
    for change in [
        (jane, "  # nobody"),
        (jane, &jane.replace(verifier, &other)),
        (jane, &jane.replace("acme_analysts", "somebody_else")),
        (jane, &jane.replace("groups:", "valid_until: 2026-01-01T00:00:00Z, groups:")),
    ] {
        let told = "FATAL:  57P01: terminating connection because the login is no longer valid";
        ends_jane(&shop, "people.yaml", change, told);
    }
    let mut session = shop.interactive("jane");
    shop.change("people.yaml", "name: jane", "name: Jane Doe");
    shop.reload("applied");
    assert_eq!(session.answer("SELECT 3;"), "3", "only the name for records has changed");
}

#[test]
fn the_end_of_a_grant_ends_its_sessions_and_no_others() {
    let policy = folder::policy(1000);
    let (_, grant) = policy.split_once("grants:\n").unwrap();
    let grant = grant.replace("2034-12-31", "2033-12-31");
    let second = grant.replace("name: analysis", "name: second").replace("database: analysis", "database: second");
    let shop = Shop::start(&[("grants:\n", &format!("grants:\n{second}"))]);
    let told = "FATAL:  57P01: terminating connection because access to database \"analysis\" has ended";
    for change in [("ends: 2034-12-31T00:00:00Z", "ends: 2025-06-01T00:00:00Z"), ("database: analysis", "database: analytics")] {
        let mut ends = shop.interactive("jane");
        let lock = shop.lock("crm.numbers");
        let (of_ended, of_other) = (run(&shop, "john", "analysis"), run(&shop, "jane", "second"));
        shop.wait_until_blocked(2);
        shop.change("policy.yaml", change.0, change.1);
        shop.reload("applied");
        shop.gate.wait_for("postern_sessions_active", 1.0);
        let running = said(&of_ended.wait_with_output().unwrap());
        assert!(running.starts_with(told), "{change:?}: {running}");
        ends.send("SELECT 1;");
        let idle = ends.end();
        assert!(idle.starts_with(told), "{change:?}: {idle}");
        drop(lock);
        assert_eq!(said(&of_other.wait_with_output().unwrap()), "200000");
        let refused = shop.psql("jane", &["SELECT 1"]);
        assert!(refused.contains("access to database \"analysis\" is not open for this user now"), "{refused}");
        shop.change("policy.yaml", change.1, change.0);
        shop.reload("applied");
    }
}

#[test]
fn a_contract_that_is_retired_ends_the_sessions_of_its_grants() {
    let shop = Shop::start(&[]);
    let mut jane = shop.interactive("jane");
    assert_eq!(jane.answer("SELECT 1;"), "1");
    for status in ["retired", "draft"] {
        shop.change("contracts/crm.odcs.yaml", "status: active", &format!("status: {status}"));
        shop.reload("applied");
        shop.gate.wait_for("postern_sessions_active", 0.0);
        let told = shop.psql("jane", &["SELECT 2"]);
        assert!(told.contains("FATAL:  access to database \"analysis\" is not open for this user now"), "{told}");
        assert!(told.contains(if status == "draft" { "\"analysis\" (not open yet)" } else { "\"analysis\" (ended)" }), "{told}");
        shop.change("contracts/crm.odcs.yaml", &format!("status: {status}"), "status: active");
        shop.reload("applied");
    }
    jane.send("SELECT 3;");
    let ended = jane.end();
    assert!(
        ended.starts_with("FATAL:  57P01: terminating connection because access to database \"analysis\" has ended"),
        "{ended}"
    );
    assert_eq!(shop.psql("jane", &["SELECT 4"]), "4");
}

#[test]
fn a_bad_revision_changes_nothing_and_a_good_one_reaches_the_next_statement() {
    let shop = Shop::start(&[]);
    let mut session = shop.interactive("jane");
    let balance = "SELECT balance FROM customers WHERE id = 2;";
    session.send("PREPARE p AS SELECT balance FROM customers WHERE id = 2;");
    for (file, from, to) in [
        ("policy.yaml", "kind: Policy", "kind: Policy\nkind: Policy"),
        ("policy.yaml", "columns: [id, email, region, balance]", "columns: [id, email, region, balanse]"),
        ("people.yaml", "groups: [acme_analysts]", "groups: acme_analysts"),
        ("contracts/crm.odcs.yaml", "physicalName: customers", "physicalName: clients"),
        ("postern.yaml", "search_path: [crm]", "search_path: crm"),
    ] {
        shop.change(file, from, to);
        shop.reload("rejected");
        assert_eq!(shop.gate.metric("postern_policy_bad_revision"), 1.0);
        assert!(shop.gate.page("/readyz").contains("\"newer_rejected\":true"), "{}", shop.gate.page("/readyz"));
        assert_eq!(session.answer(balance), "3.00", "{file}: {to}");
        assert_eq!(shop.psql("john", &[balance]), "3.00", "{file}: {to}");
        shop.change(file, to, from);
    }
    assert_eq!(shop.records("config.rejected").len(), 5);
    shop.change("policy.yaml", "columns: [id, email, region, balance]", "columns: [id, email, region]");
    shop.reload("applied");
    assert_eq!(shop.gate.metric("postern_policy_bad_revision"), 0.0);
    assert!(shop.gate.page("/readyz").contains("\"newer_rejected\":false"));
    session.send(balance);
    session.send("EXECUTE p;");
    assert_eq!(session.answer("SELECT region FROM customers WHERE id = 2;"), "EMEA");
    let told = session.end();
    assert!(told.starts_with("ERROR:  42703: column \"balance\" does not exist"), "{told}");
    assert_eq!(told.matches("ERROR:").count(), 2, "{told}");
    assert_eq!(shop.records("config.reloaded").len(), 1);
}

#[test]
fn a_certificate_comes_into_force_with_its_revision_or_not_at_all() {
    let shop = Shop::start(&[]);
    let root = |name: &str| shop.folder.path().join(name).to_str().unwrap().to_owned();
    fs::copy(root("server.crt"), root("old.crt")).unwrap();
    let ends = shop.gate.metric("postern_certificate_not_after_seconds");
    let mut parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    parameters.not_after = rcgen::date_time_ymd(2090, 1, 1);
    let key = rcgen::KeyPair::generate().unwrap();
    let fresh = parameters.self_signed(&key).unwrap();
    let connects = |trusted: &str| {
        let conninfo = format!(
            "host=localhost port={} dbname=analysis user=jane sslmode=verify-full sslrootcert={}",
            shop.gate.port,
            root(trusted)
        );
        let mut command = std::process::Command::new(crate::harness::binary("psql"));
        command.args(["-X", "-A", "-t", "-d", &conninfo, "-c", "SELECT 4"]).env("PGPASSWORD", folder::PASSWORD);
        said(&command.output().unwrap()) == "4"
    };
    fs::write(root("server.crt"), fresh.pem()).unwrap();
    shop.reload("rejected");
    assert!(connects("old.crt"), "the key of another certificate");
    fs::write(root("server.key"), key.serialize_pem()).unwrap();
    shop.change("policy.yaml", "database: analysis", "databass: analysis");
    shop.reload("rejected");
    assert!(connects("old.crt") && !connects("server.crt"), "the policy is not valid");
    shop.change("contracts/crm.odcs.yaml", "physicalName: customers", "physicalName: clients");
    shop.change("policy.yaml", "databass: analysis", "database: analysis");
    shop.reload("rejected");
    assert!(connects("old.crt") && !connects("server.crt"), "the warehouse does not hold what the contract promises");
    assert_eq!(shop.gate.metric("postern_certificate_not_after_seconds"), ends);
    shop.change("contracts/crm.odcs.yaml", "physicalName: clients", "physicalName: customers");
    shop.reload("applied");
    assert!(!connects("old.crt") && connects("server.crt"));
    assert_eq!(shop.gate.metric("postern_certificate_not_after_seconds"), 3_786_912_000.0);
}

#[test]
fn a_reload_sees_what_has_changed_in_the_warehouse() {
    let shop = Shop::start(&[]);
    let mut session = shop.interactive("jane");
    shop.server.sql(&shop.database, "ALTER TABLE crm.customers ADD COLUMN phone text DEFAULT '555'");
    let ssn = "      - {id: c3, name: ssn, logicalType: string, physicalType: text, classification: restricted}\n";
    let phone = "      - {id: c6, name: phone, logicalType: string, physicalType: text, classification: internal}\n";
    shop.change("contracts/crm.odcs.yaml", ssn, &format!("{ssn}{phone}"));
    shop.change("policy.yaml", "columns: [id, email, region, balance]", "columns: [id, email, region, balance, phone]");
    shop.reload("applied");
    assert_eq!(session.answer("SELECT phone, pg_typeof(phone) FROM customers WHERE id = 2;"), "555|text");
    shop.server.sql(&shop.database, "ALTER TABLE crm.customers ALTER COLUMN phone TYPE varchar(20)");
    shop.change("contracts/crm.odcs.yaml", phone, &phone.replace("physicalType: text", "physicalType: \"varchar(20)\""));
    shop.reload("applied");
    assert_eq!(session.answer("SELECT phone, pg_typeof(phone) FROM customers WHERE id = 2;"), "555|character varying");
    assert_eq!(session.end(), "");
}

/// PostgreSQL: check_enable_rls in rls.c. `row_security = off` is asked for while nothing is filtered, and a filter comes.
#[test]
fn rows_that_a_new_revision_filters_are_an_error_to_whom_asked_for_all_of_them() {
    const FILTER: &str = "columns: [id, email, region, balance]\n            row_filter: \"region = 'EMEA'\"";
    const OPEN: &str = "columns: [id, email, region, balance]";
    let shop = Shop::start(&[(FILTER, OPEN)]);
    let mut jane = shop.interactive("jane");
    let count = "SELECT count(*) FROM customers;";
    assert_eq!(jane.answer("SET row_security = off; SHOW row_security;"), "off");
    assert_eq!(jane.answer(count), "300");
    shop.change("policy.yaml", OPEN, FILTER);
    shop.reload("applied");
    let state = |statement: &str| format!("{statement}\n\\echo :SQLSTATE");
    assert_eq!(jane.answer(&state(count)), "42501");
    assert_eq!(jane.answer("SELECT count(*) FROM numbers;"), "200000");
    assert_eq!(jane.answer(&state("SET row_security = off;")), "42501");
    assert_eq!(jane.answer("RESET row_security; SELECT count(*) FROM customers;"), "200");
    let told = jane.end();
    for error in [
        "query would be affected by row-level security policy for table \"customers\"",
        "parameter \"row_security\" cannot be set to \"off\" here",
    ] {
        assert!(told.contains(&format!("ERROR:  42501: {error}")), "{told}");
    }
}
