//! Function calls, in expressions and in FROM.
//!
//! | file | what |
//! |---|---|
//! | `bind` | the function that a name means, and whether it may be called |
//! | `extension` | functions of extensions, and which of two of one name is meant |
//! | `from` | functions in FROM: the columns that they offer |
//! | `result` | what a call gives: one value, a row, a value of a registry type |
//! | `size` | how large a result a call asks for |
//! | `rules` | calls that are answered otherwise, and arguments that must be constants of a list |
//! | `told` | what is said of constants that name nothing |

mod bind;
mod extension;
mod from;
mod result;
mod rules;
mod size;
mod told;

use std::sync::Arc;

use crate::base::SqlState;
use crate::catalog::RelationSource;
use crate::catalog::functions::{self, Volatility};
use crate::parse::ConstantOf;
use crate::parse::syntax::{Argument, Call, Expr, NodeId, Over, Pos, SqlValue};

use super::carried::carries;
use super::error::{AnalyzeCode, AnalyzeError};
use super::field::{Base, Field, Shape, Value, hidden_field, union};
use super::registry::{MayStand, RegistryValue};
use super::scope::Scope;
use super::{Analyzer, BoundCall, ColumnReading, ColumnUse, Registry, RegistryCast};

use bind::Place;
pub(super) use extension::Given;
use result::{OutColumn, made_of, makes_rows, out_columns, told_as, value_shape};
pub(super) use result::{array_among, array_of};

/// What stands inside a call.
struct Parts {
    /// The value of its argument, when there is just one.
    single: Option<Value>,
    /// The registry types that its arguments are of.
    registry: Vec<Option<Registry>>,
    /// What is known of the type of each argument.
    given: Vec<Given>,
    /// A volatile function is called in it.
    is_volatile: bool,
    /// What the first argument is, where it is a row, or NULL as a row.
    row: Option<Shape>,
    /// What its arguments are.
    shapes: Vec<Shape>,
}

