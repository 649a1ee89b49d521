//! Coordinates rounded.

use super::super::input::{Column, Family};
use super::super::number;
use super::super::parameters::{Parameter, Parameters};
use super::super::sql::{case, cast, one_of};
use super::{Built, Mask, NUMERIC, ResultType};

pub(super) static MASK: Mask = Mask {
    name: "geo_round",
    doc: "The coordinate rounded to that many digits: 2 are about a kilometre. Of double precision the result is numeric, infinities become NaN.",
    parameters: &[Parameter { name: "digits", doc: "Digits after the point.", default: Some("2") }],
    accepts: "numeric (same type), double precision (becomes numeric)",
    rank: 30,
    takes,
    build,
};

fn takes(family: Family) -> bool {
    matches!(family, Family::Float8 | Family::Numeric)
}

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let digits = parameters.integer("digits", 2, -2..=10);
    if column.family == Family::Numeric {
        return Built::total(number::masked(column, |value| number::round(value, digits)), ResultType::Own);
    }
    let value = column.base();
    // Infinite numerics exist only from PostgreSQL 14 on.
    let infinite = one_of(&cast(&value, "text"), &["Infinity", "-Infinity"].map(str::to_owned));
    let rounded = number::round(&cast(&value, "numeric"), digits);
    Built::total(case(&[(&infinite, &cast("'NaN'", "numeric"))], &rounded), ResultType::Builtin(NUMERIC))
}
