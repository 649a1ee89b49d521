//! The objects that a statement touches: relations × columns × use, and functions. What policy and the journal get to see.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Oid;

/// The objects that a statement touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// By exposed schema and name.
    pub relations: BTreeMap<(String, String), FootprintRelation>,
    /// Functions called, as printed: `pg_catalog.count`.
    pub functions: BTreeSet<String>,
}

/// One relation of a footprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FootprintRelation {
    pub oid: Oid,
    pub columns: BTreeMap<String, FootprintColumn>,
    /// Row filters as they were written.
    pub row_filters: Vec<String>,
}

/// One column of a footprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FootprintColumn {
    pub uses: BTreeSet<ColumnUse>,
    /// Name of the mask, when there is one.
    pub mask: Option<String>,
}

/// Where a column is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColumnUse {
    Output,
    Filter,
    Join,
    Group,
    Order,
}

impl ColumnUse {
    /// As records write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Output => "output",
            Self::Filter => "filter",
            Self::Join => "join",
            Self::Group => "group",
            Self::Order => "order",
        }
    }
}
