//! What the gate sends is planned as well as what the client wrote: the same joins, the same indexes, the same partitions.
//!
//! Each question is planned twice on the warehouse: as the owner asks it, and as the gate rewrites it. No time is asserted. `POSTERN_WRITE_DOCS=1` writes both
//! plans and how their times compare into `docs/performance.md`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use postern::config::environment;
use serde_json::Value;

use super::world::{Plan, Shown, World};

const SETUP: &str = "
    CREATE TABLE crm.items (id int PRIMARY KEY, code text, price numeric(10,2));
    INSERT INTO crm.items SELECT g, 'item ' || g, g % 500 FROM generate_series(1, 20000) g;
    CREATE TABLE crm.customers (id int PRIMARY KEY, email text, name text, region text);
    CREATE INDEX customers_email ON crm.customers (email);
    INSERT INTO crm.customers SELECT g, 'c' || g || '@example.com', 'Name ' || g, CASE WHEN g % 3 = 0 THEN 'US' ELSE 'EMEA' END
      FROM generate_series(1, 20000) g;
    CREATE TABLE crm.orders (id int PRIMARY KEY, customer_id int NOT NULL, placed date NOT NULL, amount numeric(10,2), note text, region text,
      net numeric GENERATED ALWAYS AS (amount / 2) STORED);
    CREATE INDEX orders_customer ON crm.orders (customer_id);
    CREATE INDEX orders_placed ON crm.orders (placed);
    CREATE INDEX orders_net ON crm.orders (net);
    INSERT INTO crm.orders SELECT g, 1 + (g::bigint * 7919 % 20000), DATE '2024-01-01' + (g % 700), g % 900, 'note ' || g % 50,
      CASE WHEN g % 3 = 0 THEN 'US' ELSE 'EMEA' END FROM generate_series(1, 60000) g;
    CREATE TABLE crm.events (id int NOT NULL, day date NOT NULL, kind text, region text) PARTITION BY RANGE (day);
    CREATE TABLE crm.events_1 PARTITION OF crm.events FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
    CREATE TABLE crm.events_2 PARTITION OF crm.events FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
    CREATE TABLE crm.events_3 PARTITION OF crm.events FOR VALUES FROM ('2024-03-01') TO ('2024-04-01');
    CREATE INDEX events_day ON crm.events (day);
    INSERT INTO crm.events SELECT g, DATE '2024-01-01' + (g % 90), 'kind ' || g % 9, CASE WHEN g % 3 = 0 THEN 'US' ELSE 'EMEA' END
      FROM generate_series(1, 30000) g;
";

/// `items` as it is, `customers` masked, `orders` and `events` filtered.
const SHOWN: &[Shown] = &[
    Shown::new("crm.items", &["id", "code", "price"]),
    Shown::new("crm.customers", &["id", "email", "name", "region"])
        .masks(&[("email", "{name: hash, domain: email}"), ("name", "{name: partial, prefix: 1, suffix: 0, min: 3}")]),
    Shown::new("crm.orders", &["id", "customer_id", "placed", "amount", "note", "net"]).filter("region = 'EMEA'"),
    Shown::new("crm.events", &["id", "day", "kind"]).filter("region = 'EMEA'"),
];

