//! The tree of a YAML document. Scalars keep their text; what they mean follows from what is asked for.

use std::time::Duration;

use crate::base::Timestamp;

use super::span::{Span, Spanned};
use super::units::{TimeOfDay, parse_duration, parse_size};

/// One value of a document and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub at: Span,
    pub(super) data: Data,
}

/// A key of a mapping with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: String,
    pub key_at: Span,
    pub value: Node,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data {
    Scalar {
        text: String,
        /// Not quoted: may stand for a number, a boolean or nothing.
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// Refused while reading; told already, so nothing more is said about it.
    Refused,
}

/// What a scalar stands for (YAML 1.2 core schema, without octal, hexadecimal, infinities and leading zeros).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar<'a> {
    Nothing,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(&'a str),
}

impl Node {
    /// The value of a key, when this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The keys and values of a mapping, as written; empty for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.data {
            Data::Map(entries) => entries,
            Data::Scalar { text: _, plain: _ } | Data::List(_) | Data::Refused => &[],
        }
    }

    /// The items of a list; empty for anything else.
    pub fn items(&self) -> &[Self] {
        match &self.data {
            Data::List(items) => items,
            Data::Scalar { text: _, plain: _ } | Data::Map(_) | Data::Refused => &[],
        }
    }

    /// This is a mapping.
    pub fn is_map(&self) -> bool {
        matches!(self.data, Data::Map(_))
    }

    /// This is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.data, Data::List(_))
    }

    /// The characters of a scalar, whatever they stand for.
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Scalar { text, plain: _ } => Some(text),
            Data::List(_) | Data::Map(_) | Data::Refused => None,
        }
    }

    /// The characters of a scalar with their place.
    pub fn spanned_text(&self) -> Option<Spanned<String>> {
        self.text().map(|text| Spanned::new(text.to_owned(), self.at.clone()))
    }

    /// The texts of a list of scalars with their places.
    pub fn texts(&self) -> Vec<Spanned<String>> {
        self.items().iter().filter_map(Self::spanned_text).collect()
    }

    /// A boolean.
    pub fn bool(&self) -> Option<bool> {
        match self.scalar()? {
            Scalar::Bool(value) => Some(value),
            Scalar::Nothing | Scalar::Integer(_) | Scalar::Float(_) | Scalar::Text(_) => None,
        }
    }

    /// A whole number.
    pub fn integer(&self) -> Option<i64> {
        match self.scalar()? {
            Scalar::Integer(value) => Some(value),
            Scalar::Nothing | Scalar::Bool(_) | Scalar::Float(_) | Scalar::Text(_) => None,
        }
    }

    /// A whole number that is not negative.
    pub fn count(&self) -> Option<u64> {
        self.integer().and_then(|value| u64::try_from(value).ok())
    }

    /// A number.
    pub fn number(&self) -> Option<f64> {
        match self.scalar()? {
            #[expect(clippy::cast_precision_loss, reason = "bounds and ratios: far below 2^53")]
            Scalar::Integer(value) => Some(value as f64),
            Scalar::Float(value) => Some(value),
            Scalar::Nothing | Scalar::Bool(_) | Scalar::Text(_) => None,
        }
    }

    /// A duration such as `30m`.
    pub fn duration(&self) -> Option<Duration> {
        parse_duration(self.text()?)
    }

    /// A size such as `256KiB`, in bytes.
    pub fn size(&self) -> Option<u64> {
        parse_size(self.text()?)
    }

    /// An RFC 3339 instant.
    pub fn instant(&self) -> Option<Timestamp> {
        Timestamp::parse(self.text()?).ok()
    }

    /// A calendar day such as `2027-03-31`.
    pub fn date(&self) -> Option<jiff::civil::Date> {
        super::units::parse_date(self.text()?)
    }

    /// A time of day such as `07:00`.
    pub fn time_of_day(&self) -> Option<TimeOfDay> {
        TimeOfDay::parse(self.text()?)
    }

    /// Nothing is written here (`key:` alone, or `null`).
    pub fn is_nothing(&self) -> bool {
        self.scalar() == Some(Scalar::Nothing)
    }

    pub(super) fn is_refused(&self) -> bool {
        matches!(self.data, Data::Refused)
    }

    /// What the scalar stands for; `None` when this is no scalar.
    pub(super) fn scalar(&self) -> Option<Scalar<'_>> {
        match &self.data {
            Data::Scalar { text, plain: true } => Some(resolve(text)),
            Data::Scalar { text, plain: false } => Some(Scalar::Text(text)),
            Data::List(_) | Data::Map(_) | Data::Refused => None,
        }
    }
}

fn resolve(text: &str) -> Scalar<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Nothing,
        "true" | "True" | "TRUE" => return Scalar::Bool(true),
        "false" | "False" | "FALSE" => return Scalar::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let starts_as_number =
        digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') && digits.contains(|c: char| c.is_ascii_digit());
    let leading_zero = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if !starts_as_number || leading_zero {
        return Scalar::Text(text);
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().map_or(Scalar::Text(text), Scalar::Integer);
    }
    let only_number_characters = digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    match text.parse::<f64>() {
        Ok(value) if only_number_characters && value.is_finite() => Scalar::Float(value),
        Ok(_) | Err(_) => Scalar::Text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_stand_for_what_yaml_1_2_says_and_for_nothing_more() {
        let cases = [
            ("", Scalar::Nothing),
            ("null", Scalar::Nothing),
            ("true", Scalar::Bool(true)),
            ("yes", Scalar::Text("yes")),
            ("on", Scalar::Text("on")),
            ("-12", Scalar::Integer(-12)),
            ("0", Scalar::Integer(0)),
            ("007", Scalar::Text("007")),
            ("0x10", Scalar::Text("0x10")),
            ("1_000", Scalar::Text("1_000")),
            ("9223372036854775808", Scalar::Text("9223372036854775808")),
            ("0.5", Scalar::Float(0.5)),
            ("1e3", Scalar::Float(1000.0)),
            (".inf", Scalar::Text(".inf")),
            ("infinity", Scalar::Text("infinity")),
            ("1e999", Scalar::Text("1e999")),
            ("2.1.0", Scalar::Text("2.1.0")),
            ("2026-11-18.3", Scalar::Text("2026-11-18.3")),
        ];
        for (text, meaning) in cases {
            assert_eq!(resolve(text), meaning, "{text}");
        }
    }
}
