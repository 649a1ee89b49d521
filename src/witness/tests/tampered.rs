//! Rewritings that are not what the plan says: each one must be caught.

use super::plan::{CUSTOMERS, ORDERS, Plan};
use super::rewritten::{field_of_rows, plans, rows_of_ours};
use crate::witness::{Disagreement, DisagreementKind, Own, Substitution};

/// One query with most of SQL in it.
fn broad() -> Plan {
    Plan::new(
        "WITH big AS (SELECT id FROM orders WHERE amount > 100) \
         SELECT DISTINCT c.region, count(DISTINCT c.id) AS n, sum(o.amount - o.tax - 1) FILTER (WHERE o.status = 'paid') AS paid, \
         rank() OVER (PARTITION BY c.region ORDER BY sum(o.amount) DESC NULLS LAST ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS r, \
         CASE WHEN c.vip IS TRUE THEN 'v' ELSE 'n' END AS k, o.placed::timestamp(3) AS t, current_user \
         FROM customers c LEFT JOIN orders o ON o.customer_id = c.id \
         WHERE c.id IN (SELECT id FROM big) AND (o.amount + 1) * 2 > $1 AND lower(c.email) LIKE 'a%' AND c.tags[1] = 'x' \
         AND EXISTS (SELECT 1 FROM shop.orders WHERE customer_id = c.id) \
         GROUP BY c.region, o.status, ROLLUP (c.vip, o.placed) HAVING max(o.amount) < 5000 \
         ORDER BY n DESC, paid NULLS FIRST LIMIT 10 OFFSET 20",
        "WITH big AS (SELECT id FROM {orders} AS orders WHERE (amount > 100)) \
         SELECT DISTINCT c.region, pg_catalog.count(DISTINCT c.id) AS n, \
         pg_catalog.sum(((o.amount - o.tax) - 1)) FILTER (WHERE (o.status = 'paid')) AS paid, \
         pg_catalog.rank() OVER (PARTITION BY c.region ORDER BY pg_catalog.sum(o.amount) DESC NULLS LAST \
         ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS r, \
         CASE WHEN (c.vip IS TRUE) THEN 'v' ELSE 'n' END AS k, (o.placed)::timestamp(3) AS t, 'ann'::text AS \"current_user\" \
         FROM {customers} AS c LEFT JOIN {orders} AS o ON (o.customer_id = c.id) \
         WHERE ((((c.id IN (SELECT id FROM big)) AND (((o.amount + 1) * 2) > $1)) AND (pg_catalog.lower(c.email) LIKE 'a%')) \
         AND (c.tags[1] = 'x')) AND EXISTS (SELECT 1 FROM {orders} AS orders WHERE (customer_id = c.id)) \
         GROUP BY c.region, o.status, ROLLUP (c.vip, o.placed) HAVING (pg_catalog.max(o.amount) < 5000) \
         ORDER BY n DESC, paid NULLS FIRST LIMIT 10 OFFSET 20",
    )
    .relation("orders WHERE", "orders", ORDERS)
    .relation("customers c", "c", CUSTOMERS)
    .relation("orders o", "o", ORDERS)
    .relation("shop.orders", "orders", ORDERS)
    .replaced("current_user")
    .functions(&["count", "sum", "rank", "lower", "max"])
}

