//! Numbers and parameters. What only some servers read as one token (`0x1F`, `1_000`, `12abc`) is refused.

use sqlparser::tokenizer::Token;

use crate::base::SqlState;

use super::super::ParseError;
use super::scanner::{Scanner, continues_word};

/// Digits, a fraction, an exponent.
pub(super) fn number(scanner: &mut Scanner<'_>) -> Result<Token, ParseError> {
    let start = scanner.at();
    let digits = |byte: u8| byte.is_ascii_digit();
    scanner.take_while(digits);
    // `1..10` is a number and two dots.
    if scanner.peek() == Some(b'.') && scanner.peek_at(1) != Some(b'.') {
        scanner.advance(1);
        scanner.take_while(digits);
    }
    if matches!(scanner.peek(), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(scanner.peek_at(1), Some(b'+' | b'-')));
        if scanner.peek_at(1 + sign).is_some_and(|byte| byte.is_ascii_digit()) {
            scanner.advance(1 + sign);
            scanner.take_while(digits);
        }
    }
    if scanner.peek().is_some_and(continues_word) {
        return Err(junk("numeric literal", start));
    }
    Ok(Token::Number(scanner.since(start).to_owned(), false))
}

/// `$1`
pub(super) fn parameter(scanner: &mut Scanner<'_>) -> Result<Token, ParseError> {
    let start = scanner.at();
    scanner.advance(1);
    scanner.take_while(|byte| byte.is_ascii_digit());
    if scanner.peek().is_some_and(continues_word) {
        return Err(junk("parameter", start));
    }
    Ok(Token::Placeholder(scanner.since(start).to_owned()))
}

fn junk(after: &str, start: usize) -> ParseError {
    ParseError::token(SqlState::SYNTAX_ERROR, format!("trailing junk after {after}"), start)
}
