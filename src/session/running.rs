//! The statement that runs in the warehouse now: its record, what has left of it, and whether it was stopped.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::access::Permit;
use crate::audit::{Credit, Intent, Outcome, Receipt, Timings, UpstreamRecord};
use crate::base::{SqlState, Timestamp, UserError};
use crate::enforce::{OutputColumn, StatementKind};

use super::conversation::Via;
use super::explain::Explanation;
use super::origin::Origin;

/// A statement between its intent and its outcome.
#[derive(Debug)]
pub(super) struct Running {
    pub kind: StatementKind,
    pub proof: Proof,
    /// The columns of its result, when it is described on its own.
    pub columns: Arc<[OutputColumn]>,
    /// Its errors are all one.
    pub is_opaque: bool,
    /// What a size argument of it is held against where it runs.
    pub size_limit: Option<u32>,
    /// What its errors point into.
    pub origin: Origin,
    pub output: Output,
    pub via: Via,
    /// The portal that it executes, in the extended protocol and for FETCH.
    pub portal: Option<String>,
    /// Rows that may leave yet, where the grant limits them.
    pub rows_left: Option<u64>,
    /// What has left.
    pub released: Credit,
    pub began: Instant,
    pub timeout: Option<Duration>,
    pub timings: Timings,
    /// What the client reads in place of the rest: nothing of the result is passed on any more.
    pub stopped: Option<Box<UserError>>,
    pub cancelled: Option<CancelCause>,
    /// Held for as long as it runs.
    pub _permit: Permit,
}

/// How far the record is.
#[derive(Debug)]
pub(super) enum Proof {
    Appended(Intent),
    Durable(Receipt),
    /// While the one becomes the other.
    Pending,
}

/// Where its rows go.
#[derive(Debug)]
pub(super) enum Output {
    Client,
    /// Read by the gate, which answers with a plan of its own.
    Explain(Box<Explanation>),
}

/// Why a cancel request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CancelCause {
    /// The gate does not want the rest: a limit was reached.
    Gate,
    Timeout,
    User,
}

/// How a statement ended, for its record.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub tag: Option<String>,
    pub error: Option<UserError>,
    pub at: Timestamp,
    pub total_micros: u64,
    pub upstream: Option<Arc<UpstreamRecord>>,
}

impl Running {
    /// The server says 57014 for each cause; the client reads which it was.
    pub(super) fn cancellation(&self, elapsed: Duration) -> UserError {
        let is_late = self.timeout.is_some_and(|timeout| elapsed >= timeout);
        let message = match self.cancelled {
            Some(CancelCause::User) => "canceling statement due to user request",
            Some(CancelCause::Timeout) => "canceling statement due to statement timeout",
            Some(CancelCause::Gate) | None if is_late => "canceling statement due to statement timeout",
            Some(CancelCause::Gate) | None => "canceling statement due to user request",
        };
        UserError::new(SqlState::QUERY_CANCELED, message)
    }

    /// The outcome as the journal takes it.
    pub(super) fn outcome(&self, ended: Ended) -> Outcome {
        let Ended { tag, error, at, total_micros, upstream } = ended;
        Outcome {
            rows: self.released.rows,
            bytes: self.released.bytes,
            complete: error.is_none(),
            command_tag: tag,
            sqlstate: error.as_ref().map_or(SqlState::SUCCESSFUL_COMPLETION, |error| error.sqlstate),
            error: error.map(|error| error.message.into_owned()),
            ended: at,
            timings: Timings { total: total_micros, ..self.timings },
            upstream,
        }
    }
}
