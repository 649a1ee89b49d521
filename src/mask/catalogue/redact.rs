//! Every character becomes an x.

use super::super::input::Column;
use super::super::parameters::Parameters;
use super::super::sql::{call, case, op};
use super::{Built, Mask, ResultType, is_text};

/// Regular expressions take four bytes for a character, and a value may have a gigabyte.
const LONGEST_BYTES: &str = "67108864";

pub(super) static MASK: Mask = Mask {
    name: "redact",
    doc: "Every character but - @ . and space becomes x: the shape is left, that is length and punctuation.",
    parameters: &[],
    accepts: "text, varchar, char, name",
    rank: 50,
    takes: is_text,
    build,
};

fn build(column: &Column<'_>, _: &mut Parameters<'_>) -> Built {
    let value = column.text();
    let too_long = op(&call("octet_length", &[&value]), ">", LONGEST_BYTES);
    // Characters are listed, not classes: what a class holds depends on the collation.
    let redacted = call("regexp_replace", &[&value, "'[^-@. ]'", "'x'", "'g'"]);
    Built::total(column.own(&case(&[(&too_long, &call("repeat", &["'x'", "8"]))], &redacted)), ResultType::Own)
}
