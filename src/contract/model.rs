//! The typed contract: what compiling a grant needs, with places for the diagnostics.

use crate::base::{ContractId, WarehouseName};
use crate::document::{Diagnostic, MaskSpec, Span, Spanned};

use super::{PhysicalName, Term, Version};

/// One contract document.
#[derive(Clone, Debug)]
pub struct Contract {
    pub id: ContractId,
    pub name: Option<String>,
    pub version: Version,
    pub term: Term,
    pub server: Server,
    /// In the order of the document.
    pub relations: Vec<Relation>,
    pub roles: Vec<Role>,
    /// `team.name`: whom a broken object is reported to.
    pub owner: Option<String>,
    /// Where a vendor may ask or subscribe: `support[].url`, else the channel.
    pub support: Vec<String>,
    pub on_break: OnBreak,
    pub changelog: Vec<Change>,
    /// Promises of the contract that nothing watches yet, each with its place.
    pub unwatched: Vec<Diagnostic>,
    /// The place of `id`.
    pub at: Span,
}

/// The one entry of `servers`.
#[derive(Clone, Debug)]
pub struct Server {
    /// `server`: a warehouse of postern.yaml.
    pub warehouse: Spanned<WarehouseName>,
    /// The schema that vendors see, and where the warehouse's relations are looked up.
    pub schema: Spanned<String>,
}

/// One object of `schema`.
#[derive(Clone, Debug)]
pub struct Relation {
    /// What vendors see.
    pub name: String,
    /// What the warehouse calls it.
    pub physical: Spanned<PhysicalName>,
    /// `physicalType`: table, view …
    pub physical_type: Option<Spanned<String>>,
    pub description: Option<String>,
    pub tags: Vec<Spanned<String>>,
    /// Columns (by contract name) that tell one person from another; empty when not declared.
    pub entity_key: Vec<Spanned<String>>,
    /// SQL over physical names that every grant's rows must meet.
    pub row_filter: Option<Spanned<String>>,
    /// In contract order: what `*` expands to.
    pub columns: Vec<Column>,
    pub at: Span,
}

/// One property of an object.
#[derive(Clone, Debug)]
pub struct Column {
    /// What vendors see.
    pub name: String,
    /// What the warehouse calls it.
    pub physical: Spanned<String>,
    pub logical_type: Option<String>,
    pub physical_type: Option<Spanned<String>>,
    pub description: Option<String>,
    /// Promised to hold no NULL.
    pub required: bool,
    /// Position in the primary key, from 1.
    pub primary_key: Option<u32>,
    pub tags: Vec<Spanned<String>>,
    pub classification: Option<Spanned<String>>,
    pub pseudonym_domain: Option<Spanned<String>>,
    /// No grant may show more than this mask does.
    pub minimum_mask: Option<MaskSpec>,
    /// May be grouped by and filtered on in aggregate-only grants.
    pub dimension: bool,
    pub clip: Option<Clip>,
    pub at: Span,
}

/// Bounds of one entity's contribution to an aggregate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clip {
    pub lower: f64,
    pub upper: f64,
}

/// One entry of `roles`.
#[derive(Clone, Debug)]
pub struct Role {
    pub name: Spanned<String>,
    pub access: Option<String>,
    pub approvers: Approvers,
}

/// Who approves a role.
#[derive(Clone, Debug, Default)]
pub struct Approvers {
    pub first: Option<String>,
    pub second: Option<String>,
}

/// `posternOnBreak`: what happens when the warehouse does not keep the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnBreak {
    pub schema_drift: Reaction,
    pub freshness: Reaction,
    pub quality_error: Reaction,
    pub unreachable: Reaction,
}

impl Default for OnBreak {
    fn default() -> Self {
        Self {
            schema_drift: Reaction::DenyObject,
            freshness: Reaction::Warn,
            quality_error: Reaction::Warn,
            unreachable: Reaction::Deny,
        }
    }
}

/// How hard a break is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// It is told, and nothing else. Broken objects of the schema are refused all the same.
    Warn,
    /// Statements on the broken object are refused.
    DenyObject,
    /// Statements on any object of the contract are refused.
    Deny,
}

/// One entry of `posternChangelog`.
#[derive(Clone, Debug)]
pub struct Change {
    pub version: Version,
    pub change: String,
    pub breaking: bool,
}

impl Contract {
    /// The relation that vendors call so.
    pub fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.name == name)
    }

    /// The names that vendors see.
    pub fn relation_names(&self) -> impl Iterator<Item = &str> {
        self.relations.iter().map(|relation| relation.name.as_str())
    }
}

impl Relation {
    /// The column that vendors call so.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The names that vendors see.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }
}
