//! Numbers through a mask: computed as numeric, brought back into the range of the column, cast to its own type.

use super::input::{Column, Family};
use super::sql::{call, case, cast, clamp, one_of, op, unless_null};

/// Numerics without a precision have up to 131,072 digits, and rounding the largest up overflows: beyond this they count as this.
const NUMERIC_LIMIT: &str = "1e1000";
/// Likewise for float8 (at most 1.8e308) and float4 (at most 3.4e38).
const FLOAT8_LIMIT: &str = "1e300";
const FLOAT4_LIMIT: &str = "1e37";

/// The number types.
pub(super) fn accepts(family: Family) -> bool {
    is_integer(family) || matches!(family, Family::Numeric | Family::Float4 | Family::Float8)
}

pub(super) fn is_integer(family: Family) -> bool {
    matches!(family, Family::Int2 | Family::Int4 | Family::Int8)
}

/// Applies `mask` (numeric → numeric, finite and below the limits) to the column; the result has the column's own type.
/// NULL, NaN and the infinities stay what they are.
pub(super) fn masked(column: &Column<'_>, mask: impl Fn(&str) -> String) -> String {
    let value = column.base();
    let sql = match column.family {
        Family::Int2 => bounded(&value, &mask, "-32768", "32767"),
        Family::Int4 => bounded(&value, &mask, "-2147483648", "2147483647"),
        Family::Int8 => bounded(&value, &mask, "-9223372036854775808", "9223372036854775807"),
        Family::Float4 => within(&value, &mask, "float4", FLOAT4_LIMIT),
        Family::Float8 => within(&value, &mask, "float8", FLOAT8_LIMIT),
        Family::Array(_)
        | Family::Bool
        | Family::Date
        | Family::Inet
        | Family::Json
        | Family::Jsonb
        | Family::Numeric
        | Family::Text
        | Family::Timestamp
        | Family::TimestampTz
        | Family::Uuid
        | Family::Other => match column.numeric() {
            Some((precision, scale)) => {
                let greatest = greatest(precision, scale);
                let masked = bounded(&value, &mask, &format!("-{greatest}"), &greatest);
                // A numeric with a precision holds no infinity, but NaN.
                case(&[(&op(&value, "=", &cast("'NaN'", "numeric")), &value)], &masked)
            }
            None => within(&value, &mask, "numeric", NUMERIC_LIMIT),
        },
    };
    column.own(&sql)
}

fn bounded(value: &str, mask: impl Fn(&str) -> String, least: &str, greatest: &str) -> String {
    let masked = mask(&cast(value, "numeric"));
    unless_null(value, &clamp(&masked, &cast(least, "numeric"), &cast(greatest, "numeric")))
}

fn within(value: &str, mask: impl Fn(&str) -> String, own: &str, limit: &str) -> String {
    let (least, greatest) = (cast(&format!("'-{limit}'"), own), cast(&format!("'{limit}'"), own));
    let inside = format!("({} AND {})", op(value, ">=", &least), op(value, "<=", &greatest));
    let masked = cast(&mask(&cast(value, "numeric")), own);
    // As text, because numeric infinities cannot be written before PostgreSQL 14. No setting changes these three texts.
    let special = one_of(&cast(value, "text"), &["NaN", "Infinity", "-Infinity"].map(str::to_owned));
    case(
        &[
            (&format!("({value} IS NULL)"), "NULL"),
            (&inside, &masked),
            (&special, value),
            (&op(value, ">", &cast("0", own)), &greatest),
        ],
        &least,
    )
}

/// The greatest value of `numeric(precision, scale)`: 99.99 for (4, 2).
fn greatest(precision: u32, scale: i32) -> String {
    let digits = usize::try_from(precision).unwrap_or(0);
    match usize::try_from(scale) {
        Err(_) => format!("{}{}", "9".repeat(digits), "0".repeat(usize::try_from(scale.unsigned_abs()).unwrap_or(0))),
        Ok(0) => "9".repeat(digits),
        Ok(scale) if scale < digits => format!("{}.{}", "9".repeat(digits - scale), "9".repeat(scale)),
        Ok(scale) => format!("0.{}{}", "0".repeat(scale - digits), "9".repeat(digits)),
    }
}

/// A number of a policy as a numeric constant.
pub(super) fn constant(number: f64) -> String {
    cast(&number.to_string(), "numeric")
}

/// A number of a policy as a constant that [`comparable`] can be compared with.
pub(super) fn constant_like(column: &Column<'_>, number: f64) -> String {
    if is_float(column.family) { cast(&format!("'{number}'"), "float8") } else { constant(number) }
}

/// The column as float8 or numeric: comparing those never raises.
pub(super) fn comparable(column: &Column<'_>) -> String {
    cast(column.sql(), if is_float(column.family) { "float8" } else { "numeric" })
}

fn is_float(family: Family) -> bool {
    matches!(family, Family::Float4 | Family::Float8)
}

/// `round(value, digits)`.
pub(super) fn round(value: &str, digits: i64) -> String {
    call("round", &[value, &digits.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_value_of_a_numeric() {
        assert_eq!(greatest(4, 2), "99.99");
        assert_eq!(greatest(3, 0), "999");
        assert_eq!(greatest(2, -3), "99000");
        assert_eq!(greatest(2, 4), "0.0099");
        assert_eq!(greatest(2, 2), "0.99");
    }
}
