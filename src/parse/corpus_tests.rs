//! What is read, held against PostgreSQL's own grammar; what is refused, in its words; and that no text makes the reader fall over.
#![cfg(test)]

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{
    Limits, Plain, Reason, UNSUPPORTED, expression, fingerprint, parameterise, parse_message, print_expr, print_statement,
    with_stack,
};
use crate::base::ToUserError;
use crate::witness;

const LIMITS: Limits = Limits { bytes: 1 << 20, nesting: 100, parameters: 65_535 };

const ACCEPTED: &str = include_str!("../../tests/fixtures/parse/accepted.sql");
const REFUSED: &str = include_str!("../../tests/fixtures/parse/refused.txt");

fn statements() -> Vec<&'static str> {
    let paragraphs = ACCEPTED.split("\n\n").map(str::trim);
    paragraphs.filter(|text| !text.is_empty() && !text.starts_with("-- ")).collect()
}

/// A schema's name is printed with quotes where a client wrote it, without where the printer adds it.
fn alike(text: &str) -> String {
    text.replace("\"pg_catalog\".", "pg_catalog.")
}

#[test]
fn what_is_accepted_means_to_postgresql_what_it_means_to_us() {
    let mut problems = String::new();
    for text in statements() {
        let parsed = match parse_message(text, &LIMITS) {
            Ok(parsed) => parsed,
            Err(error) => {
                writeln!(problems, "{text}\n  refused: {error}").expect("text");
                continue;
            }
        };
        assert_eq!(parsed.len(), 1, "{text}");
        let printed = print_statement(&parsed[0].statement, &Plain);
        if let Err(disagreement) = witness::check_printout(text, &printed) {
            writeln!(problems, "{text}\n  {printed}\n  {disagreement}").expect("text");
        }
        match parse_message(&printed, &LIMITS) {
            Ok(again) => {
                let second = print_statement(&again[0].statement, &Plain);
                if alike(&second) != alike(&printed) {
                    writeln!(problems, "{text}\n  {printed}\n  {second}").expect("text");
                }
            }
            Err(error) => writeln!(problems, "{text}\n  {printed}\n  refused when read again: {error}").expect("text"),
        }
    }
    assert!(problems.is_empty(), "\n{problems}");
    assert!(statements().len() > 200);
}

#[test]
fn what_is_refused_is_refused_by_its_name() {
    let mut problems = String::new();
    for line in REFUSED.lines().filter(|line| !line.starts_with('#')) {
        let [sqlstate, message, text] = line.splitn(3, " | ").collect::<Vec<_>>().try_into().expect("three fields");
        match parse_message(text, &LIMITS) {
            Ok(_) => writeln!(problems, "{text}\n  accepted").expect("text"),
            Err(error) => {
                let error = error.to_user_error();
                if error.sqlstate.as_str() != sqlstate || error.message != message {
                    writeln!(problems, "{text}\n  {} {}", error.sqlstate.as_str(), error.message).expect("text");
                }
            }
        }
    }
    assert!(problems.is_empty(), "\n{problems}");
}

#[test]
fn the_documentation_lists_every_construct_that_is_refused_by_name() {
    let mut refused: Vec<&str> = REFUSED
        .lines()
        .filter_map(|line| line.strip_prefix("0A000 | ")?.split_once(" is not supported | "))
        .map(|(construct, _)| construct)
        .collect();
    refused.sort_unstable();
    refused.dedup();
    assert_eq!(UNSUPPORTED.iter().map(|row| row.construct).collect::<Vec<_>>(), refused);
}

#[test]
fn the_documents_tell_every_construct_that_is_refused_by_name() {
    let (_, rest) = include_str!("../../docs/sql.md").split_once("held by a test -->\n\n").expect("the table");
    let rows: Vec<&str> =
        rest.lines().skip_while(|line| !line.starts_with("|---")).skip(1).take_while(|line| line.starts_with('|')).collect();
    let expected: Vec<String> = UNSUPPORTED.iter().map(|row| format!("| {} | {} |", row.construct, row.reason)).collect();
    assert_eq!(rows, expected);
    assert!(rest.starts_with(&format!("{} constructs", rows.len())), "their number");
}

