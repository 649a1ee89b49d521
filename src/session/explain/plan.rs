//! What is told of a plan. Whatever is not read here does not exist for the client.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalog::{ExposedCatalog, RelationSource};
use crate::enforce::Footprint;

/// The longest word of PostgreSQL's own that is passed on, in characters.
const WORD_CHARACTERS: usize = 40;

/// Schema and name.
type Name = (String, String);

/// The exposed names of the relations that the statement reads, by their names in the warehouse.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<Name, Option<Name>>);

/// One node of a plan.
#[derive(Debug)]
pub(super) struct PlanNode {
    /// `Node Type`, as the structured formats write it.
    pub kind: String,
    pub strategy: Option<String>,
    pub partial_mode: Option<String>,
    /// What it is to the node above: `Outer`, `Inner`, `InitPlan`, `SubPlan` …
    pub parent: Option<String>,
    pub parallel_aware: Option<bool>,
    pub async_capable: Option<bool>,
    pub scan_direction: Option<String>,
    /// By the name that the client knows.
    pub relation: Option<Name>,
    pub join_type: Option<String>,
    /// Of a set operation.
    pub command: Option<String>,
    /// Since PostgreSQL 18: a setting of the warehouse speaks against the node.
    pub disabled: Option<bool>,
    pub children: Vec<PlanNode>,
}

impl Names {
    /// Those of the statement that touches these objects. One that two exposed relations share is not told.
    pub(super) fn of(footprint: &Footprint, exposed: &ExposedCatalog) -> Self {
        let mut names = Self::default();
        for shown in footprint.relations.keys() {
            let (schema, name) = shown;
            let physical = match exposed.relation(schema, name).map(|relation| &relation.source) {
                Some(RelationSource::Warehouse {
                    schema,
                    name,
                    oid: _,
                    kind: _,
                    contract: _,
                    contract_version: _,
                    filter: _,
                }) => (schema.clone(), name.clone()),
                Some(RelationSource::System { oid: _, query: _ }) => shown.clone(),
                None => continue,
            };
            names.0.entry(physical).and_modify(|known| *known = None).or_insert_with(|| Some(shown.clone()));
        }
        names
    }

    fn find(&self, node: &Value) -> Option<Name> {
        let text = |key: &str| Some(node.get(key)?.as_str()?.to_owned());
        self.0.get(&(text("Schema")?, text("Relation Name")?))?.clone()
    }
}

impl PlanNode {
    /// The plan in a document of `EXPLAIN (FORMAT JSON, VERBOSE)`.
    pub(super) fn read(document: &Value, names: &Names) -> Option<Self> {
        // The document was read within serde_json's bound on depth, so this ends.
        Self::of(document.get(0)?.get("Plan")?, names)
    }

    fn of(node: &Value, names: &Names) -> Option<Self> {
        let flag = |key: &str| node.get(key).and_then(Value::as_bool);
        let children = node.get("Plans").and_then(Value::as_array);
        Some(Self {
            kind: word(node, "Node Type")?,
            strategy: word(node, "Strategy"),
            partial_mode: word(node, "Partial Mode"),
            parent: word(node, "Parent Relationship"),
            parallel_aware: flag("Parallel Aware"),
            async_capable: flag("Async Capable"),
            scan_direction: word(node, "Scan Direction"),
            relation: names.find(node),
            join_type: word(node, "Join Type"),
            command: word(node, "Command"),
            disabled: flag("Disabled"),
            children: children.into_iter().flatten().map(|child| Self::of(child, names)).collect::<Option<_>>()?,
        })
    }
}

/// A word of PostgreSQL's own: letters and blanks alone.
fn word(node: &Value, key: &str) -> Option<String> {
    let text = node.get(key)?.as_str()?;
    let word: String = text.chars().filter(|c| c.is_ascii_alphabetic() || *c == ' ').take(WORD_CHARACTERS).collect();
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
impl<const N: usize> From<[((&str, &str), (&str, &str)); N]> for Names {
    fn from(pairs: [((&str, &str), (&str, &str)); N]) -> Self {
        let name = |(schema, name): (&str, &str)| (schema.to_owned(), name.to_owned());
        Self(pairs.into_iter().map(|(physical, shown)| (name(physical), Some(name(shown)))).collect())
    }
}
