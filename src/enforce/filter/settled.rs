//! A row filter means the same under every setting of a session (enforcement L6): TimeZone, DateStyle, IntervalStyle, extra_float_digits and bytea_output
//! decide neither what a constant of it is nor how a value of it is read.
//!
//! Values whose text or conversion a setting decides may be compared with values of their own type, and little else. A constant of type timestamptz
//! gets its offset (UTC where none was written). Whatever is not known to be settled is refused.

use std::collections::BTreeSet;

use crate::catalog::functions;
use crate::catalog::{Catalog, Oid, WarehouseRelation};
use crate::parse::syntax::{Call, ColumnRef, Expr, Literal, QuantifiedRight, SqlValue, Step, TypeName};

use kind::{Kind, arithmetic, element_of, named, of_builtin, plain, returned_kind, same};

use super::constant::{is_local_time, is_span, is_span_of_hours, pin_instant, pin_local};

mod kind;
mod query;

type Outcome<T = Kind> = Result<T, String>;

/// Checks a filter on `relation` whose sub-selects read `reference`, and pins its constants.
///
/// # Errors
/// What a session could change, in words for the data owner.
pub(super) fn settle(
    filter: &mut Expr,
    relation: &WarehouseRelation,
    reference: &[&WarehouseRelation],
    catalog: &Catalog,
) -> Result<(), String> {
    let tables = vec![(relation.name.clone(), relation)];
    Settling { catalog, reference, own: relation, tables }.condition(filter)
}

struct Settling<'a> {
    catalog: &'a Catalog,
    reference: &'a [&'a WarehouseRelation],
    own: &'a WarehouseRelation,
    /// The names in scope, innermost last.
    tables: Vec<(String, &'a WarehouseRelation)>,
}

