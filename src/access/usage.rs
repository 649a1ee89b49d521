//! How much of a grant one person uses: statements at the same time, rows and bytes of the day (UTC).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::base::{GrantName, PersonName, SqlState, Timestamp, ToUserError, UserError};
use crate::policy::limits::EffectiveLimits;

/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;

/// The usage of all people, by grant. One for the whole gate.
#[derive(Debug, Default)]
pub struct UsageBook(Mutex<HashMap<(GrantName, PersonName), Arc<Usage>>>);

/// The usage of one person under one grant.
#[derive(Debug, Default)]
pub struct Usage(Mutex<Counts>);

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    running: u32,
    /// Days since 1970.
    day: i64,
    rows: u64,
    bytes: u64,
}

/// One of the statements that may run at the same time; dropped, it is free again.
#[derive(Debug)]
pub struct Permit(Arc<Usage>);

/// A limit of the grant that is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverLimit {
    ConcurrentStatements(u32),
    RowsPerDay(u64),
    BytesPerDay(u64),
}

impl UsageBook {
    /// When the day of `now` began.
    pub fn day_began(now: Timestamp) -> Timestamp {
        Timestamp::from_micros(day(now).saturating_mul(DAY_MICROS))
    }

    /// Puts back what the record says that was read today, before this process began.
    pub fn restore(&self, grant: &GrantName, person: &PersonName, rows: u64, bytes: u64, now: Timestamp) {
        let usage = self.of(grant, person);
        let mut counts = usage.of_day(now);
        *counts = counts.plus(rows, bytes);
    }

    /// The usage of this person under this grant.
    pub fn of(&self, grant: &GrantName, person: &PersonName) -> Arc<Usage> {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(book.entry((grant.clone(), person.clone())).or_default())
    }
}

impl Usage {
    /// A statement begins.
    ///
    /// # Errors
    /// As many run already as the grant allows, or the day is used up.
    pub fn begin(self: &Arc<Self>, limits: &EffectiveLimits, now: Timestamp) -> Result<Permit, OverLimit> {
        let mut counts = self.of_day(now);
        if let Some(limit) = limits.concurrent_statements
            && counts.running >= limit
        {
            return Err(OverLimit::ConcurrentStatements(limit));
        }
        check_day(&counts, limits)?;
        counts.running += 1;
        Ok(Permit(Arc::clone(self)))
    }

    /// Rows and bytes are about to leave.
    ///
    /// # Errors
    /// The day is used up; nothing was counted.
    pub fn charge(&self, rows: u64, bytes: u64, limits: &EffectiveLimits, now: Timestamp) -> Result<(), OverLimit> {
        let mut counts = self.of_day(now);
        let more = counts.plus(rows, bytes);
        if let Some(limit) = limits.rows_per_day.filter(|limit| more.rows > *limit) {
            return Err(OverLimit::RowsPerDay(limit));
        }
        if let Some(limit) = limits.bytes_per_day.filter(|limit| more.bytes > *limit) {
            return Err(OverLimit::BytesPerDay(limit));
        }
        *counts = more;
        Ok(())
    }

    /// The counts of today: a new day begins with none.
    fn of_day(&self, now: Timestamp) -> MutexGuard<'_, Counts> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let day = day(now);
        if counts.day != day {
            *counts = Counts { running: counts.running, day, rows: 0, bytes: 0 };
        }
        counts
    }
}

impl Counts {
    fn plus(self, rows: u64, bytes: u64) -> Self {
        Self { rows: self.rows.saturating_add(rows), bytes: self.bytes.saturating_add(bytes), ..self }
    }
}

/// Days since 1970.
fn day(now: Timestamp) -> i64 {
    now.micros().div_euclid(DAY_MICROS)
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut counts = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.running = counts.running.saturating_sub(1);
    }
}

