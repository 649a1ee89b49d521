//! Rows that are compared field by field, each with those in its place (PostgreSQL: `make_row_comparison_op`, `transformAExprIn`): where a registry value stands
//! in one of them, no constant of no type stands in its place in another.
//!
//! Apart from the other expressions, so that a level of a chain of those takes little stack.

use crate::parse::syntax::{Expr, Operator, Query};

use super::error::AnalyzeError;
use super::expr::{is_untyped, no_registry};
use super::registry::MayStand;
use super::scope::Scope;
use super::total::is_comparison;
use super::{Analyzer, ColumnUse};

impl Analyzer<'_> {
    /// `(a, b) = (c, d)`; false where it is something else, of which nothing was bound.
    #[inline(never)]
    pub(super) fn rows_beside(
        &mut self,
        op: &Operator,
        sides: [&Expr; 2],
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<bool, AnalyzeError> {
        let rows = if is_comparison(op) { of_one_width(sides) } else { None };
        rows.map_or(Ok(false), |rows| self.compared_rows(&rows, scope, column_use).map(|()| true))
    }

    /// `(a, b) IN ((c, d), (e, f))`; false as above.
    #[inline(never)]
    pub(super) fn row_among(
        &mut self,
        expr: &Expr,
        list: &[Expr],
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<bool, AnalyzeError> {
        let rows = of_one_width(std::iter::once(expr).chain(list));
        rows.map_or(Ok(false), |rows| self.compared_rows(&rows, scope, column_use).map(|()| true))
    }

    /// `(a, b) IN (SELECT …)`; false as above.
    #[inline(never)]
    pub(super) fn row_in_query(
        &mut self,
        expr: &Expr,
        query: &Query,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<bool, AnalyzeError> {
        let Some(row) = fields(expr) else { return Ok(false) };
        self.is_total = false;
        for field in row {
            self.may_stand = MayStand::value_if(!is_untyped(field));
            self.expr(field, scope, column_use)?;
        }
        let fields = self.query(query, scope, column_use)?;
        if row.iter().any(is_untyped) {
            no_registry(&fields)?;
        }
        Ok(true)
    }

    fn compared_rows(&mut self, rows: &[&[Expr]], scope: &Scope<'_>, column_use: Option<ColumnUse>) -> Result<(), AnalyzeError> {
        self.is_total = false;
        let width = rows.first().map_or(0, |row| row.len());
        for at in 0..width {
            let fields = || rows.iter().filter_map(|row| row.get(at));
            let all_typed = !fields().any(is_untyped);
            for field in fields() {
                self.may_stand = MayStand::value_if(all_typed);
                self.expr(field, scope, column_use)?;
            }
        }
        Ok(())
    }
}

/// The fields of rows as they are written, of several as many each; `None` where something else is among them, or a star, which stands for fields.
fn of_one_width<'e>(sides: impl IntoIterator<Item = &'e Expr>) -> Option<Vec<&'e [Expr]>> {
    let rows: Vec<&[Expr]> = sides.into_iter().map(fields).collect::<Option<_>>()?;
    let width = rows.first()?.len();
    rows.iter().all(|row| row.len() == width).then_some(rows)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "one form is looked for")]
fn fields(side: &Expr) -> Option<&[Expr]> {
    let is_star = |field: &Expr| match field {
        Expr::Column(reference) => reference.star,
        Expr::FieldStar(_) => true,
        _other => false,
    };
    match side {
        Expr::Row { fields, explicit: _ } if !fields.iter().any(is_star) => Some(fields),
        _other => None,
    }
}
