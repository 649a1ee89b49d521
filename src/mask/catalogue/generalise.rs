//! The beginning of a text: a postcode area, a first letter.

use super::super::input::Column;
use super::super::parameters::{Parameter, Parameters};
use super::super::sql::{call, case, op, text};
use super::{Built, Mask, ResultType, is_text};

pub(super) static MASK: Mask = Mask {
    name: "generalise",
    doc: "The first `keep` characters and two stars; a text that is not longer becomes three stars.",
    parameters: &[Parameter { name: "keep", doc: "Characters shown.", default: None }],
    accepts: "text, varchar, char, name",
    rank: 30,
    takes: is_text,
    build,
};

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let keep = parameters.integer("keep", 0, 0..=1000).to_string();
    let value = column.text();
    let null = format!("({} IS NULL)", column.sql());
    let short = op(&call("length", &[&value]), "<=", &keep);
    let begin = op(&call("left", &[&value, &keep]), "||", &text("**"));
    Built::total(column.own(&case(&[(&null, "NULL"), (&short, &text("***"))], &begin)), ResultType::Own)
}
