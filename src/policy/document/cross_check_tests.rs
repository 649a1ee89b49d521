//! What holding a policy against its contracts tells.

use super::super::read::tests::{MODEL, changed, read_text};
use super::*;
use crate::contract::Status;
use crate::document::parse;

const CONTRACT: &str = include_str!("../../../tests/fixtures/contract/orders-analytics.odcs.yaml");

fn contract(text: &str, diagnostics: &mut Diagnostics) -> Contract {
    let document = parse("c.yaml", text, diagnostics).unwrap();
    crate::contract::read(&document, diagnostics).unwrap()
}

fn told(policy: &str, contracts: &[&str]) -> Vec<String> {
    let (policy, mut diagnostics) = read_text(policy);
    let contracts: Vec<Contract> = contracts.iter().map(|text| contract(text, &mut diagnostics)).collect();
    let around = Surroundings { contracts: &contracts, contracts_complete: true, warehouses: Some(&["production", "archive"]) };
    cross_check(&policy, around, &mut diagnostics);
    diagnostics.to_string().lines().map(str::to_owned).collect()
}

#[test]
fn the_model_fits_its_contract() {
    assert_eq!(told(MODEL, &[CONTRACT]), Vec::<String>::new());
}

#[test]
fn each_mistake_is_told_with_its_place() {
    let cases = [
        (
            "  - name: benchmark\n    vendor: acme",
            "  - name: benchmark\n    vendor: acmee",
            "71:13: unknown vendor \"acmee\" (did you mean \"acme\"?)",
        ),
        ("  - name: benchmark\n", "  - name: churn-2026q4\n", "70:11: grant \"churn-2026q4\" is defined twice"),
        (
            "    database: benchmark\n",
            "    database: churn-2026q4\n",
            "74:15: database \"churn-2026q4\" is grant \"churn-2026q4\"'s already",
        ),
        ("members: [acme-leads]", "members: [auditors]", "72:15: unknown group \"auditors\" of vendor \"acme\""),
        (
            "dpa_signed: true, ends: 2027-03-31",
            "dpa_signed: true, ends: 2027-01-30",
            "73:133: the grant outlives the contract with vendor \"acme\", whose last day is 2027-01-30",
        ),
        ("starts: 2026-10-05T00:00:00Z", "starts: 2027-10-05T00:00:00Z", "43:13: ends before it starts"),
        (
            "starts: 2026-10-05T00:00:00Z",
            "starts: 2026-01-05T00:00:00Z",
            "43:13: the grant is longer than the guardrail max_grant_duration (180 days) allows",
        ),
        (
            "role: vendor_analyst",
            "role: vendor_analist",
            "52:15: unknown role \"vendor_analist\" in contract \"orders-analytics\" (did you mean \"vendor_analyst\"?)",
        ),
        (
            "role: vendor_analyst",
            "role: vendor_aggregate",
            "52:15: role \"vendor_aggregate\" gives access to aggregates only: the product needs aggregate_only",
        ),
        (
            "          customers:\n",
            "          custommers:\n",
            "54:11: unknown relation \"custommers\" in contract \"orders-analytics\" (did you mean \"customers\"?)",
        ),
        (
            "columns: [id, postcode, region, attrs]",
            "columns: [id, zip, regoin, attrs]",
            "55:27: unknown column \"zip\" in relation \"customers\"\np.yaml:55:32: unknown column \"regoin\" in relation \"customers\" (did you mean \"region\"?)",
        ),
        (
            "columns: [id, postcode, region, attrs]",
            "columns: [id, ssn, attrs]",
            "55:27: column \"ssn\" is listed and cannot be shown: the guardrails deny its tag secret.government_id",
        ),
        (
            "columns: [id, postcode, region, attrs]",
            "columns: [id, postcode]",
            "58:15: unknown column \"attrs\" in the columns of this rule",
        ),
        (
            "              attrs: {name: json_keep, keys: [plan]}\n",
            "              id: {name: hidden}\n",
            "55:23: column \"id\" is listed and cannot be shown: its mask here is hidden\np.yaml:55:45: column \"attrs\" is listed and cannot be shown: the mask rule for pii.* hides it; write a mask for it here",
        ),
        (
            "database: churn-2026q4, from: 203.0.113.9, at: 2026-11-18",
            "database: chrun-2026q4, from: 203.0.113.9, at: 2026-11-18",
            "84:80: unknown database \"chrun-2026q4\" (did you mean \"churn-2026q4\"?)",
        ),
        ("name: closed on Sunday", "name: analyst sees pseudonyms", "87:11: test \"analyst sees pseudonyms\" is defined twice"),
    ];
    let mut failures = Vec::new();
    for (from, to, expected) in cases {
        let told = told(&changed(from, to), &[CONTRACT]).join("\n");
        failures.extend((told != format!("p.yaml:{expected}")).then(|| format!("{to}: {told}")));
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn a_vendor_without_a_signed_agreement_can_have_no_grant() {
    let told = told(&changed("dpa_signed: true", "dpa_signed: false"), &[CONTRACT]);
    let message = "vendor \"acme\" has not signed the data processing agreement (dpa_signed: false)";
    assert_eq!(told, [format!("p.yaml:36:13: {message}"), format!("p.yaml:71:13: {message}")]);
}

#[test]
fn contracts_are_found_by_name_and_the_highest_version_that_fits() {
    let missing = changed(
        "contract: orders-analytics\n        version: ^2.1\n        role: vendor_analyst",
        "contract: order-analytics\n        version: ^2.1\n        role: vendor_analyst",
    );
    assert_eq!(
        told(&missing, &[CONTRACT]),
        ["p.yaml:50:19: unknown contract \"order-analytics\" (did you mean \"orders-analytics\"?)"]
    );
    let older = CONTRACT.replace("version: 2.1.0", "version: 2.0.0");
    assert_eq!(
        told(MODEL, &[&older]),
        [
            "p.yaml:51:18: no version of contract \"orders-analytics\" fits ^2.1.0: there is 2.0.0",
            "p.yaml:77:18: no version of contract \"orders-analytics\" fits ^2.1.0: there is 2.0.0",
        ]
    );
    let newer = CONTRACT.replace("version: 2.1.0", "version: 2.3.0");
    assert!(told(MODEL, &[CONTRACT, &newer]).is_empty());
    let mut diagnostics = Diagnostics::new();
    let mut contracts = [contract(CONTRACT, &mut diagnostics), contract(&newer, &mut diagnostics)];
    let (policy, _) = read_text(MODEL);
    let found = |contracts: &[Contract]| find_contract(contracts, &policy.grants[0].products[0]).unwrap().version.minor;
    assert_eq!(found(&contracts), 3);
    for (status, minor) in [(Status::Draft, 1), (Status::Proposed, 1), (Status::Retired, 1), (Status::Deprecated, 3)] {
        contracts[1].term.status = status;
        assert_eq!(found(&contracts), minor, "{status:?}");
        // Alone it stays the one that is meant.
        assert_eq!(found(&contracts[1..]), 3, "{status:?}");
    }
    assert_eq!(told(MODEL, &[CONTRACT, CONTRACT]), ["c.yaml:3:5: contract \"orders-analytics\" 2.1.0 is defined twice"]);
}

#[test]
fn the_products_of_a_grant_stand_on_one_warehouse_and_open_a_relation_once() {
    let second = "    limits:\n      rows_per_query: 200000";
    let product = "      - {contract: more, version: ^2.1, role: vendor_analyst, relations: {orders: {columns: [id]}}}\n";
    let both = changed(second, &format!("{product}{second}"));
    let other = CONTRACT.replace("id: orders-analytics", "id: more");
    assert_eq!(told(&both, &[CONTRACT, &other]), ["p.yaml:63:75: two products of the grant open \"sales.orders\""]);
    let elsewhere = other.replace("server: production", "server: archive").replace("schema: sales", "schema: shop");
    assert_eq!(
        told(&both, &[CONTRACT, &elsewhere]),
        [
            "p.yaml:63:20: stands on warehouse \"archive\", the grant's first product on \"production\": all products need one warehouse",
        ]
    );
}

#[test]
fn a_column_that_nobody_classified_cannot_be_listed() {
    let unclassified = CONTRACT.replacen("        classification: public\n        quality", "        quality", 1);
    assert_eq!(
        told(MODEL, &[&unclassified]),
        ["p.yaml:55:37: column \"region\" is listed and cannot be shown: it has neither tags nor a classification"]
    );
    let tolerant = changed("classification_required: true", "classification_required: false");
    assert!(told(&tolerant, &[&unclassified]).is_empty());
}

#[test]
fn two_rules_that_are_equally_specific_are_a_mistake() {
    let tagged = CONTRACT.replacen("tags: [pii.location]", "tags: [pii.location, geo.location]", 1);
    let rules = changed("  - {tag: pii.*,", "  - {tag: geo.location, mask: {name: redact}}\n  - {tag: pii.*,");
    assert_eq!(
        told(&rules, &[&tagged]),
        [
            "p.yaml:56:27: the mask rules for pii.location and geo.location are equally specific for column \"postcode\"; write a mask for it here"
        ]
    );
}
