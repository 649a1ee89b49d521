//! Function calls: bound to a builtin of the allow-list, to a function that the policy names, or to a column in functional notation.

use std::sync::Arc;

use crate::base::SqlState;
use crate::catalog::UserFunction;
use crate::catalog::functions::{self, Care, Overload, Replacement, Verdict};
use crate::parse::syntax::{Call, ColumnDef, Expr, FromFunction, FunctionItem, Ident, Literal, NodeId, Over, Pos, SqlValue};

use super::error::{AnalyzeCode, AnalyzeError};
use super::field::{Base, Field, Shape, Value, rename, union};
use super::from::one_table;
use super::names::dotted;
use super::scope::{Namespace, Scope};
use super::{Analyzer, BoundCall, ColumnUse};

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

/// Settings that current_setting may read: what the warehouse says of them is what the session says.
const READABLE_SETTINGS: &[&str] = &[
    "block_size",
    "bytea_output",
    "client_encoding",
    "datestyle",
    "default_transaction_deferrable",
    "default_transaction_isolation",
    "default_transaction_read_only",
    "extra_float_digits",
    "integer_datetimes",
    "intervalstyle",
    "jit",
    "max_identifier_length",
    "max_index_keys",
    "segment_size",
    "server_encoding",
    "server_version",
    "server_version_num",
    "standard_conforming_strings",
    "statement_timeout",
    "timezone",
    "transaction_deferrable",
    "transaction_isolation",
    "transaction_read_only",
];

