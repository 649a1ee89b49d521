//! Cursors: DECLARE, FETCH, MOVE, CLOSE.

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::parse::dialect::Cursor;
use crate::parse::syntax::{Command, CursorOptions, Declare, Fetch, FetchDirection};

/// DECLARE
pub(super) fn declare(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    let name = cursor.column_id()?;
    let mut options = CursorOptions::default();
    loop {
        match cursor.eat_one_of(&["binary", "asensitive", "insensitive", "scroll", "no"]) {
            Some("binary") => options.binary = true,
            Some("asensitive") => options.insensitive = Some(false),
            Some("insensitive") => options.insensitive = Some(true),
            Some("scroll") => options.scroll = Some(true),
            Some(_) => {
                cursor.expect_word("scroll")?;
                options.scroll = Some(false);
            }
            None => break,
        }
    }
    cursor.expect_word("cursor")?;
    options.hold = cursor.eat_words(&["with", "hold"]);
    if !options.hold {
        cursor.eat_words(&["without", "hold"]);
    }
    cursor.expect_word("for")?;
    let query = cursor.query()?;
    Ok(Command::Declare(Box::new(Declare { name, options, query })))
}

/// FETCH
pub(super) fn fetch(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    fetch_or_move(cursor, false)
}

/// MOVE
pub(super) fn move_(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    fetch_or_move(cursor, true)
}

fn fetch_or_move(cursor: &mut Cursor<'_, '_>, moves: bool) -> Result<Command, ParserError> {
    let direction = direction(cursor)?;
    cursor.eat_one_of(&["from", "in"]);
    let cursor = cursor.column_id()?;
    Ok(Command::Fetch(Fetch { moves, direction, cursor }))
}

/// Where to go; one row forward when nothing is said. A word at the end of the statement is the cursor's name.
fn direction(cursor: &mut Cursor<'_, '_>) -> Result<FetchDirection, ParserError> {
    if matches!(cursor.peek(), Token::Number(_, _) | Token::Plus | Token::Minus) {
        return cursor.integer().map(|count| FetchDirection::Forward(Some(count)));
    }
    let is_name = matches!(cursor.peek_nth(1), Token::EOF);
    let words = ["next", "prior", "first", "last", "absolute", "relative", "all", "forward", "backward"];
    let word = if is_name { None } else { cursor.eat_one_of(&words) };
    match word {
        None | Some("next") => Ok(FetchDirection::Forward(Some(1))),
        Some("prior") => Ok(FetchDirection::Backward(Some(1))),
        Some("first") => Ok(FetchDirection::Absolute(1)),
        Some("last") => Ok(FetchDirection::Absolute(-1)),
        Some("absolute") => cursor.integer().map(FetchDirection::Absolute),
        Some("relative") => cursor.integer().map(FetchDirection::Relative),
        Some("all") => Ok(FetchDirection::Forward(None)),
        Some("forward") => count(cursor).map(FetchDirection::Forward),
        Some(_) => count(cursor).map(FetchDirection::Backward),
    }
}

/// How many rows: a number, ALL, or one.
fn count(cursor: &mut Cursor<'_, '_>) -> Result<Option<i64>, ParserError> {
    let is_number = matches!(cursor.peek(), Token::Number(_, _) | Token::Plus | Token::Minus);
    if is_number {
        return cursor.integer().map(Some);
    }
    Ok(if cursor.eat_word("all") { None } else { Some(1) })
}

/// CLOSE
pub(super) fn close(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    let name = if cursor.eat_word("all") { None } else { Some(cursor.column_id()?) };
    Ok(Command::Close(name))
}
