//! Every way to rows, and every refusal, has its record.

use super::folder::PASSWORD;
use super::running::Gate;
use super::wire::Say::{Bind, Execute, Parse, Query, Sync};
use super::wire::Speaker;
use crate::harness::wait_until;

/// What a statement is on record as: its kind, the first relation, the rows that could leave and those that left.
fn accounts(gate: &Gate) -> Vec<String> {
    let outcomes = gate.outcomes();
    let account = |intent: &serde_json::Value| {
        let id = &intent["postern"]["statement_id"];
        let outcome: Vec<_> = outcomes.iter().filter(|outcome| outcome["postern"]["statement_id"] == *id).collect();
        assert_eq!(outcome.len(), 1, "{intent:#}");
        assert!(outcome[0]["metadata"]["sequence"].as_u64() > intent["metadata"]["sequence"].as_u64());
        let kind = intent["postern"]["sql"]["kind"].as_str().unwrap();
        let relation = intent["postern"]["objects"][0]["relation"].as_str().unwrap_or("-");
        let rows = [&intent["postern"]["credit"]["rows"], &outcome[0]["postern"]["result"]["rows"]];
        format!("{kind} {relation} {}/{}", rows[1], rows[0])
    };
    gate.records("statement.intent").iter().map(account).collect()
}

#[test]
fn every_way_to_rows_has_its_record() {
    let gate = Gate::start(1_000_000);
    let said = gate.psql(&[
        "SELECT id FROM customers WHERE id <= 4",
        "COPY (SELECT id FROM customers WHERE id <= 5) TO STDOUT",
        "BEGIN",
        "DECLARE c CURSOR FOR SELECT id FROM customers",
        "FETCH 3 FROM c",
        "MOVE 2 FROM c",
        "FETCH 1 FROM c",
        "CLOSE c",
        "COMMIT",
        "EXPLAIN SELECT 1 UNION ALL SELECT 2",
        "EXPLAIN POLICY SELECT n FROM numbers",
        "SHOW DateStyle",
        "SELECT pg_cancel_backend(NULL)",
        "PREPARE p AS SELECT id FROM customers WHERE id <= $1",
        "EXECUTE p(2)",
        "PREPARE w AS SELECT id FROM customers",
        "EXPLAIN EXECUTE w",
        "TABLE customers LIMIT 6",
    ]);
    assert_eq!(said.lines().count(), 3 + 4 + 3 + 1 + 3 + 3 + 1 + 1 + 2 + 1 + 6, "{said}");
    insta::assert_snapshot!(accounts(&gate).join("\n"), @r"
    select crm.customers 3/1000
    copy crm.customers 4/1000
    transaction - 0/0
    cursor crm.customers 0/1000
    cursor crm.customers 3/1000
    cursor crm.customers 0/1000
    cursor crm.customers 1/1000
    cursor - 0/0
    transaction - 0/0
    explain - 3/1000
    explain crm.numbers 3/3
    setting - 1/1
    other - 1/1
    prepare crm.customers 0/1000
    prepare crm.customers 2/1000
    prepare crm.customers 0/1000
    explain crm.customers 1/1000
    select crm.customers 6/1000
    ");
}

#[test]
fn a_large_result_stays_within_its_record() {
    let gate = Gate::start(1_000_000);
    let said = gate.psql(&["SELECT n, pad FROM numbers", "SELECT repeat('x', 5000000) FROM numbers LIMIT 3"]);
    assert_eq!(said.lines().count(), 200_003);
    let progress = gate.records("statement.progress");
    assert!(progress.len() > 4, "{}", progress.len());
    let report = postern::audit::verify(&gate.folder.path().join("audit")).unwrap();
    assert!(report.ok(), "{:?}", report.logs[0].problems);
    let large = gate.outcomes();
    assert_eq!(large[1]["postern"]["result"]["rows"], 3);
    assert!(large[1]["postern"]["result"]["bytes"].as_u64() > Some(15_000_000));
}

#[test]
fn what_leaves_while_the_log_is_lost_was_on_record_before() {
    let gate = Gate::start(1_000_000);
    let mut client = Speaker::log_in(gate.port, "jane", PASSWORD, &[("database", "analysis")]);
    client.say(&[Query("SELECT repeat('x', 1000000) FROM numbers LIMIT 300")]);
    // The client reads nothing: all buffers on the way are full, and most of the result is not under way yet.
    let stopped =
        format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND wait_event = 'ClientWrite'", gate.database);
    wait_until("the warehouse waits", || gate.server.sql("postgres", &stopped) == "1");
    gate.block_on(gate.shared.journal.close());
    let (mut bytes, mut told) = (0, None);
    loop {
        match client.message() {
            (b'D', row) => bytes += row.len() as u64,
            (b'E', error) => told = Some(String::from_utf8_lossy(&error).into_owned()),
            (b'Z', _) => break,
            _ => {}
        }
    }
    let records = [gate.records("statement.intent"), gate.records("statement.progress")].concat();
    let credits = records.iter().filter_map(|record| record["postern"]["credit"]["bytes"].as_u64());
    let recorded = credits.max().unwrap();
    assert!(bytes <= recorded, "{bytes} bytes left, {recorded} were on record");
    assert!(told.as_ref().is_some_and(|told| told.contains("57P01")), "{told:?} after {bytes} bytes");
}

#[test]
fn every_execution_of_a_portal_has_its_record() {
    let gate = Gate::start(1_000_000);
    let mut client = Speaker::log_in(gate.port, "jane", PASSWORD, &[("database", "analysis")]);
    let bind = |portal, statement| Bind { portal, statement, values: &[], binary: false };
    client.converse(&[Query("BEGIN")]);
    client.converse(&[
        Parse("", "SELECT n FROM numbers WHERE n <= 5"),
        bind("p", ""),
        Execute("p", 2),
        Execute("p", 0),
        Parse("s", "SHOW TimeZone"),
        bind("", "s"),
        Execute("", 0),
        Parse("c", "COPY (SELECT n FROM numbers WHERE n <= 3) TO STDOUT"),
        bind("", "c"),
        Execute("", 0),
        Sync,
    ]);
    insta::assert_snapshot!(accounts(&gate).join("\n"), @r"
    transaction - 0/0
    select crm.numbers 2/1000
    select crm.numbers 3/1000
    setting - 1/1
    copy crm.numbers 3/1000
    ");
}

#[test]
fn every_refusal_has_its_record() {
    let gate = Gate::start(10);
    let refused = [
        "SELECT * FROM vault",
        "SELECT ssn FROM customers",
        "SELECT pg_read_file('/etc/passwd')",
        "DELETE FROM customers",
        "COPY numbers TO '/tmp/x'",
        "SET session_replication_role = replica",
        "SELEC 1",
        "SELECT lo_import('/etc/passwd')",
    ];
    let told = gate.psql(&refused);
    assert_eq!(told.matches("ERROR:").count(), refused.len(), "{told}");
    let denied = gate.records("statement.denied");
    for record in &denied {
        let reference = record["postern"]["statement_id"].as_str().unwrap();
        assert!(told.contains(&format!("Reference {reference}.")), "{reference}: {told}");
    }
    let codes: Vec<&str> = denied.iter().map(|record| record["postern"]["decision"]["code"].as_str().unwrap()).collect();
    insta::assert_snapshot!(codes.join("\n"), @r"
    relation_not_granted
    column_hidden
    function_not_allowed
    statement_not_allowed
    statement_not_allowed
    setting_not_allowed
    syntax_error
    function_not_allowed
    ");
}
