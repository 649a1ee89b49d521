//! `postern check`.

use serde_json::json;

use crate::support::{Folder, Ran, postern};

#[test]
fn a_valid_configuration_tells_what_it_opens() {
    let ran = Folder::example().run("check", &[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let (first, grants) = ran.out.split_once('\n').unwrap();
    assert!(first.starts_with("valid: revision "), "{first}");
    assert!(
        first.ends_with(
            "2 contracts, 2 grants, 2 logins (offline: against what the contracts promise; --live asks the warehouses)"
        )
    );
    insta::assert_snapshot!(grants.trim_start(), @"
    grant churn-study: database churn_study, vendor northwind, 2026-01-01T00:00:00.000Z to 2026-12-31T23:59:59.000Z, open always, ticket DATA-1042
      crm.customers: id=pseudonym, email=email, phone=partial, birth_date=date_trunc, postcode=generalise, region, attrs=json_keep, created_at
        where region = 'EMEA'
      sales.order_items: order_id, product_id, quantity, unit_price
      sales.orders: id, customer_id=pseudonym, placed_at, amount, status, region
        where region = 'EMEA'

    grant delivery-planning: database delivery_planning, vendor parcelworks, 2026-01-01T00:00:00.000Z to 2026-12-31T23:59:59.000Z, open mon, tue, wed, thu, fri 06:00-22:00 Europe/Amsterdam, ticket DATA-1077
      sales.orders: placed_at, status, region
    ");
}

#[test]
fn names_that_need_quotes_have_them() {
    let ran = Folder::of("tests/fixtures/config/quoted").run("check", &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("  crm.\"odd.table\"\"x\": \"Id\", \"weird \"\"col\", \"Ünïcode\"=constant\n"), "{}", ran.out);
}

#[test]
fn what_nobody_watches_yet_is_told_with_its_place() {
    let ran = Folder::of("tests/fixtures/config/wide").run("check", &[]);
    insta::assert_snapshot!(ran.err, @r#"
    warning: policy.yaml:48:25: the row filter of relation "payments" can fail on some values: then every error of a statement on it is told as one fixed error
    not watched yet:
      contracts/bed-wh.odcs.yaml:43:41: posternOnBreak "freshness" is not watched yet
      contracts/bed-wh.odcs.yaml:43:60: posternOnBreak "qualityError" is not watched yet
      contracts/bed-wh.odcs.yaml:43:82: posternOnBreak "unreachable" is not watched yet
    "#);
}

#[test]
fn programs_get_the_same_in_stable_keys() {
    let ran = Folder::example().run("check", &["--format", "json"]);
    let found = ran.json();
    let keys: Vec<&String> = found.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["valid", "against", "revision", "contracts", "people", "warnings", "not_watched", "grants"]);
    assert_eq!((ran.code, &found["valid"], &found["against"]), (0, &json!(true), &json!("contracts")));
    let customers = &found["grants"][0]["relations"][0];
    assert_eq!((&customers["schema"], &customers["name"]), (&json!("crm"), &json!("customers")));
    assert_eq!(customers["columns"][0], json!({"name": "id", "type": "bigint", "mask": "pseudonym"}));
    assert_eq!(customers["filters"], json!(["region = 'EMEA'"]));
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    let folder = Folder::example();
    folder.replace(
        "policy.yaml",
        "groups: [parcelworks_planners]}, database: delivery_planning, from: 203.0.113.9, at: 2026-06-21",
        "groups: [parcelworks_planners]}, databaes: delivery_planning, from: 203.0.113.9, at: 2026-06-21",
    );
    folder.replace("people.yaml", "people:", "poeple:");
    let ran = folder.run("check", &[]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
    let lines: Vec<&str> = ran.err.lines().collect();
    assert!(lines.iter().any(|line| line.starts_with("people.yaml:") && line.contains("did you mean \"people\"?")), "{lines:?}");
    assert!(
        lines.iter().any(|line| line.starts_with("policy.yaml:126:") && line.contains("did you mean \"database\"?")),
        "{lines:?}"
    );
    let told = folder.run("check", &["--format", "json"]);
    let found = told.json();
    assert_eq!((told.code, told.err.as_str(), &found["valid"]), (3, "", &json!(false)));
    assert_eq!(found["problems"].as_array().unwrap().len(), lines.len());
    assert!(found["problems"][0]["line"].is_u64() && found["problems"][0]["column"].is_u64());
}

#[test]
fn what_only_compiling_can_see_is_a_mistake_too() {
    let folder = Folder::example();
    folder.replace("policy.yaml", "attrs: {name: json_keep, keys: [plan]}", "attrs: {name: date_trunc, unit: year}");
    folder.replace(
        "policy.yaml",
        "columns: [order_id, product_id, quantity, unit_price]",
        "columns: [order_id, quantity]\n            row_filter: \"quantity >\"",
    );
    let ran = folder.run("check", &[]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
    insta::assert_snapshot!(ran.err, @r#"
    policy.yaml:71:15: column "attrs": mask "date_trunc" (strength 30) is weaker than the contract's minimum "json_keep" (strength 45)
    policy.yaml:81:25: row filter at character 11: syntax error at end of input
    "#);
}

#[test]
fn a_missing_folder_and_a_missing_warehouse_end_differently() {
    let missing = Ran::of(postern(&["check", "--config", "/nowhere/at/all"]).output().unwrap(), "/nowhere");
    assert_eq!((missing.code, missing.err.as_str()), (3, "at/all:1:1: the file cannot be read: no such file\n"));
    let folder = Folder::of("tests/fixtures/config/wide");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = std::fs::read_to_string(format!("{}/postern.yaml", folder.path())).unwrap();
    let written = text.lines().find(|line| line.trim_start().starts_with("port:")).unwrap();
    folder.replace("postern.yaml", written, &format!("    port: {port}"));
    let ran = folder.run("check", &["--live"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.starts_with("postern: warehouse ") && ran.err.contains("Connection refused"), "{ran:?}");
}
