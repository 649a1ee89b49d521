//! Columns, and the fields, stars and subscripts that may follow a primary expression.
#![expect(clippy::wildcard_enum_match_arm, reason = "of all tokens, what is not looked for here is an error where it is read")]

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::parse::syntax::{ColumnRef, Expr, Pos, QualifiedName, SqlValue, Step};

use super::{Cursor, precedence};

/// A column reference whose dotted name is behind, with what follows it: `t.*`, `c[1].f`.
pub(super) fn column(cursor: &mut Cursor<'_, '_>, parts: QualifiedName, at: Pos) -> Result<Expr, ParserError> {
    let id = cursor.hooks.node();
    let star = is_star(cursor);
    if star {
        cursor.skip();
        cursor.skip();
    }
    let column = Expr::Column(ColumnRef { id, at, parts, star });
    if star { Ok(column) } else { indirection(cursor, column) }
}

fn is_star(cursor: &Cursor<'_, '_>) -> bool {
    matches!((cursor.peek(), cursor.peek_nth(1)), (Token::Period, Token::Mul))
}

/// `.field`, `.*`, `[1]`, `[1:2]` in any number.
pub(super) fn indirection(cursor: &mut Cursor<'_, '_>, base: Expr) -> Result<Expr, ParserError> {
    let mut expr = base;
    loop {
        match cursor.peek() {
            Token::Period if is_star(cursor) => {
                cursor.skip();
                cursor.skip();
                return Ok(Expr::FieldStar(Box::new(expr)));
            }
            Token::Period => {
                cursor.skip();
                expr = Expr::Field { base: Box::new(expr), name: cursor.label()? };
            }
            Token::LBracket => {
                let mut steps = Vec::new();
                while matches!(cursor.peek(), Token::LBracket) {
                    steps.push(step(cursor)?);
                }
                expr = Expr::Subscript { base: Box::new(expr), steps };
            }
            _ => return Ok(expr),
        }
    }
}

/// `[x]`, `[x:y]`, `[:]`
fn step(cursor: &mut Cursor<'_, '_>) -> Result<Step, ParserError> {
    cursor.expect(&Token::LBracket)?;
    let lower = if matches!(cursor.peek(), Token::Colon) { None } else { Some(cursor.expr(precedence::ANY)?) };
    if cursor.eat(&Token::Colon) {
        let upper = if matches!(cursor.peek(), Token::RBracket) { None } else { Some(cursor.expr(precedence::ANY)?) };
        cursor.expect(&Token::RBracket)?;
        return Ok(Step::Slice(lower, upper));
    }
    cursor.expect(&Token::RBracket)?;
    match lower {
        Some(index) => Ok(Step::Index(index)),
        None => Err(cursor.syntax_error()),
    }
}

/// The value that a word such as `current_date` stands for, and whether a precision may follow it.
pub(in crate::parse) fn sql_value(word: &str) -> Option<(SqlValue, bool)> {
    let found = match word {
        "current_catalog" => (SqlValue::CurrentCatalog, false),
        "current_date" => (SqlValue::CurrentDate, false),
        "current_role" => (SqlValue::CurrentRole, false),
        "current_schema" => (SqlValue::CurrentSchema, false),
        "current_time" => (SqlValue::CurrentTime(None), true),
        "current_timestamp" => (SqlValue::CurrentTimestamp(None), true),
        "current_user" => (SqlValue::CurrentUser, false),
        "localtime" => (SqlValue::LocalTime(None), true),
        "localtimestamp" => (SqlValue::LocalTimestamp(None), true),
        "session_user" => (SqlValue::SessionUser, false),
        "user" => (SqlValue::User, false),
        _ => return None,
    };
    Some(found)
}

/// The same value with a precision.
pub(in crate::parse) fn with_precision(value: SqlValue, precision: i64) -> SqlValue {
    match value {
        SqlValue::CurrentTime(_) => SqlValue::CurrentTime(Some(precision)),
        SqlValue::CurrentTimestamp(_) => SqlValue::CurrentTimestamp(Some(precision)),
        SqlValue::LocalTime(_) => SqlValue::LocalTime(Some(precision)),
        SqlValue::LocalTimestamp(_) => SqlValue::LocalTimestamp(Some(precision)),
        SqlValue::CurrentCatalog
        | SqlValue::CurrentDate
        | SqlValue::CurrentRole
        | SqlValue::CurrentSchema
        | SqlValue::CurrentUser
        | SqlValue::SessionUser
        | SqlValue::User => value,
    }
}
