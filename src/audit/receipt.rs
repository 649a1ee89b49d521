//! The proofs that a statement carries: `Intent` (appended) → `Receipt` (durable, with credit for rows and bytes).

use tokio::sync::oneshot;
use tracing::error;

use crate::base::StatementId;

use super::credit::{Credit, Granted};
use super::draft::{Draft, IntentSeq};
use super::error::AuditError;
use super::facts::{IntentEvent, Outcome};
use super::journal::Journal;
use super::queue::{Done, Item, Slot};

/// A statement whose record is appended, not yet durable. The statement may be sent; no byte of its result may be read.
#[must_use = "a dropped intent is recorded as abandoned"]
#[derive(Debug)]
pub struct Intent {
    open: OpenStatement,
    done: Done,
}

/// A statement whose record is durable: as much of its result as [`Receipt::credit`] may leave. Not `Clone`; [`Journal::finish`] takes it.
#[must_use = "a dropped receipt is recorded as abandoned, with its whole credit"]
#[derive(Debug)]
pub struct Receipt {
    open: OpenStatement,
    sequence: u64,
    /// The largest credit that was asked for.
    asked: Credit,
    /// A record of more credit on its way.
    pending: Option<Done>,
}

/// A record on its way; may be dropped when nobody needs to know.
#[derive(Debug)]
pub struct Written(Result<OnItsWay, AuditError>);

#[derive(Debug)]
struct OnItsWay {
    journal: Journal,
    done: Done,
}

/// What must be closed by an outcome, come what may.
#[derive(Debug)]
struct OpenStatement {
    journal: Journal,
    event: IntentEvent,
    seq: IntentSeq,
    /// Covered by durable records.
    granted: Granted,
    /// A receipt was handed out, so rows may have left.
    released: bool,
    closed: bool,
}

impl Intent {
    pub(super) fn append(journal: &Journal, event: IntentEvent, slot: Slot) -> Result<Self, AuditError> {
        let (seq, granted) = (IntentSeq::unwritten(), Granted::default());
        let first = Credit::first(event.row_limit.unwrap_or(u64::MAX));
        let mut item = slot.item(journal.renderer().intent(&event, first, seq.clone()))?;
        item.credit = Some((granted.clone(), first));
        let done = journal.queue().push_told(item)?;
        Ok(Self { open: OpenStatement { journal: journal.clone(), event, seq, granted, released: false, closed: false }, done })
    }

    /// The statement.
    pub fn statement(&self) -> StatementId {
        self.open.event.statement
    }

    /// Waits until the record is durable. Dropping the future abandons the statement: no row of it may leave.
    ///
    /// # Errors
    /// The journal cannot be written (53100, 58030): nothing of the result may leave.
    pub async fn durable(self) -> Result<Receipt, AuditError> {
        let Self { mut open, done } = self;
        let sequence = match wait(done).await {
            Ok(sequence) => sequence,
            Err(error) => {
                // There is no intent in the log, so there is nothing to close.
                open.closed = true;
                return Err(error);
            }
        };
        open.released = true;
        let asked = open.granted.now();
        Ok(Receipt { open, sequence, asked, pending: None })
    }

    /// Appends the outcome of a statement of which nothing has left.
    pub(super) fn close(self, outcome: &Outcome) -> Written {
        self.open.close(outcome)
    }
}

impl Receipt {
    /// The statement.
    pub fn statement(&self) -> StatementId {
        self.open.event.statement
    }

    /// Number of the intent in the log.
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// What may have left by now: never release more. Grows by itself when a record of more credit becomes durable.
    pub fn credit(&self) -> Credit {
        self.open.granted.now()
    }

    /// Asks for more credit once half of it is used, so that the relay rarely waits. Never waits itself; call it after releasing rows.
    ///
    /// # Errors
    /// The record of more credit could not be written; what is within [`Receipt::credit`] may still leave.
    pub fn ask_ahead(&mut self, released: Credit) -> Result<(), AuditError> {
        if let Some(pending) = &mut self.pending {
            match pending.try_recv() {
                Err(oneshot::error::TryRecvError::Empty) => return Ok(()),
                Err(oneshot::error::TryRecvError::Closed) => return Err(AuditError::Closed),
                Ok(written) => {
                    self.pending = None;
                    written?;
                }
            }
        }
        let wanted = self.asked.grown(released, self.row_limit());
        if wanted != self.asked
            && let Some(slot) = self.open.journal.queue().slot_now()
        {
            self.append(slot, wanted)?;
        }
        Ok(())
    }

    /// Waits until `total` in all may leave; gives the credit, which may be larger.
    ///
    /// Cancel safe: a record on its way stays on its way.
    ///
    /// # Errors
    /// The journal cannot be written (53100, 58030), or the grant lets no statement return so many rows (53400).
    pub async fn credit_for(&mut self, total: Credit) -> Result<Credit, AuditError> {
        let limit = self.row_limit();
        if total.rows > limit {
            return Err(AuditError::OverRowLimit { limit });
        }
        while !self.credit().covers(total) {
            if let Some(pending) = &mut self.pending {
                let written = pending.await;
                self.pending = None;
                written.map_err(|_| AuditError::Closed)??;
                continue;
            }
            let slot = self.open.journal.queue().slot().await?;
            self.append(slot, self.asked.grown(total, limit))?;
        }
        Ok(self.credit())
    }

    fn append(&mut self, slot: Slot, credit: Credit) -> Result<(), AuditError> {
        let open = &self.open;
        let mut item = slot.item(open.journal.renderer().progress(&open.event, credit, open.seq.clone()))?;
        item.credit = Some((open.granted.clone(), credit));
        self.pending = Some(open.journal.queue().push_told(item)?);
        self.asked = credit;
        Ok(())
    }

    fn row_limit(&self) -> u64 {
        self.open.event.row_limit.unwrap_or(u64::MAX)
    }

    /// Appends the outcome.
    pub(super) fn close(self, outcome: &Outcome) -> Written {
        self.open.close(outcome)
    }
}

impl OpenStatement {
    fn close(mut self, outcome: &Outcome) -> Written {
        self.closed = true;
        let draft = self.journal.renderer().outcome(&self.event, outcome, self.seq.clone());
        Written(self.push_end(draft).map(|done| OnItsWay { journal: self.journal.clone(), done }))
    }

    fn push_end(&self, draft: Draft) -> Result<Done, AuditError> {
        let pushed = self.journal.queue().push_unhurried(Item::essential(draft));
        if let Err(error) = &pushed {
            error!(statement = %self.event.statement, %error, "audit journal: the end of a statement could not be recorded");
        }
        pushed
    }
}

impl Drop for OpenStatement {
    fn drop(&mut self) {
        if self.closed {
            return;
        }
        let credit = if self.released { self.granted.now() } else { Credit::default() };
        let draft = self.journal.renderer().abandoned(&self.event, credit, self.journal.clock().now(), self.seq.clone());
        // Nobody is left who could be told.
        drop(self.push_end(draft));
    }
}

impl Written {
    pub(super) fn new(journal: Journal, done: Done) -> Self {
        Self(Ok(OnItsWay { journal, done }))
    }

    /// Waits until the record is durable; gives its number.
    ///
    /// # Errors
    /// It never will be.
    pub async fn durable(self) -> Result<u64, AuditError> {
        let OnItsWay { journal, done } = self.0?;
        journal.queue().hurry();
        wait(done).await
    }
}

async fn wait(done: Done) -> Result<u64, AuditError> {
    // The sender is dropped unused only when the writer is gone.
    done.await.unwrap_or(Err(AuditError::Closed))
}
