//! Why a statement cannot be bound. Hidden and missing objects read the same; `code` tells the record which it was.

use crate::base::SqlState;
use crate::catalog::{Broken, Reach};
use crate::parse::ConstantOf;
use crate::parse::syntax::Pos;

use super::scope::OwnPlace;

/// A refusal of analysis.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct AnalyzeError {
    pub sqlstate: SqlState,
    pub code: AnalyzeCode,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// Byte offset in the statement.
    pub at: Pos,
    /// It is about a constant beside that place.
    pub constant: Option<ConstantOf>,
    /// The object that was asked for, in the catalog's words.
    pub object: Option<String>,
}

/// What kind of refusal it is, for the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnalyzeCode {
    AggregateOnly,
    Ambiguous,
    ColumnHidden,
    ColumnMissing,
    ContractBroken,
    FunctionNotAllowed,
    Limit,
    RelationHidden,
    RelationMissing,
    TypeNotAllowed,
    Unsupported,
}

impl AnalyzeError {
    /// An error at a place of the statement.
    pub(super) fn new(sqlstate: SqlState, code: AnalyzeCode, at: Pos, message: impl Into<String>) -> Self {
        Self { sqlstate, code, message: message.into(), detail: None, hint: None, at, constant: None, object: None }
    }

    /// A number that the warehouse does not read as one, in PostgreSQL's words.
    pub fn newer_number(at: Pos) -> Self {
        Self::new(SqlState::SYNTAX_ERROR, AnalyzeCode::Unsupported, at, "trailing junk after numeric literal")
            .detail("Only PostgreSQL 16 and later read it.")
    }

    /// Column definitions behind a function that has columns, in PostgreSQL's words (addRangeTableEntryForFunction in parse_relation.c).
    pub(super) fn redundant_columns(at: Pos) -> Self {
        let message = "a column definition list is redundant for a function with OUT parameters";
        Self::new(SqlState::SYNTAX_ERROR, AnalyzeCode::Unsupported, at, message)
    }

    /// A construct that is understood and not offered.
    pub(super) fn unsupported(at: Pos, message: impl Into<String>) -> Self {
        Self::new(SqlState::FEATURE_NOT_SUPPORTED, AnalyzeCode::Unsupported, at, message)
    }

    /// A common table expression of WITH RECURSIVE is named where it is not known yet.
    pub(super) fn recursion(place: OwnPlace, name: &str, at: Pos) -> Self {
        let (at, message) = match place {
            OwnPlace::Form(at) => {
                (at, format!("recursive query \"{name}\" does not have the form non-recursive-term UNION [ALL] recursive-term"))
            }
            OwnPlace::NonRecursive => {
                (at, format!("recursive reference to query \"{name}\" must not appear within its non-recursive term"))
            }
            OwnPlace::Subquery => (at, format!("recursive reference to query \"{name}\" must not appear within a subquery")),
        };
        Self::new(SqlState::INVALID_RECURSION, AnalyzeCode::Unsupported, at, message)
    }

    /// What the warehouse does not keep is refused, whatever the reason is: the reason may tell of what is hidden.
    pub(super) fn broken(at: Pos, asked: &str, broken: &Broken) -> Self {
        let Broken { contract, version, field, reach, owner, support } = broken;
        let message = match reach {
            Reach::Column => format!("the warehouse does not keep the contract for column \"{asked}\""),
            Reach::Contract => format!("the warehouse does not keep the contract of relation \"{asked}\""),
            Reach::Relation => format!("the warehouse does not keep the contract for relation \"{asked}\""),
        };
        let rest = match reach {
            Reach::Column => "The other columns work.",
            Reach::Contract => "All of the contract is refused until it is kept again.",
            Reach::Relation => "The other relations work.",
        };
        let ask = support.as_ref().map_or_else(String::new, |support| format!(" ({support})"));
        let hint = match reach {
            Reach::Column => format!("Name the columns that are needed, without this one, or ask the owner{ask} to mend it."),
            Reach::Contract | Reach::Relation => format!("Ask the owner{ask} to mend it."),
        };
        Self::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, AnalyzeCode::ContractBroken, at, message)
            .detail(format!("Contract \"{contract}\", version {version}, field \"{field}\", owner \"{owner}\". {rest}"))
            .hint(hint)
    }

    /// COPY takes plain tables only (PostgreSQL: BeginCopyTo in copyto.c).
    pub fn cannot_copy(kind: &str, name: &str) -> Self {
        let message = format!("cannot copy from {kind} \"{name}\"");
        let error = Self::new(SqlState::WRONG_OBJECT_TYPE, AnalyzeCode::Unsupported, Pos::NONE, message);
        // PostgreSQL gives no hint there.
        if kind == "sequence" { error } else { error.hint("Try the COPY (SELECT ...) TO variant.") }
    }

    /// The system relations stand behind every statement of every session.
    pub fn cannot_lock(name: &str) -> Self {
        let message = format!("permission denied for table {name}");
        Self::new(SqlState::INSUFFICIENT_PRIVILEGE, AnalyzeCode::Unsupported, Pos::NONE, message)
    }

    /// A system relation is a view to clients, and no sample is taken of a view (PostgreSQL: transformRangeTableSample in parse_clause.c).
    pub(super) fn cannot_sample(at: Pos) -> Self {
        let message = "TABLESAMPLE clause can only be applied to tables and materialized views";
        Self::new(SqlState::WRONG_OBJECT_TYPE, AnalyzeCode::Unsupported, at, message)
    }

    /// A value of a registry type where another value could be read as one: both would tell whether objects exist, and what they are called.
    pub(super) fn registry_value(at: Pos) -> Self {
        let message = "a value that names an object of the catalog cannot be used here";
        Self::new(SqlState::INSUFFICIENT_PRIVILEGE, AnalyzeCode::TypeNotAllowed, at, message)
            .detail("It may be a column of the result, be cast to text or oid, or be compared with an oid or another such value.")
    }

    /// SQL of the gate's own would run a volatile call once for the statement, or several times for one row.
    pub(super) fn volatile_operand(at: Pos) -> Self {
        Self::unsupported(at, "a volatile function cannot be called within what the gate answers itself")
            .detail("It would not run once for each row.")
            .hint("Call it in a common table expression that is MATERIALIZED, and use its column.")
    }

    /// 3F000 in one wording for a schema that is hidden or missing.
    pub(super) fn no_schema(at: Pos, code: AnalyzeCode, schema: &str) -> Self {
        Self::new(SqlState::INVALID_SCHEMA_NAME, code, at, format!("schema \"{schema}\" does not exist"))
            .object(schema.to_owned())
    }

    /// COPY takes each column once; as PostgreSQL says it, without a place (CopyGetAttnums in copy.c).
    pub fn copied_twice(column: &str) -> Self {
        let message = format!("column \"{column}\" specified more than once");
        Self::new(SqlState::DUPLICATE_COLUMN, AnalyzeCode::Ambiguous, Pos::NONE, message)
    }

    /// COPY takes no generated column by name.
    pub fn copied_generated(column: &str) -> Self {
        let message = format!("column \"{column}\" is a generated column");
        Self::new(SqlState::INVALID_COLUMN_REFERENCE, AnalyzeCode::Unsupported, Pos::NONE, message)
            .detail("Generated columns cannot be used in COPY.")
    }

    #[must_use]
    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// About a constant beside that place.
    #[must_use]
    pub(super) fn of_constant(mut self, at: Pos, constant: ConstantOf) -> Self {
        (self.at, self.constant) = (at, Some(constant));
        self
    }

    #[must_use]
    pub(super) fn object(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }
}
