//! The function that a name means: a builtin of the allow-list, one of the warehouse's own that the policy names, or none.

use crate::base::SqlState;
use crate::catalog::UserFunction;
use crate::catalog::functions::{self, Care, Verdict};
use crate::catalog::types;
use crate::parse::syntax::{Argument, Call, Expr, Ident, Literal, TypeName};

use super::extension::{Given, extension_call};
use super::rules::{TextSearchName, is_pinned_setting, stands_for, text_search_name};
use crate::analyze::error::{AnalyzeCode, AnalyzeError};
use crate::analyze::field::{Shape, relation_of};
use crate::analyze::names::{dotted, split_name};
use crate::analyze::{Analyzer, BoundCall, BoundType, Registry, RegistryCast};

/// Of a name that is none of those that may be said, and of what is no constant.
const NO_TEXT_SEARCH: &str =
    "takes a text search configuration or dictionary, which must be a constant that names a builtin one or one that may be named";

/// Where a call stands, and over what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'s> {
    pub in_from: bool,
    /// A field is selected from what it gives.
    pub is_selected_from: bool,
    /// Its first argument is a row whose type the statement tells.
    pub takes_row: bool,
    /// What its arguments are.
    pub given: &'s [Shape],
}

impl Analyzer<'_> {
    /// The function that a call means.
    pub(super) fn function(&mut self, call: &Call, given: &[Given], place: Place<'_>) -> Result<BoundCall, AnalyzeError> {
        let arguments = call.arguments.iter().filter(|argument| !self.is_void(&argument.value)).count();
        let arity = arguments + call.within_group.len();
        let (schema, name) = match call.name.as_slice() {
            [name] => (None, name),
            [schema, name] => (Some(schema), name),
            [database, schema, name] if database.name == self.names.exposed.database => (Some(schema), name),
            _ => {
                return Err(AnalyzeError::unsupported(
                    call.at,
                    format!("cross-database references are not implemented: {}", dotted(&call.name)),
                ));
            }
        };
        let user: Vec<&UserFunction> = self.user_functions(&call.name, arity).collect();
        if schema.is_some_and(|schema| schema.name == "information_schema") {
            return in_information_schema(name, arity, place.given).ok_or_else(|| self.no_function(call, name));
        }
        let builtin =
            schema.is_none_or(|schema| schema.name == "pg_catalog").then(|| functions::verdict(&name.name, arity)).flatten();
        let of_extensions = self.extension_functions(schema, name, arity);
        if !of_extensions.is_empty() {
            return match (builtin, user.as_slice()) {
                (_, [_, ..]) => Err(ambiguous(call, name, "one of an extension and one of the warehouse's own")),
                (Some(verdict), []) => match self.prefers_extension(call, &of_extensions, given)? {
                    true => extension_call(call, name, &of_extensions, given),
                    false => self.builtin(call, name, verdict, place),
                },
                (None, []) => extension_call(call, name, &of_extensions, given),
            };
        }
        match (builtin, user.as_slice()) {
            (Some(_), [_, ..]) if schema.is_none() => {
                Err(ambiguous(call, name, "a builtin function and one of the warehouse's own"))
            }
            // PostgreSQL's regclass(text) is the cast.
            (Some(_), _) if name.name == "regclass" => self.cast_by_name(call)?.ok_or_else(|| self.no_function(call, name)),
            (Some(verdict), _) => self.builtin(call, name, verdict, place),
            (None, [function]) => Ok(BoundCall::User((*function).clone())),
            (None, [first, rest @ ..])
                if rest.iter().all(|other| (&other.schema, &other.name) == (&first.schema, &first.name)) =>
            {
                one_of(first, rest, call)
            }
            (None, [_, ..]) => Err(AnalyzeError::unsupported(call.at, format!("function name \"{}\" is not unique", name.name))
                .hint("Write the schema in front of the name.")),
            (None, []) if place.in_from && is_unnest_of_several(call) => Ok(BoundCall::Unnest),
            (None, []) => self.cast_by_name(call)?.ok_or_else(|| self.no_function(call, name)),
        }
    }

    /// A parameter that Parse declared as void: the server leaves it out of the arguments.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only a bare parameter has a declared type")]
    fn is_void(&self, argument: &Expr) -> bool {
        match argument {
            Expr::Parameter(number) => {
                let at = usize::try_from(*number).ok().and_then(|number| number.checked_sub(1));
                at.and_then(|at| self.names.parameter_types.get(at)) == Some(&types::VOID)
            }
            _other => false,
        }
    }

    /// `type(value)`, where no function of that name takes one argument (PostgreSQL: FuncNameAsType in parse_func.c).
    fn cast_by_name(&self, call: &Call) -> Result<Option<BoundCall>, AnalyzeError> {
        let Call { id, at, name, arguments, .. } = call;
        let ([Argument { name: _, value }], true) = (arguments.as_slice(), call.is_plain()) else { return Ok(None) };
        let (modifiers, dimensions) = (Vec::new(), Vec::new());
        let target = TypeName { id: *id, at: *at, name: name.clone(), modifiers, dimensions, fields: None, keyword: false };
        if let Some(cast) = self.registry_cast_to(value, false, &target)? {
            return Ok(Some(BoundCall::Registry(cast)));
        }
        Ok(match self.bound_type(&target) {
            Some(BoundType::Builtin(name)) => Some(BoundCall::Builtin(name)),
            // A function of that name that is not allowed would be called in its place.
            Some(
                BoundType::Exposed { schema: _, name: _ }
                | BoundType::OwnRow
                | BoundType::Registry(_)
                | BoundType::RegistryList { kind: _, of: _, is_told: _ }
                | BoundType::RegistryText { kind: _, name: _, is_list: _ }
                | BoundType::RegistryTold(_),
            )
            | None => None,
        })
    }

    /// A builtin: its verdict, and what its kind needs besides.
    fn builtin(&mut self, call: &Call, name: &Ident, verdict: Verdict, place: Place<'_>) -> Result<BoundCall, AnalyzeError> {
        let denied = |reason: &str| {
            let message = format!("function {} is not available here", name.name);
            let error = AnalyzeError::new(SqlState::INSUFFICIENT_PRIVILEGE, AnalyzeCode::FunctionNotAllowed, call.at, message);
            error.detail(format!("It {reason}.")).object(name.name.clone())
        };
        match verdict {
            Verdict::Deny(reason) => return Err(denied(reason)),
            Verdict::Filtered(_) if name.name == "age" && is_left_open(call) => {}
            Verdict::Filtered(reason) if name.name == "age" && is_transaction(call) => {
                let replacement = functions::replacement("mxid_age", 1).ok_or_else(|| denied(reason))?;
                return Ok(stands_for(&Ident { name: "mxid_age".to_owned(), ..name.clone() }, replacement));
            }
            Verdict::Filtered(reason) => {
                return match functions::replacement(&name.name, call.arguments.len()) {
                    Some(replacement) if replacement.makes_rows() && !may_make_rows(name, place) => Err(only_in_from(call, name)),
                    Some(replacement) => Ok(stands_for(name, replacement)),
                    None if is_pinned_setting(call, name) => Ok(BoundCall::Echo),
                    None => Err(denied(reason)),
                };
            }
            Verdict::Allow | Verdict::Limit(_) => {}
        }
        match functions::care(&name.name) {
            // What a function gives of a registry type is held where it stands: `Shape::Registry`.
            Care::None | Care::RegOutput | Care::TakesTimeZone => {}
            // Of a row that the statement shows, or with a list of columns: in FROM it must have one.
            Care::RowType if place.in_from || place.takes_row => {}
            Care::RowType => return Err(denied("makes rows of a type that is known at run time only")),
            Care::SessionAnswer | Care::TakesObject => {
                let replacement = functions::replacement(&name.name, call.arguments.len());
                return replacement
                    .map(|replacement| stands_for(name, replacement))
                    .ok_or_else(|| denied("reads the system catalogs"));
            }
            Care::SetsSetting => return Err(denied("changes a setting: use SET")),
            Care::TakesSettingName => return Err(denied("reads a setting that is not shown")),
            Care::TakesTextSearchName => match text_search_name(call) {
                TextSearchName::Builtin => {}
                TextSearchName::Constant(kind, text) => {
                    let parts = split_name(text).unwrap_or_default();
                    let found = self.text_search(kind, &parts).ok_or_else(|| denied(NO_TEXT_SEARCH))?;
                    // A builtin one is found by what the client wrote.
                    if found.bytes().all(|byte| byte.is_ascii_digit()) {
                        self.bindings.named_arguments.insert(call.id, found);
                    }
                }
                TextSearchName::Other if self.is_text_search_constant(call) => {}
                TextSearchName::Other => return Err(denied(NO_TEXT_SEARCH)),
            },
        }
        self.size(call, &name.name)?;
        Ok(BoundCall::Builtin(name.name.clone()))
    }

    /// Whether the first argument is a constant that is cast to the type of text search configurations or dictionaries, and names one that shows.
    fn is_text_search_constant(&self, call: &Call) -> bool {
        let Some(Argument { name: _, value: Expr::Cast { expr: _, target } }) = call.arguments.first() else { return false };
        let named = |kind: Registry| matches!(kind, Registry::Configuration | Registry::Dictionary);
        matches!(
            self.bindings.types.get(&target.id),
            Some(BoundType::Registry(RegistryCast::Constant { kind, text: _ })) if named(*kind)
        )
    }

    /// The allowed functions of the warehouse's own that the name and the number of arguments fit.
    pub(super) fn user_functions(&self, name: &[Ident], arity: usize) -> impl Iterator<Item = &UserFunction> {
        let (schema, name) = match name {
            [name] => (None, name.name.clone()),
            [.., schema, name] => (Some(schema.name.clone()), name.name.clone()),
            [] => (None, String::new()),
        };
        let in_path = move |function: &&UserFunction| match &schema {
            Some(schema) => function.schema == *schema,
            None => self.names.search_path.contains(&function.schema),
        };
        let takes = move |function: &&UserFunction| {
            let most = function.arguments.len();
            arity >= most.saturating_sub(function.defaults) && (arity <= most || function.variadic)
        };
        self.names.exposed.functions.iter().filter(move |function| function.name == name).filter(in_path).filter(takes)
    }

    /// 42883 for a name that is no builtin and no allowed function, 3F000 for a schema of which nothing shows: hidden and missing read the same.
    fn no_function(&self, call: &Call, name: &Ident) -> AnalyzeError {
        if let [schema, _] = call.name.as_slice()
            && !self.names.has_schema(&schema.name)
        {
            return AnalyzeError::no_schema(call.at, AnalyzeCode::FunctionNotAllowed, &schema.name);
        }
        let message = format!("function {} does not exist", dotted(&call.name));
        let error = AnalyzeError::new(SqlState::UNDEFINED_FUNCTION, AnalyzeCode::FunctionNotAllowed, call.at, message);
        let hint = "No function of that name takes that number of arguments, or it is not allowed by this grant.";
        error.hint(hint).object(name.name.clone())
    }
}

