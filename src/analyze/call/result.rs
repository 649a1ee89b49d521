//! What a call gives: one value, a row of known columns, a value of a registry type.

use crate::catalog::functions::{self, Overload};
use crate::parse::syntax::Pos;

use crate::analyze::BoundCall;
use crate::analyze::error::AnalyzeError;
use crate::analyze::field::{Shape, Value};

/// The columns of the row that a function returns; empty when it is one unnamed value.
pub(super) fn out_columns(bound: &BoundCall, arity: usize) -> Vec<String> {
    let builtin = match bound {
        BoundCall::Builtin(name) | BoundCall::Replaced { name, template: _ } => functions::builtin(name),
        BoundCall::InformationSchema(name) => functions::in_information_schema(name),
        BoundCall::User(function) => return function.out_columns.clone(),
        BoundCall::Echo | BoundCall::Field(_) | BoundCall::Registry(_) | BoundCall::Unnest => None,
    };
    let overloads = builtin.map(|builtin| builtin.overloads.as_slice()).unwrap_or_default();
    let mut accepting = overloads.iter().filter(|overload| overload.accepts(arity));
    let Some(first) = accepting.next() else { return Vec::new() };
    // Overloads that differ in their columns are told apart by types, which are not known here: then the result is taken for one value.
    let same = accepting.all(|other| other.out_columns == first.out_columns);
    if same { first.out_columns.iter().map(|column| column.name.to_owned()).collect() } else { Vec::new() }
}

/// An array of whole rows would be of another type than the same array over the relation itself (enforcement W5).
pub(in crate::analyze) fn no_array_of_rows(element: Option<&Value>, at: Pos) -> Result<(), AnalyzeError> {
    match element.map(|element| &element.shape) {
        Some(Shape::Row(_)) => {
            let error = AnalyzeError::unsupported(at, "an array of whole rows is not supported");
            Err(error.hint("Collect columns, or to_jsonb of the row."))
        }
        Some(Shape::Composite(_) | Shape::Record(_) | Shape::Registry | Shape::Scalar) | None => Ok(()),
    }
}

/// Whether a value that the function returns, or a column of it, is of a registry type.
pub(super) fn returns_registry(bound: &BoundCall, arity: usize) -> bool {
    let is_registry = |name: &str| name.strip_prefix("pg_catalog.").unwrap_or(name).starts_with("reg");
    match bound {
        BoundCall::Builtin(name) | BoundCall::Replaced { name, template: _ } => {
            let overloads = functions::builtin(name).map(|builtin| builtin.overloads.as_slice()).unwrap_or_default();
            overloads.iter().filter(|overload| overload.accepts(arity)).any(|overload| {
                is_registry(overload.returns) || overload.out_columns.iter().any(|column| is_registry(column.type_name))
            })
        }
        BoundCall::User(function) => is_registry(&function.returns),
        BoundCall::Registry(_) => true,
        BoundCall::Echo | BoundCall::Field(_) | BoundCall::InformationSchema(_) | BoundCall::Unnest => false,
    }
}

/// Whether the function returns a row whose columns only its call or its type tells.
pub(super) fn returns_unknown_row(bound: &BoundCall) -> bool {
    let is_row = |returns: &str| matches!(returns, "record" | "anyelement" | "anycompatible");
    match bound {
        BoundCall::Builtin(name) => {
            let overloads = functions::builtin(name).map(|builtin| builtin.overloads.as_slice()).unwrap_or_default();
            name != "unnest" && overloads.iter().any(|overload: &Overload| overload.returns_set && is_row(overload.returns))
        }
        BoundCall::User(function) => function.out_columns.is_empty() && function.returns.contains("record"),
        BoundCall::Echo
        | BoundCall::Field(_)
        | BoundCall::InformationSchema(_)
        | BoundCall::Registry(_)
        | BoundCall::Replaced { name: _, template: _ }
        | BoundCall::Unnest => false,
    }
}
