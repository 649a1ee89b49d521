//! Makes text that a client or a server controls safe to store and to print: bounded, without control characters.

use crate::base::is_printable;

/// Longest name (user, database, relation, application) in a record, in characters.
pub(super) const NAME_CHARACTERS: usize = 256;
/// Longest sentence (purpose, reason, error message) in a record, in characters.
pub(super) const SENTENCE_CHARACTERS: usize = 2_000;
/// Longest statement text in a record, in characters; `limits.statement_bytes` normally stops longer ones before.
pub(super) const STATEMENT_CHARACTERS: usize = 1_048_576;

/// One line: every control or direction character becomes U+FFFD; longer than `limit` characters ends in `…`.
pub(super) fn line(text: &str, limit: usize) -> String {
    clean(text, limit, false)
}

/// Statement text: as [`line()`], but line breaks and tabs stay.
pub(super) fn statement(text: &str) -> String {
    clean(text, STATEMENT_CHARACTERS, true)
}

fn clean(text: &str, limit: usize, keep_layout: bool) -> String {
    let mut cleaned = String::with_capacity(text.len().min(limit));
    for (at, character) in text.chars().enumerate() {
        if at >= limit {
            cleaned.push('…');
            break;
        }
        let layout = matches!(character, '\n' | '\r' | '\t');
        let keep = if layout { keep_layout } else { is_printable(character) };
        cleaned.push(if keep { character } else { char::REPLACEMENT_CHARACTER });
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_direction_characters_do_not_get_through() {
        assert_eq!(line("a\x1b[31m\u{9b}b\u{202e}c\nd", 100), "a\u{fffd}[31m\u{fffd}b\u{fffd}c\u{fffd}d");
        assert_eq!(statement("SELECT 1\n\t, 'é'\0"), "SELECT 1\n\t, 'é'\u{fffd}");
    }

    #[test]
    fn text_is_bounded_in_characters() {
        assert_eq!(line("ééé", 2), "éé…");
        assert_eq!(line("éé", 2), "éé");
    }
}
