//! A JSON object without listed keys.

use super::super::input::Column;
use super::super::parameters::{Parameter, Parameters};
use super::super::sql::{op, texts};
use super::json_keep::{is_jsonb, object_or_null};
use super::{Built, Mask, ResultType};

pub(super) static MASK: Mask = Mask {
    name: "json_drop",
    doc: "Of an object all keys of the top level but the listed ones; of anything else null. Keys that appear later are shown: json_keep is safer.",
    parameters: &[Parameter { name: "keys", doc: "Keys that are left out.", default: None }],
    accepts: "jsonb",
    rank: super::super::rank::JSON,
    takes: is_jsonb,
    build,
};

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let keys = parameters.texts("keys");
    if keys.is_empty() {
        parameters.problem("without keys the mask changes nothing");
    }
    let value = column.base();
    Built::total(object_or_null(&value, &op(&value, "-", &texts(&keys))), ResultType::Own)
}
