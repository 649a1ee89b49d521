//! The checked-in schemas are those of the tables, accept the example set, and reject what the checker rejects.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::*;
use crate::document::{Diagnostics, Node, parse};

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// As a YAML tool that feeds a JSON Schema validator reads a document.
fn to_json(node: &Node) -> Value {
    if node.is_map() {
        return node.entries().iter().map(|entry| (entry.key.clone(), to_json(&entry.value))).collect();
    }
    if node.is_list() {
        return node.items().iter().map(to_json).collect();
    }
    match (node.bool(), node.integer(), node.number()) {
        (Some(value), _, _) => json!(value),
        (_, Some(value), _) => json!(value),
        (_, _, Some(value)) => json!(value),
        _ if node.is_nothing() => Value::Null,
        _ => json!(node.text().unwrap()),
    }
}

fn document(text: &str) -> Value {
    let mut diagnostics = Diagnostics::new();
    let node = parse("f", text, &mut diagnostics).unwrap();
    assert!(diagnostics.is_empty(), "{diagnostics}");
    to_json(&node)
}

fn validator(file: &str) -> jsonschema::Validator {
    let (_, text) = json_schemas().into_iter().find(|(name, _)| *name == file).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

#[test]
fn the_checked_in_schemas_are_those_of_the_tables() {
    for (name, text) in json_schemas() {
        let path = repository().join("config/schema").join(name);
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let checked_in = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            checked_in == text,
            "{} is out of date: UPDATE_SCHEMAS=1 cargo test --lib config::schema writes it",
            path.display()
        );
    }
}

#[test]
fn the_schemas_accept_the_example_set() {
    let files = [
        ("postern.json", "config/postern.yaml"),
        ("people.json", "config/people.yaml"),
        ("policy.json", "config/policy.yaml"),
        ("policy.json", "tests/fixtures/policy/policy.yaml"),
        ("contract.json", "config/contracts/customers.odcs.yaml"),
        ("contract.json", "config/contracts/orders.odcs.yaml"),
        ("contract.json", "tests/fixtures/contract/orders-analytics.odcs.yaml"),
    ];
    for (schema, file) in files {
        let document = document(&fs::read_to_string(repository().join(file)).unwrap());
        let validator = validator(schema);
        let errors: Vec<String> = validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{file}: {errors:#?}");
    }
}

#[test]
fn the_schemas_reject_what_the_checker_rejects() {
    let cases = [
        ("postern.json", "config/postern.yaml", "durability: fsync", "durability: maybe"),
        ("postern.json", "config/postern.yaml", "sinks: []", "sinks: [{kind: postgres}]"),
        ("postern.json", "config/postern.yaml", "key: file:keys/server.key", "key: MIIEvQIBADANBg"),
        ("postern.json", "config/postern.yaml", "sessions: 500", "sesions: 500"),
        ("postern.json", "config/postern.yaml", "backend: inline", "backend: both"),
        ("people.json", "config/people.yaml", "name: Omar Haddad", "pasword: x"),
        ("policy.json", "config/policy.yaml", "mfa: false", "mfa: true"),
        ("policy.json", "config/policy.yaml", "kind: local", "kind: oidc"),
        ("policy.json", "config/policy.yaml", "columns: [placed_at, status, region]", "columns: [\"*\"]"),
        ("policy.json", "config/policy.yaml", "legal_entity: Parcelworks BV", "kind: vendor"),
        (
            "policy.json",
            "config/policy.yaml",
            "database: delivery_planning\n    products",
            "jit: {required: true}\n    database: d\n    products",
        ),
        ("policy.json", "config/policy.yaml", "{name: generalise, keep: 3}", "{name: generalize, keep: 3}"),
        ("contract.json", "config/contracts/customers.odcs.yaml", "property: posternEntityKey", "property: posternEntitiyKey"),
        ("contract.json", "config/contracts/customers.odcs.yaml", "posternEntityKey, value: [id]", "posternEntityKey, value: id"),
        ("contract.json", "config/contracts/customers.odcs.yaml", "{mask: hidden}", "{mask: hiden}"),
        ("contract.json", "config/contracts/customers.odcs.yaml", "domain: commerce", "domian: commerce"),
        ("contract.json", "config/contracts/customers.odcs.yaml", "version: 1.0.0", "version: 1.0"),
    ];
    for (schema, file, from, to) in cases {
        let text = fs::read_to_string(repository().join(Path::new(file))).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from}");
        assert!(!validator(schema).is_valid(&document(&text.replace(from, to))), "{file}: {to}");
    }
}
