//! Document → contract. The key table is checked first; here is what a table cannot say.

use std::collections::BTreeSet;

use crate::base::{ContractId, Timestamp, WarehouseName};
use crate::document::{Diagnostic, Diagnostics, MaskSpec, Node, Spanned, check, quoted};

use super::model::{Approvers, Change, Clip, Column, Contract, OnBreak, Reaction, Relation, Role, Server};
use super::{PhysicalName, SHAPE, Status, Term, Version};

/// Reads a contract and tells every mistake. `None` when what identifies it (id, version, server) is missing or wrong; the other
/// parts that are wrong are left out, so that the rest can still be held against the policy.
pub fn read(document: &Node, diagnostics: &mut Diagnostics) -> Option<Contract> {
    check(document, &SHAPE, diagnostics);
    let id = document.get("id")?.spanned_text()?;
    let servers = document.get("servers")?;
    if let Some(second) = servers.items().get(1) {
        diagnostics.push(&second.at, "a second server: a contract stands on one warehouse");
    }
    let mut unwatched = Vec::new();
    let relations = relations(document.get("schema")?, &mut unwatched, diagnostics);
    let service_levels = service_levels(document, &mut unwatched, diagnostics);
    Some(Contract {
        id: ContractId::new(id.value),
        name: text(document, "name"),
        version: Version::parse(document.get("version")?.text()?)?,
        term: Term {
            status: Status::parse(document.get("status")?.text()?)?,
            end_of_support: service_levels.end_of_support,
            end_of_life: service_levels.end_of_life,
        },
        server: server(servers.items().first()?)?,
        relations,
        roles: items(document, "roles").filter_map(role).collect(),
        owner: document.get("team").and_then(|team| text(team, "name")),
        support: items(document, "support")
            .filter_map(|channel| text(channel, "url").or_else(|| text(channel, "channel")))
            .collect(),
        on_break: on_break(document, &mut unwatched),
        changelog: property(document, "posternChangelog")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(change)
            .collect(),
        unwatched,
        at: id.at,
    })
}

fn items<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = &'n Node> {
    node.get(key).map(Node::items).unwrap_or_default().iter()
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key)?.text().map(str::to_owned)
}

/// The value of one of our custom properties.
fn property<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let pair = items(node, "customProperties").find(|pair| pair.get("property").and_then(Node::text) == Some(name))?;
    pair.get("value")
}

fn server(node: &Node) -> Option<Server> {
    let name = node.get("server")?.spanned_text()?;
    Some(Server { warehouse: Spanned::new(WarehouseName::new(name.value), name.at), schema: node.get("schema")?.spanned_text()? })
}

fn relations(schema: &Node, unwatched: &mut Vec<Diagnostic>, diagnostics: &mut Diagnostics) -> Vec<Relation> {
    let mut names = BTreeSet::new();
    let mut relations = Vec::new();
    for node in schema.items() {
        let Some(relation) = relation(node, unwatched, diagnostics) else { continue };
        if !names.insert(relation.name.clone()) {
            diagnostics.push(&relation.at, format!("relation {} is defined twice", quoted(&relation.name)));
        }
        relations.push(relation);
    }
    relations
}

fn relation(node: &Node, unwatched: &mut Vec<Diagnostic>, diagnostics: &mut Diagnostics) -> Option<Relation> {
    let name = node.get("name")?.spanned_text()?;
    note_quality(node, &format!("relation {}", quoted(&name.value)), unwatched);
    let physical = node.get("physicalName").and_then(Node::spanned_text).unwrap_or_else(|| name.clone());
    let mut columns: Vec<Column> = Vec::new();
    for column in items(node, "properties") {
        let Some(column) = read_column(column, &name.value, unwatched, diagnostics) else { continue };
        if columns.iter().any(|other| other.name == column.name) {
            diagnostics.push(&column.at, format!("column {} is defined twice", quoted(&column.name)));
        } else if columns.iter().any(|other| other.physical.value == column.physical.value) {
            diagnostics.push(&column.physical.at, format!("physical column {} is used twice", quoted(&column.physical.value)));
        }
        columns.push(column);
    }
    let entity_key = property(node, "posternEntityKey").map(Node::texts).unwrap_or_default();
    for key in &entity_key {
        if columns.iter().all(|column| column.name != key.value) {
            let known = columns.iter().map(|column| column.name.as_str());
            diagnostics.unknown(&key.at, "column", &key.value, known);
        }
    }
    check_primary_key(&columns, diagnostics);
    Some(Relation {
        name: name.value,
        physical: Spanned::new(PhysicalName::new(physical.value), physical.at),
        physical_type: node.get("physicalType").and_then(Node::spanned_text),
        description: text(node, "description"),
        tags: node.get("tags").map(Node::texts).unwrap_or_default(),
        entity_key,
        row_filter: property(node, "posternRowFilter").and_then(Node::spanned_text),
        columns,
        at: name.at,
    })
}