/// What stands in our text, and what a tampered text has there.
const TAMPERINGS: &[(&str, &str)] = &[
    // Filters.
    (" WHERE (amount > 100)", ""),
    ("amount > 100", "amount >= 100"),
    ("amount > 100", "amount < 100"),
    ("amount > 100", "100 > amount"),
    ("amount > 100", "(amount > 100) OR true"),
    (" AND (pg_catalog.lower(c.email) LIKE 'a%')", ""),
    (" AND (c.tags[1] = 'x')", " OR (c.tags[1] = 'x')"),
    (" AND EXISTS", " AND NOT EXISTS"),
    (" WHERE (customer_id = c.id)", ""),
    ("HAVING (pg_catalog.max(o.amount) < 5000)", ""),
    ("pg_catalog.max(o.amount) < 5000", "pg_catalog.max(o.amount) <> 5000"),
    (" FILTER (WHERE (o.status = 'paid'))", ""),
    ("WHERE (o.status = 'paid')", "WHERE (o.status <> 'paid')"),
    // The row filter and the mask of a substitution.
    (" WHERE t.region OPERATOR(pg_catalog.=) 'EU'", ""),
    ("OPERATOR(pg_catalog.=) 'EU'", "OPERATOR(pg_catalog.=) 'US'"),
    ("OPERATOR(pg_catalog.=) 'EU'", "= 'EU'"),
    (" OFFSET 0", ""),
    ("pg_catalog.md5(t.email)::text AS email", "t.email AS email"),
    ("pg_catalog.md5(t.email)::text AS email", "pg_catalog.md5(t.email)::text AS email, t.email AS raw"),
    ("AS t WHERE t.region", "AS t, crm.orders AS u WHERE t.region"),
    // Relations.
    ("FROM crm.customers AS t", "FROM crm.payroll AS t"),
    ("FROM crm.customers AS t", "FROM customers AS t"),
    ("FROM crm.customers AS t", "FROM other.crm.customers AS t"),
    ("FROM crm.orders AS t", "FROM ONLY crm.orders AS t"),
    ("FROM crm.orders AS t", "FROM crm.orders AS t TABLESAMPLE system (1)"),
    ("(SELECT id FROM big)", "(SELECT id FROM crm.customers AS big)"),
    ("(SELECT id FROM big)", "(SELECT id FROM big, crm.customers)"),
    (" AS c LEFT", " AS d LEFT"),
    (" AS c LEFT", " AS c (id) LEFT"),
    // Columns and names.
    ("SELECT DISTINCT c.region,", "SELECT DISTINCT c.email,"),
    ("SELECT DISTINCT c.region,", "SELECT DISTINCT region,"),
    ("SELECT DISTINCT c.region,", "SELECT DISTINCT c.region AS email,"),
    ("SELECT DISTINCT c.region,", "SELECT DISTINCT c.*,"),
    ("SELECT DISTINCT c.region,", "SELECT DISTINCT c.region, c.email,"),
    ("SELECT DISTINCT c.region,", "SELECT DISTINCT"),
    ("AS paid", "AS payed"),
    ("AS \"current_user\"", "AS \"user\""),
    ("AS \"current_user\"", ""),
    // Expressions.
    ("((o.amount - o.tax) - 1)", "(o.amount - (o.tax - 1))"),
    ("((o.amount + 1) * 2)", "(o.amount + (1 * 2))"),
    ("((o.amount + 1) * 2)", "(2 * (o.amount + 1))"),
    ("o.amount + 1", "o.amount + 2"),
    ("o.amount + 1", "o.amount + 1.0"),
    ("o.amount + 1", "o.amount + '1'"),
    ("o.amount + 1", "o.amount OPERATOR(public.+) 1"),
    ("> $1", "> $2"),
    ("> $1", "> 1"),
    ("LIKE 'a%'", "LIKE 'A%'"),
    ("LIKE 'a%'", "ILIKE 'a%'"),
    ("LIKE 'a%'", "NOT LIKE 'a%'"),
    ("LIKE 'a%'", "LIKE 'a%' ESCAPE ''"),
    ("c.tags[1]", "c.tags[2]"),
    ("c.tags[1]", "c.tags[1:1]"),
    ("IS TRUE", "IS NOT TRUE"),
    ("IS TRUE", "IS NOT FALSE"),
    ("ELSE 'n' END", "END"),
    ("'v' ELSE 'n'", "'n' ELSE 'v'"),
    ("::timestamp(3)", ""),
    ("::timestamp(3)", "::timestamp(2)"),
    ("::timestamp(3)", "::timestamp"),
    ("::timestamp(3)", "::timestamptz(3)"),
    ("::timestamp(3)", "::timestamp(3)[]"),
    ("::timestamp(3)", "::public.\"timestamp\"(3)"),
    ("c.id IN (SELECT id FROM big)", "c.id NOT IN (SELECT id FROM big)"),
    ("c.id IN (SELECT id FROM big)", "c.id = ALL (SELECT id FROM big)"),
    // Functions.
    ("pg_catalog.count(DISTINCT c.id)", "pg_catalog.count(c.id)"),
    ("pg_catalog.count(DISTINCT c.id)", "pg_catalog.count(*)"),
    ("pg_catalog.count(DISTINCT c.id)", "count(DISTINCT c.id)"),
    ("pg_catalog.count(DISTINCT c.id)", "public.count(DISTINCT c.id)"),
    ("pg_catalog.count(DISTINCT c.id)", "pg_catalog.sum(DISTINCT c.id)"),
    ("pg_catalog.lower(c.email)", "pg_catalog.lower(c.email, 1)"),
    ("pg_catalog.lower(c.email)", "pg_catalog.lower(VARIADIC c.email)"),
    ("pg_catalog.lower(c.email)", "pg_catalog.lower(pg_catalog.lower(c.email))"),
    ("pg_catalog.lower(c.email)", "pg_catalog.query_to_xml(c.email)"),
    ("pg_catalog.sum(o.amount) DESC", "pg_catalog.sum(o.amount ORDER BY o.id) DESC"),
    ("'ann'::text AS", "pg_catalog.pg_read_file('x') AS"),
    ("'ann'::text AS", "(SELECT x FROM crm.payroll) AS"),
    ("'ann'::text AS", "session_user AS"),
    ("'ann'::text AS", "(SELECT 1 FOR UPDATE) AS"),
    ("'ann'::text AS", "(WITH d AS (DELETE FROM crm.orders RETURNING 1) SELECT 1 FROM d) AS"),
    ("'ann'::text AS", "(1 OPERATOR(evil.+) 1) AS"),
    ("'ann'::text AS", "(SELECT 1 FROM crm.orders AS t TABLESAMPLE evil.method (1)) AS"),
    // Windows.
    ("PARTITION BY c.region ", ""),
    ("PARTITION BY c.region ", "PARTITION BY c.id "),
    ("DESC NULLS LAST ROWS", "NULLS LAST ROWS"),
    ("DESC NULLS LAST ROWS", "DESC NULLS FIRST ROWS"),
    ("ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", "RANGE BETWEEN 2 PRECEDING AND CURRENT ROW"),
    ("ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", "ROWS BETWEEN 3 PRECEDING AND CURRENT ROW"),
    ("ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", "ROWS BETWEEN 2 PRECEDING AND UNBOUNDED FOLLOWING"),
    ("ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", "ROWS BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE TIES"),
    ("ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", ""),
    // Joins.
    ("LEFT JOIN", "JOIN"),
    ("LEFT JOIN", "RIGHT JOIN"),
    ("LEFT JOIN", "FULL JOIN"),
    ("LEFT JOIN (", "LEFT JOIN LATERAL ("),
    ("ON (o.customer_id = c.id)", "ON true"),
    ("ON (o.customer_id = c.id)", "USING (id)"),
    // Grouping, order, limits.
    ("SELECT DISTINCT c", "SELECT c"),
    ("SELECT DISTINCT c", "SELECT DISTINCT ON (c.region) c"),
    ("GROUP BY c.region, o.status", "GROUP BY c.region"),
    ("GROUP BY c.region, o.status", "GROUP BY c.region, o.status, c.id"),
    ("GROUP BY c.region", "GROUP BY DISTINCT c.region"),
    ("ROLLUP (", "CUBE ("),
    ("ROLLUP (c.vip, o.placed)", "ROLLUP (o.placed, c.vip)"),
    ("ORDER BY n DESC, paid", "ORDER BY paid"),
    ("ORDER BY n DESC", "ORDER BY n ASC"),
    ("ORDER BY n DESC", "ORDER BY n"),
    ("paid NULLS FIRST", "paid NULLS LAST"),
    ("paid NULLS FIRST", "paid"),
    ("LIMIT 10", "LIMIT 100"),
    ("LIMIT 10", ""),
    (" OFFSET 20", ""),
    ("LIMIT 10 OFFSET 20", "OFFSET 20 FETCH FIRST 10 ROWS WITH TIES"),
    // WITH.
    ("WITH big", "WITH RECURSIVE big"),
    ("WITH big", "WITH large"),
    ("AS (SELECT id FROM (", "AS MATERIALIZED (SELECT id FROM ("),
    ("WITH big AS (", "WITH big (id) AS ("),
    // Statements.
    ("OFFSET 20", "OFFSET 20 FOR SHARE"),
    ("OFFSET 20", "OFFSET 20; SELECT 1"),
    ("SELECT DISTINCT c.region", "SELECT DISTINCT c.region INTO crm.copy"),
    ("OFFSET 20", "OFFSET"),
];

