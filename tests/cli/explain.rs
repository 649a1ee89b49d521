//! `postern explain`.

use serde_json::json;

use crate::support::{Folder, Ran};

fn explain(folder: &Folder, database: &str, more: &[&str], sql: &str) -> Ran {
    folder.run(
        "explain",
        &[&["--as", "lena@northwind-insights.example", "--database", database, "--at", "2026-06-17T10:00:00Z"], more, &[sql]]
            .concat(),
    )
}

#[test]
fn a_decision_is_told_rule_by_rule_with_what_would_be_sent() {
    let ran = explain(
        &Folder::example(),
        "churn_study",
        &[],
        "SELECT region, count(*) FROM sales.orders WHERE customer_id = 'x' GROUP BY region",
    );
    assert_eq!((ran.code, ran.err.as_str()), (0, "offline: against what the contracts promise; --live asks the warehouses\n"));
    let (told, rest) = ran.out.split_once("sent:\n").unwrap();
    let (sql, objects) = rest.split_once("\n\n").unwrap();
    insta::assert_snapshot!(told, @"
    pass    identity    provider local, groups northwind_analysts: vendor northwind
    pass    grant       churn-study, ticket DATA-1042, 2026-01-01T00:00:00.000Z to 2026-12-31T23:59:59.000Z, for: Churn and cohort analysis for the retention programme
    pass    conditions  open always from everywhere: at 2026-06-17T10:00:00.000Z from 127.0.0.1
    pass    statement   select is open under the grant
    pass    relation    sales.orders: customer_id, region
    pass    mask        sales.orders.customer_id: pseudonym
    pass    row filter  sales.orders: region = 'EMEA'

    statement: SELECT region, count(*) FROM sales.orders WHERE customer_id = 'x' GROUP BY region
    ");
    insta::assert_snapshot!(objects, @"
    relation      column       use           mask
    ------------  -----------  ------------  ---------
    sales.orders  customer_id  filter        pseudonym
    sales.orders  region       output,group  -
    ");
    assert!(sql.trim_start().starts_with("SELECT \"region\", pg_catalog.\"count\"(*) FROM (SELECT t.\"id\""), "{sql}");
    assert!(
        sql.contains("FROM \"sales\".\"orders\" AS t WHERE (\"t\".\"region\" OPERATOR(pg_catalog.=) 'EMEA')) AS \"orders\""),
        "{sql}"
    );
}

#[test]
fn a_refusal_shows_what_the_client_reads_and_what_only_the_record_says() {
    let ran = explain(&Folder::example(), "churn_study", &[], "SELECT id,\n  ssn FROM crm.customers");
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.out.split_once("refuse  ").unwrap().1, @r#"
    statement   column_hidden (42703)
            object      crm.customers.ssn

    the client reads:
      ERROR:  column "ssn" does not exist
      HINT:  postern.my_access lists what this grant shows.
        ssn FROM crm.customers
        ^
    "#);
}

#[test]
fn closed_hours_and_foreign_addresses_are_refused_at_their_rule() {
    let folder = Folder::example();
    let ask = |at: &str, from: &str| {
        let person = ["--as", "omar@parcelworks.example", "--database", "delivery_planning", "--at", at, "--from", from];
        folder.run("explain", &[&person, &["SELECT 1"][..]].concat()).out
    };
    let open = ask("2026-06-17T10:00:00Z", "203.0.113.9");
    assert!(open.contains("pass    conditions  open mon, tue, wed, thu, fri 06:00-22:00 Europe/Amsterdam from 127.0.0.0/8, ::1/128, 203.0.113.0/24: at 2026-06-17T10:00:00.000Z from 203.0.113.9\n"), "{open}");
    let elsewhere = ask("2026-06-17T10:00:00Z", "198.51.100.4");
    assert!(elsewhere.contains("refuse  conditions  network (28000)\n"), "{elsewhere}");
    let sunday = ask("2026-06-21T10:00:00Z", "203.0.113.9");
    assert!(sunday.contains("refuse  conditions  outside_hours (28000)\n"), "{sunday}");
    // The client learns neither which rule it was nor anything of other people's grants.
    for told in [elsewhere, sunday] {
        assert!(told.ends_with("FATAL:  access to database \"delivery_planning\" is not open for this user now\n  DETAIL:  The databases of this user: \"delivery_planning\" (mon, tue, wed, thu, fri 06:00-22:00 Europe/Amsterdam).\n"), "{told}");
    }
    let ran = folder.run("explain", &["--as", "nobody", "--database", "x", "SELECT 1"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.starts_with("postern: no user \"nobody\" in people.yaml"), "{ran:?}");
}

#[test]
fn programs_get_the_same_in_stable_keys() {
    let folder = Folder::example();
    let found =
        explain(&folder, "churn_study", &["--format", "json"], "SHOW search_path; SELECT email FROM crm.customers").json();
    let keys: Vec<&String> = found.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["decision", "against", "rules", "refusal", "statements"]);
    let statement = &found["statements"][1];
    assert_eq!(
        statement["objects"],
        json!([{"schema": "crm", "relation": "customers", "column": "email", "use": ["output"], "mask": "email"}])
    );
    assert_eq!(statement["row_filters"], json!([{"schema": "crm", "relation": "customers", "filters": ["region = 'EMEA'"]}]));
    assert_eq!(found["statements"][0]["rewritten"], json!(null));
    let refused = explain(&folder, "churn_study", &["--format", "json"], "DELETE FROM crm.customers").json();
    assert_eq!((&refused["decision"], &refused["refusal"]["sqlstate"]), (&json!("deny"), &json!("42501")));
    assert_eq!(refused["refusal"]["code"], json!("statement_not_allowed"));
}

#[test]
fn what_the_session_itself_would_refuse_is_refused_here_too() {
    let folder = Folder::example();
    for (sql, code, sqlstate) in [
        ("SET work_mem = '1GB'", "setting_not_allowed", "42501"),
        ("SHOW no_such_setting", "setting_not_allowed", "42704"),
        ("SET client_encoding = 'latin99'", "setting_not_allowed", "22023"),
        ("SET TimeZone = 'posix/../x'", "setting_not_allowed", "22023"),
    ] {
        let found = explain(&folder, "churn_study", &["--format", "json"], sql).json();
        assert_eq!((&found["refusal"]["code"], &found["refusal"]["sqlstate"]), (&json!(code), &json!(sqlstate)), "{sql}");
    }
    for sql in [
        "SET TimeZone = 'Europe/Berlin'",
        "BEGIN READ WRITE",
        "BEGIN READ ONLY",
        "SET default_transaction_read_only = off",
        "SET search_path = sales",
        "RESET ALL",
        "COMMIT",
    ] {
        assert_eq!(explain(&folder, "churn_study", &["--format", "json"], sql).json()["decision"], json!("allow"), "{sql}");
    }
}

#[test]
fn a_filter_that_needs_the_warehouse_is_not_passed_over_in_silence() {
    let folder = Folder::example();
    folder.replace(
        "policy.yaml",
        "columns: [order_id, product_id, quantity, unit_price]",
        "columns: [order_id]\n            row_filter: \"hidden_by IS NULL\"",
    );
    let checked = folder.run("check", &[]);
    assert_eq!(checked.code, 0);
    assert!(
        checked.err.contains(
            "policy.yaml:81:25: the row filter of relation \"order_items\" is checked against the live warehouse only: "
        ),
        "{checked:?}"
    );
    let explained = explain(&folder, "churn_study", &[], "SELECT order_id FROM sales.order_items");
    assert!(explained.out.contains("pass    row filter  sales.order_items: hidden_by IS NULL\n"), "{explained:?}");
    assert!(
        explained.out.contains("the row filter of sales.order_items needs the warehouse (--live) and stands as true here\n"),
        "{explained:?}"
    );
}
