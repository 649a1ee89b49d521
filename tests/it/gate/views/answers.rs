//! Both back-ends answer alike: rows, names, types, origins of columns, formats, errors, catalogs, byte for byte.

use super::bazaar::{bazaar, done, switch};
use crate::gate::served::Ground;
use crate::gate::wire::Say;

const STATEMENTS: &[&str] = &[
    // Everyday reading.
    "SELECT * FROM customers ORDER BY id",
    "TABLE orders ORDER BY id LIMIT 5",
    "SELECT mail, count(*) FROM customers GROUP BY mail ORDER BY 1 NULLS LAST",
    "SELECT c.id, c.mail, o.amount FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.amount > 90 ORDER BY 1, 3",
    "SELECT c.id, count(o.id) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.amount < 20 GROUP BY c.id, c.region ORDER BY 1",
    "SELECT id, region, tier FROM customers GROUP BY id ORDER BY id LIMIT 3",
    "SELECT region, rank() OVER (PARTITION BY region ORDER BY id) FROM customers ORDER BY id",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4) SELECT i, (SELECT max(id) FROM customers WHERE id < n.i * 5) FROM n",
    "SELECT id FROM customers WHERE region LIKE 'E%' AND tier = 'gold' AND price > 2 ORDER BY code",
    "SELECT id FROM orders WHERE id IN (SELECT order_id FROM items WHERE line = 2) ORDER BY id DESC LIMIT 4",
    "SELECT id FROM customers UNION SELECT order_id FROM items EXCEPT SELECT id FROM docs ORDER BY 1",
    "SELECT s.id, x.product FROM shipments s, LATERAL (SELECT product FROM items WHERE order_id = s.id ORDER BY line LIMIT 1) x ORDER BY 1",
    // Partitions, children, kinds of relations.
    "SELECT count(*) FROM ONLY orders",
    "SELECT count(*) FROM ONLY shipments",
    "SELECT * FROM shipments ORDER BY id",
    "SELECT * FROM regions ORDER BY 1",
    "SELECT * FROM totals",
    "SELECT line ~ '^[0-9]+$' FROM far",
    "SELECT * FROM ref.fx ORDER BY 1",
    // Whole rows, fields, shapes of rows.
    "SELECT c FROM customers c ORDER BY c.id LIMIT 2",
    "SELECT row_to_json(c), to_jsonb(c) - 'id' FROM customers c ORDER BY c.id LIMIT 2",
    "SELECT (c).id, (c.home).zip, (home).* FROM customers c ORDER BY id LIMIT 2",
    "SELECT mail(c), pg_typeof(c), pg_typeof(c.tier) FROM customers c ORDER BY c.id LIMIT 1",
    "SELECT count(c), count(DISTINCT c.mail) FROM orders o LEFT JOIN customers c ON c.id = o.id",
    "SELECT c.* FROM customers AS c (a, b, d) WHERE a = 1",
    "SELECT * FROM customers JOIN docs USING (id) ORDER BY id",
    "SELECT * FROM customers NATURAL JOIN docs ORDER BY id LIMIT 3",
    // Constant masks, masks in conditions.
    "SELECT sum(balance), min(born), max(born) FROM customers WHERE balance = 0",
    "SELECT id FROM customers WHERE born = '1970-01-01' ORDER BY id",
    "SELECT count(*) FROM customers WHERE mail = (SELECT mail FROM customers WHERE id = 5)",
    // Types by name, casts, functions of the warehouse's own.
    "SELECT 'gold'::crm.tier, CAST('x' AS varchar(3)), ('a', 'b')::crm.place",
    "SELECT ref.rate('USD'), ref.rate('USD', 2), ref.rate(cur => 'EUR'), ref.joined('a', 'b', 'c'), ref.joined(VARIADIC ARRAY['d', 'e'])",
    "SELECT * FROM ref.rates(0.95) ORDER BY 1",
    "SELECT ref.total(amount), ref.rate('EUR') FROM orders",
    "SELECT r.* , id FROM customers, ref.rates(price) r ORDER BY id, 1 LIMIT 3",
    // Names as values.
    "SELECT 'crm.customers'::regclass, 'customers'::regclass::oid, 'crm.tier'::regtype, 'ref.rate'::regproc",
    "SELECT c.oid::regclass, c.relname, c.relkind FROM pg_class c WHERE c.relname IN ('customers', 'orders', 'vault', 'shipments_special') ORDER BY 2",
    // Catalogs.
    "SELECT attname, attnum, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute WHERE attrelid = 'customers'::regclass ORDER BY attnum",
    "SELECT table_schema, table_name, column_name, data_type, udt_name FROM information_schema.columns WHERE table_schema IN ('crm', 'ref') ORDER BY 1, 2, ordinal_position",
    "SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2",
    "SELECT nspname FROM pg_namespace ORDER BY 1",
    "SELECT relname FROM pg_class WHERE relname LIKE '%/%' OR relname LIKE '%only%'",
    "SELECT proname FROM pg_proc WHERE oid >= 16384 ORDER BY 1",
    "SELECT typname FROM pg_type WHERE oid >= 16384 ORDER BY 1",
    "SELECT rolname FROM pg_roles ORDER BY 1",
    "SELECT conname, contype FROM pg_constraint WHERE conrelid >= 16384 ORDER BY 1",
    "SELECT indexrelid::regclass FROM pg_index WHERE indrelid >= 16384 ORDER BY 1",
    "SELECT has_table_privilege('crm.customers', 'SELECT'), has_schema_privilege('crm', 'USAGE'), has_table_privilege('customers', 'INSERT')",
    "SELECT current_user, session_user, current_database(), current_schema(), current_schemas(true)",
    "SELECT tablename, attname, most_common_vals FROM pg_stats ORDER BY 1, 2",
    "SELECT schemaname, viewname, definition FROM pg_views WHERE schemaname <> 'pg_catalog' AND schemaname <> 'information_schema' ORDER BY 1, 2",
    "SELECT pg_get_viewdef('crm.regions'::regclass)",
    // COPY.
    "COPY shipments TO STDOUT",
    "COPY customers (id, mail, note) TO STDOUT (FORMAT csv, HEADER)",
    "COPY (SELECT id, tags FROM customers ORDER BY id LIMIT 3) TO STDOUT",
    // Transactions, cursors, prepared statements.
    "BEGIN; DECLARE c SCROLL CURSOR FOR SELECT id, note FROM customers ORDER BY id; FETCH 2 FROM c; FETCH LAST FROM c; FETCH BACKWARD 1 FROM c; COMMIT",
    "PREPARE p(int) AS SELECT id, code FROM customers WHERE id < $1 ORDER BY id; EXECUTE p(4); DEALLOCATE p",
    // Settings.
    "SET TimeZone = 'Asia/Tokyo'; SELECT placed_at FROM orders ORDER BY id LIMIT 1; RESET TimeZone",
    // What hidden rows and raw values must not decide.
    "SELECT count(*) FROM customers WHERE 1 / (id - 3) >= 0",
    "SELECT 1 / (id - 3) FROM customers ORDER BY id",
    "SELECT l.v, s.z FROM (VALUES (1)) l(v) LEFT JOIN (SELECT order_id, coalesce(1 / (order_id - 110), 0) AS z FROM items) s ON s.z > 5",
    "SELECT order_id, 1 / (order_id - 110) FROM items ORDER BY 2, 1 LIMIT 3",
    "SELECT count(*) FROM customers WHERE note LIKE E'CANARY-m%\\\\'",
    "SELECT count(*) FROM customers WHERE note ~ '^CANARY'",
    "SELECT count(*) FROM customers WHERE id < 0 AND 1 / balance > 0",
    "SELECT count(*) FROM docs WHERE id = 7",
];

