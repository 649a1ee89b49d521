//! What reading a contract tells and takes.

use super::*;
use crate::contract::Requirement;
use crate::document::parse;

const MODEL: &str = include_str!("../../tests/fixtures/contract/orders-analytics.odcs.yaml");

fn read_text(text: &str) -> (Option<Contract>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let contract = parse("c.yaml", text, &mut diagnostics).and_then(|document| read(&document, &mut diagnostics));
    (contract, diagnostics)
}

fn model() -> Contract {
    let (contract, diagnostics) = read_text(MODEL);
    assert!(diagnostics.is_empty(), "{diagnostics}");
    contract.unwrap()
}

/// The model with one text replaced by another, and what is told about it.
fn told(from: &str, to: &str) -> Vec<String> {
    assert_eq!(MODEL.matches(from).count(), 1, "{from}");
    let (_, diagnostics) = read_text(&MODEL.replace(from, to));
    diagnostics.to_string().lines().map(str::to_owned).collect()
}

#[test]
fn a_contract_loads_with_all_its_sections() {
    let contract = model();
    assert_eq!((contract.id.as_str(), contract.version.to_string().as_str()), ("orders-analytics", "2.1.0"));
    assert!(Requirement::parse("^2.1").unwrap().accepts(contract.version));
    assert_eq!(contract.server.warehouse.value.as_str(), "production");
    assert_eq!(contract.server.schema.value, "sales");
    assert_eq!(contract.owner.as_deref(), Some("commerce-data"));
    assert_eq!(contract.support, ["mailto:notices@retail.example", "#data-help"]);
    assert_eq!(contract.relation_names().collect::<Vec<_>>(), ["customers", "orders"]);
    assert_eq!(contract.on_break.schema_drift, Reaction::DenyObject);
    assert_eq!(contract.on_break.unreachable, Reaction::Deny);
    assert!(contract.changelog[0].breaking);
    let customers = contract.relation("customers").unwrap();
    assert_eq!(customers.physical.value.as_str(), "crm.customers");
    assert_eq!(customers.entity_key[0].value, "id");
    assert_eq!(customers.row_filter.as_ref().unwrap().value, "deleted_at IS NULL");
    let id = customers.column("id").unwrap();
    assert_eq!((id.primary_key, id.required, id.pseudonym_domain.as_ref().unwrap().value.as_str()), (Some(1), true, "customer"));
    let postcode = customers.column("postcode").unwrap();
    assert_eq!(postcode.physical.value, "zip");
    assert_eq!(customers.column("ssn").unwrap().minimum_mask.as_ref().unwrap().name, "hidden");
    let attrs = customers.column("attrs").unwrap().minimum_mask.as_ref().unwrap();
    assert_eq!((attrs.name.as_str(), attrs.parameters.len()), ("json_keep", 1));
    let orders = contract.relation("orders").unwrap();
    assert_eq!(orders.column("amount").unwrap().clip, Some(Clip { lower: 0.0, upper: 5000.0 }));
    assert!(orders.column("region").unwrap().dimension);
}

#[test]
fn promises_that_nothing_watches_yet_are_listed_with_their_places() {
    let told: Vec<String> = model().unwatched.iter().map(|note| note.message.clone()).collect();
    assert_eq!(
        told,
        [
            "quality of column \"customers.region\" is not watched yet",
            "quality of relation \"orders\" is not watched yet",
            "service level \"freshness\" is not watched yet",
            "posternOnBreak \"unreachable\" is not watched yet",
        ]
    );
}

#[test]
fn each_mistake_is_told_with_its_place() {
    let cases = [
        ("apiVersion: v3.1.0", "apiVersion: v3.0.0", "1:13: \"v3.0.0\" is not implemented yet"),
        ("version: 2.1.0", "version: 2.1", "5:10: expected a version such as 2.1.0, found the number 2.1"),
        ("status: active", "status: live", "6:9: expected proposed, draft, active, deprecated or retired, found \"live\""),
        ("domain: commerce", "domian: commerce", "7:1: unknown key \"domian\" (did you mean \"domain\"?)"),
        ("    type: postgres\n", "    type: snowflake\n", "13:11: expected postgres or postgresql, found \"snowflake\""),
        (
            "property: posternEntityKey, value: [id]",
            "property: posternEntitykey, value: [id]",
            "24:20: unknown property \"posternEntitykey\" (did you mean \"posternEntityKey\"?)",
        ),
        ("property: posternRowFilter", "property: posternClip", "25:20: property \"posternClip\" belongs to a column"),
        (
            "posternEntityKey, value: [id]",
            "posternEntityKey, value: [idd]",
            "24:46: unknown column \"idd\" (did you mean \"id\"?)",
        ),
        ("{lower: 0, upper: 5000}", "{lower: 1, upper: 1}", "82:44: lower must be less than upper"),
        ("{mask: hidden}", "{mask: hiden}", "52:73: unknown word \"hiden\" (did you mean \"hidden\"?)"),
        (
            "primaryKeyPosition: 1\n        required",
            "primaryKeyPosition: 0\n        required",
            "32:29: positions in a primary key count from 1",
        ),
        (
            "- name: region\n        logicalType: string\n        physicalType: text\n        classification: public\n        quality",
            "- name: postcode\n        logicalType: string\n        physicalType: text\n        classification: public\n        quality",
            "44:15: column \"postcode\" is defined twice",
        ),
        (
            "value: \"2027-06-30T00:00:00Z\"",
            "value: soon",
            "94:46: expected an instant such as 2027-06-30T00:00:00Z or a day such as 2027-06-30",
        ),
    ];
    let mut failures = Vec::new();
    for (from, to, expected) in cases {
        let told = told(from, to);
        failures.extend((told != [format!("c.yaml:{expected}")]).then(|| format!("{to}: {told:?}")));
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn a_second_server_and_a_second_relation_of_a_name_are_mistakes() {
    let second = "servers:\n  - {server: other, type: postgres, host: h, port: 1, database: d, schema: s}\n  - id:";
    assert_eq!(told("servers:\n  - id:", second), ["c.yaml:13:5: a second server: a contract stands on one warehouse"]);
    assert_eq!(told("  - name: orders\n", "  - name: customers\n"), ["c.yaml:65:11: relation \"customers\" is defined twice"]);
}
