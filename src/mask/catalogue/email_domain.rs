//! Only what stands after the last `@`.

use super::super::input::Column;
use super::super::parameters::Parameters;
use super::super::sql::{call, case, op, text};
use super::{Built, Mask, ResultType, is_text};

pub(super) static MASK: Mask = Mask {
    name: "email_domain",
    doc: "The domain of an address in lower case: what stands after the last @, nothing when there is none. It tells the employer.",
    parameters: &[],
    accepts: "text, varchar, char, name",
    rank: 30,
    takes: is_text,
    build,
};

fn build(column: &Column<'_>, _: &mut Parameters<'_>) -> Built {
    let address = column.text();
    let no_at = op(&call("strpos", &[&address, "'@'"]), "=", "0");
    Built::total(column.own(&case(&[(&no_at, &text(""))], &after_last_at(&address))), ResultType::Own)
}

/// What stands after the last `@`, in lower case. Not for texts without one: it is the whole text.
pub(super) fn after_last_at(address: &str) -> String {
    // split_part counts from the end only from PostgreSQL 14 on.
    let reversed = call("split_part", &[&call("reverse", &[address]), "'@'", "1"]);
    call("lower", &[&call("reverse", &[&reversed])])
}
