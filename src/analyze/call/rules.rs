//! Calls that the gate answers with SQL of its own, and arguments that must be constants of a list.

use crate::catalog::functions::{self, Care, Overload, Replacement};
use crate::parse::syntax::{Call, Expr, Ident, Literal};

use crate::analyze::BoundCall;
use crate::analyze::error::AnalyzeError;

/// The text search configurations of a plain server: what a client may name where a configuration is wanted.
const TEXT_SEARCH_CONFIGURATIONS: &[&str] = &[
    "arabic",
    "armenian",
    "basque",
    "catalan",
    "danish",
    "dutch",
    "english",
    "finnish",
    "french",
    "german",
    "greek",
    "hindi",
    "hungarian",
    "indonesian",
    "irish",
    "italian",
    "lithuanian",
    "nepali",
    "norwegian",
    "portuguese",
    "romanian",
    "russian",
    "serbian",
    "simple",
    "spanish",
    "swedish",
    "tamil",
    "turkish",
    "yiddish",
];

/// Whether a plain server has a text search configuration of that name.
pub(in crate::analyze) fn is_text_search_configuration(name: &str) -> bool {
    TEXT_SEARCH_CONFIGURATIONS.contains(&name)
}

/// The same for dictionaries: the stemmer of each language, and the one that stems nothing.
pub(in crate::analyze) fn is_text_search_dictionary(name: &str) -> bool {
    let stemmer_of = name.strip_suffix("_stem").filter(|language| *language != "simple");
    name == "simple" || stemmer_of.is_some_and(is_text_search_configuration)
}

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
    let is_builtin = match call.name.as_slice() {
        [name] => name.name == "count",
        [schema, name] => schema.name == "pg_catalog" && name.name == "count",
        _ => false,
    };
    is_builtin && !call.distinct
}

/// Whether the call asks for the type of what it is given, and for nothing else of it.
pub(super) fn is_type_of(call: &Call) -> bool {
    match call.name.as_slice() {
        [name] => name.name == "pg_typeof",
        [schema, name] => schema.name == "pg_catalog" && name.name == "pg_typeof",
        _ => false,
    }
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

/// A text search configuration, where one is written, is a constant that names a builtin one (enforcement L7).
pub(super) fn text_search_name(call: &Call, denied: AnalyzeError) -> Result<(), AnalyzeError> {
    let name = call.name.last().map(|name| name.name.as_str()).unwrap_or_default();
    let overloads = functions::builtin(name).map(|builtin| builtin.overloads.as_slice()).unwrap_or_default();
    let arity = call.arguments.len();
    let takes_name = |overload: &&Overload| overload.arguments.first().is_some_and(|argument| argument.starts_with("reg"));
    let plain = overloads.iter().filter(|overload| overload.accepts(arity)).any(|overload| !takes_name(&overload));
    let named = overloads.iter().filter(|overload| overload.accepts(arity)).any(|overload| takes_name(&overload));
    let first = call.arguments.first().and_then(|argument| constant(&argument.value));
    let is_builtin = |first: &str| {
        let first = first.strip_prefix("pg_catalog.").unwrap_or(first);
        if name == "ts_lexize" { is_text_search_dictionary(first) } else { is_text_search_configuration(first) }
    };
    // `ts_headline(json, tsquery, text)`: a document is no name.
    let is_document = call.arguments.first().is_some_and(|argument| is_json(&argument.value));
    let builtin = first.is_some_and(is_builtin);
    match (named, plain) {
        (false, _) => Ok(()),
        (true, _) if builtin || is_document => Ok(()),
        // With one overload that takes a name and one that does not, only a first argument that cannot be a name is left.
        (true, true) if first.is_none() && arity < 2 => Ok(()),
        (true, _) => Err(denied),
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