/// What fails, or is refused.
const FAILING: &[&str] = &[
    "COPY orders TO STDOUT",
    "SELECT 1 / balance FROM customers",
    "SELECT id, (doc->>'text')::int FROM docs",
    "SELECT note::int FROM customers WHERE id = 1",
    "SELECT ssn FROM customers",
    "SELECT * FROM vault",
    "SELECT email FROM customers",
    "SELECT tableoid FROM customers",
    "SELECT ctid FROM customers",
    "SELECT * FROM crm.shipments_special",
    "SELECT * FROM crm.orders_2024",
    "COPY regions TO STDOUT",
    "COPY totals TO STDOUT",
    "COPY vault TO STDOUT",
    "DELETE FROM customers",
    "SELECT pg_sleep(1)",
    "SELECT id FROM customers FOR UPDATE",
];

/// Statements of the extended protocol, with one value.
const PREPARED: &[(&str, &str)] = &[
    ("SELECT id, mail, tier, home, price, tags, born FROM customers WHERE id = $1", "7"),
    ("SELECT c, placed_at FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.id < $1 ORDER BY o.id", "9"),
    ("SELECT ref.rate(currency, $1) FROM ref.fx ORDER BY 1", "3"),
    ("SELECT * FROM ONLY shipments WHERE id = $1", "2"),
];

