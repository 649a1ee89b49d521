//! Functions in FROM: their columns, whatever they return.

use std::sync::Arc;

use crate::parse::syntax::{Call, ColumnDef, Expr, FromFunction, FunctionItem};

use super::Parts;
use super::bind::Place;
use super::result::{OutColumn, makes_own_rows, makes_rows, out_columns, returns_unknown_row, value_shape};
use crate::analyze::error::AnalyzeError;
use crate::analyze::expr::place;
use crate::analyze::field::{Base, Field, Shape, rename, union};
use crate::analyze::from::one_table;
use crate::analyze::registry::MayStand;
use crate::analyze::scope::{Namespace, Scope};
use crate::analyze::{Analyzer, BoundCall, BoundType};

impl Analyzer<'_> {
    /// A function in FROM: its columns, whatever it returns.
    pub(in crate::analyze) fn function_item(
        &mut self,
        from: &FromFunction,
        scope: &Scope<'_>,
    ) -> Result<Namespace, AnalyzeError> {
        let FromFunction { lateral: _, rows_from: _, functions, ordinality, alias, column_defs } = from;
        let mut fields = Vec::new();
        let mut table = String::new();
        let only_one = functions.len() == 1;
        for FunctionItem { call, column_defs: own } in functions {
            let defs = if own.is_empty() { column_defs } else { own };
            let scalar_name = alias.as_ref().filter(|_| only_one).map(|alias| alias.name.name.as_str());
            let (name, columns) = self.function_columns(call, defs, scalar_name, scope)?;
            table = if table.is_empty() { name } else { table };
            fields.extend(columns);
        }
        let named = alias.as_ref().map_or(0, |alias| alias.columns.len());
        if !only_one
            && named < fields.len()
            && let Some(answered) = functions.iter().find(|function| self.is_answered(&function.call))
        {
            let name = crate::parse::output_name(&answered.call);
            let error = AnalyzeError::unsupported(place(&answered.call), format!("{name} in ROWS FROM is not supported"));
            return Err(error.hint("Give every column of ROWS FROM a name: AS t(a, b)."));
        }
        if *ordinality {
            fields.push(Field::computed("ordinality"));
        }
        let fields = rename(fields, Vec::<String>::new());
        Ok(one_table(&table, None, alias.as_ref(), fields, None))
    }

    /// Whether the gate answers in the place of the function, so that its name is lost.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other expression is sent as it is")]
    fn is_answered(&self, function: &Expr) -> bool {
        match function {
            Expr::Call(call) => matches!(
                self.bindings.calls.get(&call.id),
                Some(
                    BoundCall::Echo | BoundCall::Registry(_) | BoundCall::Replaced { name: _, template: _, objects: _, told: _ }
                )
            ),
            Expr::Cast { expr: _, target } => self.bindings.types.get(&target.id).is_some_and(BoundType::is_registry),
            Expr::SqlValue { value, id: _, at: _ } => !value.tells_time(),
            _other => false,
        }
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
            self.may_stand = MayStand::Value;
            let shape = self.expr(call, scope, None)?.shape;
            let columns = match defs {
                [] => vec![scalar_name.unwrap_or(&name).to_owned()],
                defs => defs.iter().map(|def| def.name.name.clone()).collect(),
            };
            let lineage: Arc<[Base]> = union(&[], self.reads.get(before..).unwrap_or_default());
            let shape = if matches!(shape, Shape::Registry(_)) { shape } else { Shape::Scalar };
            let field =
                |column: &String| Field { lineage: Arc::clone(&lineage), shape: shape.clone(), ..Field::computed(column) };
            return Ok((name, columns.iter().map(field).collect()));
        };
        let Parts { single: _, registry, given, is_volatile, row, shapes } = self.call_parts(function, scope, None)?;
        let bound = self.function(
            function,
            &given,
            Place { in_from: true, is_selected_from: false, takes_row: row.is_some(), given: &shapes },
        )?;
        let name = function.name.last().map(|name| name.name.clone()).unwrap_or_default();
        if !defs.is_empty() && makes_own_rows(&bound) {
            return Err(AnalyzeError::redundant_columns(function.at));
        }
        let carried = self.carried(function, &bound, &shapes)?;
        let value = carried.unwrap_or_else(|| value_shape(&bound, function.arguments.len()));
        let scalar = |name: &str| OutColumn { name: name.to_owned(), shape: Shape::Scalar };
        let is_unnest = matches!(&bound, BoundCall::Builtin(name) if name == "unnest") || bound == BoundCall::Unnest;
        // To the warehouse whole rows in an array are rows of no type, whose columns it does not know either.
        let has_rows = shapes.iter().any(|shape| matches!(shape, Shape::Rows(_)));
        let has_composites = shapes.iter().any(|shape| matches!(shape, Shape::Composites(_)));
        let columns: Vec<OutColumn> = match (defs, out_columns(&bound, function.arguments.len())) {
            ([_, ..], _) => defs.iter().map(|def| scalar(&def.name.name)).collect(),
            ([], columns) if !columns.is_empty() => columns,
            ([], _) if makes_rows(&bound) && matches!(row, Some(Shape::Composite(_))) => {
                let columns = row.and_then(|row| row.fields()).unwrap_or_default();
                columns.into_iter().map(OutColumn::of).collect()
            }
            ([], _) if name == "unnest" && is_text_vector(function) => TEXT_VECTOR_COLUMNS.map(scalar).into(),
            ([], _) if is_unnest && !has_rows && (function.arguments.len() > 1 || has_composites) => {
                let scalar_name = scalar_name.filter(|_| function.arguments.len() == 1).unwrap_or(&name);
                shapes.iter().flat_map(|shape| unnested(shape, scalar_name)).collect()
            }
            ([], _) if returns_unknown_row(&bound) || makes_rows(&bound) || (is_unnest && has_rows) => {
                let message = format!("the columns of function {name} are not known here");
                return Err(
                    AnalyzeError::unsupported(function.at, message).hint("Give it a column definition list: AS t(name type, …).")
                );
            }
            ([], _) => vec![OutColumn { name: scalar_name.unwrap_or(&name).to_owned(), shape: value }],
        };
        self.bind_call(function, bound, &registry, is_volatile)?;
        let lineage: Arc<[Base]> = union(&[], self.reads.get(before..).unwrap_or_default());
        let field =
            |OutColumn { name, shape }: OutColumn| Field { lineage: Arc::clone(&lineage), shape, ..Field::computed(&name) };
        Ok((name, columns.into_iter().map(field).collect()))
    }
}

/// The columns that the elements of an array make: the attributes of a composite type, or one.
fn unnested(array: &Shape, name: &str) -> Vec<OutColumn> {
    let element = array.element();
    match element.fields() {
        Some(attributes) => attributes.into_iter().map(OutColumn::of).collect(),
        None => vec![OutColumn { name: name.to_owned(), shape: element }],
    }
}

impl OutColumn {
    fn of(field: Field) -> Self {
        Self { name: field.name.to_string(), shape: field.shape }
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
