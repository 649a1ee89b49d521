//! Text to tokens exactly as PostgreSQL's `scan.l` reads it (standard_conforming_strings on, UTF-8), so that there is one opinion about where a
//! string or comment ends. The tokens are sqlparser's; each carries its byte offset as the column of its span.
//!
//! | file | what |
//! |---|---|
//! | `scanner` | the cursor, white space and comments |
//! | `quoted` | strings, quoted identifiers, escapes |
//! | `number` | numbers and parameters |
//! | `operator` | operators and punctuation |
//! | `keywords` | PostgreSQL's keywords by category |
//! | `token` | making and reading tokens |

pub(super) mod keywords;
mod number;
mod operator;
mod quoted;
mod scanner;
pub(super) mod token;

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::ParseError;
use scanner::Scanner;

/// What is read besides SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// What clients send.
    Client,
    /// Row filters of a policy, where `:subject` is a variable.
    Filter,
}

/// The tokens of a text, without white space and comments.
pub(super) fn lex(text: &str, dialect: Dialect) -> Result<Vec<TokenWithSpan>, ParseError> {
    let mut scanner = Scanner::new(text);
    let mut tokens = Vec::with_capacity(text.len() / 4);
    loop {
        scanner.skip_blank()?;
        let start = scanner.at();
        let Some(first) = scanner.peek() else { return Ok(tokens) };
        let token = match first {
            b'\'' | b'$' | b'"' => quoted_or_parameter(&mut scanner, first)?,
            b'0'..=b'9' => number::number(&mut scanner)?,
            b'.' if scanner.peek_at(1).is_some_and(|next| next.is_ascii_digit()) => number::number(&mut scanner)?,
            b':' if dialect == Dialect::Filter && scanner.peek_at(1).is_some_and(scanner::starts_word) => {
                scanner.advance(1);
                token::variable(scanner.word())
            }
            _ if scanner::starts_word(first) => word_or_prefixed_string(&mut scanner)?,
            _ => operator::operator(&mut scanner)?,
        };
        tokens.push(TokenWithSpan { token, span: token::span(start, scanner.at()) });
    }
}

/// `'…'`, `"…"`, `$1`, `$tag$…$tag$`
fn quoted_or_parameter(scanner: &mut Scanner<'_>, first: u8) -> Result<Token, ParseError> {
    match first {
        b'\'' => quoted::plain_string(scanner),
        b'"' => quoted::quoted_identifier(scanner),
        _ if scanner.peek_at(1).is_some_and(|next| next.is_ascii_digit()) => number::parameter(scanner),
        _ => quoted::dollar_string(scanner),
    }
}

/// A word, or one of `E'…'`, `U&'…'`, `U&"…"`, `B'…'`, `X'…'`, `N'…'`.
fn word_or_prefixed_string(scanner: &mut Scanner<'_>) -> Result<Token, ParseError> {
    let first = scanner.peek().unwrap_or(b' ').to_ascii_lowercase();
    match (first, scanner.peek_at(1), scanner.peek_at(2)) {
        (b'e', Some(b'\''), _) => quoted::escape_string(scanner),
        (b'b' | b'x', Some(b'\''), _) => quoted::bit_string(scanner),
        // A constant of the type NCHAR: the word now, the string next.
        (b'n', Some(b'\''), _) => {
            scanner.advance(1);
            Ok(token::word("nchar"))
        }
        (b'u', Some(b'&'), Some(b'\'')) => quoted::unicode_string(scanner),
        (b'u', Some(b'&'), Some(b'"')) => quoted::unicode_identifier(scanner),
        _ => Ok(token::word(scanner.word())),
    }
}