/// What a gate answers to all of it, each in a session of its own.
fn heard(ground: &Ground) -> Vec<(&'static str, Vec<String>)> {
    let gate = ground.serve();
    let mut heard = Vec::new();
    for statement in STATEMENTS.iter().chain(FAILING) {
        heard.push((*statement, gate.session().converse(&[Say::Query(statement)])));
    }
    for (statement, value) in PREPARED {
        let values: &'static [Option<&'static str>] = Box::leak(Box::new([Some(*value)]));
        for binary in [false, true] {
            let mut session = gate.session();
            let mut all = session.converse(&[Say::Parse("s", statement), Say::DescribeStatement("s"), Say::Sync]);
            // A number in binary is not what the text says: values go as text, results come in both formats.
            let bind = Say::Bind { portal: "p", statement: "s", values, binary };
            all.extend(session.converse(&[bind, Say::DescribePortal("p"), Say::Execute("p", 0), Say::Sync]));
            heard.push((*statement, all));
        }
    }
    heard
}

#[test]
fn both_back_ends_answer_alike() {
    let ground = bazaar();
    let inline = heard(&ground);
    switch(&ground);
    done(&ground, &["--apply"]);
    let views = heard(&ground);
    assert_eq!(inline.len(), views.len());
    let mut differ = Vec::new();
    for ((statement, one), (_, other)) in inline.iter().zip(&views) {
        if one != other {
            differ.push(format!("{statement}\n  inline {}\n  views  {}", one.join(" | "), other.join(" | ")));
        }
        assert!(!one.concat().contains("CANARY") && !other.concat().contains("CANARY"), "{statement}");
    }
    assert!(differ.is_empty(), "{} statements differ\n{}", differ.len(), differ.join("\n"));
    let failed: Vec<&str> = inline
        .iter()
        .filter(|(_, heard)| heard.iter().any(|line| line.starts_with("E ERROR")))
        .map(|(statement, _)| *statement)
        .collect();
    assert_eq!(failed, FAILING, "else this test compares less than it seems to");
}

#[test]
fn a_sample_is_refused_on_views_only() {
    let ground = bazaar();
    let sample = [Say::Query("SELECT count(*) >= 0 FROM shipments TABLESAMPLE bernoulli (50)")];
    assert!(ground.serve().session().converse(&sample).concat().contains("C SELECT 1"));
    switch(&ground);
    done(&ground, &["--apply"]);
    assert!(ground.serve().session().converse(&sample).concat().contains("E ERROR 0A000"));
}
