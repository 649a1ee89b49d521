//! A warehouse that has changed: what breaks, what goes on, what is told.

use super::tests::{CONTRACT, Case, Change};
use super::*;
use crate::catalog::{Catalog, ExposedCatalog, ExposedRelation, Oid, Reach, RelationKind, RelationSource};
use crate::policy::document::read::tests::{MODEL, changed};

/// The relation of the warehouse, which the tests change.
fn relation<'c>(catalog: &'c mut Catalog, name: &str) -> &'c mut crate::catalog::WarehouseRelation {
    catalog.relations.iter_mut().find(|relation| relation.name == name).unwrap()
}

fn retype(catalog: &mut Catalog, of: &str, column: &str, oid: Oid) {
    let text = catalog.type_text(oid, -1);
    let column = relation(catalog, of).columns.iter_mut().find(|found| found.name == column).unwrap();
    (column.type_oid, column.typmod, column.type_text) = (oid, -1, text);
}

fn lose(catalog: &mut Catalog, of: &str, column: &str) {
    relation(catalog, of).columns.retain(|found| found.name != column);
}

/// Everything that a catalog refuses, in the contract's words, and everything that it serves.
/// Not one of the gate's own.
fn is_of_warehouse(relation: &ExposedRelation) -> bool {
    !matches!(relation.source, RelationSource::System { oid: _, query: _ })
}

fn told(exposed: &ExposedCatalog) -> (Vec<String>, Vec<String>) {
    let mut broken: Vec<String> = exposed.broken_relations.keys().map(|(_, name)| name.clone()).collect();
    let mut served = Vec::new();
    for relation in exposed.relations.values().filter(|relation| is_of_warehouse(relation)) {
        broken.extend(relation.broken_columns.iter().map(|column| format!("{}.{}", relation.name, column.name)));
        served.extend(relation.columns.iter().map(|column| format!("{}.{}", relation.name, column.name)));
    }
    (broken, served)
}

const ALL: [&str; 8] = [
    "customers.id",
    "customers.postcode",
    "customers.region",
    "customers.attrs",
    "orders.id",
    "orders.customer_id",
    "orders.amount",
    "orders.region",
];

