//! Records on their way from the sessions to the writer.
//!
//! New statements, refusals and notes need a slot and wait for one when the disk is slow. The end of a statement needs none: there are
//! never more of them than statements that were let in.
//!
//! Nor does anybody wait for the end of a statement: it is written together with the next record that is waited for, or after a moment. The intent
//! accounts for the rows until then.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::credit::{Credit, Granted};
use super::draft::Draft;
use super::error::AuditError;
use super::stats::JournalStats;

/// Most records of one batch.
const BATCH_RECORDS: usize = 1024;
/// Most bytes of one batch (a larger record travels alone).
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Tells the number of a record once it is durable, or that it will never be.
pub(super) type Done = oneshot::Receiver<Result<u64, AuditError>>;

/// A record in the queue.
pub(super) struct Item {
    pub(super) draft: Draft,
    /// The other end of [`Done`].
    pub(super) done: Option<oneshot::Sender<Result<u64, AuditError>>>,
    /// What may have left once the record is durable.
    pub(super) credit: Option<(Granted, Credit)>,
    slot: Option<OwnedSemaphorePermit>,
}

impl Item {
    /// The end of a statement: taken even when the disk is full.
    pub(super) fn essential(draft: Draft) -> Self {
        Self { draft, done: None, credit: None, slot: None }
    }

    pub(super) const fn is_essential(&self) -> bool {
        self.slot.is_none()
    }
}

/// A place in the queue.
pub(super) struct Slot(OwnedSemaphorePermit);

impl Slot {
    /// A record for this place.
    ///
    /// # Errors
    /// It is larger than a frame may be.
    pub(super) fn item(self, draft: Draft) -> Result<Item, AuditError> {
        draft.check_size()?;
        Ok(Item { draft, done: None, credit: None, slot: Some(self.0) })
    }
}

/// The queue between sessions and writer.
pub(super) struct Queue {
    pending: Mutex<Pending>,
    filled: Condvar,
    slots: Arc<Semaphore>,
    /// The longest that records wait for company which nobody waits for.
    linger: Duration,
    pub(super) stats: Arc<JournalStats>,
}

#[derive(Default)]
struct Pending {
    items: VecDeque<Item>,
    /// Somebody waits for one of them.
    urgent: bool,
    writer: WriterIs,
    /// Nothing new is taken, for this reason; `Full` still takes essential records.
    refused: Option<AuditError>,
}

/// What the writer does now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum WriterIs {
    /// It looks at the queue when it is done.
    #[default]
    Busy,
    /// It looks soon by itself: only what is urgent wakes it.
    Dozing,
    /// Everything wakes it.
    Asleep,
}

impl Queue {
    pub(super) fn new(slots: usize, linger: Duration, stats: Arc<JournalStats>) -> Self {
        Self { pending: Mutex::default(), filled: Condvar::new(), slots: Arc::new(Semaphore::new(slots)), linger, stats }
    }

    /// Waits for a place. Cancel safe: no place is lost.
    pub(super) async fn slot(&self) -> Result<Slot, AuditError> {
        match self.slots.clone().acquire_owned().await {
            Ok(permit) => Ok(Slot(permit)),
            Err(_closed) => Err(self.lock().refused.clone().unwrap_or(AuditError::Closed)),
        }
    }

    /// A place if there is one now.
    pub(super) fn slot_now(&self) -> Option<Slot> {
        self.slots.clone().try_acquire_owned().ok().map(Slot)
    }

    /// Appends a record that somebody waits for; the order of appending is the order in the log.
    pub(super) fn push_told(&self, item: Item) -> Result<Done, AuditError> {
        self.push_with(item, true)
    }

    /// The same for one that nobody waits for. Who comes to wait all the same calls [`Queue::hurry`].
    pub(super) fn push_unhurried(&self, item: Item) -> Result<Done, AuditError> {
        self.push_with(item, false)
    }

    fn push_with(&self, mut item: Item, urgent: bool) -> Result<Done, AuditError> {
        let (sender, done) = oneshot::channel();
        item.done = Some(sender);
        self.append(item, urgent)?;
        Ok(done)
    }

