//! Strings and quoted identifiers: the value, every escape undone.

use sqlparser::tokenizer::Token;

use crate::base::SqlState;

use super::super::ParseError;
use super::scanner::{Scanner, continues_word, starts_word};
use super::token;

/// 22025: an escape that names no character.
const INVALID_ESCAPE: &str = "invalid Unicode escape value";

/// `'…'`, with `''` for a quote, going on over line breaks.
pub(super) fn plain_string(scanner: &mut Scanner<'_>) -> Result<Token, ParseError> {
    scanner.advance(1);
    Ok(Token::SingleQuotedString(doubled(scanner)?))
}

/// The value up to the end of a string without backslash escapes; the opening quote is behind.
fn doubled(scanner: &mut Scanner<'_>) -> Result<String, ParseError> {
    let start = scanner.at();
    let mut value = String::new();
    loop {
        value.push_str(scanner.take_while(|byte| byte != b'\''));
        if scanner.peek().is_none() {
            return Err(unterminated("quoted string", start));
        }
        scanner.advance(1);
        if scanner.peek() == Some(b'\'') {
            scanner.advance(1);
            value.push('\'');
        } else if !scanner.continues_string()? {
            return Ok(value);
        }
    }
}

/// `B'…'` and `X'…'`
pub(super) fn bit_string(scanner: &mut Scanner<'_>) -> Result<Token, ParseError> {
    let start = scanner.at();
    let is_hex = matches!(scanner.peek(), Some(b'x' | b'X'));
    scanner.advance(2);
    let digits = doubled(scanner)?;
    if is_hex && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Token::HexStringLiteral(digits));
    }
    if !is_hex && digits.bytes().all(|byte| matches!(byte, b'0' | b'1')) {
        return Ok(Token::SingleQuotedByteStringLiteral(digits));
    }
    let digit = if is_hex { "hexadecimal" } else { "binary" };
    Err(ParseError::token(
        SqlState::INVALID_TEXT_REPRESENTATION,
        format!("invalid {digit} digit in a bit string constant"),
        start,
    ))
}

/// `$tag$…$tag$`
pub(super) fn dollar_string(scanner: &mut Scanner<'_>) -> Result<Token, ParseError> {
    let start = scanner.at();
    scanner.advance(1);
    if scanner.peek().is_some_and(starts_word) {
        scanner.take_while(|byte| continues_word(byte) && byte != b'$');
    }
    if scanner.peek() != Some(b'$') {
        return Err(ParseError::new(super::super::Reason::Syntax("$".to_owned()), Some(start)));
    }
    scanner.advance(1);
    let tag = scanner.since(start);
    match scanner.rest().split_once(tag) {
        Some((value, _)) => {
            scanner.advance(value.len() + tag.len());
            Ok(Token::SingleQuotedString(value.to_owned()))
        }
        None => Err(unterminated("dollar-quoted string", start)),
    }
}

/// `"…"`
pub(super) fn quoted_identifier(scanner: &mut Scanner<'_>) -> Result<Token, ParseError> {
    let start = scanner.at();
    scanner.advance(1);
    identifier(scanner, start).map(token::quoted_word)
}

/// The name up to the closing quote.
fn identifier(scanner: &mut Scanner<'_>, start: usize) -> Result<String, ParseError> {
    let mut name = String::new();
    loop {
        name.push_str(scanner.take_while(|byte| byte != b'"'));
        if scanner.peek().is_none() {
            return Err(unterminated("quoted identifier", start));
        }
        scanner.advance(1);
        if scanner.peek() != Some(b'"') {
            break;
        }
        scanner.advance(1);
        name.push('"');
    }
    if name.is_empty() {
        return Err(ParseError::token(SqlState::SYNTAX_ERROR, "zero-length delimited identifier", start));
    }
    Ok(name)
}

/// `E'…'`
pub(super) fn escape_string(scanner: &mut Scanner<'_>) -> Result<Token, ParseError> {
    let start = scanner.at();
    scanner.advance(2);
    let mut value: Vec<u8> = Vec::new();
    loop {
        value.extend_from_slice(scanner.take_while(|byte| byte != b'\'' && byte != b'\\').as_bytes());
        match scanner.peek() {
            None => return Err(unterminated("quoted string", start)),
            Some(b'\\') => escape(scanner, &mut value)?,
            Some(_) => {
                scanner.advance(1);
                if scanner.peek() == Some(b'\'') {
                    scanner.advance(1);
                    value.push(b'\'');
                } else if !scanner.continues_string()? {
                    break;
                }
            }
        }
    }
    // Escapes may write any byte: what they make must be text.
    match String::from_utf8(value) {
        Ok(text) if !text.contains('\0') => Ok(Token::SingleQuotedString(text)),
        _ => {
            let message = "invalid byte sequence for encoding \"UTF8\" in an escape string";
            Err(ParseError::token(SqlState::CHARACTER_NOT_IN_REPERTOIRE, message, start))
        }
    }
}