#[test]
fn an_object_that_the_warehouse_does_not_keep_breaks_and_the_others_go_on() {
    let cases: &[(&str, Change, &[&str])] = &[
        ("nothing", |_| {}, &[]),
        ("a column is renamed", |catalog| relation(catalog, "orders").columns[2].name = "total".to_owned(), &["orders.amount"]),
        ("a column is dropped", |catalog| lose(catalog, "orders", "region"), &["orders.region"]),
        ("a column has another type", |catalog| retype(catalog, "orders", "amount", 701), &["orders.amount"]),
        ("another modifier", |catalog| retype(catalog, "orders", "amount", 1700), &["orders.amount"]),
        ("a type that its mask does not take", |catalog| retype(catalog, "customers", "zip", 17), &["customers.postcode"]),
        (
            "a type that its mask takes, and another one",
            |catalog| retype(catalog, "customers", "id", 23),
            &["orders", "customers.id"],
        ),
        ("a type that cannot be shown", |catalog| retype(catalog, "orders", "region", 2205), &["orders.region"]),
        ("a column of the row filter is gone", |catalog| lose(catalog, "customers", "deleted_at"), &["customers"]),
        ("one that shows as well has another type", |catalog| retype(catalog, "customers", "region", 1043), &["customers"]),
        (
            "one that a sub-select of it reads has another type",
            |catalog| retype(catalog, "customers", "id", 25),
            &["orders", "customers.id"],
        ),
        ("one that a sub-select of it reads", |catalog| lose(catalog, "customers", "id"), &["orders", "customers.id"]),
        (
            "a relation is gone, and another one's filter reads it",
            |catalog| catalog.relations.retain(|relation| relation.name != "customers"),
            &["customers", "orders"],
        ),
        ("a view in the place of a table", |catalog| relation(catalog, "customers").kind = RelationKind::View, &["customers"]),
        ("a partitioned table is a table", |catalog| relation(catalog, "customers").kind = RelationKind::Partitioned, &[]),
        ("the contract says nothing of it", |catalog| relation(catalog, "orders").kind = RelationKind::View, &[]),
        (
            "a sequence in the place of a table",
            |catalog| relation(catalog, "customers").kind = RelationKind::Sequence,
            &["customers"],
        ),
        ("a sequence that is not called one", |catalog| relation(catalog, "orders").kind = RelationKind::Sequence, &["orders"]),
        (
            "made anew",
            |catalog| {
                relation(catalog, "orders").oid = 70_000;
                relation(catalog, "orders").columns[2].attnum = 9;
            },
            &[],
        ),
        ("a hidden column is dropped", |catalog| lose(catalog, "customers", "ssn"), &[]),
        ("nothing is safe any more", |catalog| catalog.hazards.push("A cast.".to_owned()), &["customers", "orders"]),
    ];
    for (what, change, expected) in cases {
        let compiled = Case { change: *change, ..Case::default() }.compile().unwrap();
        let exposed = &compiled.grant_for_database("churn-2026q4").unwrap().exposed;
        let (broken, served) = told(exposed);
        assert_eq!(broken, *expected, "{what}");
        let is_broken = |column: &str| {
            let of = column.split_once('.').unwrap().0;
            broken.iter().any(|broken| broken == column || broken == of)
        };
        let rest: Vec<&str> = ALL.into_iter().filter(|column| !is_broken(column)).collect();
        assert_eq!(served, rest, "{what}");
        // A connection stays good for the grant: it pins the keys.
        assert_eq!(compiled.grants[0].key_domains.iter().collect::<Vec<_>>(), ["customer"], "{what}");
        assert_eq!(compiled.drift.is_empty(), expected.is_empty(), "{what}: {:?}", compiled.drift);
        assert_eq!(compiled.clone().whole().is_ok(), expected.is_empty(), "{what}");
        // A relation keeps its row filter as long as it is served at all.
        for relation in exposed.relations.values().filter(|relation| is_of_warehouse(relation)) {
            assert!(relation.filter().is_some(), "{what}: {}", relation.name);
        }
    }
}

#[test]
fn a_mask_holds_by_itself_where_the_contract_promises_no_type() {
    let open = CONTRACT.replace("        logicalTypeOptions: {maxLength: 12}\n        physicalType: text\n", "");
    assert_ne!(open, CONTRACT);
    let change: Change = |catalog| retype(catalog, "customers", "zip", 17);
    let compiled = Case { contract: &open, change, ..Case::default() }.compile().unwrap();
    assert_eq!(told(&compiled.grants[0].exposed).0, ["customers.postcode"]);
    let change: Change = |catalog| retype(catalog, "customers", "zip", 1043);
    let compiled = Case { contract: &open, change, ..Case::default() }.compile().unwrap();
    let customers = compiled.grants[0].exposed.relation("sales", "customers").unwrap();
    assert_eq!(customers.column("postcode").unwrap().mask.as_ref().unwrap().name, "generalise", "another type, still masked");
}

#[test]
fn a_refusal_knows_the_contract_and_nothing_of_the_warehouse() {
    let change: Change = |catalog| {
        retype(catalog, "customers", "zip", 17);
        catalog.relations.retain(|relation| relation.name != "orders");
    };
    let compiled = Case { change, ..Case::default() }.compile().unwrap();
    let exposed = &compiled.grants[0].exposed;
    let customers = exposed.relation("sales", "customers").unwrap();
    let broken = &customers.broken_columns[0];
    assert_eq!((broken.name.as_str(), broken.place), ("postcode", 1));
    let listed: Vec<String> = customers.listed().map(|listed| listed.name().to_owned()).collect();
    assert_eq!(listed, ["id", "postcode", "region", "attrs"], "in the contract's order");
    assert!(!customers.hidden_columns.contains("postcode"));
    let broken = &broken.broken;
    assert_eq!((broken.contract.as_str(), broken.version.as_str()), ("orders-analytics", "2.1.0"));
    assert_eq!((broken.field.as_str(), broken.reach), ("customers.postcode", Reach::Column));
    assert_eq!(broken.owner, "commerce-data");
    assert_eq!(broken.support.as_deref(), Some("mailto:notices@retail.example"));
    let words = format!("{broken:?} {:?}", exposed.broken_relations);
    for hidden in ["zip", "crm", "bytea", "text"] {
        assert!(!words.contains(hidden), "{hidden} in {words}");
    }
    assert!(!exposed.hidden_relations.contains(&("sales".to_owned(), "orders".to_owned())));
    let lonely = CONTRACT.replace("  name: commerce-data\n", "").replace(
        "  - {channel: notices, tool: email, url: \"mailto:notices@retail.example\"}\n  - {channel: \"#data-help\", tool: slack}\n",
        "  - {channel: desk}\n",
    );
    let compiled = Case { contract: &lonely, change, ..Case::default() }.compile().unwrap();
    let broken = &compiled.grants[0].exposed.broken_relations[&("sales".to_owned(), "orders".to_owned())];
    assert_eq!((broken.owner.as_str(), broken.support.as_deref()), ("r.ito@retail.example", Some("desk")));
}

