//! What an introspected warehouse has of extensions, besides types and functions.

use crate::catalog::Oid;

/// An installed extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveExtension {
    pub schema: String,
    /// Whether who introspects may use that schema: names in another one are passed over without a word.
    pub usable: bool,
}

/// An operator outside `pg_catalog`. Types as `format_type` writes them under an empty search_path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveOperator {
    pub schema: String,
    pub name: String,
    /// Empty for a prefix operator.
    pub left: String,
    pub right: String,
    /// Name of the extension that owns it.
    pub extension: Option<String>,
}

/// A cast that is not PostgreSQL's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveCast {
    pub source: Oid,
    pub target: Oid,
    /// `castcontext`: i implicit, a on assignment, e explicit.
    pub context: char,
    /// Name of the extension that owns it.
    pub extension: Option<String>,
}