#[test]
fn every_tampering_is_caught() {
    let plan = broad();
    assert_eq!(plan.check(), Ok(()));
    for (from, to) in TAMPERINGS {
        assert!(plan.tampered(from, to).is_err(), "not caught: {from} became {to}");
    }
}

#[test]
fn every_relation_and_function_must_be_named() {
    for plan in plans().into_iter().chain([broad()]) {
        for name in &plan.expectation.allowed_relations {
            let mut less = plan.expectation.clone();
            less.allowed_relations.remove(name);
            let found = crate::witness::check_rewritten(&plan.client, &plan.ours, &less);
            let named = plan.ours.contains(&format!("{}.{}", name.0, name.1));
            assert_eq!(found.is_err(), named, "{}: {name:?}", plan.ours);
        }
        for name in &plan.expectation.allowed_functions {
            let mut less = plan.expectation.clone();
            less.allowed_functions.remove(name);
            let found = crate::witness::check_rewritten(&plan.client, &plan.ours, &less);
            let named = plan.ours.contains(&format!("{}.{}(", name.0, name.1));
            assert_eq!(
                found.as_ref().is_err_and(|found| found.kind() == DisagreementKind::Function),
                named,
                "{}: {name:?}",
                plan.ours
            );
        }
    }
}

#[test]
fn every_change_must_be_named() {
    for plan in plans() {
        let mut poorer = Vec::new();
        for at in plan.expectation.relations.keys() {
            let mut less = plan.expectation.clone();
            less.relations.remove(at);
            poorer.push(less);
        }
        for at in &plan.expectation.replaced {
            let mut less = plan.expectation.clone();
            less.replaced.remove(at);
            poorer.push(less);
        }
        for at in plan.expectation.columns.keys() {
            let mut less = plan.expectation.clone();
            less.columns.remove(at);
            poorer.push(less);
        }
        for at in plan.expectation.functions.keys() {
            let mut less = plan.expectation.clone();
            less.functions.remove(at);
            poorer.push(less);
        }
        for at in plan.expectation.types.keys() {
            let mut less = plan.expectation.clone();
            less.types.remove(at);
            poorer.push(less);
        }
        for at in plan.expectation.group_keys.keys() {
            let mut less = plan.expectation.clone();
            less.group_keys.remove(at);
            poorer.push(less);
        }
        for less in poorer {
            let found = crate::witness::check_rewritten(&plan.client, &plan.ours, &less);
            assert!(found.is_err(), "{}\n{less:?}", plan.ours);
        }
    }
}