/// How the plan of what the gate sends compares with the owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    /// The same nodes over the same relations, indexes and partitions. A fence is no node: it passes rows on.
    All,
    /// Not all of it, for the reason that is told; these indexes and relations are read.
    Not { why: &'static str, reads: &'static [&'static str] },
}

/// A question, in words and in SQL.
struct Question {
    words: &'static str,
    sql: &'static str,
    kept: Kept,
}

const fn question(words: &'static str, kept: Kept, sql: &'static str) -> Question {
    Question { words, sql, kept }
}

/// Conditions with `length(note)` may raise, as far as the gate knows: they fence the filtered relation that they read.
const QUESTIONS: &[Question] = &[
    question("key", Kept::All, "SELECT * FROM items WHERE id = 7"),
    question("key of a masked relation", Kept::All, "SELECT email, name FROM customers WHERE id = 7"),
    question("key of a filtered relation", Kept::All, "SELECT amount FROM orders WHERE id = 7"),
    question("several keys", Kept::All, "SELECT id, amount FROM orders WHERE id IN (7, 70, 700)"),
    question("second index", Kept::All, "SELECT id, amount FROM orders WHERE customer_id = 7"),
    question("range", Kept::All, "SELECT count(*) FROM orders WHERE placed BETWEEN DATE '2024-03-01' AND DATE '2024-03-07'"),
    question("stored generated column through a fence", Kept::All, "SELECT id FROM orders WHERE net = 14.5 AND length(note) > 3"),
    question("second index through a fence", Kept::All, "SELECT id FROM orders WHERE customer_id = 7 AND length(note) > 3"),
    question(
        "range through a fence",
        Kept::All,
        "SELECT id FROM orders WHERE placed >= DATE '2024-03-01' AND placed < DATE '2024-03-08' AND length(note) > 3",
    ),
    question("partition", Kept::All, "SELECT count(*) FROM events WHERE day = DATE '2024-02-10'"),
    question("partition through a fence", Kept::All, "SELECT id FROM events WHERE day = DATE '2024-02-10' AND length(kind) > 3"),
    question(
        "join by key",
        Kept::All,
        "SELECT c.email, o.amount FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.id = 7",
    ),
    question(
        "join of all",
        Kept::All,
        "SELECT c.region, sum(o.amount) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.region",
    ),
    question(
        "outer join by key",
        Kept::All,
        "SELECT c.id, o.amount FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE c.id = 7",
    ),
    question("first by key", Kept::All, "SELECT id, price FROM items ORDER BY id DESC LIMIT 10"),
    question("first by key of a masked relation", Kept::All, "SELECT id, email FROM customers ORDER BY id LIMIT 10"),
    question(
        "first by an index of a filtered relation",
        Kept::All,
        "SELECT id, placed FROM orders ORDER BY placed DESC LIMIT 10",
    ),
    question("largest key", Kept::All, "SELECT max(id) FROM customers"),
    question("groups", Kept::All, "SELECT region, count(*) FROM customers GROUP BY region"),
    question("groups of a filtered relation", Kept::All, "SELECT customer_id, count(*) FROM orders GROUP BY customer_id"),
    question(
        "EXISTS",
        Kept::All,
        "SELECT c.id FROM customers c WHERE c.id < 50 AND EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)",
    ),
    question(
        "NOT EXISTS",
        Kept::All,
        "SELECT c.id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)",
    ),
    question(
        "EXISTS through a fence",
        Kept::All,
        "SELECT c.id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND length(o.note) > 6)",
    ),
    question(
        "NOT EXISTS through a fence",
        Kept::All,
        "SELECT c.id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND length(o.note) > 6)",
    ),
    question(
        "EXISTS through a fence, for one row",
        Kept::Not { why: "looked up in a sub-plan, not in a join", reads: &["customers_pkey", "orders_customer"] },
        "SELECT c.id FROM customers c WHERE c.id = 7 AND EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND length(o.note) > 6)",
    ),
    question("IN", Kept::All, "SELECT c.id FROM customers c WHERE c.id < 50 AND c.id IN (SELECT o.customer_id FROM orders o)"),
    question(
        "sub-select for each row",
        Kept::All,
        "SELECT c.id, (SELECT max(o.amount) FROM orders o WHERE o.customer_id = c.id AND length(o.note) > 3) FROM customers c WHERE c.id < 20",
    ),
    question(
        "LATERAL, the last order of each",
        Kept::All,
        "SELECT c.id, x.amount FROM customers c CROSS JOIN LATERAL (SELECT o.amount FROM orders o WHERE o.customer_id = c.id AND length(o.note) > 3 \
         ORDER BY o.placed DESC LIMIT 1) x WHERE c.id < 20",
    ),
    question(
        "window",
        Kept::All,
        "SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY id) FROM orders WHERE customer_id = 7",
    ),
    question(
        "value of a masked column",
        Kept::Not { why: "the index holds values, the client asks for a pseudonym", reads: &["customers"] },
        "SELECT id FROM customers WHERE email = 'c7@example.com'",
    ),
    question(
        "join by key through a fence",
        Kept::Not { why: "no condition that names another relation goes into a fence", reads: &["customers_pkey", "orders"] },
        "SELECT o.id FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.region = 'EMEA' AND c.id < 5 AND length(o.note) > 3",
    ),
];

#[test]
fn joins_indexes_and_partitions_are_kept() {
    Plan::new(SETUP, SHOWN).each_inline(|world| {
        let mut differences = Vec::new();
        for Question { words, sql, kept } in QUESTIONS {
            let (direct, sent) = (shape(world, sql), shape(world, &world.sent(sql)));
            let mut read = BTreeSet::new();
            reads(&sent, &mut read);
            let is_kept = match kept {
                Kept::All => are_alike(&direct, &sent),
                Kept::Not { why: _, reads } => !are_alike(&direct, &sent) && read.iter().eq(reads.iter()),
            };
            if !is_kept {
                differences.push(format!("{words}: {kept:?} is expected\n  {}\n  {}", text(&direct), text(&sent)));
            }
        }
        assert!(differences.is_empty(), "PostgreSQL {}\n{}", world.major(), differences.join("\n"));
    });
    if environment("POSTERN_WRITE_DOCS").is_some() {
        write_docs();
    }
}

#[test]
fn a_view_keeps_no_condition_out_for_a_column_that_is_stored() {
    let setup = "CREATE TABLE crm.s (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED)";
    Plan::new(setup, &[Shown::new("crm.s", &["id", "twice"]).filter("id > 0")]).each(|world| {
        assert!(!world.is_on_views() || !world.views().contains("OFFSET"), "{}", world.views());
    });
}

/// The same plan. A row filter reads a column that the owner's statement may not need: then the index alone does not do.
fn are_alike(direct: &Node, sent: &Node) -> bool {
    let plain = |node| text(node).replace("Index Only Scan", "Index Scan");
    plain(direct) == plain(sent)
}

/// The indexes that a plan reads, and the relations that it reads without one.
fn reads<'n>(node: &'n Node, found: &mut BTreeSet<&'n str>) {
    if !node.below.iter().any(|below| below.kind == "Bitmap Index Scan") {
        found.extend(node.index.as_deref().or(node.relation.as_deref()));
    }
    node.below.iter().for_each(|node| reads(node, found));
}

