//! What a person learns of their own access with nothing but psql: EXPLAIN POLICY, the relations of schema `postern`, the rule of a refusal, the notice before
//! the end.

use postern::base::Timestamp;
use postern::runtime::{Clock, ManualClock};

use super::folder::PASSWORD;
use super::running::{Gate, said};
use super::wire::{Say, Speaker};

const COUNT: &str = "SELECT count(*) FROM customers WHERE email LIKE 'a%'";

#[test]
fn explain_policy_tells_what_the_grant_makes_of_a_statement_and_runs_nothing() {
    let gate = Gate::start(1000);
    let told = gate.psql(&[&format!("EXPLAIN POLICY {COUNT}")]);
    let expected =
        ["Allowed", "Relation crm.customers", "  Rows: filtered", "  Column email: masked (email); filter", "Function count"];
    assert_eq!(told.lines().collect::<Vec<_>>(), expected, "{told}");
    // No statement of it has reached the warehouse; the record says what was asked for.
    let sent = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%customers%' AND pid <> pg_backend_pid()";
    assert_eq!(gate.server.sql(&gate.database, sent), "0");
    let intents = gate.records("statement.intent");
    let [intent] = intents.as_slice() else { panic!("{intents:#?}") };
    let intent = intent.to_string();
    assert!(intent.contains("EXPLAIN POLICY SELECT") && !intent.contains("a%"), "{intent}");
}

#[test]
fn explain_policy_says_of_hidden_and_missing_names_the_same() {
    let gate = Gate::start(1000);
    let told = |of: &str| gate.psql(&[&format!("EXPLAIN POLICY SELECT {of}")]).replace(of, "…");
    for (hidden, missing) in [
        ("ssn FROM customers", "sso FROM customers"),
        ("1 FROM vault", "1 FROM vaulx"),
        ("c.ssn FROM customers c", "c.sso FROM customers c"),
    ] {
        let (hidden_told, missing_told) = (told(hidden), told(missing));
        let same = |text: &str| text.replace("ssn", "sso").replace("vault", "vaulx");
        assert_eq!(same(&hidden_told), missing_told);
        assert!(hidden_told.starts_with("Refused: "), "{hidden_told}");
    }
    let codes: Vec<String> = gate.records("statement.intent").iter().map(|record| record.to_string()).collect();
    assert!(
        codes.iter().any(|record| record.contains("deny:column_hidden"))
            && codes.iter().any(|record| record.contains("deny:relation_not_granted")),
        "{codes:#?}"
    );
}

#[test]
fn explain_policy_is_a_statement_in_every_protocol() {
    let gate = Gate::start(1000);
    let mut session = Speaker::log_in(gate.port, "jane", PASSWORD, &[("database", "analysis")]);
    let script = [
        Say::Parse("s", "EXPLAIN POLICY SELECT n FROM numbers"),
        Say::DescribeStatement("s"),
        Say::Bind { portal: "p", statement: "s", values: &[], binary: true },
        Say::DescribePortal("p"),
        Say::Execute("p", 2),
        Say::Execute("p", 0),
        Say::Sync,
    ];
    let heard = session.converse(&script).join("\n");
    for part in ["POLICY", "Relation crm.numbers", "  Column n: as it is; output", "C EXPLAIN"] {
        assert!(heard.contains(part), "{part}: {heard}");
    }
    assert!(!heard.contains("E ERROR"), "{heard}");
    // In a failed transaction nothing is explained; several statements of one message are.
    let told = gate.psql(&["EXPLAIN POLICY SELECT 1; EXPLAIN POLICY DELETE FROM numbers; SELECT 7"]);
    assert!(
        told.contains("Allowed\nRefused: permission denied for DELETE") && told.ends_with("7\n") || told.ends_with('7'),
        "{told}"
    );
    let failed = gate.psql(&["BEGIN", "SELECT nothing", "EXPLAIN POLICY SELECT 1", "ROLLBACK"]);
    assert!(failed.contains("current transaction is aborted"), "{failed}");
}

