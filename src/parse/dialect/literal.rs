//! Constants with a type in front: `date '2026-01-31'`, `timestamp(3) with time zone '…'`, `interval '1' day`, `myschema.mytype '…'`.

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::parse::lexer::token;
use crate::parse::syntax::{Expr, Literal, Pos, QualifiedName, TypeName};

use super::{Cursor, types};

/// A constant of a type that the grammar knows by keywords, or `None`: then the word is a name here.
pub(super) fn keyword_typed(cursor: &mut Cursor<'_, '_>, word: &str) -> Result<Option<Expr>, ParserError> {
    let Some(distance) = distance_to_constant(cursor, word) else { return Ok(None) };
    if !matches!(cursor.peek_nth(distance), Token::SingleQuotedString(_)) {
        return Ok(None);
    }
    if word == "interval" {
        return interval(cursor).map(Some);
    }
    let Some(target) = types::keyword(cursor, word, true)? else { return Ok(None) };
    let expr = constant(cursor)?;
    Ok(Some(Expr::Cast { expr, target }))
}

/// How many tokens the type has, when the word begins one.
fn distance_to_constant(cursor: &Cursor<'_, '_>, word: &str) -> Option<usize> {
    let is = |n: usize, expected: &str| token::plain(cursor.peek_nth(n)) == Some(expected);
    let words = match word {
        "boolean" | "smallint" | "int" | "integer" | "bigint" | "real" | "json" | "float" | "decimal" | "dec" | "numeric"
        | "varchar" | "time" | "timestamp" | "interval" => 1,
        "double" if is(1, "precision") => 2,
        "bit" | "character" | "char" | "nchar" => 1 + usize::from(is(1, "varying")),
        "national" if is(1, "character") || is(1, "char") => 2 + usize::from(is(2, "varying")),
        _ => return None,
    };
    let mut n = words;
    if matches!(cursor.peek_nth(n), Token::LParen) {
        while !matches!(cursor.peek_nth(n), Token::RParen | Token::EOF) {
            n += 1;
        }
        n += 1;
    }
    if matches!(word, "time" | "timestamp") && (is(n, "with") || is(n, "without")) && is(n + 1, "time") && is(n + 2, "zone") {
        n += 3;
    }
    Some(n)
}

/// `INTERVAL '1' YEAR`, `INTERVAL(3) '…'`
fn interval(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    let at = cursor.at();
    cursor.skip();
    let mut target = types::interval(cursor, at)?;
    let expr = constant(cursor)?;
    if target.modifiers.is_empty()
        && target.fields.is_none()
        && let Some((fields, precision)) = types::interval_fields(cursor)?
    {
        target.fields = Some(fields);
        target.modifiers.extend(precision);
    }
    Ok(Expr::Cast { expr, target })
}

fn constant(cursor: &mut Cursor<'_, '_>) -> Result<Box<Expr>, ParserError> {
    let Token::SingleQuotedString(text) = cursor.peek().clone() else { return Err(cursor.syntax_error()) };
    cursor.skip();
    Ok(Box::new(Expr::Literal(Literal::Text(text))))
}

/// A constant of a type by its name, which is behind.
pub(super) fn typed(cursor: &mut Cursor<'_, '_>, name: QualifiedName, at: Pos) -> Result<Expr, ParserError> {
    let expr = constant(cursor)?;
    let id = cursor.hooks.node();
    let target = TypeName { id, at, name, modifiers: Vec::new(), dimensions: Vec::new(), fields: None, keyword: false };
    Ok(Expr::Cast { expr, target })
}
