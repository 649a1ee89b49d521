//! Prepared statements of SQL: PREPARE, EXECUTE, DEALLOCATE.

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::parse::dialect::Cursor;
use crate::parse::syntax::{Command, Expr, Ident};

/// PREPARE
pub(super) fn prepare(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    let name = cursor.column_id()?;
    let mut types = Vec::new();
    if cursor.eat(&Token::LParen) {
        types = cursor.separated(Cursor::type_name)?;
        cursor.expect(&Token::RParen)?;
    }
    cursor.expect_word("as")?;
    let query = Box::new(cursor.query()?);
    Ok(Command::Prepare { name, types, query })
}

/// EXECUTE
pub(super) fn execute(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    executed(cursor).map(|(name, arguments)| Command::Execute { name, arguments })
}

/// What follows EXECUTE: the name, and the arguments.
pub(super) fn executed(cursor: &mut Cursor<'_, '_>) -> Result<(Ident, Vec<Expr>), ParserError> {
    let name = cursor.column_id()?;
    let mut arguments = Vec::new();
    if cursor.eat(&Token::LParen) {
        arguments = cursor.exprs()?;
        cursor.expect(&Token::RParen)?;
    }
    Ok((name, arguments))
}

/// DEALLOCATE
pub(super) fn deallocate(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    // Alone, the word is the name of a statement.
    if !matches!(cursor.peek_nth(1), Token::EOF) {
        cursor.eat_word("prepare");
    }
    let name = if cursor.eat_word("all") { None } else { Some(cursor.column_id()?) };
    Ok(Command::Deallocate(name))
}
