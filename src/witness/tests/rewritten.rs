//! Rewritings as the gate makes them: the witness agrees.

use super::plan::{CUSTOMERS, ORDERS, Plan};

/// Plans that the witness must accept; `tampered` changes them.
pub(super) fn plans() -> Vec<Plan> {
    let mut plans = queries();
    plans.extend(functions_and_types());
    plans.extend(statements());
    plans
}

fn queries() -> Vec<Plan> {
    vec![
        Plan::new("SELECT 1", "SELECT 1"),
        Plan::new("SELECT * FROM customers", "SELECT * FROM {customers} AS customers").relation("customers", "customers", CUSTOMERS),
        Plan::new("SELECT c.* FROM ONLY shop.customers c", "SELECT c.* FROM (SELECT t.id FROM ONLY crm.customers AS t) AS c").relation(
            "shop.customers",
            "c",
            "SELECT t.id FROM ONLY crm.customers AS t",
        ),
        Plan::new("TABLE customers", "SELECT * FROM {customers} AS customers").relation("customers", "customers", CUSTOMERS),
        Plan::new("SELECT a FROM customers AS c (a, b)", "SELECT a FROM {customers} AS c (a, b)")
            .relation("customers", "c", CUSTOMERS)
            .column_aliases("customers", &["a", "b"]),
        Plan::new(
            "SELECT shop.customers.email, count(*) FROM shop.customers, orders WHERE customers.id + 0 = orders.customer_id GROUP BY 1",
            "SELECT customers.email, pg_catalog.count(*) FROM {customers} AS customers, {orders} AS orders \
             WHERE ((customers.id OPERATOR(pg_catalog.+) 0) OPERATOR(pg_catalog.=) orders.customer_id) GROUP BY 1",
        )
        .relation("FROM ^shop.customers", "customers", CUSTOMERS)
        .relation("^orders WHERE", "orders", ORDERS)
        .column("shop.customers.email", &["customers", "email"])
        .functions(&["count"]),
        Plan::new(
            "WITH customers AS (SELECT id FROM customers WHERE region = 'EU') SELECT id FROM customers",
            "WITH customers AS (SELECT id FROM {customers} AS customers WHERE (region OPERATOR(pg_catalog.=) 'EU')) SELECT id FROM customers",
        )
        .relation("FROM ^customers WHERE", "customers", CUSTOMERS),
        Plan::new(
            "WITH customers AS (SELECT 1 AS id) SELECT 1 FROM shop.customers AS c, customers",
            "WITH customers AS (SELECT 1 AS id) SELECT 1 FROM {customers} AS c, customers",
        )
        .relation("shop.customers", "c", CUSTOMERS),
        Plan::new(
            "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r JOIN orders o ON o.id = n) SELECT n FROM r",
            "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT (n + 1) FROM r JOIN {orders} AS o ON (o.id = n)) SELECT n FROM r",
        )
        .relation("orders", "o", ORDERS),
        Plan::new(
            "SELECT id, email FROM customers GROUP BY id HAVING count(*) > 1",
            "SELECT id, email FROM {customers} AS customers GROUP BY id, customers.email HAVING (pg_catalog.count(*) > 1)",
        )
        .relation("customers", "customers", CUSTOMERS)
        .group_key("BY ^id", &[&["customers", "email"]])
        .functions(&["count"]),
        Plan::new(
            "SELECT x.id FROM customers x TABLESAMPLE bernoulli (10) REPEATABLE (3)",
            "SELECT x.id FROM (SELECT t.id FROM crm.customers AS t TABLESAMPLE pg_catalog.bernoulli (10) REPEATABLE (3)) AS x",
        )
        .relation("customers", "x", "SELECT t.id FROM crm.customers AS t TABLESAMPLE pg_catalog.bernoulli (10) REPEATABLE (3)"),
        Plan::new(
            "SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders WHERE customer_id = c.id) ORDER BY id DESC NULLS LAST LIMIT 5 OFFSET 2",
            "SELECT id FROM {customers} AS c WHERE EXISTS (SELECT 1 FROM {orders} AS orders WHERE (customer_id = c.id)) \
             ORDER BY id DESC NULLS LAST LIMIT 5 OFFSET 2",
        )
        .relation("customers", "c", CUSTOMERS)
        .relation("orders", "orders", ORDERS),
        Plan::new(
            "SELECT DISTINCT ON (c.region) c.region, o.amount * 2 + 1 AS n, sum(o.amount) FILTER (WHERE o.status = 'paid') \
             OVER (PARTITION BY c.region ORDER BY o.placed ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s \
             FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND (o.status = 'paid' OR o.amount > 10.5) \
             WHERE c.region IN ('EU', 'US') AND NOT o.status IS NULL AND o.placed::date >= date '2024-01-01' \
             ORDER BY c.region, o.amount DESC NULLS FIRST",
            "SELECT DISTINCT ON (c.region) c.region, ((o.amount * 2) + 1) AS n, pg_catalog.sum(o.amount) FILTER (WHERE (o.status = 'paid')) \
             OVER (PARTITION BY c.region ORDER BY o.placed ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s \
             FROM {customers} AS c LEFT JOIN {orders} AS o ON ((o.customer_id = c.id) AND ((o.status = 'paid') OR (o.amount > 10.5))) \
             WHERE (((c.region IN ('EU', 'US')) AND (NOT (o.status IS NULL))) AND ((o.placed)::pg_catalog.date >= '2024-01-01'::pg_catalog.date)) \
             ORDER BY c.region, o.amount DESC NULLS FIRST",
        )
        .relation("customers", "c", CUSTOMERS)
        .relation("orders", "o", ORDERS)
        .functions(&["sum"]),
        Plan::new(
            "SELECT id FROM customers UNION ALL (SELECT id FROM orders EXCEPT SELECT 3) ORDER BY 1",
            "SELECT id FROM {customers} AS customers UNION ALL (SELECT id FROM {orders} AS orders EXCEPT SELECT 3) ORDER BY 1",
        )
        .relation("customers", "customers", CUSTOMERS)
        .relation("orders", "orders", ORDERS),
        Plan::new(
            "SELECT region, count(DISTINCT id) FROM customers JOIN orders USING (id) GROUP BY ROLLUP (region, id) HAVING min(amount) > 3",
            "SELECT region, pg_catalog.count(DISTINCT id) FROM {customers} AS customers JOIN {orders} AS orders USING (id) \
             GROUP BY ROLLUP (region, id) HAVING (pg_catalog.min(amount) > 3)",
        )
        .relation("customers", "customers", CUSTOMERS)
        .relation("orders", "orders", ORDERS)
        .functions(&["count", "min"]),
    ]
}

