//! The proofs that a statement carries: `Intent` (appended) → `Receipt` (durable, with credit for rows).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::oneshot;
use tracing::error;

use crate::base::StatementId;

use super::draft::IntentSeq;
use super::error::AuditError;
use super::facts::{IntentEvent, Outcome};
use super::journal::Journal;
use super::queue::{Item, Slot};

/// Rows that the intent alone lets out: enough for most results, so that they wait for one record only.
const FIRST_CREDIT_ROWS: u64 = 1_000;
/// Largest step by which credit grows: what a crash may overstate.
const CREDIT_STEP_ROWS: u64 = 50_000;

/// What waits for the writer.
type Done = oneshot::Receiver<Result<u64, AuditError>>;

/// A statement whose record is appended, not yet durable. The statement may be sent; no byte of its result may be read.
#[must_use = "a dropped intent is recorded as abandoned"]
#[derive(Debug)]
pub struct Intent {
    open: OpenStatement,
    done: Done,
}

/// A statement whose record is durable: up to [`Receipt::credit`] rows may leave. Not `Clone`; [`Journal::finish`] takes it.
#[must_use = "a dropped receipt is recorded as abandoned, with its whole credit as rows"]
#[derive(Debug)]
pub struct Receipt {
    open: OpenStatement,
    sequence: u64,
    /// The largest credit that was asked for.
    asked: u64,
    /// A record of more credit on its way.
    pending: Option<Done>,
}

/// A record on its way; may be dropped when nobody needs to know.
#[derive(Debug)]
pub struct Written(Result<Done, AuditError>);

/// What must be closed by an outcome, come what may.
#[derive(Debug)]
struct OpenStatement {
    journal: Journal,
    event: IntentEvent,
    seq: IntentSeq,
    /// Rows covered by durable records.
    credit: Arc<AtomicU64>,
    /// A receipt was handed out, so rows may have left.
    released: bool,
    closed: bool,
}

impl Intent {
    pub(super) fn append(journal: &Journal, event: IntentEvent, slot: Slot) -> Result<Self, AuditError> {
        let (seq, credit) = (IntentSeq::unwritten(), Arc::new(AtomicU64::new(0)));
        let rows = FIRST_CREDIT_ROWS.min(event.row_limit.unwrap_or(u64::MAX));
        let draft = journal.renderer().intent(&event, rows, seq.clone());
        draft.check_size()?;
        let (sender, done) = oneshot::channel();
        let mut item = slot.item(draft);
        item.done = Some(sender);
        item.credit = Some((credit.clone(), rows));
        journal.queue().push(item)?;
        let open = OpenStatement { journal: journal.clone(), event, seq, credit, released: false, closed: false };
        Ok(Self { open, done })
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
        let asked = open.credit.load(Ordering::Acquire);
        Ok(Receipt { open, sequence, asked, pending: None })
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

    /// Rows that may have left by now: never release more. Grows by itself when a record of more credit becomes durable.
    pub fn credit(&self) -> u64 {
        self.open.credit.load(Ordering::Acquire)
    }

    /// Asks for more credit once half of it is used, so that the relay rarely waits. Never waits itself; call it after releasing rows.
    ///
    /// # Errors
    /// The record of more credit could not be written; rows within [`Receipt::credit`] may still leave.
    pub fn ask_ahead(&mut self, released: u64) -> Result<(), AuditError> {
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
        let half_used = released >= self.credit() / 2;
        if half_used
            && self.asked < self.limit()
            && let Some(slot) = self.open.journal.queue().slot_now()
        {
            self.append(slot, released)?;
        }
        Ok(())
    }

    /// Waits until `rows` rows in all may leave; gives the credit, which may be larger.
    ///
    /// Cancel safe: a record on its way stays on its way.
    ///
    /// # Errors
    /// The journal cannot be written (53100, 58030), or the grant lets no statement return so many rows (53400).
    pub async fn credit_for(&mut self, rows: u64) -> Result<u64, AuditError> {
        let limit = self.limit();
        if rows > limit {
            return Err(AuditError::OverRowLimit { limit });
        }
        while self.credit() < rows {
            if let Some(pending) = &mut self.pending {
                let written = pending.await;
                self.pending = None;
                written.map_err(|_| AuditError::Closed)??;
                continue;
            }
            let slot = self.open.journal.queue().slot().await?;
            self.append(slot, rows)?;
        }
        Ok(self.credit())
    }

    fn append(&mut self, slot: Slot, rows: u64) -> Result<(), AuditError> {
        let step = self.asked.saturating_mul(3).clamp(FIRST_CREDIT_ROWS, CREDIT_STEP_ROWS);
        let total = self.asked.saturating_add(step).max(rows).min(self.limit());
        let draft = self.open.journal.renderer().progress(&self.open.event, total, self.open.seq.clone());
        draft.check_size()?;
        let (sender, done) = oneshot::channel();
        let mut item = slot.item(draft);
        item.done = Some(sender);
        item.credit = Some((self.open.credit.clone(), total));
        self.open.journal.queue().push(item)?;
        self.asked = total;
        self.pending = Some(done);
        Ok(())
    }

    fn limit(&self) -> u64 {
        self.open.event.row_limit.unwrap_or(u64::MAX)
    }

    /// Appends the outcome.
    pub(super) fn close(mut self, outcome: &Outcome) -> Written {
        let draft = self.open.journal.renderer().outcome(&self.open.event, outcome, self.open.seq.clone());
        self.open.closed = true;
        let mut item = Item::essential(draft);
        let written = Written::attach(&mut item);
        match self.open.journal.queue().push(item) {
            Ok(()) => written,
            Err(error) => {
                error!(statement = %self.statement(), %error, "audit journal: the end of a statement could not be recorded");
                Written(Err(error))
            }
        }
    }
}

impl Drop for OpenStatement {
    fn drop(&mut self) {
        if self.closed {
            return;
        }
        let credit = if self.released { self.credit.load(Ordering::Acquire) } else { 0 };
        let draft = self.journal.renderer().abandoned(&self.event, credit, self.journal.clock().now(), self.seq.clone());
        if let Err(error) = self.journal.queue().push(Item::essential(draft)) {
            error!(statement = %self.event.statement, %error, "audit journal: the end of a statement could not be recorded");
        }
    }
}

impl Written {
    pub(super) fn attach(item: &mut Item) -> Self {
        let (sender, done) = oneshot::channel();
        item.done = Some(sender);
        Self(Ok(done))
    }

    /// Waits until the record is durable; gives its number.
    ///
    /// # Errors
    /// It never will be.
    pub async fn durable(self) -> Result<u64, AuditError> {
        wait(self.0?).await
    }
}

async fn wait(done: Done) -> Result<u64, AuditError> {
    // The sender is dropped unused only when the writer is gone.
    done.await.unwrap_or(Err(AuditError::Closed))
}
