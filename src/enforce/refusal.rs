//! Why a statement is not run: what the client reads, and what the journal keeps.

use crate::analyze::{AnalyzeCode, AnalyzeError};
use crate::base::{SqlState, ToUserError, UserError};
use crate::parse::{ParseError, Reason};
use crate::witness::{Disagreement, DisagreementKind, SyntaxError};

/// A statement that is not run. The client reads `error`; hidden and missing objects read the same there and differ in `code`.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub error: UserError,
    pub code: DenialCode,
    /// The rules that decided, in order.
    pub rule_path: Vec<String>,
    /// The name that was asked for, in the catalog's words, when there is one: `crm.customers.ssn`.
    pub object: Option<String>,
    /// The message as records keep it, where the client's quotes a constant.
    pub recorded: Option<String>,
    /// What the client reads instead in a transaction that it made read-only itself.
    pub in_read_only: Option<UserError>,
    /// How the two parsers disagreed, when that is the reason: an alarm counts it.
    pub disagreement: Option<DisagreementKind>,
}

/// The code of a denial, as records, `explain` and the policy's tests name it (standards §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DenialCode {
    AggregateOnly,
    Ambiguous,
    ColumnHidden,
    ColumnMissing,
    ContractBroken,
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
            Self::Ambiguous => "ambiguous_name",
            Self::ColumnHidden => "column_hidden",
            Self::ColumnMissing => "column_missing",
            Self::ContractBroken => "contract_broken",
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

impl Refusal {
    /// A refusal under one rule.
    pub fn new(code: DenialCode, error: UserError) -> Self {
        Self {
            error,
            code,
            rule_path: vec![format!("deny:{}", code.as_str())],
            object: None,
            recorded: None,
            in_read_only: None,
            disagreement: None,
        }
    }

    /// What the parser does not accept.
    pub(super) fn of_parse(error: &ParseError) -> Self {
        let code = match &error.reason {
            Reason::Syntax(_) | Reason::EndOfInput | Reason::Token { sqlstate: _, message: _ } => DenialCode::Syntax,
            Reason::Unsupported(_) => DenialCode::UnsupportedSyntax,
            Reason::Write(_) | Reason::NotAllowed(_) => DenialCode::StatementNotAllowed,
            Reason::TooLarge { what: _, found: _, limit: _, unit: _ } | Reason::TooDeep { what: _, limit: _ } => {
                DenialCode::Limit
            }
        };
        let in_read_only = match &error.reason {
            Reason::Write(what) => {
                let message = format!("cannot execute {what} in a read-only transaction");
                Some(UserError {
                    message: message.into(),
                    sqlstate: SqlState::READ_ONLY_SQL_TRANSACTION,
                    ..error.to_user_error()
                })
            }
            Reason::Syntax(_)
            | Reason::EndOfInput
            | Reason::Token { sqlstate: _, message: _ }
            | Reason::Unsupported(_)
            | Reason::NotAllowed(_)
            | Reason::TooLarge { what: _, found: _, limit: _, unit: _ }
            | Reason::TooDeep { what: _, limit: _ } => None,
        };
        Self { in_read_only, ..Self::new(code, error.to_user_error()) }
    }

    /// What PostgreSQL's own grammar cannot read, in its words. `text` is what was read, and `characters_before` stand before it in the message.
    pub(super) fn of_syntax(found: &SyntaxError, text: &str, characters_before: u32) -> Self {
        let before = found.offset.and_then(|offset| text.get(..usize::try_from(offset).ok()?));
        let position =
            before.and_then(|before| u32::try_from(before.chars().count()).ok()?.checked_add(characters_before)?.checked_add(1));
        let error = UserError::new(found.sqlstate, found.message.clone()).at(position);
        let recorded = Some(found.without_constants()).filter(|recorded| *recorded != found.message).map(str::to_owned);
        Self { recorded, ..Self::new(DenialCode::Syntax, error) }
    }

