//! What a session holds itself, as statements read and change it: settings, prepared statements, cursors, the name of the application.

use serde_json::json;

use super::running::{Gate, said};

#[test]
fn nothing_is_written_however_a_client_asks_for_it() {
    let gate = Gate::start(1_000_000);
    let asked = [
        "SET default_transaction_read_only = off",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "BEGIN READ WRITE",
        "SET TRANSACTION READ WRITE",
        "SELECT set_config('transaction_read_only', 'off', true)",
        "SHOW transaction_read_only",
        "SELECT crm.write_it()",
    ];
    let said = gate.psql(&asked);
    assert!(said.starts_with("off\noff\nERROR:  cannot execute"), "{said}");
    assert!(said.contains("in a read-only transaction"), "{said}");
    assert!(gate.psql(&["SELECT crm.write_it()"]).contains("in a read-only transaction"));
    assert_eq!(gate.server.sql(&gate.database, "SELECT count(*) FROM crm.written"), "0");
    // As for anybody without the privilege; in a transaction that the client made read-only, as for everybody.
    assert!(gate.psql(&["DELETE FROM numbers"]).starts_with("ERROR:  permission denied for DELETE"));
    let read_only = gate.psql(&["BEGIN READ ONLY", "DELETE FROM numbers"]);
    assert!(read_only.starts_with("ERROR:  cannot execute DELETE in a read-only transaction"), "{read_only}");
}

#[test]
fn settings_read_in_queries_are_the_sessions_own() {
    let gate = Gate::start(1_000_000);
    let said = gate.psql(&[
        "SET search_path = crm, public",
        "SELECT current_setting('search_path'), current_setting('SEARCH_PATH', true), current_setting('no.such', true) IS NULL",
        "SET statement_timeout = '5s'",
        "SELECT name, setting, unit, source FROM pg_settings WHERE name = 'statement_timeout'",
        "BEGIN",
        "SET LOCAL statement_timeout = '2s'",
        "SELECT current_setting('statement_timeout')",
        "ROLLBACK",
        "SELECT current_setting('statement_timeout')",
        "PREPARE p AS SELECT current_setting($1)",
        "SET extra_float_digits = 2",
        "EXECUTE p('extra_float_digits')",
        "EXECUTE p('work_mem')",
    ]);
    let lines: Vec<&str> = said.lines().collect();
    let expected = ["crm, public|crm, public|t", "statement_timeout|5000|ms|session", "2s", "5s", "2"];
    assert_eq!(lines[..5], expected, "{said}");
    assert!(lines[5].starts_with("ERROR:"), "{said}");
    // A key of pseudonyms is a setting of the warehouse connection; no name of one reads it.
    for name in ["postern.i_email", "POSTERN.I_Email", "postern.settings", "postern.subject"] {
        let said = gate.psql(&[&format!("SELECT current_setting('{name}')")]);
        assert!(said.starts_with("ERROR:") && !said.contains("jane"), "{said}");
        assert_eq!(gate.psql(&[&format!("SELECT current_setting('{name}', true) IS NULL")]), "t");
    }
    assert_eq!(gate.psql(&["SELECT count(*) FROM pg_settings WHERE name ~ 'postern|work_mem|data_directory'"]), "0");
}

#[test]
fn set_config_is_set() {
    let gate = Gate::start(1_000_000);
    let said = gate.psql(&[
        "SELECT set_config('search_path', 'pg_catalog', false)",
        "SHOW search_path",
        "SELECT pg_catalog.set_config('statement_timeout', '5000', false) AS a, current_setting('statement_timeout') AS b",
        "BEGIN",
        "SELECT set_config('TimeZone', 'Asia/Tokyo', true)",
        "SELECT timestamptz '2024-01-01 00:00:00+00'",
        "COMMIT",
        "SELECT timestamptz '2024-01-01 00:00:00+00'",
        "SELECT set_config('bytea_output', 'escape', false) FROM pg_show_all_settings() WHERE name = 'bytea_output'",
        "SELECT '\\x41'::bytea",
        "SELECT set_config('bytea_output', 'hex', false) FROM pg_settings WHERE name = 'no_such'",
        "SELECT '\\x41'::bytea",
        "SELECT set_config('statement_timeout', NULL, false)",
        "SHOW statement_timeout",
    ]);
    let expected =
        "pg_catalog\npg_catalog\n5s|5s\nAsia/Tokyo\n2024-01-01 09:00:00+09\n2024-01-01 00:00:00+00\nescape\nA\nA\n1min\n1min";
    assert_eq!(said, expected);
    for (refused, why) in [
        ("SELECT set_config('work_mem', '1GB', false)", "cannot be set here"),
        ("SELECT set_config('postern.subject', 'root', false)", "cannot be set here"),
        ("SELECT set_config('role', 'postgres', false)", "cannot be set"),
        ("SELECT set_config('search_path', 'x', false) FROM numbers", "not available here"),
        ("SELECT length(set_config('search_path', 'x', false))", "not available here"),
    ] {
        let said = gate.psql(&[refused]);
        assert!(said.starts_with("ERROR:") && said.contains(why), "{refused}\n{said}");
    }
}

