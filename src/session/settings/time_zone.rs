//! Time zones that a client may choose: those with a name, and fixed offsets as PostgreSQL names them, all within ±15 hours of UTC (enforcement L6).

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A zone further from UTC than this moves days about; no place on earth is.
const OFFSET_SECONDS: i32 = 15 * 3600;

/// The canonical name of the zone; `None` when there is none, or when it is written as a bare offset or a rule.
pub(super) fn canonical(value: &str) -> Option<String> {
    let name = value.trim();
    if let Some(seconds) = offset(name) {
        return (seconds <= OFFSET_SECONDS).then(|| name.to_owned());
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
        for refused in ["<X>-167", "X-167", "+02:00", "2", "-7", "posixrules/../x", "EST5EDT4,M3.2.0,M11.1.0", ""] {
            assert_eq!(canonical(refused), None, "{refused}");
        }
    }
}
