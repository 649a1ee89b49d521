//! Errors, notices, plans and compiled code tell nothing of what is hidden, and end when they are told to.

use super::world::{Plan, Shown};
use crate::gate::Say;

/// A view over functions that fail in every class, with every field that an error can carry.
const FAILING: &str = r#"
CREATE TABLE crm.cases (id int PRIMARY KEY, code text);
INSERT INTO crm.cases VALUES (1, '42P01'), (2, '42703'), (3, '0A000'), (4, 'XX000'), (5, '22023'), (6, '23514'), (7, 'P0001'), (8, '42501'), (9, 'ABCDE');
CREATE FUNCTION crm.rate(int) RETURNS numeric LANGUAGE plpgsql STABLE AS $$ BEGIN
  RAISE NOTICE 'CANARY notice'; RAISE WARNING 'CANARY warning';
  RETURN (SELECT max(r) FROM canary_rates WHERE id = $1); END $$;
CREATE FUNCTION crm.fail(state text) RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN
  RAISE EXCEPTION 'CANARY message' USING ERRCODE = state, DETAIL = 'CANARY detail', HINT = 'CANARY hint', COLUMN = 'canary_column',
    CONSTRAINT = 'canary_constraint', DATATYPE = 'canary_type', TABLE = 'canary_table', SCHEMA = 'canary_schema'; END $$;
CREATE VIEW crm.priced AS SELECT id, crm.rate(id) AS rate FROM crm.cases;
CREATE VIEW crm.failing AS SELECT id, crm.fail(code) AS outcome FROM crm.cases;
"#;

#[test]
fn an_error_carries_no_name_no_value_and_no_place_of_the_warehouse() {
    let shown = [Shown::new("crm.priced", &["id", "rate"]), Shown::new("crm.failing", &["id", "outcome"])];
    Plan::new(FAILING, &shown).each(|world| {
        let quiet = |said: &str, sql: &str| {
            let said = said.to_lowercase();
            for word in ["canary", "rates", "query", "context", "plpgsql", "priced", "pl_exec", "internal"] {
                assert!(word == "internal" || !said.contains(word), "PostgreSQL {}: {sql}\n{said}", world.major());
            }
        };
        let sql = "SELECT rate FROM crm.priced";
        let said = world.ask(sql);
        assert!(said.starts_with("ERROR:  42P01: relation does not exist"), "{said}");
        quiet(&said, "SELECT");
        for (id, state) in ["42P01", "42703", "0A000", "XX000", "22023", "23514", "P0001", "42501", "ABCDE"].iter().enumerate() {
            let sql = format!("SELECT outcome FROM crm.failing WHERE id = {}", id + 1);
            let said = world.ask(&sql);
            assert!(said.starts_with(&format!("ERROR:  {state}: ")), "{sql}\n{said}");
            quiet(&said, "SELECT");
            // The fields themselves: what psql does not show is not there either.
            let sql: &'static str = Box::leak(sql.into_boxed_str());
            let heard = world.speaker().exchange(&[Say::Query(sql)]);
            let (_, body) = heard.iter().find(|(tag, _)| *tag == b'E').unwrap();
            let told = body.strip_suffix(b"Fpostern\0L0\0Rreport\0\0").unwrap_or_else(|| panic!("{}", body.escape_ascii()));
            let fields: Vec<u8> = told.split(|byte| *byte == 0).filter_map(|field| field.first().copied()).collect();
            assert!(fields.iter().all(|field| b"SVCMDHP".contains(field)), "{}", body.escape_ascii());
            assert!(heard.iter().all(|(tag, _)| *tag != b'N'));
        }
    });
}

#[test]
fn explain_has_no_number_that_hidden_rows_make() {
    let setup = "
        CREATE TABLE crm.t (id int PRIMARY KEY, region text, amount int);
        INSERT INTO crm.t SELECT g, CASE WHEN g <= 100 THEN 'EMEA' ELSE 'US' END, g FROM generate_series(1, 20000) g;
        CREATE INDEX ON crm.t (amount);";
    let shown = [Shown::new("crm.t", &["id", "region", "amount"]).filter("region = 'EMEA'")];
    Plan::new(setup, &shown).each(|world| {
        let plans = ["US", "ZZ"].map(|region| world.ask(&format!("EXPLAIN SELECT * FROM crm.t WHERE region = '{region}'")));
        assert_eq!(plans[0], plans[1]);
        for form in ["EXPLAIN {}", "EXPLAIN (VERBOSE) {}", "EXPLAIN (FORMAT JSON) {}", "EXPLAIN (COSTS true, VERBOSE true) {}"] {
            let said = world.ask(&form.replace("{}", "SELECT count(*) FROM crm.t WHERE amount > 7")).to_lowercase();
            for word in ["rows", "cost", "width", "emea", "time", "buffers", "loops", "19900", "20000"] {
                assert!(!said.contains(word), "{form}: {said}");
            }
        }
        // The plan is all there is.
        for (options, plain) in [
            ("ANALYZE", ""),
            ("ANALYZE VERBOSE", "VERBOSE"),
            ("(ANALYZE, BUFFERS)", ""),
            ("(ANALYZE, TIMING, WAL, SUMMARY, SETTINGS, FORMAT JSON)", "(FORMAT JSON)"),
        ] {
            let [analyzed, plain] = [options, plain].map(|options| {
                world.ask(&format!("EXPLAIN {options} SELECT count(*) FROM crm.t WHERE amount > 7 OR region = 'EMEA'"))
            });
            let plan: Vec<&str> = analyzed
                .lines()
                .filter(|line| !["WARNING:", "DETAIL:", "LOCATION:"].iter().any(|told| line.starts_with(told)))
                .collect();
            assert!(analyzed.contains("WARNING:  01000: EXPLAIN option ANALYZE has no effect here"), "{options}: {analyzed}");
            assert_eq!(plan.join("\n"), plain, "{options}");
        }
    });
}

#[test]
fn statements_are_never_compiled_to_code_that_cannot_be_stopped() {
    let setup = "CREATE TABLE crm.t (id int PRIMARY KEY); INSERT INTO crm.t SELECT generate_series(1, 50000)";
    let settings = [("jit", "on"), ("jit_above_cost", "0"), ("jit_optimize_above_cost", "0"), ("jit_inline_above_cost", "0")];
    let plan = Plan { settings: &settings, ..Plan::new(setup, const { &[Shown::new("crm.t", &["id"])] }) };
    plan.each(|world| {
        assert_eq!(world.direct("SHOW jit"), "on");
        // Compiled, these comparisons would run for many minutes and hear no cancel, whatever a session thinks of its own setting.
        let terms: Vec<String> = (0..400).map(|n| format!("id % 1009 = {n}")).collect();
        let heavy =
            format!("SELECT sum((SELECT count(*) FROM crm.t b WHERE ({}) AND b.id > a.id)) FROM crm.t a", terms.join(" OR "));
        let limit = "SET statement_timeout = '100ms'";
        for attempts in [
            &["SELECT set_config('jit', 'on', false)", "SELECT set_config('JIT', 'on', false) WHERE true", "SET jit = on", limit]
                [..],
            &["SET jit = off", "RESET jit", "SET SESSION jit TO DEFAULT", limit, "BEGIN", "SET LOCAL jit = on"],
            &["SET jit = on", "DISCARD ALL", limit],
        ] {
            let said = world.converse(&[attempts, &[heavy.as_str()]].concat());
            assert!(said.lines().any(|line| line.starts_with("ERROR:  57014: ")), "{attempts:?}: {said}");
        }
    });
}
