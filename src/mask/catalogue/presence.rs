//! Only whether there is a value.

use super::super::input::Column;
use super::super::parameters::Parameters;
use super::{BOOL, Built, Mask, ResultType, any};

pub(super) static MASK: Mask = Mask {
    name: "presence",
    doc: "true where there is a value, false for NULL.",
    parameters: &[],
    accepts: "every type",
    rank: 80,
    takes: any,
    build,
};

fn build(column: &Column<'_>, _: &mut Parameters<'_>) -> Built {
    let built = Built::total(format!("({} IS NOT NULL)", column.sql()), ResultType::Builtin(BOOL));
    // From PostgreSQL 17 on the planner knows the answer for a column that is NOT NULL.
    Built { constant: column.input.not_null, ..built }
}
