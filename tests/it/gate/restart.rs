//! Crash and shutdown of the process: what was read is not forgotten, what was begun is closed.

use std::process::{Command, Stdio};

use serde_json::json;

use super::running::said;
use super::shop::Shop;
use crate::harness::{Serving, done};

const ROWS: &str = "rows_per_query: 1000000";

#[test]
fn the_rows_of_a_day_stay_used_up_after_a_crash() {
    let shop = Shop::start(&[(ROWS, "rows_per_day: 250")]);
    assert_eq!(shop.psql("jane", &["SELECT n FROM numbers LIMIT 150", "SELECT n FROM numbers LIMIT 50"]).lines().count(), 200);
    let shop = shop.killed_when_settled_and_started_again();
    let told = shop.psql("jane", &["SELECT n FROM numbers LIMIT 51"]);
    assert!(told.starts_with("ERROR:  53400: the 250 rows of this day are used up"), "{told}");
    assert_eq!(shop.psql("jane", &["SELECT n FROM numbers LIMIT 50"]).lines().count(), 50);
    let told = shop.psql("jane", &["SELECT 1"]);
    assert!(told.starts_with("ERROR:  53400: the 250 rows of this day are used up"), "{told}");
    let shop = shop.killed_when_settled_and_started_again();
    let told = shop.psql("jane", &["SELECT 1"]);
    assert!(told.starts_with("ERROR:  53400: the 250 rows of this day are used up"), "{told}");
    assert_eq!(shop.psql("john", &["SELECT 1"]), "1", "everybody has a day of their own");
}

#[test]
fn the_bytes_of_a_day_stay_used_up_after_a_crash() {
    let shop = Shop::start(&[(ROWS, "bytes_per_day: 64KiB")]);
    assert_eq!(shop.psql("jane", &["SELECT n, pad FROM numbers LIMIT 500"]).lines().count(), 500);
    let shop = shop.killed_when_settled_and_started_again();
    let told = shop.psql("jane", &["SELECT n, pad FROM numbers LIMIT 200"]);
    assert!(told.starts_with("ERROR:  53400: the 65536 bytes of this day are used up"), "{told}");
    assert_eq!(shop.psql("john", &["SELECT 1"]), "1");
}

#[test]
fn a_statement_that_the_crash_has_ended_counts_with_all_that_its_record_let_out() {
    let shop = Shop::start(&[(ROWS, "rows_per_day: 1000")]);
    let lock = shop.lock("crm.numbers");
    let mut blocked = shop.psql_command("jane", "analysis");
    let blocked = blocked.args(["-c", "SELECT n FROM numbers"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    shop.wait_until_blocked(1);
    shop.gate.wait_for("postern_audit_open_intents", 1.0);
    let shop = shop.killed_and_started_again();
    drop(lock);
    blocked.unwrap().wait().unwrap();
    let told = shop.psql("jane", &["SELECT 1"]);
    assert!(told.starts_with("ERROR:  53400: the 1000 rows of this day are used up"), "{told}");
    let closed = shop.records("statement.outcome");
    assert_eq!((closed.len(), &closed[0]["status_detail"]), (1, &json!("unknown (crash)")));
    assert_eq!(closed[0]["postern"]["result"]["rows"], json!(1000));
    assert_eq!(shop.records("log.recovered").len(), 1);
    let verified = done(&["audit", "verify", "--config", &shop.gate.folder]);
    assert!(verified.contains(": ok\n") && verified.contains("open intents  0\n"), "{verified}");
}

#[test]
fn a_gate_that_stops_lets_statements_end_and_closes_its_log() {
    let shop = Shop::start(&[]);
    let mut idle = shop.interactive("jane");
    let (short, long) = (shop.lock("crm.numbers"), shop.lock("crm.customers"));
    let run = |user: &str, sql: &str| {
        let mut command: Command = shop.psql_command(user, "analysis");
        command.args(["-A", "-t", "-v", "VERBOSITY=verbose", "-c", sql]).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let ends_in_time = run("john", "SELECT count(*) FROM numbers");
    let does_not = run("jane", "SELECT id FROM customers");
    shop.wait_until_blocked(2);
    shop.gate.signal("TERM");
    // Who rests is sent away at once; the others have time.
    shop.gate.wait_for("postern_sessions_active", 2.0);
    let page = shop.gate.page("/readyz");
    assert!(page.starts_with("HTTP/1.1 503"), "{page}");
    idle.send("SELECT 1;");
    let told = idle.end();
    assert!(told.starts_with("FATAL:  57P01: terminating connection due to administrator command"), "{told}");
    drop(short);
    let ended = ends_in_time.wait_with_output().unwrap();
    // Whoever then lingers is sent away too.
    assert_eq!((said(&ended).lines().next(), ended.status.code()), (Some("200000"), Some(0)));
    // And when the time is over, it is over.
    let told = said(&does_not.wait_with_output().unwrap());
    assert!(told.starts_with("FATAL:  57P01: terminating connection due to administrator command"), "{told}");
    let Shop { gate, server: _, database: _, folder } = shop;
    assert_eq!(gate.ended().code(), Some(0));
    drop(long);
    let conf = folder.path().to_str().unwrap();
    let verified = done(&["audit", "verify", "--config", conf]);
    assert!(verified.contains(": ok\n") && verified.contains("open intents  0\n") && !verified.contains("note:"), "{verified}");
    // The next process finds nothing to repair.
    Serving::start(conf).stop();
    let all = done(&["audit", "search", "--config", conf]);
    assert_eq!(all.matches(" log.opened ").count(), 2, "{all}");
    assert!(!all.contains("log.recovered") && !all.contains("running"), "{all}");
    assert_eq!(all.matches(" session.ended ").count(), 3, "{all}");
}

#[test]
fn what_the_gate_answers_just_before_it_stops_is_closed_too() {
    let shop = Shop::start(&[]);
    let mut jane = shop.interactive("jane");
    for _ in 0..200 {
        jane.send("SHOW DateStyle; SET DateStyle = 'ISO'; BEGIN; ROLLBACK;");
    }
    assert_eq!(jane.answer("SELECT 5;"), "ISO, MDY");
    shop.gate.signal("TERM");
    let Shop { gate, server: _, database: _, folder } = shop;
    assert_eq!(gate.ended().code(), Some(0));
    drop(jane);
    let verified = done(&["audit", "verify", "--config", folder.path().to_str().unwrap()]);
    assert!(verified.contains("open intents  0\n"), "{verified}");
}
