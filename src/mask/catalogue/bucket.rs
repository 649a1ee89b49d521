//! Numbers rounded down to a grid.

use super::super::input::Column;
use super::super::number;
use super::super::parameters::{Parameter, Parameters};
use super::super::sql::{call, op};
use super::{Built, Mask, ResultType};

pub(super) static MASK: Mask = Mask {
    name: "bucket",
    doc: "The lower end of the interval of that width in which the number lies, within the range of the column's type.",
    parameters: &[
        Parameter { name: "width", doc: "Width of an interval.", default: None },
        Parameter { name: "origin", doc: "An end of an interval.", default: Some("0") },
    ],
    accepts: "smallint, integer, bigint, numeric, real, double precision",
    rank: 30,
    takes: number::accepts,
    build,
};

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let width = number::constant(parameters.number("width", 1.0, 1e-30..=1e30));
    let origin = number::constant(parameters.number("origin", 0.0, -1e30..=1e30));
    let masked = number::masked(column, |value| {
        let index = call("floor", &[&op(&op(value, "-", &origin), "/", &width)]);
        op(&op(&index, "*", &width), "+", &origin)
    });
    Built::total(masked, ResultType::Own)
}