#[test]
fn a_substitution_cannot_read_the_statement_around_it() {
    // The client's common table expression would stand for the relation that the row filter means.
    let query = "SELECT t.id FROM crm.customers AS t WHERE t.id IN (SELECT id FROM allowed)";
    assert_eq!(Own::read(query).err(), Some(Disagreement::Tree));
    // One of its own is nobody else's.
    let own = "SELECT t.id FROM crm.customers AS t WHERE t.id IN (WITH allowed AS (SELECT 1 AS id) SELECT id FROM allowed)";
    let plan = Plan::new(
        "WITH allowed AS (SELECT 1 AS id) SELECT id FROM customers, allowed",
        &format!("WITH allowed AS (SELECT 1 AS id) SELECT id FROM ({own}) AS customers, allowed"),
    )
    .relation("customers", "customers", own);
    assert_eq!(plan.check(), Ok(()));
    let tampered = plan.ours.replace(own, query);
    assert!(matches!(Plan { ours: tampered, ..plan }.check(), Err(Disagreement::Relation { .. })));
}

#[test]
fn a_common_table_expression_is_not_a_relation_and_the_reverse() {
    // Before its own WITH item, `customers` is the relation; behind it, it is not.
    let honest = Plan::new(
        "WITH customers AS (SELECT id FROM customers), b AS (SELECT id FROM customers) SELECT 1 FROM b",
        "WITH customers AS (SELECT id FROM {customers} AS customers), b AS (SELECT id FROM customers) SELECT 1 FROM b",
    )
    .relation("FROM ^customers)", "customers", CUSTOMERS);
    assert_eq!(honest.check(), Ok(()));
    let mut wrong = Plan::new(
        &honest.client,
        &honest.ours.replace("(SELECT id FROM customers)", &format!("(SELECT id FROM ({CUSTOMERS}) AS customers)")),
    );
    wrong.expectation = honest.expectation.clone();
    let second = u32::try_from(honest.client.rfind("FROM customers)").unwrap() + 5).unwrap();
    let substitution =
        Substitution { alias: "customers".into(), column_aliases: Vec::new(), query: Own::read(CUSTOMERS).unwrap() };
    wrong.expectation.relations.insert(second, substitution);
    assert!(wrong.check().is_err());
    // With RECURSIVE it is the common table expression everywhere.
    let client = honest.client.replace("WITH ", "WITH RECURSIVE ");
    let mut recursive =
        Plan::new(&client, &honest.ours.replace("WITH ", "WITH RECURSIVE ")).relation("FROM ^customers)", "customers", CUSTOMERS);
    assert!(recursive.check().is_err());
    recursive.ours = client;
    assert_eq!(recursive.check(), Ok(()));
}

