//! Statements other than plain queries, read from the tokens by ourselves: sqlparser's own trees for them lose what the client wrote.
//!
//! | file | what |
//! |---|---|
//! | `transaction` | BEGIN … ROLLBACK, savepoints |
//! | `setting` | SET, RESET, SHOW |
//! | `cursor` | DECLARE, FETCH, MOVE, CLOSE |
//! | `prepared` | PREPARE, EXECUTE, DEALLOCATE |
//! | `copy` | COPY … TO STDOUT |
//! | `explain` | EXPLAIN, EXPLAIN POLICY |
//! | `lock` | LOCK TABLE … IN ACCESS SHARE MODE |
//! | `refused` | statements that are known and never accepted |

mod copy;
mod cursor;
mod explain;
mod lock;
mod prepared;
mod refused;
mod setting;
mod transaction;

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::ParseError;
use super::dialect::{Cursor, Hooks};
use super::lexer::token::plain;
use super::message::parse_all;
use super::normalise::normalise;
use super::syntax::{Command, Discard};

/// What reads a command; its first word is behind.
type Read = fn(&mut Cursor<'_, '_>) -> Result<Command, ParserError>;

/// A command that is accepted.
struct Known {
    word: &'static str,
    read: Read,
    /// Holds queries or expressions, whose tokens are to be normalised.
    has_sql: bool,
}

const fn known(word: &'static str, read: Read) -> Known {
    Known { word, read, has_sql: false }
}

const fn with_sql(word: &'static str, read: Read) -> Known {
    Known { word, read, has_sql: true }
}

/// The commands by their first word.
const ALL: &[Known] = &[
    known("abort", transaction::abort),
    known("begin", transaction::begin),
    known("close", cursor::close),
    known("commit", transaction::commit),
    with_sql("copy", copy::copy),
    known("deallocate", prepared::deallocate),
    with_sql("declare", cursor::declare),
    known("discard", discard),
    known("end", transaction::commit),
    with_sql("execute", prepared::execute),
    with_sql("explain", explain::explain),
    known("fetch", cursor::fetch),
    known("lock", lock::lock),
    known("move", cursor::move_),
    with_sql("prepare", prepared::prepare),
    known("release", transaction::release),
    known("reset", setting::reset),
    known("rollback", transaction::rollback),
    known("savepoint", transaction::savepoint),
    known("set", setting::set),
    known("show", setting::show),
    known("start", transaction::start),
    known("unlisten", unlisten),
];

/// The command of these tokens.
pub(super) fn command(hooks: &Hooks, tokens: Vec<TokenWithSpan>) -> Result<Command, ParseError> {
    if let Some(error) = refused::refused(&tokens) {
        return Err(error);
    }
    if let Some(command) = explain::policy(&tokens) {
        return Ok(command);
    }
    let first = tokens.first().map(|token| &token.token).and_then(plain);
    let Some(known) = ALL.iter().find(|known| Some(known.word) == first) else {
        return parse_all(hooks, tokens, |cursor| Err(cursor.syntax_error()));
    };
    let tokens = if known.has_sql { normalise(hooks, tokens)? } else { tokens };
    parse_all(hooks, tokens, |cursor| {
        cursor.skip();
        (known.read)(cursor)
    })
}

fn discard(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    match cursor.eat_one_of(&["all", "plans", "sequences", "temp", "temporary"]) {
        Some("all") => Ok(Command::Discard(Discard::All)),
        Some("plans") => Ok(Command::Discard(Discard::Plans)),
        Some("sequences") => Ok(Command::Discard(Discard::Sequences)),
        Some(_) => Ok(Command::Discard(Discard::Temp)),
        None => Err(cursor.syntax_error()),
    }
}

fn unlisten(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    let channel = if cursor.eat(&Token::Mul) { None } else { Some(cursor.column_id()?) };
    Ok(Command::Unlisten(channel))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_once_and_in_order() {
        assert!(ALL.iter().map(|known| known.word).is_sorted_by(|one, other| one < other));
    }
}
