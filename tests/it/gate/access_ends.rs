//! A session ends with what opened it, whatever it does at that moment: the clock of the gate stands still until the test moves it.

use std::time::Duration;

use postern::base::Timestamp;
use postern::runtime::ManualClock;

use super::ends::{SLOW, wait_until_running};
use super::running::Gate;

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
        "people.yaml",
        "groups: [acme_analysts]",
        "valid_until: 2026-11-18T17:00:00Z, groups: [acme_analysts]",
        "password authentication failed",
    ),
];

#[test]
fn a_session_ends_with_its_hours_its_grant_and_its_person() {
    for (file, from, to, refused) in ENDS {
        let clock = ManualClock::new(Timestamp::parse(BEFORE).unwrap());
        let gate = Gate::start_at(1_000_000, clock.clock(), &[(file, from, to)]);
        let (mut idle, mut busy) = (gate.interactive("jane"), gate.interactive("john"));
        busy.send(SLOW);
        wait_until_running(&gate, "%count%");
        assert_eq!(idle.answer("SELECT 1;"), "1");
        clock.advance(Duration::from_millis(500));
        assert_eq!(clock.clock().now(), Timestamp::parse(END).unwrap());
        while !gate.shared.registry.is_empty() {
            std::thread::yield_now();
        }
        idle.send("SELECT 2;");
        for told in [idle.end(), busy.end()] {
            let words = "FATAL:  57P01: terminating connection because access to database \"analysis\" has ended";
            assert!(told.starts_with(words), "{to}: {told}");
        }
        let told = gate.psql(&["SELECT 3"]);
        assert!(told.contains(refused), "{to}: {told}");
        let ended = gate.records("session.ended");
        assert!(ended.len() == 2 && ended.iter().all(|record| record["status_code"] == "57P01"), "{ended:#?}");
    }
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
