//! The JSON Schemas of all formats, for editors: made of the tables that the checker uses. They are checked in under `config/schema`.

use crate::document::json_schema;

/// File name and text of each schema.
pub fn json_schemas() -> [(&'static str, String); 4] {
    [
        ("postern.json", json_schema(&super::shape::SHAPE)),
        ("people.json", json_schema(&super::people::SHAPE)),
        ("policy.json", json_schema(&crate::policy::document::SHAPE)),
        ("contract.json", json_schema(&crate::contract::SHAPE)),
    ]
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
