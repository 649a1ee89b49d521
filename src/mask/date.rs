//! Dates and times through a mask: brought into a range that every function supports; the infinities stay what they are.

use super::input::{Column, Family};
use super::sql::{call, case, cast, clamp};

/// Timestamps end in 294276, dates in 5874897; both begin in 4713 BC, and truncation goes further back.
const LEAST: [&str; 3] = ["-4000", "1", "1"];
const GREATEST: [&str; 3] = ["290000", "1", "1"];

/// date, timestamp, timestamptz.
pub(super) fn accepts(family: Family) -> bool {
    matches!(family, Family::Date | Family::Timestamp | Family::TimestampTz)
}

/// Applies `mask` (timestamp → timestamp, in UTC) to the column; the result has the column's own type.
pub(super) fn masked(column: &Column<'_>, mask: impl Fn(&str) -> String) -> String {
    let value = column.base();
    let inside = match column.family {
        Family::TimestampTz => utc(&mask(&utc(&clamp(&value, &utc(&timestamp(&LEAST)), &utc(&timestamp(&GREATEST)))))),
        Family::Date => {
            let clamped = clamp(&value, &call("make_date", &LEAST), &call("make_date", &GREATEST));
            cast(&mask(&cast(&clamped, "timestamp")), "date")
        }
        Family::Array(_)
        | Family::Bool
        | Family::Float4
        | Family::Float8
        | Family::Inet
        | Family::Int2
        | Family::Int4
        | Family::Int8
        | Family::Json
        | Family::Jsonb
        | Family::Numeric
        | Family::Text
        | Family::Timestamp
        | Family::Uuid
        | Family::Other => mask(&clamp(&value, &timestamp(&LEAST), &timestamp(&GREATEST))),
    };
    // isfinite(NULL) is NULL: then the value itself, which is NULL.
    column.own(&case(&[(&call("isfinite", &[&value]), &inside)], &value))
}

/// timestamptz ↔ timestamp at UTC, whatever the session's time zone is.
pub(super) fn utc(value: &str) -> String {
    call("timezone", &["'UTC'", value])
}

fn timestamp(date: &[&str]) -> String {
    cast(&call("make_date", date), "timestamp")
}
