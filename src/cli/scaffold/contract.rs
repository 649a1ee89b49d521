//! A schema's contracts as ODCS v3.1: one column a line; one document, or several when the schema is larger than a file may be.

use std::fmt::Write;

use crate::catalog::{Catalog, Column, Oid};
use crate::cli::connection::Connection;

use super::selection::{Relation, Schema};
use super::yaml::{comment, quoted};

/// A document is closed before it grows beyond this; the gate reads files of up to 4 MiB and 400,000 values.
const MAX_BYTES: usize = 2 << 20;

/// A comment that is longer is no description.
const MAX_COMMENT_BYTES: usize = 8 << 10;

/// One contract.
pub(super) struct Contract {
    pub(super) id: String,
    pub(super) file: String,
    pub(super) text: String,
    /// Names and opened columns of its relations.
    pub(super) relations: Vec<(String, Vec<String>)>,
}

/// The contracts of a schema; none when nothing of it can be served.
pub(super) fn contracts(catalog: &Catalog, schema: &Schema<'_>, number: usize, connection: &Connection) -> Vec<Contract> {
    let mut contracts: Vec<Contract> = Vec::new();
    for relation in &schema.relations {
        let text = relation_text(catalog, relation);
        let full = contracts.last().is_none_or(|contract| contract.text.len() + text.len() > MAX_BYTES);
        if full {
            contracts.push(begin(schema, number, contracts.len() + 1, connection));
        }
        if let Some(contract) = contracts.last_mut() {
            contract.text.push_str(&text);
            let columns = relation.opened().map(|column| column.name.clone()).collect();
            contract.relations.push((relation.relation.name.clone(), columns));
        }
    }
    if let Some(contract) = contracts.first_mut() {
        for (relation, why) in &schema.left_out {
            let line = comment(&format!("left out: {} {}: {why}", relation.kind.word(), quoted(&relation.name)));
            contract.text.push_str(&format!("  {line}\n"));
        }
    }
    contracts
}

fn begin(schema: &Schema<'_>, number: usize, part: usize, connection: &Connection) -> Contract {
    let part = if part == 1 { String::new() } else { format!("-{part}") };
    // Names of schemas are any text, names of files had better not be.
    let word: String =
        schema.name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).take(40).collect();
    let file = format!("{number:02}-{word}{part}.odcs.yaml");
    let id = format!("{}{part}", schema.name);
    let text = format!(
        "\
# Drafted from the live catalog by `postern scaffold`. Nobody has reviewed or classified these columns: add tags and classifications.
apiVersion: v3.1.0
kind: DataContract
id: {id}
version: 1.0.0
status: active
description: {{purpose: {purpose}}}
servers:
  - {{server: warehouse, type: postgres, host: {host}, port: {port}, database: {database}, schema: {schema}}}
roles:
  - {{role: reader, access: read}}
schema:
",
        id = quoted(&id),
        purpose = quoted(&format!("Relations of schema {}, as they are in the warehouse.", schema.name)),
        host = quoted(&connection.host),
        port = connection.port,
        database = quoted(&connection.database),
        schema = quoted(schema.name),
    );
    Contract { id, file, text, relations: Vec::new() }
}

fn relation_text(catalog: &Catalog, chosen: &Relation<'_>) -> String {
    let relation = chosen.relation;
    let mut text = format!("  - name: {}\n", quoted(&relation.name));
    if let Some(physical) = physical_name(&relation.schema, &relation.name) {
        text.push_str(&format!("    physicalName: {}\n", quoted(&physical)));
    }
    if let Some(description) = description(catalog, relation.oid, 0) {
        text.push_str(&format!("    description: {description}\n"));
    }
    text.push_str(&format!("    physicalType: {}\n    logicalType: object\n    properties:\n", relation.kind.word()));
    // A key without all of its columns is no key.
    let key_is_whole = relation.primary_key.iter().all(|attnum| chosen.opened().any(|column| column.attnum == *attnum));
    let key = if key_is_whole { relation.primary_key.as_slice() } else { &[] };
    for (column, why) in &chosen.columns {
        let line = match why {
            None => format!("      - {{{}}}\n", column_text(catalog, relation.oid, column, key)),
            Some(why) => format!("      {}\n", comment(&format!("left out: column {}: {why}", quoted(&column.name)))),
        };
        text.push_str(&line);
    }
    text
}

fn column_text(catalog: &Catalog, relation: Oid, column: &Column, key: &[i16]) -> String {
    let mut text = format!("name: {}, physicalType: {}", quoted(&column.name), quoted(&column.type_text));
    let logical = logical_type(catalog, column.type_oid);
    let key = key.iter().position(|attnum| *attnum == column.attnum).map(|at| at + 1);
    let required = if column.not_null { ", required: true" } else { "" };
    let key = key.map_or_else(String::new, |at| format!(", primaryKey: true, primaryKeyPosition: {at}"));
    // Writing to a String does not fail.
    let _written = write!(text, ", logicalType: {logical}{required}{key}");
    if let Some(description) = description(catalog, relation, column.attnum) {
        let _written = write!(text, ", description: {description}");
    }
    text
}

/// The comment on a relation (attnum 0) or column, which the contract then shows to whoever has the grant. A very long one is left out.
fn description(catalog: &Catalog, relation: Oid, attnum: i16) -> Option<String> {
    let comment = catalog.comments.get(&(relation, attnum))?;
    (comment.len() <= MAX_COMMENT_BYTES).then(|| quoted(comment))
}

/// The standard's word for a type.
fn logical_type(catalog: &Catalog, oid: Oid) -> &'static str {
    let base = catalog.base_type(oid);
    match base.map_or(0, |found| found.oid) {
        16 => "boolean",
        20 | 21 | 23 => "integer",
        700 | 701 | 790 | 1700 => "number",
        1082 => "date",
        1083 | 1266 => "time",
        1114 | 1184 => "timestamp",
        114 | 3802 => "object",
        _ => match base.map(|found| found.category) {
            Some('A') => "array",
            Some('C') => "object",
            Some(_) | None => "string",
        },
    }
}

/// What `physicalName` must say so that the name is not taken for `schema.relation`; `None` when the name itself does.
fn physical_name(schema: &str, name: &str) -> Option<String> {
    name.contains('.').then(|| format!("{}.{}", crate::base::quote_ident(schema), crate::base::quote_ident(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::PhysicalName;

    #[test]
    fn a_name_with_dots_means_one_relation_only() {
        for name in ["orders", "a.b", "\"a\".b", "odd.table\"x", "a\"b"] {
            let written = PhysicalName::new(physical_name("sales", name).unwrap_or_else(|| name.to_owned()));
            let candidates = written.candidates("sales");
            assert!(candidates.contains(&("sales".to_owned(), name.to_owned())), "{name}");
            assert!(candidates.iter().all(|(schema, _)| schema == "sales"), "{name}");
        }
    }
}
