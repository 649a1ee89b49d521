//! Why a connection cannot go on.

use std::io;

use crate::base::{Severity, SqlState, ToUserError, UserError};

/// The connection has to end. What can be answered while it lives is [`super::Rejected`] instead.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The client went away, in the middle of a message or of the start.
    #[error("client closed the connection")]
    Disconnected,
    /// The login did not finish in time.
    #[error("login took longer than its limit")]
    DeadlinePassed,
    /// The socket failed.
    #[error("exchange bytes with the client")]
    Io(#[source] io::Error),
    /// More was queued for the client than the queue holds, or a message that has no form on the wire.
    #[error("queue a message of {bytes} bytes for the client")]
    QueueFull { bytes: usize },
    /// Understood, and not allowed.
    #[error("refuse the connection: {0}")]
    Refused(Box<UserError>),
    /// The TLS handshake failed; the alert is sent.
    #[error("TLS handshake")]
    Tls(#[source] io::Error),
    /// A text that the client's encoding has no characters for.
    #[error("say it in the client's encoding: {0}")]
    Untranslatable(Box<UserError>),
    /// Bytes that are not the protocol: where the next message begins is unknown, or who sent it is in doubt.
    #[error("protocol violation: {0}")]
    Violation(Box<UserError>),
}

impl WireError {
    /// A breach of the protocol, in PostgreSQL's words.
    pub(super) fn violation(message: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self::Violation(Box::new(UserError::fatal(SqlState::PROTOCOL_VIOLATION, message)))
    }

    pub(super) fn refused(error: UserError) -> Self {
        Self::Refused(Box::new(error))
    }

    pub(super) fn io(cause: io::Error) -> Self {
        let is_gone = matches!(
            cause.kind(),
            io::ErrorKind::BrokenPipe
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::UnexpectedEof
        );
        if is_gone { Self::Disconnected } else { Self::Io(cause) }
    }

    /// The client may still be listening, so the error is worth sending.
    pub fn can_be_told(&self) -> bool {
        match self {
            Self::Refused(_) | Self::Untranslatable(_) | Self::Violation(_) | Self::DeadlinePassed | Self::QueueFull { .. } => {
                true
            }
            Self::Disconnected | Self::Io(_) | Self::Tls(_) => false,
        }
    }
}

impl ToUserError for WireError {
    /// Always FATAL: 08P01 for violations, what was decided for refusals, 22P05 for what cannot be said, 57014 after the deadline, 08006 when nobody will read it.
    fn to_user_error(&self) -> UserError {
        match self {
            Self::Refused(error) | Self::Violation(error) => error.as_ref().clone(),
            Self::Untranslatable(error) => UserError { severity: Severity::Fatal, ..error.as_ref().clone() },
            Self::DeadlinePassed => UserError::fatal(SqlState::QUERY_CANCELED, "canceling authentication due to timeout"),
            Self::QueueFull { .. } => UserError::fatal(SqlState::PROGRAM_LIMIT_EXCEEDED, "too many answers wait for the client"),
            Self::Disconnected | Self::Io(_) | Self::Tls(_) => {
                UserError::fatal(SqlState::CONNECTION_FAILURE, "connection to client lost")
            }
        }
    }
}
