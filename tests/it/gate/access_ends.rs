//! A session ends with what opened it, whatever it does at that moment: the clock of the gate stands still until the test moves it.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use postern::auth::People;
use postern::base::Timestamp;
use postern::runtime::ManualClock;

use super::ends::{SLOW, wait_until_all_left, wait_until_running};
use super::folder;
use super::interactive::Interactive;
use super::running::{Gate, new_database, said};
use crate::harness::{Postgres, binary, wait_until};

const BEFORE: &str = "2026-11-18T16:59:59.500Z";
const END: &str = "2026-11-18T17:00:00Z";

/// Whatever ends at five o'clock: (file, from, to) of the configuration, and what a new login reads.
const ENDS: &[(&str, &str, &str, &str)] = &[
    (
        "policy.yaml",
        "    database: analysis",
        "    conditions: {hours: {from: \"09:00\", to: \"17:00\", timezone: UTC}}\n    database: analysis",
        "access to database \"analysis\" is not open for this user now",
    ),
    (
        "policy.yaml",
        "ends: 2034-12-31T00:00:00Z",
        "ends: 2026-11-18T17:00:00Z",
        "access to database \"analysis\" is not open for this user now",
    ),
    (
        "contracts/crm.odcs.yaml",
        "status: active",
        "status: active\nslaProperties: [{property: endOfLife, value: \"2026-11-18T17:00:00Z\"}]",
        "access to database \"analysis\" is not open for this user now",
    ),
    (
        "people.yaml",
        "groups: [acme_analysts]",
        "valid_until: 2026-11-18T17:00:00Z, groups: [acme_analysts]",
        "password authentication failed",
    ),
];

#[test]
fn a_session_ends_with_its_hours_its_grant_its_contract_and_its_person() {
    for (file, from, to, refused) in ENDS {
        let clock = ManualClock::new(Timestamp::parse(BEFORE).unwrap());
        let gate = Gate::start_at(1_000_000, clock.clock(), &[(file, from, to)]);
        let (mut idle, mut busy) = (gate.interactive("jane"), gate.interactive("john"));
        busy.send(SLOW);
        wait_until_running(&gate, "%count%");
        assert_eq!(idle.answer("SELECT 1;"), "1");
        clock.advance(Duration::from_millis(500));
        assert_eq!(clock.clock().now(), Timestamp::parse(END).unwrap());
        wait_until_all_left(&gate);
        idle.send("SELECT 2;");
        for told in [idle.end(), busy.end()] {
            let words = "FATAL:  57P01: terminating connection because access to database \"analysis\" has ended";
            // Before it stands what the login was told of an end that is so near.
            let first = told.lines().find(|line| !["NOTICE:", "DETAIL:", "HINT:"].iter().any(|head| line.starts_with(head)));
            assert_eq!(first, Some(words), "{to}: {told}");
        }
        let told = gate.psql(&["SELECT 3"]);
        assert!(told.contains(refused), "{to}: {told}");
        let ended = gate.records_when("session.ended", 2);
        assert!(ended.len() == 2 && ended.iter().all(|record| record["status_code"] == "57P01"), "{ended:#?}");
    }
}

#[test]
fn no_statement_begins_after_the_end_whatever_the_timers_do() {
    let clock = ManualClock::new(Timestamp::parse("2026-11-18T13:00:00Z").unwrap());
    let (file, from, to, _) = ENDS[0];
    let gate = Gate::start_at(1_000_000, clock.clock(), &[(file, from, to)]);
    let mut sessions = [gate.interactive("jane"), gate.interactive("john")];
    // With the end so far away, a timer looks at the clock again in half a minute.
    clock.advance(Duration::from_secs(4 * 3600));
    sessions[0].send("SELECT count(*) FROM numbers;");
    sessions[1].send("SHOW DateStyle;");
    for session in sessions {
        let told = session.end();
        assert!(told.starts_with("FATAL:  57P01: "), "{told}");
    }
}

#[test]
fn who_is_removed_during_the_login_does_not_get_in() {
    let server = Arc::new(Postgres::builder().start());
    let database = new_database(&server);
    let folder = tempfile::tempdir().unwrap();
    folder::write_shop(folder.path(), server.port, &database, 1_000);
    folder::change(folder.path(), "postern.yaml", "connection_wait: 2s", "connection_wait: 60s");
    let gate = Gate::over(Arc::clone(&server), database, folder).unwrap();
    // The first login waits for the warehouse: nobody can log in there while the roles are locked.
    let mut superuser = Command::new(binary("psql"));
    superuser.args(["-X", "-h", "127.0.0.1", "-p", &server.port.to_string(), "-U", "postgres"]);
    let mut lock = Interactive::start(superuser);
    lock.answer("BEGIN; LOCK TABLE pg_authid IN ACCESS EXCLUSIVE MODE; SELECT 1;");
    let mut command = gate.psql_command("jane");
    let login = command.args(["-c", "SELECT 2"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the gate waits for the warehouse", || lock.answer("SELECT count(*) FROM pg_locks WHERE NOT granted;") != "0");
    gate.shared.authenticator.replace_people(Arc::new(People::new(Vec::new())));
    gate.revision.send_replace(gate.current_revision());
    assert_eq!(lock.answer("COMMIT; SELECT 3;"), "3");
    let told = said(&login.wait_with_output().unwrap());
    assert!(told.contains("FATAL:  terminating connection because the login is no longer valid"), "{told}");
}

#[test]
fn hours_that_open_again_before_the_end_do_not_end_a_session() {
    let clock = ManualClock::new(Timestamp::parse(BEFORE).unwrap());
    let (file, from, to, _) = ENDS[0];
    let gate = Gate::start_at(1_000_000, clock.clock(), &[(file, from, to)]);
    let mut session = gate.interactive("jane");
    // The policy in force when the hour comes is the one that counts.
    let now = gate.revision.borrow().clone();
    let mut revision = (*now).clone();
    let mut policy = (*now.policy).clone();
    policy.grants[0].conditions = Default::default();
    revision.policy = policy.into();
    gate.revision.send(revision.into()).unwrap();
    clock.advance(Duration::from_secs(1));
    assert_eq!(session.answer("SELECT 1;"), "1");
    assert_eq!(session.end(), "");
}
