//! Windows and their frames (`window_specification` of gram.y).

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::parse::lexer::token;
use crate::parse::syntax::{Frame, FrameBound, FrameExclusion, FrameUnits, Window};

use super::{Cursor, precedence};

/// What stands in the parentheses of OVER or of WINDOW.
pub(super) fn window(cursor: &mut Cursor<'_, '_>) -> Result<Window, ParserError> {
    let begins_clause = matches!(cursor.word(), Some("partition" | "order" | "range" | "rows" | "groups"));
    let base = if begins_clause || token::name(cursor.peek()).is_none() { None } else { Some(cursor.column_id()?) };
    let partition_by = if cursor.eat_words(&["partition", "by"]) { cursor.exprs()? } else { Vec::new() };
    let order_by = if cursor.eat_words(&["order", "by"]) { cursor.sort_keys()? } else { Vec::new() };
    let units = match cursor.eat_one_of(&["range", "rows", "groups"]) {
        Some("range") => Some(FrameUnits::Range),
        Some("rows") => Some(FrameUnits::Rows),
        Some(_) => Some(FrameUnits::Groups),
        None => None,
    };
    let frame = match units {
        Some(units) => Some(frame(cursor, units)?),
        None => None,
    };
    if matches!(cursor.peek(), Token::RParen) {
        Ok(Window { base, partition_by, order_by, frame })
    } else {
        Err(cursor.syntax_error())
    }
}

fn frame(cursor: &mut Cursor<'_, '_>, units: FrameUnits) -> Result<Frame, ParserError> {
    let is_between = cursor.eat_word("between");
    let start = bound(cursor)?;
    let end = if is_between {
        cursor.expect_word("and")?;
        Some(bound(cursor)?)
    } else {
        None
    };
    let exclusion = if cursor.eat_word("exclude") { Some(exclusion(cursor)?) } else { None };
    Ok(Frame { units, start, end, exclusion })
}

fn bound(cursor: &mut Cursor<'_, '_>) -> Result<FrameBound, ParserError> {
    if cursor.eat_words(&["current", "row"]) {
        return Ok(FrameBound::CurrentRow);
    }
    let is_unbounded = cursor.is_words(&["unbounded", "preceding"]) || cursor.is_words(&["unbounded", "following"]);
    let distance = if is_unbounded {
        cursor.skip();
        None
    } else {
        // The AND of BETWEEN ends the distance.
        Some(Box::new(cursor.expr(precedence::AND)?))
    };
    match cursor.eat_one_of(&["preceding", "following"]) {
        Some("preceding") => Ok(FrameBound::Preceding(distance)),
        Some(_) => Ok(FrameBound::Following(distance)),
        None => Err(cursor.syntax_error()),
    }
}

fn exclusion(cursor: &mut Cursor<'_, '_>) -> Result<FrameExclusion, ParserError> {
    if cursor.eat_words(&["current", "row"]) {
        return Ok(FrameExclusion::CurrentRow);
    }
    if cursor.eat_words(&["no", "others"]) {
        return Ok(FrameExclusion::NoOthers);
    }
    match cursor.eat_one_of(&["group", "ties"]) {
        Some("group") => Ok(FrameExclusion::Group),
        Some(_) => Ok(FrameExclusion::Ties),
        None => Err(cursor.syntax_error()),
    }
}
