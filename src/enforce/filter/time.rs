//! Instants in row filters, pinned: a constant without an offset would mean another instant under each time zone that a client sets (enforcement L6).

use crate::catalog::WarehouseRelation;
use crate::parse::syntax::{Body, Expr, Literal, QuantifiedRight, Query, SqlValue};

/// `timestamptz` in pg_type.
const TIMESTAMPTZ: u32 = 1184;

/// What a constant of a time type means.
#[derive(Clone, Copy, PartialEq)]
enum TimeType {
    /// timestamptz: an instant.
    Instant,
    /// date, timestamp: no zone.
    Local,
}

/// Gives every constant of type timestamptz its offset (UTC where none was written), and refuses what only a session can tell.
///
/// # Errors
/// A constant that is not ISO 8601, or a function of the session's clock.
#[expect(clippy::wildcard_enum_match_arm, reason = "what holds no constant of a time type is as it was written")]
pub(super) fn pin(expr: &mut Expr, relations: &[&WarehouseRelation]) -> Result<(), String> {
    match expr {
        Expr::Cast { expr: inner, target } if time_type(target.name.last().map(|name| name.name.as_str())).is_some() => {
            match time_type(target.name.last().map(|name| name.name.as_str())) {
                Some(kind) if target.dimensions.is_empty() => match &mut **inner {
                    Expr::Literal(literal) => pin_literal(literal, kind),
                    _other => Err(
                        "a row filter cannot cast to a time type: what it gives depends on the session's TimeZone and DateStyle"
                            .to_owned(),
                    ),
                },
                Some(_) | None => Err("arrays of a time type cannot be used in a row filter".to_owned()),
            }
        }
        Expr::Binary { op: _, left, right } => {
            pin_against(left, right, relations)?;
            pin_against(right, left, relations)?;
            pin(left, relations)?;
            pin(right, relations)
        }
        Expr::IsDistinct { left, right, negated: _ } => {
            pin_against(left, right, relations)?;
            pin_against(right, left, relations)?;
            pin(left, relations)?;
            pin(right, relations)
        }
        Expr::Between { expr, low, high, negated: _, symmetric: _ } => {
            pin_against(expr, low, relations)?;
            pin_against(expr, high, relations)?;
            [expr, low, high].into_iter().try_for_each(|part| pin(part, relations))
        }
        Expr::InList { expr, list, negated: _ } => {
            for item in list.iter_mut() {
                pin_against(expr, item, relations)?;
                pin(item, relations)?;
            }
            pin(expr, relations)
        }
        Expr::SqlValue { value, id: _, at: _ } => match value {
            SqlValue::CurrentTimestamp(_) => Ok(()),
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
        },
        Expr::And(left, right) | Expr::Or(left, right) | Expr::NullIf(left, right) => {
            pin(left, relations)?;
            pin(right, relations)
        }
        Expr::Not(inner) | Expr::IsNull { expr: inner, negated: _ } | Expr::IsBool { expr: inner, test: _, negated: _ } => {
            pin(inner, relations)
        }
        Expr::Coalesce(list) | Expr::Greatest(list) | Expr::Least(list) | Expr::Array(list) => {
            list.iter_mut().try_for_each(|item| pin(item, relations))
        }
        Expr::Case { operand, whens, otherwise } => {
            operand.iter_mut().try_for_each(|operand| pin(operand, relations))?;
            for when in whens {
                pin(&mut when.condition, relations)?;
                pin(&mut when.result, relations)?;
            }
            otherwise.iter_mut().try_for_each(|otherwise| pin(otherwise, relations))
        }
        Expr::Call(call) => call.arguments.iter_mut().try_for_each(|argument| pin(&mut argument.value, relations)),
        Expr::Cast { expr, target: _ } => pin(expr, relations),
        Expr::Quantified { left, op: _, quantifier: _, right } => {
            pin(left, relations)?;
            match right {
                QuantifiedRight::Array(array) => pin(array, relations),
                QuantifiedRight::Query(query) => pin_query(query, relations),
            }
        }
        Expr::Exists(query) | Expr::Subquery(query) | Expr::ArrayQuery(query) => pin_query(query, relations),
        Expr::InQuery { expr, query, negated: _ } => {
            pin(expr, relations)?;
            pin_query(query, relations)
        }
        _other => Ok(()),
    }
}

/// The conditions of a sub-select.
fn pin_query(query: &mut Query, relations: &[&WarehouseRelation]) -> Result<(), String> {
    match &mut query.body {
        Body::Select(select) => select.filter.iter_mut().try_for_each(|filter| pin(filter, relations)),
        Body::Nested(_) | Body::SetOperation { op: _, all: _, left: _, right: _ } | Body::Values(_) => {
            Err("a sub-select of a row filter must be a plain SELECT".to_owned())
        }
    }
}

/// A bare constant beside a column takes the column's type.
fn pin_against(column: &Expr, constant: &mut Expr, relations: &[&WarehouseRelation]) -> Result<(), String> {
    let (Expr::Column(reference), Expr::Literal(literal)) = (column, constant) else { return Ok(()) };
    let Some(column) = reference.parts.last().map(|name| &name.name) else { return Ok(()) };
    let is_instant = relations.iter().filter_map(|relation| relation.column(column)).any(|column| column.type_oid == TIMESTAMPTZ);
    if is_instant { pin_literal(literal, TimeType::Instant) } else { Ok(()) }
}

fn time_type(name: Option<&str>) -> Option<TimeType> {
    match name? {
        "timestamptz" => Some(TimeType::Instant),
        "date" | "timestamp" => Some(TimeType::Local),
        _ => None,
    }
}

/// An ISO constant as it is, with `+00` behind an instant that has no offset.
fn pin_literal(literal: &mut Literal, kind: TimeType) -> Result<(), String> {
    let Literal::Text(text) = literal else { return Ok(()) };
    if matches!(text.as_str(), "infinity" | "-infinity") {
        return Ok(());
    }
    // A date's parser takes what stands behind the date as well.
    let is_date = !text.contains(['T', 't', ' ']) && text.parse::<jiff::civil::Date>().is_ok();
    let is_local = text.parse::<jiff::civil::DateTime>().is_ok();
    let is_instant = text.replacen(' ', "T", 1).parse::<jiff::Timestamp>().is_ok();
    match kind {
        TimeType::Local if (is_date || is_local) && !is_instant => Ok(()),
        TimeType::Instant if is_instant => Ok(()),
        TimeType::Instant if is_date => {
            text.push_str(" 00:00:00+00");
            Ok(())
        }
        TimeType::Instant if is_local => {
            text.push_str("+00");
            Ok(())
        }
        TimeType::Instant | TimeType::Local => {
            Err("a constant of a time type must be written as 2026-12-31 or 2026-12-31T23:59:59+00:00".to_owned())
        }
    }
}
