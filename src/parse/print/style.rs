//! What may differ between the text for the witness and the text for the warehouse.

use crate::base::quote_literal;
use crate::parse::syntax::{Call, ColumnRef, Expr, GroupBy, Literal, Operator, QualifiedName, Relation, SqlValue, TypeName};

/// How the names of a tree are written. The default of each method writes what the client wrote.
pub trait Style {
    /// What is sent for the whole query of a statement, printed.
    fn whole(&self, query: String) -> String {
        query
    }

    /// What stands in FROM for the relation, ONLY and TABLESAMPLE included, and its alias; `sample` is the printed TABLESAMPLE clause.
    fn relation(&self, _relation: &Relation, _sample: Option<&str>) -> Option<(String, String)> {
        None
    }

    /// What stands for the column reference.
    fn column(&self, _column: &ColumnRef) -> Option<String> {
        None
    }

    /// How the call is written.
    fn call(&self, _call: &Call) -> CallStyle<'_> {
        CallStyle::AsWritten
    }

    /// What stands for an element of the list of IN behind that expression.
    fn listed(&self, _expr: &Expr, _index: usize) -> Option<String> {
        None
    }

    /// What stands for an argument of the call.
    fn argument(&self, _call: &Call, _index: usize) -> Option<String> {
        None
    }

    /// What stands before and behind an argument of the call.
    fn around_argument(&self, _call: &Call, _index: usize) -> Option<(String, &'static str)> {
        None
    }

    /// The column names that a function in FROM without an alias must be given, because something else stands for it.
    fn function_columns(&self, _function: &Expr) -> Vec<String> {
        Vec::new()
    }

    /// The column definitions of rows that stand for a function in FROM, or that a field is selected from, printed; without any, none are needed.
    fn row_columns(&self, _function: &Expr) -> Option<String> {
        None
    }

    /// Whether an expression stands for a function in FROM, which no FROM would take.
    fn is_scalar_in_from(&self, _function: &Expr) -> bool {
        false
    }

    /// What stands for CURRENT_USER and its kin.
    fn sql_value(&self, _value: SqlValue) -> Option<String> {
        None
    }

    /// The name of the type, without modifiers and dimensions.
    fn type_name(&self, _type_name: &TypeName) -> Option<String> {
        None
    }

    /// What stands for the whole cast of the printed operand.
    fn cast(&self, _target: &TypeName, _operand: &str) -> Option<String> {
        None
    }

    /// The operator.
    fn operator(&self, operator: &Operator) -> String {
        match operator.qualified {
            true => format!("OPERATOR(pg_catalog.{})", operator.symbol),
            false => operator.symbol.clone(),
        }
    }

    /// What stands for the collation's name.
    fn collation(&self, _collation: &QualifiedName) -> Option<String> {
        None
    }

    /// The constant.
    fn literal(&self, literal: &Literal) -> String {
        match literal {
            Literal::Bits(digits) => format!("B{}", quote_literal(digits)),
            Literal::Boolean(true) => "true".to_owned(),
            Literal::Boolean(false) => "false".to_owned(),
            Literal::Hex(digits) => format!("X{}", quote_literal(digits)),
            Literal::Null => "NULL".to_owned(),
            Literal::Number(digits) => digits.clone(),
            Literal::Text(text) => quote_literal(text),
        }
    }

    /// `$n`.
    fn parameter(&self, number: u32) -> String {
        format!("${number}")
    }

    /// What stands for `:name` in a row filter.
    fn variable(&self, name: &str) -> String {
        format!(":{name}")
    }

    /// What is appended to a GROUP BY list, printed.
    fn group_keys(&self, _group_by: &GroupBy) -> Vec<String> {
        Vec::new()
    }

    /// Whether something else stands for the expression, so that a select item needs the name that it would have had.
    fn loses_name(&self, _expr: &Expr) -> bool {
        false
    }
}

/// What makes a text of the printed arguments of a call.
pub type Replacement<'a> = Box<dyn Fn(&[String]) -> String + 'a>;

/// How a call is written.
pub enum CallStyle<'a> {
    AsWritten,
    /// Under this name, with the same arguments.
    Named(String),
    /// As this text over the printed arguments.
    Replaced(Replacement<'a>),
}

/// The statement as the client meant it.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Style for Plain {}
