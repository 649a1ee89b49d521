//! The writer: which tables stand in scope, and what they offer.

use super::Naming;
use super::choices::Choices;
use super::names::{NAMES, Names};

/// How deep expressions and queries are nested.
pub(super) const DEPTH: usize = 4;

/// A table in scope.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// As it is named in front of a column.
    pub(super) name: String,
    pub(super) columns: Vec<String>,
}

/// Writes one message.
pub(super) struct Grammar<'c> {
    pub(super) choices: Choices<'c>,
    pub(super) names: &'static Names,
    /// Tables in scope, the innermost query last.
    pub(super) scopes: Vec<Vec<Source>>,
    /// Common table expressions in scope.
    pub(super) ctes: Vec<Source>,
    naming: Naming,
    given: usize,
}

impl<'c> Grammar<'c> {
    pub(super) fn new(choices: Choices<'c>, naming: Naming) -> Self {
        Self { choices, names: &NAMES, scopes: Vec::new(), ctes: Vec::new(), naming, given: 0 }
    }

    /// Once in so many times where a statement may name anything.
    pub(super) fn strays(&mut self, times: usize) -> bool {
        self.naming == Naming::Anything && self.choices.once_in(times)
    }

    /// A name that nothing else has. Some are those of tables and columns that are there, or of our own alias.
    pub(super) fn new_name(&mut self) -> String {
        const FAMILIAR: &[&str] = &["t", "customers", "email", "\"Id\"", "\"x.y\"", "\"Ä\"", "k", "orders", "u", "crm"];
        if self.choices.once_in(8) {
            return (*self.choices.one(FAMILIAR)).to_owned();
        }
        self.given += 1;
        format!("n{}", self.given)
    }

    /// `times` pieces with a comma between them.
    pub(super) fn list(&mut self, times: usize, mut piece: impl FnMut(&mut Self) -> String) -> String {
        let pieces: Vec<String> = (0..times).map(|_| piece(self)).collect();
        pieces.join(", ")
    }

    /// One to `most` pieces.
    pub(super) fn some(&mut self, most: usize, piece: impl FnMut(&mut Self) -> String) -> String {
        let times = 1 + self.choices.below(most);
        self.list(times, piece)
    }

    /// A piece in so many of a hundred cases, nothing otherwise.
    pub(super) fn maybe(&mut self, percent: usize, piece: impl FnOnce(&mut Self) -> String) -> String {
        if self.choices.below(100) >= 100 - percent { piece(self) } else { String::new() }
    }

    /// One of the words.
    pub(super) fn word(&mut self, words: &[&'static str]) -> &'static str {
        words[self.choices.below(words.len())]
    }

    /// A column of a table in scope: mostly of the innermost query.
    pub(super) fn column(&mut self) -> String {
        let outside = self.scopes.len() > 1 && self.choices.once_in(6);
        let level = if outside { self.choices.below(self.scopes.len() - 1) } else { self.scopes.len().saturating_sub(1) };
        let Some(sources) = self.scopes.get(level).filter(|sources| !sources.is_empty()) else { return "1".to_owned() };
        let source = &sources[self.choices.below(sources.len())];
        let Some(column) = source.columns.get(self.choices.below(source.columns.len().max(1))) else {
            return source.name.clone();
        };
        let (source, column) = (source.name.clone(), column.clone());
        match self.choices.below(24) {
            // Whoever writes the name alone may mean several.
            0 => column,
            1 => format!("({source}).{column}"),
            2 => format!("{column}({source})"),
            3 => source,
            _ => format!("{source}.{column}"),
        }
    }

    /// A column of the innermost query, where nothing else may stand.
    pub(super) fn plain_column(&mut self) -> String {
        let Some(sources) = self.scopes.last().filter(|sources| !sources.is_empty()) else { return "1".to_owned() };
        let source = &sources[self.choices.below(sources.len())];
        let column = source.columns.get(self.choices.below(source.columns.len().max(1)));
        column.map_or_else(|| source.name.clone(), |column| format!("{}.{column}", source.name))
    }

    /// Writes something in a query of its own.
    pub(super) fn inside<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(Vec::new());
        let ctes = self.ctes.len();
        let written = write(self);
        self.ctes.truncate(ctes);
        self.scopes.pop();
        written
    }
}
