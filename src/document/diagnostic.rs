//! One mistake in a configuration file, and the list of all of them.

use std::fmt;

use super::span::Span;
use super::suggest::suggest;

/// How much of a written value a message repeats.
const ECHO_CHARS: usize = 60;

/// A mistake (or a warning) and its place. Prints as `file:line:column: message`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    pub at: Span,
    pub message: String,
}

impl Diagnostic {
    /// A mistake at a place. The message is lower case and has no full stop; it never repeats a secret.
    pub fn new(at: Span, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.message)
    }
}

/// All mistakes so far. As an error it prints one per line, sorted by place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// None yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Notes a mistake.
    pub fn push(&mut self, at: &Span, message: impl Into<String>) {
        self.0.push(Diagnostic::new(at.clone(), message));
    }

    /// Notes that `name` is not one of `known`, with the nearest of them.
    pub fn unknown<'k>(&mut self, at: &Span, what: &str, name: &str, known: impl IntoIterator<Item = &'k str>) {
        self.unknown_in(at, what, name, "", known);
    }

    /// The same, with what was searched: `in relation "customers"`.
    pub fn unknown_in<'k>(&mut self, at: &Span, what: &str, name: &str, within: &str, known: impl IntoIterator<Item = &'k str>) {
        let hint = suggest(name, known).map(|near| format!(" (did you mean {}?)", quoted(near)));
        let space = if within.is_empty() { "" } else { " " };
        self.push(at, format!("unknown {what} {}{space}{within}{}", quoted(name), hint.unwrap_or_default()));
    }

    /// Notes something that is valid and that this version cannot do.
    pub fn not_implemented(&mut self, at: &Span, what: &str) {
        self.push(at, format!("{what} is not implemented yet"));
    }

    /// Takes the mistakes of another list over.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// No mistake was noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many mistakes were noted.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Sorted by place; what was told twice is told once.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.0.sort();
        self.0.dedup();
        self.0
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sorted = self.clone().into_sorted();
        for (number, diagnostic) in sorted.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// A written value in quotes, cut to a line's length, control characters escaped.
pub fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(ECHO_CHARS).flat_map(escape).collect();
    if text.chars().nth(ECHO_CHARS).is_some() {
        short.push('…');
    }
    format!("\"{short}\"")
}

fn escape(c: char) -> Vec<char> {
    if c.is_control() { c.escape_default().collect() } else { vec![c] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_once_and_in_the_order_of_the_files() {
        let place = |file: &str, line| Span { file: file.into(), line, column: 1 };
        let mut all = Diagnostics::new();
        all.push(&place("b.yaml", 1), "second");
        all.push(&place("a.yaml", 10), "first");
        all.push(&place("a.yaml", 9), "zeroth");
        all.push(&place("b.yaml", 1), "second");
        assert_eq!(all.to_string(), "a.yaml:9:1: zeroth\na.yaml:10:1: first\nb.yaml:1:1: second");
    }

    #[test]
    fn a_long_or_strange_value_is_repeated_in_part_and_on_one_line() {
        assert_eq!(quoted("a\nb"), "\"a\\nb\"");
        assert_eq!(quoted(&"é".repeat(80)).chars().count(), ECHO_CHARS + 3);
    }
}
