//! LOCK TABLE in the one mode that is served, ACCESS SHARE: the others are refused by name before anything is read.

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::parse::dialect::Cursor;
use crate::parse::lexer::token::plain;
use crate::parse::syntax::{Command, Lock, Locked};

const MODE: [&str; 4] = ["in", "access", "share", "mode"];

/// Whether these tokens end as a LOCK in that mode does.
pub(super) fn is_shared(tokens: &[TokenWithSpan]) -> bool {
    let words: Vec<Option<&str>> = tokens.iter().map(|token| plain(&token.token)).collect();
    let words = words.strip_suffix(&[Some("nowait")]).unwrap_or(&words);
    words.ends_with(&MODE.map(Some))
}

/// LOCK
pub(super) fn lock(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    cursor.eat_word("table");
    let relations = cursor.separated(locked)?;
    for word in MODE {
        cursor.expect_word(word)?;
    }
    let nowait = cursor.eat_word("nowait");
    Ok(Command::Lock(Lock { relations, nowait }))
}

/// `relation_expr`
fn locked(cursor: &mut Cursor<'_, '_>) -> Result<Locked, ParserError> {
    if !cursor.eat_word("only") {
        let name = cursor.qualified_name()?;
        cursor.eat(&Token::Mul);
        return Ok(Locked { only: false, name });
    }
    let is_wrapped = cursor.eat(&Token::LParen);
    let name = cursor.qualified_name()?;
    if is_wrapped {
        cursor.expect(&Token::RParen)?;
    }
    Ok(Locked { only: true, name })
}
