//! Values that are made of others, and what is taken out of them: rows, arrays, their elements and fields, the results of a CASE.

use crate::base::SqlState;
use crate::parse::syntax::{Body, Call, Distinct, Expr, Ident, Item, Pos, Query, Step};

use super::call::array_of;
use super::carried::one_kind;
use super::error::{AnalyzeCode, AnalyzeError};
use super::expr::{is_output, no_registry};
use super::field::{Field, Shape, Value, hidden_field};
use super::registry::{MayStand, RegistryValue};
use super::scope::Scope;
use super::{Analyzer, ColumnUse};

impl Analyzer<'_> {
    /// `ARRAY(SELECT …)` of which only the text is used: so it is with what its one column casts to a registry type.
    pub(super) fn array_of_texts(
        &mut self,
        query: &Query,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        let fields = self.query(query, scope, column_use)?;
        let is_told = match (&query.body, &query.order_by) {
            (Body::Select(select), keys) if select.distinct == Distinct::All => {
                match (select.items.as_slice(), fields.as_slice()) {
                    // What is sorted by its place or its name is sorted as what it is.
                    (_, [field]) if keys.iter().any(|key| is_output(&key.expr, &field.name)) => false,
                    ([Item::Expr { expr, alias: _ }], _) if no_registry(&fields).is_err() => self.is_told(expr),
                    _ => false,
                }
            }
            (Body::Nested(_) | Body::Select(_) | Body::SetOperation { .. } | Body::Values(_), _) => false,
        };
        if !is_told {
            no_registry(&fields)?;
        }
        Ok(Value::computed())
    }

    /// `ARRAY[…]`
    pub(super) fn array(
        &mut self,
        list: &[Expr],
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        let elements = self.alike(list, scope, column_use)?;
        Ok(Value::shaped(match one_kind(&elements)? {
            Some(RegistryValue::Array(kind) | RegistryValue::One(kind)) => Shape::Registry(RegistryValue::Array(kind)),
            None => array_of(&elements)?,
        }))
    }

    /// `ARRAY(SELECT …)`
    pub(super) fn array_of_query(
        &mut self,
        query: &Query,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        let fields = self.query(query, scope, column_use)?;
        let shape = fields.first().map_or(Shape::Scalar, |field| field.shape.array());
        Ok(Value::shaped(shape))
    }

    /// An element of an array, or a part of it. An element of an array of rows is a row of no type, a part of it is such an array.
    pub(super) fn subscript(
        &mut self,
        base: &Expr,
        steps: &[Step],
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        self.may_stand = MayStand::Value;
        self.is_subscripted = matches!(base, Expr::Field { base: _, name: _ });
        let value = self.expr(base, scope, column_use)?;
        for step in steps {
            match step {
                Step::Index(index) => drop(self.expr(index, scope, column_use)?),
                Step::Slice(low, high) => self.each(low.iter().chain(high), scope, column_use)?,
            }
        }
        let is_part = steps.iter().any(|step| matches!(step, Step::Slice(_, _)));
        // What other types have in subscripts is a value of no more than one field.
        let shape = match (is_part, matches!(value.shape, Shape::Registry(_))) {
            (true, true) => value.shape,
            (true, false) => Shape::one_of([&value.shape]).array(),
            (false, _) => value.shape.element(),
        };
        Ok(Value::shaped(shape))
    }

    /// `ROW(…)`: its fields are called f1, f2 …; a star makes several.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other expression makes one field")]
    pub(super) fn row(
        &mut self,
        fields: &[Expr],
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        let mut shapes: Vec<Shape> = Vec::new();
        for field in fields {
            let value = self.expr(field, scope, column_use)?;
            match field {
                Expr::Column(reference) if reference.star => {
                    shapes.extend(value.shape.fields().into_iter().flatten().map(|field| field.shape));
                }
                Expr::FieldStar(_) => match value.shape.fields() {
                    Some(inner) => shapes.extend(inner.into_iter().map(|field| field.shape)),
                    None => return Ok(Value::computed()),
                },
                _other => shapes.push(value.shape),
            }
        }
        let field = |(n, shape)| Field { shape, ..Field::computed(&format!("f{}", n + 1)) };
        Ok(Value::shaped(Shape::Record(shapes.into_iter().enumerate().map(field).collect())))
    }

    /// The results of a CASE. They may be of a registry type where the CASE may, when all of them are: a constant among them would become a name.
    pub(super) fn results(
        &mut self,
        results: &[&Expr],
        may_stand: MayStand,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        let mut given = Vec::new();
        let mut told_as = None;
        for result in results {
            self.may_stand = may_stand;
            let value = self.expr(result, scope, column_use)?;
            told_as = told_as.or(value.told_as);
            given.push((*result, value.shape));
        }
        match one_kind(&given)? {
            Some(kind) => Ok(Value::shaped(Shape::Registry(kind))),
            None => Ok(Value { told_as, ..Value::shaped(Shape::one_of(given.iter().map(|(_, shape)| shape))) }),
        }
    }

    /// `(value).name`: an attribute of a composite, or a column of a whole row that is carried along (enforcement W5).
    pub(super) fn field(
        &mut self,
        base: &Expr,
        name: &Ident,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        self.may_stand = MayStand::Row;
        self.selected_from = if std::mem::take(&mut self.is_subscripted) { None } else { call_of(base).map(|call| call.id) };
        let value = self.expr(base, scope, column_use)?;
        let fields = match &value.shape {
            Shape::Composites(_) | Shape::Registry(_) | Shape::Rows(_) | Shape::Scalar => {
                let message = format!("selecting field \"{}\" from this expression is not supported", name.name);
                return Err(AnalyzeError::unsupported(name.at, message)
                    .hint("Fields can be selected from columns, and from rows of tables in FROM."));
            }
            Shape::Composite(_) | Shape::Record(_) | Shape::Row(_) => value.shape.fields().unwrap_or_default(),
        };
        let found: Option<&Field> = fields.iter().find(|field| *field.name == *name.name);
        let Some(field) = found else {
            let message = format!("column \"{}\" not found in data type record", name.name);
            let hidden = hidden_field(&fields, &name.name);
            let code = if hidden.is_some() { AnalyzeCode::ColumnHidden } else { AnalyzeCode::ColumnMissing };
            return Err(AnalyzeError::new(SqlState::UNDEFINED_COLUMN, code, beginning(base), message)
                .object(hidden.unwrap_or_else(|| name.name.clone())));
        };
        Ok(Value { origin: None, ..field.clone().into() })
    }
}

/// The call that an expression is.
#[expect(clippy::wildcard_enum_match_arm, reason = "one form is looked for; every other expression is not of it")]
fn call_of(expr: &Expr) -> Option<&Call> {
    match expr {
        Expr::Call(call) => Some(call),
        Expr::Parenthesised(inner) => call_of(inner),
        _other => None,
    }
}

/// Where the column stands that fields are selected from: there PostgreSQL points.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others know no place")]
fn beginning(base: &Expr) -> Pos {
    match base {
        Expr::Column(column) => column.at,
        Expr::Parenthesised(inner) => beginning(inner),
        Expr::Field { base, name: _ } => beginning(base),
        _other => Pos::NONE,
    }
}
