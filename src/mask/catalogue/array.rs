//! Another mask on each element of an array.

use std::collections::BTreeMap;

use crate::document::Value;

use super::super::compile::build_inner;
use super::super::input::{Column, Family, MaskInput};
use super::super::parameters::{Parameter, Parameters, as_text};
use super::super::sql::case;
use super::{Built, Mask, ResultType};

pub(super) static MASK: Mask = Mask {
    name: "array",
    doc: "The inner mask on every element, in order. Length and NULL elements show; an array of several dimensions comes out with one.",
    parameters: &[Parameter {
        name: "inner", doc: "The mask of the elements: a name, or {name: …, parameters}.", default: None
    }],
    accepts: "arrays over types that the inner mask accepts",
    // Never used: an array ranks as its inner mask.
    rank: 0,
    takes,
    build,
};

fn takes(family: Family) -> bool {
    matches!(family, Family::Array(_))
}

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let nothing = Built::total(column.own("NULL"), ResultType::Own);
    let Family::Array(element) = column.family else { return nothing };
    let Some((name, inner_parameters)) = parameters.value("inner").and_then(inner) else {
        if parameters.value("inner").is_some() {
            parameters.problem("parameter \"inner\" of mask \"array\" must be a mask: a name, or {name: …}");
        }
        return nothing;
    };
    let input =
        MaskInput { column_sql: "postern_u.element", type_oid: element, typmod: column.typmod, not_null: false, ..column.input };
    let (inner, found, typmod) = match build_inner(&name, &inner_parameters, input) {
        Ok(built) => built,
        Err(problems) => {
            problems.problems.into_iter().for_each(|problem| parameters.problem(problem));
            return nothing;
        }
    };
    let array = column.base();
    let elements = format!(
        "ARRAY(SELECT {} FROM pg_catalog.unnest({array}) WITH ORDINALITY AS postern_u(element, place) ORDER BY postern_u.place)",
        inner.sql
    );
    Built {
        sql: case(&[(&format!("({array} IS NULL)"), "NULL")], &elements),
        result: ResultType::Array { element: found, typmod, own_collation: matches!(inner.result, ResultType::Own) },
        ..inner
    }
}

/// Name and parameters of the inner mask.
pub(in crate::mask) fn inner(value: &Value) -> Option<(String, BTreeMap<String, Value>)> {
    match value {
        Value::Map(entries) => {
            let mut parameters = entries.clone();
            let name = parameters.remove("name").as_ref().and_then(as_text)?;
            Some((name, parameters))
        }
        Value::Text(name) => Some((name.clone(), BTreeMap::new())),
        Value::Nothing | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::List(_) => None,
    }
}