impl Analyzer<'_> {
    /// A call in an expression.
    pub(super) fn call(&mut self, call: &Call, scope: &Scope<'_>, column_use: Option<ColumnUse>) -> Result<Value, AnalyzeError> {
        let before = self.reads.len();
        let single = self.call_parts(call, scope, column_use)?;
        if call.name.last().is_some_and(|name| name.name == "array_agg") {
            no_array_of_rows(single.as_ref(), call.at)?;
        }
        if let Some(field) = self.functional_notation(call, single.as_ref())? {
            return Ok(Value { origin: None, shape: field.shape });
        }
        let bound = self.function(call, false)?;
        let lineage: Arc<[Base]> = union(&[], self.reads.get(before..).unwrap_or_default());
        let columns = out_columns(&bound, call.arguments.len());
        let is_registry = returns_registry(&bound, call.arguments.len());
        self.bind_call(call, bound);
        let fields =
            columns.iter().map(|name| Field { lineage: Arc::clone(&lineage), ..Field::computed(name) }).collect::<Vec<_>>();
        let shape = match fields.len() {
            _ if is_registry => Shape::Registry,
            0 | 1 => Shape::Scalar,
            _ => Shape::Row(fields.into()),
        };
        Ok(Value { origin: None, shape })
    }

    /// Everything inside a call; gives the value of its argument when there is just one.
    fn call_parts(
        &mut self,
        call: &Call,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Option<Value>, AnalyzeError> {
        let Call { id: _, at: _, name: _, arguments, star: _, distinct: _, variadic: _, order_by, within_group, filter, over } =
            call;
        let mut values = Vec::new();
        let stands_for = is_replaced(call);
        for argument in arguments {
            // What stands for a function over objects reads oids and exposed names alone.
            self.registry_may_stand = stands_for;
            values.push(self.expr(&argument.value, scope, column_use)?);
        }
        self.sort_keys(order_by, scope, column_use)?;
        self.sort_keys(within_group, scope, column_use)?;
        if let Some(filter) = filter {
            self.expr(filter, scope, Some(ColumnUse::Filter))?;
        }
        match over {
            None | Some(Over::Named(_)) => {}
            Some(Over::Window(window)) => self.window(window, scope)?,
        }
        Ok(if values.len() == 1 { values.pop() } else { None })
    }

    /// `name(t)` as `t.name`, when no function of that name takes one argument (PostgreSQL: ParseFuncOrColumn).
    fn functional_notation(&mut self, call: &Call, argument: Option<&Value>) -> Result<Option<Field>, AnalyzeError> {
        let ([name], Some(value)) = (call.name.as_slice(), argument) else { return Ok(None) };
        let known = functions::verdict(&name.name, 1).is_some() || self.user_functions(&call.name, 1).next().is_some();
        let plain = call.over.is_none() && call.filter.is_none() && !call.distinct && call.order_by.is_empty();
        if known || !plain {
            return Ok(None);
        }
        let field = value.shape.fields().into_iter().flatten().find(|field| *field.name == *name.name);
        if field.is_some() {
            self.bind_call(call, BoundCall::Field(name.name.clone()));
        }
        Ok(field)
    }

    /// The function that a call means.
    fn function(&mut self, call: &Call, in_from: bool) -> Result<BoundCall, AnalyzeError> {
        let arity = call.arguments.len() + call.within_group.len();
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
        let user: Vec<&UserFunction> = self.user_functions(&call.name, call.arguments.len()).collect();
        if schema.is_some_and(|schema| schema.name == "information_schema") {
            let known = functions::in_information_schema(&name.name)
                .filter(|function| !matches!(function.verdict(arity), None | Some(Verdict::Deny(_))));
            return known.map(|_| BoundCall::InformationSchema(name.name.clone())).ok_or_else(|| no_function(call, name));
        }
        let builtin =
            schema.is_none_or(|schema| schema.name == "pg_catalog").then(|| functions::verdict(&name.name, arity)).flatten();
        match (builtin, user.as_slice()) {
            (Some(_), [_, ..]) if schema.is_none() => {
                let message = format!("function name \"{}\" fits a builtin function and one of the warehouse's own", name.name);
                Err(AnalyzeError::unsupported(call.at, message).hint("Write the schema in front of the name."))
            }
            (Some(verdict), _) => self.builtin(call, name, verdict, in_from),
            (None, [function]) => Ok(BoundCall::User((*function).clone())),
            (None, [first, rest @ ..])
                if rest.iter().all(|other| (&other.schema, &other.name) == (&first.schema, &first.name)) =>
            {
                Ok(BoundCall::User((*first).clone()))
            }
            (None, [_, ..]) => Err(AnalyzeError::unsupported(call.at, format!("function name \"{}\" is not unique", name.name))
                .hint("Write the schema in front of the name.")),
            (None, []) => Err(no_function(call, name)),
        }
    }

    /// A builtin: its verdict, and what its kind needs besides.
    fn builtin(&mut self, call: &Call, name: &Ident, verdict: Verdict, in_from: bool) -> Result<BoundCall, AnalyzeError> {
        let denied = |reason: &str| {
            let message = format!("function {} is not available here", name.name);
            let error = AnalyzeError::new(SqlState::INSUFFICIENT_PRIVILEGE, AnalyzeCode::FunctionNotAllowed, call.at, message);
            error.detail(format!("It {reason}.")).object(name.name.clone())
        };
        match verdict {
            Verdict::Deny(reason) => return Err(denied(reason)),
            Verdict::Filtered(reason) => {
                return match functions::replacement(&name.name, call.arguments.len()) {
                    Some(replacement) => Ok(stands_for(name, replacement)),
                    None if functions::care(&name.name) == Care::TakesSettingName => setting_name(call, denied(reason)),
                    None if is_pinned_setting(call, name) => Ok(BoundCall::Echo),
                    None => Err(denied(reason)),
                };
            }
            Verdict::Allow | Verdict::Limit(_) => {}
        }
        match functions::care(&name.name) {
            // What a function gives of a registry type is held where it stands: `Shape::Registry`.
            Care::None | Care::RegOutput | Care::TakesTimeZone => {}
            Care::RowType if in_from => {}
            Care::RowType => return Err(denied("makes rows of a type that is known at run time only")),
            Care::SessionAnswer | Care::TakesObject => {
                let replacement = functions::replacement(&name.name, call.arguments.len());
                return replacement
                    .map(|replacement| stands_for(name, replacement))
                    .ok_or_else(|| denied("reads the system catalogs"));
            }
            Care::SetsSetting => return Err(denied("changes a setting: use SET")),
            Care::TakesSettingName => return setting_name(call, denied("reads a setting that is not shown")),
            Care::TakesTextSearchName => text_search_name(
                call,
                denied("takes a text search configuration, which must be a constant that names a builtin one"),
            )?,
        }
        Ok(BoundCall::Builtin(name.name.clone()))
    }

    /// The allowed functions of the warehouse's own that the name and the number of arguments fit.
    fn user_functions(&self, name: &[Ident], arity: usize) -> impl Iterator<Item = &UserFunction> {
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

    /// Keeps what a call is, and the function in the footprint.
    fn bind_call(&mut self, call: &Call, bound: BoundCall) {
        match &bound {
            BoundCall::Builtin(name) => drop(self.footprint.functions.insert(format!("pg_catalog.{name}"))),
            BoundCall::Replaced { name, template: _ } => drop(self.footprint.functions.insert(format!("pg_catalog.{name}"))),
            BoundCall::User(function) => drop(self.footprint.functions.insert(format!("{}.{}", function.schema, function.name))),
            BoundCall::InformationSchema(name) => drop(self.footprint.functions.insert(format!("information_schema.{name}"))),
            BoundCall::Echo => drop(self.footprint.functions.insert("pg_catalog.set_config".to_owned())),
            BoundCall::Field(_) => {}
        }
        self.bindings.places.insert(call.id, call.at);
        self.bindings.calls.insert(call.id, bound);
    }

    /// CURRENT_USER and its kin are answered by the gate; the clock's are the warehouse's.
    pub(super) fn sql_value(&mut self, value: SqlValue, id: NodeId, at: Pos) {
        self.bindings.places.insert(id, at);
        self.bindings.values.insert(id, value);
        let name = match value {
            SqlValue::CurrentCatalog => "current_catalog",
            SqlValue::CurrentDate => "current_date",
            SqlValue::CurrentRole => "current_role",
            SqlValue::CurrentSchema => "current_schema",
            SqlValue::CurrentTime(_) => "current_time",
            SqlValue::CurrentTimestamp(_) => "current_timestamp",
            SqlValue::CurrentUser => "current_user",
            SqlValue::LocalTime(_) => "localtime",
            SqlValue::LocalTimestamp(_) => "localtimestamp",
            SqlValue::SessionUser => "session_user",
            SqlValue::User => "user",
        };
        self.footprint.functions.insert(name.to_owned());
    }

    /// A function in FROM: its columns, whatever it returns.
    pub(super) fn function_item(&mut self, from: &FromFunction, scope: &Scope<'_>) -> Result<Namespace, AnalyzeError> {
        let FromFunction { lateral: _, rows_from, functions, ordinality, alias, column_defs } = from;
        let mut fields = Vec::new();
        let mut table = String::new();
        let only_one = functions.len() == 1;
        for FunctionItem { call, column_defs: own } in functions {
            let defs = if own.is_empty() { column_defs } else { own };
            let scalar_name = alias.as_ref().filter(|_| only_one && !rows_from).map(|alias| alias.name.name.as_str());
            let (name, columns) = self.function_columns(call, defs, scalar_name, scope)?;
            table = if table.is_empty() { name } else { table };
            fields.extend(columns);
        }
        if *ordinality {
            fields.push(Field::computed("ordinality"));
        }
        let fields = rename(fields, Vec::<String>::new());
        Ok(one_table(&table, None, alias.as_ref(), fields, None))
    }

    /// The columns of one function of a FROM item.
    fn function_columns(
        &mut self,
        call: &Expr,
        defs: &[ColumnDef],
        scalar_name: Option<&str>,
        scope: &Scope<'_>,
    ) -> Result<(String, Vec<Field>), AnalyzeError> {
        let before = self.reads.len();
        for def in defs {
            self.type_name(&def.type_name)?;
            def.collation.as_deref().map(|collation| self.collation(collation)).transpose()?;
        }
        let Expr::Call(function) = call else {
            let name = crate::parse::output_name(call);
            self.expr(call, scope, None)?;
            return Ok((name.clone(), vec![Field::computed(scalar_name.unwrap_or(&name))]));
        };
        self.call_parts(function, scope, None)?;
        let bound = self.function(function, true)?;
        let name = function.name.last().map(|name| name.name.clone()).unwrap_or_default();
        let columns: Vec<String> = match (defs, out_columns(&bound, function.arguments.len())) {
            ([_, ..], _) => defs.iter().map(|def| def.name.name.clone()).collect(),
            ([], columns) if !columns.is_empty() => columns,
            ([], _) if name == "unnest" && is_text_vector(function) => TEXT_VECTOR_COLUMNS.map(str::to_owned).to_vec(),
            ([], _) if name == "unnest" && function.arguments.len() > 1 => {
                function.arguments.iter().map(|_| name.clone()).collect()
            }
            ([], _) if returns_unknown_row(&bound) => {
                let message = format!("the columns of function {name} are not known here");
                return Err(
                    AnalyzeError::unsupported(function.at, message).hint("Give it a column definition list: AS t(name type, …).")
                );
            }
            ([], _) => vec![scalar_name.unwrap_or(&name).to_owned()],
        };
        let is_registry = returns_registry(&bound, function.arguments.len());
        self.bind_call(function, bound);
        let lineage: Arc<[Base]> = union(&[], self.reads.get(before..).unwrap_or_default());
        let shape = if is_registry { Shape::Registry } else { Shape::Scalar };
        let field = |column: &String| Field { lineage: Arc::clone(&lineage), shape: shape.clone(), ..Field::computed(column) };
        Ok((name, columns.iter().map(field).collect()))
    }
}

/// What a replacement makes of a call.
fn stands_for(name: &Ident, replacement: Replacement) -> BoundCall {
    match replacement {
        Replacement::AsIs => BoundCall::Builtin(name.name.clone()),
        Replacement::Sql(template) => BoundCall::Replaced { name: name.name.clone(), template },
    }
}

/// The columns of the row that a function returns; empty when it is one unnamed value.
fn out_columns(bound: &BoundCall, arity: usize) -> Vec<String> {
    let builtin = match bound {
        BoundCall::Builtin(name) | BoundCall::Replaced { name, template: _ } => functions::builtin(name),
        BoundCall::InformationSchema(name) => functions::in_information_schema(name),
        BoundCall::User(function) => return function.out_columns.clone(),
        BoundCall::Echo | BoundCall::Field(_) => None,
    };
    let overloads = builtin.map(|builtin| builtin.overloads.as_slice()).unwrap_or_default();
    let mut accepting = overloads.iter().filter(|overload| overload.accepts(arity));
    let Some(first) = accepting.next() else { return Vec::new() };
    // Overloads that differ in their columns are told apart by types, which are not known here: then the result is taken for one value.
    let same = accepting.all(|other| other.out_columns == first.out_columns);
    if same { first.out_columns.iter().map(|column| column.name.to_owned()).collect() } else { Vec::new() }
}

/// An array of whole rows would be of another type than the same array over the relation itself (enforcement W5).
pub(super) fn no_array_of_rows(element: Option<&Value>, at: Pos) -> Result<(), AnalyzeError> {
    match element.map(|element| &element.shape) {
        Some(Shape::Row(_)) => {
            let error = AnalyzeError::unsupported(at, "an array of whole rows is not supported");
            Err(error.hint("Collect columns, or to_jsonb of the row."))
        }
        Some(Shape::Composite(_) | Shape::Registry | Shape::Scalar) | None => Ok(()),
    }
}

/// The columns of unnest(tsvector).
const TEXT_VECTOR_COLUMNS: [&str; 3] = ["lexeme", "positions", "weights"];

/// Whether the one argument is a tsvector by its form: a cast to it, or a function that makes one.
#[expect(clippy::wildcard_enum_match_arm, reason = "one form is looked for; every other expression is not of it")]
fn is_text_vector(call: &Call) -> bool {
    let [argument] = call.arguments.as_slice() else { return false };
    let name = match &argument.value {
        Expr::Cast { expr: _, target } if target.dimensions.is_empty() => target.name.last(),
        Expr::Call(inner) => inner.name.last(),
        _other => None,
    };
    name.is_some_and(|name| {
        matches!(
            name.name.as_str(),
            "tsvector" | "to_tsvector" | "setweight" | "strip" | "ts_delete" | "ts_filter" | "array_to_tsvector"
        )
    })
}

/// Whether the gate has SQL of its own for a builtin of that name and number of arguments.
fn is_replaced(call: &Call) -> bool {
    let name = match call.name.as_slice() {
        [name] => name,
        [schema, name] if schema.name == "pg_catalog" => name,
        _ => return false,
    };
    matches!(functions::replacement(&name.name, call.arguments.len()), Some(Replacement::Sql(_)))
}

/// Whether a value that the function returns, or a column of it, is of a registry type.
fn returns_registry(bound: &BoundCall, arity: usize) -> bool {
    let is_registry = |name: &str| name.strip_prefix("pg_catalog.").unwrap_or(name).starts_with("reg");
    match bound {
        BoundCall::Builtin(name) | BoundCall::Replaced { name, template: _ } => {
            let overloads = functions::builtin(name).map(|builtin| builtin.overloads.as_slice()).unwrap_or_default();
            overloads.iter().filter(|overload| overload.accepts(arity)).any(|overload| {
                is_registry(overload.returns) || overload.out_columns.iter().any(|column| is_registry(column.type_name))
            })
        }
        BoundCall::User(function) => is_registry(&function.returns),
        BoundCall::Echo | BoundCall::Field(_) | BoundCall::InformationSchema(_) => false,
    }
}

/// Whether the function returns a row whose columns only its call or its type tells.
fn returns_unknown_row(bound: &BoundCall) -> bool {
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
        | BoundCall::Replaced { name: _, template: _ } => false,
    }
}

