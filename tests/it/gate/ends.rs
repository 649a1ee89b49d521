//! What ends a statement or a session: cancel, limits, revocation, shutdown.

use std::process::Command;
use std::sync::Arc;

use postern::access::Revision;

use super::folder::PASSWORD;
use super::interactive::Interactive;
use super::running::{Gate, said};
use super::wire::{Say, Speaker};
use crate::harness::wait_until;

/// Waits until the warehouse runs a statement of the gate's that looks like this.
pub(super) fn wait_until_running(gate: &Gate, like: &str) {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND state = 'active' AND query LIKE '{like}'",
        gate.database
    );
    wait_until(&sql, || gate.server.sql("postgres", &sql) != "0");
}

/// Waits until no session is left.
pub(super) fn wait_until_all_left(gate: &Gate) {
    wait_until("no session is left", || gate.shared.registry.is_empty());
}

pub(super) const SLOW: &str = "SELECT count(*) FROM numbers a, numbers b WHERE a.pad || b.pad = a.n::text;";

#[test]
fn control_c_cancels_the_right_statement() {
    let gate = Gate::start(1_000_000);
    let (mut one, mut other) = (gate.interactive("jane"), gate.interactive("john"));
    one.send(SLOW);
    wait_until_running(&gate, "%count%");
    one.interrupt();
    other.send("SELECT 7;");
    assert_eq!(other.line(), "7");
    let told = one.end();
    assert!(told.contains("57014: canceling statement due to user request"), "{told}");
    assert_eq!(other.end(), "");
}

#[test]
fn a_person_cancels_what_runs_in_another_session_of_their_own() {
    let gate = Gate::start(1_000_000);
    let mut one = gate.interactive("jane");
    one.send("SELECT pg_backend_pid();");
    let pid = one.line();
    one.send(SLOW);
    wait_until_running(&gate, "%count%");
    // To anybody else there is no such session.
    let stranger =
        said(&gate.psql_command("john").args(["-A", "-t", "-c", &format!("SELECT pg_cancel_backend({pid})")]).output().unwrap());
    let nobodys = gate.psql(&["SELECT pg_cancel_backend(2147483647)"]);
    let message = |said: &str| said.lines().filter(|line| !line.contains("Reference ")).collect::<Vec<_>>().join("\n");
    assert!(stranger.contains("ERROR:  permission denied to cancel query"), "{stranger}");
    assert_eq!(message(&stranger), message(&nobodys));
    assert_eq!(gate.psql(&[&format!("SELECT pg_cancel_backend({pid}) AS done")]), "t");
    let told = one.end();
    assert!(told.contains("57014: canceling statement due to user request"), "{told}");
    for (sql, answer) in [
        ("SELECT pg_cancel_backend(NULL)", ""),
        ("SELECT pg_cancel_backend('x'::int)", "function pg_cancel_backend is not available here"),
        ("SELECT pg_cancel_backend(1), pg_reload_conf()", "function pg_cancel_backend is not available here"),
        ("SELECT pg_cancel_backend(n) FROM numbers", "function pg_cancel_backend is not available here"),
        ("SELECT pg_terminate_backend(1, 100)", "function pg_terminate_backend is not available here"),
        ("SELECT pg_terminate_backend(n) FROM numbers", "function pg_terminate_backend is not available here"),
        ("SELECT pg_terminate_backend(NULL)", ""),
        ("SELECT pg_terminate_backend(2147483647)", "permission denied to terminate process"),
    ] {
        let said = gate.psql(&[sql]);
        assert!(said.contains(answer), "{sql}: {said}");
    }
}

#[test]
fn a_person_ends_sessions_of_their_own_and_no_others() {
    let gate = Gate::start(1_000_000);
    let mut idle = gate.interactive("jane");
    let pid = idle.answer("SELECT pg_backend_pid();");
    let end = format!("SELECT pg_terminate_backend({pid})");
    let stranger = said(&gate.psql_command("john").args(["-A", "-t", "-c", &end]).output().unwrap());
    assert!(stranger.contains("ERROR:  permission denied to terminate process"), "{stranger}");
    assert_eq!(idle.answer("SELECT 7;"), "7");
    assert_eq!(gate.psql(&[&end]), "t");
    let told = "FATAL:  57P01: terminating connection due to administrator command";
    idle.send("SELECT 8;");
    let ended = idle.end();
    assert!(ended.contains(told) && !ended.contains('8'), "{ended}");
    // One that waits for the warehouse ends as well, and what it runs there.
    let mut busy = gate.interactive("jane");
    let pid = busy.answer("SELECT pg_backend_pid();");
    busy.send(SLOW);
    wait_until_running(&gate, "%count%");
    assert_eq!(gate.psql(&[&format!("SELECT pg_terminate_backend('{pid}')")]), "t");
    let ended = busy.end();
    assert!(ended.contains(told), "{ended}");
    let sql = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND state = 'active'", gate.database);
    wait_until(&sql, || gate.server.sql("postgres", &sql) == "0");
    // And the one that asks.
    let own = gate.psql(&["SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 9"]);
    assert!(own.starts_with("FATAL:  terminating connection due to administrator command") && !own.contains('9'), "{own}");
}