/// One backslash escape of `E'…'`.
fn escape(scanner: &mut Scanner<'_>, value: &mut Vec<u8>) -> Result<(), ParseError> {
    let start = scanner.at();
    scanner.advance(1);
    let Some(c) = scanner.next_char() else { return Err(unterminated("quoted string", start)) };
    match c {
        'b' => value.push(0x08),
        'f' => value.push(0x0c),
        'n' => value.push(b'\n'),
        'r' => value.push(b'\r'),
        't' => value.push(b'\t'),
        'u' => push_char(value, unicode_escape(scanner, 4, start)?),
        'U' => push_char(value, unicode_escape(scanner, 8, start)?),
        'x' if scanner.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) => {
            let digits = take_digits(scanner, 2, 16);
            value.push(u8::try_from(digits & 0xff).unwrap_or(0));
        }
        '0'..='7' => {
            scanner.back_to(start + 1);
            let digits = take_digits(scanner, 3, 8);
            value.push(u8::try_from(digits & 0xff).unwrap_or(0));
        }
        other => push_char(value, other),
    }
    Ok(())
}

fn push_char(value: &mut Vec<u8>, c: char) {
    value.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// The number of at most `count` digits.
fn take_digits(scanner: &mut Scanner<'_>, count: usize, radix: u32) -> u32 {
    let mut number = 0_u32;
    for _ in 0..count {
        let Some(digit) = scanner.peek().and_then(|byte| char::from(byte).to_digit(radix)) else { break };
        number = number.wrapping_mul(radix).wrapping_add(digit);
        scanner.advance(1);
    }
    number
}

/// `\uXXXX` of `E'…'`, where two halves of a surrogate pair make one character.
fn unicode_escape(scanner: &mut Scanner<'_>, digits: usize, start: usize) -> Result<char, ParseError> {
    let first = exact_hex(scanner, digits, start)?;
    if !(0xd800..0xdc00).contains(&first) {
        return character(first, start);
    }
    let length = match (scanner.peek(), scanner.peek_at(1)) {
        (Some(b'\\'), Some(b'u')) => 4,
        (Some(b'\\'), Some(b'U')) => 8,
        _ => return Err(bad_escape("invalid Unicode surrogate pair", start)),
    };
    scanner.advance(2);
    let second = exact_hex(scanner, length, start)?;
    pair(first, second, start)
}

/// `U&'…'`
pub(super) fn unicode_string(scanner: &mut Scanner<'_>) -> Result<Token, ParseError> {
    let start = scanner.at();
    scanner.advance(3);
    let raw = doubled(scanner)?;
    let escape = escape_character(scanner)?;
    Ok(Token::SingleQuotedString(unescape(&raw, escape, start)?))
}

/// `U&"…"`
pub(super) fn unicode_identifier(scanner: &mut Scanner<'_>) -> Result<Token, ParseError> {
    let start = scanner.at();
    scanner.advance(3);
    let raw = identifier(scanner, start)?;
    let escape = escape_character(scanner)?;
    unescape(&raw, escape, start).map(token::quoted_word)
}

/// `UESCAPE 'c'`, when it follows; else the backslash.
fn escape_character(scanner: &mut Scanner<'_>) -> Result<char, ParseError> {
    let end = scanner.at();
    scanner.skip_blank()?;
    let word_at = scanner.at();
    if !scanner.word().eq_ignore_ascii_case("uescape") {
        scanner.back_to(end);
        return Ok('\\');
    }
    scanner.skip_blank()?;
    if scanner.peek() != Some(b'\'') {
        return Err(ParseError::token(SqlState::SYNTAX_ERROR, "UESCAPE must be followed by a simple string literal", word_at));
    }
    scanner.advance(1);
    let value = doubled(scanner)?;
    let mut characters = value.chars();
    match (characters.next(), characters.next()) {
        (Some(c), None) if c.is_ascii() && !c.is_ascii_hexdigit() && !"+'\" \t\n\r\x0c".contains(c) => Ok(c),
        _ => Err(ParseError::token(SqlState::SYNTAX_ERROR, "invalid Unicode escape character", word_at)),
    }
}

/// Undoes the escapes of `U&'…'` and `U&"…"` (`str_udeescape` of parser.c).
fn unescape(raw: &str, escape: char, start: usize) -> Result<String, ParseError> {
    let mut value = String::with_capacity(raw.len());
    let mut scanner = Scanner::new(raw);
    while let Some(c) = scanner.next_char() {
        if c != escape {
            value.push(c);
            continue;
        }
        if scanner.rest().starts_with(escape) {
            scanner.next_char();
            value.push(escape);
            continue;
        }
        let first = escaped_number(&mut scanner, start)?;
        if !(0xd800..0xdc00).contains(&first) {
            value.push(character(first, start)?);
            continue;
        }
        if scanner.next_char() != Some(escape) {
            return Err(bad_escape("invalid Unicode surrogate pair", start));
        }
        let second = escaped_number(&mut scanner, start)?;
        value.push(pair(first, second, start)?);
    }
    Ok(value)
}

/// `XXXX` or `+XXXXXX`
fn escaped_number(scanner: &mut Scanner<'_>, start: usize) -> Result<u32, ParseError> {
    if scanner.peek() == Some(b'+') {
        scanner.advance(1);
        return exact_hex(scanner, 6, start);
    }
    exact_hex(scanner, 4, start)
}

fn exact_hex(scanner: &mut Scanner<'_>, count: usize, start: usize) -> Result<u32, ParseError> {
    let before = scanner.at();
    let number = take_digits(scanner, count, 16);
    if scanner.at() - before != count {
        return Err(bad_escape("invalid Unicode escape", start));
    }
    Ok(number)
}

fn character(number: u32, start: usize) -> Result<char, ParseError> {
    char::from_u32(number).filter(|c| *c != '\0').ok_or_else(|| bad_escape(INVALID_ESCAPE, start))
}

fn pair(first: u32, second: u32, start: usize) -> Result<char, ParseError> {
    if !(0xdc00..0xe000).contains(&second) {
        return Err(bad_escape("invalid Unicode surrogate pair", start));
    }
    character(0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff), start)
}

