//! A query that reads and changes settings and nothing else: `SELECT set_config('search_path', $1, false)`. The session answers it from its own model,
//! and so it does `SELECT pg_cancel_backend($1)` and `SELECT pg_terminate_backend($1)`.

use crate::parse::output_name;
use crate::parse::syntax::{
    Argument, Body, Call, Distinct, Expr, FromFunction, FunctionItem, Item, Literal, Operator, Query, Select, TableRef,
};

/// What a query over settings does, item by item. Gives one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    pub items: Vec<ConfigurationItem>,
    /// Highest `$n`.
    pub parameters: u32,
    /// `FROM pg_settings WHERE name = '…'`: no row, and nothing done, where there is no such setting.
    pub only_if_known: Option<String>,
}

/// One column of its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigurationItem {
    pub column: String,
    pub does: SettingCall,
}

/// `current_setting`, `set_config`, `pg_cancel_backend` or `pg_terminate_backend`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingCall {
    /// Stops what a session of the same person runs, or ends the session. Gives a boolean; stands with no other kind.
    Cancel {
        pid: Given,
        ends: bool,
    },
    Read {
        name: Given,
        missing_ok: Given,
    },
    Set {
        name: Given,
        value: Given,
        local: Given,
    },
}

/// An argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    Null,
    /// `$n`
    Parameter(u32),
    /// `pg_backend_pid()`
    OwnPid,
    /// A text, or a boolean as one.
    Text(String),
}

/// The query as one over settings, when it is of that form and changes one.
pub(super) fn configuration(query: &Query) -> Option<Configuration> {
    let Query { with: None, body: Body::Select(select), order_by, limit: None, offset: None } = query else { return None };
    let Select { distinct: Distinct::All, items, from, filter, group_by: None, having: None, windows } = select.as_ref() else {
        return None;
    };
    if !order_by.is_empty() || !windows.is_empty() {
        return None;
    }
    let only_if_known = match (from.as_slice(), filter) {
        ([], None) => None,
        ([source], Some(filter)) if is_list_of_settings(source) => Some(named(filter)?),
        (_, _) => return None,
    };
    let items: Vec<ConfigurationItem> = items.iter().map(|of| item(of, only_if_known.as_deref())).collect::<Option<_>>()?;
    let sets = items.iter().any(|item| matches!(item.does, SettingCall::Set { name: _, value: _, local: _ }));
    let cancels = !items.is_empty() && only_if_known.is_none() && items.iter().all(|item| item.does.cancels());
    if items.iter().any(|item| item.does.cancels()) && !cancels {
        return None;
    }
    let parameters = items.iter().flat_map(|item| item.does.arguments()).filter_map(Given::parameter).max().unwrap_or(0);
    (sets || cancels).then_some(Configuration { items, parameters, only_if_known })
}

/// `known`: the name of the one row of pg_settings that is read.
fn item(item: &Item, known: Option<&str>) -> Option<ConfigurationItem> {
    let Item::Expr { expr: expr @ Expr::Call(call), alias } = item else { return None };
    let column = alias.as_ref().map_or_else(|| output_name(expr), |alias| alias.name.clone());
    Some(ConfigurationItem { column, does: setting_call(call, known)? })
}

fn setting_call(call: &Call, known: Option<&str>) -> Option<SettingCall> {
    if !call.is_plain() {
        return None;
    }
    let arguments = &call.arguments;
    let name = match call.name.as_slice() {
        [name] => name,
        [schema, name] if schema.name == "pg_catalog" => name,
        _ => return None,
    };
    if let ("pg_cancel_backend" | "pg_terminate_backend", [argument]) = (name.name.as_str(), arguments.as_slice()) {
        return Some(SettingCall::Cancel { pid: pid(&argument.value)?, ends: name.name == "pg_terminate_backend" });
    }
    let of = |argument: &Argument| match known.filter(|_| is_name(&argument.value)) {
        Some(known) => Some(Given::Text(known.to_owned())),
        None => given(&argument.value),
    };
    let given: Vec<Given> = arguments.iter().map(of).collect::<Option<_>>()?;
    match (name.name.as_str(), given.as_slice()) {
        ("current_setting", [name]) => {
            Some(SettingCall::Read { name: name.clone(), missing_ok: Given::Text("false".to_owned()) })
        }
        ("current_setting", [name, missing_ok]) => Some(SettingCall::Read { name: name.clone(), missing_ok: missing_ok.clone() }),
        ("set_config", [name, value, local]) => {
            Some(SettingCall::Set { name: name.clone(), value: value.clone(), local: local.clone() })
        }
        _ => None,
    }
}

