//! Time zones that a client may choose: those with a name, and fixed offsets, all within ±15 hours of UTC (enforcement L6).

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A zone further from UTC than this moves days about; no place on earth is.
const OFFSET_SECONDS: i32 = 15 * 3600;

/// The name that PostgreSQL shows for the zone; `None` when there is none, when it is too far, or written as a rule.
pub(super) fn canonical(value: &str) -> Option<String> {
    let name = value.trim();
    if let Some(seconds) = hours(name) {
        return (seconds.abs() <= OFFSET_SECONDS).then(|| of_offset(seconds));
    }
    if let Some(seconds) = bare_offset(name) {
        return (seconds <= OFFSET_SECONDS).then(|| name.to_owned());
    }
    if let Some(seconds) = offset(name) {
        return (seconds <= OFFSET_SECONDS).then(|| name.to_owned());
    }
    if let Some(seconds) = abbreviated(name) {
        return (seconds <= OFFSET_SECONDS).then(|| name.to_ascii_uppercase());
    }
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+'));
    if !is_name {
        return None;
    }
    let zone = TimeZone::get(name).ok()?;
    let canonical = zone.iana_name()?;
    // Zones of the database are within bounds everywhere; this holds also when its files were tampered with.
    let far = zone.to_offset(Timestamp::UNIX_EPOCH).seconds().abs() > OFFSET_SECONDS;
    (!far).then(|| canonical.to_owned())
}

/// How many seconds a zone is from UTC whose name is PostgreSQL's for an offset (`pg_tzset_offset`): `<+05:30>-05:30`. No other rule reads.
fn offset(name: &str) -> Option<i32> {
    let (shown, rule) = name.strip_prefix('<')?.split_once('>')?;
    let is_opposite = match shown.split_at_checked(1)? {
        ("+", digits) => rule.strip_prefix('-') == Some(digits),
        ("-", digits) => rule.strip_prefix('+') == Some(digits),
        _ => false,
    };
    let digits = rule.get(1..)?;
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "00"));
    let number = |digits: &str| {
        let is_number = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<i32>().ok().filter(|_| is_number)
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (is_opposite && minutes < 60).then_some(hours * 3600 + minutes * 60)
}

/// The seconds of a number of hours, with a fraction that is whole minutes (`check_timezone`).
fn hours(text: &str) -> Option<i32> {
    let (sign, digits) = match (text.strip_prefix('-'), text.strip_prefix('+')) {
        (Some(digits), _) => (-1, digits),
        (None, Some(digits)) => (1, digits),
        (None, None) => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let seconds = two_digits(whole)?.checked_mul(3600)?;
    let is_fraction = (1..=4).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let parts = 10_i32.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let more = fraction.parse::<i32>().ok().filter(|_| is_fraction)?.checked_mul(3600)?;
    (more % parts == 0 && (more / parts) % 60 == 0).then(|| sign * (seconds + more / parts))
}

/// The zone of that many seconds, as PostgreSQL names it (`pg_tzset_offset`).
fn of_offset(seconds: i32) -> String {
    let (east, west) = if seconds < 0 { ('-', '+') } else { ('+', '-') };
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() % 3600 / 60);
    let offset = if minutes == 0 { format!("{hours:02}") } else { format!("{hours:02}:{minutes:02}") };
    format!("<{east}{offset}>{west}{offset}")
}

/// How many seconds a zone is from UTC that is an offset and has no name: `+02:00`, which POSIX counts towards the west. It is shown as it is written.
fn bare_offset(name: &str) -> Option<i32> {
    let (hours, minutes) = name.strip_prefix(['-', '+']).unwrap_or(name).split_once(':')?;
    let minutes = two_digits(minutes).filter(|found| minutes.len() == 2 && *found < 60)?;
    Some(two_digits(hours)? * 3600 + minutes * 60)
}

/// How many seconds a zone is from UTC that is an abbreviation and an offset: `GMT-03:00`, as pgjdbc names the zone of a JVM three hours east of UTC. With
/// a second abbreviation it would be a rule for the summer. PostgreSQL shows it in capitals (`pg_tzset`).
fn abbreviated(name: &str) -> Option<i32> {
    let rule = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let digits = rule.strip_prefix(['-', '+']).unwrap_or(rule);
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    let minutes = two_digits(minutes).filter(|found| *found < 60)?;
    (rule.len() < name.len()).then_some(two_digits(hours)? * 3600 + minutes * 60)
}

/// A number of one or two digits.
fn two_digits(digits: &str) -> Option<i32> {
    let is_number = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_zones_are_taken() {
        assert_eq!(canonical("europe/berlin").as_deref(), Some("Europe/Berlin"));
        assert_eq!(canonical("UTC").as_deref(), Some("UTC"));
        assert_eq!(canonical("<+00>-00").as_deref(), Some("<+00>-00"));
        assert_eq!(canonical("<+05:30>-05:30").as_deref(), Some("<+05:30>-05:30"));
        assert_eq!(canonical("<-15>+15").as_deref(), Some("<-15>+15"));
        for refused in [
            "<+16>-16",
            "<-15:01>+15:01",
            "<+02>+02",
            "<+02>-03",
            "<+2>-2",
            "<+02>-02:00",
            "<>",
            "<+02>-02,M3.2.0",
            "<+00>-00:60",
        ] {
            assert_eq!(canonical(refused), None, "{refused}");
        }
        for (written, shown) in [
            ("2", "<+02>-02"),
            ("+2", "<+02>-02"),
            ("-7", "<-07>+07"),
            ("-0", "<+00>-00"),
            ("5.5", "<+05:30>-05:30"),
            ("-3.75", "<-03:45>+03:45"),
            ("15", "<+15>-15"),
            ("+02:00", "+02:00"),
            ("-9:30", "-9:30"),
            ("12:00", "12:00"),
        ] {
            assert_eq!(canonical(written).as_deref(), Some(shown), "{written}");
        }
        for refused in [
            "16",
            "-15.25",
            "15:01",
            "-23:00",
            "+02:60",
            "+02:0",
            "2:",
            ":00",
            "1.",
            ".5",
            "1.001",
            "1e0",
            "--2",
            "167",
            "+02:00:00",
        ] {
            assert_eq!(canonical(refused), None, "{refused}");
        }
        for (written, shown) in
            [("GMT-03:00", "GMT-03:00"), ("gmt+5:30", "GMT+5:30"), ("UTC3", "UTC3"), ("NoSuch0", "NOSUCH0"), ("x-15", "X-15")]
        {
            assert_eq!(canonical(written).as_deref(), Some(shown), "{written}");
        }
        for refused in
            ["X-16", "GMT-15:01", "GMT-3:60", "GMT-", "GMT-3:", "GMT-3:00:30", "GMT--3", "GMT3x", "EST5EDT4", "G T-3", "Ä-3"]
        {
            assert_eq!(canonical(refused), None, "{refused}");
        }
        for refused in ["<X>-167", "X-167", "posixrules/../x", "EST5EDT4,M3.2.0,M11.1.0", ""] {
            assert_eq!(canonical(refused), None, "{refused}");
        }
    }
}