/// 42883 for a name that is no builtin and no allowed function: hidden and missing read the same.
fn no_function(call: &Call, name: &Ident) -> AnalyzeError {
    let message = format!("function {} does not exist", dotted(&call.name));
    let error = AnalyzeError::new(SqlState::UNDEFINED_FUNCTION, AnalyzeCode::FunctionNotAllowed, call.at, message);
    let hint = "No function of that name takes that number of arguments, or it is not allowed by this grant.";
    error.hint(hint).object(name.name.clone())
}

/// current_setting: its first argument is a constant from the list (enforcement L14).
fn setting_name(call: &Call, denied: AnalyzeError) -> Result<BoundCall, AnalyzeError> {
    let readable = call.arguments.first().and_then(|argument| constant(&argument.value));
    match readable {
        Some(name) if READABLE_SETTINGS.contains(&name.to_ascii_lowercase().as_str()) => {
            Ok(BoundCall::Builtin("current_setting".to_owned()))
        }
        Some(_) | None => Err(denied),
    }
}

/// `set_config('jit', …, …)`: asked for by drivers around their look-ups; the gate pins it, so there is nothing to set.
fn is_pinned_setting(call: &Call, name: &Ident) -> bool {
    let [setting, _, _] = call.arguments.as_slice() else { return false };
    name.name == "set_config" && constant(&setting.value).is_some_and(|setting| setting.eq_ignore_ascii_case("jit"))
}

/// A text search configuration, where one is written, is a constant that names a builtin one (enforcement L7).
fn text_search_name(call: &Call, denied: AnalyzeError) -> Result<(), AnalyzeError> {
    let name = call.name.last().map(|name| name.name.as_str()).unwrap_or_default();
    let overloads = functions::builtin(name).map(|builtin| builtin.overloads.as_slice()).unwrap_or_default();
    let arity = call.arguments.len();
    let takes_name = |overload: &&Overload| overload.arguments.first().is_some_and(|argument| argument.starts_with("reg"));
    let plain = overloads.iter().filter(|overload| overload.accepts(arity)).any(|overload| !takes_name(&overload));
    let named = overloads.iter().filter(|overload| overload.accepts(arity)).any(|overload| takes_name(&overload));
    let first = call.arguments.first().and_then(|argument| constant(&argument.value));
    let builtin =
        first.is_some_and(|name| TEXT_SEARCH_CONFIGURATIONS.contains(&name.strip_prefix("pg_catalog.").unwrap_or(name)));
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
