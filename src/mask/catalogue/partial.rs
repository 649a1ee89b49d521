//! The beginning and the end of a text.

use super::super::input::Column;
use super::super::parameters::{Parameter, Parameters};
use super::super::sql::{call, case, op};
use super::{Built, Mask, ResultType, is_text};

pub(super) static MASK: Mask = Mask {
    name: "partial",
    doc: "The first and last characters with eight stars between, whatever the length; a text too short to hide at least `min` characters becomes eight stars.",
    parameters: &[
        Parameter { name: "prefix", doc: "Characters shown at the beginning.", default: Some("0") },
        Parameter { name: "suffix", doc: "Characters shown at the end.", default: Some("0") },
        Parameter { name: "min", doc: "Characters that must be hidden at least.", default: Some("4") },
    ],
    accepts: "text, varchar, char, name",
    rank: 40,
    takes: is_text,
    build,
};

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let prefix = parameters.integer("prefix", 0, 0..=1000);
    let suffix = parameters.integer("suffix", 0, 0..=1000);
    let min = parameters.integer("min", 4, 1..=1000);
    let value = column.text();
    let stars = call("repeat", &["'*'", "8"]);
    let begin = call("left", &[&value, &prefix.to_string()]);
    let end = call("right", &[&value, &suffix.to_string()]);
    let too_short = op(&call("length", &[&value]), "<", &(prefix + suffix + min).to_string());
    let null = format!("({} IS NULL)", column.sql());
    let sql = case(&[(&null, "NULL"), (&too_short, &stars)], &op(&op(&begin, "||", &stars), "||", &end));
    Built::total(column.own(&sql), ResultType::Own)
}
