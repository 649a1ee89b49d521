//! What names or reaches into a value: columns, fields and subscripts.

use crate::parse::syntax::{ColumnRef, Expr, Ident, Step};

use super::{Printer, Style};

impl<S: Style> Printer<'_, S> {
    pub(super) fn column(&mut self, column: &ColumnRef) {
        if let Some(text) = self.style.column(column) {
            return self.push(&text);
        }
        self.name(&column.parts);
        if column.star {
            self.push(if column.parts.is_empty() { "*" } else { ".*" });
        }
    }

    /// A chain of fields and subscripts over one root: `(root)[1].name`.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other expression is a root, printed as any expression is")]
    pub(super) fn indirection(&mut self, expr: &Expr) {
        match expr {
            Expr::Field { base, name } => {
                if let Some(columns) = self.style.row_columns(root(base)) {
                    return self.column_of_rows(root(base), &columns, name);
                }
                self.indirection(base);
                self.push(".");
                let name: &Ident = name;
                self.ident(name);
            }
            Expr::Subscript { base, steps } => {
                self.indirection(base);
                for step in steps {
                    self.step(step);
                }
            }
            root => {
                self.push("(");
                self.expr(root);
                self.push(")");
            }
        }
    }

    /// A column of rows that stand for a function.
    fn column_of_rows(&mut self, function: &Expr, columns: &str, name: &Ident) {
        self.push("(SELECT r.");
        self.ident(name);
        self.push(" FROM ROWS FROM (");
        self.expr(function);
        self.push(" AS (");
        self.push(columns);
        self.push(")) AS r)");
    }

    fn step(&mut self, step: &Step) {
        self.push("[");
        match step {
            Step::Index(index) => self.expr(index),
            Step::Slice(low, high) => {
                low.iter().for_each(|low| self.expr(low));
                self.push(":");
                high.iter().for_each(|high| self.expr(high));
            }
        }
        self.push("]");
    }
}

/// What stands within parentheses.
fn root(expr: &Expr) -> &Expr {
    if let Expr::Parenthesised(inner) = expr { root(inner) } else { expr }
}
