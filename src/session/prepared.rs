//! The session's prepared statements and portals: the gate's own model of what the warehouse holds under other names.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{SqlState, UserError};
use crate::wire::Format;

use super::answer::Rows;
use super::plan_cache::CachedPlan;
use super::variant::Variant;

/// Prepared statements and portals of one session, each.
const MAX_STATEMENTS: usize = 4_096;
const MAX_PORTALS: usize = 1_024;
/// Text of all prepared statements of one session together.
const MAX_TEXT_BYTES: usize = 16 * 1024 * 1024;

/// A prepared statement.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub parameter_types: Arc<[u32]>,
    pub plan: Arc<CachedPlan>,
    /// Number of the compiled grant and the path under which the plan was made.
    pub grant: u64,
    pub search_path: Arc<[String]>,
    pub role: Role,
    /// Number of the connection that knows it.
    pub generation: u64,
    /// Its name in the warehouse; `None` for what the gate answers itself.
    pub upstream: Option<UpstreamName>,
    /// Which text has that name.
    pub variant: Variant,
    /// The warehouse has the text of another search_path under that name: the next Bind gives it this one.
    pub is_stale: bool,
}

impl Prepared {
    /// No connection knows it any more.
    pub(super) fn lost(&self) -> Self {
        Self { generation: NO_GENERATION, ..self.clone() }
    }
}

/// The number of no connection.
const NO_GENERATION: u64 = u64::MAX;

/// What executing it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The query inside a DECLARE or PREPARE that has been run already.
    Query,
    /// The statement itself.
    Statement,
}

/// The name of a prepared statement in the warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum UpstreamName {
    /// A name of the gate's own.
    Own(Arc<str>),
    Unnamed,
}

impl UpstreamName {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Own(name) => name,
            Self::Unnamed => "",
        }
    }
}

/// A portal, or a cursor: they share their names.
#[derive(Clone, Debug)]
pub(super) struct Portal {
    pub kind: PortalKind,
    /// The statement that it runs: prepared, or the DECLARE.
    pub statement: Arc<Prepared>,
    /// Number of savepoints around it.
    pub depth: usize,
    /// Rows that have left through it.
    pub rows: u64,
}

#[derive(Clone, Debug)]
pub(super) enum PortalKind {
    /// By Bind.
    Bound(Bound),
    /// By DECLARE.
    Cursor(Hold),
}

/// What Bind said of a portal.
#[derive(Clone, Debug, Default)]
pub(super) struct Bound {
    pub formats: Vec<Format>,
    /// The values, of a query that the gate answers itself.
    pub given: Vec<Option<String>>,
    /// What is left of an answer of the gate's own.
    pub left: Option<Rows>,
    /// It is of a command that gives no rows, and has run.
    pub is_done: bool,
    /// Its Bind failed inside a transaction block: until that ends the portal is there, without a query (`CreatePortal` in `exec_bind_message`).
    pub has_failed: bool,
}

/// Whether a cursor outlives its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// WITH HOLD, and its transaction was committed.
    Kept,
    No,
    /// WITH HOLD, and its transaction still runs.
    Wanted,
}

/// The prepared statements by the client's names.
#[derive(Debug, Default)]
pub(super) struct Statements {
    by_name: BTreeMap<String, Arc<Prepared>>,
    text_bytes: usize,
    made: u64,
}

impl Statements {
    pub(super) fn find(&self, name: &str) -> Result<&Arc<Prepared>, UserError> {
        self.by_name.get(name).ok_or_else(|| {
            let message = match name.is_empty() {
                true => "unnamed prepared statement does not exist".to_owned(),
                false => format!("prepared statement \"{name}\" does not exist"),
            };
            UserError::new(SqlState::INVALID_SQL_STATEMENT_NAME, message)
        })
    }

    /// The name may be given to a new statement of that length.
    ///
    /// # Errors
    /// 42P05 for a name that is taken, 53400 over a limit.
    pub(super) fn admit(&self, name: &str, text: &str) -> Result<(), UserError> {
        if !name.is_empty() && self.by_name.contains_key(name) {
            let message = format!("prepared statement \"{name}\" already exists");
            return Err(UserError::new(SqlState::DUPLICATE_PREPARED_STATEMENT, message));
        }
        if self.by_name.len() >= MAX_STATEMENTS || self.text_bytes + text.len() > MAX_TEXT_BYTES {
            let message =
                format!("a session holds at most {MAX_STATEMENTS} prepared statements and {MAX_TEXT_BYTES} bytes of them");
            return Err(UserError::new(SqlState::CONFIGURATION_LIMIT_EXCEEDED, message).hint("Use DEALLOCATE."));
        }
        Ok(())
    }

