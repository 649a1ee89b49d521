//! Records on their way from the sessions to the writer.
//!
//! New statements, refusals and notes need a slot and wait for one when the disk is slow. The end of a statement needs none: there are
//! never more of them than statements that were let in.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

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
    pub(super) stats: Arc<JournalStats>,
}

#[derive(Default)]
struct Pending {
    items: VecDeque<Item>,
    /// Nothing new is taken, for this reason; `Full` still takes essential records.
    refused: Option<AuditError>,
}

impl Queue {
    pub(super) fn new(slots: usize, stats: Arc<JournalStats>) -> Self {
        Self { pending: Mutex::default(), filled: Condvar::new(), slots: Arc::new(Semaphore::new(slots)), stats }
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

    /// Appends a record; the order of appending is the order in the log.
    pub(super) fn push(&self, item: Item) -> Result<(), AuditError> {
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
        drop(pending);
        self.filled.notify_one();
        Ok(())
    }

    /// [`Queue::push`], with somebody who waits.
    pub(super) fn push_told(&self, mut item: Item) -> Result<Done, AuditError> {
        let (sender, done) = oneshot::channel();
        item.done = Some(sender);
        self.push(item)?;
        Ok(done)
    }

    /// The next batch, in order; waits for one. `None` once the queue is closed and empty.
    pub(super) fn take(&self) -> Option<Vec<Item>> {
        let mut pending = self.lock();
        while pending.items.is_empty() {
            if matches!(pending.refused, Some(AuditError::Closed)) {
                return None;
            }
            pending = self.filled.wait(pending).unwrap_or_else(PoisonError::into_inner);
        }
        let mut bytes = 0;
        let fits = |item: &&Item| {
            bytes += item.draft.bytes();
            bytes <= BATCH_BYTES
        };
        let count = pending.items.iter().take(BATCH_RECORDS).take_while(fits).count().max(1);
        let batch = pending.items.drain(..count).collect();
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
