//! What goes wrong with the journal, and what the client reads of it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::base::{SqlState, ToUserError, UserError};

/// A record could not be made durable. No statement goes on without its record.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AuditError {
    /// The disk has no room for new statements; the reserve is kept for the ends of running ones. SQLSTATE 53100.
    #[error("the journal's disk is full")]
    Full,
    /// Writing or syncing failed once; it is never tried again. SQLSTATE 58030.
    #[error("write the journal")]
    Io(#[source] Arc<io::Error>),
    /// The journal was closed. SQLSTATE 57P01.
    #[error("the journal is closed")]
    Closed,
    /// The record would be larger than a frame may be. SQLSTATE 54000.
    #[error("the record has {bytes} bytes, more than a frame can hold")]
    TooLarge { bytes: usize },
    /// More rows were asked for than the grant lets one statement return. SQLSTATE 53400.
    #[error("the statement may return {limit} rows")]
    OverRowLimit { limit: u64 },
}

impl ToUserError for AuditError {
    fn to_user_error(&self) -> UserError {
        const RULE: &str = "No row leaves before the record of it is on disk.";
        const HINT: &str = "Ask the operator of this gate.";
        match self {
            Self::Full => UserError::new(SqlState::DISK_FULL, "the audit journal has no space left").detail(RULE).hint(HINT),
            Self::Io(_) => UserError::new(SqlState::IO_ERROR, "the audit journal cannot be written").detail(RULE).hint(HINT),
            Self::Closed => UserError::new(SqlState::ADMIN_SHUTDOWN, "the gate is shutting down"),
            Self::TooLarge { .. } => {
                UserError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "the statement is too large to be recorded").detail(RULE)
            }
            Self::OverRowLimit { limit } => {
                UserError::new(SqlState::CONFIGURATION_LIMIT_EXCEEDED, format!("statement returns more than {limit} rows"))
            }
        }
    }
}

/// The log cannot be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The operating system said no.
    #[error("{what} {}", path.display())]
    Io {
        what: &'static str,
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    /// Another process writes this log.
    #[error("{} is in use by another process", path.display())]
    InUse { path: PathBuf },
    /// Something in the middle of the log is not what was written. Nothing is repaired: look at it with `postern audit verify`.
    #[error("{}: {why}, at byte {offset}; the log is damaged (see `postern audit verify`); keep the folder as evidence and start with an empty one", path.display())]
    Damaged { path: PathBuf, offset: u64, why: String },
    /// Records that were durable are gone.
    #[error(
        "{}: the log ends at record {found}, but {written} records had been made durable; records were lost \
         (see `postern audit verify`); keep the folder as evidence and start with an empty one",
        path.display()
    )]
    Lost { path: PathBuf, found: u64, written: u64 },
    /// There is no log in this folder.
    #[error("{}: no audit log here", path.display())]
    Missing { path: PathBuf },
    /// The name of the log cannot be a folder's name.
    #[error("{origin:?} cannot name a log: 1 to 100 letters, digits, '.', '_', '-', not starting with '.'")]
    BadOrigin { origin: String },
    /// The output could not be written.
    #[error("write the output")]
    Output(#[source] io::Error),
}

impl LogError {
    /// For `map_err`.
    pub(super) fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Io { what, path, cause }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_learns_the_sqlstate_and_nothing_of_the_disk() {
        let cause = io::Error::other("/var/secret/path: input/output error");
        for (error, sqlstate) in [
            (AuditError::Full, SqlState::DISK_FULL),
            (AuditError::Io(Arc::new(cause)), SqlState::IO_ERROR),
            (AuditError::Closed, SqlState::ADMIN_SHUTDOWN),
            (AuditError::TooLarge { bytes: 1 << 30 }, SqlState::PROGRAM_LIMIT_EXCEEDED),
            (AuditError::OverRowLimit { limit: 5 }, SqlState::CONFIGURATION_LIMIT_EXCEEDED),
        ] {
            let told = error.to_user_error();
            assert_eq!(told.sqlstate, sqlstate);
            assert!(!format!("{told:?}").contains("secret"));
        }
    }
}
