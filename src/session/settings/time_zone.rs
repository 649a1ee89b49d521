//! Time zones that a client may choose: those with a name, whose offsets stay within ±15 hours (enforcement L6).

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A zone further from UTC than this moves days about; no place on earth is.
const OFFSET_SECONDS: i32 = 15 * 3600;

/// The canonical name of the zone; `None` when there is none, or when it is written as an offset or a rule.
pub(super) fn canonical(value: &str) -> Option<String> {
    let name = value.trim();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_zones_are_taken() {
        assert_eq!(canonical("europe/berlin").as_deref(), Some("Europe/Berlin"));
        assert_eq!(canonical("UTC").as_deref(), Some("UTC"));
        for refused in ["<X>-167", "X-167", "+02:00", "2", "-7", "posixrules/../x", "EST5EDT4,M3.2.0,M11.1.0", ""] {
            assert_eq!(canonical(refused), None, "{refused}");
        }
    }
}
