//! Statements as psql sends them.

use super::running::Gate;

#[test]
fn psql_sees_masked_rows_and_nothing_else() {
    let gate = Gate::start(1_000_000);
    let two = gate.psql(&["SELECT id, email FROM customers ORDER BY id LIMIT 2"]);
    assert_eq!(two.lines().count(), 2, "{two}");
    let all = gate.psql(&["SELECT * FROM customers"]);
    assert_eq!(all.lines().count(), 200);
    assert!(!all.contains("CANARY") && !all.contains("person1@") && !all.contains("|US|"), "{all}");
    let hidden = gate.psql(&["SELECT ssn FROM customers"]);
    assert!(hidden.contains("column \"ssn\" does not exist"), "{hidden}");
    let vault = gate.psql(&["SELECT * FROM vault"]);
    assert!(vault.contains("relation \"vault\" does not exist") && vault.contains("Reference "), "{vault}");
    let write = gate.psql(&["DELETE FROM customers"]);
    assert!(write.contains("ERROR"), "{write}");
    let denied = gate.records("statement.denied");
    assert_eq!(denied.len(), 3);
    assert!(vault.contains(denied[1]["postern"]["statement_id"].as_str().unwrap()), "{vault}\n{}", denied[1]);
    let outcomes = gate.outcomes();
    assert!(outcomes.iter().any(|outcome| outcome["postern"]["result"]["rows"] == 200), "{outcomes:#?}");
}

#[test]
fn several_statements_are_one_transaction() {
    let gate = Gate::start(1_000_000);
    assert_eq!(gate.psql(&["SELECT 1; SELECT 2; SHOW DateStyle"]), "1\n2\nISO, MDY");
    let rolled_back =
        gate.psql(&["SET DateStyle = 'German'; SELECT 1/0; SELECT 3", "SHOW DateStyle", "SELECT date '2024-03-01'"]);
    assert_eq!(rolled_back, "ISO, MDY\n2024-03-01\nERROR:  division by zero");
    assert_eq!(gate.psql(&["SET DateStyle = 'German'; SELECT 1", "SELECT date '2024-03-01'"]), "1\n01.03.2024");
    let refused = gate.psql(&["SELECT 1; SELECT * FROM vault; SELECT 2", "SELECT 5"]);
    assert!(refused.starts_with("1\n5\nERROR:  relation \"vault\" does not exist"), "{refused}");
    let savepoint = gate.psql(&["SELECT 1; SAVEPOINT a"]);
    assert!(savepoint.ends_with("ERROR:  SAVEPOINT can only be used in transaction blocks"), "{savepoint}");
    let commit = gate.psql(&["SELECT 1; COMMIT; SELECT 2"]);
    assert_eq!(commit, "1\n2\nWARNING:  there is no transaction in progress");
    assert_eq!(gate.psql(&["SET search_path = pg_catalog; SELECT count(*) > 0 FROM pg_class"]), "t");
    assert_eq!(gate.psql(&["SELECT 1; BEGIN; SELECT 2", "SELECT 3", "ROLLBACK"]), "1\n2\n3");
}