#[test]
fn prepared_statements_and_cursors_show() {
    let gate = Gate::start(1_000_000);
    let said = gate.psql(&[
        "PREPARE one (int, text) AS SELECT $1, $2",
        "PREPARE \"it's; odd\" AS SELECT 1",
        "SELECT name, statement, parameter_types, from_sql FROM pg_prepared_statements ORDER BY name",
        "DEALLOCATE one",
        "SELECT name FROM pg_prepared_statements",
        "BEGIN",
        "DECLARE c SCROLL CURSOR FOR SELECT n FROM numbers",
        "SELECT name, statement, is_holdable, is_scrollable FROM pg_cursors",
        "COMMIT",
        "SELECT count(*) FROM pg_cursors",
    ]);
    let expected = [
        "it's; odd|PREPARE \"it's; odd\" AS SELECT 1|{}|t",
        "one|PREPARE one (int, text) AS SELECT $1, $2|{integer,text}|t",
        "it's; odd",
        "c|DECLARE c SCROLL CURSOR FOR SELECT n FROM numbers|f|t",
        "0",
    ];
    assert_eq!(said, expected.join("\n"));
    assert_eq!(gate.psql(&["SELECT count(*) FROM pg_prepared_statements"]), "0");
    // Types of the warehouse's own have the names that the client knows.
    let own = gate.psql(&[
        "PREPARE own (crm.mood, crm.mood[], int) AS SELECT $1, $2, $3",
        "SELECT name, parameter_types, parameter_types::text[] FROM pg_prepared_statements",
        "SET search_path = pg_catalog",
        "SELECT parameter_types FROM pg_prepared_statements",
        "SELECT parameter_types = '{crm.vault_kind}', parameter_types = '{crm.absent}' FROM pg_prepared_statements",
    ]);
    let names = "own|{mood,mood[],integer}|{mood,mood[],integer}\n{crm.mood,crm.mood[],integer}\nf|f";
    assert_eq!(own, names);
}

#[test]
fn the_record_names_the_application_as_the_session_does() {
    let gate = Gate::start(1_000_000);
    gate.psql(&[
        "SELECT 1",
        "SET application_name = 'nightly'",
        "SELECT 2",
        "BEGIN",
        "SET application_name = 'taken back'",
        "ROLLBACK",
        "SELECT 3",
        "SELECT * FROM vault",
    ]);
    let names = |code: &str| -> Vec<serde_json::Value> {
        gate.records(code).iter().map(|record| record["actor"]["app_name"].clone()).collect()
    };
    let intents = names("statement.intent");
    assert_eq!(intents.first(), Some(&json!("psql")), "{intents:?}");
    assert_eq!(intents.last(), Some(&json!("nightly")), "{intents:?}");
    assert_eq!(names("statement.denied"), [json!("nightly")]);
}

#[test]
fn what_the_gate_answers_in_from_has_its_name() {
    let gate = Gate::start(1_000_000);
    let said = |statement: &str| super::running::said(&gate.psql_command("jane").args(["-A", "-c", statement]).output().unwrap());
    assert_eq!(said("SELECT * FROM current_schema()"), "current_schema\ncrm\n(1 row)");
    assert_eq!(said("SELECT * FROM current_database() AS d"), "d\nanalysis\n(1 row)");
    assert_eq!(said("SELECT * FROM current_user"), "current_user\njane\n(1 row)");
    assert_eq!(said("SELECT x FROM format_type(23, NULL) WITH ORDINALITY AS f (x, n)"), "x\ninteger\n(1 row)");
    assert_eq!(said("SELECT t.n, f FROM (VALUES (23)) AS t (n), format_type(t.n, NULL) AS f"), "n|f\n23|integer\n(1 row)");
}

