//! The reviewed table of all SQLSTATEs: which sentence stands for what the warehouse says.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::base::{Severity, SqlState};

/// What leaves of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// PostgreSQL's one sentence for the code, word for word.
    Constant,
    /// Nothing beyond the code.
    Generic,
    /// PostgreSQL's sentence without its values and names.
    Template,
}

/// One SQLSTATE.
#[derive(Debug)]
pub(super) struct Entry {
    /// Read by the page that documents the table, and by its tests.
    #[cfg_attr(not(test), expect(dead_code, reason = "documentation"))]
    pub kind: Kind,
    /// PostgreSQL's name for the code.
    #[cfg_attr(not(test), expect(dead_code, reason = "documentation"))]
    pub condition: &'static str,
    /// Holds no value and no name.
    pub sentence: &'static str,
    /// Sentences of PostgreSQL's that are nothing but themselves, and leave when they are what the warehouse says.
    pub word_for_word: Vec<&'static str>,
}

/// A notice or warning that leaves.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ToldNotice {
    pub severity: Severity,
    pub code: &'static str,
    /// Word for word, but for `#`, a number of the client's own text, and `: …` at the end, behind which nothing leaves.
    pub sentence: &'static str,
}

impl ToldNotice {
    /// What leaves of that message, if it is this one.
    fn told(&self, message: &str) -> Option<String> {
        if let Some(sentence) = self.sentence.strip_suffix(": …") {
            let rest = message.strip_prefix(sentence)?;
            return rest.starts_with(": ").then(|| sentence.to_owned());
        }
        let mut rest = message;
        for (at, piece) in self.sentence.split('#').enumerate() {
            if at > 0 {
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                rest = rest.get(end..).filter(|_| (1..=LONGEST_NUMBER).contains(&end))?;
            }
            rest = rest.strip_prefix(piece)?;
        }
        rest.is_empty().then(|| message.to_owned())
    }
}

/// Digits of a type's modifier.
const LONGEST_NUMBER: usize = 10;

/// The table as it is read.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub entries: BTreeMap<&'static str, Entry>,
    pub notices: Vec<ToldNotice>,
    /// Lines that do not read: a test sees to it that there are none.
    pub unread: Vec<&'static str>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| read(include_str!("errors.txt")));

/// For codes that are in no version of PostgreSQL: functions can raise any.
const UNKNOWN: &str = "the warehouse cannot run the statement";

/// The whole table, for the page and the tests.
#[cfg(test)]
pub(super) fn table() -> &'static Table {
    &TABLE
}

/// What the client reads of an error that says `message`: a sentence of the table, whatever the warehouse says.
pub(super) fn sentence(sqlstate: SqlState, message: &str) -> &'static str {
    let class = format!("{}000", sqlstate.class());
    match (TABLE.entries.get(sqlstate.as_str()), TABLE.entries.get(class.as_str())) {
        (Some(entry), _) => entry.word_for_word.iter().find(|told| **told == message).copied().unwrap_or(entry.sentence),
        (None, Some(class)) => class.sentence,
        (None, None) => UNKNOWN,
    }
}

/// What leaves of a notice, if it is one of those that do.
pub(super) fn notice(severity: Severity, sqlstate: SqlState, message: &str) -> Option<String> {
    let mut known = TABLE.notices.iter().filter(|told| told.severity == severity && told.code == sqlstate.as_str());
    known.find_map(|told| told.told(message))
}

fn read(text: &'static str) -> Table {
    let mut table = Table::default();
    let mut last = None;
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let entry = last.and_then(|code| table.entries.get_mut(code));
        match (line.strip_prefix("  = "), line.split_once(" | "), entry) {
            (Some(told), _, Some(entry)) => entry.word_for_word.push(told),
            (None, Some((head, sentence)), _) => match head.split(' ').collect::<Vec<_>>().as_slice() {
                ["notice", severity, code] => match severity_of(severity) {
                    Some(severity) => table.notices.push(ToldNotice { severity, code, sentence }),
                    None => table.unread.push(line),
                },
                [code, kind, condition] => match kind_of(kind) {
                    Some(kind) => {
                        last = Some(*code);
                        table.entries.insert(code, Entry { kind, condition, sentence, word_for_word: Vec::new() });
                    }
                    None => table.unread.push(line),
                },
                _ => table.unread.push(line),
            },
            (Some(_), _, None) | (None, None, _) => table.unread.push(line),
        }
    }
    table
}