#[test]
fn only_and_tablesample_may_not_get_lost() {
    let only = Plan::new("SELECT 1 FROM ONLY customers", "SELECT 1 FROM {customers} AS customers").relation(
        "customers",
        "customers",
        CUSTOMERS,
    );
    assert!(only.check().is_err());
    let lost = Plan::new("SELECT 1 FROM customers TABLESAMPLE system (5)", "SELECT 1 FROM {customers} AS customers").relation(
        "customers",
        "customers",
        CUSTOMERS,
    );
    assert!(lost.check().is_err());
    let sampled = |sample: &str| {
        let query = format!("SELECT t.id FROM crm.customers AS t TABLESAMPLE {sample}");
        let client = "SELECT 1 FROM customers TABLESAMPLE system (5)";
        Plan::new(client, &format!("SELECT 1 FROM ({query}) AS customers")).relation("customers", "customers", &query).check()
    };
    assert_eq!(sampled("system (5)"), Ok(()));
    assert!(sampled("system (50)").is_err());
    assert!(sampled("system (5, 6)").is_err());
    assert!(sampled("bernoulli (5)").is_err());
    assert!(sampled("system (5) REPEATABLE (1)").is_err());
}

#[test]
fn a_copy_may_not_become_another() {
    let client = "COPY customers (id, email) TO STDOUT CSV HEADER";
    let check = |ours: &str| Plan::new(client, ours).relation("customers", "customers", CUSTOMERS).check();
    assert_eq!(check("COPY (SELECT id, email FROM {customers} AS customers) TO STDOUT (FORMAT csv, HEADER)"), Ok(()));
    for ours in [
        "COPY (SELECT email, id FROM {customers} AS customers) TO STDOUT (FORMAT csv, HEADER)",
        "COPY (SELECT id, email, region FROM {customers} AS customers) TO STDOUT (FORMAT csv, HEADER)",
        "COPY (SELECT id, email FROM {customers} AS customers LIMIT 1) TO STDOUT (FORMAT csv, HEADER)",
        "COPY (SELECT DISTINCT id, email FROM {customers} AS customers) TO STDOUT (FORMAT csv, HEADER)",
        "COPY (SELECT id, email FROM {customers} AS customers WHERE true) TO STDOUT (FORMAT csv, HEADER)",
        "COPY (SELECT id, 'x' AS email FROM {customers} AS customers) TO STDOUT (FORMAT csv, HEADER)",
        "COPY (SELECT id, email FROM {customers} AS customers) TO STDOUT (FORMAT csv)",
        "COPY (SELECT id, email FROM {customers} AS customers) TO STDOUT (FORMAT csv, FREEZE)",
        "COPY (SELECT id, email FROM {customers} AS customers) TO STDOUT (FORMAT csv, HEADER off)",
        "COPY (SELECT id, email FROM {customers} AS customers) TO '/tmp/x' (FORMAT csv, HEADER)",
        "COPY (SELECT id, email FROM {customers} AS customers) TO PROGRAM 'x' (FORMAT csv, HEADER)",
        "COPY crm.customers (id, email) TO STDOUT (FORMAT csv, HEADER)",
        "COPY crm.customers (id, email) FROM STDIN (FORMAT csv, HEADER)",
    ] {
        assert!(check(ours).is_err(), "{ours}");
    }
}