impl Analyzer<'_> {
    /// A call in an expression.
    pub(in crate::analyze) fn call(
        &mut self,
        call: &Call,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        let before = self.reads.len();
        let is_selected_from = self.selected_from.take() == Some(call.id);
        let Parts { single, registry, given, is_volatile, row, shapes } = self.call_parts(call, scope, column_use)?;
        if let Some(field) = self.functional_notation(call, single.as_ref())? {
            return Ok(Value::shaped(field.shape));
        }
        let bound = self
            .function(call, &given, Place { in_from: false, is_selected_from, takes_row: row.is_some(), given: &shapes })
            .map_err(|error| hidden_behind(error, call, single.as_ref()))?;
        let is_age = matches!(&bound, BoundCall::Replaced { name, template: _, objects: _, told: _ } if name == "age");
        let bound = if is_age && (is_frozen(single.as_ref()) || is_xmin(self, call)) {
            BoundCall::Builtin("age".to_owned())
        } else {
            bound
        };
        let lineage: Arc<[Base]> = union(&[], self.reads.get(before..).unwrap_or_default());
        let columns = out_columns(&bound, call.arguments.len());
        let value = match (self.carried(call, &bound, &shapes)?, row) {
            (Some(carried), _) => carried,
            (None, Some(Shape::Composite(attributes))) if makes_rows(&bound) => Shape::Composite(attributes),
            (None, Some(_) | None) => made_of(&bound, &shapes).unwrap_or_else(|| value_shape(&bound, call.arguments.len())),
        };
        if !self.names.exposed.extensions.types.is_empty() {
            self.returned.extend(self.returned(&bound, call.arguments.len(), &given).map(|given| (call.id, given)));
        }
        let told_as = told_as(&bound);
        self.bind_call(call, bound, &registry, is_volatile)?;
        let field =
            |OutColumn { name, shape }: OutColumn| Field { lineage: Arc::clone(&lineage), shape, ..Field::computed(&name) };
        let shape = match columns.len() {
            0 | 1 => value,
            _ => Shape::Row(columns.into_iter().map(field).collect()),
        };
        Ok(Value { told_as, ..Value::shaped(shape) })
    }

    /// Everything inside a call.
    fn call_parts(&mut self, call: &Call, scope: &Scope<'_>, column_use: Option<ColumnUse>) -> Result<Parts, AnalyzeError> {
        let Call { id: _, at: _, name: _, arguments, star: _, distinct: _, variadic: _, order_by, within_group, filter, over } =
            call;
        let (mut values, mut given) = (Vec::new(), Vec::new());
        let volatile_calls = self.volatile_calls;
        let is_of_texts = std::mem::take(&mut self.may_stand) == MayStand::Text && rules::is_array_agg(call);
        // What stands for a function over objects reads oids and exposed names alone; count looks at nothing but whether there is a value, and which are the
        // same; and of rows of catalogs functions of information_schema read columns that are none of these.
        let may_stand = match rules::is_count(call) || rules::takes_catalog_rows(call) {
            true => MayStand::Row,
            // It takes texts, and the text of anything else.
            false if is_of_texts || rules::takes_texts(call) || rules::makes_json(call) => MayStand::Text,
            // The type of a value is told, whatever the value is.
            false => MayStand::value_if(carries(call) || rules::is_replaced(call) || rules::is_type_of(call)),
        };
        let may_name = rules::may_name_text_search(call);
        for (at, argument) in arguments.iter().enumerate() {
            self.may_stand = if may_name && at == 0 { MayStand::Value } else { may_stand };
            let before = self.reads.len();
            let value = match self.star_of_renamed(&argument.value, scope, column_use)? {
                Some(row) => row,
                None => self.expr(&argument.value, scope, column_use)?,
            };
            given.push(self.given(&argument.value, &value, before));
            values.push(value);
        }
        self.sort_keys(order_by, scope, column_use)?;
        let ordered = self.sort_keys(within_group, scope, column_use)?;
        // Of what is ordered the result may be one.
        if !carries(call) && ordered.iter().any(|shape| matches!(shape, Shape::Registry(_))) {
            return Err(AnalyzeError::registry_value(call.at));
        }
        self.filter_and_over(filter.as_ref(), over.as_ref(), scope)?;
        let registry = values.iter().map(registry_of).collect();
        let is_volatile = self.volatile_calls > volatile_calls;
        let row = values.first().zip(arguments.first()).and_then(|(value, argument)| self.row_given(value, &argument.value));
        let shapes = values.iter().map(|value| value.shape.clone()).chain(ordered).collect();
        Ok(Parts { single: if values.len() == 1 { values.pop() } else { None }, registry, given, is_volatile, row, shapes })
    }

    /// What an argument is, where it is a row whose type the statement tells.
    fn row_given(&self, value: &Value, argument: &Expr) -> Option<Shape> {
        match (&value.shape, argument) {
            (Shape::Composite(_) | Shape::Record(_) | Shape::Row(_), _) => Some(value.shape.clone()),
            (_, Expr::Cast { expr: _, target }) if self.is_record(target) => Some(Shape::Scalar),
            (Shape::Composites(_) | Shape::Registry(_) | Shape::Rows(_) | Shape::Scalar, _) => None,
        }
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
        let known = functions::verdict(&name.name, 1).is_some()
            || self.user_functions(&call.name, 1).next().is_some()
            || !self.extension_functions(None, name, 1).is_empty();
        let plain = call.over.is_none() && call.filter.is_none() && !call.distinct && call.order_by.is_empty();
        if known || !plain {
            return Ok(None);
        }
        let field = value.shape.fields().into_iter().flatten().find(|field| *field.name == *name.name);
        if field.is_some() {
            self.bind_call(call, BoundCall::Field(name.name.clone()), &[], false)?;
        }
        Ok(field)
    }

    /// Keeps what a call is, and the function in the footprint. `is_volatile`: something in it is.
    fn bind_call(
        &mut self,
        call: &Call,
        mut bound: BoundCall,
        registry: &[Option<Registry>],
        is_volatile: bool,
    ) -> Result<(), AnalyzeError> {
        self.volatile(call, &bound, is_volatile)?;
        if let BoundCall::Replaced { name, template, objects, told } = &mut bound {
            *objects = self.objects(call, name, registry)?;
            *told = self.told(call, *template);
        }
        if let BoundCall::User(function) = &bound {
            // What it makes may be of an extension's type, wherever it goes from here.
            let made = self.extensions_returned(&function.returns);
            self.made_of.extend(made);
        }
        let name = match &bound {
            BoundCall::Builtin(name) | BoundCall::Replaced { name, template: _, objects: _, told: _ } => {
                let schema = if functions::in_information_schema(name).is_some() { "information_schema" } else { "pg_catalog" };
                Some(format!("{schema}.{name}"))
            }
            BoundCall::User(function) => Some(format!("{}.{}", function.schema, function.name)),
            BoundCall::InformationSchema(name) => Some(format!("information_schema.{name}")),
            BoundCall::Echo => Some("pg_catalog.set_config".to_owned()),
            BoundCall::Unnest => Some("pg_catalog.unnest".to_owned()),
            BoundCall::Field(_) | BoundCall::Registry(_) => None,
        };
        self.footprint.functions.extend(name);
        self.bindings.places.insert(call.id, call.at);
        self.bindings.calls.insert(call.id, bound);
        Ok(())
    }

    /// Counts a call of a volatile function, and keeps such calls out of SQL of the gate's own.
    fn volatile(&mut self, call: &Call, bound: &BoundCall, is_volatile: bool) -> Result<(), AnalyzeError> {
        match bound {
            BoundCall::Builtin(name) => {
                let found = functions::builtin(name);
                self.volatile_calls += usize::from(found.is_some_and(|found| found.volatility() == Volatility::Volatile));
            }
            BoundCall::User(function) if function.is_volatile => {
                self.volatile_calls += 1;
                // Whatever it reads, it runs on rows that are shown, and on no others.
                self.is_total = false;
                self.risks.note(&[], true);
            }
            BoundCall::Replaced { name: _, template: _, objects: _, told: _ } | BoundCall::Registry(_) if is_volatile => {
                return Err(AnalyzeError::volatile_operand(call.at));
            }
            BoundCall::Echo
            | BoundCall::Field(_)
            | BoundCall::InformationSchema(_)
            | BoundCall::Registry(_)
            | BoundCall::Replaced { name: _, template: _, objects: _, told: _ }
            | BoundCall::Unnest
            | BoundCall::User(_) => {}
        }
        Ok(())
    }

    /// Which arguments of a call that the gate answers stand for objects: those of a registry type, and those that PostgreSQL would make one of. A name
    /// finds what is exposed, and what is hidden is missing.
    fn objects(&self, call: &Call, name: &str, registry: &[Option<Registry>]) -> Result<Vec<Option<RegistryCast>>, AnalyzeError> {
        let object = |(at, argument): (usize, &Argument)| match registry.get(at).copied().flatten() {
            Some(kind) => Ok(Some(RegistryCast::Same(kind))),
            None => {
                let wanted = wanted_registry(name, call.arguments.len(), at);
                let found = wanted.map(|kind| self.registry_object(kind, &argument.value)).transpose();
                found.map_err(|error| error.of_constant(call.at, ConstantOf::Argument(at)))
            }
        };
        call.arguments.iter().enumerate().map(object).collect()
    }

    /// CURRENT_USER and its kin are answered by the gate; the clock's are the warehouse's.
    pub(super) fn sql_value(&mut self, value: SqlValue, id: NodeId, at: Pos) {
        self.bindings.places.insert(id, at);
        self.bindings.values.insert(id, value);
        self.footprint.functions.insert(value.name().to_owned());
    }
}

