//! Registry values that are picked, collected or taken apart: what comes of them is of a registry type again, and its text still the gate's to write
//! (enforcement L7).
//!
//! A constant of no type among them would be looked up as a name by the warehouse, and a number would be an object's: NULL may stand there, and an integer
//! where PostgreSQL makes it the oid that it is.

use crate::catalog::functions::{self, Overload};
use crate::parse::syntax::{Call, Expr, Literal, Operator, Pos};

use super::error::AnalyzeError;
use super::expr::{is_untyped, place};
use super::field::{Shape, Value};
use super::registry::{MayStand, RegistryValue};
use super::scope::Scope;
use super::{Analyzer, BoundCall, ColumnUse};

/// Polymorphic functions that pass on, collect, compare or count what they are given, and make no text of it; `min` and `max` besides, which read oids.
const CARRIERS: &[&str] = &[
    "any_value",
    "array_agg",
    "array_append",
    "array_cat",
    "array_dims",
    "array_length",
    "array_lower",
    "array_ndims",
    "array_position",
    "array_positions",
    "array_prepend",
    "array_remove",
    "array_replace",
    "array_reverse",
    "array_sort",
    "array_upper",
    "cardinality",
    "first_value",
    "generate_subscripts",
    "lag",
    "last_value",
    "lead",
    "max",
    "min",
    "mode",
    "nth_value",
    "trim_array",
    "unnest",
];

impl Analyzer<'_> {
    /// Expressions of one type of which one is the value: COALESCE, GREATEST, LEAST.
    pub(super) fn picked(
        &mut self,
        list: &[Expr],
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        let picked = self.alike(list, scope, column_use)?;
        Ok(Value::shaped(match one_kind(&picked)? {
            Some(kind) => Shape::Registry(kind),
            None => Shape::one_of(picked.iter().map(|(_, shape)| shape)),
        }))
    }

    /// Expressions of one type, any of which may be a registry value.
    pub(super) fn alike<'e>(
        &mut self,
        list: &'e [Expr],
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Vec<(&'e Expr, Shape)>, AnalyzeError> {
        let mut shapes = Vec::with_capacity(list.len());
        for expr in list {
            self.may_stand = MayStand::Value;
            shapes.push((expr, self.expr(expr, scope, column_use)?.shape));
        }
        Ok(shapes)
    }

    /// `NULLIF(x, y)`: x, as what `=` reads it. Of a registry value that is an oid, of an array of them the array.
    pub(super) fn null_if(
        &mut self,
        [left, right]: [&Expr; 2],
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        self.may_stand = MayStand::value_if(!is_untyped(right));
        let first = self.expr(left, scope, column_use)?.shape;
        self.may_stand = MayStand::value_if(!is_untyped(left));
        let second = self.expr(right, scope, column_use)?.shape;
        let is_list = matches!(first, Shape::Registry(RegistryValue::Array(_)));
        Ok(Value::shaped(if is_list { first } else { Shape::one_of([&first, &second]) }))
    }

    /// What a call makes of the registry values that it is given; `None` where it is given none, or is none of those that may take them.
    ///
    /// # Errors
    /// Something else stands beside them, or it is a function of another's.
    pub(super) fn carried(&self, call: &Call, bound: &BoundCall, shapes: &[Shape]) -> Result<Option<Shape>, AnalyzeError> {
        if !carries(call) || !shapes.iter().any(|shape| matches!(shape, Shape::Registry(_))) {
            return Ok(None);
        }
        let refused = || AnalyzeError::registry_value(call.at);
        let name = match bound {
            BoundCall::Builtin(name) => name.as_str(),
            // Each array by itself: its elements are what `unnested` says.
            BoundCall::Unnest if shapes.iter().all(|shape| one_of_registry(shape).is_none()) => return Ok(None),
            BoundCall::Echo
            | BoundCall::Field(_)
            | BoundCall::InformationSchema(_)
            | BoundCall::Registry(_)
            | BoundCall::Replaced { name: _, template: _, objects: _, told: _ }
            | BoundCall::Unnest
            | BoundCall::User(_) => return Err(refused()),
        };
        let arguments: Vec<(&Expr, Shape)> =
            call.arguments.iter().map(|argument| &argument.value).zip(shapes.iter().cloned()).collect();
        match (name, shapes) {
            ("max" | "min", [Shape::Registry(RegistryValue::One(_))]) => return Ok(Some(Shape::Scalar)),
            ("max" | "min" | "mode", [of @ Shape::Registry(_)]) => return Ok(Some(of.clone())),
            _ => {}
        }
        let overloads = functions::builtin(name).map(|builtin| builtin.overloads.as_slice()).unwrap_or_default();
        let mut fitting = overloads.iter().filter(|overload| overload.accepts(arguments.len())).filter_map(|overload| {
            let returns = overload.returns;
            fits(overload, &arguments).map(|kind| match returns {
                "anyarray" | "anycompatiblearray" => Shape::Registry(RegistryValue::Array(kind)),
                "anycompatible" | "anyelement" => Shape::Registry(RegistryValue::One(kind)),
                _ => Shape::Scalar,
            })
        });
        fitting.next().map(Some).ok_or_else(refused)
    }
}

/// Whether the call is by the name of a function that may be given registry values.
pub(super) fn carries(call: &Call) -> bool {
    let name = match call.name.as_slice() {
        [name] => name,
        [schema, name] if schema.name == "pg_catalog" => name,
        _ => return false,
    };
    let is_plain = !call.variadic && call.arguments.iter().all(|argument| argument.name.is_none());
    is_plain && CARRIERS.binary_search(&name.name.as_str()).is_ok()
}

