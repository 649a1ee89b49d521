//! Only listed keys of a JSON object.

use super::super::input::{Column, Family};
use super::super::parameters::{Parameter, Parameters};
use super::super::sql::{call, case, cast, one_of, op, text};
use super::{Built, Mask, ResultType};

pub(super) static MASK: Mask = Mask {
    name: "json_keep",
    doc: "Of an object the listed keys of the top level, with all that is below them; of anything else null. The right choice for JSON: keys that appear later stay hidden.",
    parameters: &[Parameter { name: "keys", doc: "Keys that are shown.", default: None }],
    accepts: "jsonb",
    rank: super::super::rank::JSON,
    takes: is_jsonb,
    build,
};

pub(super) fn is_jsonb(family: Family) -> bool {
    family == Family::Jsonb
}

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let keys = parameters.texts("keys");
    let value = column.base();
    let kept = format!(
        "COALESCE((SELECT pg_catalog.jsonb_object_agg(postern_k.key, postern_k.value) FROM {} AS postern_k(key, value) WHERE {}), {})",
        call("jsonb_each", &[&value]),
        one_of("postern_k.key", &keys),
        cast("'{}'", "jsonb")
    );
    Built::total(object_or_null(&value, &kept), ResultType::Own)
}

/// NULL for NULL, `of_object` for an object, JSON's null for anything else.
pub(super) fn object_or_null(value: &str, of_object: &str) -> String {
    let null = format!("({value} IS NULL)");
    let object = op(&call("jsonb_typeof", &[value]), "=", &text("object"));
    case(&[(&null, "NULL"), (&object, of_object)], &cast("'null'", "jsonb"))
}
