//! The only place that reads the time; tests hand in a clock that they move by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use crate::base::Timestamp;

/// Tells the time. Cloning is cheap; all clones of a manual clock move together.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(ManualClock),
}

impl Clock {
    /// The clock of the machine.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// The instant in UTC, for records and for conditions of grants. May jump when the machine's clock is set.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => system_now(),
            Source::Manual(manual) => manual.start.plus(manual.elapsed()),
        }
    }

    /// An instant that never goes back, for durations.
    pub fn monotonic(&self) -> Instant {
        match &self.0 {
            Source::System => instant_now(),
            Source::Manual(manual) => manual.anchor + manual.elapsed(),
        }
    }

    /// Microseconds since an instant that [`Clock::monotonic`] gave.
    pub fn micros_since(&self, earlier: Instant) -> u64 {
        u64::try_from(self.monotonic().saturating_duration_since(earlier).as_micros()).unwrap_or(u64::MAX)
    }
}

/// A clock that stands still until [`ManualClock::advance`]. For tests and for `postern test`, whose cases name their own time.
#[derive(Clone, Debug)]
pub struct ManualClock {
    start: Timestamp,
    anchor: Instant,
    elapsed_micros: Arc<AtomicU64>,
}

impl ManualClock {
    /// A clock that shows `start`.
    pub fn new(start: Timestamp) -> Self {
        Self { start, anchor: instant_now(), elapsed_micros: Arc::new(AtomicU64::new(0)) }
    }

    /// Moves all clones forward.
    pub fn advance(&self, span: Duration) {
        self.elapsed_micros.fetch_add(u64::try_from(span.as_micros()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }

    /// This clock as the rooms take it.
    pub fn clock(&self) -> Clock {
        Clock(Source::Manual(self.clone()))
    }

    fn elapsed(&self) -> Duration {
        Duration::from_micros(self.elapsed_micros.load(Ordering::SeqCst))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the calendar clock")]
fn system_now() -> Timestamp {
    // A clock before 1970 reads as 1970: grants have not begun then, so nothing opens.
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
fn instant_now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told_and_all_clones_with_it() {
        let start = Timestamp::parse("2026-11-18T13:59:04Z").unwrap();
        let manual = ManualClock::new(start);
        let (clock, other) = (manual.clock(), manual.clock());
        let before = clock.monotonic();
        assert_eq!(clock.now(), start);
        manual.advance(Duration::from_millis(1500));
        assert_eq!(other.now().since(start), Duration::from_millis(1500));
        assert_eq!(other.micros_since(before), 1_500_000);
    }

    #[test]
    fn the_system_clock_does_not_go_back() {
        let clock = Clock::system();
        let first = clock.monotonic();
        assert!(clock.monotonic() >= first);
        assert!(clock.now() > Timestamp::parse("2020-01-01T00:00:00Z").unwrap());
    }
}