fn check_day(counts: &Counts, limits: &EffectiveLimits) -> Result<(), OverLimit> {
    if let Some(limit) = limits.rows_per_day.filter(|limit| counts.rows >= *limit) {
        return Err(OverLimit::RowsPerDay(limit));
    }
    match limits.bytes_per_day.filter(|limit| counts.bytes >= *limit) {
        Some(limit) => Err(OverLimit::BytesPerDay(limit)),
        None => Ok(()),
    }
}

impl ToUserError for OverLimit {
    /// 53400, with the limit's name in the policy.
    fn to_user_error(&self) -> UserError {
        let error = |message: String, detail: &'static str| {
            UserError::new(SqlState::CONFIGURATION_LIMIT_EXCEEDED, message).detail(detail)
        };
        match self {
            Self::ConcurrentStatements(limit) => {
                error(format!("{limit} statements of this user run already"), "The limit is concurrent_statements of the grant.")
                    .hint("Wait for one of them to end, or use fewer connections.")
            }
            Self::RowsPerDay(limit) => error(
                format!("the {limit} rows of this day are used up"),
                "The limit is rows_per_day of the grant; days are those of UTC.",
            ),
            Self::BytesPerDay(limit) => error(
                format!("the {limit} bytes of this day are used up"),
                "The limit is bytes_per_day of the grant; days are those of UTC.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::policy::document::Export;

    fn limits() -> EffectiveLimits {
        EffectiveLimits {
            rows_per_query: None,
            rows_per_day: Some(10),
            bytes_per_day: Some(1000),
            statement_timeout: Duration::from_secs(1),
            concurrent_statements: Some(1),
            max_session: Duration::from_secs(1),
            idle_timeout: Duration::from_secs(1),
            show: true,
            export: Export { copy_out: false, cursor_fetch: false, explain: false },
        }
    }

    #[test]
    fn a_day_ends_at_midnight_and_statements_end_with_their_permit() {
        let (limits, noon) = (limits(), Timestamp::parse("2026-11-18T12:00:00Z").unwrap());
        let book = UsageBook::default();
        let usage = book.of(&GrantName::new("g"), &PersonName::new("p"));
        let permit = usage.begin(&limits, noon).unwrap();
        assert_eq!(usage.begin(&limits, noon).unwrap_err(), OverLimit::ConcurrentStatements(1));
        drop(permit);
        usage.charge(10, 5, &limits, noon).unwrap();
        assert_eq!(usage.charge(1, 1, &limits, noon).unwrap_err(), OverLimit::RowsPerDay(10));
        assert_eq!(usage.begin(&limits, noon).unwrap_err(), OverLimit::RowsPerDay(10));
        let tomorrow = noon.plus(Duration::from_secs(86_400));
        assert_eq!(usage.charge(1, 1001, &limits, tomorrow).unwrap_err(), OverLimit::BytesPerDay(1000));
        drop(usage.begin(&limits, tomorrow).unwrap());
    }

    #[test]
    fn what_was_read_before_the_start_counts_on_the_same_day_alone() {
        let (limits, noon) = (limits(), Timestamp::parse("2026-11-18T12:00:00Z").unwrap());
        assert_eq!(UsageBook::day_began(noon).to_string(), "2026-11-18T00:00:00.000Z");
        let (book, grant, person) = (UsageBook::default(), GrantName::new("g"), PersonName::new("p"));
        book.restore(&grant, &person, 9, 5, noon);
        let usage = book.of(&grant, &person);
        usage.charge(1, 5, &limits, noon).unwrap();
        assert_eq!(usage.begin(&limits, noon).unwrap_err(), OverLimit::RowsPerDay(10));
        drop(usage.begin(&limits, noon.plus(Duration::from_secs(43_200))).unwrap());
    }

    #[test]
    fn people_are_counted_apart() {
        let book = UsageBook::default();
        let (a, b) = (book.of(&GrantName::new("g"), &PersonName::new("a")), book.of(&GrantName::new("g"), &PersonName::new("b")));
        let now = Timestamp::from_micros(0);
        let permit = a.begin(&limits(), now).unwrap();
        drop(b.begin(&limits(), now).unwrap());
        drop(permit);
    }
}
