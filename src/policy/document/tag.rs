//! Tag patterns of mask rules and guardrails.

use std::fmt;

/// `pii.email` (that tag) or `pii.*` (every tag below `pii`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagPattern {
    literal: String,
    open: bool,
}

impl TagPattern {
    /// Reads a pattern: a tag, or a tag's beginning with `.*` behind it.
    pub fn parse(text: &str) -> Option<Self> {
        let (literal, open) = match text.strip_suffix(".*") {
            Some(literal) => (literal, true),
            None => (text, false),
        };
        let plain = !literal.is_empty() && !literal.contains('*') && !literal.contains(char::is_whitespace);
        plain.then(|| Self { literal: literal.to_owned(), open })
    }

    /// The tag is that one, or lies below.
    pub fn matches(&self, tag: &str) -> bool {
        match tag.strip_prefix(self.literal.as_str()) {
            Some("") => !self.open,
            Some(rest) => self.open && rest.starts_with('.'),
            None => false,
        }
    }

    /// Orders patterns that match one tag: the longer literal part is the more specific, and a whole tag beats an open one.
    pub fn specificity(&self) -> (usize, bool) {
        (self.literal.len(), !self.open)
    }
}

impl fmt::Display for TagPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.literal, if self.open { ".*" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_words_between_dots() {
        let matches = |pattern: &str, tag: &str| TagPattern::parse(pattern).unwrap().matches(tag);
        assert!(
            matches("pii.email", "pii.email") && !matches("pii.email", "pii.email2") && !matches("pii.email", "pii.email.work")
        );
        assert!(
            matches("pii.*", "pii.email")
                && matches("pii.*", "pii.a.b")
                && !matches("pii.*", "pii")
                && !matches("pii.*", "piix.a")
        );
        for wrong in ["", "*", ".*", "p*i", "pii.*.x", "a b"] {
            assert_eq!(TagPattern::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_longer_literal_part_is_the_more_specific() {
        let of = |pattern: &str| TagPattern::parse(pattern).unwrap().specificity();
        assert!(of("pii.email") > of("pii.*") && of("pii.a.*") > of("pii.*") && of("a.b") > of("a.*"));
    }
}
