//! Every value becomes NULL.

use super::super::input::Column;
use super::super::parameters::Parameters;
use super::{Built, Mask, ResultType, any};

pub(super) static MASK: Mask = Mask {
    name: "nullify",
    doc: "Every value becomes NULL; the column keeps its type, so that queries and reports go on working.",
    parameters: &[],
    accepts: "every type",
    rank: 95,
    takes: any,
    build,
};

fn build(column: &Column<'_>, _: &mut Parameters<'_>) -> Built {
    Built::total(column.own("NULL"), ResultType::Own)
}
