//! Numbers about the journal that others read without a lock.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// Upper bounds of [`JournalStats::sync_micros`], in microseconds; one bucket more counts what is above.
pub const SYNC_BOUNDS_MICROS: [u64; 12] =
    [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000];

/// Can the journal take a new statement?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalState {
    /// Yes.
    Writable,
    /// No: the disk is full; ends of running statements go into the reserve.
    Full,
    /// No: a write or sync failed, for good.
    Failed,
    /// No: it was closed.
    Closed,
}

/// Counters of one journal; they only grow, `queued` apart.
#[derive(Debug, Default)]
pub struct JournalStats {
    /// Records that wait for the writer.
    pub queued: AtomicU64,
    /// Records written.
    pub records: AtomicU64,
    /// Bytes of frames written.
    pub bytes: AtomicU64,
    /// Batches written; with durability `fsync` also the number of syncs.
    pub batches: AtomicU64,
    /// Time spent making batches durable, in microseconds.
    pub sync_micros_sum: AtomicU64,
    /// Batches by the time that it took to make them durable; bounds in [`SYNC_BOUNDS_MICROS`]. Not cumulative.
    pub sync_micros: [AtomicU64; SYNC_BOUNDS_MICROS.len() + 1],
    /// Segments begun.
    pub segments: AtomicU64,
    /// Intents that have no outcome yet.
    pub open_intents: AtomicU64,
    /// Records that could not be written.
    pub lost: AtomicU64,
    state: AtomicU8,
}

impl JournalStats {
    /// Whether new statements are taken.
    pub fn state(&self) -> JournalState {
        match self.state.load(Ordering::Acquire) {
            0 => JournalState::Writable,
            1 => JournalState::Full,
            2 => JournalState::Failed,
            _ => JournalState::Closed,
        }
    }

    pub(super) fn set_state(&self, state: JournalState) {
        let number = match state {
            JournalState::Writable => 0,
            JournalState::Full => 1,
            JournalState::Failed => 2,
            JournalState::Closed => 3,
        };
        self.state.store(number, Ordering::Release);
    }

    pub(super) fn batch_written(&self, records: u64, bytes: u64, micros: u64) {
        self.records.fetch_add(records, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.sync_micros_sum.fetch_add(micros, Ordering::Relaxed);
        let bucket = SYNC_BOUNDS_MICROS.iter().position(|bound| micros <= *bound).unwrap_or(SYNC_BOUNDS_MICROS.len());
        if let Some(count) = self.sync_micros.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_counted_in_the_bucket_of_its_time() {
        let stats = JournalStats::default();
        for micros in [50, 100, 101, 2_000_000] {
            stats.batch_written(2, 10, micros);
        }
        let count = |bucket: usize| stats.sync_micros[bucket].load(Ordering::Relaxed);
        assert_eq!((count(0), count(1), count(12)), (2, 1, 1));
        assert_eq!((stats.records.load(Ordering::Relaxed), stats.batches.load(Ordering::Relaxed)), (8, 4));
    }
}
