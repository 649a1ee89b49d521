//! Numbers rounded.

use super::super::input::Column;
use super::super::number;
use super::super::parameters::{Parameter, Parameters};
use super::{Built, Mask, ResultType};

pub(super) static MASK: Mask = Mask {
    name: "round",
    doc: "The number rounded to that many digits after the decimal point (-2: to hundreds), within the range of the column's type.",
    parameters: &[Parameter { name: "digits", doc: "Digits after the point; negative: zeros before it.", default: None }],
    accepts: "smallint, integer, bigint, numeric, real, double precision",
    rank: 30,
    takes: number::accepts,
    build,
};

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let digits = parameters.integer("digits", 0, -30..=30);
    let kept = if number::is_integer(column.family) { Some(0) } else { column.numeric().map(|(_, scale)| i64::from(scale)) };
    if let Some(kept) = kept.filter(|kept| digits >= *kept) {
        parameters.problem(format!("rounding to {digits} digits changes nothing in {}, which has {kept}", column.type_text()));
    }
    Built::total(number::masked(column, |value| number::round(value, digits)), ResultType::Own)
}
