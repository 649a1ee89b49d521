//! Which row filters are proven never to raise: comparisons and tests of columns with constants, joined by AND, OR and NOT.
//!
//! What is not proven here is fenced and its errors are made opaque (enforcement §4, L13); the proof need not be complete, only right.

use crate::parse::syntax::{Body, Expr, Query, Select, TableRef};

/// Operators whose comparisons never raise for the types that `is_plain` lets in.
const COMPARISONS: &[&str] = &["=", "<>", "<", "<=", ">", ">="];

/// Whether the filter can be evaluated on any row without an error.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not listed is not proven")]
pub fn is_total(filter: &Expr) -> bool {
    match filter {
        Expr::And(left, right) | Expr::Or(left, right) => is_total(left) && is_total(right),
        Expr::Not(inner) => is_total(inner),
        Expr::Binary { op, left, right } => COMPARISONS.contains(&op.symbol.as_str()) && is_plain(left) && is_plain(right),
        Expr::IsDistinct { left, right, negated: _ } => is_plain(left) && is_plain(right),
        Expr::IsNull { expr, negated: _ } | Expr::IsBool { expr, test: _, negated: _ } => is_plain(expr) || is_total(expr),
        Expr::InList { expr, list, negated: _ } => is_plain(expr) && list.iter().all(is_plain),
        Expr::Between { expr, low, high, negated: _, symmetric: _ } => is_plain(expr) && is_plain(low) && is_plain(high),
        Expr::Exists(query) => is_total_query(query),
        Expr::Column(_) | Expr::Literal(_) => is_plain(filter),
        _other => false,
    }
}

/// A column or a constant. A constant that its type does not take is an error before any row is read, so it tells nothing of rows.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not listed is not proven")]
fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::Column(column) => !column.star,
        Expr::Literal(_) => true,
        Expr::Cast { expr, target: _ } => matches!(**expr, Expr::Literal(_)),
        _other => false,
    }
}

/// A sub-select of relations and total conditions.
fn is_total_query(query: &Query) -> bool {
    let Query { with: None, body: Body::Select(select), order_by, limit: None, offset: None } = query else { return false };
    let Select { distinct: _, items: _, from, filter, group_by: None, having: None, windows } = &**select else { return false };
    order_by.is_empty()
        && windows.is_empty()
        && from.iter().all(|item| matches!(item, TableRef::Relation(_)))
        && filter.as_ref().is_none_or(is_total)
}

/// Whether a sub-select stands anywhere in the filter. Asked of the printed text's tree by its shape alone: anything but plain conditions may hide one.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not listed is not proven")]
pub fn has_subselect(filter: &Expr) -> bool {
    match filter {
        Expr::And(left, right) | Expr::Or(left, right) => has_subselect(left) || has_subselect(right),
        Expr::Not(inner) => has_subselect(inner),
        Expr::Exists(_) | Expr::InQuery { expr: _, query: _, negated: _ } | Expr::Subquery(_) | Expr::ArrayQuery(_) => true,
        other => !is_total(other),
    }
}