    /// The rule that decided, as the client reads it: what the error tells already is all that it depends on, so that hidden and missing stay the same.
    pub fn rule(&self) -> &'static str {
        match self.error.sqlstate {
            SqlState::UNDEFINED_COLUMN => DenialCode::ColumnMissing.as_str(),
            SqlState::UNDEFINED_TABLE => DenialCode::RelationMissing.as_str(),
            SqlState::INVALID_SCHEMA_NAME | SqlState::UNDEFINED_FUNCTION | SqlState::UNDEFINED_OBJECT => "name_missing",
            _ => self.code.as_str(),
        }
    }

    /// The message as records keep it: without the client's constants.
    pub fn recorded_message(&self) -> &str {
        self.recorded.as_deref().unwrap_or(&self.error.message)
    }

    /// A name that cannot be bound; `position` is the character in the message.
    pub(super) fn of_analysis(error: AnalyzeError, position: Option<u32>) -> Self {
        let AnalyzeError { sqlstate, code, message, detail, hint, at: _, constant: _, object } = error;
        let code = match code {
            AnalyzeCode::AggregateOnly => DenialCode::AggregateOnly,
            AnalyzeCode::Ambiguous => DenialCode::Ambiguous,
            AnalyzeCode::ColumnHidden => DenialCode::ColumnHidden,
            AnalyzeCode::ColumnMissing => DenialCode::ColumnMissing,
            AnalyzeCode::ContractBroken => DenialCode::ContractBroken,
            AnalyzeCode::FunctionNotAllowed => DenialCode::FunctionNotAllowed,
            AnalyzeCode::Limit => DenialCode::Limit,
            AnalyzeCode::RelationHidden => DenialCode::RelationNotGranted,
            AnalyzeCode::RelationMissing => DenialCode::RelationMissing,
            AnalyzeCode::TypeNotAllowed => DenialCode::TypeNotAllowed,
            AnalyzeCode::Unsupported => DenialCode::UnsupportedSyntax,
        };
        let mut user = UserError::new(sqlstate, message).at(position);
        user.detail = detail.map(Into::into);
        user.hint = hint.map(Into::into).or_else(|| way_out(sqlstate).map(Into::into));
        Self { object, ..Self::new(code, user) }
    }

    /// The two parsers do not agree: the statement is refused whatever it is, and an alarm counts it.
    pub(super) fn of_witness(disagreement: &Disagreement, stage: &'static str) -> Self {
        let error = UserError::new(SqlState::FEATURE_NOT_SUPPORTED, "statement is not understood with certainty")
            .detail("Two independent readings of the statement differ, so it is not run.")
            .hint("Say it in simpler words: explicit parentheses, AS before aliases, quoted names.");
        let mut refusal = Self::new(DenialCode::Witness, error);
        refusal.rule_path.push(format!("witness:{stage}:{:?}", disagreement.kind()));
        Self { disagreement: Some(disagreement.kind()), ..refusal }
    }

    /// A kind of statement that the grant does not open.
    pub(super) fn statement(what: &str, option: &str) -> Self {
        let error = UserError::new(SqlState::INSUFFICIENT_PRIVILEGE, format!("{what} is not allowed by this grant"))
            .hint(format!("The data owner can open it with limits.export.{option} of the grant."));
        Self::new(DenialCode::StatementNotAllowed, error)
    }
}

/// What a client can do about a refusal that says nothing of it.
fn way_out(sqlstate: SqlState) -> Option<&'static str> {
    match sqlstate {
        SqlState::INVALID_SCHEMA_NAME | SqlState::UNDEFINED_COLUMN | SqlState::UNDEFINED_OBJECT | SqlState::UNDEFINED_TABLE => {
            Some("postern.my_access lists what this grant shows.")
        }
        SqlState::FEATURE_NOT_SUPPORTED => Some("Say it with other SQL, or ask the data owner for a view."),
        SqlState::INSUFFICIENT_PRIVILEGE => Some("Say it with what is available, or ask the data owner for a view."),
        _ => None,
    }
}
