//! Why a statement is not run: what the client reads, and what the journal keeps.

use crate::base::UserError;

/// A statement that is not run. The client reads `error`; hidden and missing objects read the same there and differ in `code`.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub error: UserError,
    pub code: DenialCode,
    /// The rules that decided, in order.
    pub rule_path: Vec<String>,
    /// The name that was asked for, as the client wrote it, when there is one: `crm.customers.ssn`.
    pub object: Option<String>,
}

/// The code of a denial, as records, `explain` and the policy's tests name it (standards §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DenialCode {
    AggregateOnly,
    ColumnHidden,
    ColumnMissing,
    FunctionNotAllowed,
    Limit,
    RelationMissing,
    RelationNotGranted,
    SettingNotAllowed,
    StatementNotAllowed,
    Syntax,
    TypeNotAllowed,
    UnsupportedSyntax,
    Witness,
}

impl DenialCode {
    /// As records write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AggregateOnly => "aggregate_only",
            Self::ColumnHidden => "column_hidden",
            Self::ColumnMissing => "column_missing",
            Self::FunctionNotAllowed => "function_not_allowed",
            Self::Limit => "limit",
            Self::RelationMissing => "relation_missing",
            Self::RelationNotGranted => "relation_not_granted",
            Self::SettingNotAllowed => "setting_not_allowed",
            Self::StatementNotAllowed => "statement_not_allowed",
            Self::Syntax => "syntax_error",
            Self::TypeNotAllowed => "type_not_allowed",
            Self::UnsupportedSyntax => "unsupported_syntax",
            Self::Witness => "witness",
        }
    }
}
