//! Amounts of memory that are kept in blocks of 8 kB, as PostgreSQL reads and shows them.

use crate::base::{SqlState, UserError};

use super::table::Setting;
use super::validate::{Valid, invalid};

/// Units from the largest, with their bytes; smaller ones than a block are read alone.
const UNITS: [(&str, f64); 5] =
    [("TB", 1_099_511_627_776.0), ("GB", 1_073_741_824.0), ("MB", 1_048_576.0), ("kB", 1024.0), ("B", 1.0)];
const BLOCK_BYTES: f64 = 8192.0;
/// Units in which an amount is shown, with their blocks.
const SHOWN: [(&str, i64); 3] = [("TB", 134_217_728), ("GB", 131_072), ("MB", 128)];
const BLOCK_KILOBYTES: i64 = 8;

/// The value as it is shown, `4GB`.
///
/// # Errors
/// 22023 for what is no amount, or out of range.
pub(super) fn canonical(setting: &Setting, min: i64, max: i64, value: &str) -> Result<Valid, UserError> {
    let blocks = read(value).ok_or_else(|| {
        invalid(setting, value).hint("Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\".")
    })?;
    match (min..=max).contains(&blocks) {
        true => Ok(Valid::from(show(blocks))),
        false => {
            let message = format!("{blocks} 8kB is outside the valid range for parameter \"{}\" ({min} .. {max})", setting.name);
            Err(UserError::new(SqlState::INVALID_PARAMETER_VALUE, message))
        }
    }
}

/// The number of blocks; of a number without a unit that number.
pub(super) fn read(value: &str) -> Option<i64> {
    let value = value.trim();
    let end = value.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-')).unwrap_or(value.len());
    let (number, unit) = value.split_at_checked(end)?;
    let number: f64 = number.parse().ok()?;
    let bytes = match unit.trim() {
        "" => BLOCK_BYTES,
        unit => UNITS.iter().find(|(name, _)| *name == unit).map(|(_, bytes)| *bytes)?,
    };
    let blocks = (number * bytes / BLOCK_BYTES).round();
    #[expect(clippy::cast_possible_truncation, reason = "checked to be far within the range")]
    (blocks.abs() < 1e15).then_some(blocks as i64)
}

/// With the largest unit that divides it; 0 has none.
fn show(blocks: i64) -> String {
    if blocks == 0 {
        return "0".to_owned();
    }
    match SHOWN.into_iter().find(|(_, size)| blocks % size == 0) {
        Some((unit, size)) => format!("{}{unit}", blocks / size),
        None => format!("{}kB", blocks * BLOCK_KILOBYTES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_and_shown_as_postgresql_does() {
        for (value, blocks, shown) in [
            ("4GB", 524_288, "4GB"),
            ("524288", 524_288, "4GB"),
            ("1.5GB", 196_608, "1536MB"),
            (" 100 kB ", 13, "104kB"),
            ("0", 0, "0"),
            ("2TB", 268_435_456, "2TB"),
        ] {
            assert_eq!(read(value), Some(blocks), "{value}");
            assert_eq!(show(blocks), shown);
        }
        for wrong in ["", "x", "5 gb", "5GBx", "--1", "1e300"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