/// Whether the one argument is `xmin` of a catalog, which is that of a row that was always there.
fn is_xmin(analyzer: &Analyzer<'_>, call: &Call) -> bool {
    let [Argument { name: _, value: Expr::Column(reference) }] = call.arguments.as_slice() else { return false };
    let bound = analyzer.bindings.columns.get(&reference.id);
    bound.is_some_and(|column| matches!(column.reads, ColumnReading::Xmin(_)))
}

/// `pg_class.relfrozenxid` and `pg_database.datfrozenxid`, which show as 0, and `pg_locks.transactionid`, which has no row: what tools ask the age of.
fn is_frozen(argument: Option<&Value>) -> bool {
    let Some(base) = argument.and_then(|value| value.origin.as_ref()) else { return false };
    let is_system = matches!(base.relation.source, RelationSource::System { oid: _, query: _ });
    is_system
        && base.column().is_some_and(|column| matches!(column.name.as_str(), "relfrozenxid" | "datfrozenxid" | "transactionid"))
}

/// The registry type that every overload takes there, as far as the number of arguments tells them apart.
fn wanted_registry(name: &str, arity: usize, at: usize) -> Option<Registry> {
    let overloads = functions::builtin(name).map(|builtin| builtin.overloads.as_slice()).unwrap_or_default();
    let mut wanted = overloads
        .iter()
        .filter(|overload| overload.accepts(arity))
        .map(|overload| overload.arguments.get(at).and_then(|argument| Registry::named(argument)));
    let first = wanted.next().flatten()?;
    wanted.all(|other| other == Some(first)).then_some(first)
}

/// The registry type of a value; the elements' of an array.
fn registry_of(value: &Value) -> Option<Registry> {
    match &value.shape {
        Shape::Registry(RegistryValue::Array(kind) | RegistryValue::One(kind)) => Some(*kind),
        Shape::Composite(_) | Shape::Composites(_) | Shape::Record(_) | Shape::Row(_) | Shape::Rows(_) | Shape::Scalar => None,
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
