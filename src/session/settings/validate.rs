//! A value that a client wrote for a setting, as the canonical value that is kept, or the reason why not.

use crate::base::{Encoding, SqlState, UserError, join_names};

use super::table::{Kind, Setting};
use super::{blocks, date_style, duration, time_zone};

/// Words that PostgreSQL reads as a boolean (`parse_bool`): any unambiguous beginning.
const BOOLEANS: [(&str, usize, &str); 6] =
    [("true", 1, "on"), ("false", 1, "off"), ("yes", 1, "on"), ("no", 1, "off"), ("on", 2, "on"), ("off", 2, "off")];

/// The largest number of schemas in a path: every name is looked up in all of them.
const MAX_SCHEMAS: usize = 64;

/// Where a relative value starts from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings<'a> {
    pub current: &'a str,
    pub default: &'a str,
    /// The largest time in milliseconds that the gate allows; `None`: any.
    pub limit_millis: Option<u64>,
    /// Some relation of the grant has a row filter.
    pub filters_rows: bool,
    /// How the warehouse writes what is not printable ASCII.
    pub unprintable: Unprintable,
}

/// What becomes of bytes that are not printable ASCII, in texts that must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unprintable {
    /// `\xc3`, from PostgreSQL 16 on.
    Hexadecimal,
    QuestionMark,
}

/// A canonical value, and whether a limit of the gate lowered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Valid {
    pub value: String,
    pub is_lowered: bool,
}

/// Judges a value. `members` has one entry, or several for a list.
///
/// # Errors
/// 22023 in PostgreSQL's words; 0A000 for an encoding that is never converted; 55P02 for what is only shown; 42501 for what is fixed here.
pub(super) fn validate(setting: &Setting, members: &[String], surroundings: Surroundings<'_>) -> Result<Valid, UserError> {
    if let Kind::SearchPath = setting.kind {
        return match members.len() <= MAX_SCHEMAS {
            true => Ok(exact(join_names(members))),
            false => Err(invalid(setting, &members.join(", "))),
        };
    }
    let value = match members {
        [value] => value.clone(),
        // These take a list.
        _ if matches!(setting.kind, Kind::DateStyle | Kind::RelationKinds) => members.join(", "),
        _ => {
            let message = format!("SET {} takes only one argument", setting.name);
            return Err(UserError::new(SqlState::INVALID_PARAMETER_VALUE, message));
        }
    };
    match &setting.kind {
        Kind::Blocks { min, max } => blocks::canonical(setting, *min, *max, &value),
        Kind::Boolean => boolean(&value).map(exact).ok_or_else(|| no_boolean(setting)),
        Kind::DateStyle => date_style::canonical(&value, surroundings.current, surroundings.default)
            .map(Valid::from)
            .ok_or_else(|| invalid(setting, &value)),
        Kind::Duration => {
            duration::read(&value).map(|millis| lowered(millis, surroundings)).ok_or_else(|| invalid(setting, &value))
        }
        Kind::Encoding => encoding(setting, &value),
        Kind::Enum(words) => one_of(setting, words, &value),
        Kind::Fixed { value: fixed, why } => only(setting, fixed, why, &value),
        Kind::Integer { min, max } => integer(setting, *min, *max, &value),
        Kind::IntervalStyle => one_of(setting, &["postgres", "postgres_verbose", "sql_standard", "iso_8601"], &value),
        Kind::Real { min, max } => real(setting, *min, *max, &value),
        Kind::RelationKinds => relation_kinds(setting, &value),
        Kind::RowSecurity => row_security(setting, &value, surroundings.filters_rows),
        Kind::Text => Ok(exact(clean(&value, surroundings.unprintable))),
        Kind::TimeZone => time_zone::canonical(&value).map(exact).ok_or_else(|| {
            invalid(setting, &value)
                .hint("Use the name of a time zone, such as Europe/Berlin, or an offset within 15 hours of UTC, such as -7.")
        }),
        // A transaction's own modes never get here; what is shown cannot be set.
        Kind::ReadOnly | Kind::SearchPath | Kind::SessionUser | Kind::Transaction => {
            Err(UserError::new(SqlState::CANT_CHANGE_RUNTIME_PARAM, format!("parameter \"{}\" cannot be changed", setting.name)))
        }
    }
}

impl From<String> for Valid {
    fn from(value: String) -> Self {
        exact(value)
    }
}

const fn exact(value: String) -> Valid {
    Valid { value, is_lowered: false }
}

/// `on` or `off`.
pub(in crate::session) fn boolean(value: &str) -> Option<String> {
    let value = value.trim().to_ascii_lowercase();
    let digit = match value.as_str() {
        "1" => Some("on"),
        "0" => Some("off"),
        _ => None,
    };
    let word =
        || BOOLEANS.iter().find(|(word, least, _)| value.len() >= *least && word.starts_with(&value)).map(|(_, _, on)| *on);
    digit.or_else(word).map(str::to_owned)
}