/// Message by message as PostgreSQL answers; where nobody has the number it is refused as another person's would be.
#[test]
fn to_cancel_is_to_ask_a_function() {
    let gate = Gate::start(1_000_000);
    let mut direct = Speaker::log_in(gate.server.port, "postgres", "", &[("database", gate.database.as_str())]);
    let mut through = Speaker::log_in(gate.port, "jane", PASSWORD, &[("database", "analysis")]);
    let bind = |binary| Say::Bind { portal: "", statement: "c", values: &[Some("2147483647")], binary };
    let scripts: [&[Say]; 2] = [
        &[Say::Parse("c", "SELECT pg_cancel_backend($1)"), Say::DescribeStatement("c"), Say::Sync],
        &[Say::Query("SELECT pg_cancel_backend(NULL) AS done, pg_cancel_backend(NULL::int)")],
    ];
    for script in scripts {
        assert_eq!(through.converse(script), direct.converse(script), "{script:?}");
    }
    for binary in [false, true] {
        let heard = through.converse(&[bind(binary), Say::DescribePortal(""), Say::Execute("", 0), Say::Sync]);
        assert_eq!(heard.iter().filter(|line| line.starts_with("E ")).collect::<Vec<_>>(), ["E ERROR 42501"], "{heard:?}");
    }
    assert_eq!(through.converse(&[Say::Query("SELECT pg_cancel_backend(pg_backend_pid())")]).last().unwrap(), "Z I");
}

#[test]
fn a_client_that_leaves_takes_its_statement_along() {
    let gate = Gate::start(1_000_000);
    let mut psql = gate.interactive("jane");
    psql.send(SLOW);
    wait_until_running(&gate, "%count%");
    psql.kill();
    let sql = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND state = 'active'", gate.database);
    wait_until(&sql, || gate.server.sql("postgres", &sql) == "0");
}

#[test]
fn rows_beyond_the_limit_are_an_error_and_not_a_cut() {
    let gate = Gate::start(500);
    let told = gate.psql(&["SELECT n FROM numbers", "SELECT 1"]);
    assert!(told.contains("statement returns more than 500 rows"), "{told}");
    assert!(told.lines().filter(|line| line.parse::<u32>().is_ok()).count() <= 501, "{told}");
    assert_eq!(gate.psql(&["SELECT count(*) FROM numbers"]), "200000");
    let fetched = gate.psql(&["BEGIN", "DECLARE c CURSOR FOR SELECT n FROM numbers", "FETCH 400 FROM c", "FETCH 400 FROM c"]);
    assert!(fetched.contains("statement returns more than 500 rows"), "{fetched}");
}

#[test]
fn a_statement_ends_at_its_time_limit() {
    let gate = Gate::start(1_000_000);
    let told = gate.psql(&["SET statement_timeout = '100ms'", SLOW, "SELECT 1"]);
    assert!(told.contains("canceling statement due to statement timeout"), "{told}");
    assert!(told.starts_with('1'), "{told}");
}

#[test]
fn a_session_does_not_wait_for_a_warehouse_that_does_not_stop() {
    let gate = Gate::start(1_000_000);
    let mut psql = gate.interactive("jane");
    psql.send("SET statement_timeout = '5s';");
    psql.send(SLOW);
    wait_until_running(&gate, "%count%");
    let stopped = StoppedBackend::of(&gate);
    let told = psql.end();
    assert!(told.contains("FATAL:  57014: terminating connection due to statement timeout"), "{told}");
    assert!(gate.outcomes().iter().any(|outcome| outcome["status_detail"].to_string().contains("statement timeout")));
    // The warehouse still works for it: of four places in the pool three are left.
    let others: Vec<Interactive> = (0..3).map(|_| gate.interactive("jane")).collect();
    let told = gate.psql(&["SELECT 1"]);
    assert!(told.contains("no warehouse connection became free in time"), "{told}");
    drop(stopped);
    wait_until("the place is free", || gate.psql(&["SELECT 1"]) == "1");
    drop(others.into_iter().map(Interactive::end).collect::<Vec<_>>());
}

