//! The same value for all.

use core::net::IpAddr;
use std::collections::BTreeMap;

use crate::base::quote_literal;
use crate::document::Value;

use super::super::input::{Column, Family};
use super::super::parameters::{Parameter, Parameters, as_text};
use super::super::sql::unless_null;
use super::{Built, Mask, ResultType, any};

pub(super) static MASK: Mask = Mask {
    name: "constant",
    doc: "Every value becomes the same one; NULL stays NULL unless keep_nulls is false.",
    parameters: &[
        Parameter { name: "value", doc: "The value, of the column's type.", default: None },
        Parameter { name: "keep_nulls", doc: "NULL stays NULL.", default: Some("true") },
    ],
    accepts: "every type",
    rank: 90,
    takes: any,
    build,
};

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let keep_nulls = parameters.flag("keep_nulls", true);
    let written = parameters.value("value").unwrap_or(&Value::Nothing);
    let (literal, checked) = match literal(column, written) {
        Checked::Valid(text) => (text, true),
        Checked::Unknown(text) => (text, false),
        Checked::Wrong => {
            if parameters.value("value").is_some() {
                parameters.problem(format!("parameter \"value\" of mask \"constant\" is no {}", column.type_text()));
            }
            (String::new(), true)
        }
    };
    let value = column.own(&quote_literal(&literal));
    let sql = if keep_nulls { column.own(&unless_null(column.sql(), &value)) } else { value };
    Built { sql, result: ResultType::Own, total: checked, constant: true, key_domain: None }
}

/// Whether a value is known to be of the type.
enum Checked {
    Valid(String),
    /// Only the server can tell.
    Unknown(String),
    Wrong,
}

fn literal(column: &Column<'_>, written: &Value) -> Checked {
    let text = as_text(written);
    let valid = match column.family {
        Family::Json | Family::Jsonb => json(written),
        Family::Text => text.filter(|text| {
            let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
            column.longest_text().is_none_or(|longest| characters <= longest)
        }),
        Family::Bool => text.filter(|text| text == "true" || text == "false"),
        Family::Int2 => text.filter(|text| text.parse::<i16>().is_ok()),
        Family::Int4 => text.filter(|text| text.parse::<i32>().is_ok()),
        Family::Int8 => text.filter(|text| text.parse::<i64>().is_ok()),
        Family::Float4 => text.filter(|text| text.parse::<f32>().is_ok_and(|value| value == 0.0 || value.is_normal())),
        Family::Float8 => text.filter(|text| text.parse::<f64>().is_ok_and(|value| value == 0.0 || value.is_normal())),
        Family::Numeric => text.filter(|text| fits_numeric(text, column.numeric())),
        Family::Date => text.filter(|text| is_date(text)),
        Family::Timestamp => {
            text.filter(|text| is_date(text) || (text.len() >= 19 && text.parse::<jiff::civil::DateTime>().is_ok()))
        }
        Family::TimestampTz => text.filter(|text| text.parse::<jiff::Timestamp>().is_ok()),
        Family::Uuid => text.filter(|text| uuid::Uuid::parse_str(text).is_ok()),
        Family::Inet => text.filter(|text| text.parse::<IpAddr>().is_ok()),
        Family::Array(_) | Family::Other => return text.map_or(Checked::Wrong, Checked::Unknown),
    };
    valid.map_or(Checked::Wrong, Checked::Valid)
}

fn is_date(text: &str) -> bool {
    text.len() == "2000-01-01".len() && text.parse::<jiff::civil::Date>().is_ok()
}

/// Plain decimals only: digits before the point within the precision.
fn fits_numeric(text: &str, declared: Option<(u32, i32)>) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |text: &str| !text.is_empty() && text.len() <= 1000 && text.chars().all(|c| c.is_ascii_digit());
    let significant = whole.trim_start_matches('0').len();
    let most = declared.map_or(1000, |(precision, scale)| i64::from(precision) - i64::from(scale));
    // Rounding to the scale may carry into one digit more: a value with more decimals than the scale must have room for it.
    let carries = declared.is_some_and(|(_, scale)| part.trim_end_matches('0').len() > usize::try_from(scale).unwrap_or(0));
    plain(whole) && plain(part) && i64::try_from(significant).unwrap_or(i64::MAX) + i64::from(carries) <= most.max(0)
}

fn json(written: &Value) -> Option<String> {
    // A text is JSON text when it is one, so that `'{"a": 1}'` can be written, else a JSON string.
    let parsed = if let Value::Text(text) = written { serde_json::from_str(text).ok() } else { None };
    let value = parsed.unwrap_or_else(|| to_json(written));
    // jsonb keeps no NUL, and numbers within numeric.
    let text = value.to_string();
    (!text.contains("\\u0000")).then_some(text)
}

fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Nothing => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Float(value) => (*value).into(),
        Value::Text(text) => text.clone().into(),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Map(entries) => object(entries),
    }
}

fn object(entries: &BTreeMap<String, Value>) -> serde_json::Value {
    entries.iter().map(|(key, value)| (key.clone(), to_json(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::fits_numeric;

    #[test]
    fn a_decimal_fits_or_not() {
        let declared = Some((4, 2));
        for (text, fits) in
            [("99.99", true), ("-99", true), ("100", false), ("99.999", false), ("9.999", true), ("1e2", false), ("", false)]
        {
            assert_eq!(fits_numeric(text, declared), fits, "{text}");
        }
        assert!(fits_numeric("123456789012345678901234567890.5", None));
        assert!(fits_numeric("99000", Some((2, -3))));
    }
}