/// A function of information_schema that may be called.
fn in_information_schema(name: &Ident, arity: usize, given: &[Shape]) -> Option<BoundCall> {
    let function = functions::in_information_schema(&name.name)?;
    match function.verdict(arity)? {
        Verdict::Allow | Verdict::Limit(_) => Some(BoundCall::InformationSchema(name.name.clone())),
        Verdict::Filtered(_) => {
            let [overload] = function.overloads.as_slice() else { return None };
            let is_given = overload.arguments.len() == given.len()
                && overload.arguments.iter().zip(given).all(|(relation, given)| is_row_of(relation, given));
            is_given.then(|| functions::replacement(&name.name, arity)).flatten().map(|found| stands_for(name, found))
        }
        Verdict::Deny(_) => None,
    }
}

/// Whether it is a row of that relation of pg_catalog. One whose columns have other names, and one of a sub-select, is of no type here.
fn is_row_of(relation: &str, given: &Shape) -> bool {
    let Shape::Row(row) = given else { return false };
    relation_of(row).is_some_and(|found| found.schema == "pg_catalog" && found.name == relation)
}

/// Whether rows of the gate's own may stand for the function there: in FROM, or where a column of its one row is selected.
fn may_make_rows(name: &Ident, place: Place<'_>) -> bool {
    let gives_one = functions::builtin(&name.name).is_some_and(|builtin| !builtin.returns_set());
    place.in_from || place.is_selected_from && gives_one
}