#[test]
fn my_access_and_my_limits_tell_what_the_grant_opens() {
    let gate = Gate::start(1000);
    let columns = gate.psql(&[
        "SELECT table_schema, table_name, column_name, ordinal_position, data_type, mask, is_filtered FROM postern.my_access WHERE table_name = 'customers' ORDER BY ordinal_position",
    ]);
    assert_eq!(
        columns.lines().collect::<Vec<_>>(),
        [
            "crm|customers|id|1|integer||t",
            "crm|customers|email|2|text|email|t",
            "crm|customers|region|3|text||t",
            "crm|customers|balance|4|numeric(12,2)||t"
        ]
    );
    let whole = gate.psql(&["SELECT * FROM postern.my_access"]);
    for hidden in ["ssn", "vault", "EMEA"] {
        assert!(!whole.contains(hidden), "{hidden}: {whole}");
    }
    let ends = gate.psql(&[
        "SET timezone = 'UTC'",
        "SELECT DISTINCT grant_name, ticket, purpose, ends_at, days_left = floor(extract(epoch from ends_at - now()) / 86400) FROM postern.my_access",
    ]);
    assert_eq!(ends, "analysis|DATA-1|Tests of the gate|2034-12-31 00:00:00+00|t");
    let limits = gate.psql(&["SELECT limit_name, value, unit, holds_for FROM postern.my_limits WHERE limit_name IN ('rows_per_query', 'statement_timeout', 'copy_out', 'rows_per_day') ORDER BY 1"]);
    assert_eq!(
        limits.lines().collect::<Vec<_>>(),
        [
            "copy_out|on||a session",
            "rows_per_day||rows|a person's day (UTC)",
            "rows_per_query|1000|rows|a statement",
            "statement_timeout|60|s|a statement"
        ]
    );
    // The catalogs list what the contract has.
    assert_eq!(gate.psql(&["SELECT count(*) FROM pg_namespace WHERE nspname = 'postern'"]), "0");
    let copied =
        gate.psql(&["COPY (SELECT status, is_kept FROM postern.contract_status WHERE table_name = 'customers') TO STDOUT"]);
    assert_eq!(copied, "active\tt");
}

#[test]
fn a_refusal_names_its_rule_and_where_to_look() {
    let gate = Gate::start(1000);
    for (sql, rule) in [
        ("SELECT ssn FROM customers", "column_missing"),
        ("SELECT sso FROM customers", "column_missing"),
        ("SELECT 1 FROM vault", "relation_missing"),
        ("SELECT 1 FROM vaulx", "relation_missing"),
        ("DELETE FROM customers", "statement_not_allowed"),
        ("SELECT pg_sleep(1)", "function_not_allowed"),
    ] {
        let told = gate.psql(&[sql]);
        assert!(told.contains(&format!("Rule {rule}. Reference ")) && told.contains("HINT:  "), "{told}");
    }
}

#[test]
fn a_login_is_told_when_the_support_of_its_contract_ends() {
    let login = |now: &str| {
        let clock = ManualClock::new(Timestamp::parse(now).unwrap());
        let ends = "status: deprecated\nslaProperties: [{property: endOfSupport, value: 2026-12-24}, {property: endOfLife, value: 2027-03-31}]";
        Gate::start_at(1000, clock.clock(), &[("contracts/crm.odcs.yaml", "status: active", ends)]).psql(&["SELECT 1"])
    };
    assert_eq!(login("2026-11-23T23:59:59Z"), "1");
    let told = [("2026-11-24T00:00:00Z", "ends"), ("2027-01-01T00:00:00Z", "ended")];
    for (now, verb) in told {
        assert_eq!(
            login(now).lines().collect::<Vec<_>>(),
            [
                "1",
                &format!("NOTICE:  contract \"crm\" 1.0.0 is deprecated: its support {verb} at 2026-12-24T00:00:00.000Z"),
                "DETAIL:  Access by this contract ends at 2027-03-31T00:00:00.000Z.",
                "HINT:  postern.contract_status names the owner to ask for the version that follows."
            ]
        );
    }
}

#[test]
fn a_login_is_told_when_the_access_ends_soon() {
    let login = |now: &str, file, from, to| {
        let clock = ManualClock::new(Timestamp::parse(now).unwrap());
        let gate = Gate::start_at(1000, clock.clock(), &[(file, from, to)]);
        gate.psql(&["SELECT 1"])
    };
    let (grant, until) = ("ends: 2034-12-31T00:00:00Z", "ends: 2026-12-01T00:00:00Z");
    let soon = login("2026-11-28T12:00:00Z", "policy.yaml", grant, until);
    let lines: Vec<&str> = soon.lines().collect();
    assert_eq!(
        lines,
        [
            "1",
            "NOTICE:  access to database \"analysis\" ends in 2 days",
            "DETAIL:  The grant ends at 2026-12-01T00:00:00.000Z.",
            "HINT:  Ask owner@shop.example when more time is needed; the ticket is DATA-1."
        ]
    );
    assert_eq!(login("2026-11-16T23:59:00Z", "policy.yaml", grant, until), "1");
    let person = ("people.yaml", "groups: [acme_analysts]", "valid_until: 2026-12-01T00:00:00Z, groups: [acme_analysts]");
    let told = login("2026-11-30T23:00:00Z", person.0, person.1, person.2);
    assert!(told.contains("ends in 1 hour") && told.contains("The user's own access ends at"), "{told}");
    assert_eq!(
        said(&Gate::start_at(1000, Clock::system(), &[]).psql_command("jane").args(["-Atc", "SELECT 1"]).output().unwrap()),
        "1"
    );
}
