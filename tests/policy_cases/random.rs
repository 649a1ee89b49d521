//! Random statements: over the exposed catalog, over hidden names, and both of them damaged. `PROPTEST_CASES` raises the number.

use postern::config::environment;
use postern::enforce::{DenialCode, parse_message};
use postern::witness::Witness;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::bed::{SHOP, Session};
use super::permit;

/// Statements of one property where nobody asks for more.
const CASES: u32 = 1000;

fn config() -> ProptestConfig {
    let asked = environment("PROPTEST_CASES").and_then(|number| number.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(CASES), failure_persistence: None, ..ProptestConfig::default() }
}

const COLUMNS: &[&str] = &[
    "c.id",
    "c.email",
    "c.phone",
    "c.region",
    "c.birth_date",
    "c.balance",
    "c.tags",
    "o.id",
    "o.amount",
    "o.status",
    "email",
    "phone",
    "amount",
    "c",
    "o",
    "c.\"id\"",
    "(c).phone",
    "email(c)",
    "o.placed_at",
];
const STRAY_COLUMNS: &[&str] = &["id", "nowhere", "crm.customers.email", "customers.phone", "s.a", "a", "x", "note"];
const HIDDEN: &[&str] =
    &["ssn", "c.ssn", "full_name", "payroll_no", "(c).ssn", "vault_note", "o.margin_raw", "ssn(c)", "sales.peek_all(note)"];
const CONSTANTS: &[&str] = &[
    "1",
    "0",
    "-1",
    "1.5e3",
    "NULL",
    "true",
    "'x'",
    "'it''''s'",
    "E'a\\'b'",
    "$$a'b$$",
    "'\\'",
    "$1",
    "$2",
    "DATE '2024-01-01'",
    "B'01'",
    "''",
    "U&'\\0041'",
    "current_user",
    "interval '1' day",
];
/// What stands beside `customers c` and `orders o`.
const TABLES: &[&str] = &[
    "contacts",
    "contacts k",
    "ONLY orders p",
    "web.customers",
    "generate_series(1, 3) a",
    "(VALUES (1, 2)) s (a, b)",
    "order_items",
    "pg_class r",
    "orders q TABLESAMPLE bernoulli (10)",
    "payments",
    "web.visits",
    "crm.\"Odd Table\" w",
    "(SELECT * FROM customers) t",
    "scores NATURAL JOIN contacts",
];
const HIDDEN_TABLES: &[&str] = &["crm.vault", "vault", "hr.salaries", "customers_emea", "pg_authid", "pg_statistic"];
const CALLS: &[&str] = &[
    "lower",
    "count",
    "max",
    "length",
    "coalesce",
    "row_to_json",
    "abs",
    "array_agg",
    "string_agg",
    "nullif",
    "greatest",
    "unnest",
    "concat",
    "md5",
];
const STRAY_CALLS: &[&str] =
    &["pg_typeof", "sales.net_amount", "to_regclass", "pg_sleep", "query_to_xml", "current_setting", "nowhere", "set_config"];
const OPERATORS: &[&str] = &[
    "=",
    "<>",
    "<",
    "+",
    "-",
    "*",
    "/",
    "||",
    "~",
    "AND",
    "OR",
    "LIKE",
    "IS DISTINCT FROM",
    "->>",
    "&&",
    "^",
    "NOT LIKE",
    "@>",
    "%",
];
const TYPES: &[&str] = &["int", "text", "numeric(4, 2)", "text[]", "sales.order_status", "timestamptz", "oid", "varchar(3)"];
const STRAY_TYPES: &[&str] = &["regclass", "crm.customers", "xid", "nowhere"];

fn one(list: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(list).prop_map(str::to_owned)
}

/// Mostly of the first list.
fn mostly(usual: &'static [&'static str], stray: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![30 => one(usual), 1 => one(stray)]
}

fn leaf(hidden: bool) -> BoxedStrategy<String> {
    let plain = prop_oneof![2 => mostly(COLUMNS, STRAY_COLUMNS), 1 => one(CONSTANTS)];
    if hidden { prop_oneof![20 => plain, 1 => one(HIDDEN)].boxed() } else { plain.boxed() }
}

