//! The opening hours of a grant as instants: which window contains an instant, and when it ends.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::Timestamp;

use super::document::Conditions;

/// A time during which the grant is open: from the first instant up to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    opens: Timestamp,
    closes: Timestamp,
}

/// When the grant closes next, seen from an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    Closed,
    OpenUntil(Timestamp),
    /// No days and no hours are written, or they leave no gap.
    Always,
}

/// Windows follow each other without a gap at most this often before the grant counts as always open: a week and a day.
const LONGEST_CHAIN: usize = 9;

/// Whether days and hours are open at `now`, and until when.
pub(super) fn opening(conditions: &Conditions, now: Timestamp) -> Opening {
    if conditions.days.is_none() && conditions.hours.is_none() {
        return Opening::Always;
    }
    let mut end = match window_at(conditions, now) {
        Some(window) => window.closes,
        None => return Opening::Closed,
    };
    for _ in 0..LONGEST_CHAIN {
        match window_at(conditions, end) {
            Some(next) => end = next.closes,
            None => return Opening::OpenUntil(end),
        }
    }
    Opening::Always
}

/// The window that contains an instant. A window that passes midnight belongs to the day on which it opened, so yesterday's counts too.
fn window_at(conditions: &Conditions, now: Timestamp) -> Option<Window> {
    let zone = conditions.hours.as_ref().map_or(TimeZone::UTC, |hours| hours.zone.clone());
    let today = now.to_jiff()?.to_zoned(zone.clone()).date();
    let candidates = [today.yesterday().ok(), Some(today)];
    let windows = candidates.into_iter().flatten().filter_map(|day| window_of(conditions, day, &zone));
    windows.filter(|window| window.opens <= now && now < window.closes).max_by_key(|window| window.closes)
}

/// The window that opens on a day of the calendar.
fn window_of(conditions: &Conditions, day: Date, zone: &TimeZone) -> Option<Window> {
    let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).ok()?;
    if conditions.days.is_some_and(|days| !days.get(weekday).copied().unwrap_or(false)) {
        return None;
    }
    let (from, to) = conditions.hours.as_ref().map_or((0, 24 * 60), |hours| (hours.from.minutes(), hours.to.minutes()));
    let next_day = if to <= from { 24 * 60 } else { 0 };
    Some(Window { opens: instant(day, from, zone)?, closes: instant(day, to + next_day, zone)? })
}

/// The instant at which the clock shows that time. A time that the clock skips stands for the same distance after the gap; of a time
/// that it shows twice the first is taken.
fn instant(day: Date, minutes: u16, zone: &TimeZone) -> Option<Timestamp> {
    let whole_days = i64::from(minutes / (24 * 60));
    let minutes = i8::try_from(minutes % 60).ok().zip(i8::try_from(minutes / 60 % 24).ok());
    let (minute, hour) = minutes?;
    let date = day.checked_add(jiff::Span::new().days(whole_days)).ok()?;
    let zoned = zone.to_zoned(date.at(hour, minute, 0, 0)).ok()?;
    Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
}
