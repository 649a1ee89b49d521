//! Calls that the gate answers with SQL of its own, and arguments that must be constants of a list.

use crate::catalog::TextSearchKind;
use crate::catalog::functions::{self, Care, Overload, Replacement};
use crate::parse::syntax::{Call, Expr, Ident, Literal};

use crate::analyze::BoundCall;

/// What a replacement makes of a call.
pub(super) fn stands_for(name: &Ident, replacement: Replacement) -> BoundCall {
    match replacement {
        Replacement::AsIs => BoundCall::Builtin(name.name.clone()),
        Replacement::Sql(template) => {
            BoundCall::Replaced { name: name.name.clone(), template, objects: Vec::new(), told: Vec::new() }
        }
    }
}

/// Whether the call only counts what it is given.
pub(super) fn is_count(call: &Call) -> bool {
    match call.name.as_slice() {
        [name] => name.name == "count",
        [schema, name] => schema.name == "pg_catalog" && name.name == "count",
        _ => false,
    }
}

/// Whether the gate has SQL of its own for the function of information_schema, over rows of catalogs.
pub(super) fn takes_catalog_rows(call: &Call) -> bool {
    let [schema, name] = call.name.as_slice() else { return false };
    schema.name == "information_schema"
        && functions::in_information_schema(&name.name).is_some()
        && functions::replacement(&name.name, call.arguments.len()).is_some()
}

/// Whether the call asks for the type of what it is given, and for nothing else of it.
pub(super) fn is_type_of(call: &Call) -> bool {
    match call.name.as_slice() {
        [name] => name.name == "pg_typeof",
        [schema, name] => schema.name == "pg_catalog" && name.name == "pg_typeof",
        _ => false,
    }
}

/// Whether the call writes the texts of its arguments, of whatever type they are, and makes nothing else of them.
pub(super) fn takes_texts(call: &Call) -> bool {
    let name = match call.name.as_slice() {
        [name] => name,
        [schema, name] if schema.name == "pg_catalog" => name,
        _ => return false,
    };
    !call.variadic && matches!(name.name.as_str(), "array_to_string" | "concat" | "concat_ws" | "format")
}

/// Whether the call makes JSON of its arguments: of what names an object, the text.
pub(super) fn makes_json(call: &Call) -> bool {
    let name = match call.name.as_slice() {
        [name] => name,
        [schema, name] if schema.name == "pg_catalog" => name,
        _ => return false,
    };
    // DISTINCT sorts by the oids: what comes of it is in another order than the texts.
    !call.variadic && !call.distinct && JSON_MAKERS.contains(&name.name.as_str())
}

const JSON_MAKERS: &[&str] = &[
    "json_agg",
    "json_agg_strict",
    "json_build_array",
    "json_build_object",
    "json_object_agg",
    "json_object_agg_strict",
    "jsonb_agg",
    "jsonb_agg_strict",
    "jsonb_build_array",
    "jsonb_build_object",
    "jsonb_object_agg",
    "jsonb_object_agg_strict",
    "row_to_json",
    "to_json",
    "to_jsonb",
];

/// Whether the call collects its arguments as they come: their texts are then what stands in the text of the array.
pub(super) fn is_array_agg(call: &Call) -> bool {
    let name = match call.name.as_slice() {
        [name] => name,
        [schema, name] if schema.name == "pg_catalog" => name,
        _ => return false,
    };
    name.name == "array_agg" && !call.distinct
}

/// Whether the gate has SQL of its own for a builtin of that name and number of arguments.
pub(super) fn is_replaced(call: &Call) -> bool {
    let name = match call.name.as_slice() {
        [name] => name,
        [schema, name] if schema.name == "pg_catalog" => name,
        _ => return false,
    };
    matches!(functions::replacement(&name.name, call.arguments.len()), Some(Replacement::Sql(_)))
}

/// Whether the first of several arguments may name a text search configuration or dictionary; `text_search_name` says which.
pub(super) fn may_name_text_search(call: &Call) -> bool {
    let name = match call.name.as_slice() {
        [name] => name,
        [schema, name] if schema.name == "pg_catalog" => name,
        _ => return false,
    };
    call.arguments.len() > 1 && functions::care(&name.name) == Care::TakesTextSearchName
}

/// `set_config('jit', …, …)`: asked for by drivers around their look-ups; the gate pins it, so there is nothing to set.
pub(super) fn is_pinned_setting(call: &Call, name: &Ident) -> bool {
    let [setting, _, _] = call.arguments.as_slice() else { return false };
    name.name == "set_config" && constant(&setting.value).is_some_and(|setting| setting.eq_ignore_ascii_case("jit"))
}

/// What a call says of the text search configuration or dictionary that it takes.
pub(super) enum TextSearchName<'e> {
    /// There is none, or a builtin one.
    Builtin,
    /// A constant without a type, where no overload takes a text instead: whatever it names.
    Constant(TextSearchKind, &'e str),
    /// Something else, which may be a value of the type.
    Other,
}

/// A text search configuration, where one is written, is a constant (enforcement L7).
pub(super) fn text_search_name(call: &Call) -> TextSearchName<'_> {
    let name = call.name.last().map(|name| name.name.as_str()).unwrap_or_default();
    let overloads = functions::builtin(name).map(|builtin| builtin.overloads.as_slice()).unwrap_or_default();
    let arity = call.arguments.len();
    let takes_name = |overload: &&Overload| overload.arguments.first().is_some_and(|argument| argument.starts_with("reg"));
    let plain = overloads.iter().filter(|overload| overload.accepts(arity)).any(|overload| !takes_name(&overload));
    let named = overloads.iter().filter(|overload| overload.accepts(arity)).any(|overload| takes_name(&overload));
    let kind = if name == "ts_lexize" { TextSearchKind::Dictionary } else { TextSearchKind::Configuration };
    let argument = call.arguments.first().map(|argument| &argument.value);
    let first = argument.and_then(constant);
    let is_builtin = |first: &str| kind.is_builtin(first.strip_prefix("pg_catalog.").unwrap_or(first));
    // `ts_headline(json, tsquery, text)`: a document is no name.
    let is_document = argument.is_some_and(is_json);
    match (named, plain) {
        (false, _) => TextSearchName::Builtin,
        (true, false) if let Some(Expr::Literal(Literal::Text(text))) = argument => TextSearchName::Constant(kind, text),
        (true, _) if first.is_some_and(is_builtin) || is_document => TextSearchName::Builtin,
        // With one overload that takes a name and one that does not, only a first argument that cannot be a name is left.
        (true, true) if first.is_none() && arity < 2 => TextSearchName::Builtin,
        (true, _) => TextSearchName::Other,
    }
}

/// Whether the expression is a cast to json or jsonb.
fn is_json(expr: &Expr) -> bool {
    let Expr::Cast { expr: _, target } = expr else { return false };
    let name = match target.name.as_slice() {
        [name] => name,
        [schema, name] if schema.name == "pg_catalog" => name,
        _ => return false,
    };
    target.dimensions.is_empty() && matches!(name.name.as_str(), "json" | "jsonb")
}

/// The text of a constant, with or without a cast around it.
#[expect(clippy::wildcard_enum_match_arm, reason = "one form is looked for; every other expression is not of it")]
fn constant(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(Literal::Text(text)) => Some(text),
        Expr::Cast { expr, target: _ } => match &**expr {
            Expr::Literal(Literal::Text(text)) => Some(text),
            _other => None,
        },
        _other => None,
    }
}
