//! Function calls, in expressions and in FROM.
//!
//! | file | what |
//! |---|---|
//! | `bind` | the function that a name means, and whether it may be called |
//! | `from` | functions in FROM: the columns that they offer |
//! | `result` | what a call gives: one value, a row, a value of a registry type |
//! | `rules` | calls that are answered otherwise, and arguments that must be constants of a list |

mod bind;
mod from;
mod result;
mod rules;

use std::sync::Arc;

use crate::base::SqlState;
use crate::catalog::functions;
use crate::parse::syntax::{Call, Expr, NodeId, Over, Pos, SqlValue};

use super::error::{AnalyzeCode, AnalyzeError};
use super::field::{Base, Field, Shape, Value, hidden_field, union};
use super::scope::Scope;
use super::{Analyzer, BoundCall, ColumnUse};

pub(super) use result::no_array_of_rows;
use result::{out_columns, returns_registry};

impl Analyzer<'_> {
    /// A call in an expression.
    pub(in crate::analyze) fn call(
        &mut self,
        call: &Call,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        let before = self.reads.len();
        let single = self.call_parts(call, scope, column_use)?;
        if call.name.last().is_some_and(|name| name.name == "array_agg") {
            no_array_of_rows(single.as_ref(), call.at)?;
        }
        if let Some(field) = self.functional_notation(call, single.as_ref())? {
            return Ok(Value { origin: None, shape: field.shape });
        }
        let bound = self.function(call, false).map_err(|error| hidden_behind(error, call, single.as_ref()))?;
        if matches!(bound, BoundCall::Registry(_)) {
            self.bind_call(call, bound);
            return Ok(Value { origin: None, shape: Shape::Registry });
        }
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
        let stands_for = rules::is_replaced(call);
        for argument in arguments {
            // What stands for a function over objects reads oids and exposed names alone.
            self.registry_may_stand = stands_for;
            if let Expr::Column(reference) = &argument.value {
                self.no_renamed_row(reference, scope)?;
            }
            values.push(self.expr(&argument.value, scope, column_use)?);
        }
        self.sort_keys(order_by, scope, column_use)?;
        self.sort_keys(within_group, scope, column_use)?;
        self.filter_and_over(filter.as_ref(), over.as_ref(), scope)?;
        Ok(if values.len() == 1 { values.pop() } else { None })
    }

    /// What may follow any aggregate.
    pub(in crate::analyze) fn filter_and_over(
        &mut self,
        filter: Option<&Expr>,
        over: Option<&Over>,
        scope: &Scope<'_>,
    ) -> Result<(), AnalyzeError> {
        if let Some(filter) = filter {
            self.expr(filter, scope, Some(ColumnUse::Filter))?;
        }
        match over {
            None | Some(Over::Named(_)) => Ok(()),
            Some(Over::Window(window)) => self.window(window, scope),
        }
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

    /// Keeps what a call is, and the function in the footprint.
    fn bind_call(&mut self, call: &Call, bound: BoundCall) {
        match &bound {
            BoundCall::Builtin(name) => drop(self.footprint.functions.insert(format!("pg_catalog.{name}"))),
            BoundCall::Replaced { name, template: _ } => drop(self.footprint.functions.insert(format!("pg_catalog.{name}"))),
            BoundCall::User(function) => drop(self.footprint.functions.insert(format!("{}.{}", function.schema, function.name))),
            BoundCall::InformationSchema(name) => drop(self.footprint.functions.insert(format!("information_schema.{name}"))),
            BoundCall::Echo => drop(self.footprint.functions.insert("pg_catalog.set_config".to_owned())),
            BoundCall::Unnest => drop(self.footprint.functions.insert("pg_catalog.unnest".to_owned())),
            BoundCall::Field(_) | BoundCall::Registry(_) => {}
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
}

/// A function that does not exist, and whose name is that of a hidden column of the row that it is called on: the record tells it, the client does not.
fn hidden_behind(error: AnalyzeError, call: &Call, argument: Option<&Value>) -> AnalyzeError {
    let ([name], Some(value), SqlState::UNDEFINED_FUNCTION) = (call.name.as_slice(), argument, error.sqlstate) else {
        return error;
    };
    match hidden_field(&value.shape.fields().unwrap_or_default(), &name.name) {
        Some(hidden) => AnalyzeError { code: AnalyzeCode::ColumnHidden, ..error }.object(hidden),
        None => error,
    }
}