fn functions_and_types() -> Vec<Plan> {
    vec![
        Plan::new(
            "SELECT current_user, version(), 'customers'::regclass, CURRENT_DATE",
            "SELECT 'ann'::text AS current_user, 'PostgreSQL 15'::text AS version, (SELECT 5)::oid AS regclass, CURRENT_DATE",
        )
        .replaced("current_user")
        .replaced("version()")
        .replaced("regclass"),
        Plan::new("SELECT upper(current_user) FROM current_user", "SELECT pg_catalog.upper('ann') FROM pg_catalog.lower('ann') AS \"current_user\"")
            .replaced("(^current_user")
            .replaced("FROM ^current_user")
            .functions(&["upper", "lower"]),
        Plan::new("SELECT shop.net(1, 'a'::state) AS n", "SELECT crm.net(1, 'a'::crm.order_state) AS n")
            .user_function("shop.net", "crm", "net")
            .user_type("state", "crm", "order_state"),
        Plan::new(
            "SELECT extract(year FROM now()), a LIKE 'x' ESCAPE '!', trim(both from a), a AT TIME ZONE 'UTC' COLLATE \"C\" FROM (VALUES ('a')) v (a)",
            "SELECT EXTRACT(year FROM pg_catalog.now()), (a LIKE 'x' ESCAPE '!'), pg_catalog.btrim(a), \
             (a AT TIME ZONE ('UTC' COLLATE pg_catalog.\"C\")) FROM (VALUES ('a')) AS v (a)",
        )
        .functions(&["now"]),
        Plan::new(
            "SELECT g, n FROM generate_series(1, 3) g, unnest(ARRAY[1]) WITH ORDINALITY AS u (x, n), ROWS FROM (f(1), pg_catalog.f(2))",
            "SELECT g, n FROM pg_catalog.generate_series(1, 3) AS g, pg_catalog.unnest(ARRAY[1]) WITH ORDINALITY AS u (x, n), \
             ROWS FROM (pg_catalog.f(1), pg_catalog.f(2))",
        )
        .functions(&["generate_series", "unnest", "f"]),
        rows_of_ours(),
        field_of_rows(),
        Plan::new("SELECT generate_series FROM generate_series(1, 3)", "SELECT generate_series FROM pg_catalog.generate_series(1, 3) AS generate_series")
            .functions(&["generate_series"]),
        Plan::new(
            "SELECT x = ANY (SELECT 1), x < ALL (ARRAY[2]), CASE WHEN x THEN 1 END, (r).a, b[1] FROM (SELECT 1 AS x) q",
            "SELECT (x OPERATOR(pg_catalog.=) ANY (SELECT 1)), (x OPERATOR(pg_catalog.<) ALL (ARRAY[2])), CASE WHEN x THEN 1 END, \
             (r).a, (b)[1] FROM (SELECT 1 AS x) AS q",
        ),
    ]
}

