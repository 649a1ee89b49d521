//! Numbers and parameters, as PostgreSQL 16 and later read them; whether the warehouse reads `0x1F` and `1_000` is asked when they are bound. What
//! the older ones read as a number and a name (`12abc`) is refused.

use sqlparser::tokenizer::Token;

use crate::base::SqlState;

use super::super::ParseError;
use super::scanner::{Scanner, continues_word};

/// Digits, a fraction, an exponent; or an integer in another base.
pub(super) fn number(scanner: &mut Scanner<'_>) -> Result<Token, ParseError> {
    let start = scanner.at();
    match other_base(scanner) {
        Some(digit) => {
            scanner.advance(2);
            if !based_digits(scanner, digit) {
                return Err(invalid(digit, start));
            }
        }
        None => decimal(scanner),
    }
    if scanner.peek().is_some_and(continues_word) {
        return Err(junk("numeric literal", start));
    }
    Ok(Token::Number(scanner.since(start).to_owned(), false))
}

/// What is a digit behind `0x`, `0o`, `0b`.
fn other_base(scanner: &Scanner<'_>) -> Option<fn(&u8) -> bool> {
    match (scanner.peek(), scanner.peek_at(1)?) {
        (Some(b'0'), b'x' | b'X') => Some(u8::is_ascii_hexdigit),
        (Some(b'0'), b'o' | b'O') => Some(|digit| matches!(digit, b'0'..=b'7')),
        (Some(b'0'), b'b' | b'B') => Some(|digit| matches!(digit, b'0' | b'1')),
        _ => None,
    }
}

/// Digits, each with an underscore in front or without; whether there is one.
fn based_digits(scanner: &mut Scanner<'_>, digit: fn(&u8) -> bool) -> bool {
    let start = scanner.at();
    loop {
        let underscore = usize::from(scanner.peek() == Some(b'_'));
        if !scanner.peek_at(underscore).is_some_and(|byte| digit(&byte)) {
            return scanner.at() > start;
        }
        scanner.advance(underscore + 1);
    }
}

fn decimal(scanner: &mut Scanner<'_>) {
    decimal_digits(scanner);
    // `1..10` is a number and two dots.
    if scanner.peek() == Some(b'.') && scanner.peek_at(1) != Some(b'.') {
        scanner.advance(1);
        decimal_digits(scanner);
    }
    if matches!(scanner.peek(), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(scanner.peek_at(1), Some(b'+' | b'-')));
        if scanner.peek_at(1 + sign).is_some_and(|byte| byte.is_ascii_digit()) {
            scanner.advance(1 + sign);
            decimal_digits(scanner);
        }
    }
}

/// Digits with single underscores between them.
fn decimal_digits(scanner: &mut Scanner<'_>) {
    if scanner.peek().is_some_and(|byte| byte.is_ascii_digit()) {
        scanner.advance(1);
        let _some = based_digits(scanner, u8::is_ascii_digit);
    }
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

fn invalid(digit: fn(&u8) -> bool, start: usize) -> ParseError {
    let base = match (digit(&b'f'), digit(&b'7')) {
        (true, _) => "hexadecimal",
        (false, true) => "octal",
        (false, false) => "binary",
    };
    ParseError::token(SqlState::SYNTAX_ERROR, format!("invalid {base} integer"), start)
}

fn junk(after: &str, start: usize) -> ParseError {
    ParseError::token(SqlState::SYNTAX_ERROR, format!("trailing junk after {after}"), start)
}
