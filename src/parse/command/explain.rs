//! EXPLAIN of a query, with its options in either syntax.
#![expect(clippy::wildcard_enum_match_arm, reason = "of all tokens, what is not looked for here is an error where it is read")]

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::base::SqlState;
use crate::parse::ParseError;
use crate::parse::dialect::Cursor;
use crate::parse::lexer::token::plain;
use crate::parse::syntax::{Command, Explain};

/// One option as it is written.
type Setting = (String, Option<String>);

/// EXPLAIN
pub(super) fn explain(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    let mut analyze = false;
    let mut options = Vec::new();
    if begins_options(cursor) {
        cursor.skip();
        for (name, value) in cursor.separated(option)? {
            match name.as_str() {
                "analyze" | "analyse" => analyze = boolean(cursor, value.as_deref())?,
                _ => options.push((name, value)),
            }
        }
        cursor.expect(&Token::RParen)?;
    } else {
        analyze = cursor.eat_one_of(&["analyze", "analyse"]).is_some();
        if cursor.eat_word("verbose") {
            options.push(("verbose".to_owned(), None));
        }
    }
    let begins_query = matches!(cursor.peek(), Token::LParen) || matches!(cursor.word(), Some("select" | "with" | "values"));
    if !begins_query && !cursor.is_end() {
        return Err(cursor.unsupported("EXPLAIN of anything but a query"));
    }
    let query = cursor.query()?;
    Ok(Command::Explain(Box::new(Explain { analyze, options, query })))
}

/// Whether the parenthesis holds options, not a query.
fn begins_options(cursor: &Cursor<'_, '_>) -> bool {
    let is_query =
        matches!(cursor.peek_nth(1), Token::LParen) || matches!(plain(cursor.peek_nth(1)), Some("select" | "with" | "values"));
    matches!(cursor.peek(), Token::LParen) && !is_query
}

fn option(cursor: &mut Cursor<'_, '_>) -> Result<Setting, ParserError> {
    let name = cursor.label()?.name;
    let value = match cursor.peek().clone() {
        Token::Comma | Token::RParen => None,
        Token::SingleQuotedString(text) | Token::Number(text, _) => {
            cursor.skip();
            Some(text)
        }
        _ => Some(cursor.label()?.name),
    };
    Ok((name, value))
}

/// `defGetBoolean` of PostgreSQL
fn boolean(cursor: &Cursor<'_, '_>, value: Option<&str>) -> Result<bool, ParserError> {
    match value.map(str::to_ascii_lowercase).as_deref() {
        None | Some("true" | "on" | "1") => Ok(true),
        Some("false" | "off" | "0") => Ok(false),
        Some(_) => {
            let message = "analyze requires a Boolean value";
            Err(cursor.hooks.fail(ParseError::token(SqlState::SYNTAX_ERROR, message, cursor.offset().unwrap_or(0))))
        }
    }
}
