//! Functions with a syntax of their own (`func_expr_common_subexpr` of gram.y). Written with quotes they are plain calls, and never come here.
#![expect(clippy::wildcard_enum_match_arm, reason = "of all tokens, what is not looked for here is an error where it is read")]

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::parse::lexer::token;
use crate::parse::syntax::{Expr, Ident, TrimSide};

use super::{Cursor, call, infix, json, name, precedence, types, xml};

/// The expression that a word without quotes begins, or `None` when the word is a plain name here.
pub(super) fn special(cursor: &mut Cursor<'_, '_>, word: &str) -> Result<Option<Expr>, ParserError> {
    let before_parenthesis = matches!(cursor.peek_nth(1), Token::LParen);
    if let Some((value, takes_precision)) = name::sql_value(word) {
        // `current_schema()` is a plain call.
        if !(word == "current_schema" && before_parenthesis) {
            return sql_value(cursor, value, takes_precision && before_parenthesis).map(Some);
        }
        return Ok(None);
    }
    if word == "system_user" {
        return Err(cursor.unsupported("SYSTEM_USER"));
    }
    if word == "collation" && token::plain(cursor.peek_nth(1)) == Some("for") {
        cursor.skip();
        cursor.skip();
        cursor.expect(&Token::LParen)?;
        let expr = Box::new(cursor.expr(precedence::ANY)?);
        cursor.expect(&Token::RParen)?;
        return Ok(Some(Expr::CollationFor(expr)));
    }
    if !before_parenthesis {
        return Ok(None);
    }
    match word {
        "merge_action" | "treat" => Err(cursor.unsupported(word.to_ascii_uppercase())),
        // They make relations, which stand in FROM.
        "json_table" | "xmltable" => Err(cursor.syntax_error()),
        "json_object" if is_plain_json_object(cursor) => system_call(cursor).map(Some),
        _ => match json::json(cursor, word)? {
            Some(expr) => Ok(Some(expr)),
            None => match xml::xml(cursor, word)? {
                Some(expr) => Ok(Some(expr)),
                None => with_parentheses(cursor, word),
            },
        },
    }
}

/// `word(…)`
fn with_parentheses(cursor: &mut Cursor<'_, '_>, word: &str) -> Result<Option<Expr>, ParserError> {
    let expr = match word {
        "cast" => cast(cursor)?,
        "coalesce" => Expr::Coalesce(list(cursor)?),
        "extract" => extract(cursor)?,
        "greatest" => Expr::Greatest(list(cursor)?),
        "grouping" => Expr::Grouping(list(cursor)?),
        "least" => Expr::Least(list(cursor)?),
        "normalize" => normalize(cursor)?,
        "nullif" => null_if(cursor)?,
        "overlay" => return overlay(cursor).map(Some),
        "position" => position(cursor)?,
        "substring" => return substring(cursor).map(Some),
        "trim" => trim(cursor)?,
        _ => return Ok(None),
    };
    Ok(Some(expr))
}

fn sql_value(
    cursor: &mut Cursor<'_, '_>,
    value: crate::parse::syntax::SqlValue,
    has_precision: bool,
) -> Result<Expr, ParserError> {
    let (id, at) = (cursor.hooks.node(), cursor.at());
    cursor.skip();
    let mut value = value;
    if has_precision {
        cursor.skip();
        value = name::with_precision(value, cursor.integer()?);
        cursor.expect(&Token::RParen)?;
    }
    Ok(Expr::SqlValue { value, id, at })
}

/// Goes past the word and the parenthesis.
fn open(cursor: &mut Cursor<'_, '_>) {
    cursor.skip();
    cursor.skip();
}

fn list(cursor: &mut Cursor<'_, '_>) -> Result<Vec<Expr>, ParserError> {
    open(cursor);
    let list = cursor.exprs()?;
    cursor.expect(&Token::RParen)?;
    Ok(list)
}

fn cast(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    open(cursor);
    let expr = Box::new(cursor.expr(precedence::ANY)?);
    cursor.expect_word("as")?;
    let target = types::type_name(cursor)?;
    cursor.expect(&Token::RParen)?;
    Ok(Expr::Cast { expr, target })
}

fn null_if(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    open(cursor);
    let left = Box::new(cursor.expr(precedence::ANY)?);
    cursor.expect(&Token::Comma)?;
    let right = Box::new(cursor.expr(precedence::ANY)?);
    cursor.expect(&Token::RParen)?;
    Ok(Expr::NullIf(left, right))
}

fn extract(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    open(cursor);
    let field = match cursor.peek() {
        Token::SingleQuotedString(field) => Some(field.clone()),
        other => token::name(other).map(str::to_owned),
    };
    let Some(field) = field else { return Err(cursor.syntax_error()) };
    cursor.skip();
    cursor.expect_word("from")?;
    let source = Box::new(cursor.expr(precedence::ANY)?);
    cursor.expect(&Token::RParen)?;
    Ok(Expr::Extract { field, source })
}

fn normalize(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    open(cursor);
    let expr = Box::new(cursor.expr(precedence::ANY)?);
    let form = if cursor.eat(&Token::Comma) {
        let form = infix::normal_form(cursor);
        if form == crate::parse::syntax::NormalForm::Default {
            return Err(cursor.syntax_error());
        }
        form
    } else {
        crate::parse::syntax::NormalForm::Default
    };
    cursor.expect(&Token::RParen)?;
    Ok(Expr::Normalize { expr, form })
}

fn position(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    open(cursor);
    // IN binds less tightly than the operands (`b_expr`).
    let needle = Box::new(cursor.expr(precedence::BETWEEN)?);
    cursor.expect_word("in")?;
    let haystack = Box::new(cursor.expr(precedence::BETWEEN)?);
    cursor.expect(&Token::RParen)?;
    Ok(Expr::Position { needle, haystack })
}

