//! What may happen to a text: characters and words put in, taken away, doubled, exchanged.

use super::choices::Choices;

/// So many bytes decide what is done.
pub(super) const MOST_BYTES: usize = 12;

const PIECES: &[&str] = &[
    "'",
    "\"",
    "(",
    ")",
    "--",
    "/*",
    "*/",
    ";",
    "$$",
    "\\",
    "E'",
    "U&\"",
    ",",
    " AS ",
    " FROM ",
    " UNION ",
    " customers ",
    "::",
    ".",
    "*",
    "\n",
    "\r",
    "\u{a0}",
    "\u{0}",
    "é",
    "[",
    "]",
    " OR ",
    " NOT ",
    " ONLY ",
    " WITH ",
    " LATERAL ",
    " IS ",
    "1",
    "x",
    " INTO y ",
    " FOR UPDATE",
    "@",
    "?",
    ":",
    " ssn ",
    " crm.vault ",
    "pg_",
    "0x",
    "\u{feff}",
    "😀",
    " t.",
    " \"t\".",
    "(t)",
    " VARIADIC ",
    " DISTINCT ",
    " OFFSET 0 ",
    " NULL ",
    "::regclass",
    " crm.",
    " OPERATOR(pg_catalog.=) ",
    " COLLATE ",
    "{",
    "}",
];

pub(super) fn damaged(text: &str, choices: &mut Choices<'_>) -> String {
    let mut text = text.to_owned();
    for _ in 0..choices.below(4) {
        text = match choices.below(4) {
            0 | 1 => characters(&text, choices),
            2 => words(&text, choices),
            _ => cut(&text, choices),
        };
    }
    text
}

/// Puts a piece between two characters.
fn characters(text: &str, choices: &mut Choices<'_>) -> String {
    let count = text.chars().count();
    let at = choices.below(count + 1);
    let head: String = text.chars().take(at).collect();
    let tail: String = text.chars().skip(at).collect();
    format!("{head}{}{tail}", choices.one(PIECES))
}

/// Takes some characters away.
fn cut(text: &str, choices: &mut Choices<'_>) -> String {
    let at = choices.below(text.chars().count() + 1);
    let length = 1 + choices.below(4);
    text.chars().enumerate().filter(|(index, _)| *index < at || *index >= at + length).map(|(_, character)| character).collect()
}

/// Doubles a word, or exchanges two.
fn words(text: &str, choices: &mut Choices<'_>) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    let (left, right) = (choices.below(words.len()), choices.below(words.len()));
    if choices.once_in(2) {
        words.swap(left, right);
    } else {
        words.insert(left, words[right]);
    }
    words.join(" ")
}
