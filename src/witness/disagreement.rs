//! What may be wrong with a plan, in the witness's eyes.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// The witness does not agree. The texts of these errors may quote the client's text: they belong into the journal, not into logs or messages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disagreement {
    /// The text may not hold this, whatever the client wrote.
    #[error("{side} holds {what}")]
    Forbidden { side: Side, what: &'static str },
    #[error("the rewritten text calls {name}, which the plan does not name")]
    Function { name: String },
    /// `at`: byte offset in the client's text of the nearest node that has one.
    #[error("{field} of {node} differs")]
    Field { node: &'static str, field: &'static str, at: Option<u32> },
    #[error("the client's text has {client} where ours has {ours}")]
    Kind { client: &'static str, ours: &'static str, at: Option<u32> },
    #[error("relation {name}: {what}")]
    Relation { name: String, what: &'static str, at: Option<u32> },
    #[error("{side} holds {found} statements")]
    StatementCount { side: Side, found: usize },
    /// libpg_query's binding gave up; it must not.
    #[error("the tree cannot be walked")]
    Tree,
    /// A construct that has no shape (see `shape`).
    #[error("{side} holds a construct that the witness does not know")]
    Unknown { side: Side },
    #[error("{side} cannot be read: {message}")]
    Unreadable { side: Side, message: String },
}

/// The text that is spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Client,
    Printout,
    Rewritten,
    Substitution,
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Client => "the client's text",
            Self::Printout => "the printout",
            Self::Rewritten => "the rewritten text",
            Self::Substitution => "the text that stands for a relation",
        })
    }
}

/// Closed set of labels for the alarm metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DisagreementKind {
    Differs,
    Forbidden,
    Function,
    Relation,
    StatementCount,
    Unknown,
    Unreadable,
}

impl DisagreementKind {
    /// As metrics and records write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Differs => "differs",
            Self::Forbidden => "forbidden",
            Self::Function => "function",
            Self::Relation => "relation",
            Self::StatementCount => "statement_count",
            Self::Unknown => "unknown",
            Self::Unreadable => "unreadable",
        }
    }
}

impl Disagreement {
    /// The label of the alarm metric.
    pub const fn kind(&self) -> DisagreementKind {
        match self {
            Self::Forbidden { side: _, what: _ } => DisagreementKind::Forbidden,
            Self::Function { name: _ } => DisagreementKind::Function,
            Self::Field { node: _, field: _, at: _ } | Self::Kind { client: _, ours: _, at: _ } => DisagreementKind::Differs,
            Self::Relation { name: _, what: _, at: _ } => DisagreementKind::Relation,
            Self::StatementCount { side: _, found: _ } => DisagreementKind::StatementCount,
            Self::Tree | Self::Unknown { side: _ } => DisagreementKind::Unknown,
            Self::Unreadable { side: _, message: _ } => DisagreementKind::Unreadable,
        }
    }
}

/// Runs a check; a panic of libpg_query's binding (it panics on lists of an undeclared kind and on text that is not UTF-8) is a disagreement.
pub(super) fn guarded<T>(check: impl FnOnce() -> Result<T, Disagreement>) -> Result<T, Disagreement> {
    catch_unwind(AssertUnwindSafe(check)).unwrap_or(Err(Disagreement::Tree))
}