/// No limit and a limit above the gate's are the gate's.
fn lowered(millis: u64, surroundings: Surroundings<'_>) -> Valid {
    match surroundings.limit_millis {
        // "No limit of my own" leaves the gate's, and is no news.
        Some(limit) if millis == 0 => exact(duration::show(limit)),
        Some(limit) if millis > limit => Valid { value: duration::show(limit), is_lowered: true },
        Some(_) | None => exact(duration::show(millis)),
    }
}

fn one_of(setting: &Setting, words: &[&str], value: &str) -> Result<Valid, UserError> {
    let word = words.iter().find(|word| word.eq_ignore_ascii_case(value.trim()));
    let hint = || format!("Available values: {}.", words.join(", "));
    word.map(|word| exact((*word).to_owned())).ok_or_else(|| invalid(setting, value).hint(hint()))
}

/// PostgreSQL: `check_client_encoding`. One spelling is kept as it is, for old JDBC drivers.
fn encoding(setting: &Setting, value: &str) -> Result<Valid, UserError> {
    let found = Encoding::find(value).ok_or_else(|| invalid(setting, value))?;
    match (found.is_convertible(), value) {
        (true, "UNICODE") => Ok(exact(value.to_owned())),
        (true, _) => Ok(exact(found.name().to_owned())),
        (false, _) => Err(UserError { sqlstate: SqlState::FEATURE_NOT_SUPPORTED, ..invalid(setting, value) }
            .detail(format!("Conversion between {} and UTF8 is not supported.", found.name()))),
    }
}

fn no_boolean(setting: &Setting) -> UserError {
    UserError::new(SqlState::INVALID_PARAMETER_VALUE, format!("parameter \"{}\" requires a Boolean value", setting.name))
}

/// `off` asks for an error wherever rows would be filtered: with a row filter it could only be kept by refusing what the grant is for.
fn row_security(setting: &Setting, value: &str, filters_rows: bool) -> Result<Valid, UserError> {
    if filters_rows {
        return only(setting, "on", "Row filters cannot be switched off.", value);
    }
    boolean(value).map(exact).ok_or_else(|| no_boolean(setting))
}

fn only(setting: &Setting, fixed: &'static str, why: &'static str, value: &str) -> Result<Valid, UserError> {
    let is_same = match fixed {
        "on" | "off" => boolean(value).as_deref() == Some(fixed),
        fixed => value.eq_ignore_ascii_case(fixed),
    };
    match is_same {
        true => Ok(exact(fixed.to_owned())),
        false => Err(UserError::new(
            SqlState::INSUFFICIENT_PRIVILEGE,
            format!("parameter \"{}\" cannot be set to \"{value}\" here", setting.name),
        )
        .detail(why)
        .hint("SHOW tells the value that is in force.")),
    }
}

fn integer(setting: &Setting, min: i64, max: i64, value: &str) -> Result<Valid, UserError> {
    let number: i64 = value.trim().parse().map_err(|_| invalid(setting, value))?;
    match (min..=max).contains(&number) {
        true => Ok(exact(number.to_string())),
        false => {
            let message = format!("{number} is outside the valid range for parameter \"{}\" ({min} .. {max})", setting.name);
            Err(UserError::new(SqlState::INVALID_PARAMETER_VALUE, message))
        }
    }
}

/// PostgreSQL: `parse_real`.
fn real(setting: &Setting, min: f64, max: f64, value: &str) -> Result<Valid, UserError> {
    let number = value.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let number = number.ok_or_else(|| invalid(setting, value))?;
    match (min..=max).contains(&number) {
        true => Ok(exact(general(number))),
        false => {
            let (shown, least, most) = (general(number), general(min), general(max));
            let message = format!("{shown} is outside the valid range for parameter \"{}\" ({least} .. {most})", setting.name);
            Err(UserError::new(SqlState::INVALID_PARAMETER_VALUE, message))
        }
    }
}

/// A finite number as C's `%g` writes it: six digits, an exponent when it has more before the point or many zeros behind it.
fn general(number: f64) -> String {
    let scientific = format!("{number:.5e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let plain = |digits: &str| match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => digits.to_owned(),
    };
    match (-4..6).contains(&exponent) {
        true => plain(&format!("{number:.*}", usize::try_from(5 - exponent).unwrap_or_default())),
        false => format!("{}e{}{:02}", plain(digits), if exponent < 0 { '-' } else { '+' }, exponent.abs()),
    }
}

