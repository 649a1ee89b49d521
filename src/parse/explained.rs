//! A text as PostgreSQL's grammar may read it, which knows no EXPLAIN POLICY.

use std::borrow::Cow;

use sqlparser::tokenizer::Token;

use super::lexer::token::{end_offset, offset, plain};
use super::lexer::{Dialect, lex};

/// The text with a blank for each byte of the words EXPLAIN POLICY where a statement begins with them, so that every place stays; `None` where it is no
/// sequence of tokens.
pub fn without_explain_policy(text: &str) -> Option<Cow<'_, str>> {
    if !text.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word.eq_ignore_ascii_case("policy")) {
        return Some(Cow::Borrowed(text));
    }
    let tokens = lex(text, Dialect::Client).ok()?;
    let statements = tokens.split(|token| token.token == Token::SemiColon);
    let mut bytes = text.as_bytes().to_vec();
    for statement in statements {
        if let [explain, policy, _, ..] = statement
            && plain(&explain.token) == Some("explain")
            && plain(&policy.token) == Some("policy")
        {
            for word in [explain, policy] {
                bytes.get_mut(offset(word.span)?..end_offset(word.span)?)?.fill(b' ');
            }
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_become_blanks_where_a_statement_begins() {
        let blanked = |text| without_explain_policy(text).map(Cow::into_owned);
        assert_eq!(blanked("SELECT 1"), Some("SELECT 1".to_owned()));
        assert_eq!(
            blanked("SELECT 'ä'; Explain\n/**/policy SELECT 1"),
            Some("SELECT 'ä';        \n/**/       SELECT 1".to_owned())
        );
        assert_eq!(blanked("SELECT explain policy"), Some("SELECT explain policy".to_owned()));
        assert_eq!(blanked("SELECT 'explain policy'"), Some("SELECT 'explain policy'".to_owned()));
        assert_eq!(blanked("EXPLAIN POLICY SELECT 'x"), None);
    }
}
