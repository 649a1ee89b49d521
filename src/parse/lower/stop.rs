//! The error for a token that may not stand where it stands: a construct that has a name is refused by it, everything else is a syntax error.
#![expect(clippy::wildcard_enum_match_arm, reason = "of all tokens, what is not looked for here is an error where it is read")]

use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::parse::Reason;
use crate::parse::lexer::token::{marked, name, offset, plain};

/// The end of the text, for comparisons with other places.
const END: usize = usize::MAX;

/// Why this token is not accepted, and where it stands.
pub(in crate::parse) fn stopped_at(token: &TokenWithSpan) -> (Reason, Option<usize>) {
    if token.token == Token::EOF {
        return (Reason::EndOfInput, Some(END));
    }
    (reason(&token.token), offset(token.span))
}

fn reason(token: &Token) -> Reason {
    match plain(token) {
        Some("insert") => Reason::Write("INSERT".into()),
        Some("update") => Reason::Write("UPDATE".into()),
        Some("delete") => Reason::Write("DELETE".into()),
        Some("merge") => Reason::Write("MERGE".into()),
        Some("into") => Reason::Write("SELECT INTO".into()),
        Some("for") => Reason::Unsupported("a row-locking clause".into()),
        _ => Reason::Syntax(near(token)),
    }
}

/// What two tokens, one behind the other, can only be part of.
pub(in crate::parse) fn refusal_in(token: &TokenWithSpan, next: &TokenWithSpan) -> Option<Reason> {
    match (plain(&token.token), plain(&next.token)) {
        (Some("into"), _) => Some(Reason::Write("SELECT INTO".into())),
        (Some("for"), Some("update" | "share" | "no" | "key")) => Some(reason(&token.token)),
        (None, Some("insert" | "update" | "delete" | "merge")) if token.token == Token::LParen => Some(reason(&next.token)),
        _ => None,
    }
}

/// What the message quotes: never the text of a constant.
fn near(token: &Token) -> String {
    // A mark of ours begins with the word that it stands for, or is the number of what stood in a parenthesis.
    if let Some(mark) = marked(token) {
        let word = mark.split(' ').next().unwrap_or_default();
        return if word.starts_with(|c: char| c.is_ascii_digit()) { "(".to_owned() } else { word.to_owned() };
    }
    match token {
        Token::SingleQuotedString(_) | Token::SingleQuotedByteStringLiteral(_) | Token::HexStringLiteral(_) => "'…'".to_owned(),
        Token::Number(_, _) => "…".to_owned(),
        other => name(other).map_or_else(|| other.to_string(), str::to_owned),
    }
}
