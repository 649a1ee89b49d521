//! Expressions: every node is walked, so that no name in it stays unbound.

use crate::base::SqlState;
use crate::catalog::{ExposedColumn, operators};
use crate::parse::ConstantOf;
use crate::parse::syntax::{Expr, Literal, Operator, Pos, QuantifiedRight, SortKey, TypeName};

use super::call::array_among;
use super::carried::{is_null, joined, joins_arrays};
use super::concat::told_beside_text;
use super::error::{AnalyzeCode, AnalyzeError};
use super::field::{Field, Shape, Value};
use super::registry::{MayStand, RegistryValue};
use super::scope::Scope;
use super::total::{Operand, constant, is_comparison, is_total_call, is_total_like, is_total_node};
use super::{Analyzer, ColumnUse, RegistryCast};

impl Analyzer<'_> {
    /// Binds an expression; `column_use` is the clause in which its columns are read. Notes what it reads when it is not total as a whole: both sides of an
    /// AND are expressions of their own.
    pub(super) fn expr(&mut self, expr: &Expr, scope: &Scope<'_>, column_use: Option<ColumnUse>) -> Result<Value, AnalyzeError> {
        if self.is_inside || matches!(expr, Expr::And(_, _)) {
            return self.node(expr, scope, column_use);
        }
        let before = self.reads.len();
        (self.is_inside, self.is_total) = (true, true);
        let value = self.node(expr, scope, column_use)?;
        self.is_inside = false;
        let is_condition = matches!(column_use, Some(ColumnUse::Filter | ColumnUse::Join));
        let reads = self.reads.get(before..).unwrap_or_default();
        // A virtual column is computed when it is read, and may raise, whatever is asked of it. What is only shown is computed for rows that are shown.
        let is_shown = matches!(expr, Expr::Column(_)) && !is_condition;
        let is_computed = reads.iter().any(|base| base.column().is_some_and(ExposedColumn::is_computed));
        if !self.is_total || (is_computed && !is_shown) {
            self.risks.note(reads, is_condition);
        }
        Ok(value)
    }

    /// One node of an expression.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are for `operands`, which names every one")]
    fn node(&mut self, expr: &Expr, scope: &Scope<'_>, column_use: Option<ColumnUse>) -> Result<Value, AnalyzeError> {
        let may_stand = std::mem::take(&mut self.may_stand);
        self.is_total &= is_total_node(expr);
        let value = match expr {
            Expr::Column(reference) => self.column(reference, scope, column_use),
            Expr::Call(call) => {
                self.is_total &= is_total_call(call);
                self.may_stand = may_stand;
                self.call(call, scope, column_use)
            }
            Expr::Cast { expr: operand, target } => {
                self.is_total &= constant(expr).is_some();
                self.cast(operand, target, scope, column_use)
            }
            Expr::Field { base, name } => self.field(base, name, scope, column_use),
            Expr::FieldStar(base) | Expr::Parenthesised(base) => {
                self.may_stand = may_stand;
                self.expr(base, scope, column_use)
            }
            Expr::Binary { op, left, right } => self.binary(expr, op, [left, right], scope, column_use),
            Expr::ArrayQuery(query) if may_stand == MayStand::Text => self.array_of_texts(query, scope, column_use),
            Expr::Coalesce(list) if may_stand == MayStand::Text => {
                let told = self.told;
                for item in list {
                    self.may_stand = MayStand::Text;
                    self.expr(item, scope, column_use)?;
                }
                self.no_name_beside(told, list)?;
                Ok(Value::computed())
            }
            Expr::Case { operand, whens, otherwise } => {
                let conditions: Vec<&Expr> = whens.iter().map(|when| &when.condition).collect();
                match operand {
                    Some(operand) => self.compared(operand, &conditions, scope, column_use)?,
                    None => self.each(conditions, scope, column_use)?,
                }
                let results: Vec<&Expr> = whens.iter().map(|when| &when.result).chain(otherwise.as_deref()).collect();
                let told = self.told;
                let value = self.results(&results, may_stand, scope, column_use)?;
                self.no_name_beside(told, results)?;
                Ok(value)
            }
            Expr::And(left, right) | Expr::Or(left, right) => {
                self.each([&**left, &**right], scope, column_use).map(|()| Value::computed())
            }
            _other => self.operands(expr, scope, column_use),
        }?;
        if let (Expr::Column(reference), Shape::Record(_) | Shape::Row(_)) = (expr, &value.shape) {
            self.is_total &= reference.star;
        }
        if may_stand == MayStand::Text && value.shape.is_row_of_registry() {
            return match self.told_row(expr, scope)? {
                true => Ok(Value::computed()),
                false => Err(AnalyzeError::registry_value(place(expr))),
            };
        }
        if let (Shape::Registry(named), MayStand::Text) = (&value.shape, may_stand) {
            return match self.is_told(expr) || self.is_told_column(expr, *named) {
                true => {
                    self.told += 1;
                    Ok(Value::computed())
                }
                false => Err(AnalyzeError::registry_value(place(expr))),
            };
        }
        let stands = match (&value.shape, may_stand) {
            (Shape::Registry(_), MayStand::Nothing | MayStand::Text) => false,
            (Shape::Record(_) | Shape::Row(_), MayStand::Nothing | MayStand::Text | MayStand::Value) => {
                !value.shape.is_row_of_registry()
            }
            (Shape::Record(_) | Shape::Registry(_) | Shape::Row(_), MayStand::Value | MayStand::Row) => true,
            (Shape::Composite(_) | Shape::Composites(_) | Shape::Rows(_) | Shape::Scalar, _) => true,
        };
        if stands { Ok(value) } else { Err(AnalyzeError::registry_value(place(expr))) }
    }

    /// The expressions that do not make long chains. Apart from `expr`, so that a level of a chain takes little stack.
    fn operands(&mut self, expr: &Expr, scope: &Scope<'_>, column_use: Option<ColumnUse>) -> Result<Value, AnalyzeError> {
        match expr {
            Expr::Column(_)
            | Expr::Call(_)
            | Expr::Cast { expr: _, target: _ }
            | Expr::Field { base: _, name: _ }
            | Expr::FieldStar(_)
            | Expr::Parenthesised(_)
            | Expr::Binary { op: _, left: _, right: _ }
            | Expr::Case { operand: _, whens: _, otherwise: _ }
            | Expr::And(_, _)
            | Expr::Or(_, _) => return self.expr(expr, scope, column_use),
            Expr::Literal(_) => {}
            Expr::Parameter(number) => *self.parameters.entry(*number).or_default() += 1,
            Expr::Json { json, at } => return self.json(json, *at, scope, column_use),
            Expr::Xml(xml) => self.xml(xml, scope, column_use)?,
            Expr::Variable { name: _, at: _ } if self.variables => {}
            Expr::Variable { name, at } => return Err(variable(name, *at)),
            Expr::SqlValue { value, id, at } => self.sql_value(*value, *id, *at),
            Expr::Subquery(query) => {
                let first = self.query(query, scope, column_use)?.into_iter().next();
                return Ok(first.map_or(Value::computed(), |field| Value { origin: None, ..field.into() }));
            }
            Expr::ArrayQuery(query) => return self.array_of_query(query, scope, column_use),
            Expr::Exists(query) => drop(self.query(query, scope, column_use)?),
            Expr::InQuery { expr, query, negated: _ } => {
                if self.row_in_query(expr, query, scope, column_use)? {
                    return Ok(Value::computed());
                }
                self.may_stand = MayStand::Value;
                let value = self.expr(expr, scope, column_use)?;
                let fields = self.query(query, scope, column_use)?;
                let among = match fields.as_slice() {
                    [field] => Operand::of_field(field),
                    _several => None,
                };
                self.compares(&[Operand::of(expr, &value), among]);
                if is_untyped(expr) {
                    no_registry(&fields)?;
                }
            }
            Expr::Quantified { left, op, quantifier: _, right } => {
                self.operator(op)?;
                let compares = is_comparison(op);
                match right {
                    QuantifiedRight::Array(array) => {
                        // Beside such a value, a constant would be read as an array of names.
                        self.may_stand = MayStand::value_if(compares && !is_untyped(array));
                        self.expr(left, scope, column_use)?;
                        self.may_stand = MayStand::value_if(compares && !is_untyped(left));
                        self.expr(array, scope, column_use)?;
                    }
                    QuantifiedRight::Query(query) => {
                        self.may_stand = MayStand::value_if(compares);
                        self.expr(left, scope, column_use)?;
                        let fields = self.query(query, scope, column_use)?;
                        if !compares || is_untyped(left) {
                            no_registry(&fields)?;
                        }
                    }
                }
            }
            Expr::Collate { expr, collation } => {
                self.collation(collation)?;
                return self.expr(expr, scope, column_use).map(|_| Value::computed());
            }
            Expr::Unary { op, expr } => {
                self.operator(op)?;
                self.expr(expr, scope, column_use)?;
            }
            Expr::NullIf(left, right) => return self.null_if([&**left, &**right], scope, column_use),
            Expr::IsDistinct { left, right, negated: _ } => {
                let mut sides = Vec::new();
                for (side, other) in [(left, right), (right, left)] {
                    self.may_stand = MayStand::value_if(!is_untyped(other));
                    sides.push(Operand::of(side, &self.expr(side, scope, column_use)?));
                }
                self.compares(&sides);
            }
            Expr::Coalesce(list) | Expr::Greatest(list) | Expr::Least(list) => return self.picked(list, scope, column_use),
            Expr::Grouping(list) => self.each(list, scope, column_use)?,
            Expr::Array(list) => return self.array(list, scope, column_use),
            Expr::Row { fields, explicit: _ } => return self.row(fields, scope, column_use),
            Expr::AtTimeZone { expr, zone } => {
                self.expr(expr, scope, column_use)?;
                self.each(zone.as_deref(), scope, column_use)?;
            }
            Expr::Between { expr, low, high, negated: _, symmetric: _ } => {
                let all = [&**expr, &**low, &**high];
                let all_typed = !all.into_iter().any(is_untyped);
                let mut sides = Vec::new();
                for side in all {
                    self.may_stand = MayStand::value_if(all_typed);
                    sides.push(Operand::of(side, &self.expr(side, scope, column_use)?));
                }
                self.compares(&sides);
            }
            Expr::CollationFor(inner) => drop(self.expr(inner, scope, column_use)?),
            Expr::Extract { field: _, source } => drop(self.expr(source, scope, column_use)?),
            Expr::InList { expr, list, negated: _ } => {
                if self.row_among(expr, list, scope, column_use)? {
                    return Ok(Value::computed());
                }
                if list.len() > 1 && list.iter().all(is_constant_name) {
                    return self.in_names(expr, list, scope, column_use).map(|()| Value::computed());
                }
                let all_typed = !is_untyped(expr) && !list.iter().any(is_untyped);
                let mut sides = Vec::new();
                for side in std::iter::once(&**expr).chain(list) {
                    self.may_stand = MayStand::value_if(all_typed);
                    sides.push(Operand::of(side, &self.expr(side, scope, column_use)?));
                }
                self.compares(&sides);
            }
            Expr::IsBool { expr, test: _, negated: _ }
            | Expr::IsDocument { expr, negated: _ }
            | Expr::IsJson { expr, kind: _, unique_keys: _, negated: _ }
            | Expr::IsNormalized { expr, form: _, negated: _ }
            | Expr::Normalize { expr, form: _ }
            | Expr::Not(expr) => drop(self.expr(expr, scope, column_use)?),
            Expr::IsNull { expr, negated: _ } => {
                self.may_stand = MayStand::Row;
                self.expr(expr, scope, column_use)?;
            }
            Expr::Like { kind, expr, pattern, escape, negated: _ } => {
                let value = self.expr(expr, scope, column_use)?;
                self.is_total &= is_total_like(*kind, &value, pattern, escape.as_deref());
                self.each(std::iter::once(&**pattern).chain(escape.as_deref()), scope, column_use)?;
            }
            Expr::Overlaps { left, right } => {
                for side in left.iter().chain(right) {
                    self.expr(side, scope, column_use)?;
                }
            }
            Expr::Overlay { expr, placing, from, length } => {
                self.each([&**expr, &**placing, &**from], scope, column_use)?;
                self.each(length.as_deref(), scope, column_use)?;
            }
            Expr::Position { needle, haystack } => self.each([&**needle, &**haystack], scope, column_use)?,
            Expr::Subscript { base, steps } => return self.subscript(base, steps, scope, column_use),
            Expr::Substring { expr, from, length } => {
                self.expr(expr, scope, column_use)?;
                self.each(from.as_deref().into_iter().chain(length.as_deref()), scope, column_use)?;
            }
            Expr::SubstringSimilar { expr, pattern, escape } => self.each([&**expr, &**pattern, &**escape], scope, column_use)?,
            Expr::Trim { side: _, characters, expr } => {
                self.expr(expr, scope, column_use)?;
                self.each(characters.as_deref(), scope, column_use)?;
            }
        }
        Ok(Value::computed())
    }

    /// An operator with two operands.
    fn binary(
        &mut self,
        whole: &Expr,
        op: &Operator,
        [left, right]: [&Expr; 2],
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        self.operator(op)?;
        if self.rows_beside(op, [left, right], scope, column_use)? {
            return Ok(Value::computed());
        }
        let was_total = self.is_total;
        // Compared with a constant of no type yet, that constant would be looked up as a name.
        let compares = is_comparison(op);
        let [left_is_told, right_is_told] = match self.bindings.shared_operators.contains(&op.symbol) {
            true => [false; 2],
            false => told_beside_text(op, [left, right]),
        };
        let joins = joins_arrays(op);
        let may_stand_beside = |other: &Expr| MayStand::value_if(joins || (compares && !is_untyped(other)));
        self.may_stand = if left_is_told { MayStand::Text } else { may_stand_beside(right) };
        let first = self.expr(left, scope, column_use)?;
        self.may_stand = if right_is_told { MayStand::Text } else { may_stand_beside(left) };
        let second = self.expr(right, scope, column_use)?;
        match compares {
            true => self.compares(&[Operand::of(left, &first), Operand::of(right, &second)]),
            false => self.is_total = was_total && constant(whole).is_some(),
        }
        if joins && let Some(shape) = joined(op, [(left, &first.shape), (right, &second.shape)])? {
            return Ok(Value::shaped(shape));
        }
        let is_array = |value: &Value| matches!(value.shape, Shape::Composites(_) | Shape::Rows(_));
        match op.symbol == "||" && (is_array(&first) || is_array(&second)) {
            true => Ok(Value::shaped(array_among(&[first.shape, second.shape]))),
            false => Ok(Value::computed()),
        }
    }

    /// `CASE x WHEN y`: x is compared with each y, and a constant of no type on one side would be looked up as a name where the other is of a registry type.
    fn compared(
        &mut self,
        operand: &Expr,
        conditions: &[&Expr],
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<(), AnalyzeError> {
        self.may_stand = MayStand::value_if(!conditions.iter().any(|condition| is_untyped(condition)));
        self.expr(operand, scope, column_use)?;
        for condition in conditions {
            self.may_stand = MayStand::value_if(!is_untyped(operand));
            self.expr(condition, scope, column_use)?;
        }
        Ok(())
    }

    /// Notes that the first of these is compared with each of the others.
    fn compares(&mut self, sides: &[Option<Operand>]) {
        let Some((Some(first), others)) = sides.split_first() else {
            self.is_total = false;
            return;
        };
        self.is_total &= others.iter().all(|other| other.as_ref().is_some_and(|other| first.compares_with(other)));
        // A parameter may be declared with a user's type, and have that one's collation.
        let is_parameter = |side: &Option<Operand>| matches!(side, Some(Operand::Parameter));
        let is_own = |side: &Option<Operand>| side.as_ref().is_some_and(Operand::has_own_collation);
        self.is_total &= self.names.exposed.types.is_empty() || !(sides.iter().any(is_parameter) && sides.iter().any(is_own));
    }

    /// `x IN ('a', 'b')`: where x is of a registry type the constants are of it too, and name objects. A list of one is compared as oids (PostgreSQL:
    /// transformAExprIn).
    fn in_names(
        &mut self,
        expr: &Expr,
        list: &[Expr],
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<(), AnalyzeError> {
        self.may_stand = MayStand::value_if(!is_untyped(expr));
        let value = self.expr(expr, scope, column_use)?;
        let Shape::Registry(kind) = value.shape else {
            let mut sides = vec![Operand::of(expr, &value)];
            for element in list {
                sides.push(Operand::of(element, &self.expr(element, scope, column_use)?));
            }
            self.compares(&sides);
            return Ok(());
        };
        self.is_total = false;
        let (RegistryValue::One(kind), Some(target)) = (kind, cast_target(expr)) else {
            return Err(AnalyzeError::registry_value(place(expr)));
        };
        let mut named = Vec::new();
        for (number, element) in list.iter().enumerate() {
            if matches!(element, Expr::Literal(Literal::Null)) {
                named.push(None);
                continue;
            }
            named.push(match self.registry_object(kind, element) {
                Ok(RegistryCast::Constant { kind: _, text }) => Some(text),
                Ok(RegistryCast::Named { kind: _, told: _ } | RegistryCast::Oid(_) | RegistryCast::Same(_)) => {
                    return Err(AnalyzeError::registry_value(place(expr)));
                }
                Err(error) => return Err(error.of_constant(target.at, ConstantOf::Listed(number))),
            });
        }
        self.bindings.named_lists.insert(target.id, named);
        Ok(())
    }

    /// Of expressions one of which is the value: beside one that became its text a string would be the name of an object, and an error where nothing has it.
    fn no_name_beside<'e>(&self, told: usize, list: impl IntoIterator<Item = &'e Expr>) -> Result<(), AnalyzeError> {
        let is_name = |expr: &&Expr| is_untyped(expr) && !is_null(expr);
        match self.told > told && list.into_iter().any(|expr| is_name(&expr)) {
            true => Err(AnalyzeError::registry_value(Pos::NONE)),
            false => Ok(()),
        }
    }

    /// Binds each of several expressions.
    pub(super) fn each<'e>(
        &mut self,
        list: impl IntoIterator<Item = &'e Expr>,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<(), AnalyzeError> {
        list.into_iter().try_for_each(|expr| self.expr(expr, scope, column_use).map(drop))
    }

    /// Binds the keys of an ORDER BY that stands inside a call, where values of registry types are sorted by their oids; their shapes.
    pub(super) fn sort_keys(
        &mut self,
        keys: &[SortKey],
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Vec<Shape>, AnalyzeError> {
        let mut shapes = Vec::new();
        for key in keys {
            self.sort_operator(key)?;
            self.may_stand = MayStand::Value;
            shapes.push(self.expr(&key.expr, scope, column_use)?.shape);
        }
        Ok(shapes)
    }

    /// The operator of `ORDER BY x USING op`.
    pub(super) fn sort_operator(&mut self, key: &SortKey) -> Result<(), AnalyzeError> {
        let SortKey { expr: _, descending: _, using, nulls: _ } = key;
        using.as_ref().map_or(Ok(()), |op| self.operator(op))
    }

    /// An operator must be one of `pg_catalog`'s that are not refused, or one of a served extension's; its operands decide the rest, and the upstream path
    /// holds no others.
    fn operator(&mut self, op: &Operator) -> Result<(), AnalyzeError> {
        let shared = self.names.exposed.extensions.operators.get(&op.symbol).filter(|_| !op.qualified);
        if let Some(Some(reason)) = shared {
            let message = format!("operator {} is not available here", op.symbol);
            let error = AnalyzeError::new(SqlState::INSUFFICIENT_PRIVILEGE, AnalyzeCode::FunctionNotAllowed, Pos::NONE, message);
            return Err(error.detail(format!("It {reason}.")).object(op.symbol.clone()));
        }
        if shared.is_some() {
            self.bindings.shared_operators.insert(op.symbol.clone());
            return Ok(());
        }
        if operators::allowed(&op.symbol) {
            return Ok(());
        }
        let message = format!("operator does not exist: {}", op.symbol);
        Err(AnalyzeError::new(SqlState::UNDEFINED_FUNCTION, AnalyzeCode::FunctionNotAllowed, Pos::NONE, message)
            .object(op.symbol.clone()))
    }
}