/// What tools and analysts set of the planner is taken, shown everywhere alike, and told to have no effect; the warehouse never hears of it.
#[test]
fn the_planner_is_the_warehouses_and_says_so() {
    let gate = Gate::start(1_000_000);
    for (name, value, shown, raw) in [
        ("enable_seqscan", "off", "off", "off"),
        ("geqo_threshold", "20", "20", "20"),
        ("random_page_cost", "1.10", "1.1", "1.1"),
        ("effective_cache_size", "3GB", "3GB", "393216"),
        ("min_parallel_table_scan_size", "100kB", "104kB", "13"),
        ("plan_cache_mode", "FORCE_custom_plan", "force_custom_plan", "force_custom_plan"),
    ] {
        let agree = format!("SELECT current_setting('{name}'), (SELECT setting FROM pg_settings WHERE name = '{name}')");
        let told = gate.psql(&[&format!("SHOW {name}"), &agree]);
        let direct = gate.server.sql(&gate.database, &format!("SHOW {name}; {agree}"));
        assert_eq!(told, direct, "{name}");
        let said = gate.psql(&[
            &format!("SET {name} = '{value}'"),
            &format!("SHOW {name}"),
            &agree,
            "BEGIN",
            &format!("SET LOCAL {name} TO DEFAULT"),
            "COMMIT",
            &format!("RESET {name}"),
            &format!("SHOW {name}"),
        ]);
        let notice = format!(
            "NOTICE:  parameter \"{name}\" has no effect here\nDETAIL:  The warehouse plans queries as its owner has set it."
        );
        let default = direct.lines().next().unwrap();
        assert_eq!(said, format!("{shown}\n{shown}|{raw}\n{default}\n{notice}"));
        let said = gate.psql(&[&format!("SELECT set_config('{name}', '{value}', false)")]);
        assert_eq!(said, format!("{shown}\n{notice}"));
    }
    for (sql, words) in [
        ("SET enable_sort = 'x'", "parameter \"enable_sort\" requires a Boolean value"),
        ("SET geqo_effort = 11", "11 is outside the valid range for parameter \"geqo_effort\" (1 .. 10)"),
        ("SET cursor_tuple_fraction = 1.5", "1.5 is outside the valid range for parameter \"cursor_tuple_fraction\" (0 .. 1)"),
        ("SET effective_cache_size = '5 elephants'", "invalid value for parameter \"effective_cache_size\": \"5 elephants\""),
    ] {
        let (here, there) = (gate.psql(&[sql]), said(&gate.server.psql(&gate.database, "postgres", sql)));
        assert!(here.contains(words) && there.contains(words), "{here}\n{there}");
    }
    // What takes the warehouse's memory and its processes nobody sets, and nothing tells.
    for name in ["work_mem", "maintenance_work_mem", "hash_mem_multiplier", "temp_buffers", "max_parallel_workers_per_gather"] {
        for sql in [
            format!("SET {name} = '1'"),
            format!("SET LOCAL {name} TO DEFAULT"),
            format!("SELECT set_config('{name}', '1', true)"),
        ] {
            let said = gate.psql(&[&sql]);
            let is_explained = ["cannot be set here", "Memory and processes", "HINT:"].iter().all(|words| said.contains(words));
            assert!(is_explained, "{sql}: {said}");
        }
        let said = gate.psql(&[&format!("SHOW {name}")]);
        assert!(said.contains("unrecognized configuration parameter"), "{said}");
        assert_eq!(
            gate.psql(&[&format!(
                "SELECT current_setting('{name}', true) IS NULL, count(*) FROM pg_settings WHERE name = '{name}'"
            )]),
            "t|0"
        );
    }
    let ways = ["seqscan", "indexscan", "indexonlyscan", "bitmapscan"].map(|way| format!("SET enable_{way} = off"));
    let ask = "EXPLAIN SELECT n FROM numbers ORDER BY n";
    let plain = gate.psql(&[ask]);
    let set = gate.psql(&[&ways[0], &ways[1], &ways[2], &ways[3], ask]);
    assert!(!plain.is_empty() && set.starts_with(&plain), "{plain}\n{set}");
}

/// pg_dump sets it so that no view of somebody else's runs while it copies (CVE-2024-7348).
#[test]
fn views_are_not_read_where_nobody_wants_them() {
    let gate = Gate::start(1_000_000);
    let there =
        gate.server.sql(&gate.database, "SELECT count(*) FROM pg_settings WHERE name = 'restrict_nonsystem_relation_kind'");
    let here = gate.psql(&["SELECT count(*) FROM pg_settings WHERE name = 'restrict_nonsystem_relation_kind'"]);
    assert_eq!(here, there);
    if there == "0" {
        assert!(gate.psql(&["SHOW restrict_nonsystem_relation_kind"]).contains("unrecognized configuration parameter"));
        return;
    }
    let dump =
        "SELECT set_config(name, 'view, foreign-table', false) FROM pg_settings WHERE name = 'restrict_nonsystem_relation_kind'";
    assert_eq!(gate.psql(&[dump, "SHOW restrict_nonsystem_relation_kind"]), "view, foreign-table\nview, foreign-table");
    assert_eq!(gate.psql(&[dump, "SELECT count(*) > 0 FROM numbers, pg_tables"]), "view, foreign-table\nt");
    for sql in ["SET restrict_nonsystem_relation_kind = 'table'", "SET restrict_nonsystem_relation_kind = 'view, x'"] {
        let (here, there) = (gate.psql(&[sql]), said(&gate.server.psql(&gate.database, "postgres", sql)));
        assert!(here.contains("Unrecognized key word") && there.contains("Unrecognized key word"), "{here}\n{there}");
    }
}
