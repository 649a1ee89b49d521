//! Making tokens, and reading what they carry.

use sqlparser::ast::Ident;
use sqlparser::keywords::{ALL_KEYWORDS, ALL_KEYWORDS_INDEX, Keyword};
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Word};

/// Bytes of a name that PostgreSQL keeps (`NAMEDATALEN` - 1).
pub(in crate::parse) const NAME_BYTES: usize = 63;

/// The quote of a word that the gate itself put into the token stream. Our lexer makes no such word of any text; sqlparser can print it.
const MARK: char = '`';

/// The quote of a variable of a row filter.
const VARIABLE: char = '[';

/// The words on which sqlparser's grammar for queries may act. Every other word is a plain word to it, so that the keywords of other
/// products mean nothing here; words of PostgreSQL that are not in this list are known to our own hooks by their text.
#[rustfmt::skip]
const GRAMMAR: &[&str] = &[
    "all", "and", "as", "asc", "by", "cross", "desc", "distinct", "except", "first", "from", "full", "group", "having", "inner",
    "intersect", "join", "last", "lateral", "left", "limit", "materialized", "natural", "not", "nulls", "offset", "on", "or",
    "order", "ordinality", "outer", "recursive", "right", "row", "rows", "select", "tablesample", "union", "using", "values",
    "where", "window", "with",
];

/// A word without quotes, folded and cut as PostgreSQL does it.
pub(super) fn word(written: &str) -> Token {
    let folded = written.to_ascii_lowercase();
    let keyword = match GRAMMAR.binary_search(&folded.as_str()) {
        Ok(_) => keyword(&folded),
        Err(_) => Keyword::NoKeyword,
    };
    Token::Word(Word { value: cut(folded), quote_style: None, keyword })
}

/// A word in quotes, its escapes undone.
pub(super) fn quoted_word(name: String) -> Token {
    Token::Word(Word { value: cut(name), quote_style: Some('"'), keyword: Keyword::NoKeyword })
}

/// A word that no client can write.
pub(in crate::parse) fn mark(value: impl Into<String>) -> Token {
    Token::Word(Word { value: value.into(), quote_style: Some(MARK), keyword: Keyword::NoKeyword })
}

/// The same as an identifier, for places in sqlparser's tree.
pub(in crate::parse) fn mark_ident(value: impl Into<String>) -> Ident {
    Ident { value: value.into(), quote_style: Some(MARK), span: Span::empty() }
}

/// A variable of a row filter.
pub(super) fn variable(written: &str) -> Token {
    Token::Word(Word { value: written.to_ascii_lowercase(), quote_style: Some(VARIABLE), keyword: Keyword::NoKeyword })
}

/// A word that the grammar for queries acts on.
pub(in crate::parse) fn grammar_word(text: &str) -> Token {
    Token::Word(Word { value: text.to_owned(), quote_style: None, keyword: keyword(text) })
}

fn keyword(folded: &str) -> Keyword {
    let upper = folded.to_ascii_uppercase();
    let found = ALL_KEYWORDS.binary_search(&upper.as_str()).ok();
    found.and_then(|index| ALL_KEYWORDS_INDEX.get(index)).copied().unwrap_or(Keyword::NoKeyword)
}

/// Cuts a name to 63 bytes without cutting a character (`truncate_identifier`).
fn cut(mut name: String) -> String {
    if name.len() > NAME_BYTES {
        let end = (0..=NAME_BYTES).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
        name.truncate(end);
    }
    name
}

/// A span whose columns are byte offsets, plus one: column 0 means that sqlparser made the span.
pub(super) fn span(start: usize, end: usize) -> Span {
    Span { start: location(start), end: location(end) }
}

fn location(offset: usize) -> Location {
    Location { line: 1, column: (offset as u64).saturating_add(1) }
}

/// The byte offset at which a span starts.
pub(in crate::parse) fn offset(span: Span) -> Option<usize> {
    if span.start.line == 0 {
        return None;
    }
    span.start.column.checked_sub(1).and_then(|offset| usize::try_from(offset).ok())
}

/// The byte offset at which a span ends.
pub(in crate::parse) fn end_offset(span: Span) -> Option<usize> {
    span.end.column.checked_sub(1).and_then(|offset| usize::try_from(offset).ok())
}

/// Moves a token `start` bytes towards the beginning.
pub(in crate::parse) fn shift(token: TokenWithSpan, start: usize) -> TokenWithSpan {
    let from = offset(token.span).unwrap_or(0).saturating_sub(start);
    let to = end_offset(token.span).unwrap_or(0).saturating_sub(start);
    TokenWithSpan { token: token.token, span: span(from, to) }
}

/// The text of a word without quotes.
pub(in crate::parse) fn plain(token: &Token) -> Option<&str> {
    match word_of(token)? {
        Word { value, quote_style: None, keyword: _ } => Some(value),
        Word { value: _, quote_style: Some(_), keyword: _ } => None,
    }
}

/// The text of a word that stands for a name, with quotes or without: not a mark.
pub(in crate::parse) fn name(token: &Token) -> Option<&str> {
    match word_of(token)? {
        Word { value, quote_style: None | Some('"'), keyword: _ } => Some(value),
        Word { value: _, quote_style: Some(_), keyword: _ } => None,
    }
}

/// The text of a word that the gate itself made.
pub(in crate::parse) fn marked(token: &Token) -> Option<&str> {
    match word_of(token)? {
        Word { value, quote_style: Some(MARK), keyword: _ } => Some(value),
        Word { value: _, quote_style: _, keyword: _ } => None,
    }
}

/// The text of an identifier that the gate itself made.
pub(in crate::parse) fn marked_ident(ident: &Ident) -> Option<&str> {
    (ident.quote_style == Some(MARK)).then_some(ident.value.as_str())
}

/// The name of a variable of a row filter.
pub(in crate::parse) fn variable_name(token: &Token) -> Option<&str> {
    match word_of(token)? {
        Word { value, quote_style: Some(VARIABLE), keyword: _ } => Some(value),
        Word { value: _, quote_style: _, keyword: _ } => None,
    }
}

fn word_of(token: &Token) -> Option<&Word> {
    if let Token::Word(word) = token { Some(word) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_grammar_are_sorted_and_known_to_sqlparser() {
        assert!(GRAMMAR.is_sorted());
        for word in GRAMMAR {
            assert_ne!(keyword(word), Keyword::NoKeyword, "{word}");
        }
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        assert_eq!(cut("a".repeat(64)).len(), 63);
        assert_eq!(cut(format!("{}é", "a".repeat(62))), "a".repeat(62));
    }
}