    fn append(&self, item: Item, urgent: bool) -> Result<(), AuditError> {
        let mut pending = self.lock();
        match &pending.refused {
            Some(AuditError::Full) if item.is_essential() => {}
            Some(reason) => {
                self.stats.lost.fetch_add(1, Ordering::Relaxed);
                return Err(reason.clone());
            }
            None => {}
        }
        pending.items.push_back(item);
        self.stats.queued.store(pending.items.len() as u64, Ordering::Relaxed);
        self.wake(pending, urgent);
        Ok(())
    }

    /// Somebody waits now for what is in the queue.
    pub(super) fn hurry(&self) {
        let pending = self.lock();
        if !pending.items.is_empty() {
            self.wake(pending, true);
        }
    }

    /// Wakes the writer where it would not come by itself.
    fn wake(&self, mut pending: MutexGuard<'_, Pending>, urgent: bool) {
        pending.urgent |= urgent;
        let wakes = match pending.writer {
            WriterIs::Busy => false,
            WriterIs::Dozing => urgent,
            WriterIs::Asleep => true,
        };
        if wakes {
            pending.writer = WriterIs::Busy;
        }
        drop(pending);
        if wakes {
            self.filled.notify_one();
        }
    }

    /// The next batch, in order; waits for one. `None` once the queue is closed and empty.
    pub(super) fn take(&self) -> Option<Vec<Item>> {
        let mut pending = self.lock();
        // Once everything was written, the ends of the statements that were let in are about to come: they wait for company, the writer for them.
        let mut linger = true;
        while !pending.is_due() {
            if pending.items.is_empty() && matches!(pending.refused, Some(AuditError::Closed)) {
                return None;
            }
            if linger {
                pending.writer = WriterIs::Dozing;
                let waited = self.filled.wait_timeout_while(pending, self.linger, |pending| pending.writer == WriterIs::Dozing);
                let (woken, timed_out) = waited.unwrap_or_else(PoisonError::into_inner);
                pending = woken;
                if timed_out.timed_out() && !pending.items.is_empty() {
                    break;
                }
                linger = !timed_out.timed_out();
            } else {
                pending.writer = WriterIs::Asleep;
                let waited = self.filled.wait_while(pending, |pending| pending.writer == WriterIs::Asleep);
                pending = waited.unwrap_or_else(PoisonError::into_inner);
                linger = true;
            }
        }
        pending.writer = WriterIs::Busy;
        let mut bytes = 0;
        let fits = |item: &&Item| {
            bytes += item.draft.bytes();
            bytes <= BATCH_BYTES
        };
        let count = pending.items.iter().take(BATCH_RECORDS).take_while(fits).count().max(1);
        let batch = pending.items.drain(..count).collect();
        pending.urgent &= !pending.items.is_empty();
        self.stats.queued.store(pending.items.len() as u64, Ordering::Relaxed);
        Some(batch)
    }

    /// From now on nothing is taken (`Full`: nothing but ends of statements); what waits for a place learns why.
    pub(super) fn refuse(&self, reason: AuditError) {
        let mut pending = self.lock();
        // A failure is not forgotten because the gate then shuts down, nor a shutdown because the disk then gets full.
        let stays = match &pending.refused {
            Some(AuditError::Io(_)) => true,
            Some(AuditError::Closed) => matches!(reason, AuditError::Full),
            Some(AuditError::Full | AuditError::TooLarge { .. } | AuditError::OverRowLimit { .. }) | None => false,
        };
        if !stays {
            pending.refused = Some(reason);
        }
        pending.writer = WriterIs::Busy;
        drop(pending);
        self.slots.close();
        self.filled.notify_one();
    }

    /// Everything that still waits, after a failure.
    pub(super) fn abandon(&self) -> Vec<Item> {
        let mut pending = self.lock();
        self.stats.queued.store(0, Ordering::Relaxed);
        pending.items.drain(..).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        // A panic while the lock is held leaves a queue that is whole: every change is one call.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    /// The next batch is not to wait: somebody waits for it, it is as large as a batch gets, or nothing more will come.
    fn is_due(&self) -> bool {
        let Self { items, urgent, writer: _, refused } = self;
        !items.is_empty() && (*urgent || items.len() >= BATCH_RECORDS || refused.is_some())
    }
}
