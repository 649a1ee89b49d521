//! Identifiers and strings as SQL text: the only two ways in which a value becomes part of a statement; and that text in ASCII.

use std::borrow::Cow;

/// The identifier in double quotes, always: no keyword and no folding can change it.
pub fn quote_ident(name: &str) -> String {
    let mut quoted = String::with_capacity(name.len() + 2);
    quoted.push('"');
    for c in name.chars() {
        if c == '"' {
            quoted.push('"');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// The value as a string constant. Right only where standard_conforming_strings is on, which every upstream session pins.
pub fn quote_literal(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('\'');
    for c in value.chars() {
        if c == '\'' {
            quoted.push('\'');
        }
        quoted.push(c);
    }
    quoted.push('\'');
    quoted
}

/// The same SQL in ASCII: what is quoted by the two functions above and holds anything else is written `U&'…'` or `U&"…"`. A warehouse that is told to
/// speak its client's encoding reads it as it was meant, whatever that encoding makes of two bytes in a row. Characters outside of quotes, and quotes right
/// behind a word, stay: who sends the text looks for them.
pub fn in_ascii(sql: &str) -> Cow<'_, str> {
    if sql.is_ascii() {
        return Cow::Borrowed(sql);
    }
    let mut out = String::with_capacity(sql.len().saturating_mul(2));
    let mut rest = sql;
    while let Some(at) = rest.find(['\'', '"']) {
        let (before, from_quote) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let (quoted, after) = from_quote.split_at_checked(quoted_length(from_quote)).unwrap_or((from_quote, ""));
        out.push_str(before);
        let is_behind_word = before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '&'));
        match quoted.is_ascii() || is_behind_word {
            true => out.push_str(quoted),
            false => escape(quoted, &mut out),
        }
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The length of the string or identifier that stands at the front, its quotes included.
fn quoted_length(text: &str) -> usize {
    let mut characters = text.char_indices();
    let Some((_, quote)) = characters.next() else { return 0 };
    let mut is_doubled = false;
    for (at, c) in characters {
        match (c == quote, is_doubled) {
            (true, doubled) => is_doubled = !doubled,
            (false, true) => return at,
            (false, false) => {}
        }
    }
    text.len()
}

/// PostgreSQL: "String Constants with Unicode Escapes"; `str_udeescape`.
fn escape(quoted: &str, out: &mut String) {
    out.push_str("U&");
    for c in quoted.chars() {
        match u32::from(c) {
            0x5c => out.push_str("\\\\"),
            0..=0x7f => out.push(c),
            code @ 0x80..=0xffff => out.push_str(&format!("\\{code:04X}")),
            code => out.push_str(&format!("\\+{code:06X}")),
        }
    }
}

/// The name whose opening quote stands before the text, and what follows its closing one; `None` where it has none, or no character.
pub fn unquote_ident(quoted: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut characters = quoted.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        if c != '"' {
            name.push(c);
        } else if characters.next_if(|(_, next)| *next == '"').is_some() {
            name.push('"');
        } else {
            return (!name.is_empty()).then_some((name, quoted.get(at + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_written_in_ascii() {
        assert_eq!(in_ascii(r#"SELECT 'it''s \', "a""b""#), r#"SELECT 'it''s \', "a""b""#);
        let sql = r#"SELECT 'plain \', 'ü''\', "straße""n" AS x, '表'"#;
        assert_eq!(in_ascii(sql), r#"SELECT 'plain \', U&'\00FC''\\', U&"stra\00DFe""n" AS x, U&'\8868'"#);
        assert_eq!(in_ascii("'😀' || \"'ü\" || '\"ü'"), "U&'\\+01F600' || U&\"'\\00FC\" || U&'\"\\00FC'");
    }

    #[test]
    fn what_is_not_ours_to_write_so_is_left() {
        for sql in ["SELECT ü", "SELECT E'ü'", "SELECT U&'ü'", "SELECT n'ü'"] {
            assert_eq!(in_ascii(sql), sql);
        }
    }

    #[test]
    fn quotes_inside_are_doubled_and_nothing_else_changes() {
        assert_eq!(quote_ident(r#"we"ird"#), r#""we""ird""#);
        assert_eq!(quote_literal(r"it's \ fine"), r"'it''s \ fine'");
    }
}