/// Functions that rows of ours stand for, alone and beside another one.
pub(super) fn rows_of_ours() -> Plan {
    const COLUMNS: &str = "name pg_catalog.name, requires pg_catalog._name";
    Plan::new(
        "SELECT e.n FROM files() AS e (n), LATERAL ROWS FROM (listed(e.n), generate_series(1, 2)) WITH ORDINALITY AS x",
        "SELECT e.n FROM ROWS FROM (pg_catalog.json_to_recordset('[]') AS (name pg_catalog.name, requires pg_catalog._name)) AS e (n), \
         LATERAL ROWS FROM (pg_catalog.json_to_recordset('[]') AS (name pg_catalog.name, requires pg_catalog._name), \
         pg_catalog.generate_series(1, 2)) WITH ORDINALITY AS x",
    )
    .row_columns("files", COLUMNS)
    .row_columns("listed", COLUMNS)
    .functions(&["json_to_recordset", "generate_series"])
}

/// A field of a function's row, which rows of ours stand for.
pub(super) fn field_of_rows() -> Plan {
    Plan::new(
        "SELECT (file(1)).name, ((file(2)).requires)[1] FROM customers c",
        "SELECT (SELECT r.\"name\" FROM ROWS FROM (pg_catalog.json_to_recordset('[]') AS (name pg_catalog.name, requires pg_catalog._name)) AS r) AS \"name\", \
         ((SELECT r.\"requires\" FROM ROWS FROM (pg_catalog.json_to_recordset('[]') AS (name pg_catalog.name, requires pg_catalog._name)) AS r))[1] AS \"requires\" \
         FROM {customers} AS c",
    )
    .relation("customers c", "c", CUSTOMERS)
    .row_columns("file(1)", "name pg_catalog.name, requires pg_catalog._name")
    .row_columns("file(2)", "name pg_catalog.name, requires pg_catalog._name")
    .functions(&["json_to_recordset"])
}

