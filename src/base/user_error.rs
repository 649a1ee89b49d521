//! What a client may read of an error: PostgreSQL's fields, written on purpose.

use std::borrow::Cow;
use std::fmt;

use super::SqlState;

/// `S` and `V` of an ErrorResponse or NoticeResponse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The statement failed; the session goes on.
    Error,
    /// The session ends.
    Fatal,
    /// Told, and nothing failed.
    Notice,
    /// Told, and something is wrong.
    Warning,
}

impl Severity {
    /// As PostgreSQL writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
            Self::Notice => "NOTICE",
            Self::Warning => "WARNING",
        }
    }
}

/// An error in PostgreSQL's form. Message: lower case, no full stop, names only what the client typed. Detail and hint: full sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserError {
    pub severity: Severity,
    pub sqlstate: SqlState,
    pub message: Cow<'static, str>,
    pub detail: Option<Cow<'static, str>>,
    pub hint: Option<Cow<'static, str>>,
    /// Character (not byte) in the client's own text, from 1.
    pub position: Option<u32>,
}

impl UserError {
    /// An error that leaves the session alive.
    pub fn new(sqlstate: SqlState, message: impl Into<Cow<'static, str>>) -> Self {
        Self { severity: Severity::Error, sqlstate, message: message.into(), detail: None, hint: None, position: None }
    }

    /// An error that ends the session.
    pub fn fatal(sqlstate: SqlState, message: impl Into<Cow<'static, str>>) -> Self {
        Self { severity: Severity::Fatal, ..Self::new(sqlstate, message) }
    }

    /// With a DETAIL line.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With a HINT line.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With a position in the client's text, in characters from 1.
    #[must_use]
    pub fn at(mut self, position: Option<u32>) -> Self {
        self.position = position;
        self
    }
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:  {}", self.severity.as_str(), self.message)
    }
}

impl std::error::Error for UserError {}

/// A room's error as the client reads it. Never implemented for `anyhow::Error` or `io::Error`: their texts were not written for clients.
pub trait ToUserError {
    /// The fields that are sent.
    fn to_user_error(&self) -> UserError;
}