/// Bound variables belong to row filters alone.
fn variable(name: &str, at: Pos) -> AnalyzeError {
    let message = format!("syntax error at or near \":{name}\"");
    AnalyzeError::new(SqlState::SYNTAX_ERROR, AnalyzeCode::Unsupported, at, message)
}

/// A constant whose type the other operand decides.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other expression has a type of its own")]
pub(super) fn is_untyped(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(Literal::Text(_) | Literal::Null) | Expr::Parameter(_) => true,
        Expr::Parenthesised(inner) => is_untyped(inner),
        _other => false,
    }
}

/// Whether a key of ORDER BY means the one column of the result: its name without a table, or a number.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other expression is of the columns of FROM")]
pub(super) fn is_output(key: &Expr, name: &str) -> bool {
    match key {
        Expr::Column(column) => matches!(column.parts.as_slice(), [part] if part.name == name),
        Expr::Literal(_) => true,
        Expr::Parenthesised(inner) => is_output(inner, name),
        _other => false,
    }
}

/// A string or NULL, as it is written.
fn is_constant_name(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(Literal::Text(_) | Literal::Null))
}

/// The type that a cast gives.
#[expect(clippy::wildcard_enum_match_arm, reason = "one form is looked for; every other expression is not of it")]
fn cast_target(expr: &Expr) -> Option<&TypeName> {
    match expr {
        Expr::Cast { expr: _, target } => Some(target),
        Expr::Parenthesised(inner) => cast_target(inner),
        _other => None,
    }
}

/// Refuses a sub-select whose values are of a registry type.
pub(super) fn no_registry(fields: &[Field]) -> Result<(), AnalyzeError> {
    match fields.iter().any(|field| matches!(field.shape, Shape::Registry(_))) {
        true => Err(AnalyzeError::registry_value(Pos::NONE)),
        false => Ok(()),
    }
}

/// Where an expression of a registry type stands.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others know no place")]
pub(super) fn place(expr: &Expr) -> Pos {
    match expr {
        Expr::Call(call) => call.at,
        Expr::Cast { expr: _, target } => target.at,
        Expr::Column(column) => column.at,
        Expr::Field { base: _, name } => name.at,
        Expr::SqlValue { value: _, id: _, at } => *at,
        _other => Pos::NONE,
    }
}