/// `TRIM(BOTH c FROM x)` and its short forms.
fn trim(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    open(cursor);
    let side = match cursor.eat_one_of(&["both", "leading", "trailing"]) {
        Some("leading") => TrimSide::Leading,
        Some("trailing") => TrimSide::Trailing,
        Some(_) | None => TrimSide::Both,
    };
    let first = if cursor.is_word("from") { None } else { Some(cursor.expr(precedence::ANY)?) };
    let (expr, characters) = if cursor.eat_word("from") {
        (cursor.expr(precedence::ANY)?, first)
    } else {
        match first {
            Some(expr) if cursor.eat(&Token::Comma) => (expr, Some(cursor.expr(precedence::ANY)?)),
            Some(expr) => (expr, None),
            None => return Err(cursor.syntax_error()),
        }
    };
    cursor.expect(&Token::RParen)?;
    Ok(Expr::Trim { side, characters: characters.map(Box::new), expr: Box::new(expr) })
}

/// `OVERLAY(x PLACING y FROM a FOR b)`; with commas it is a plain call.
fn overlay(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    let Some(expr) = first_operand(cursor, &["placing"])? else { return plain_call(cursor) };
    cursor.expect_word("placing")?;
    let placing = Box::new(cursor.expr(precedence::ANY)?);
    cursor.expect_word("from")?;
    let from = Box::new(cursor.expr(precedence::ANY)?);
    let length = if cursor.eat_word("for") { Some(Box::new(cursor.expr(precedence::ANY)?)) } else { None };
    cursor.expect(&Token::RParen)?;
    Ok(Expr::Overlay { expr: Box::new(expr), placing, from, length })
}

/// `SUBSTRING(x FROM a FOR b)`, `SUBSTRING(x SIMILAR p ESCAPE e)`; with commas it is a plain call.
fn substring(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    let Some(expr) = first_operand(cursor, &["from", "for", "similar"])? else { return plain_call(cursor) };
    let expr = Box::new(expr);
    if cursor.eat_word("similar") {
        let pattern = Box::new(cursor.expr(precedence::ANY)?);
        cursor.expect_word("escape")?;
        let escape = Box::new(cursor.expr(precedence::ANY)?);
        cursor.expect(&Token::RParen)?;
        return Ok(Expr::SubstringSimilar { expr, pattern, escape });
    }
    let (mut from, mut length) = (None, None);
    while let Some(word) = cursor.eat_one_of(&["from", "for"]) {
        let slot = if word == "from" { &mut from } else { &mut length };
        if slot.is_some() {
            return Err(cursor.syntax_error());
        }
        *slot = Some(Box::new(cursor.expr(precedence::ANY)?));
    }
    cursor.expect(&Token::RParen)?;
    Ok(Expr::Substring { expr, from, length })
}

/// The first operand when one of the words follows it; otherwise nothing is taken.
fn first_operand(cursor: &mut Cursor<'_, '_>, words: &[&'static str]) -> Result<Option<Expr>, ParserError> {
    if !separates_by_words(cursor, words) {
        return Ok(None);
    }
    open(cursor);
    cursor.expr(precedence::ANY).map(Some)
}

/// Whether one of the words stands in the parentheses that come next, not deeper.
fn separates_by_words(cursor: &Cursor<'_, '_>, words: &[&str]) -> bool {
    let mut depth = 0_usize;
    let mut n = 1;
    loop {
        match cursor.peek_nth(n) {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return false;
                }
            }
            Token::EOF => return false,
            other => {
                let found = depth == 1 && token::plain(other).is_some_and(|word| words.contains(&word));
                // `SIMILAR TO` is an operator of the operand.
                if found && token::plain(cursor.peek_nth(n + 1)) != Some("to") {
                    return true;
                }
            }
        }
        n += 1;
    }
}

/// A call by a name that is otherwise syntax.
fn plain_call(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    let at = cursor.at();
    let name = cursor.label()?;
    call::call_or_typed(cursor, vec![name], at)
}

/// The same where the grammar puts `pg_catalog` in front.
fn system_call(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    let at = cursor.at();
    let schema = Ident { name: "pg_catalog".to_owned(), at };
    let name = cursor.label()?;
    call::call_or_typed(cursor, vec![schema, name], at)
}

/// `json_object('{a,1}')` is a call; `JSON_OBJECT('a': 1)` is SQL/JSON, and so is `JSON_OBJECT()`.
fn is_plain_json_object(cursor: &Cursor<'_, '_>) -> bool {
    let is_empty = matches!(cursor.peek_nth(2), Token::RParen);
    !is_empty && !separates_by_words(cursor, &["returning"]) && !has_entry(cursor)
}

/// Whether a colon, or VALUE behind an operand, stands in the parentheses that come next, not deeper.
fn has_entry(cursor: &Cursor<'_, '_>) -> bool {
    let mut depth = 0_usize;
    let mut n = 1;
    loop {
        match cursor.peek_nth(n) {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket if depth <= 1 => return false,
            Token::RParen | Token::RBracket => depth -= 1,
            Token::Colon if depth == 1 => return true,
            Token::EOF => return false,
            token if depth == 1 && token::plain(token) == Some("value") => {
                let ends_operand = !matches!(cursor.peek_nth(n - 1), Token::LParen | Token::Comma | Token::Period)
                    && precedence::symbol(cursor.peek_nth(n - 1)).is_none();
                let begins_operand = !matches!(cursor.peek_nth(n + 1), Token::RParen | Token::Comma | Token::Period)
                    && precedence::symbol(cursor.peek_nth(n + 1)).is_none();
                if ends_operand && begins_operand {
                    return true;
                }
            }
            _ => {}
        }
        n += 1;
    }
}
