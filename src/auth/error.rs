//! Why a login failed: one sentence for the client, the reason for the record.

use crate::base::{SqlState, ToUserError, UserError};
use crate::wire::WireError;

/// A login that failed.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Not proven.
    #[error("login of {user:?} failed: {failure}")]
    Failed { user: String, failure: LoginFailure },
    /// The machine has no random bytes.
    #[error("make a nonce")]
    Random(#[source] getrandom::Error),
    /// The client broke the rules of the exchange, or asked for what is not offered.
    #[error("SASL exchange: {0}")]
    Sasl(Box<UserError>),
    /// Too many guesses from this address or for this name.
    #[error("too many failed logins as {user:?}")]
    Throttled { user: String },
    /// The connection failed.
    #[error("connection during the login")]
    Wire(#[source] WireError),
}

/// Why a login was not proven. For the record; the client never learns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginFailure {
    #[error("expired")]
    Expired,
    #[error("unknown user")]
    UnknownUser,
    #[error("wrong password")]
    WrongPassword,
}

impl LoginFailure {
    /// One word for records and labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::UnknownUser => "unknown_user",
            Self::WrongPassword => "wrong_password",
        }
    }
}

impl AuthError {
    /// A message that is not SCRAM (RFC 5802 §7), in PostgreSQL's words.
    pub(super) fn malformed(detail: &'static str) -> Self {
        Self::Sasl(Box::new(UserError::fatal(SqlState::PROTOCOL_VIOLATION, "malformed SCRAM message").detail(detail)))
    }

    pub(super) fn sasl(error: UserError) -> Self {
        Self::Sasl(Box::new(error))
    }
}

impl ToUserError for AuthError {
    /// Always FATAL. 28P01 with the same words whoever failed and why; 28000 when throttled; 08P01, 0A000, 28000 for the exchange.
    fn to_user_error(&self) -> UserError {
        match self {
            Self::Failed { user, failure: _ } => {
                UserError::fatal(SqlState::INVALID_PASSWORD, format!("password authentication failed for user \"{user}\""))
            }
            Self::Random(_) => UserError::fatal(SqlState::INTERNAL_ERROR, "could not generate random nonce"),
            Self::Sasl(error) => error.as_ref().clone(),
            Self::Throttled { user } => UserError::fatal(
                SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
                format!("too many failed logins for user \"{user}\" or from this address"),
            )
            .hint("Wait a few minutes before the next attempt."),
            Self::Wire(error) => error.to_user_error(),
        }
    }
}
