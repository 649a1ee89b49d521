//! `\'` in an escape string: PostgreSQL refuses it of clients whose encoding has the backslash as a second byte (`backslash_quote = safe_encoding`).

use super::lexer::token::{end_offset, offset};
use super::lexer::{Dialect, lex};

/// Byte offset of the first string of a text that holds a quote behind a backslash.
pub fn escaped_quote(text: &str) -> Option<usize> {
    // Nearly every text: there is none.
    if !text.contains("\\'") {
        return None;
    }
    let tokens = lex(text, Dialect::Client).ok()?;
    tokens.iter().find_map(|token| {
        let start = offset(token.span)?;
        let written = text.get(start..end_offset(token.span)?)?;
        let string = written.strip_prefix(['e', 'E'])?.strip_prefix('\'')?;
        has_escaped_quote(string).then_some(start)
    })
}

/// Behind the first quote of an escape string, which may go on in the next line.
fn has_escaped_quote(string: &str) -> bool {
    let mut bytes = string.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'\\' && bytes.next() == Some(b'\'') {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_quote_behind_a_backslash_in_an_escape_string_counts() {
        assert_eq!(escaped_quote(r"SELECT 'ü', E'a\'b'"), Some(13));
        assert_eq!(escaped_quote(r"SELECT e'\\\''"), Some(7));
        assert_eq!(escaped_quote("SELECT e'a'\n'b\\''"), Some(7));
        for text in [r"SELECT '\'", r"SELECT E'\\'", r"SELECT E'a''b', $$\'$$, '\' -- \'", r#"SELECT "e\'""#, "SELECT 1"] {
            assert_eq!(escaped_quote(text), None, "{text}");
        }
    }
}