#[test]
fn what_no_plan_may_hold_is_called_by_its_name() {
    // Behind a replaced call the two trees are not compared: only what the text touches is looked at.
    let plan = |ours: &str| Plan::new("SELECT f(1) AS a", &format!("SELECT {ours} AS a")).replaced("f(1)");
    assert_eq!(plan("'x'").check(), Ok(()));
    for ours in ["(SELECT 1 FOR UPDATE)", "(WITH d AS (DELETE FROM crm.orders RETURNING 1) SELECT 1 FROM d)"] {
        assert!(matches!(plan(ours).check(), Err(Disagreement::Forbidden { .. })), "{ours}: {:?}", plan(ours).check());
    }
    for ours in ["(SELECT 1 FROM db.crm.orders)", "(SELECT 1 FROM orders)", "(SELECT 1 FROM crm.payroll)"] {
        assert!(matches!(plan(ours).check(), Err(Disagreement::Relation { .. })), "{ours}: {:?}", plan(ours).check());
    }
    for ours in [
        "(SELECT 1 FROM lower('a'))",
        "ROW(1, user)",
        "(1 OPERATOR(evil.=) ANY (SELECT 1))",
        "(SELECT 1 ORDER BY 1 USING OPERATOR(evil.<))",
    ] {
        assert!(matches!(plan(ours).check(), Err(Disagreement::Function { .. })), "{ours}: {:?}", plan(ours).check());
    }
    let explain = Plan::new("EXPLAIN EXECUTE p", "EXPLAIN EXECUTE p");
    assert!(matches!(explain.check(), Err(Disagreement::Forbidden { .. })));
}

#[test]
fn an_unqualified_function_is_a_difference() {
    // Even where the plan allows a function of that name, and before anything looks at what is allowed.
    for ours in ["SELECT lower('A')", "SELECT crm.lower('A')"] {
        let plan = Plan::new("SELECT lower('A')", ours).functions(&["lower"]).function("crm", "lower");
        assert!(plan.check().is_err_and(|found| found.kind() == DisagreementKind::Differs), "{ours}");
    }
}

#[test]
fn functions_in_from_keep_their_names() {
    let client = "SELECT 1 FROM generate_series(1, 3)";
    let check = |ours: &str| Plan::new(client, ours).functions(&["generate_series"]).check();
    assert_eq!(check("SELECT 1 FROM pg_catalog.generate_series(1, 3) AS generate_series"), Ok(()));
    assert!(check("SELECT 1 FROM pg_catalog.generate_series(1, 3) AS g").is_err());
    assert!(check("SELECT 1 FROM pg_catalog.generate_series(1, 3) AS generate_series (n)").is_err());
}

