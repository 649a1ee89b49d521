//! What a session is doing, as pg_stat_activity tells the other sessions of its person.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::base::Timestamp;
use crate::wire::TransactionStatus;

use super::plan_cache::CachedPlan;

/// Bytes of a statement that are told: as many as PostgreSQL keeps (`track_activity_query_size`, one for its end).
const QUERY_BYTES: usize = 1023;

/// What one session is doing.
#[derive(Debug)]
pub(super) struct Activity {
    database: String,
    began: Timestamp,
    now: Mutex<Now>,
}

#[derive(Debug)]
struct Now {
    application_name: String,
    state: State,
    changed: Timestamp,
    /// The statement that runs, or ran last, and when it came.
    statement: Option<(Arc<CachedPlan>, Timestamp)>,
    /// When the transaction began, while there is one.
    transaction: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Running,
    Waiting(TransactionStatus),
}

impl Activity {
    /// Of a session that has just begun.
    pub(super) fn new(database: String, application_name: &str, began: Timestamp) -> Self {
        let now = Now {
            application_name: application_name.to_owned(),
            state: State::Waiting(TransactionStatus::Idle),
            changed: began,
            statement: None,
            transaction: None,
        };
        Self { database, began, now: Mutex::new(now) }
    }

    /// A statement begins.
    pub(super) fn runs(&self, plan: &Arc<CachedPlan>, at: Timestamp) {
        let mut now = self.now();
        now.state = State::Running;
        now.changed = at;
        now.statement = Some((Arc::clone(plan), at));
        now.transaction.get_or_insert(at);
    }

    /// The client is to speak next.
    pub(super) fn waits(&self, status: TransactionStatus, at: Timestamp) {
        let mut now = self.now();
        now.state = State::Waiting(status);
        now.changed = at;
        if status == TransactionStatus::Idle {
            now.transaction = None;
        }
    }

    /// The session calls itself something else.
    pub(super) fn named(&self, application_name: &str) {
        application_name.clone_into(&mut self.now().application_name);
    }

    /// The database that its client connected to.
    pub(super) fn database(&self) -> &str {
        &self.database
    }

    /// As the catalogs read it.
    pub(super) fn told(&self, pid: i32) -> Value {
        let now = self.now();
        let state = match now.state {
            State::Running => "active",
            State::Waiting(TransactionStatus::Idle) => "idle",
            State::Waiting(TransactionStatus::InBlock) => "idle in transaction",
            State::Waiting(TransactionStatus::Failed) => "idle in transaction (aborted)",
        };
        let (query, query_start) = now.statement.as_ref().map(|(plan, at)| (beginning(&plan.text), at.to_string())).unzip();
        json!({
            "pid": pid,
            "application_name": now.application_name,
            "backend_start": self.began.to_string(),
            "xact_start": now.transaction.map(|at| at.to_string()),
            "query_start": query_start,
            "state_change": now.changed.to_string(),
            "state": state,
            "query": query.unwrap_or_default(),
        })
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As much of a statement as is told.
fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(QUERY_BYTES)).unwrap_or(text)
}
