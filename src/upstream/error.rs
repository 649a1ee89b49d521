//! Why a warehouse connection cannot be had or cannot go on. The client learns the kind, never the cause.

use std::io;

use crate::base::{SqlState, ToUserError, UserError};

/// A warehouse connection failed. The connection is not used again.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    #[error("connect to the warehouse")]
    Connect(#[source] io::Error),
    #[error("TLS with the warehouse")]
    Tls(#[source] io::Error),
    /// Plain text is configured, and the host is not a loopback address.
    #[error("the warehouse is not on a loopback address, and TLS is disabled for it")]
    NotLoopback,
    /// The warehouse does not speak TLS.
    #[error("the warehouse refuses TLS")]
    TlsRefused,
    #[error("connecting to the warehouse took longer than its limit")]
    ConnectTimeout,
    /// The login failed in the warehouse's words, which are for the operator.
    #[error("log in to the warehouse: {sqlstate}: {message}")]
    Login { sqlstate: SqlState, message: String },
    #[error("log in to the warehouse: {0}")]
    Authentication(&'static str),
    /// A setting that must hold has another value.
    #[error("the warehouse reports {name} = {value:?}")]
    Pinned { name: String, value: String },
    /// Bytes that are not the protocol, or a reply that nobody waits for.
    #[error("the warehouse sent {0}")]
    Desynchronised(&'static str),
    #[error("exchange bytes with the warehouse")]
    Io(#[source] io::Error),
    /// The warehouse ended the session: shut down, terminated, crashed.
    #[error("the warehouse closed the connection ({sqlstate:?})")]
    Closed { sqlstate: Option<SqlState> },
    /// No connection became free within the limit.
    #[error("no warehouse connection became free in time")]
    PoolExhausted,
    /// The pool is closed: the gate stops or the configuration changed.
    #[error("the pool is closed")]
    PoolClosed,
    /// The catalogs could not be read.
    #[error("read the catalogs of the warehouse")]
    Introspect(#[source] Box<tokio_postgres::Error>),
    /// The warehouse refuses what an administrator asked for, in its words, which are for him.
    #[error("{sqlstate}: {message}")]
    Refused { sqlstate: SqlState, message: String },
    /// What the gate itself would send has no form on the wire.
    #[error("encode a message for the warehouse")]
    Encode,
}

impl ToUserError for UpstreamError {
    /// 53300 for the pool; 57P01 and its kin when the warehouse ended the session; else 08006. FATAL unless nothing was begun.
    fn to_user_error(&self) -> UserError {
        match self {
            Self::PoolExhausted => UserError::new(SqlState::TOO_MANY_CONNECTIONS, "no warehouse connection became free in time")
                .hint("Try again, or ask the operator to raise pool.max_connections or limits.connection_wait."),
            Self::PoolClosed => UserError::new(SqlState::CANNOT_CONNECT_NOW, "the gate does not open warehouse connections now"),
            Self::Connect(_)
            | Self::Tls(_)
            | Self::NotLoopback
            | Self::TlsRefused
            | Self::ConnectTimeout
            | Self::Login { sqlstate: _, message: _ }
            | Self::Authentication(_)
            | Self::Refused { sqlstate: _, message: _ }
            | Self::Introspect(_) => UserError::new(SqlState::CONNECTION_FAILURE, "the warehouse cannot be reached")
                .hint("Try again later, or ask the operator of this gate."),
            Self::Pinned { name: _, value: _ } => {
                UserError::fatal(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, "the warehouse connection is not in a safe state")
            }
            Self::Closed { sqlstate: _ } | Self::Desynchronised(_) | Self::Io(_) => {
                UserError::fatal(SqlState::CONNECTION_FAILURE, "the connection to the warehouse was lost")
            }
            Self::Encode => UserError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "the statement is too large for the warehouse"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_learns_nothing_of_the_warehouse() {
        let error = UpstreamError::Login {
            sqlstate: SqlState::INVALID_PASSWORD,
            message: "password authentication failed for user \"postern_svc\"".to_owned(),
        };
        assert_eq!(error.to_user_error().message, "the warehouse cannot be reached");
        assert!(error.to_string().contains("postern_svc"));
    }
}
