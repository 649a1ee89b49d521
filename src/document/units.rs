//! Amounts with units as people write them: `30m`, `256KiB`, `2027-03-31`, `07:00`.

use std::fmt;
use std::time::Duration;

const DAY_SECS: u64 = 24 * 60 * 60;

/// Reads a duration: a whole number and one of `s`, `m`, `h`, `d`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (amount, unit) = amount_and_unit(text)?;
    let secs = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => DAY_SECS,
        _ => return None,
    };
    amount.checked_mul(secs).map(Duration::from_secs)
}

/// Reads a size in bytes: a whole number and one of `KiB`, `MiB`, `GiB`, `TiB`.
pub fn parse_size(text: &str) -> Option<u64> {
    let (amount, unit) = amount_and_unit(text)?;
    let bytes: u64 = match unit {
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    };
    amount.checked_mul(bytes)
}

/// As [`parse_duration`] reads it: the largest unit that leaves no rest.
pub(super) fn show_duration(duration: Duration) -> String {
    let secs = duration.as_secs();
    let units = [(DAY_SECS, "d"), (60 * 60, "h"), (60, "m")];
    let (size, unit) = units.into_iter().find(|(size, _)| secs >= *size && secs.is_multiple_of(*size)).unwrap_or((1, "s"));
    format!("{}{unit}", secs / size)
}

/// As [`parse_size`] reads it: the largest unit that leaves no rest.
pub(super) fn show_size(bytes: u64) -> String {
    let units = [(1_u64 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB")];
    let (size, unit) =
        units.into_iter().find(|(size, _)| bytes >= *size && bytes.is_multiple_of(*size)).unwrap_or((1 << 10, "KiB"));
    format!("{}{unit}", bytes / size)
}

fn amount_and_unit(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (amount, unit) = text.split_at_checked(digits)?;
    Some((amount.parse().ok()?, unit))
}

/// Reads `2027-03-31`, and nothing but that.
pub(super) fn parse_date(text: &str) -> Option<jiff::civil::Date> {
    let shape_is_right =
        text.len() == 10 && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if shape_is_right { text.parse().ok() } else { None }
}

/// A time of day in minutes after midnight; `24:00` is the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// Reads `HH:MM` from `00:00` to `24:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':')?;
        let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        if !two_digits(hours) || !two_digits(minutes) {
            return None;
        }
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        let total = hours * 60 + minutes;
        (minutes < 60 && total <= 24 * 60).then_some(Self(total))
    }

    /// Minutes after midnight, 0 to 1440.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_need_a_unit_that_we_know() {
        assert_eq!(parse_duration("30m"), Some(Duration::from_secs(1800)));
        assert_eq!(parse_duration("180d"), Some(Duration::from_secs(180 * DAY_SECS)));
        for wrong in ["30", "m", "30 m", "30min", "-5s", "1.5h", "99999999999999999999s", "9999999999999999999d", ""] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
        assert_eq!(parse_size("256KiB"), Some(262_144));
        for wrong in ["256", "256KB", "256kib", "1.5GiB", "99999999999TiB"] {
            assert_eq!(parse_size(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn amounts_are_shown_as_they_are_written() {
        for text in ["45s", "90s", "15m", "12h", "180d"] {
            assert_eq!(show_duration(parse_duration(text).unwrap()), text);
        }
        for text in ["256KiB", "64MiB", "2GiB", "1TiB"] {
            assert_eq!(show_size(parse_size(text).unwrap()), text);
        }
    }

    #[test]
    fn days_and_times_of_day_are_strict() {
        assert!(parse_date("2027-03-31").is_some());
        for wrong in ["2027-02-30", "2027-3-31", "20270331", "2027-03-31T00:00:00Z"] {
            assert!(parse_date(wrong).is_none(), "{wrong}");
        }
        assert_eq!(TimeOfDay::parse("07:30").map(TimeOfDay::minutes), Some(450));
        assert_eq!(TimeOfDay::parse("24:00").map(TimeOfDay::minutes), Some(1440));
        for wrong in ["7:30", "24:01", "12:60", "0730", "+1:30"] {
            assert_eq!(TimeOfDay::parse(wrong), None, "{wrong}");
        }
    }
}