#[test]
fn a_quoted_name_is_never_syntax() {
    for (quoted, plain) in [("\"coalesce\"(a)", "coalesce(a)"), ("\"user\"", "user"), ("a::\"char\"", "a::char")] {
        let read = |text: &str| expression(text, &LIMITS).map(|expr| print_expr(&expr, &Plain)).expect("expression");
        assert_ne!(read(quoted), read(plain));
    }
}

#[test]
fn variables_belong_to_filters_alone() {
    let filter = expression("vendor_id = :Vendor AND day <= :today", &LIMITS).expect("filter");
    assert_eq!(print_expr(&filter, &Plain), r#"(("vendor_id" = :vendor) AND ("day" <= :today))"#);
    assert!(parse_message("SELECT :vendor", &LIMITS).is_err());
    assert!(expression("a = 1; DROP TABLE t", &LIMITS).is_err());
    assert!(expression("a = $1", &LIMITS).is_err());
}

#[test]
fn statements_that_differ_in_literals_alone_have_one_fingerprint() {
    let print = |text: &str| parameterise(&parse_message(text, &LIMITS).expect("statement")[0].statement);
    let one = print("select a from t where b = 'secret' and c = $1 and d = 5 -- note");
    assert_eq!(one, print("SELECT a FROM t WHERE b = 'other' AND c = $1 AND d = 77"));
    assert!(!one.contains("secret"), "{one}");
    assert_eq!(fingerprint(&one).len(), 16);
    assert_ne!(one, print("SELECT a FROM t WHERE b = 'other' AND c = $2 AND d = 77"));
}

#[test]
fn errors_point_into_the_clients_text() {
    let position = |text: &str| parse_message(text, &LIMITS).expect_err(text).position;
    assert_eq!(position("SELECT 'é', + FROM t"), Some(15));
    assert_eq!(position("SELECT 1;\n  SELECT ("), Some(21));
    assert_eq!(position("SELECT a FROM t WHERE b QUALIFY c"), Some(25));
}

/// The deepest statements that pass the limits, of every kind of nesting.
fn deepest() -> Vec<String> {
    let levels = super::MAX_DEPTH - 20;
    let nested = LIMITS.nesting - 1;
    let mut queries = "SELECT 1".to_owned();
    for level in 0..nested {
        queries = format!("SELECT * FROM ({queries}) AS q{level}");
    }
    vec![
        format!("SELECT 1 WHERE {}", vec!["a = 1"; levels - 5].join(" OR ")),
        format!("SELECT {}", vec!["1"; levels].join(" + ")),
        format!("SELECT {}1", "- ".repeat(levels)),
        format!("SELECT {}true", "NOT ".repeat(levels)),
        format!("SELECT 1{}", "::int".repeat(levels)),
        format!("SELECT a{}", " IS NULL".repeat(levels)),
        format!("SELECT a{}", " COLLATE \"C\"".repeat(levels)),
        format!("SELECT (a){}", ".b".repeat(levels)),
        format!("SELECT * FROM a {}", "JOIN b ON true ".repeat(levels)),
        format!("SELECT 1 {}", "UNION SELECT 1 ".repeat(levels)),
        format!("SELECT {}1{}", "(".repeat(nested), ")".repeat(nested)),
        format!("SELECT {}1{}", "f(".repeat(nested), ")".repeat(nested)),
        format!("SELECT {}1{}", "ARRAY[".repeat(nested), "]".repeat(nested)),
        format!("SELECT {}1{}", "(SELECT ".repeat(nested), ")".repeat(nested)),
        format!("SELECT {}1{}", "CASE WHEN true THEN ".repeat(nested), " END".repeat(nested)),
        format!("SELECT * FROM {}a{}", "(".repeat(nested), " CROSS JOIN b)".repeat(nested)),
        queries,
    ]
}

#[test]
fn the_deepest_statement_that_is_accepted_fits_the_stack_of_a_worker() {
    // The stack that tokio gives its workers.
    let worker = std::thread::Builder::new().stack_size(2 << 20);
    let run = || {
        for text in deepest() {
            let start: String = text.chars().take(40).collect();
            let parsed = parse_message(&text, &LIMITS).unwrap_or_else(|error| panic!("{start}: {error}"));
            for parsed in parsed {
                let depth = parsed.depth;
                with_stack(depth, move || {
                    let printed = print_statement(&parsed.statement, &Plain);
                    assert!(!printed.is_empty());
                    assert!(!parameterise(&parsed.statement).is_empty());
                    let copy = parsed.statement.clone();
                    assert!(copy == parsed.statement);
                    drop(copy);
                    drop(parsed);
                });
            }
        }
    };
    worker.spawn(run).expect("thread").join().expect("no overflow");
}

/// Pieces of SQL that meet in unexpected ways.
fn token() -> impl Strategy<Value = String> {
    let words = [
        "select",
        "from",
        "where",
        "group",
        "by",
        "order",
        "limit",
        "all",
        "fetch",
        "first",
        "rows",
        "only",
        "with",
        "ties",
        "as",
        "(",
        ")",
        "[",
        "]",
        ",",
        ".",
        ";",
        ":",
        "::",
        "*",
        "+",
        "-",
        "<",
        "=",
        "=>",
        "@>",
        "||",
        "'x'",
        "E'\\n'",
        "$$y$$",
        "\"q\"",
        "1",
        "1.5",
        "$1",
        "a",
        "b",
        "t",
        "case",
        "when",
        "then",
        "else",
        "end",
        "not",
        "and",
        "or",
        "is",
        "null",
        "in",
        "between",
        "like",
        "escape",
        "any",
        "array",
        "row",
        "cast",
        "int",
        "interval",
        "date",
        "time",
        "zone",
        "at",
        "over",
        "window",
        "partition",
        "filter",
        "within",
        "union",
        "intersect",
        "values",
        "table",
        "only",
        "lateral",
        "join",
        "left",
        "on",
        "using",
        "natural",
        "cross",
        "tablesample",
        "repeatable",
        "rollup",
        "cube",
        "grouping",
        "sets",
        "distinct",
        "exists",
        "extract",
        "substring",
        "trim",
        "both",
        "for",
        "overlay",
        "placing",
        "position",
        "collate",
        "operator",
        "variadic",
        "recursive",
        "materialized",
        "ordinality",
        "rows from (",
        "begin",
        "set",
        "to",
        "copy",
        "stdout",
        "declare",
        "cursor",
        "prepare",
        "explain",
        "analyze",
        "search",
        "cycle",
        "depth",
        "/* c */",
        "-- c\n",
        "'",
        "/*",
        "\u{1}",
        "é",
    ];
    prop_oneof![8 => proptest::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,4}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_reader_panic_and_what_it_accepts_it_reads_again(tokens in prop::collection::vec(token(), 0..40)) {
        let text = tokens.join(" ");
        for text in [text.clone(), format!("select {text}"), format!("select * from {text}")] {
            let Ok(statements) = parse_message(&text, &LIMITS) else { continue };
            for parsed in statements {
                let printed = print_statement(&parsed.statement, &Plain);
                let again = parse_message(&printed, &LIMITS);
                prop_assert!(again.is_ok(), "{text}\n{printed}\n{:?}", again.err());
            }
        }
    }
}

#[test]
fn a_message_over_its_length_is_refused_before_it_is_read() {
    let limits = Limits { bytes: 10, ..LIMITS };
    let error = parse_message("SELECT 'unterminated", &limits).expect_err("too long");
    assert_eq!(error.reason, Reason::TooLarge { what: "statement length", found: 20, limit: 10, unit: "bytes" });
}