/// The number of a session: a constant or a parameter, with or without a cast to integer.
#[expect(clippy::wildcard_enum_match_arm, reason = "any other expression is for the warehouse")]
fn pid(expr: &Expr) -> Option<Given> {
    match expr {
        Expr::Literal(Literal::Text(text) | Literal::Number(text)) => {
            text.trim().parse::<i32>().ok().map(|pid| Given::Text(pid.to_string()))
        }
        Expr::Literal(Literal::Null) => Some(Given::Null),
        Expr::Parameter(number) => Some(Given::Parameter(*number)),
        Expr::Parenthesised(inner) => pid(inner),
        Expr::Call(call) => is_own_pid(call).then_some(Given::OwnPid),
        Expr::Cast { expr, target } if target.dimensions.is_empty() && target.modifiers.is_empty() => {
            let is_integer = target.name.last().is_some_and(|name| matches!(name.name.as_str(), "int4" | "int" | "integer"));
            pid(expr).filter(|_| is_integer)
        }
        _other => None,
    }
}

/// `pg_backend_pid()`
fn is_own_pid(call: &Call) -> bool {
    let is_named = match call.name.as_slice() {
        [name] => name.name == "pg_backend_pid",
        [schema, name] => schema.name == "pg_catalog" && name.name == "pg_backend_pid",
        _ => false,
    };
    is_named && call.is_plain() && call.arguments.is_empty()
}

/// A constant or a parameter, with or without a cast to text or boolean.
#[expect(clippy::wildcard_enum_match_arm, reason = "any other expression is for the warehouse")]
fn given(expr: &Expr) -> Option<Given> {
    match expr {
        Expr::Literal(Literal::Text(text)) => Some(Given::Text(text.clone())),
        Expr::Literal(Literal::Boolean(on)) => Some(Given::Text(on.to_string())),
        Expr::Literal(Literal::Null) => Some(Given::Null),
        Expr::Parameter(number) => Some(Given::Parameter(*number)),
        Expr::Parenthesised(inner) => given(inner),
        Expr::Cast { expr, target } if target.dimensions.is_empty() => match target.name.last().map(|name| name.name.as_str()) {
            Some("text" | "varchar" | "bool" | "boolean") if target.modifiers.is_empty() => given(expr),
            _ => None,
        },
        _other => None,
    }
}

fn is_list_of_settings(source: &TableRef) -> bool {
    match source {
        TableRef::Relation(relation) => {
            let is_settings = match relation.name.as_slice() {
                [name] => name.name == "pg_settings",
                [schema, name] => schema.name == "pg_catalog" && name.name == "pg_settings",
                _ => false,
            };
            is_settings && relation.alias.is_none() && relation.sample.is_none()
        }
        TableRef::Function(function) => {
            let FromFunction { lateral: _, rows_from: false, functions, ordinality: false, alias: None, column_defs } =
                function.as_ref()
            else {
                return false;
            };
            let [FunctionItem { call: Expr::Call(call), column_defs: own }] = functions.as_slice() else { return false };
            let is_settings = match call.name.as_slice() {
                [name] => name.name == "pg_show_all_settings",
                [schema, name] => schema.name == "pg_catalog" && name.name == "pg_show_all_settings",
                _ => false,
            };
            is_settings && call.arguments.is_empty() && column_defs.is_empty() && own.is_empty()
        }
        TableRef::Join(_) | TableRef::Subquery(_) | TableRef::TableFunction(_) => false,
    }
}

/// The text in `name = 'text'`.
fn named(filter: &Expr) -> Option<String> {
    let Expr::Binary { op: Operator { symbol, qualified: _ }, left, right } = filter else { return None };
    let Expr::Literal(Literal::Text(text)) = right.as_ref() else { return None };
    (symbol == "=" && is_name(left)).then(|| text.clone())
}

/// Whether it is the column `name` of pg_settings.
fn is_name(expr: &Expr) -> bool {
    let Expr::Column(column) = expr else { return false };
    !column.star && matches!(column.parts.as_slice(), [name] if name.name == "name")
}

impl SettingCall {
    /// It is no matter of settings: its argument is a number and its answer a boolean.
    pub fn cancels(&self) -> bool {
        matches!(self, Self::Cancel { pid: _, ends: _ })
    }

    /// Its arguments, in order.
    pub fn arguments(&self) -> Vec<&Given> {
        match self {
            Self::Cancel { pid, ends: _ } => vec![pid],
            Self::Read { name, missing_ok } => vec![name, missing_ok],
            Self::Set { name, value, local } => vec![name, value, local],
        }
    }
}

impl Given {
    fn parameter(&self) -> Option<u32> {
        match self {
            Self::Parameter(number) => Some(*number),
            Self::Null | Self::OwnPid | Self::Text(_) => None,
        }
    }
}

impl Configuration {
    /// All that it does is to stop sessions.
    pub fn cancels(&self) -> bool {
        self.items.iter().any(|item| item.does.cancels())
    }

    /// Which of the parameters are booleans; the others are texts.
    pub fn is_boolean(&self, number: u32) -> bool {
        self.items.iter().any(|item| match &item.does {
            SettingCall::Cancel { pid: _, ends: _ } => false,
            SettingCall::Read { name: _, missing_ok: flag } | SettingCall::Set { name: _, value: _, local: flag } => {
                *flag == Given::Parameter(number)
            }
        })
    }
}
