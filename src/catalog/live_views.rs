//! What the views back-end finds in the warehouse: the gate's login and its rights, the schemas of Postern's own and what stands in them.

use std::collections::BTreeMap;

use super::Oid;

/// Everything that `postern views --check` and the gate compare with the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveViews {
    /// `None`: the role does not exist.
    pub login: Option<LiveLogin>,
    /// Schemas whose names begin as Postern's do, by name.
    pub schemas: BTreeMap<String, LiveSchema>,
    /// The warehouse's own functions as CREATE FUNCTION takes them.
    pub declarations: BTreeMap<Oid, FunctionDeclaration>,
}

/// What CREATE FUNCTION says of a function besides its name and body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionDeclaration {
    /// With names and defaults.
    pub arguments: String,
    pub result: String,
    /// `IMMUTABLE`, `STABLE` or `VOLATILE`.
    pub volatility: String,
}

/// The role that the gate logs in as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveLogin {
    /// What it may do beyond reading, as the end of a sentence: `is a superuser`.
    pub powers: Vec<String>,
    /// Relations on which it has a right, Postern's own left out; the first few of them.
    pub rights: Vec<(String, String)>,
}

/// One schema of Postern's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveSchema {
    pub owner: String,
    /// Its comment.
    pub mark: String,
    /// The login may look names up in it.
    pub is_usable: bool,
    /// Views and functions by name; functions with their argument types.
    pub stand_ins: BTreeMap<String, LiveStandIn>,
}

/// A view or a function in one of these schemas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveStandIn {
    /// It is a view with `security_barrier`, or a function with `SECURITY DEFINER`, and its definition is the one that was noted when it was made.
    pub is_intact: bool,
    pub owner: String,
    /// The login may read or call it.
    pub is_usable: bool,
    /// Its owner may read all that it reads.
    pub has_sources: bool,
    /// Other roles that have rights on it.
    pub strangers: Vec<String>,
}
