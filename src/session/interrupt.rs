//! What a signal does to a session.

use std::sync::Arc;
use std::time::Duration;

use tracing::warn;

use crate::access::{Caller, admit};
use crate::base::{Severity, SqlState, UserError};
use crate::policy::session_end::EndReason;
use crate::wire::TransactionStatus;

use super::conversation::Session;
use super::deadlines::Due;
use super::ending::Ending;
use super::entry;
use super::running::CancelCause;
use super::signals::{IdleKind, Signal};
use super::wait::administrator_command;

impl Session {
    pub(super) async fn on_signal(&mut self, signal: Signal) -> Result<(), Ending> {
        let is_busy = self.link.running.is_some() || !self.link.pending.is_empty();
        match signal {
            Signal::Cancel if is_busy => self.cancel_warehouse(CancelCause::User).await,
            // As PostgreSQL: a cancel request between statements is forgotten.
            Signal::Cancel => {}
            Signal::GateEnds => return Err(Ending::told(administrator_command())),
            Signal::GateDrains if is_busy => {}
            Signal::GateDrains => return Err(Ending::told(administrator_command())),
            Signal::Idle(kind) => return Err(Ending::told(idle(kind))),
            Signal::RevisionChanged => self.readmit()?,
            // The end may have moved: then the session goes on.
            Signal::SessionEnd => self.readmit()?,
            Signal::SessionEndsIn(left) => self.warn_of_end(left)?,
            Signal::StatementOverdue => {
                self.cancel_warehouse(CancelCause::Timeout).await;
                self.signals.deadlines.statement_is_asked_to_stop();
            }
            // Only who waits for the warehouse ends then: one that waits for its client cannot stop, and costs nothing.
            Signal::StatementStays => self.signals.deadlines.statement_is_asked_to_stop(),
            Signal::Terminated => return Err(Ending::told(administrator_command())),
        }
        Ok(())
    }

    /// Asks the warehouse to stop what it does for this session.
    pub(super) async fn cancel_warehouse(&mut self, cause: CancelCause) {
        if let Some(running) = &mut self.link.running {
            running.cancelled.get_or_insert(cause);
        }
        let Some(warehouse) = &self.link.warehouse else { return };
        let target = warehouse.cancel_target().clone();
        // Waited for here, so that it cannot hit a later statement.
        if let Err(error) = target.cancel().await {
            warn!(session = %self.who.id, %error, "cannot cancel a statement in the warehouse");
        }
    }

    /// Looks at the people and the revision in force: the session goes on under them, or ends.
    pub(super) fn readmit(&mut self) -> Result<(), Ending> {
        let revision = self.signals.revision();
        if !self.shared.authenticator.vouches_for(&self.who.identity) {
            return Err(Ending::told(UserError::fatal(
                SqlState::ADMIN_SHUTDOWN,
                "terminating connection because the login is no longer valid",
            )));
        }
        let caller = Caller {
            identity: &self.who.identity,
            database: &self.who.database,
            address: self.who.peer.ip(),
            began: self.who.began,
        };
        let admission = admit(&revision, caller, self.shared.clock.now()).map_err(|_| Ending::told(self.end_of_access()))?;
        self.signals.deadlines.end_at(admission.end().at);
        if Arc::ptr_eq(admission.grant(), self.access.admission.grant()) {
            self.access.admission = admission;
            return Ok(());
        }
        let lane = Arc::new(entry::lane(admission.grant()));
        let is_same_way = lane.pinned.is_as_safe_as(&self.access.lane.pinned)
            && admission.grant().warehouse() == self.access.admission.grant().warehouse();
        if self.link.warehouse.is_some() && !is_same_way {
            let error = UserError::fatal(SqlState::ADMIN_SHUTDOWN, "terminating connection because the grant has changed");
            return Err(Ending::told(error.hint("Connect again.")));
        }
        self.model.settings.filter_rows(admission.grant().exposed().filters_rows());
        self.access.lane = lane;
        self.access.admission = admission;
        self.access.record = self.session_record(&revision);
        Ok(())
    }

    /// Idle limits begin; the client's own are lower or the same.
    pub(super) fn begin_idle(&mut self) {
        let settings = &self.model.settings;
        let (limit, due) = match self.model.transaction.status() {
            TransactionStatus::Idle => (settings.idle_session_timeout(), Due::Idle),
            TransactionStatus::Failed | TransactionStatus::InBlock => {
                (settings.idle_in_transaction_timeout(), Due::IdleInTransaction)
            }
        };
        self.signals.deadlines.idle_within(limit, due);
    }

    fn warn_of_end(&mut self, left: Duration) -> Result<(), Ending> {
        if self.client.is_in_row() {
            return Ok(());
        }
        let minutes = left.as_secs().div_ceil(60);
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        let message = format!("this session ends in {minutes} {unit}");
        let notice = UserError::new(SqlState::WARNING, message).detail(self.end_reason());
        self.client.report(&UserError { severity: Severity::Notice, ..notice }).map_err(Ending::from)
    }

    fn end_of_access(&self) -> UserError {
        let message = format!("terminating connection because access to database \"{}\" has ended", self.who.database);
        UserError::fatal(SqlState::ADMIN_SHUTDOWN, message)
    }

    fn end_reason(&self) -> &'static str {
        match self.access.admission.end().reason {
            EndReason::GrantEnds | EndReason::VendorContractEnds => "The grant ends then.",
            EndReason::ContractEnds => "The data contract ends then.",
            EndReason::PersonEnds => "The user's own access ends then.",
            EndReason::HoursEnd => "The hours of the grant end then.",
            EndReason::MaxSession => "No session may be longer.",
        }
    }
}

/// PostgreSQL's own words.
fn idle(kind: IdleKind) -> UserError {
    match kind {
        IdleKind::InTransaction => UserError::fatal(
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
            "terminating connection due to idle-in-transaction timeout",
        ),
        IdleKind::OutsideTransaction => {
            UserError::fatal(SqlState::IDLE_SESSION_TIMEOUT, "terminating connection due to idle-session timeout")
        }
    }
}