fn expression(hidden: bool) -> BoxedStrategy<String> {
    leaf(hidden)
        .prop_recursive(3, 12, 3, move |inner| {
            prop_oneof![
                6 => (inner.clone(), one(OPERATORS), inner.clone()).prop_map(|(left, op, right)| format!("{left} {op} {right}")),
                3 => inner.clone().prop_map(|inner| format!("({inner})")),
                3 => (mostly(CALLS, STRAY_CALLS), prop::collection::vec(inner.clone(), 1..3)).prop_map(|(name, list)| format!("{name}({})", list.join(", "))),
                2 => (inner.clone(), mostly(TYPES, STRAY_TYPES)).prop_map(|(inner, of)| format!("{inner}::{of}")),
                1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("CASE WHEN {a} THEN {b} ELSE {c} END")),
                1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("{a} IN ({b}, {c})")),
                1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("{a} BETWEEN {b} AND {c}")),
                1 => inner.clone().prop_map(|inner| format!("NOT {inner} IS NULL")),
                1 => (inner.clone(), from(hidden)).prop_map(|(inner, from)| format!("(SELECT {inner} {from})")),
                1 => (inner.clone(), from(hidden)).prop_map(|(inner, from)| format!("EXISTS (SELECT 1 {from} WHERE {inner})")),
                1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("ARRAY[{a}, {b}][1]")),
                1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("sum({a}) OVER (PARTITION BY {b} ORDER BY {a})")),
                1 => (inner.clone(), inner).prop_map(|(a, b)| format!("extract(year FROM {a}) - position({b} IN 'x')")),
            ]
        })
        .boxed()
}

fn from(hidden: bool) -> BoxedStrategy<String> {
    let base = prop::sample::select(&[
        "FROM customers c, orders o",
        "FROM crm.customers AS c JOIN sales.orders o ON o.customer_id = c.id",
        "FROM orders o LEFT JOIN (customers c CROSS JOIN contacts m) USING (customer_id)",
        "FROM customers c FULL JOIN orders o USING (id)",
        "FROM customers c, LATERAL (SELECT * FROM orders WHERE customer_id = c.id) o",
        "FROM orders o NATURAL JOIN customers c",
    ]);
    let table = if hidden { prop_oneof![12 => one(TABLES), 1 => one(HIDDEN_TABLES)].boxed() } else { one(TABLES).boxed() };
    (base, prop::option::weighted(0.4, table))
        .prop_map(|(base, beside)| beside.map_or_else(|| base.to_owned(), |beside| format!("{base}, {beside}")))
        .boxed()
}

fn query(hidden: bool) -> BoxedStrategy<String> {
    let items = prop_oneof![
        1 => Just("*".to_owned()),
        1 => Just("c.*, 1 AS b".to_owned()),
        5 => prop::collection::vec(expression(hidden), 1..4).prop_map(|list| list.join(", ")),
    ];
    let clause = |word: &'static str| {
        prop::option::weighted(0.3, expression(hidden))
            .prop_map(move |of| of.map_or_else(String::new, |of| format!(" {word} {of}")))
    };
    let select =
        (items, from(hidden), clause("WHERE"), clause("GROUP BY"), clause("HAVING"), clause("ORDER BY"), clause("LIMIT"))
            .prop_map(|(items, from, filter, group, having, order, limit)| {
                format!("SELECT {items} {from}{filter}{group}{having}{order}{limit}")
            });
    let plain = select.boxed();
    prop_oneof![
        6 => plain.clone(),
        1 => (plain.clone(), plain.clone()).prop_map(|(a, b)| format!("({a}) UNION ALL ({b})")),
        1 => (plain.clone(), plain.clone()).prop_map(|(a, b)| format!("WITH x AS ({a}) {b}")),
        1 => plain.clone().prop_map(|query| format!("COPY ({query}) TO STDOUT")),
        1 => plain.clone().prop_map(|query| format!("DECLARE k CURSOR FOR {query}")),
        1 => (plain.clone(), plain).prop_map(|(a, b)| format!("{a}; {b}")),
    ]
    .boxed()
}

