//! Table of keys → JSON Schema (draft 2020-12) for editors. Keys that this version refuses are left out, so an editor marks them too.

use serde_json::{Map, Value, json};

use super::shape::{Form, Key, Kind, Object, PROPERTY, Presence, Shape};

/// The JSON Schema of a format, as pretty text that ends in a line feed: stable, so that it can be checked in.
pub fn json_schema(shape: &Shape) -> String {
    let mut definitions = Map::new();
    let mut schema = Map::new();
    schema.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("$id".into(), json!(shape.id));
    schema.insert("title".into(), json!(shape.title));
    schema.extend(object(shape.root, &mut definitions));
    definitions.sort_keys();
    schema.insert("$defs".into(), Value::Object(definitions));
    let mut text = serde_json::to_string_pretty(&Value::Object(schema)).unwrap_or_default();
    text.push('\n');
    text
}

fn object(object: &Object, definitions: &mut Map<String, Value>) -> Map<String, Value> {
    let written = || object.keys.iter().filter(|key| key.presence != Presence::NotImplemented);
    let properties: Map<String, Value> = written().map(|key| (key.name.to_owned(), property(key, definitions))).collect();
    let required: Vec<&str> = written().filter(|key| key.presence == Presence::Required).map(|key| key.name).collect();
    let mut schema = Map::new();
    schema.insert("type".into(), json!("object"));
    schema.insert("additionalProperties".into(), object.others.map_or(json!(false), |others| kind(others, definitions)));
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    schema.insert("properties".into(), Value::Object(properties));
    if let Some(Ok(Value::Object(more))) = object.schema.map(serde_json::from_str) {
        schema.extend(more);
    }
    schema
}

fn property(key: &Key, definitions: &mut Map<String, Value>) -> Value {
    let mut schema = match kind(&key.kind, definitions) {
        Value::Object(schema) => schema,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    let mut doc = key.doc.to_owned();
    if let Some(default) = key.default {
        doc.push_str(&format!(" Default: {default}."));
    }
    schema.insert("description".into(), Value::String(doc));
    Value::Object(schema)
}

fn kind(kind_of: &Kind, definitions: &mut Map<String, Value>) -> Value {
    match kind_of {
        Kind::Text(form) => text(form),
        Kind::Choice(words, _) => json!({"enum": words}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::False => json!({"const": false}),
        Kind::Integer { min: i64::MIN, max: i64::MAX } => json!({"type": "integer"}),
        Kind::Integer { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
        Kind::Number { min, max } if *min <= f64::MIN && *max >= f64::MAX => json!({"type": "number"}),
        Kind::Number { min, max } => json!({"type": "number", "minimum": min, "maximum": max}),
        Kind::Duration { min: _, max: _ } => json!({"type": "string", "pattern": "^[0-9]+(s|m|h|d)$"}),
        Kind::Size { min: _, max: _ } => json!({"type": "string", "pattern": "^[0-9]+(KiB|MiB|GiB|TiB)$"}),
        Kind::Scalar => json!({"type": ["string", "number", "boolean"]}),
        Kind::Any => json!({}),
        Kind::EmptyList => json!({"type": "array", "maxItems": 0}),
        Kind::List { of, min, unique } => {
            let mut schema = json!({"type": "array", "items": kind(of, definitions)});
            if *min > 0 {
                insert(&mut schema, "minItems", json!(min));
            }
            if *unique {
                insert(&mut schema, "uniqueItems", json!(true));
            }
            schema
        }
        Kind::Map { keys, of, min } => {
            let mut schema = json!({"type": "object", "additionalProperties": kind(of, definitions)});
            if *min > 0 {
                insert(&mut schema, "minProperties", json!(min));
            }
            if let Some(pattern) = keys.pattern {
                insert(&mut schema, "propertyNames", json!({"pattern": pattern}));
            }
            schema
        }
        Kind::Properties { prefix, known, elsewhere: _ } => properties(prefix, known, definitions),
        Kind::Object(shape) => {
            let name = shape.name.replace(' ', "_");
            if !definitions.contains_key(&name) {
                // Holds the place first: an object may contain itself.
                definitions.insert(name.clone(), Value::Null);
                let schema = object(shape, definitions);
                definitions.insert(name.clone(), Value::Object(schema));
            }
            json!({"$ref": format!("#/$defs/{name}")})
        }
        Kind::OneOf(kinds) => json!({"anyOf": kinds.iter().map(|k| kind(k, definitions)).collect::<Vec<_>>()}),
    }
}

fn properties(prefix: &str, known: &[Key], definitions: &mut Map<String, Value>) -> Value {
    let pair = kind(&Kind::Object(&PROPERTY), definitions);
    let names: Vec<&str> = known.iter().map(|key| key.name).collect();
    let mut rules = vec![pair];
    rules.push(json!({
        "if": {"properties": {"property": {"pattern": format!("^{prefix}")}}, "required": ["property"]},
        "then": {"properties": {"property": {"enum": names}}},
    }));
    for key in known {
        let value = property(key, definitions);
        rules.push(json!({
            "if": {"properties": {"property": {"const": key.name}}, "required": ["property"]},
            "then": {"properties": {"value": value}},
        }));
    }
    json!({"type": "array", "items": {"allOf": rules}})
}

fn text(form: &Form) -> Value {
    match form.pattern {
        Some(pattern) => json!({"type": "string", "pattern": pattern}),
        None => json!({"type": "string"}),
    }
}

fn insert(schema: &mut Value, key: &str, value: Value) {
    if let Value::Object(members) = schema {
        members.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::{ANY_TEXT, NAME};
    use super::*;

    static LEAF: Object = Object::closed(
        "leaf",
        &[
            Key::required("name", Kind::Text(&NAME), "What it is called."),
            Key::optional("inner", Kind::Object(&LEAF), "Another one."),
            Key::not_implemented("later", "Not yet."),
        ],
    );
    static ROOT: Object = Object {
        name: "root",
        keys: &[Key::required("leaf", Kind::Object(&LEAF), "One.").default("none")],
        others: Some(&Kind::Text(&ANY_TEXT)),
        schema: Some("{\"minProperties\": 1}"),
    };

    #[test]
    fn a_table_becomes_a_schema_that_accepts_and_rejects_alike() {
        let text = json_schema(&Shape { id: "https://postern.dev/x", title: "X", root: &ROOT });
        let schema: Value = serde_json::from_str(&text).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert!(validator.is_valid(&json!({"leaf": {"name": "a", "inner": {"name": "b"}}, "more": "x"})));
        for wrong in [
            json!({}),
            json!({"leaf": {}}),
            json!({"leaf": {"name": "A"}}),
            json!({"leaf": {"name": "a", "later": 1}}),
            json!({"leaf": {"name": "a"}, "more": 1}),
        ] {
            assert!(!validator.is_valid(&wrong), "{wrong}");
        }
        assert!(text.contains("One. Default: none."));
    }
}