fn kind_of(word: &str) -> Option<Kind> {
    match word {
        "constant" => Some(Kind::Constant),
        "generic" => Some(Kind::Generic),
        "template" => Some(Kind::Template),
        _ => None,
    }
}

fn severity_of(word: &str) -> Option<Severity> {
    match word {
        "NOTICE" => Some(Severity::Notice),
        "WARNING" => Some(Severity::Warning),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_reads_and_no_code_stands_twice() {
        let text = include_str!("errors.txt");
        assert_eq!(table().unread, Vec::<&str>::new());
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', ' ']) && !line.starts_with("notice "));
        assert_eq!(lines.count(), table().entries.len());
    }

    #[test]
    fn the_table_holds_every_code_of_postgresql_13_to_18() {
        let known: Vec<&str> = include_str!("../../../tests/fixtures/catalogs/sqlstates.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect();
        let ours: Vec<String> = table().entries.iter().map(|(code, entry)| format!("{code} {}", entry.condition)).collect();
        assert_eq!(ours, known);
    }

    #[test]
    fn no_sentence_has_a_place_for_a_value_or_a_name() {
        let mut said: Vec<&str> = table().notices.iter().map(|notice| notice.sentence).collect();
        for entry in table().entries.values() {
            assert!(SqlState::parse("XX000").is_some() && !entry.sentence.is_empty() && !entry.sentence.ends_with('.'));
            said.push(entry.sentence);
            said.extend(&entry.word_for_word);
        }
        assert!(said.len() > 600, "{}", said.len());
        for sentence in said {
            assert!(!sentence.contains('%'), "{sentence}");
        }
    }

    #[test]
    fn a_notice_leaves_without_what_it_quotes() {
        let said = |message| notice(Severity::Notice, SqlState::SUCCESSFUL_COMPLETION, message);
        let lexemes = "text-search query doesn't contain lexemes";
        assert_eq!(said("text-search query doesn't contain lexemes: \"CANARY\""), Some(lexemes.to_owned()));
        assert_eq!(said("text-search query doesn't contain lexemesCANARY: "), None);
        assert_eq!(said("CANARY text-search query doesn't contain lexemes: "), None);
        let warned = |message| notice(Severity::Warning, SqlState::INVALID_PARAMETER_VALUE, message);
        let reduced = "TIMESTAMP(9) WITH TIME ZONE precision reduced to maximum allowed, 6";
        assert_eq!(warned(reduced), Some(reduced.to_owned()));
        for other in [
            "TIMESTAMP(x) WITH TIME ZONE precision reduced to maximum allowed, 6",
            "TIMESTAMP() precision reduced to maximum allowed, 6",
            "TIMESTAMP(12345678901) precision reduced to maximum allowed, 6",
            "TIMESTAMP(9) precision reduced to maximum allowed, 6 CANARY",
        ] {
            assert_eq!(warned(other), None, "{other}");
        }
    }

    #[test]
    fn what_the_warehouse_says_leaves_only_word_for_word() {
        let code = |code| SqlState::parse(code).unwrap();
        assert_eq!(sentence(code("22003"), "integer out of range"), "integer out of range");
        assert_eq!(sentence(code("22003"), "integer out of range: 7"), "numeric value out of range");
        assert_eq!(
            sentence(code("22003"), "step size cannot equal zero"),
            "numeric value out of range",
            "another code's sentence"
        );
        assert_eq!(sentence(code("22999"), "step size cannot equal zero"), "data exception");
        assert_eq!(sentence(code("QQ123"), "integer out of range"), UNKNOWN);
    }
}