#[test]
fn what_the_files_get_wrong_is_told_with_all_that_the_warehouse_does_not_keep() {
    let misspelt = changed("attrs: {name: json_keep, keys: [plan]}", "attrs: {name: json_keep, kyes: [plan]}");
    let change: Change = |catalog| lose(catalog, "orders", "amount");
    let told = Case { policy: &misspelt, change, ..Case::default() }.told();
    assert!(told.contains("unknown parameter \"kyes\""), "{told}");
    assert!(told.contains("has no column \"amount\""), "{told}");
    // A mask that never fitted the promise is the files' own mistake.
    let unfit = changed(
        "attrs: {name: json_keep, keys: [plan]}",
        "attrs: {name: json_keep, keys: [plan]}\n              region: {name: round, digits: 0}",
    );
    let mistakes = Case { policy: &unfit, ..Case::default() }.compile().unwrap_err().to_string();
    assert!(mistakes.contains("column \"region\": mask \"round\""), "{mistakes}");
}

#[test]
fn files_that_compiled_before_never_fail_as_a_whole() {
    let case = |policy: &str, contract: &str, change: Change| {
        let compiled = Case { policy, contract, change, compiled_before: true, ..Case::default() }.compile().unwrap();
        told(&compiled.grants[0].exposed).0
    };
    let misspelt = changed("attrs: {name: json_keep, keys: [plan]}", "attrs: {name: json_keep, kyes: [plan]}");
    assert_eq!(case(&misspelt, CONTRACT, |_| {}), ["customers.attrs"]);
    let keyless = changed("pseudonyms: {algorithm: hmac-sha256, scope: engagement, key: file:keys/pseudonym.key}\n", "");
    assert_eq!(case(&keyless, CONTRACT, |_| {}), ["customers.id", "orders.customer_id"]);
    let filter = changed("\"region = 'EMEA'\"\n            masks", "\"pg_read_file('x') = 'EMEA'\"\n            masks");
    assert_eq!(case(&filter, CONTRACT, |_| {}), ["customers"]);
}

#[test]
fn a_filter_reads_what_some_version_of_another_contract_promises() {
    let older = CONTRACT
        .replace("version: 2.1.0", "version: 1.4.0")
        .replace("physicalType: bigint\n        primaryKey: true", "physicalType: integer\n        primaryKey: true");
    assert_ne!(older.replace("1.4.0", "2.1.0"), CONTRACT);
    let change: Change = |catalog| retype(catalog, "customers", "id", 23);
    let compiled = Case { older: Some(&older), change, ..Case::default() }.compile().unwrap();
    assert_eq!(told(&compiled.grants[0].exposed).0, ["customers.id"], "orders' filter reads the type that 1.4.0 promises");
}