    /// A name for the warehouse that was never used before in this session.
    pub(super) fn new_name(&mut self) -> UpstreamName {
        self.made += 1;
        UpstreamName::Own(format!("postern_{}", self.made).into())
    }

    /// Gives the name to the statement; what had it before.
    pub(super) fn put(&mut self, name: &str, statement: Option<Arc<Prepared>>) -> Option<Arc<Prepared>> {
        let before = match statement {
            Some(statement) => {
                self.text_bytes += statement.plan.text.len();
                self.by_name.insert(name.to_owned(), statement)
            }
            None => self.by_name.remove(name),
        };
        if let Some(before) = &before {
            self.text_bytes -= before.plan.text.len();
        }
        before
    }

    /// All of them, by name.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Arc<Prepared>)> {
        self.by_name.iter().map(|(name, statement)| (name.as_str(), statement))
    }

    /// Forgets all; names in the warehouse of those that live there.
    pub(super) fn clear(&mut self) -> Vec<UpstreamName> {
        self.text_bytes = 0;
        std::mem::take(&mut self.by_name).into_values().filter_map(|statement| statement.upstream.clone()).collect()
    }
}

/// The portals by the client's names, which are also their names in the warehouse.
#[derive(Debug, Default)]
pub(super) struct Portals {
    by_name: BTreeMap<String, Portal>,
}

impl Portals {
    pub(super) fn find(&self, name: &str) -> Option<&Portal> {
        self.by_name.get(name)
    }

    /// All of them, by name.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Portal)> {
        self.by_name.iter().map(|(name, portal)| (name.as_str(), portal))
    }

    pub(super) fn find_mut(&mut self, name: &str) -> Option<&mut Portal> {
        self.by_name.get_mut(name)
    }

    /// The name may be given to a new portal.
    ///
    /// # Errors
    /// 42P03 for a name that is taken, 53400 over the limit.
    pub(super) fn admit(&self, name: &str) -> Result<(), UserError> {
        if !name.is_empty() && self.by_name.contains_key(name) {
            return Err(UserError::new(SqlState::DUPLICATE_CURSOR, format!("cursor \"{name}\" already exists")));
        }
        match self.by_name.len() < MAX_PORTALS {
            true => Ok(()),
            false => {
                let message = format!("a session holds at most {MAX_PORTALS} cursors");
                Err(UserError::new(SqlState::CONFIGURATION_LIMIT_EXCEEDED, message).hint("Use CLOSE."))
            }
        }
    }

    /// Gives the name to the portal; what had it before.
    pub(super) fn put(&mut self, name: &str, portal: Option<Portal>) -> Option<Portal> {
        match portal {
            Some(portal) => self.by_name.insert(name.to_owned(), portal),
            None => self.by_name.remove(name),
        }
    }

    /// The transaction ends: only cursors WITH HOLD live on, those of this transaction only when it was committed.
    pub(super) fn end_transaction(&mut self, is_committed: bool) {
        self.by_name.retain(|_, portal| match portal.kind {
            PortalKind::Cursor(Hold::Kept) => true,
            PortalKind::Cursor(Hold::Wanted) => is_committed,
            PortalKind::Bound(_) | PortalKind::Cursor(Hold::No) => false,
        });
        for portal in self.by_name.values_mut() {
            portal.kind = PortalKind::Cursor(Hold::Kept);
            portal.depth = 0;
        }
    }

    /// ROLLBACK TO: what was made after the savepoint is gone.
    pub(super) fn rollback_to(&mut self, depth: usize) {
        self.by_name.retain(|_, portal| portal.depth <= depth);
    }

    /// RELEASE: what was made after the savepoint belongs to the transaction around it.
    pub(super) fn release(&mut self, depth: usize) {
        self.by_name.values_mut().for_each(|portal| portal.depth = portal.depth.min(depth));
    }

    pub(super) fn clear(&mut self) {
        self.by_name.clear();
    }
}

/// Names of statements and portals end after 63 bytes, as in PostgreSQL's own tables (`NAMEDATALEN`).
pub(super) fn cut(name: &str) -> &str {
    let end = (0..=name.len().min(63)).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
    name.get(..end).unwrap_or(name)
}
