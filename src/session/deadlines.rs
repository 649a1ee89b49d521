//! The instants at which a session has to do something by itself.

use std::time::Duration;

use tokio::time::Instant;

use crate::base::Timestamp;
use crate::runtime::Clock;

/// A wall clock may be set: the end of a session is looked at again at least this often.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// The client is warned at these times before the end, the longest first.
const WARNINGS: [Duration; 2] = [Duration::from_secs(600), Duration::from_secs(60)];
/// The warehouse enforces a statement's time limit; the gate steps in when it has not done so this long after, and again so long after that.
const GRACE: Duration = Duration::from_secs(1);

/// What a wait is for, by the limit that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing came from the client, outside a transaction.
    Idle,
    /// Nothing came from the client, inside one.
    IdleInTransaction,
    /// The session ends.
    SessionEnd,
    /// The session ends soon.
    SessionEndsIn(Duration),
    /// The warehouse has not stopped the statement in time.
    Statement,
    /// Nor when it was asked to.
    StatementStays,
}

/// Timers of one session.
#[derive(Debug)]
pub(super) struct Deadlines {
    clock: Clock,
    end: Timestamp,
    /// Warnings that were given already.
    warned: usize,
    statement: Option<(Instant, Due)>,
    idle: Option<(Instant, Due)>,
}

impl Deadlines {
    pub(super) fn new(clock: Clock, end: Timestamp) -> Self {
        let mut deadlines = Self { clock, end, warned: 0, statement: None, idle: None };
        deadlines.end_at(end);
        deadlines
    }

    /// The session ends then. Warnings whose time has passed are not given.
    pub(super) fn end_at(&mut self, end: Timestamp) {
        let left = end.since(self.clock.now());
        self.end = end;
        self.warned = WARNINGS.iter().filter(|before| left < **before).count();
    }

    /// A statement runs that has this time limit, or none does any more.
    pub(super) fn statement_within(&mut self, limit: Option<Duration>) {
        self.statement = limit.map(|limit| (Instant::now() + limit + GRACE, Due::Statement));
    }

    /// The warehouse was asked to stop the statement.
    pub(super) fn statement_is_asked_to_stop(&mut self) {
        self.statement = Some((Instant::now() + GRACE, Due::StatementStays));
    }

    pub(super) fn idle_within(&mut self, limit: Option<Duration>, due: Due) {
        self.idle = limit.map(|limit| (Instant::now() + limit, due));
    }

    pub(super) fn not_idle(&mut self) {
        self.idle = None;
    }

    /// Waits for the next instant. Cancel safe.
    pub(super) async fn next(&mut self) -> Due {
        loop {
            if let Some(due) = self.take_due() {
                return due;
            }
            let left = self.end.since(self.clock.now());
            let next_warning = WARNINGS.get(self.warned).map(|before| left.saturating_sub(*before));
            let end = Instant::now() + next_warning.unwrap_or(left).min(LOOK_AGAIN);
            let instants = [Some(end), self.statement.map(|(at, _)| at), self.idle.map(|(at, _)| at)];
            tokio::time::sleep_until(instants.into_iter().flatten().min().unwrap_or(end)).await;
        }
    }

    /// What is due now; each is given once.
    fn take_due(&mut self) -> Option<Due> {
        let (now, left) = (Instant::now(), self.end.since(self.clock.now()));
        if left.is_zero() {
            return Some(Due::SessionEnd);
        }
        for timer in [&mut self.statement, &mut self.idle] {
            if let Some((_, due)) = timer.take_if(|(at, _)| *at <= now) {
                return Some(due);
            }
        }
        let before = WARNINGS.get(self.warned).filter(|before| left <= **before)?;
        self.warned += 1;
        Some(Due::SessionEndsIn(*before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::ManualClock;

    #[tokio::test]
    async fn warnings_come_before_the_end() {
        let start = Timestamp::parse("2026-11-18T12:00:00Z").unwrap();
        let manual = ManualClock::new(start);
        let mut deadlines = Deadlines::new(manual.clock(), start.plus(Duration::from_secs(900)));
        deadlines.idle_within(Some(Duration::ZERO), Due::Idle);
        assert_eq!(deadlines.next().await, Due::Idle);
        manual.advance(Duration::from_secs(300));
        assert_eq!(deadlines.next().await, Due::SessionEndsIn(Duration::from_secs(600)));
        manual.advance(Duration::from_secs(545));
        assert_eq!(deadlines.next().await, Due::SessionEndsIn(Duration::from_secs(60)));
        manual.advance(Duration::from_secs(55));
        assert_eq!(deadlines.next().await, Due::SessionEnd);
    }

    #[test]
    fn warnings_that_come_too_late_are_not_given() {
        let start = Timestamp::parse("2026-11-18T12:00:00Z").unwrap();
        let clock = ManualClock::new(start).clock();
        let mut deadlines = Deadlines::new(clock, start.plus(Duration::from_secs(300)));
        assert_eq!(deadlines.warned, 1);
        deadlines.end_at(start.plus(Duration::from_secs(3000)));
        assert_eq!(deadlines.warned, 0);
    }
}
