//! `pg_stat_activity`: what a person's own sessions do, and nobody else's.

use super::ends::{SLOW, wait_until_running};
use super::running::{Gate, said};
use crate::harness::wait_until;

const ASKED: &str =
    "SELECT state, wait_event, xact_start IS NOT NULL, query FROM pg_stat_activity WHERE pid <> pg_backend_pid() ORDER BY pid";

#[test]
fn a_person_sees_what_their_own_sessions_do() {
    let gate = Gate::start(1_000_000);
    let (mut busy, mut waiting) = (gate.interactive("jane"), gate.interactive("jane"));
    waiting.answer("SET application_name = 'reports'; SELECT 1;");
    assert_eq!(gate.psql(&[ASKED]), "idle|ClientRead|f|SELECT 'here';\nidle|ClientRead|f|SELECT 1;");
    waiting.answer("BEGIN; SELECT 2;");
    busy.send(SLOW);
    wait_until_running(&gate, "%count%");
    assert_eq!(gate.psql(&[ASKED]), format!("active||t|{SLOW}\nidle in transaction|ClientRead|t|SELECT 2;"));
    waiting.send("SELECT 1/0; SELECT 7;");
    // psql goes on with its own session while the other one is asked.
    wait_until("the block failed", || gate.psql(&[ASKED]).contains("idle in transaction (aborted)"));
    let own = "SELECT datname, usename, application_name, state, query, backend_type, client_addr, query_start >= backend_start AND state_change >= query_start \
               FROM pg_stat_activity WHERE pid = pg_backend_pid()";
    assert_eq!(gate.psql(&[own]), format!("analysis|jane|psql|active|{own}|client backend||t"));
    assert_eq!(gate.psql(&["SELECT application_name FROM pg_stat_activity ORDER BY pid"]), "psql\nreports\npsql");
    // To anybody else they are not there, under whatever name they are asked for.
    for asked in [
        "SELECT count(*) FROM pg_stat_activity",
        "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE usename IN ('john', 'jane')",
    ] {
        assert_eq!(said(&gate.psql_command("john").args(["-A", "-t", "-c", asked]).output().unwrap()).trim(), "1");
    }
    // A session that has ended is gone, and a long statement is told as far as PostgreSQL tells it.
    busy.interrupt();
    drop((busy, waiting));
    wait_until("both are gone", || gate.psql(&["SELECT count(*) FROM pg_stat_activity"]) == "1");
    let long = format!("SELECT length(query), '{}' FROM pg_stat_activity", "ü".repeat(2000));
    assert!(gate.psql(&[&long]).starts_with("523|"));
}