/// PostgreSQL: `pg_clean_ascii`; names longer than an identifier are cut before.
pub(super) fn clean(value: &str, unprintable: Unprintable) -> String {
    let end = (0..=value.len().min(63)).rev().find(|at| value.is_char_boundary(*at)).unwrap_or(0);
    let mut cleaned = String::new();
    for byte in value.bytes().take(end) {
        match (byte, unprintable) {
            (32..=126, _) => cleaned.push(char::from(byte)),
            (_, Unprintable::QuestionMark) => cleaned.push('?'),
            (_, Unprintable::Hexadecimal) => cleaned.push_str(&format!("\\x{byte:02x}")),
        }
    }
    cleaned
}

/// PostgreSQL: `check_restrict_nonsystem_relation_kind`. Kept as it is written.
fn relation_kinds(setting: &Setting, value: &str) -> Result<Valid, UserError> {
    let words: Vec<&str> = value.split(',').map(str::trim).collect();
    let wrong = |word: &&&str| !matches!(word.to_ascii_lowercase().as_str(), "view" | "foreign-table");
    match words.iter().find(wrong) {
        None => Ok(exact(value.to_owned())),
        Some(_) if value.trim().is_empty() => Ok(exact(value.to_owned())),
        Some(word) => Err(invalid(setting, value).detail(format!("Unrecognized key word: \"{word}\"."))),
    }
}

pub(super) fn invalid(setting: &Setting, value: &str) -> UserError {
    let message = format!("invalid value for parameter \"{}\": \"{value}\"", setting.name);
    UserError::new(SqlState::INVALID_PARAMETER_VALUE, message)
}

#[cfg(test)]
mod tests {
    use super::super::table::find;
    use super::*;

    fn check(name: &str, value: &str) -> Result<String, String> {
        let unprintable = Unprintable::QuestionMark;
        let surroundings = Surroundings {
            current: "ISO, MDY",
            default: "ISO, MDY",
            limit_millis: Some(60_000),
            filters_rows: true,
            unprintable,
        };
        validate(find(name).unwrap(), &[value.to_owned()], surroundings)
            .map(|valid| valid.value)
            .map_err(|error| error.sqlstate.as_str().to_owned())
    }

    #[test]
    fn values_are_kept_in_their_canonical_form() {
        assert_eq!(check("extra_float_digits", "3").unwrap(), "3");
        assert_eq!(check("IntervalStyle", "POSTGRES").unwrap(), "postgres");
        assert_eq!(check("client_encoding", "'utf-8'").unwrap(), "UTF8");
        assert_eq!(check("client_encoding", "unicode").unwrap(), "UTF8");
        assert_eq!(check("client_encoding", "UNICODE").unwrap(), "UNICODE");
        assert_eq!(check("client_encoding", "iso-8859-1").unwrap(), "LATIN1");
        assert_eq!(check("client_encoding", "latin99").unwrap_err(), "22023");
        assert_eq!(check("client_encoding", "mule_internal").unwrap_err(), "0A000");
        assert_eq!(check("default_transaction_deferrable", "tr").unwrap(), "on");
        assert_eq!(check("application_name", "pâté\n").unwrap(), "p??t???");
        assert_eq!(clean("â\t", Unprintable::Hexadecimal), r"\xc3\xa2\x09");
        assert_eq!(clean(&format!("{}â", "x".repeat(62)), Unprintable::QuestionMark), "x".repeat(62));
    }

    #[test]
    fn numbers_are_shown_as_postgresql_shows_them() {
        for (written, shown) in [
            ("-1", "-1"),
            ("0", "0"),
            ("100000", "100000"),
            ("999999.4", "999999"),
            ("1000000", "1e+06"),
            ("1.5e3", "1500"),
            (" 0.1234567 ", "0.123457"),
            ("0.00001", "1e-05"),
            ("12345678", "1.23457e+07"),
        ] {
            assert_eq!(check("jit_above_cost", written).as_deref(), Ok(shown), "{written}");
        }
        for refused in ["-1.1", "NaN", "inf", "on", ""] {
            assert_eq!(check("jit_above_cost", refused).unwrap_err(), "22023", "{refused}");
        }
    }

    #[test]
    fn what_would_open_a_door_is_refused() {
        assert_eq!(check("role", "postgres").unwrap_err(), "42501");
        assert_eq!(check("server_version", "18").unwrap_err(), "55P02");
        assert_eq!(check("TimeZone", "<X>-167").unwrap_err(), "22023");
        assert_eq!(check("extra_float_digits", "4").unwrap_err(), "22023");
    }

    #[test]
    fn a_time_limit_can_only_be_lowered() {
        assert_eq!(check("statement_timeout", "5s").unwrap(), "5s");
        assert_eq!(check("statement_timeout", "0").unwrap(), "1min");
        assert_eq!(check("statement_timeout", "1h").unwrap(), "1min");
    }
}
