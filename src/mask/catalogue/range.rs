//! Numbers as the name of the interval in which they lie.

use super::super::input::Column;
use super::super::number;
use super::super::parameters::{Parameter, Parameters};
use super::super::sql::{case, op, text};
use super::{Built, Mask, ResultType, TEXT};

pub(super) static MASK: Mask = Mask {
    name: "range",
    doc: "The label of the interval in which the number lies: labels[0] below bounds[0], and so on; the last label from the last bound on (NaN too).",
    parameters: &[
        Parameter { name: "bounds", doc: "Ascending numbers; each belongs to the interval above it.", default: None },
        Parameter { name: "labels", doc: "One label more than bounds.", default: None },
    ],
    accepts: "smallint, integer, bigint, numeric, real, double precision (become text)",
    rank: 30,
    takes: number::accepts,
    build,
};

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let bounds = parameters.numbers("bounds");
    let labels = parameters.texts("labels");
    if bounds.is_empty() || bounds.len() > 100 || bounds.windows(2).any(|pair| matches!(pair, [low, high] if low >= high)) {
        parameters.problem("bounds must be 1 to 100 ascending numbers");
    }
    if bounds.iter().any(|bound| bound.abs() > 1e30) {
        parameters.problem("bounds must lie between -1e30 and 1e30");
    }
    if labels.len() != bounds.len() + 1 {
        parameters.problem(format!("{} bounds need {} labels, not {}", bounds.len(), bounds.len() + 1, labels.len()));
    }
    let mut arms = vec![(format!("({} IS NULL)", column.sql()), "NULL".to_owned())];
    for (bound, label) in bounds.iter().zip(&labels) {
        let bound = number::constant_like(column, *bound);
        arms.push((op(&number::comparable(column), "<", &bound), text(label)));
    }
    let arms: Vec<(&str, &str)> = arms.iter().map(|(condition, label)| (condition.as_str(), label.as_str())).collect();
    let last = text(labels.last().map_or("", String::as_str));
    Built::total(case(&arms, &last), ResultType::Builtin(TEXT))
}
