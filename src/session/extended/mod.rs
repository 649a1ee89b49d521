//! Parse, Bind, Describe, Execute, Close, Flush: sent ahead in a pipeline, one statement running at a time.
//!
//! | file | what |
//! |---|---|
//! | `parse`, `bind`, `describe`, `execute` | one message each |
//! | here | Close and Flush; the turn of an answer among those of the warehouse |

mod bind;
mod describe;
mod execute;
mod parse;

use std::borrow::Cow;

use crate::base::{SqlState, UserError};
use crate::enforce::Refusal;
use crate::wire::{Backend, Target};

use super::conversation::{Flow, Series, Session, Via};
use super::ending::{Ending, Stop};
use super::pending::{Expected, Undo};
use super::prepared::{Portal, PortalKind, UpstreamName, cut};

impl Session {
    /// Close: of what does not exist too, as PostgreSQL.
    pub(super) async fn close_target(&mut self, target: Target) -> Result<(), Stop> {
        let undo = match &target {
            Target::Statement(name) => self.close_statement_upstream(cut(name.as_str()))?,
            Target::Portal(name) => self.close_portal_upstream(cut(name.as_str()))?,
        };
        if let Some(undo) = undo {
            return self.expect(Expected::CloseComplete(undo)).await;
        }
        // Where something before it has failed, it was never read, and closes nothing.
        self.settle_before_answer().await?;
        match &target {
            Target::Statement(name) => drop(self.model.statements.put(cut(name.as_str()), None)),
            Target::Portal(name) => drop(self.model.portals.put(cut(name.as_str()), None)),
        }
        self.client.queue(&Backend::CloseComplete).map_err(Stop::from)
    }

    /// Closes a statement that the warehouse has too; `None` where it has not.
    fn close_statement_upstream(&mut self, name: &str) -> Result<Option<Undo>, Stop> {
        let upstream = self.model.statements.find(name).ok().and_then(|statement| statement.upstream.clone());
        let (Some(warehouse), Some(upstream)) = (&mut self.link.warehouse, upstream) else { return Ok(None) };
        warehouse.close_statement(upstream.as_str())?;
        Ok(Some(Undo::Statement { name: name.to_owned(), before: self.model.statements.put(name, None) }))
    }

    /// Closes a portal that the warehouse has too; `None` where it has not.
    fn close_portal_upstream(&mut self, name: &str) -> Result<Option<Undo>, Stop> {
        let upstream = self.name_upstream(name)?.into_owned();
        let is_upstream = self.model.portals.find(name).is_some_and(Portal::is_upstream);
        let (Some(warehouse), true) = (&mut self.link.warehouse, is_upstream) else { return Ok(None) };
        warehouse.close_portal(&upstream)?;
        Ok(Some(Undo::Portal { name: name.to_owned(), before: self.model.portals.put(name, None).map(Box::new) }))
    }

    /// Flush.
    pub(super) async fn flush_request(&mut self) -> Result<(), Ending> {
        if self.link.pending.needs_flush()
            && let Some(warehouse) = &mut self.link.warehouse
        {
            warehouse.flush_request();
        }
        Ok(())
    }

    /// Something more is to be answered by the warehouse.
    pub(super) async fn expect(&mut self, expected: Expected) -> Result<(), Stop> {
        self.link.series = Series::Open;
        self.link.pending.push(expected);
        if self.link.pending.is_full() {
            self.settle().await?;
        }
        if self.link.warehouse.as_ref().is_some_and(|warehouse| warehouse.is_send_due()) {
            self.send_upstream().await?;
        }
        Ok(())
    }

    /// Before the gate answers by itself, everything before it must have been answered, without an error.
    pub(super) async fn settle_before_answer(&mut self) -> Result<(), Stop> {
        self.settle().await?;
        match self.flow {
            Flow::Serving => Ok(()),
            // The error was told; this message was never read.
            Flow::Failed => Err(Stop::Skipped),
        }
    }

    /// A refusal, unless something before it failed: then this message was never read.
    async fn refuse_in_turn(&mut self, refusal: Refusal) -> Stop {
        match self.settle_before_answer().await {
            Ok(()) => self.refuse(refusal, Via::Extended).await,
            Err(stop) => stop,
        }
    }

    /// The bytes by which the client named the portal, or others that mean the same.
    fn name_upstream<'a>(&self, name: &'a str) -> Result<Cow<'a, [u8]>, Stop> {
        self.client.encoding().encode(name).map_err(Stop::statement)
    }

    fn portal(&self, name: &str) -> Result<&Portal, Stop> {
        self.model.portals.find(name).ok_or_else(|| {
            Stop::statement(match name.is_empty() {
                true => UserError::new(SqlState::INVALID_CURSOR_NAME, "portal \"\" does not exist"),
                false => UserError::new(SqlState::INVALID_CURSOR_NAME, format!("portal \"{name}\" does not exist")),
            })
        })
    }
}

impl Portal {
    fn is_cursor(&self) -> bool {
        matches!(self.kind, PortalKind::Cursor(_))
    }

    /// There is nothing in it: its Bind failed.
    fn has_failed(&self) -> bool {
        matches!(&self.kind, PortalKind::Bound(bound) if bound.has_failed)
    }

    /// The warehouse has it too.
    fn is_upstream(&self) -> bool {
        match self.kind {
            PortalKind::Bound(_) => self.statement.upstream.is_some(),
            PortalKind::Cursor(_) => true,
        }
    }
}

/// The name of the statement that a PREPARE in a prepared statement makes.
fn inner(name: &UpstreamName) -> String {
    format!("{}_prepared", if name.as_str().is_empty() { "postern" } else { name.as_str() })
}
