//! Dates and times without their finer parts.

use super::super::date;
use super::super::input::{Column, Family};
use super::super::parameters::{Parameter, Parameters};
use super::super::sql::{call, text};
use super::{Built, Mask, ResultType};

const DATE_UNITS: &[&str] = &["week", "month", "quarter", "year", "decade", "century"];
const TIME_UNITS: &[&str] = &["minute", "hour", "day", "week", "month", "quarter", "year", "decade", "century"];

pub(super) static MASK: Mask = Mask {
    name: "date_trunc",
    doc: "The first instant of the minute, hour, day, week, month, quarter, year, decade or century (in UTC). Dates before 4000 BC count as 4000 BC, dates after 290000 as 290000.",
    parameters: &[Parameter {
        name: "unit",
        doc: "minute, hour, day (of times only), week, month, quarter, year, decade or century.",
        default: None,
    }],
    accepts: "date, timestamp, timestamptz",
    rank: 30,
    takes: date::accepts,
    build,
};

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let units = if column.family == Family::Date { DATE_UNITS } else { TIME_UNITS };
    let unit = text(parameters.choice("unit", units));
    Built::total(date::masked(column, |value| call("date_trunc", &[&unit, value])), ResultType::Own)
}
