//! The words that mask expressions are made of. Every function and operator is qualified, so no search_path and no user object takes part.

use crate::base::quote_literal;

/// `pg_catalog.name(a, b)`.
pub(super) fn call(function: &str, arguments: &[&str]) -> String {
    format!("pg_catalog.{function}({})", arguments.join(", "))
}

/// `(a OPERATOR(pg_catalog.+) b)`.
pub(super) fn op(left: &str, operator: &str, right: &str) -> String {
    format!("({left} OPERATOR(pg_catalog.{operator}) {right})")
}

/// `CAST(value AS pg_catalog.target)`.
pub(super) fn cast(value: &str, builtin: &str) -> String {
    format!("CAST({value} AS pg_catalog.{builtin})")
}

/// A text constant; typed, so that no overload has to be guessed.
pub(super) fn text(value: &str) -> String {
    cast(&quote_literal(value), "text")
}

/// A constant array of texts.
pub(super) fn texts(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| quote_literal(value)).collect();
    cast(&format!("ARRAY[{}]", values.join(", ")), "text[]")
}

/// `CASE WHEN condition THEN value … ELSE otherwise END`.
pub(super) fn case(arms: &[(&str, &str)], otherwise: &str) -> String {
    let arms: String = arms.iter().map(|(condition, value)| format!(" WHEN {condition} THEN {value}")).collect();
    format!("CASE{arms} ELSE {otherwise} END")
}

/// The value, or NULL where `column` is NULL.
pub(super) fn unless_null(column: &str, value: &str) -> String {
    case(&[(&format!("({column} IS NULL)"), "NULL")], value)
}

/// The value between two bounds. Not for NULL: `LEAST` and `GREATEST` skip it.
pub(super) fn clamp(value: &str, least: &str, greatest: &str) -> String {
    format!("LEAST(GREATEST({value}, {least}), {greatest})")
}

/// `value` is one of those texts, compared byte by byte.
pub(super) fn one_of(value: &str, values: &[String]) -> String {
    format!("(({value} COLLATE pg_catalog.\"C\") OPERATOR(pg_catalog.=) ANY ({}))", texts(values))
}