/// A backend that computes and hears nothing: SIGSTOP, until it is dropped.
struct StoppedBackend(String);

impl StoppedBackend {
    fn of(gate: &Gate) -> Self {
        let own = "state = 'active' AND backend_type = 'client backend'";
        let sql = format!("SELECT pid FROM pg_stat_activity WHERE datname = '{}' AND {own}", gate.database);
        let backend = Self(gate.server.sql("postgres", &sql));
        assert!(backend.signal("-STOP"));
        backend
    }

    fn signal(&self, signal: &str) -> bool {
        Command::new("kill").args([signal, &self.0]).status().unwrap().success()
    }
}

impl Drop for StoppedBackend {
    fn drop(&mut self) {
        self.signal("-CONT");
    }
}

#[test]
fn sessions_are_limited_and_the_pool_waits() {
    let gate = Gate::start(1_000_000);
    let sessions: Vec<Interactive> = (0..4).map(|_| gate.interactive("jane")).collect();
    let told = gate.psql(&["SELECT 1"]);
    assert!(told.contains("no warehouse connection became free in time"), "{told}");
    assert_eq!(gate.psql(&["SHOW DateStyle"]), "ISO, MDY");
    drop(sessions.into_iter().map(Interactive::end).collect::<Vec<_>>());
    assert_eq!(gate.psql(&["SELECT 1"]), "1");
}

#[test]
fn a_revision_without_the_grant_ends_its_sessions() {
    let gate = Gate::start(1_000_000);
    let psql = gate.interactive("jane");
    let now = gate.revision.borrow().clone();
    let mut policy = (*now.policy).clone();
    policy.grants.clear();
    let next = Revision { policy: Arc::new(policy), grants: Default::default(), digest: "sha256:next".to_owned() };
    gate.revision.send(Arc::new(next)).unwrap();
    wait_until_all_left(&gate);
    let told = psql.end();
    assert!(!told.contains("ERROR"), "{told}");
    let refused = gate.psql(&["SELECT 1"]);
    assert!(refused.contains("access to database \"analysis\" is not open for this user now"), "{refused}");
}

#[test]
fn a_gate_that_drains_says_goodbye() {
    let gate = Gate::start(1_000_000);
    let mut psql = gate.interactive("jane");
    gate.shared.shutdown.begin();
    wait_until_all_left(&gate);
    psql.send("SELECT 1;");
    let told = psql.end();
    assert!(told.contains("57P01: terminating connection due to administrator command"), "{told}");
}

#[test]
fn nobody_gets_in_with_a_wrong_password_or_database() {
    let gate = Gate::start(1_000_000);
    let wrong = said(&gate.psql_command("jane").env("PGPASSWORD", "wrong").args(["-c", "SELECT 1"]).output().unwrap());
    assert!(wrong.contains("password authentication failed for user \"jane\""), "{wrong}");
    let elsewhere = gate.conninfo("jane").replace("analysis", "postgres");
    let mut command = std::process::Command::new(crate::harness::binary("psql"));
    let told = said(
        &command.args(["-X", "-d", &elsewhere, "-c", "SELECT 1"]).env("PGPASSWORD", super::folder::PASSWORD).output().unwrap(),
    );
    assert!(told.contains("access to database \"postgres\" is not open") && told.contains("\"analysis\" (always)"), "{told}");
    let failed = gate.records_when("auth.failed", 2);
    assert_eq!(failed.len(), 2, "{failed:#?}");
}

#[test]
fn no_row_leaves_when_its_record_cannot_be_written() {
    let gate = Gate::start(1_000_000);
    let mut psql = gate.interactive("jane");
    gate.block_on(gate.shared.journal.close());
    psql.send("SELECT n FROM numbers;");
    psql.send("SELECT 'still here';");
    let told = psql.end();
    assert!(!told.lines().any(|line| line.parse::<u32>().is_ok()), "{told}");
    assert!(told.contains("57P01: the gate is shutting down"), "{told}");
}

#[test]
fn a_row_that_is_too_large_is_refused_and_the_session_goes_on() {
    let gate = Gate::start(1_000_000);
    let told = gate.psql(&[
        "SELECT repeat('y', 50000000), repeat('z', 50000000)",
        "SELECT 5",
        "BEGIN",
        "SELECT repeat('y', 50000000), repeat('z', 50000000)",
        "SELECT 6",
        "COMMIT",
        "SELECT 7",
    ]);
    assert!(told.starts_with("5\n7\n"), "{told}");
    assert_eq!(told.matches("a row is larger than 67108864 bytes").count(), 2, "{told}");
    assert!(told.contains("current transaction is aborted"), "{told}");
}
