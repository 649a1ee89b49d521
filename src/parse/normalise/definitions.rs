//! What sqlparser is spared altogether: column definition lists, SEARCH and CYCLE are read by our own grammar and leave a mark.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::super::dialect::{Piece, column_definitions, mark, recursion};
use super::super::lexer::keywords::{Category, category};
use super::super::lexer::token::{grammar_word, mark as marked, name, plain};
use super::super::{ParseError, Reason};
use super::Normaliser;

impl Normaliser<'_> {
    /// `(name type, …)` behind a function of FROM.
    pub(super) fn column_definitions(&mut self, open: usize) -> Result<(), ParseError> {
        let Some(is_alone) = self.alias_before(open) else { return Ok(()) };
        if !self.is_definition(open + 1) || self.is_json_columns(open) {
            return Ok(());
        }
        let Some(close) = self.close(open) else { return Ok(()) };
        let within = self.tokens.get(open + 1..close).unwrap_or_default().to_vec();
        let definitions = column_definitions(self.hooks, within);
        let definitions = definitions.map_err(|_| self.hooks.verdict(Reason::Syntax("(".to_owned()), self.offset(open)))?;
        let number = self.hooks.keep_numbered(Piece::ColumnDefs(definitions));
        (open + 1..close).for_each(|at| self.drop(at));
        if is_alone {
            self.edit(open).before.push(marked(mark::NO_ALIAS));
        }
        self.edit(open).after.push(marked(number));
        Ok(())
    }

    /// Whether the parenthesis holds the columns of JSON_TABLE.
    fn is_json_columns(&self, open: usize) -> bool {
        let outer = self.open.iter().rev().find(|outer| **outer < open).and_then(|outer| self.previous_word(*outer));
        self.previous_word(open) == Some("columns") && matches!(outer, Some("json_table" | "columns"))
    }

    /// Whether the parenthesis may follow a function of FROM: `Some(true)` when AS stands right before it, `Some(false)` when an alias does.
    fn alias_before(&self, open: usize) -> Option<bool> {
        let ends_function = |at: Option<usize>| {
            at.and_then(|at| self.token(at)).is_some_and(|token| *token == Token::RParen || plain(token) == Some("ordinality"))
        };
        if self.previous_word(open) == Some("as") {
            return ends_function(open.checked_sub(2)).then_some(true);
        }
        let is_alias = self.previous(open).and_then(name).is_some()
            && match self.previous_word(open) {
                None => true,
                Some("over" | "filter" | "escape" | "at" | "operator" | "materialized") => false,
                Some(word) => matches!(category(word), Category::None | Category::Unreserved),
            };
        let follows = open.checked_sub(2).and_then(|at| self.token(at));
        let follows_as = follows.and_then(plain) == Some("as");
        (is_alias && (follows_as || ends_function(open.checked_sub(2)))).then_some(false)
    }

    /// A name and a type.
    fn is_definition(&self, at: usize) -> bool {
        let is_column = self.is_name(at) && self.word(at).is_none_or(|word| category(word).names_columns());
        let is_type = self.is_name(at + 1) && self.word(at + 1).is_none_or(|word| !category(word).is_reserved());
        is_column && is_type
    }

    /// SEARCH and CYCLE behind a common table expression.
    pub(super) fn recursion(&mut self, at: usize) -> Result<(), ParseError> {
        let is_search = self.is_word(at, "search") && matches!(self.word(at + 1), Some("depth" | "breadth"));
        let is_cycle = self.is_word(at, "cycle")
            && self.is_name(at + 1)
            && (self.is_word(at + 2, "set") || self.token(at + 2) == Some(&Token::Comma));
        if !is_search && !is_cycle || self.edits.contains_key(&at) {
            return Ok(());
        }
        // Neither the next common table expression nor the query behind WITH can begin within the clauses.
        let rest = self.tokens.get(at..).unwrap_or_default();
        let ends = |token: &&TokenWithSpan| !matches!(plain(&token.token), Some("as" | "select" | "table" | "values" | "with"));
        let within: Vec<TokenWithSpan> = rest.iter().take_while(ends).cloned().collect();
        let read = recursion(self.hooks, within);
        let (search, cycle, count) = read.map_err(|_| self.hooks.verdict(Reason::Syntax(String::new()), self.offset(at)))?;
        let number = self.hooks.keep_numbered(Piece::Recursion(search, cycle));
        (at..at + count).for_each(|at| self.drop(at));
        self.edit(at).before.extend([grammar_word("from"), marked(number)]);
        Ok(())
    }
}