/// Whether the operator joins arrays, or asks what they have in common.
pub(super) fn joins_arrays(op: &Operator) -> bool {
    matches!(op.symbol.as_str(), "||" | "@>" | "<@" | "&&")
}

/// What such an operator makes of its operands; `None` where none is of a registry type.
///
/// # Errors
/// One is, and the other is not of the same.
pub(super) fn joined(op: &Operator, [left, right]: [(&Expr, &Shape); 2]) -> Result<Option<Shape>, AnalyzeError> {
    let of = |(expr, shape): (&Expr, &Shape)| match shape {
        Shape::Registry(value) => Some(Some(*value)),
        Shape::Composite(_) | Shape::Composites(_) | Shape::Record(_) | Shape::Row(_) | Shape::Rows(_) | Shape::Scalar => {
            is_null(expr).then_some(None)
        }
    };
    let at = || if matches!(left.1, Shape::Registry(_)) { place(left.0) } else { place(right.0) };
    if ![left, right].iter().any(|(_, shape)| matches!(shape, Shape::Registry(_))) {
        return Ok(None);
    }
    let array = |kind| Some(Shape::Registry(RegistryValue::Array(kind)));
    match (op.symbol == "||", of(left), of(right)) {
        (true, Some(Some(RegistryValue::Array(kind))), Some(None))
        | (true, Some(None), Some(Some(RegistryValue::Array(kind)))) => Ok(array(kind)),
        (true, Some(Some(RegistryValue::Array(kind))), Some(Some(RegistryValue::Array(other) | RegistryValue::One(other))))
        | (true, Some(Some(RegistryValue::One(kind))), Some(Some(RegistryValue::Array(other))))
            if kind == other =>
        {
            Ok(array(kind))
        }
        (false, Some(Some(RegistryValue::Array(kind))), Some(Some(RegistryValue::Array(other)))) if kind == other => {
            Ok(Some(Shape::Scalar))
        }
        (true | false, _, _) => Err(AnalyzeError::registry_value(at())),
    }
}

/// The registry type of values of one type, of which one is picked or all are collected; `None` where none is of such a type.
///
/// # Errors
/// One is, and another may be of another type, or a name.
pub(super) fn one_kind(items: &[(&Expr, Shape)]) -> Result<Option<RegistryValue>, AnalyzeError> {
    let registry = |(expr, shape): &(&Expr, Shape)| match shape {
        Shape::Registry(value) => Some((*value, place(expr))),
        Shape::Composite(_) | Shape::Composites(_) | Shape::Record(_) | Shape::Row(_) | Shape::Rows(_) | Shape::Scalar => None,
    };
    let Some((first, at)) = items.iter().find_map(registry) else { return Ok(None) };
    let is_alike = |item: &(&Expr, Shape)| match registry(item) {
        Some((other, _)) => other == first,
        None => is_null(item.0) || (matches!(first, RegistryValue::One(_)) && is_integer(item.0)),
    };
    if items.iter().all(is_alike) { Ok(Some(first)) } else { Err(beside_others(at)) }
}

/// A registry value among others, one of which is, or may be, the name of an object.
fn beside_others(at: Pos) -> AnalyzeError {
    let error = AnalyzeError::registry_value(at);
    error.hint("Cast each of the values to the same type; NULL, and a number in the place of an oid, may stand beside it.")
}

/// Which registry type a function's polymorphic parameters are of, where nothing else is given to it.
fn fits(overload: &Overload, arguments: &[(&Expr, Shape)]) -> Option<super::Registry> {
    let mut found = None;
    for (parameter, (expr, shape)) in overload.arguments.iter().zip(arguments) {
        let kind = match (*parameter, shape) {
            ("anyarray" | "anycompatiblearray", Shape::Registry(RegistryValue::Array(kind)))
            | ("anycompatible" | "anyelement" | "anynonarray", Shape::Registry(RegistryValue::One(kind))) => *kind,
            (_, Shape::Registry(_)) => return None,
            (parameter, _) if parameter.starts_with("any") && !is_null(expr) => return None,
            (_, _) => continue,
        };
        if *found.get_or_insert(kind) != kind {
            return None;
        }
    }
    found
}

const fn one_of_registry(shape: &Shape) -> Option<super::Registry> {
    match shape {
        Shape::Registry(RegistryValue::One(kind)) => Some(*kind),
        Shape::Registry(RegistryValue::Array(_))
        | Shape::Composite(_)
        | Shape::Composites(_)
        | Shape::Record(_)
        | Shape::Row(_)
        | Shape::Rows(_)
        | Shape::Scalar => None,
    }
}

/// NULL, as it is written.
#[expect(clippy::wildcard_enum_match_arm, reason = "one form is looked for")]
pub(super) fn is_null(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(Literal::Null) => true,
        Expr::Parenthesised(inner) => is_null(inner),
        _other => false,
    }
}

/// An integer, as it is written: PostgreSQL makes it the type of the registry value beside it, whichever of both comes first (`select_common_type`).
#[expect(clippy::wildcard_enum_match_arm, reason = "one form is looked for")]
fn is_integer(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(Literal::Number(digits)) => Literal::integer(digits).is_some(),
        Expr::Parenthesised(inner) => is_integer(inner),
        _other => false,
    }
}

#[cfg(test)]
mod tests {
    use super::CARRIERS;
    use crate::catalog::functions;

    #[test]
    fn the_functions_that_take_registry_values_are_builtin_and_in_order() {
        assert!(CARRIERS.is_sorted());
        for name in CARRIERS {
            assert!(functions::is_builtin_name(name), "{name}");
        }
    }
}
