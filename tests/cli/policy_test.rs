//! `postern test`.

use serde_json::json;

use crate::support::Folder;

#[test]
fn the_cases_of_every_checked_in_configuration_pass() {
    for (source, cases) in [("config", 4), ("tests/fixtures/config/quoted", 2), ("tests/fixtures/config/wide", 0)] {
        let ran = Folder::of(source).run("test", &[]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{source}: {ran:?}");
        assert!(ran.out.ends_with(&format!("{cases} passed, 0 failed\n")), "{}", ran.out);
    }
}

#[test]
fn each_difference_is_told_and_the_exit_code_is_4() {
    let folder = Folder::example();
    folder.replace(
        "policy.yaml",
        "columns: {id: pseudonym, email: email, birth_date: date_trunc}",
        "columns: {id: none, crm.customers.email: email, phone: partial}",
    );
    folder.replace("policy.yaml", "row_filters: {customers: [\"region = 'EMEA'\"]}", "row_filters: {customers: [], orders: []}");
    folder.replace("policy.yaml", "code: column_hidden, sqlstate: \"42703\"", "code: column_missing, sqlstate: \"42P01\"");
    folder.replace("policy.yaml", "then: {decision: deny, sqlstate: \"42P01\"}", "then: {decision: allow}");
    folder.replace("policy.yaml", "at: 2026-06-21T10:00:00Z", "at: 2026-06-22T10:00:00Z");
    let ran = folder.run("test", &[]);
    assert_eq!((ran.code, ran.err.as_str()), (4, ""));
    insta::assert_snapshot!(ran.out, @r#"
    FAIL  an analyst sees a pseudonym and no address (policy.yaml:113:11): column id: expected none, got pseudonym; column phone: expected partial, and the statement does not read it; row filters of crm.customers: expected none, got region = 'EMEA'; row filters of orders: the statement does not read it
    FAIL  a social security number does not exist (policy.yaml:117:11): expected code column_missing, got column_hidden; expected sqlstate 42P01, got 42703
    FAIL  planners have no customers (policy.yaml:121:11): expected allow, got deny: relation_not_granted (42P01) relation "crm.customers" does not exist
    FAIL  planning is closed on Sunday (policy.yaml:125:11): expected deny, got allow
    0 passed, 4 failed
    "#);
    let found = folder.run("test", &["--only", "Sunday", "--format", "json"]).json();
    assert_eq!((&found["passed"], &found["failed"]), (&json!(0), &json!(1)));
    assert_eq!(found["tests"][0]["differences"], json!(["expected deny, got allow"]));
    assert_eq!((&found["tests"][0]["line"], &found["tests"][0]["passed"]), (&json!(125), &json!(false)));
}

#[test]
fn who_where_and_when_decide_as_they_do_at_the_gate() {
    let folder = Folder::example();
    let case = |name: &str, vendor: &str, group: &str, database: &str, at: &str, then: &str| {
        format!(
            "  - name: {name}\n    given: {{subject: {{vendor: {vendor}, groups: [{group}]}}, database: {database}, from: 203.0.113.9, at: {at}}}\n    when: SELECT 1\n    then: {then}\n"
        )
    };
    let cases = [
        case(
            "nobody's group",
            "northwind",
            "strangers",
            "churn_study",
            "2026-06-17T10:00:00Z",
            "{decision: deny, code: no_vendor, sqlstate: \"28000\"}",
        ),
        case(
            "another vendor's grant",
            "parcelworks",
            "parcelworks_planners",
            "churn_study",
            "2026-06-17T10:00:00Z",
            "{decision: deny, code: no_grant, sqlstate: \"28000\"}",
        ),
        case(
            "too early",
            "northwind",
            "northwind_analysts",
            "churn_study",
            "2025-12-31T23:59:59Z",
            "{decision: deny, code: not_started}",
        ),
        case(
            "too late",
            "northwind",
            "northwind_analysts",
            "churn_study",
            "2027-01-01T00:00:00Z",
            "{decision: deny, code: ended}",
        ),
        case(
            "in the night",
            "parcelworks",
            "parcelworks_planners",
            "delivery_planning",
            "2026-06-17T23:00:00Z",
            "{decision: deny, code: outside_hours}",
        ),
        case("of whom", "northwind", "parcelworks_planners", "delivery_planning", "2026-06-17T10:00:00Z", "{decision: allow}"),
    ];
    folder.replace("policy.yaml", "tests:\n", &format!("tests:\n{}", cases.concat()));
    let ran = folder.run("test", &[]);
    insta::assert_snapshot!(ran.out, @r"
    ok    nobody's group
    ok    another vendor's grant
    ok    too early
    ok    too late
    ok    in the night
    FAIL  of whom (policy.yaml:133:11): the groups belong to vendor parcelworks, not northwind
    ok    an analyst sees a pseudonym and no address
    ok    a social security number does not exist
    ok    planners have no customers
    ok    planning is closed on Sunday
    9 passed, 1 failed
    ");
}