fn bad_escape(message: &'static str, start: usize) -> ParseError {
    ParseError::token(SqlState::SYNTAX_ERROR, message, start)
}

fn unterminated(what: &str, start: usize) -> ParseError {
    ParseError::token(SqlState::SYNTAX_ERROR, format!("unterminated {what}"), start)
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, lex};
    use super::*;

    fn value(text: &str) -> String {
        let tokens = lex(text, Dialect::Client).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(tokens.len(), 1, "{text}: {tokens:?}");
        if let Token::SingleQuotedString(value) = &tokens[0].token {
            return value.clone();
        }
        let Token::Word(word) = &tokens[0].token else { panic!("{tokens:?}") };
        word.value.clone()
    }

    #[test]
    fn every_kind_of_string_has_the_value_that_postgresql_gives_it() {
        for (text, expected) in [
            ("'it''''s'", "it''s"),
            (r"'a\'", r"a\"),
            (r"E'\x41\102\tC\'\q'", "AB\tC'q"),
            ("$$it's$$", "it's"),
            ("$tag$a$$b$tag$", "a$$b"),
            ("'a'\n  'b'", "ab"),
            (r"U&'d\0061t\+000061'", "data"),
            (r"U&'d!0061!!' UESCAPE '!'", "da!"),
            (r"E'\u0061\uD83D\uDE00'", "a😀"),
            (r#"U&"d\0061t""#, "dat"),
            ("\"we\"\"ird\"", "we\"ird"),
            ("FooÄ", "fooÄ"),
            ("E'a''b'", "a'b"),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_string_is_an_error() {
        for text in [
            "'a",
            "'a' -- why\n 'b'",
            "$$a",
            "\"\"",
            "\"a",
            r"E'\x00'",
            r"E'\xff'",
            r"E'\uD83D'",
            r"U&'\00'",
            "/* /* */",
            "B'12'",
            "12abc",
            "0x1G",
            "0b2",
            "1__000",
            "$1a",
            "$a",
            "a\u{0}b",
        ] {
            assert!(lex(text, Dialect::Client).is_err(), "{text}");
        }
    }

    #[test]
    fn strings_on_one_line_do_not_run_together() {
        let tokens = lex("'a' 'b'", Dialect::Client).expect("tokens");
        assert_eq!(tokens.len(), 2);
    }
}
