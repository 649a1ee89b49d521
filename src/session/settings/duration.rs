//! Times as PostgreSQL reads and shows them: a number of milliseconds, or a number with a unit.

/// Units from the largest, with their milliseconds.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1)];
/// The largest value of such a setting: a 32-bit integer.
const MAX_MILLIS: u64 = 0x7fff_ffff;

/// Milliseconds; `None` when it is no time or too long.
pub(super) fn read(value: &str) -> Option<u64> {
    let value = value.trim();
    let end = value.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len());
    let (number, unit) = value.split_at_checked(end)?;
    let number: f64 = number.parse().ok()?;
    let factor = match unit.trim() {
        "" => 1.0,
        "us" => 0.001,
        unit => UNITS.iter().find(|(name, _)| *name == unit).map(|(_, millis)| *millis as f64)?,
    };
    let millis = (number * factor).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be within 0 and 2^31")]
    (0.0..=MAX_MILLIS as f64).contains(&millis).then_some(millis as u64)
}

/// With the largest unit that divides it, `15min`; 0 has none.
pub(super) fn show(millis: u64) -> String {
    if millis == 0 {
        return "0".to_owned();
    }
    let (unit, size) = UNITS.into_iter().find(|(_, size)| millis.is_multiple_of(*size)).unwrap_or(("ms", 1));
    format!("{}{unit}", millis / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_shown_as_postgresql_does() {
        for (value, millis, shown) in
            [("0", 0, "0"), ("60000", 60_000, "1min"), ("5s", 5_000, "5s"), ("1.5 s", 1_500, "1500ms"), (" 2h ", 7_200_000, "2h")]
        {
            assert_eq!(read(value), Some(millis), "{value}");
            assert_eq!(show(millis), shown);
        }
        for wrong in ["-1", "x", "5 S", "5 weeks", "", "99999999999"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
