//! PostgreSQL's own words for a syntax error, with the place.

use crate::base::SqlState;

use super::disagreement::guarded;
use super::reader::{Unread, parse};

/// The longest message, in bytes: what it quotes may be all of the text.
const MESSAGE_BYTES: usize = 8 * 1024;

/// A syntax error as PostgreSQL reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub sqlstate: SqlState,
    /// PostgreSQL's message; it quotes at most a token of the text.
    pub message: String,
    /// Byte offset of the token, when it is certain.
    pub offset: Option<u32>,
}

impl SyntaxError {
    /// The message for the record, which keeps no constant: `syntax error at or near "'secret'"` quotes one, an unterminated string all that follows it.
    pub fn without_constants(&self) -> &str {
        match self.message.split_once(NEAR) {
            Some((before, token)) if !is_word_or_symbol(token.strip_suffix('"').unwrap_or(token)) => before,
            Some(_) | None => &self.message,
        }
    }
}

fn is_word_or_symbol(token: &str) -> bool {
    let is_word = !token.starts_with(|c: char| c.is_ascii_digit()) && token.chars().all(|c| c.is_alphanumeric() || c == '_');
    let is_symbol = |c: char| c.is_ascii_punctuation() && !matches!(c, '\'' | '"' | '$');
    is_word || (token.chars().all(is_symbol) && !token.starts_with("/*"))
}

/// What stands between PostgreSQL's words and the token that it quotes.
const NEAR: &str = " at or near \"";

/// The messages of the grammar that have another code than 42601 (PostgreSQL: gram.y, scan.l).
const OTHER_CODES: &[(&str, SqlState)] = &[
    ("EXCLUDE clause not supported", SqlState::FEATURE_NOT_SUPPORTED),
    ("frame end cannot be", SqlState::WINDOWING_ERROR),
    ("frame start cannot be", SqlState::WINDOWING_ERROR),
    ("frame starting from", SqlState::WINDOWING_ERROR),
    ("invalid byte sequence for encoding", SqlState::CHARACTER_NOT_IN_REPERTOIRE),
    ("unrecognized JSON encoding", SqlState::INVALID_PARAMETER_VALUE),
    ("unsafe use of string constant", SqlState::FEATURE_NOT_SUPPORTED),
    ("unsafe use of \\'", SqlState::NONSTANDARD_USE_OF_ESCAPE_CHARACTER),
];

/// The error that PostgreSQL's grammar reports for a text of any number of statements; `None` when it accepts the text or gives no verdict.
///
/// libpg_query's binding keeps the place to itself. The grammar reads from left to right and never looks past the token that it rejects, so the place is
/// the first occurrence of that token at which the text up to and including it fails with the same words; bisection finds it in a handful of parses.
pub fn syntax_error(text: &str) -> Option<SyntaxError> {
    let found = guarded(|| {
        Ok(match parse(text) {
            Err(Unread::Syntax(message)) => {
                let offset = place(text, &message);
                Some(SyntaxError { sqlstate: sqlstate(&message), message: bounded(message), offset })
            }
            Ok(_) | Err(Unread::Failed(_) | Unread::Warnings) => None,
        })
    });
    found.unwrap_or(None)
}

fn sqlstate(message: &str) -> SqlState {
    let found = OTHER_CODES.iter().find(|(begin, _)| message.starts_with(begin));
    found.map_or(SqlState::SYNTAX_ERROR, |(_, sqlstate)| *sqlstate)
}

fn bounded(mut message: String) -> String {
    let end = (0..=MESSAGE_BYTES.min(message.len())).rev().find(|at| message.is_char_boundary(*at)).unwrap_or(0);
    message.truncate(end);
    message
}

fn place(text: &str, message: &str) -> Option<u32> {
    if message.ends_with("at end of input") {
        return u32::try_from(text.len()).ok();
    }
    let (_, near) = message.split_once(NEAR)?;
    let token = near.strip_suffix('"').filter(|token| !token.is_empty())?;
    let places: Vec<usize> = text.match_indices(token).map(|(at, _)| at).filter(|at| stands_alone(text, *at, token)).collect();
    let fails = |at: &usize| {
        let end = at.saturating_add(token.len());
        text.get(..end).is_some_and(|head| matches!(parse(head), Err(Unread::Syntax(found)) if found == message))
    };
    let first = places.partition_point(|at| !fails(at));
    places.get(first).filter(|at| fails(at)).and_then(|at| u32::try_from(*at).ok())
}

/// Whether an occurrence of a word is not a part of a longer one.
fn stands_alone(text: &str, at: usize, token: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$');
    let before = text.get(..at).and_then(|head| head.chars().next_back());
    let after = at.checked_add(token.len()).and_then(|end| text.get(end..)).and_then(|tail| tail.chars().next());
    let grows_left = token.starts_with(is_word) && before.is_some_and(is_word);
    let grows_right = token.ends_with(is_word) && after.is_some_and(is_word);
    !grows_left && !grows_right
}
