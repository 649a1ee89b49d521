//! Calls that the gate answers with SQL of its own, and arguments that must be constants of a list.

use crate::catalog::functions::{self, Overload, Replacement};
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
        // It takes a dictionary: the stemmer of a language, or the one that stems nothing.
        let language = if name == "ts_lexize" && first != "simple" { first.strip_suffix("_stem") } else { Some(first) };
        language.is_some_and(|language| TEXT_SEARCH_CONFIGURATIONS.contains(&language))
    };
    let builtin = first.is_some_and(is_builtin);
    match (named, plain) {
        (false, _) => Ok(()),
        (true, _) if builtin => Ok(()),
        // With one overload that takes a name and one that does not, only a first argument that cannot be a name is left.
        (true, true) if first.is_none() && arity < 2 => Ok(()),
        (true, _) => Err(denied),
    }
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
