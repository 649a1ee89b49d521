//! Why a text is not accepted, in PostgreSQL's words.

use std::borrow::Cow;

use crate::base::{SqlState, ToUserError, UserError};

/// A text that the parser does not accept, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ParseError {
    pub reason: Reason,
    /// Byte offset in the text that was parsed.
    pub offset: Option<usize>,
    /// Character in the text that was parsed, from 1.
    pub position: Option<u32>,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// 42601: not SQL. The word is the client's own; the text of a constant is never in it.
    #[error("syntax error at or near \"{0}\"")]
    Syntax(String),
    /// 42601: the text ends too early.
    #[error("syntax error at end of input")]
    EndOfInput,
    /// 42601 and others: a token that cannot be read.
    #[error("{message}")]
    Token { sqlstate: SqlState, message: Cow<'static, str> },
    /// 0A000: PostgreSQL knows the construct, the gate does not accept it.
    #[error("{0} is not supported")]
    Unsupported(Cow<'static, str>),
    /// 42501: the statement writes, and nobody may. In a transaction that the client itself made read-only it is 25006.
    #[error("permission denied for {0}")]
    Write(Cow<'static, str>),
    /// 42501: the statement does not write, and is not for clients of the gate.
    #[error("{0} is not allowed here")]
    NotAllowed(&'static str),
    /// 54000: a number over its limit.
    #[error("{what} exceeds the limit")]
    TooLarge { what: &'static str, found: usize, limit: usize, unit: &'static str },
    /// 54001: a tree too deep for the limit.
    #[error("statement is too complex")]
    TooDeep { what: &'static str, limit: usize },
}

/// A construct that the second parser reads otherwise than PostgreSQL does.
pub const STRING_BEHIND_COMMENT: &str = "a string constant that goes on behind a comment";

impl ParseError {
    /// With the byte offset where it was found.
    pub(super) fn new(reason: Reason, offset: Option<usize>) -> Self {
        Self { reason, offset, position: None }
    }

    /// A construct that PostgreSQL has and the gate does not accept.
    pub(super) fn unsupported(construct: impl Into<Cow<'static, str>>, offset: Option<usize>) -> Self {
        Self::new(Reason::Unsupported(construct.into()), offset)
    }

    /// A token that cannot be read.
    pub(super) fn token(sqlstate: SqlState, message: impl Into<Cow<'static, str>>, offset: usize) -> Self {
        Self::new(Reason::Token { sqlstate, message: message.into() }, Some(offset))
    }

    /// Moves the offset by `start` bytes and counts the characters before it in `text`.
    pub(super) fn located(mut self, text: &str, start: usize) -> Self {
        self.offset = self.offset.map(|offset| offset.saturating_add(start).min(text.len()));
        self.position = self.offset.and_then(|offset| text.get(..offset)).and_then(|before| {
            let characters = before.chars().count();
            u32::try_from(characters).ok().and_then(|count| count.checked_add(1))
        });
        self
    }
}

impl Reason {
    /// The code that PostgreSQL has for it.
    pub fn sqlstate(&self) -> SqlState {
        match self {
            Self::Syntax(_) | Self::EndOfInput => SqlState::SYNTAX_ERROR,
            Self::Token { sqlstate, message: _ } => *sqlstate,
            Self::Unsupported(_) => SqlState::FEATURE_NOT_SUPPORTED,
            Self::Write(_) | Self::NotAllowed(_) => SqlState::INSUFFICIENT_PRIVILEGE,
            Self::TooLarge { .. } => SqlState::PROGRAM_LIMIT_EXCEEDED,
            Self::TooDeep { .. } => SqlState::STATEMENT_TOO_COMPLEX,
        }
    }
}

impl ToUserError for ParseError {
    fn to_user_error(&self) -> UserError {
        let error = UserError::new(self.reason.sqlstate(), self.reason.to_string()).at(self.position);
        match &self.reason {
            Reason::Syntax(_) | Reason::EndOfInput | Reason::Token { .. } => error,
            Reason::Unsupported(_) => error.hint("Say it with other SQL, or ask the data owner for a view."),
            Reason::Write(_) => {
                error.detail("Data is read only here.").hint("Ask the data owner when data or objects are to be changed.")
            }
            Reason::NotAllowed(_) => error.hint("Queries, transactions, cursors and a few settings are available."),
            Reason::TooLarge { what: _, found, limit, unit } => {
                error.detail(format!("{found} {unit} were sent; at most {limit} are accepted."))
            }
            Reason::TooDeep { what, limit } => error.detail(format!("At most {limit} levels of {what} are accepted.")),
        }
    }
}
