//! Transactions and savepoints.

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::parse::dialect::Cursor;
use crate::parse::syntax::{Begin, Command, Isolation, TransactionModes};

/// BEGIN
pub(super) fn begin(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    cursor.eat_one_of(&["work", "transaction"]);
    optional_modes(cursor).map(|modes| Command::Begin(Begin { start: false, modes }))
}

/// START TRANSACTION
pub(super) fn start(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    cursor.expect_word("transaction")?;
    optional_modes(cursor).map(|modes| Command::Begin(Begin { start: true, modes }))
}

/// COMMIT, END
pub(super) fn commit(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    cursor.eat_one_of(&["work", "transaction"]);
    chain(cursor).map(|chain| Command::Commit { chain })
}

/// ABORT
pub(super) fn abort(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    cursor.eat_one_of(&["work", "transaction"]);
    chain(cursor).map(|chain| Command::Rollback { chain })
}

/// ROLLBACK, ROLLBACK TO
pub(super) fn rollback(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    cursor.eat_one_of(&["work", "transaction"]);
    if cursor.eat_word("to") {
        eat_savepoint(cursor);
        return cursor.column_id().map(Command::RollbackTo);
    }
    chain(cursor).map(|chain| Command::Rollback { chain })
}

/// SAVEPOINT
pub(super) fn savepoint(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    cursor.column_id().map(Command::Savepoint)
}

/// RELEASE
pub(super) fn release(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    eat_savepoint(cursor);
    cursor.column_id().map(Command::Release)
}

/// The word SAVEPOINT in front of a name; alone it is the name.
fn eat_savepoint(cursor: &mut Cursor<'_, '_>) {
    if !matches!(cursor.peek_nth(1), Token::EOF) {
        cursor.eat_word("savepoint");
    }
}

/// `AND [NO] CHAIN`
fn chain(cursor: &mut Cursor<'_, '_>) -> Result<bool, ParserError> {
    if !cursor.eat_word("and") {
        return Ok(false);
    }
    let chain = !cursor.eat_word("no");
    cursor.expect_word("chain")?;
    Ok(chain)
}

fn optional_modes(cursor: &mut Cursor<'_, '_>) -> Result<TransactionModes, ParserError> {
    if cursor.is_end() { Ok(TransactionModes::default()) } else { modes(cursor) }
}

/// At least one mode, with commas or without. Of two modes of one kind the last one counts, as in PostgreSQL.
pub(super) fn modes(cursor: &mut Cursor<'_, '_>) -> Result<TransactionModes, ParserError> {
    let mut modes = TransactionModes::default();
    loop {
        mode(cursor, &mut modes)?;
        let goes_on = cursor.eat(&Token::Comma);
        if !goes_on && cursor.is_end() {
            return Ok(modes);
        }
    }
}

fn mode(cursor: &mut Cursor<'_, '_>, modes: &mut TransactionModes) -> Result<(), ParserError> {
    if cursor.eat_words(&["isolation", "level"]) {
        modes.isolation = Some(isolation(cursor)?);
    } else if cursor.eat_words(&["read", "only"]) {
        modes.read_only = Some(true);
    } else if cursor.eat_words(&["read", "write"]) {
        modes.read_only = Some(false);
    } else if cursor.eat_words(&["not", "deferrable"]) {
        modes.deferrable = Some(false);
    } else if cursor.eat_word("deferrable") {
        modes.deferrable = Some(true);
    } else {
        return Err(cursor.syntax_error());
    }
    Ok(())
}

fn isolation(cursor: &mut Cursor<'_, '_>) -> Result<Isolation, ParserError> {
    if cursor.eat_word("serializable") {
        return Ok(Isolation::Serializable);
    }
    if cursor.eat_words(&["repeatable", "read"]) {
        return Ok(Isolation::RepeatableRead);
    }
    if cursor.eat_words(&["read", "committed"]) {
        return Ok(Isolation::ReadCommitted);
    }
    if cursor.eat_words(&["read", "uncommitted"]) {
        return Ok(Isolation::ReadUncommitted);
    }
    Err(cursor.syntax_error())
}
