//! Constants of time types in row filters: read in one way, whatever the session's DateStyle, IntervalStyle and TimeZone are (enforcement L6).

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

/// `+00` behind an instant that has no offset.
///
/// # Errors
/// It is not ISO 8601.
pub(super) fn pin_instant(text: &mut String) -> Result<(), String> {
    if is_infinite(text) || is_instant(text) {
        return Ok(());
    }
    if is_date(text) {
        text.push_str(" 00:00:00+00");
        return Ok(());
    }
    if text.parse::<DateTime>().is_ok() {
        text.push_str("+00");
        return Ok(());
    }
    Err(wrong())
}

/// A date, or a date and a time without a zone.
///
/// # Errors
/// It is not ISO 8601.
pub(super) fn pin_local(text: &str) -> Result<(), String> {
    let is_local = is_date(text) || text.parse::<DateTime>().is_ok();
    if is_infinite(text) || (is_local && !is_instant(text)) { Ok(()) } else { Err(wrong()) }
}

/// `23:59:59`
pub(super) fn is_local_time(text: &str) -> bool {
    text.parse::<Time>().is_ok()
}

/// `8 hours`: as long everywhere and on every day.
pub(super) fn is_span_of_hours(text: &str) -> bool {
    span(text, &["hour", "minute", "second"])
}

/// `1 year 2 months`
pub(super) fn is_span(text: &str) -> bool {
    span(text, &["year", "month", "week", "day", "hour", "minute", "second"])
}

/// The parser of dates takes a date with a time too.
fn is_date(text: &str) -> bool {
    !text.contains(['T', 't', ' ']) && text.parse::<Date>().is_ok()
}

fn is_infinite(text: &str) -> bool {
    matches!(text, "infinity" | "-infinity")
}

fn is_instant(text: &str) -> bool {
    text.replacen(' ', "T", 1).parse::<Timestamp>().is_ok()
}

fn wrong() -> String {
    "a constant of a time type must be written as 2026-12-31 or 2026-12-31T23:59:59+00:00".to_owned()
}

/// Whole numbers of at most six digits, each before a unit.
fn span(text: &str, units: &[&str]) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_part = |pair: &[&str]| {
        let [number, unit] = pair else { return false };
        let is_number = (1..=6).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number && units.contains(&unit.strip_suffix('s').unwrap_or(unit))
    };
    !words.is_empty() && words.chunks(2).all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_gets_its_offset() {
        let pin = |text: &str| {
            let mut text = text.to_owned();
            pin_instant(&mut text).map(|()| text)
        };
        assert_eq!(pin("2024-01-15").unwrap(), "2024-01-15 00:00:00+00");
        assert_eq!(pin("2024-01-15 10:00:00").unwrap(), "2024-01-15 10:00:00+00");
        assert_eq!(pin("2024-01-15T10:00:00+02:00").unwrap(), "2024-01-15T10:00:00+02:00");
        assert_eq!(pin("infinity").unwrap(), "infinity");
        for text in ["15.01.2024", "now", "today", "01/02/2024", "2024-01-15 10:00 Europe/Berlin"] {
            pin(text).expect_err(text);
        }
    }

    #[test]
    fn a_span_is_a_number_and_a_unit() {
        assert!(
            is_span("30 days")
                && is_span("1 year 2 months")
                && !is_span_of_hours("30 days")
                && is_span_of_hours("1 hour 30 minutes")
        );
        for text in ["1-2", "P1D", "-3 days", "1 day 02:03", "", "days", "1234567 days"] {
            assert!(!is_span(text), "{text}");
        }
    }
}