impl Settling<'_> {
    /// A condition: true or false, whatever it is made of.
    fn condition(&mut self, expr: &mut Expr) -> Outcome<()> {
        match self.kind(expr)? {
            Kind::Constant | Kind::Plain => Ok(()),
            Kind::Date
            | Kind::Float
            | Kind::Instant
            | Kind::Opaque
            | Kind::Span
            | Kind::SpanOfHours
            | Kind::Time
            | Kind::Timestamp => Err("a condition of a row filter must be true or false".to_owned()),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not known to be settled is refused")]
    fn kind(&mut self, expr: &mut Expr) -> Outcome {
        match expr {
            Expr::And(left, right) | Expr::Or(left, right) => {
                self.condition(left)?;
                self.condition(right)?;
                Ok(Kind::Plain)
            }
            Expr::Not(inner) | Expr::IsBool { expr: inner, test: _, negated: _ } => {
                self.condition(inner)?;
                Ok(Kind::Plain)
            }
            Expr::Column(column) => self.column(column),
            Expr::Literal(Literal::Text(_) | Literal::Null) => Ok(Kind::Constant),
            Expr::Literal(Literal::Bits(_) | Literal::Boolean(_) | Literal::Hex(_) | Literal::Number(_)) => Ok(Kind::Plain),
            Expr::Variable { name, at: _ } => Ok(if name == "today" { Kind::Date } else { Kind::Plain }),
            Expr::SqlValue { value, id: _, at: _ } => clock(*value),
            Expr::IsNull { expr, negated: _ } => {
                self.kind(expr)?;
                Ok(Kind::Plain)
            }
            Expr::Cast { expr, target } => self.cast(expr, target),
            Expr::Binary { op, left, right } if is_comparison(&op.symbol) => self.compared(left, right),
            Expr::Binary { op, left, right } => self.computed(&op.symbol.clone(), left, right),
            Expr::Unary { op: _, expr } => self.kind(expr).and_then(arithmetic),
            Expr::IsDistinct { left, right, negated: _ } => self.compared(left, right),
            Expr::Between { expr, low, high, negated: _, symmetric: _ } => {
                self.compared(expr, low)?;
                self.compared(expr, high)
            }
            Expr::InList { expr, list, negated: _ } => {
                for item in list {
                    self.compared(expr, item)?;
                }
                Ok(Kind::Plain)
            }
            Expr::InQuery { expr, query, negated: _ } => {
                let found = self.query(query)?;
                self.kind(expr).and_then(|kind| same(kind, found))
            }
            Expr::Quantified { left, op: _, quantifier: _, right } => self.quantified(left, right),
            Expr::Exists(query) => self.query(query).map(|_| Kind::Plain),
            Expr::Subquery(query) => self.query(query),
            Expr::ArrayQuery(query) => self.query(query).and_then(plain),
            Expr::AtTimeZone { expr, zone: Some(zone) } if matches!(&**zone, Expr::Literal(Literal::Text(_))) => {
                match self.kind(expr)? {
                    Kind::Instant => Ok(Kind::Timestamp),
                    Kind::Timestamp => Ok(Kind::Instant),
                    _other => Err("AT TIME ZONE in a row filter takes a timestamp or a timestamptz".to_owned()),
                }
            }
            Expr::Extract { field, source } => match self.kind(source)? {
                Kind::Date | Kind::Timestamp | Kind::Time => Ok(Kind::Plain),
                Kind::Instant if field.eq_ignore_ascii_case("epoch") => Ok(Kind::Plain),
                _other => {
                    Err("extract in a row filter reads the session's TimeZone: write extract(… FROM x AT TIME ZONE 'UTC')"
                        .to_owned())
                }
            },
            Expr::Coalesce(list) | Expr::Greatest(list) | Expr::Least(list) => self.alike(list.iter_mut()),
            Expr::NullIf(left, right) => self.alike([&mut **left, &mut **right].into_iter()),
            Expr::Case { operand, whens, otherwise } => {
                let mut results = Vec::new();
                for when in whens {
                    match operand {
                        Some(operand) => drop(self.compared(operand, &mut when.condition)?),
                        None => self.condition(&mut when.condition)?,
                    }
                    results.push(&mut when.result);
                }
                self.alike(results.into_iter().chain(otherwise.as_deref_mut()))
            }
            Expr::Call(call) => self.call(call),
            Expr::Array(list) => self.all_plain(list.iter_mut()),
            Expr::Row { fields, explicit: _ } => self.all_plain(fields.iter_mut()),
            Expr::Like { kind: _, expr, pattern, escape, negated: _ } => {
                self.all_plain([&mut **expr, &mut **pattern].into_iter().chain(escape.as_deref_mut()))
            }
            Expr::Collate { expr, collation: _ }
            | Expr::Normalize { expr, form: _ }
            | Expr::IsNormalized { expr, form: _, negated: _ } => self.all_plain([&mut **expr].into_iter()),
            Expr::IsJson { expr, kind: _, unique_keys: _, negated: _ } => self.all_plain([&mut **expr].into_iter()),
            Expr::Position { needle, haystack } => self.all_plain([&mut **needle, &mut **haystack].into_iter()),
            Expr::Substring { expr, from, length } => {
                self.all_plain([&mut **expr].into_iter().chain(from.as_deref_mut()).chain(length.as_deref_mut()))
            }
            Expr::Trim { side: _, characters, expr } => {
                self.all_plain([&mut **expr].into_iter().chain(characters.as_deref_mut()))
            }
            Expr::Subscript { base, steps } => {
                for step in steps {
                    match step {
                        Step::Index(index) => drop(self.all_plain([index].into_iter())?),
                        Step::Slice(low, high) => drop(self.all_plain(low.iter_mut().chain(high))?),
                    }
                }
                self.all_plain([&mut **base].into_iter())
            }
            _other => {
                Err("a row filter is made of conditions, comparisons, sub-selects and builtin functions; this is none of them"
                    .to_owned())
            }
        }
    }

    /// A column, by the names in scope. A name that none of them has is told by analysis.
    fn column(&self, column: &ColumnRef) -> Outcome {
        let Some((name, qualifier)) = column.parts.split_last() else { return Ok(Kind::Plain) };
        let named = |(table, _): &&(String, &WarehouseRelation)| qualifier.last().is_none_or(|part| part.name == *table);
        let mut tables = self.tables.iter().rev().filter(named);
        let found = tables.find_map(|(_, relation)| relation.column(&name.name));
        match found {
            Some(found) if !column.star => match self.extension_of(found.type_oid) {
                None => Ok(self.kind_of(found.type_oid)),
                Some(extension) => Err(format!(
                    "column {} is of a type of extension {extension}, which a row filter cannot compare: keep the value in a column of a builtin type",
                    found.name
                )),
            },
            Some(_) | None if column.star || self.tables.iter().any(|(table, _)| *table == name.name) => {
                Err("a whole row cannot be read in a row filter: name its columns".to_owned())
            }
            Some(_) | None => Ok(Kind::Plain),
        }
    }

    /// The extension of which the type is, or what it is made of. Filters are written with builtin operators, and those mean something else to such a type.
    fn extension_of(&self, oid: Oid) -> Option<&str> {
        let mut met = BTreeSet::new();
        let mut next = vec![oid];
        while let Some(oid) = next.pop() {
            let Some(found) = self.catalog.types.get(&oid).filter(|_| met.insert(oid)) else { continue };
            if let Some(extension) = &found.extension {
                return Some(extension);
            }
            let attributes = found.attributes.iter().map(|(_, attribute)| *attribute);
            next.extend([found.element, found.base, found.subtype].into_iter().flatten().chain(attributes));
        }
        None
    }

    fn kind_of(&self, oid: Oid) -> Kind {
        let base = self.catalog.base_type(oid);
        let oid = base.map_or(oid, |base| base.oid);
        let builtin = of_builtin(oid);
        if !matches!(builtin, Kind::Plain) {
            return builtin;
        }
        let parts = base.map(|base| {
            let attributes = base.attributes.iter().map(|(_, attribute)| *attribute);
            self.catalog.element_of_array(oid).into_iter().chain(base.subtype).chain(attributes).collect::<Vec<Oid>>()
        });
        let is_settled = |part: &Oid| *part != oid && self.kind_of(*part) == Kind::Plain;
        if parts.unwrap_or_default().iter().all(is_settled) { Kind::Plain } else { Kind::Opaque }
    }

    fn cast(&mut self, expr: &mut Expr, target: &TypeName) -> Outcome {
        let name = target.name.last().map(|name| name.name.clone()).unwrap_or_default();
        let to = if target.dimensions.is_empty() { named(&name) } else { element_of(&name) };
        if let (Expr::Literal(Literal::Text(text)), []) = (&mut *expr, target.dimensions.as_slice()) {
            return constant(text, to);
        }
        let from = self.kind(expr)?;
        match (from, to) {
            (Kind::Plain | Kind::Constant, Kind::Plain) | (Kind::Float, Kind::Float) => Ok(Kind::Plain),
            (Kind::Plain | Kind::Constant, Kind::Float) => Ok(Kind::Float),
            (Kind::Float, Kind::Plain) if is_number(&name) => Ok(Kind::Plain),
            (Kind::Timestamp, Kind::Date) | (Kind::Date, Kind::Date) => Ok(Kind::Date),
            (Kind::Date, Kind::Timestamp) | (Kind::Timestamp, Kind::Timestamp) => Ok(Kind::Timestamp),
            (Kind::Instant, Kind::Instant) => Ok(Kind::Instant),
            (_, Kind::Date | Kind::Instant | Kind::Time | Kind::Timestamp | Kind::Span | Kind::SpanOfHours) => {
                Err("a row filter cannot cast to a time type: what it gives depends on the session's TimeZone and DateStyle"
                    .to_owned())
            }
            (_, Kind::Constant | Kind::Float | Kind::Opaque | Kind::Plain) => {
                Err("a row filter cannot turn this value into another type: what it gives depends on the session's settings"
                    .to_owned())
            }
        }
    }

    /// Two sides of a comparison: of one type, or one of them a constant, which is pinned as that type.
    fn compared(&mut self, left: &mut Expr, right: &mut Expr) -> Outcome {
        let (left_kind, right_kind) = (self.kind(left)?, self.kind(right)?);
        match (left_kind, right_kind) {
            (kind, Kind::Constant) => pinned(right, kind),
            (Kind::Constant, kind) => pinned(left, kind),
            (one, other) => same(one, other),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the elements of other arrays are not known")]
    fn quantified(&mut self, left: &mut Expr, right: &mut QuantifiedRight) -> Outcome {
        match right {
            QuantifiedRight::Query(query) => {
                let found = self.query(query)?;
                self.kind(left).and_then(|kind| same(kind, found))
            }
            QuantifiedRight::Array(array) => match &mut **array {
                Expr::Array(list) => {
                    for item in list {
                        self.compared(left, item)?;
                    }
                    Ok(Kind::Plain)
                }
                Expr::Column(_) | Expr::Cast { .. } | Expr::Literal(_) => {
                    let found = self.kind(array)?;
                    self.kind(left).and_then(plain)?;
                    plain(found)
                }
                _ => Err("a row filter compares with the elements of ARRAY[…], of a column or of a constant".to_owned()),
            },
        }
    }

    /// Operators that are no comparisons: arithmetic of dates and of hours, operators over plain values.
    fn computed(&mut self, symbol: &str, left: &mut Expr, right: &mut Expr) -> Outcome {
        let both = (self.kind(left)?, self.kind(right)?);
        match (both, symbol) {
            ((Kind::Plain | Kind::Constant, Kind::Plain | Kind::Constant), _) | ((Kind::Date, Kind::Date), "-") => {
                Ok(Kind::Plain)
            }
            ((Kind::Plain | Kind::Float, Kind::Plain | Kind::Float), "+" | "-" | "*" | "/") => Ok(Kind::Float),
            ((Kind::Date, Kind::Plain), "+" | "-") | ((Kind::Plain, Kind::Date), "+") => Ok(Kind::Date),
            ((Kind::Timestamp | Kind::Date, Kind::Span | Kind::SpanOfHours), "+" | "-") => Ok(Kind::Timestamp),
            ((Kind::Instant, Kind::SpanOfHours), "+" | "-") => Ok(Kind::Instant),
            ((Kind::Instant, Kind::Span), "+" | "-") => {
                Err("the length of a day depends on the session's TimeZone: write hours, or compare x AT TIME ZONE 'UTC'"
                    .to_owned())
            }
            ((Kind::Opaque, Kind::Opaque | Kind::Date | Kind::Timestamp | Kind::Instant), "@>" | "&&" | "<@")
            | ((Kind::Date | Kind::Timestamp | Kind::Instant, Kind::Opaque), "<@") => Ok(Kind::Plain),
            (_, _) => Err("a row filter cannot compute this: what it gives depends on the session's settings".to_owned()),
        }
    }

    fn call(&mut self, call: &mut Call) -> Outcome {
        let name = call.name.last().map(|name| name.name.clone()).unwrap_or_default();
        let takes_floats = matches!(
            name.as_str(),
            "abs" | "avg" | "ceil" | "ceiling" | "floor" | "max" | "min" | "round" | "sign" | "sum" | "trunc"
        );
        let keeps_kind = matches!(name.as_str(), "max" | "min");
        let mut kinds = Vec::new();
        for argument in &mut call.arguments {
            kinds.push(self.kind(&mut argument.value)?);
        }
        if let Some(filter) = &mut call.filter {
            self.condition(filter)?;
        }
        let has_more = !call.order_by.is_empty() || !call.within_group.is_empty() || call.over.is_some();
        if has_more {
            return Err(format!("function {name} cannot be used in this form in a row filter"));
        }
        if let ([one], true) = (kinds.as_slice(), keeps_kind) {
            return Ok(*one);
        }
        if name == "count" || name == "isfinite" {
            return Ok(Kind::Plain);
        }
        let is_settled = |kind: &Kind| matches!(kind, Kind::Plain | Kind::Constant) || (*kind == Kind::Float && takes_floats);
        if !kinds.iter().all(is_settled) {
            return Err(format!(
                "function {name} cannot be used in a row filter on this value: what it gives depends on the session"
            ));
        }
        // Functions that are not builtin, or that read the session by themselves, are refused by name elsewhere.
        let overloads = functions::builtin(&name).map(|builtin| builtin.overloads.as_slice()).unwrap_or_default();
        let returned = overloads.iter().filter(|overload| overload.accepts(kinds.len())).map(returned_kind);
        let mut returned: Vec<Kind> = returned.collect();
        returned.dedup();
        match returned.as_slice() {
            [one] => Ok(*one),
            [] => Ok(Kind::Plain),
            several if several.iter().all(|kind| matches!(kind, Kind::Plain | Kind::Float)) => Ok(Kind::Float),
            _ => Ok(Kind::Opaque),
        }
    }

    /// Values of which one is chosen.
    fn alike<'e>(&mut self, list: impl Iterator<Item = &'e mut Expr>) -> Outcome {
        let mut found = Kind::Constant;
        let mut constants = Vec::new();
        for item in list {
            let kind = self.kind(item)?;
            match (found, kind) {
                (_, Kind::Constant) => constants.push(item),
                (Kind::Constant, kind) => found = kind,
                (one, other) => {
                    same(one, other)?;
                }
            }
        }
        for constant in constants {
            pinned(constant, found)?;
        }
        Ok(found)
    }

    fn all_plain<'e>(&mut self, mut list: impl Iterator<Item = &'e mut Expr>) -> Outcome {
        list.try_for_each(|item| self.kind(item).and_then(plain).map(drop)).map(|()| Kind::Plain)
    }
}

fn is_comparison(symbol: &str) -> bool {
    matches!(symbol, "=" | "<>" | "<" | "<=" | ">" | ">=")
}

/// A constant beside a value of that kind.
#[expect(clippy::wildcard_enum_match_arm, reason = "only constants are pinned")]
fn pinned(constant_expr: &mut Expr, kind: Kind) -> Outcome {
    match constant_expr {
        Expr::Literal(Literal::Text(text)) => constant(text, kind).map(|_| Kind::Plain),
        _null => Ok(Kind::Plain),
    }
}

/// The text of a constant of that kind.
fn constant(text: &mut String, kind: Kind) -> Outcome {
    let wrong = |form: &str| Err(format!("a constant of a time type must be written as {form}"));
    match kind {
        Kind::Instant => pin_instant(text).map(|()| kind),
        Kind::Date | Kind::Timestamp => pin_local(text).map(|()| kind),
        Kind::Time if is_local_time(text) => Ok(kind),
        Kind::Time => wrong("23:59:59"),
        Kind::Span | Kind::SpanOfHours if is_span_of_hours(text) => Ok(Kind::SpanOfHours),
        Kind::Span | Kind::SpanOfHours if is_span(text) => Ok(Kind::Span),
        Kind::Span | Kind::SpanOfHours => wrong("'30 days' or '8 hours'"),
        Kind::Opaque => Err("a constant of this type reads the session's settings and cannot be used in a row filter".to_owned()),
        Kind::Constant | Kind::Float | Kind::Plain => Ok(kind),
    }
}

/// What functions without parentheses give.
fn clock(value: SqlValue) -> Outcome {
    match value {
        SqlValue::CurrentTimestamp(_) => Ok(Kind::Instant),
        SqlValue::CurrentDate | SqlValue::CurrentTime(_) | SqlValue::LocalTime(_) | SqlValue::LocalTimestamp(_) => {
            Err("a row filter cannot ask for the session's local time: use :today, the date in UTC".to_owned())
        }
        SqlValue::CurrentCatalog
        | SqlValue::CurrentRole
        | SqlValue::CurrentSchema
        | SqlValue::CurrentUser
        | SqlValue::SessionUser
        | SqlValue::User => {
            Err("a row filter cannot ask for the warehouse's own role or schema: use :subject or :vendor".to_owned())
        }
    }
}

fn is_number(name: &str) -> bool {
    matches!(name, "int2" | "int4" | "int8" | "numeric")
}