#[test]
fn rows_of_ours_have_the_columns_of_the_plan() {
    let plan = rows_of_ours();
    plan.check().unwrap();
    for (from, to) in [
        (" AS (name pg_catalog.name, requires pg_catalog._name)) AS e", ") AS e"),
        ("(name pg_catalog.name,", "(name name,"),
        ("(name pg_catalog.name,", "(name pg_catalog.regclass,"),
        ("(name pg_catalog.name,", "(other pg_catalog.name,"),
        (", requires pg_catalog._name", ""),
        ("pg_catalog._name)", "pg_catalog._name, more pg_catalog.text)"),
        ("pg_catalog._name)) AS e", "pg_catalog._name), pg_catalog.generate_series(1, 2)) AS e"),
        (", pg_catalog.generate_series(1, 2))", ")"),
        ("pg_catalog.generate_series(1, 2))", "pg_catalog.generate_series(1, 2) AS (x pg_catalog.int4))"),
        ("WITH ORDINALITY AS x", "AS x"),
        ("LATERAL ROWS", "ROWS"),
        ("'[]'", "crm.payroll()"),
        ("AS e (n)", "AS e (m)"),
    ] {
        assert!(plan.tampered(from, to).is_err(), "{from} → {to}");
    }
    // Without word of the plan, ROWS FROM and columns are no part of the client's.
    for silent in ["files", "listed"] {
        let mut plan = rows_of_ours();
        let at = u32::try_from(plan.client.find(silent).unwrap()).unwrap();
        plan.expectation.row_columns.remove(&at).unwrap();
        plan.check().unwrap_err();
    }
}

#[test]
fn a_field_of_rows_of_ours_is_the_one_that_the_client_selects() {
    let plan = field_of_rows();
    plan.check().unwrap();
    for (from, to) in [
        ("SELECT r.\"name\"", "SELECT r.\"requires\""),
        ("SELECT r.\"name\"", "SELECT c.\"name\""),
        ("(SELECT r.\"name\"", "(SELECT DISTINCT r.\"name\""),
        ("(name pg_catalog.name", "(name pg_catalog.text"),
        (", requires pg_catalog._name)", ")"),
        (")) AS r) AS", ")) AS r, pg_catalog.generate_series(1, 2) AS x) AS"),
        (")) AS r) AS", ")) AS r LIMIT 1) AS"),
        ("'[]'", "crm.payroll()"),
        ("[1]", "[2]"),
    ] {
        assert!(plan.tampered(from, to).is_err(), "{from} → {to}");
    }
    let mut silent = field_of_rows();
    silent.expectation.row_columns.clear();
    silent.check().unwrap_err();
}

#[test]
fn what_a_guard_stands_around_is_the_clients_count() {
    let guard = |count: &str| {
        let [low, from, to] = [2, 0, 1].map(|number| format!("CAST({number} AS pg_catalog.float8)"));
        format!("(1026 - pg_catalog.width_bucket({low}, {from}, {to}, (1025 - pg_catalog.int4larger({count}, 0))))")
    };
    let ours = format!("SELECT pg_catalog.repeat('x', {}) FROM {{customers}} AS c", guard("(c.id + 1)"));
    let mut plan = Plan::new("SELECT repeat('x', c.id + 1) FROM customers c", &ours)
        .relation("customers c", "c", CUSTOMERS)
        .functions(&["repeat", "width_bucket", "int4larger", "int4smaller"]);
    assert!(plan.check().is_err(), "no guard is expected");
    plan.expectation.guarded.insert(7, 1024);
    assert_eq!(plan.check(), Ok(()));
    for (from, to) in [
        ("c.id + 1", "c.id + 2"),
        ("c.id + 1", "c.other + 1"),
        ("repeat('x'", "repeat('y'"),
        ("1026 - ", "1027 - "),
        ("1026 - ", "1026 + "),
        ("1025 - ", "2025 - "),
        ("int4larger", "int4smaller"),
        ("int4larger((c.id + 1), 0)", "int4larger((c.id + 1), c.id)"),
        ("int4larger((c.id + 1), 0)", "int4larger(DISTINCT (c.id + 1), 0)"),
        ("CAST(2 AS", "CAST(3 AS"),
        ("CAST(0 AS", "CAST(c.id AS"),
        ("CAST(1 AS pg_catalog.float8)", "(SELECT CAST(1 AS pg_catalog.float8))"),
        ("CAST(1 AS pg_catalog.float8)", "CAST(1 AS pg_catalog.float4)"),
        (&guard("(c.id + 1)"), "(c.id + 1)"),
        (&guard("(c.id + 1)"), "5"),
    ] {
        assert!(plan.tampered(from, to).is_err(), "{from} for {to}");
    }
}

