//! EXPLAIN of a query or a prepared one, with its options in either syntax.
#![expect(clippy::wildcard_enum_match_arm, reason = "of all tokens, what is not looked for here is an error where it is read")]

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::parse::dialect::Cursor;
use crate::parse::lexer::token::plain;
use crate::parse::lower::position;
use crate::parse::syntax::{Command, Explain, ExplainOption, ExplainPolicy, Explained, Ident};

/// EXPLAIN POLICY. Without a statement behind it, it is PostgreSQL's EXPLAIN of something called policy, which is no statement either.
pub(super) fn policy(tokens: &[TokenWithSpan]) -> Option<Command> {
    let [explain, policy, of, ..] = tokens else { return None };
    let is_it = plain(&explain.token) == Some("explain") && plain(&policy.token) == Some("policy");
    is_it.then(|| Command::ExplainPolicy(ExplainPolicy { of: position(of.span) }))
}

/// EXPLAIN
pub(super) fn explain(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    let mut options = Vec::new();
    if begins_options(cursor) {
        cursor.skip();
        options = cursor.separated(option)?;
        cursor.expect(&Token::RParen)?;
    } else {
        for words in [["analyze", "analyse"], ["verbose", "verbose"]] {
            if cursor.word().is_some_and(|word| words.contains(&word)) {
                options.push(ExplainOption { name: spelled(cursor.label()?), value: None });
            }
        }
    }
    if cursor.eat_word("execute") {
        let (name, arguments) = super::prepared::executed(cursor)?;
        return Ok(Command::Explain(Box::new(Explain { options, of: Explained::Execute { name, arguments } })));
    }
    let begins_query = matches!(cursor.peek(), Token::LParen) || matches!(cursor.word(), Some("select" | "with" | "values"));
    if !begins_query && !cursor.is_end() {
        return Err(cursor.unsupported("EXPLAIN of anything but a query"));
    }
    let query = cursor.query()?;
    Ok(Command::Explain(Box::new(Explain { options, of: Explained::Query(Box::new(query)) })))
}

/// Whether the parenthesis holds options, not a query.
fn begins_options(cursor: &Cursor<'_, '_>) -> bool {
    let is_query =
        matches!(cursor.peek_nth(1), Token::LParen) || matches!(plain(cursor.peek_nth(1)), Some("select" | "with" | "values"));
    matches!(cursor.peek(), Token::LParen) && !is_query
}

fn option(cursor: &mut Cursor<'_, '_>) -> Result<ExplainOption, ParserError> {
    let name = spelled(cursor.label()?);
    let value = match cursor.peek().clone() {
        Token::Comma | Token::RParen => None,
        Token::SingleQuotedString(text) | Token::Number(text, _) => {
            cursor.skip();
            Some(text)
        }
        _ => Some(cursor.label()?.name),
    };
    Ok(ExplainOption { name, value })
}

/// `ANALYSE` is `ANALYZE` (PostgreSQL: analyze_keyword in gram.y).
fn spelled(name: Ident) -> Ident {
    if name.name == "analyse" { Ident { name: "analyze".to_owned(), at: name.at } } else { name }
}