#[test]
fn transactions_fail_and_recover_as_in_postgresql() {
    let gate = Gate::start(1_000_000);
    let said = gate.psql(&[
        "BEGIN",
        "SAVEPOINT a",
        "SELECT * FROM vault",
        "SELECT 1",
        "ROLLBACK TO a",
        "SELECT 2",
        "SET TimeZone = 'Asia/Tokyo'",
        "SELECT 1/0",
        "COMMIT",
        "SHOW TimeZone",
    ]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(&lines[..2], ["2", "UTC"], "{said}");
    assert!(said.contains("current transaction is aborted"), "{said}");
    assert!(gate.psql(&["COMMIT"]).contains("there is no transaction in progress"));
    let start = gate.psql_command("jane").args(["-c", "START TRANSACTION", "-c", "COMMIT", "-c", "BEGIN"]).output().unwrap();
    assert_eq!(super::running::said(&start), "START TRANSACTION\nCOMMIT\nBEGIN");
}

#[test]
fn cursors_prepared_statements_and_copy_work() {
    let gate = Gate::start(1_000_000);
    let cursor = [
        "BEGIN",
        "DECLARE c SCROLL CURSOR FOR SELECT n FROM numbers ORDER BY n",
        "FETCH 2 FROM c",
        "MOVE 5 FROM c",
        "FETCH BACKWARD 1 FROM c",
        "CLOSE c",
        "FETCH 1 FROM c",
    ];
    let said = gate.psql(&cursor);
    assert_eq!(said, "1\n2\n6\nERROR:  cursor \"c\" does not exist");
    let prepared = gate.psql(&[
        "PREPARE p (int) AS SELECT n FROM numbers WHERE n < $1 ORDER BY n",
        "EXECUTE p (3)",
        "DEALLOCATE p",
        "EXECUTE p (3)",
    ]);
    assert_eq!(prepared, "1\n2\nERROR:  prepared statement \"p\" does not exist");
    assert_eq!(gate.psql(&["COPY (SELECT id, region FROM customers ORDER BY id LIMIT 2) TO STDOUT"]), "1\tEMEA\n2\tEMEA");
    let reads = gate.outcomes();
    let rows: u64 = reads.iter().filter_map(|outcome| outcome["postern"]["result"]["rows"].as_u64()).sum();
    assert_eq!(rows, 3 + 2 + 2, "{reads:#?}");
}

#[test]
fn explain_tells_the_shape_and_no_more() {
    let gate = Gate::start(1_000_000);
    for options in ["", "VERBOSE", "(FORMAT JSON, VERBOSE)", "(FORMAT XML)", "(FORMAT YAML, COSTS)"] {
        let plan = gate.psql(&[&format!("EXPLAIN {options} SELECT * FROM customers WHERE id = 3 AND email LIKE 'a%'")]);
        assert!(plan.contains("customers"), "{options}: {plan}");
        for secret in ["EMEA", "rows", "Rows", "ssn", "md5", "customers_pkey", "Output", "Filter", "cost", "width"] {
            assert!(!plan.contains(secret), "{options}: {plan}");
        }
    }
    for options in ["", "VERBOSE", "(FORMAT JSON, VERBOSE)", "(FORMAT XML)", "(ANALYZE, FORMAT YAML)"] {
        let explain = format!("EXPLAIN {options} EXECUTE p (3, 'a%')");
        let plan = gate.psql(&["PREPARE p AS SELECT * FROM customers WHERE id = $1 AND email LIKE $2", &explain]);
        assert!(plan.contains("customers"), "{options}: {plan}");
        for secret in ["EMEA", "rows", "Rows", "ssn", "md5", "customers_pkey", "Output", "Filter", "cost", "width", "actual"] {
            assert!(!plan.lines().any(|line| !line.starts_with("DETAIL:") && line.contains(secret)), "{options}: {plan}");
        }
    }
    for options in ["ANALYZE", "(ANALYZE, BUFFERS, FORMAT JSON)", "(SETTINGS)", "(SUMMARY on)"] {
        let told = gate.psql(&[&format!("EXPLAIN {options} SELECT * FROM customers WHERE id = 3")]);
        assert!(told.contains("customers") && told.contains("has no effect here"), "{options}: {told}");
        let plan = told
            .lines()
            .filter(|line| !line.starts_with("WARNING:") && !line.starts_with("DETAIL:"))
            .collect::<Vec<_>>()
            .join("\n");
        for secret in
            ["rows", "Rows", "actual", "Actual", "loops", "Time", "Buffers", "Shared", "Settings", "search_path", "cost"]
        {
            assert!(!plan.contains(secret), "{options}: {told}");
        }
    }
}

#[test]
fn settings_are_the_sessions_own() {
    let gate = Gate::start(1_000_000);
    assert_eq!(gate.psql(&["SHOW search_path", "SHOW is_superuser", "SHOW session_authorization"]), "crm\noff\njane");
    let refused = gate.psql(&[
        "SET work_mem = '1GB'",
        "SET postern.subject = 'x'",
        "SET standard_conforming_strings = off",
        "SHOW nonsense",
    ]);
    assert_eq!(refused.matches("ERROR").count(), 4, "{refused}");
    assert!(refused.contains("unrecognized configuration parameter"), "{refused}");
    assert_eq!(
        gate.psql(&[
            "SET extra_float_digits = 0",
            "SELECT 0.1::float8 + 0.2::float8",
            "RESET ALL",
            "SELECT 0.1::float8 + 0.2::float8"
        ]),
        "0.3\n0.30000000000000004"
    );
    assert!(gate.psql(&["SET statement_timeout = 0", "SHOW statement_timeout"]).starts_with("1min"));
    assert_eq!(gate.psql(&["SELECT current_user, session_user, current_database()"]), "jane|jane|analysis");
}

#[test]
fn psql_describes_only_the_contract() {
    let gate = Gate::start(1_000_000);
    let tables = gate.psql(&["\\dt *.*"]);
    assert!(tables.contains("customers") && !tables.contains("vault"), "{tables}");
    let table = gate.psql(&["\\d customers"]);
    assert!(table.contains("email") && !table.contains("ssn"), "{table}");
    let databases = gate.psql(&["\\l"]);
    assert!(databases.contains("analysis") && !databases.contains(&gate.database), "{databases}");
    let schemas = gate.psql(&["\\dn"]);
    assert!(schemas.contains("crm") && !schemas.contains("public"), "{schemas}");
}