fn statements() -> Vec<Plan> {
    let customers = |client: &str, ours: &str| Plan::new(client, ours).relation("customers", "customers", CUSTOMERS);
    vec![
        customers(
            "DECLARE c SCROLL CURSOR FOR SELECT id FROM customers",
            "DECLARE c SCROLL CURSOR FOR SELECT id FROM {customers} AS customers",
        ),
        customers("DECLARE c CURSOR WITH HOLD FOR SELECT id FROM customers", "SELECT id FROM {customers} AS customers"),
        customers(
            "PREPARE p (int) AS SELECT id FROM customers WHERE id = $1",
            "SELECT id FROM {customers} AS customers WHERE (id = $1)",
        ),
        customers(
            "EXPLAIN ANALYZE SELECT id FROM customers",
            "EXPLAIN (FORMAT JSON, COSTS OFF) SELECT id FROM {customers} AS customers",
        ),
        customers("EXPLAIN (VERBOSE) SELECT id FROM customers", "SELECT id FROM {customers} AS customers"),
        customers(
            "COPY (SELECT id FROM customers) TO STDOUT CSV HEADER NULL 'on'",
            "COPY (SELECT id FROM {customers} AS customers) TO STDOUT WITH (FORMAT csv, NULL 'on', HEADER true)",
        ),
        customers("COPY customers TO STDOUT", "COPY (SELECT customers.id FROM {customers} AS customers) TO STDOUT"),
        customers(
            "COPY customers (email, id) TO STDOUT BINARY",
            "COPY (SELECT email, id FROM {customers} AS customers) TO STDOUT (FORMAT binary)",
        ),
        Plan::new("COPY shop.customers (id) TO STDOUT", "COPY (SELECT t.id FROM crm.customers AS t) TO STDOUT").relation(
            "shop.customers",
            "",
            "SELECT t.id FROM crm.customers AS t",
        ),
        enveloped(),
        customers(
            "DECLARE c CURSOR FOR SELECT id FROM customers",
            "DECLARE c CURSOR FOR SELECT told.c1::text AS id FROM (SELECT id FROM {customers} AS customers) AS told (c1)",
        )
        .envelope(&["told.c1::text AS id"]),
        customers(
            "COPY customers (id) TO STDOUT",
            "COPY (SELECT told.c1::text AS id FROM (SELECT id FROM {customers} AS customers) AS told (c1)) TO STDOUT",
        )
        .envelope(&["told.c1::text AS id"]),
        Plan::new("EXECUTE p (lower('A'), 1)", "EXECUTE p (pg_catalog.lower('A'), 1)").functions(&["lower"]),
        Plan::new("START TRANSACTION READ ONLY", "BEGIN READ ONLY"),
    ]
}

/// A query with the plan's own around it.
fn enveloped() -> Plan {
    Plan::new(
        "SELECT id, 'shop.customers'::regclass FROM customers ORDER BY 2",
        "SELECT told.c1 AS id, pg_catalog.md5(told.c2::text) AS regclass \
         FROM (SELECT id, CAST('crm.customers' AS pg_catalog.regclass) AS regclass FROM {customers} AS customers ORDER BY 2) AS told (c1, c2)",
    )
    .relation("customers ORDER", "customers", CUSTOMERS)
    .replaced("regclass")
    .envelope(&["told.c1 AS id", "pg_catalog.md5(told.c2::text) AS regclass"])
}

#[test]
fn the_envelope_is_the_plans_and_nothing_else() {
    let plan = enveloped();
    for (from, to) in [
        ("told.c1 AS id", "told.c2 AS id"),
        ("told.c1 AS id", "told.c1"),
        ("told.c1 AS id, ", ""),
        ("md5(told.c2::text) AS", "md5(told.c1::text) AS"),
        ("pg_catalog.md5(told.c2::text)", "told.c2::text"),
        ("AS told (c1, c2)", "AS told (c2, c1)"),
        ("AS told (c1, c2)", "AS told"),
        ("AS told (c1, c2)", "AS told (c1, c2) WHERE told.c1 > 5"),
        ("AS told (c1, c2)", "AS told (c1, c2) LIMIT 1"),
        ("AS told (c1, c2)", "AS told (c1, c2), crm.orders"),
        ("AS told (c1, c2)", "AS told (c1, c2) UNION ALL SELECT 1, 'x'"),
        ("SELECT told.c1 AS", "SELECT DISTINCT told.c1 AS"),
        ("SELECT told.c1 AS", "WITH x AS (SELECT 1) SELECT told.c1 AS"),
        ("FROM (SELECT", "FROM LATERAL (SELECT"),
        (" ORDER BY 2)", ")"),
        ("OFFSET 0", ""),
        ("(SELECT id, CAST", "(SELECT id + 1 AS id, CAST"),
    ] {
        assert!(plan.tampered(from, to).is_err(), "{to}");
    }
    let mut without = enveloped();
    without.expectation.envelope = None;
    assert!(without.check().is_err(), "an envelope that the plan does not name");
    let inner = plan.ours.split_once("FROM (").unwrap().1.rsplit_once(") AS told").unwrap().0.to_owned();
    let bare = Plan { client: plan.client, ours: inner, expectation: plan.expectation };
    assert!(bare.check().is_err(), "the plan's envelope is missing");
}

#[test]
fn honest_rewritings_are_accepted() {
    for plan in plans() {
        assert_eq!(plan.check(), Ok(()), "{}\n{}", plan.client, plan.ours);
    }
}