#[test]
fn only_the_expected_keys_are_appended_to_group_by() {
    let check = |ours: &str| {
        Plan::new("SELECT id FROM customers GROUP BY id", ours)
            .relation("customers", "customers", CUSTOMERS)
            .group_key("BY ^id", &[&["customers", "email"]])
            .check()
    };
    assert_eq!(check("SELECT id FROM {customers} AS customers GROUP BY id, customers.email"), Ok(()));
    for group in ["id", "id, customers.region", "id, email", "customers.email, id", "id, customers.email, 1", "id, customers.*"] {
        assert!(check(&format!("SELECT id FROM {{customers}} AS customers GROUP BY {group}")).is_err(), "{group}");
    }
}

#[test]
fn statements_around_queries_may_not_change() {
    let check = |client: &str, ours: &str| Plan::new(client, ours).relation("customers", "customers", CUSTOMERS).check();
    for (client, ours) in [
        ("DECLARE c CURSOR FOR SELECT id FROM customers", "DECLARE d CURSOR FOR SELECT id FROM {customers} AS customers"),
        (
            "DECLARE c CURSOR FOR SELECT id FROM customers",
            "DECLARE c CURSOR WITH HOLD FOR SELECT id FROM {customers} AS customers",
        ),
        ("DECLARE c CURSOR FOR SELECT id FROM customers", "EXPLAIN SELECT id FROM {customers} AS customers"),
        ("SELECT id FROM customers", "EXPLAIN SELECT id FROM {customers} AS customers"),
        ("EXPLAIN SELECT id FROM customers", "EXPLAIN EXECUTE p"),
        ("EXPLAIN SELECT id FROM customers", "EXPLAIN CREATE TABLE crm.x AS SELECT id FROM {customers} AS customers"),
        ("EXPLAIN ANALYZE SELECT id FROM customers", "EXPLAIN SELECT id FROM customers"),
        ("COPY (SELECT id FROM customers) TO STDOUT", "COPY (SELECT id FROM {customers} AS customers) TO STDOUT CSV"),
        (
            "COPY (SELECT id FROM customers) TO STDOUT NULL 'on'",
            "COPY (SELECT id FROM {customers} AS customers) TO STDOUT NULL 'true'",
        ),
    ] {
        assert!(check(client, ours).is_err(), "{ours}");
    }
}

#[test]
fn a_constant_that_another_stands_for_is_that_one_and_no_other() {
    let mut plan = Plan::new(
        "SELECT to_tsvector('terse', 'terse') FROM customers c",
        "SELECT pg_catalog.to_tsvector('16400', 'terse') FROM {customers} AS c",
    )
    .relation("customers c", "c", CUSTOMERS)
    .functions(&["to_tsvector"]);
    assert!(plan.check().is_err(), "no other constant is expected");
    plan.expectation.constants.insert(19, "16400".to_owned());
    assert_eq!(plan.check(), Ok(()));
    for (from, to) in [
        ("'16400'", "'16401'"),
        ("'16400'", "16400"),
        ("'16400'", "c.id"),
        ("'16400'", "CAST('16400' AS pg_catalog.regconfig)"),
        ("'terse')", "'16400')"),
    ] {
        assert!(plan.tampered(from, to).is_err(), "{to}");
    }
}
