//! What a call gives: one value, a row of known columns, a value of a registry type.

use std::sync::Arc;

use crate::catalog::functions::{self, Care, Overload};
use crate::catalog::{ACCESS_PRIVILEGES, Oid, types};
use crate::parse::syntax::{Expr, Literal, Pos};

use crate::analyze::BoundCall;
use crate::analyze::error::AnalyzeError;
use crate::analyze::field::{Shape, relation_of};
use crate::analyze::registry::RegistryValue;

/// A column of the row that a function returns.
pub(super) struct OutColumn {
    pub name: String,
    pub shape: Shape,
}

/// The columns of the row that a function returns; empty when it is one unnamed value.
pub(super) fn out_columns(bound: &BoundCall, arity: usize) -> Vec<OutColumn> {
    let builtin = match bound {
        BoundCall::Builtin(name) | BoundCall::Replaced { name, template: _, objects: _, told: _ } => functions::builtin(name),
        BoundCall::InformationSchema(name) => functions::in_information_schema(name),
        BoundCall::User(function) => {
            return function.out_columns.iter().map(|name| OutColumn { name: name.clone(), shape: Shape::Scalar }).collect();
        }
        BoundCall::Echo | BoundCall::Field(_) | BoundCall::Registry(_) | BoundCall::Unnest => None,
    };
    let overloads = builtin.map(|builtin| builtin.overloads.as_slice()).unwrap_or_default();
    let mut accepting = overloads.iter().filter(|overload| overload.accepts(arity));
    let Some(first) = accepting.next() else { return Vec::new() };
    // Overloads that differ in their columns are told apart by types, which are not known here: then the result is taken for one value.
    if accepting.any(|other| other.out_columns != first.out_columns) {
        return Vec::new();
    }
    let columns = first.out_columns.iter();
    columns.map(|column| OutColumn { name: column.name.to_owned(), shape: Shape::of_type(column.type_name) }).collect()
}

/// What a function gives that returns one value, as far as registry types go. Overloads that may be meant all give the same.
pub(super) fn value_shape(bound: &BoundCall, arity: usize) -> Shape {
    match bound {
        BoundCall::Builtin(name) | BoundCall::Replaced { name, template: _, objects: _, told: _ } => {
            let overloads = functions::builtin(name).map(|builtin| builtin.overloads.as_slice()).unwrap_or_default();
            let mut shapes =
                overloads.iter().filter(|overload| overload.accepts(arity)).map(|overload| Shape::of_type(overload.returns));
            shapes.find(|shape| matches!(shape, Shape::Registry(_))).unwrap_or(Shape::Scalar)
        }
        BoundCall::User(function) => Shape::of_type(&function.returns),
        BoundCall::Registry(cast) => Shape::Registry(RegistryValue::One(cast.kind())),
        BoundCall::Echo | BoundCall::Field(_) | BoundCall::InformationSchema(_) | BoundCall::Unnest => Shape::Scalar,
    }
}

/// The type that the client is told of a call in whose place texts are given.
pub(super) fn told_as(bound: &BoundCall) -> Option<Oid> {
    let BoundCall::Replaced { name, template: _, objects: _, told: _ } = bound else { return None };
    let gives_privileges = |overload: &Overload| overload.returns == ACCESS_PRIVILEGES;
    functions::builtin(name)?.overloads.iter().all(gives_privileges).then_some(types::ACLITEM_ARRAY)
}

/// Whether the function makes rows of the type of its first argument, or of a list of columns.
pub(super) fn makes_rows(bound: &BoundCall) -> bool {
    matches!(bound, BoundCall::Builtin(name) if functions::care(name) == Care::RowType)
}

/// Whether rows of the gate's own stand for the function, with columns that are written behind them.
pub(super) fn makes_own_rows(bound: &BoundCall) -> bool {
    matches!(bound, BoundCall::Replaced { name: _, template, objects: _, told: _ } if template.makes_rows())
}

/// What a polymorphic function gives of rows of composite types, of whole rows, and of arrays of both; `None` where the result is of a type of its own.
pub(super) fn made_of(bound: &BoundCall, arguments: &[Shape]) -> Option<Shape> {
    let returns: Vec<&str> = match bound {
        BoundCall::Builtin(name) if name == "unnest" && arguments.len() == 1 => return arguments.first().map(Shape::element),
        BoundCall::Builtin(name) => {
            let overloads = functions::builtin(name).map(|builtin| builtin.overloads.as_slice()).unwrap_or_default();
            let accepting = overloads.iter().filter(|overload| overload.accepts(arguments.len()));
            accepting.map(|overload| overload.returns).collect()
        }
        BoundCall::User(function) => vec![&function.returns],
        BoundCall::Echo
        | BoundCall::Field(_)
        | BoundCall::InformationSchema(_)
        | BoundCall::Registry(_)
        | BoundCall::Replaced { name: _, template: _, objects: _, told: _ }
        | BoundCall::Unnest => Vec::new(),
    };
    returns.into_iter().find_map(|returns| match returns {
        "anyarray" | "anycompatiblearray" => Some(array_among(arguments)),
        "anycompatible" | "anyelement" => Some(Shape::one_of(arguments)),
        _ => None,
    })
}

/// What an array is that is made of an array and of elements.
pub(in crate::analyze) fn array_among(operands: &[Shape]) -> Shape {
    operands.iter().map(Shape::array).find(|shape| !matches!(shape, Shape::Scalar)).unwrap_or(Shape::Scalar)
}

/// What an array of these elements is. Rows of a relation stand among rows of that relation alone, and among NULLs: of others PostgreSQL says that their types
/// are not the same, where the rows that are sent would be of none.
pub(in crate::analyze) fn array_of(elements: &[(&Expr, Shape)]) -> Result<Shape, AnalyzeError> {
    let is_null = |element: &Expr| matches!(element, Expr::Literal(Literal::Null));
    let of = |shape: &Shape| match shape {
        Shape::Row(row) | Shape::Rows(row) => Some(Arc::clone(row)),
        Shape::Composite(_) | Shape::Composites(_) | Shape::Record(_) | Shape::Registry(_) | Shape::Scalar => None,
    };
    let Some(row) = elements.iter().find_map(|(_, shape)| of(shape)) else {
        return Ok(Shape::one_of(elements.iter().map(|(_, shape)| shape)).array());
    };
    let relation = relation_of(&row);
    let is_alike = |(element, shape): &(&Expr, Shape)| match of(shape) {
        Some(other) => relation.zip(relation_of(&other)).is_some_and(|(one, other)| Arc::ptr_eq(one, other)),
        None => is_null(element),
    };
    if elements.iter().all(is_alike) {
        return Ok(Shape::Rows(row));
    }
    let error = AnalyzeError::unsupported(Pos::NONE, "an array of rows of several types is not supported");
    Err(error.hint("Collect rows of one relation, or to_jsonb of each row."))
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
        | BoundCall::Replaced { name: _, template: _, objects: _, told: _ }
        | BoundCall::Unnest => false,
    }
}
