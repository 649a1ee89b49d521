//! The journal's numbers as metrics take them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::audit::{JournalState, JournalStats, SYNC_BOUNDS_MICROS};
use crate::telemetry::{JournalSample, SyncBucket};

/// Reads the counters of a journal. Each is read by itself: their sum may be off by the batch that is being written.
pub fn journal_sample(stats: &JournalStats) -> JournalSample {
    let bounds = SYNC_BOUNDS_MICROS.iter().map(|micros| Some(Duration::from_micros(*micros))).chain([None]);
    let sync = bounds.zip(&stats.sync_micros).map(|(bound, count)| SyncBucket { bound, count: read(count) }).collect();
    let (full, failed) = match stats.state() {
        JournalState::Writable => (false, false),
        JournalState::Full => (true, false),
        JournalState::Failed | JournalState::Closed => (false, true),
    };
    JournalSample {
        queued: read(&stats.queued),
        records: read(&stats.records),
        bytes: read(&stats.bytes),
        batches: read(&stats.batches),
        open_intents: read(&stats.open_intents),
        lost: read(&stats.lost),
        segments: read(&stats.segments),
        full,
        failed,
        sync_sum: Duration::from_micros(read(&stats.sync_micros_sum)),
        sync,
    }
}

fn read(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_arrives_in_its_place() {
        let stats = JournalStats::default();
        for (count, value) in
            [(&stats.queued, 3), (&stats.lost, 2), (&stats.sync_micros_sum, 1_500_000), (&stats.open_intents, 5)]
        {
            count.store(value, Ordering::Relaxed);
        }
        stats.sync_micros[0].store(4, Ordering::Relaxed);
        stats.sync_micros[SYNC_BOUNDS_MICROS.len()].store(1, Ordering::Relaxed);
        let sample = journal_sample(&stats);
        assert_eq!((sample.queued, sample.lost, sample.open_intents), (3, 2, 5));
        assert_eq!(sample.sync_sum, Duration::from_millis(1500));
        assert_eq!(sample.sync.len(), SYNC_BOUNDS_MICROS.len() + 1);
        assert_eq!((sample.sync[0].bound, sample.sync[0].count), (Some(Duration::from_micros(100)), 4));
        assert_eq!(sample.sync.last().map(|last| (last.bound, last.count)), Some((None, 1)));
        assert!(!sample.failed && !sample.full);
    }
}