/// Something done to a text: where, and what.
fn damage() -> impl Strategy<Value = Vec<(prop::sample::Index, String)>> {
    const PIECES: &[&str] = &[
        "'",
        "\"",
        "(",
        ")",
        "--",
        "/*",
        "*/",
        ";",
        "$$",
        "\\",
        "E'",
        "U&\"",
        ",",
        " AS ",
        " FROM ",
        " UNION ",
        " customers ",
        "::",
        ".",
        "*",
        "\n",
        "\r",
        "\u{a0}",
        "\u{0}",
        "é",
        "[",
        "]",
        " OR ",
        " NOT ",
        " ONLY ",
        " WITH ",
        " LATERAL ",
        " IS ",
        "1",
        "x",
        " INTO y ",
        " FOR UPDATE",
        "@",
        "?",
        ":",
        "",
    ];
    prop::collection::vec((any::<prop::sample::Index>(), one(PIECES)), 1..4)
}

fn damaged(text: &str, damages: &[(prop::sample::Index, String)]) -> String {
    damages.iter().fold(text.to_owned(), |text, (index, piece)| {
        let characters: Vec<char> = text.chars().collect();
        let at = index.index(characters.len());
        // An empty piece takes some characters away.
        let after = if piece.is_empty() { at + 3 } else { at };
        let head: String = characters[..at].iter().collect();
        let tail: String = characters.iter().skip(after).collect();
        format!("{head}{piece}{tail}")
    })
}

fn session() -> Session {
    Session { database: "analysis".to_owned(), ..Session::default() }
}

/// Judges a text twice: the same outcome, and a plan within the grant that spells no hidden name.
fn holds(text: &str) -> Result<(), TestCaseError> {
    let outcome = SHOP.judge(&session(), text);
    let again = SHOP.judge(&session(), text);
    prop_assert_eq!(format!("{:?}", outcome), format!("{:?}", again));
    let plans = match outcome {
        Ok(plans) => plans,
        Err(refusal) => {
            let told = format!("{} {:?} {:?}", refusal.error.message, refusal.error.detail, refusal.error.hint);
            for name in SHOP.hidden_names.iter().filter(|name| !text.contains(name.as_str())) {
                prop_assert!(!told.contains(name.as_str()), "{}", told);
            }
            return Ok(());
        }
    };
    for plan in &plans {
        if let Err(why) = permit::within(&SHOP, SHOP.grant("analysis"), plan, "") {
            return Err(TestCaseError::fail(why));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_statement_over_hidden_names_stays_within_the_grant(text in query(true)) {
        holds(&text)?;
    }

    #[test]
    fn a_damaged_statement_stays_within_the_grant(text in query(false), damages in damage()) {
        holds(&damaged(&text, &damages))?;
    }
}

/// PostgreSQL's grammar reads each statement of the text.
fn is_sql(text: &str) -> bool {
    parse_message(text, &SHOP.limits).is_ok_and(|parsed| parsed.iter().all(|statement| Witness::read(statement.text()).is_ok()))
}

/// The properties above say something only if many statements are accepted, and the two parsers agree on what a client may well write.
#[test]
fn many_random_statements_are_accepted_and_the_parsers_agree_on_them() {
    let mut runner = TestRunner::deterministic();
    let (mut accepted, mut disagreements) = (0, Vec::new());
    for _ in 0..config().cases {
        let text = query(false).new_tree(&mut runner).unwrap().current();
        match SHOP.judge(&session(), &text) {
            Ok(_) => accepted += 1,
            Err(refusal) if refusal.code == DenialCode::Witness && is_sql(&text) => {
                disagreements.push(format!("{text}\n{:?}", refusal.rule_path))
            }
            Err(_) => {}
        }
    }
    assert!(accepted * 4 >= config().cases, "{accepted} accepted");
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n\n"));
}