fn read_column(node: &Node, relation: &str, unwatched: &mut Vec<Diagnostic>, diagnostics: &mut Diagnostics) -> Option<Column> {
    let name = node.get("name")?.spanned_text()?;
    note_quality(node, &format!("column {}", quoted(&format!("{relation}.{}", name.value))), unwatched);
    let flag = |key: &str| node.get(key).and_then(Node::bool).unwrap_or(false);
    Some(Column {
        physical: node.get("physicalName").and_then(Node::spanned_text).unwrap_or_else(|| name.clone()),
        logical_type: text(node, "logicalType"),
        physical_type: node.get("physicalType").and_then(Node::spanned_text),
        description: text(node, "description"),
        required: flag("required"),
        primary_key: if flag("primaryKey") { Some(primary_key_position(node, diagnostics)) } else { None },
        tags: node.get("tags").map(Node::texts).unwrap_or_default(),
        classification: node.get("classification").and_then(Node::spanned_text),
        pseudonym_domain: property(node, "posternPseudonymDomain").and_then(Node::spanned_text),
        minimum_mask: property(node, "posternMinimumMask").and_then(|mask| MaskSpec::read(mask, "mask")),
        dimension: property(node, "posternDimension").and_then(Node::bool).unwrap_or(false),
        clip: property(node, "posternClip").and_then(|bounds| clip(bounds, diagnostics)),
        name: name.value,
        at: name.at,
    })
}

fn primary_key_position(node: &Node, diagnostics: &mut Diagnostics) -> u32 {
    let Some(written) = node.get("primaryKeyPosition") else { return 1 };
    match written.integer().map(u32::try_from) {
        Some(Ok(position)) if position > 0 => position,
        Some(_) => {
            diagnostics.push(&written.at, "positions in a primary key count from 1");
            1
        }
        None => 1,
    }
}

fn check_primary_key(columns: &[Column], diagnostics: &mut Diagnostics) {
    let mut taken = BTreeSet::new();
    for column in columns {
        if let Some(position) = column.primary_key.filter(|position| !taken.insert(*position)) {
            diagnostics.push(&column.at, format!("position {position} of the primary key is taken twice"));
        }
    }
}

fn clip(node: &Node, diagnostics: &mut Diagnostics) -> Option<Clip> {
    let clip = Clip { lower: node.get("lower")?.number()?, upper: node.get("upper")?.number()? };
    if clip.lower >= clip.upper {
        diagnostics.push(&node.at, "lower must be less than upper");
    }
    Some(clip)
}

fn role(node: &Node) -> Option<Role> {
    let approvers = Approvers { first: text(node, "firstLevelApprovers"), second: text(node, "secondLevelApprovers") };
    Some(Role { name: node.get("role")?.spanned_text()?, access: text(node, "access"), approvers })
}

fn change(node: &Node) -> Option<Change> {
    Some(Change {
        version: Version::parse(node.get("version")?.text()?)?,
        change: text(node, "change")?,
        breaking: node.get("breaking").and_then(Node::bool).unwrap_or(false),
    })
}

fn on_break(document: &Node, unwatched: &mut Vec<Diagnostic>) -> OnBreak {
    let Some(written) = property(document, "posternOnBreak") else { return OnBreak::default() };
    for entry in written.entries() {
        let note = match (entry.key.as_str(), entry.value.text()) {
            ("schemaDrift", Some("warn")) => {
                "posternOnBreak \"schemaDrift\" is never only a warning: what is broken is refused".to_owned()
            }
            ("schemaDrift", _) => continue,
            (key, _) => format!("posternOnBreak {} is not watched yet", quoted(key)),
        };
        unwatched.push(Diagnostic::new(entry.key_at.clone(), note));
    }
    let reaction = |key: &str, default| match written.get(key).and_then(Node::text) {
        Some("warn") => Reaction::Warn,
        Some("deny_object") => Reaction::DenyObject,
        Some("deny") => Reaction::Deny,
        Some(_) | None => default,
    };
    let default = OnBreak::default();
    OnBreak {
        schema_drift: reaction("schemaDrift", default.schema_drift),
        freshness: reaction("freshness", default.freshness),
        quality_error: reaction("qualityError", default.quality_error),
        unreachable: reaction("unreachable", default.unreachable),
    }
}

fn note_quality(node: &Node, of: &str, unwatched: &mut Vec<Diagnostic>) {
    if let Some(rules) = node.get("quality").filter(|rules| !rules.items().is_empty()) {
        unwatched.push(Diagnostic::new(rules.at.clone(), format!("quality of {of} is not watched yet")));
    }
}

#[derive(Default)]
struct ServiceLevels {
    end_of_support: Option<Timestamp>,
    end_of_life: Option<Timestamp>,
}

fn service_levels(document: &Node, unwatched: &mut Vec<Diagnostic>, diagnostics: &mut Diagnostics) -> ServiceLevels {
    let mut levels = ServiceLevels::default();
    for item in items(document, "slaProperties") {
        let (Some(name), Some(value)) = (item.get("property").and_then(Node::spanned_text), item.get("value")) else { continue };
        match name.value.as_str() {
            "endOfSupport" => levels.end_of_support = end(value, diagnostics),
            "endOfLife" => levels.end_of_life = end(value, diagnostics),
            other => unwatched.push(Diagnostic::new(name.at, format!("service level {} is not watched yet", quoted(other)))),
        }
    }
    levels
}

/// An instant, or the beginning of a day in UTC.
fn end(value: &Node, diagnostics: &mut Diagnostics) -> Option<Timestamp> {
    let instant = value.instant().or_else(|| Timestamp::parse(&format!("{}T00:00:00Z", value.date()?)).ok());
    if instant.is_none() {
        diagnostics.push(&value.at, "expected an instant such as 2027-06-30T00:00:00Z or a day such as 2027-06-30");
    }
    instant
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