#[test]
fn a_contract_can_ask_to_be_refused_as_a_whole() {
    let strict = CONTRACT.replace("schemaDrift: deny_object", "schemaDrift: deny");
    let change: Change = |catalog| lose(catalog, "orders", "amount");
    let compiled = Case { contract: &strict, change, ..Case::default() }.compile().unwrap();
    let exposed = &compiled.grants[0].exposed;
    let reaches: Vec<_> = exposed.broken_relations.values().map(|broken| (broken.field.as_str(), broken.reach)).collect();
    assert_eq!(reaches, [("orders.amount", Reach::Contract), ("orders.amount", Reach::Contract)]);
    assert!(!exposed.relations.values().any(|relation| is_of_warehouse(relation)));
    assert_eq!(compiled.drift.len(), 1, "the object that is broken, not those that are refused for it");
    let whole = Case { contract: &strict, ..Case::default() }.compile().unwrap();
    assert!(whole.grants[0].exposed.broken_relations.is_empty());
}

#[test]
fn a_mask_that_reads_the_entity_key_needs_all_of_it() {
    let contract = CONTRACT.replace("value: [customer_id]", "value: [customer_id, region]");
    let policy = changed("columns: [id, customer_id, amount, region]", "columns: [id, amount]").replace(
        "            reference: [crm.customers]\n",
        "            reference: [crm.customers]\n            masks: {amount: {name: noise, ratio: 0.1}}\n",
    );
    let whole = Case { policy: &policy, contract: &contract, ..Case::default() }.compile().unwrap();
    let mask = whole.grants[0].exposed.relation("sales", "orders").unwrap().columns[1].mask.clone().unwrap();
    assert!(mask.sql.contains("t.\"customer_id\"") && mask.sql.contains("t.\"region\""), "{}", mask.sql);
    let change: Change = |catalog| lose(catalog, "orders", "region");
    let compiled = Case { policy: &policy, contract: &contract, change, ..Case::default() }.compile().unwrap();
    assert_eq!(told(&compiled.grants[0].exposed).0, ["orders.amount"], "half a key takes several people for one");
    let why = &compiled.drift[0].why.message;
    assert!(why.contains("its mask reads the entity key") && why.contains("no column \"region\""), "{why}");
}

#[test]
fn a_function_that_is_gone_is_not_offered_and_takes_nothing_with_it() {
    let functions: &[(&str, &[&str])] = &[("rate", &["text", "timestamptz"]), ("gone", &["text"])];
    let compiled = Case { functions, ..Case::default() }.compile().unwrap();
    let offered: Vec<_> = compiled.grants[0].exposed.functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(offered, ["rate"]);
    assert!(matches!(&compiled.drift[0].object, DriftObject::Function { warehouse: _, name } if name == "sales.gone(text)"));
}

#[test]
fn what_is_mended_is_as_it_was() {
    let digest = |change: Change| Case { change, ..Case::default() }.compile().unwrap().grants[0].digest.clone();
    let whole = digest(|_| {});
    assert_ne!(whole, digest(|catalog| lose(catalog, "orders", "amount")), "plans of the one are none of the other");
    assert_ne!(whole, digest(|catalog| relation(catalog, "orders").oid = 70_000), "made anew is another relation");
    assert_eq!(whole, digest(|_| {}));
}

#[test]
fn a_schema_whose_relations_are_all_broken_still_resolves() {
    let change: Change = |catalog| catalog.relations.clear();
    let compiled = Case { change, ..Case::default() }.compile().unwrap();
    let exposed = &compiled.grants[0].exposed;
    assert!(exposed.schemas.is_empty() && exposed.has_schema("sales") && !exposed.has_schema("crm"));
    assert_eq!(exposed.search_path, ["sales"], "so that a bare name is refused as broken, not as missing");
}

#[test]
fn reasons_are_known_again_wherever_the_files_say_them() {
    let drift = |policy: &str, change: Change| Case { policy, change, ..Case::default() }.compile().unwrap().drift;
    let retyped: Change = |catalog| retype(catalog, "customers", "attrs", 114);
    let (one, moved) = (drift(MODEL, retyped), drift(&format!("# Another line.\n{MODEL}"), retyped));
    assert!(one != moved && one.len() == moved.len(), "{one:?} {moved:?}");
    assert!(one.iter().zip(&moved).all(|(one, moved)| one.is_as(moved)));
    let other = drift(MODEL, |catalog| retype(catalog, "customers", "attrs", 17));
    assert!(!one.iter().any(|one| other.iter().any(|other| one.is_as(other))), "{other:?}");
}
