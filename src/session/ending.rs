//! Why a session ends, and why a statement stops while the session goes on.

use crate::audit::AuditError;
use crate::base::{Severity, SqlState, ToUserError, UserError};
use crate::upstream::UpstreamError;
use crate::wire::WireError;

/// The session is over.
#[derive(Debug)]
pub(super) enum Ending {
    /// The client said goodbye or went away.
    Left,
    /// The client is told this.
    Told(Box<UserError>),
    /// The client's connection failed.
    Wire(WireError),
}

/// A statement stops; only `Session` ends more than that.
#[derive(Debug)]
pub(super) enum Stop {
    Session(Ending),
    /// An error that was told already: the message was never read.
    Skipped,
    Statement(Box<UserError>),
}

impl Ending {
    /// What to tell the client, when it can be told.
    pub(super) fn last_words(&self) -> Option<UserError> {
        match self {
            Self::Left => None,
            Self::Told(error) => Some(error.as_ref().clone()),
            Self::Wire(error) => error.can_be_told().then(|| error.to_user_error()),
        }
    }

    /// For the record.
    pub(super) fn sqlstate(&self) -> SqlState {
        match self {
            Self::Left => SqlState::SUCCESSFUL_COMPLETION,
            Self::Told(error) => error.sqlstate,
            Self::Wire(error) => error.to_user_error().sqlstate,
        }
    }

    /// For the record.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Left => "the client left".to_owned(),
            Self::Told(error) => error.message.to_string(),
            Self::Wire(error) => error.to_string(),
        }
    }

    pub(super) fn told(error: UserError) -> Self {
        Self::Told(Box::new(UserError { severity: Severity::Fatal, ..error }))
    }
}

impl From<WireError> for Ending {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Disconnected => Self::Left,
            WireError::DeadlinePassed
            | WireError::Io(_)
            | WireError::QueueFull { bytes: _ }
            | WireError::Refused(_)
            | WireError::Tls(_)
            | WireError::Untranslatable(_)
            | WireError::Violation(_) => Self::Wire(error),
        }
    }
}

/// A connection that fails in the middle of a session takes it along: what was begun in the warehouse is lost.
impl From<UpstreamError> for Ending {
    fn from(error: UpstreamError) -> Self {
        Self::told(error.to_user_error())
    }
}

impl Stop {
    pub(super) fn statement(error: UserError) -> Self {
        Self::Statement(Box::new(error))
    }
}

impl<E: Into<Ending>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Session(error.into())
    }
}

impl From<AuditError> for Stop {
    fn from(error: AuditError) -> Self {
        Self::statement(error.to_user_error())
    }
}
