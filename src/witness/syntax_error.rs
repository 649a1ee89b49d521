//! PostgreSQL's own words for a syntax error, with the place.

use super::disagreement::guarded;
use super::reader::parse;

/// A syntax error as PostgreSQL reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// PostgreSQL's message; it quotes at most a token of the text.
    pub message: String,
    /// Byte offset of the token, when it is certain.
    pub offset: Option<u32>,
}

/// The error that PostgreSQL's grammar reports for a text of any number of statements; `None` when it accepts the text.
///
/// libpg_query's binding keeps the place to itself. The grammar reads from left to right and never looks past the token that it rejects, so the place is
/// the first occurrence of that token at which the text up to and including it fails with the same words; bisection finds it in a handful of parses.
pub fn syntax_error(text: &str) -> Option<SyntaxError> {
    guarded(|| Ok(parse(text).err().map(|message| SyntaxError { offset: place(text, &message), message }))).unwrap_or(None)
}

fn place(text: &str, message: &str) -> Option<u32> {
    if message.ends_with("at end of input") {
        return u32::try_from(text.len()).ok();
    }
    let (_, near) = message.split_once(" at or near \"")?;
    let token = near.strip_suffix('"').filter(|token| !token.is_empty())?;
    let places: Vec<usize> = text.match_indices(token).map(|(at, _)| at).filter(|at| stands_alone(text, *at, token)).collect();
    let fails = |at: &usize| {
        let end = at.saturating_add(token.len());
        text.get(..end).is_some_and(|head| parse(head).err().as_deref() == Some(message))
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