/// Rows of the gate's own have no columns elsewhere.
fn only_in_from(call: &Call, name: &Ident) -> AnalyzeError {
    let message = format!("function {} is supported in FROM only", name.name);
    AnalyzeError::unsupported(call.at, message).hint(format!("Write SELECT … FROM {}(…).", name.name))
}

/// Whether the one argument is a constant without a type: PostgreSQL finds several functions then, and calls none. What a parameter is, PREPARE may have said.
fn is_left_open(call: &Call) -> bool {
    let [Argument { name: None, value: Expr::Literal(Literal::Text(_) | Literal::Null) }] = call.arguments.as_slice() else {
        return false;
    };
    true
}

/// Whether the one argument is said to be a transaction's number; where it is one by other ways, the warehouse finds no function.
#[expect(clippy::wildcard_enum_match_arm, reason = "one form is looked for; every other expression is not of it")]
fn is_transaction(call: &Call) -> bool {
    let [Argument { name: _, value }] = call.arguments.as_slice() else { return false };
    match value {
        Expr::Cast { expr: _, target } => target.name.last().is_some_and(|name| name.name == "xid"),
        Expr::Call(call) => call.name.last().is_some_and(|name| name.name == "xid"),
        _other => false,
    }
}

/// A name that two functions have, which only their types tell apart.
fn ambiguous(call: &Call, name: &Ident, both: &str) -> AnalyzeError {
    let message = format!("function name \"{}\" fits {both}", name.name);
    AnalyzeError::unsupported(call.at, message).hint("Write the schema in front of the name.")
}

/// `unnest(a, b)` in FROM, which PostgreSQL reads as `ROWS FROM (unnest(a), unnest(b))` when it is written just so (transformRangeFunction).
fn is_unnest_of_several(call: &Call) -> bool {
    let is_unnest = matches!(call.name.as_slice(), [name] if name.name == "unnest");
    is_unnest && call.arguments.len() > 1 && call.is_plain()
}

/// Which of several overloads is meant is the warehouse's to find out: what is known here must be true of all.
pub(super) fn one_of(first: &UserFunction, rest: &[&UserFunction], call: &Call) -> Result<BoundCall, AnalyzeError> {
    let registry = |function: &UserFunction| function.returns.starts_with("reg");
    let unknown = |function: &UserFunction| function.returns.contains("record");
    let alike = |other: &&UserFunction| {
        other.out_columns == first.out_columns && registry(other) == registry(first) && unknown(other) == unknown(first)
    };
    if rest.iter().all(alike) {
        return Ok(BoundCall::User(first.clone()));
    }
    let message = format!("the functions named \"{}\" with that number of arguments differ in their columns", dotted(&call.name));
    Err(AnalyzeError::unsupported(call.at, message))
}
