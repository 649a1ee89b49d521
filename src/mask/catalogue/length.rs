//! Only how long a text is.

use super::super::input::Column;
use super::super::parameters::Parameters;
use super::super::sql::call;
use super::{Built, INT4, Mask, ResultType, is_text};

pub(super) static MASK: Mask = Mask {
    name: "length",
    doc: "The number of characters. Short domains (yes/no, country codes) can be guessed from it.",
    parameters: &[],
    accepts: "text, varchar, char, name",
    rank: 75,
    takes: is_text,
    build,
};

fn build(column: &Column<'_>, _: &mut Parameters<'_>) -> Built {
    Built::total(call("length", &[&column.text()]), ResultType::Builtin(INT4))
}