/// A node of a plan, as far as it is compared.
struct Node {
    kind: String,
    join: String,
    relation: Option<String>,
    index: Option<String>,
    below: Vec<Node>,
}

/// The plan of a statement on the warehouse.
fn shape(world: &World, sql: &str) -> Node {
    let told = world.direct(&format!("{} EXPLAIN (FORMAT JSON, COSTS off) {sql}", settings(world)));
    let told: Value = serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}"));
    node(&told[0]["Plan"])
}

/// As connections of the gate are pinned; the path is for what the owner writes.
fn settings(world: &World) -> String {
    let keys = world.keys().into_iter().map(|(name, value)| format!("SET {name} = '{value}';"));
    let fixed = "SET search_path = crm; SET jit = off; SET max_parallel_workers_per_gather = 0; SET random_page_cost = 1.1;";
    format!("{fixed}{}", keys.collect::<String>())
}

fn node(plan: &Value) -> Node {
    let word = |key: &str| plan[key].as_str().map(str::to_owned);
    // Keys of pseudonyms are read once, before anything else.
    let is_key = |plan: &&Value| plan["Parent Relationship"] == "InitPlan" && plan["Node Type"] == "Result";
    let below: Vec<Node> = plan["Plans"].as_array().into_iter().flatten().filter(|plan| !is_key(plan)).map(node).collect();
    let kind = word("Node Type").unwrap();
    // They say how rows are passed on.
    let is_frame = ["Subquery Scan", "Materialize", "Memoize"].contains(&kind.as_str());
    if let (true, [_]) = (is_frame, below.as_slice()) {
        return below.into_iter().next().unwrap();
    }
    let join = word("Join Type").unwrap_or_default();
    Node { kind, join, relation: word("Relation Name"), index: word("Index Name"), below }
}

/// `Nested Loop (Index Scan customers_pkey, Index Scan orders_customer)`
fn text(node: &Node) -> String {
    let mut text = node.kind.clone();
    if !matches!(node.join.as_str(), "" | "Inner") {
        let _written = write!(text, " {}", node.join);
    }
    if let Some(on) = node.index.as_ref().or(node.relation.as_ref()) {
        let _written = write!(text, " {on}");
    }
    let below: Vec<String> = node.below.iter().map(self::text).collect();
    if below.is_empty() { text } else { format!("{text} ({})", below.join(", ")) }
}

/// Runs of each statement, of which the fastest counts.
const RUNS: usize = 15;

/// Milliseconds that the warehouse takes to plan and run a statement: the fastest of several runs, of both statements in turns.
fn fastest(world: &World, statements: [&str; 2]) -> [f64; 2] {
    let run = |sql: &str| {
        let told = world.direct(&format!("{} EXPLAIN (ANALYZE, TIMING off, FORMAT JSON) {sql}", settings(world)));
        let told: Value = serde_json::from_str(&told).unwrap();
        told[0]["Planning Time"].as_f64().unwrap() + told[0]["Execution Time"].as_f64().unwrap()
    };
    let mut best = [f64::MAX; 2];
    for _ in 0..RUNS {
        for (best, sql) in best.iter_mut().zip(statements) {
            *best = best.min(run(sql));
        }
    }
    best
}

/// The table between the two marks of `docs/performance.md`, written anew.
fn write_docs() {
    const MARKS: [&str; 2] = ["<!-- plans -->\n", "<!-- end of plans -->"];
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/performance.md");
    let old = fs::read_to_string(&page).unwrap();
    let (head, rest) = old.split_once(MARKS[0]).unwrap();
    let (_, tail) = rest.split_once(MARKS[1]).unwrap();
    let mut table =
        "| question | the owner's plan | through the gate | ms, owner | ms, gate | ratio |\n|---|---|---|---|---|---|\n"
            .to_owned();
    Plan::new(SETUP, SHOWN).on_main(|world| {
        for Question { words, sql, kept } in QUESTIONS {
            let sent = world.sent(sql);
            let (direct, ours) = (text(&shape(world, sql)), text(&shape(world, &sent)));
            let [before, after] = fastest(world, [sql, &sent]);
            let ours = if direct == ours { "the same".to_owned() } else { ours };
            let why = if let Kept::Not { why, reads: _ } = kept { format!("; {why}") } else { String::new() };
            let ratio = after / before;
            let _written =
                writeln!(table, "| {words}: `{sql}` | {direct} | {ours}{why} | {before:.2} | {after:.2} | {ratio:.1} |");
        }
    });
    fs::write(&page, format!("{head}{}{table}{}{tail}", MARKS[0], MARKS[1])).unwrap();
}
