//! Items of FROM: functions with a syntax of their own, ONLY, a star behind a relation, ROWS FROM, USING with an alias, samples.

use sqlparser::tokenizer::Token;

use super::super::dialect::{SPECIAL_FUNCTIONS, mark, sql_value};
use super::super::lexer::keywords::category;
use super::super::lexer::token::{grammar_word, mark as marked, name, plain};
use super::super::{ParseError, Reason};
use super::Normaliser;

/// How often the tokens of a statement may be read on average, where sqlparser tries several readings; short statements may do as they like.
const READINGS: usize = 16;
const READ_AGAIN: usize = 50_000;

impl Normaliser<'_> {
    /// ROWS FROM and a call: `SELECT rows FROM (SELECT …)` is something else.
    pub(super) fn is_rows_from(&self, at: usize) -> bool {
        let begins_item = matches!(self.previous(at), Some(Token::Comma | Token::LParen))
            || matches!(self.previous_word(at), Some("from" | "join" | "lateral"));
        let mut name = at + 3;
        while self.is_name(name) && self.token(name + 1) == Some(&Token::Period) {
            name += 2;
        }
        let is_call = self.is_name(name) && (self.is_open(name + 1) || self.word(name).and_then(sql_value).is_some());
        begins_item && self.is_word(at + 1, "from") && self.is_open(at + 2) && is_call
    }

    /// Counts what sqlparser reads several times: of `FROM (((SELECT …) a JOIN …` it tries each parenthesis as a query first, and reads the query
    /// anew for each.
    pub(super) fn second_readings(&mut self, at: usize) -> Result<(), ParseError> {
        let begins_item =
            self.previous(at) == Some(&Token::Comma) || matches!(self.previous_word(at), Some("from" | "join" | "lateral"));
        if !begins_item || !self.is_open(at + 1) {
            return Ok(());
        }
        let run = self.tokens.iter().skip(at).take_while(|token| token.token == Token::LParen).count();
        if !matches!(self.word(at + run), Some("select" | "values" | "with" | "table")) {
            return Ok(());
        }
        let end = self.close(at).unwrap_or(self.tokens.len());
        self.read_again = self.read_again.saturating_add(run.saturating_mul(end - at));
        if self.read_again > self.tokens.len().saturating_mul(READINGS).max(READ_AGAIN) {
            let reason = Reason::TooDeep { what: "parentheses around joins of queries", limit: READINGS };
            return Err(ParseError::new(reason, self.offset(at)));
        }
        Ok(())
    }

    /// The items of FROM, as far as commas part them.
    pub(super) fn relations(&mut self, first: usize) {
        if self.is_within_function() {
            return;
        }
        let mut item = Some(first);
        while let Some(mut at) = item {
            let start = at;
            while self.is_open(at) {
                at += 1;
            }
            self.special_function(at);
            self.star_of_relation(at);
            item = self.behind_next_comma(start);
        }
    }

    /// A function with a syntax of its own, as an item of FROM.
    pub(super) fn special_function(&mut self, at: usize) {
        let open = match self.word(at) {
            Some("collation") if self.is_word(at + 1, "for") => at + 2,
            Some(word) if SPECIAL_FUNCTIONS.binary_search(&word).is_ok() => at + 1,
            Some(_) | None => return,
        };
        // After FROM and after a parenthesis before a join both look at the same word.
        let is_known = self.edits.get(&at).is_some_and(|edit| !edit.before.is_empty());
        if !self.is_open(open) || is_known {
            return;
        }
        let Some(close) = self.close(open) else { return };
        self.edit(at).before.extend([marked(mark::FUNCTION), Token::LParen, marked(mark::FUNCTION_ITEM)]);
        self.edit(close).after.push(Token::RParen);
    }

    /// `FROM t *`, which means what `FROM t` means. In `EXTRACT(year FROM t * 2)` something else than the end of an item follows the star.
    pub(super) fn star_of_relation(&mut self, first: usize) {
        if self.word(first).is_some_and(|word| !category(word).names_columns()) {
            return;
        }
        let mut at = first;
        while self.is_name(at) && self.token(at + 1) == Some(&Token::Period) {
            at += 2;
        }
        if !self.is_name(at) || self.token(at + 1) != Some(&Token::Mul) {
            return;
        }
        let ends = match self.token(at + 2) {
            None | Some(Token::Comma | Token::RParen) => true,
            Some(token) => match plain(token) {
                Some(word) if !self.is_open(at + 3) || word == "as" => {
                    !matches!(word, "null" | "true" | "false" | "case" | "not" | "array" | "interval")
                }
                Some(_) | None => false,
            },
        };
        if ends {
            self.drop(at + 1);
        }
    }

    /// Whether the innermost parenthesis around the token that is looked at belongs to a function that has FROM within.
    fn is_within_function(&self) -> bool {
        let function = self.open.last().and_then(|open| self.previous_word(*open));
        matches!(function, Some("extract" | "trim" | "substring" | "overlay"))
    }

    /// ONLY before a relation, not the one that ends FETCH FIRST.
    pub(super) fn only(&mut self, at: usize) {
        if matches!(self.previous_word(at), Some("row" | "rows")) {
            return;
        }
        if self.is_open(at + 1) {
            let Some(close) = self.close(at + 1) else { return };
            self.drop(at + 1);
            self.drop(close);
        } else if !self.is_name(at + 1) {
            return;
        }
        self.replace(at, marked(mark::ONLY));
        self.edit(at).after.push(Token::Period);
    }

    pub(super) fn using_alias(&mut self, open: usize) {
        let Some(close) = self.close(open) else { return };
        if !self.is_word(close + 1, "as") {
            return;
        }
        let Some(alias) = self.token(close + 2).and_then(name).map(str::to_owned) else { return };
        // The alias keeps its own place in the text: it is moved in front of the parenthesis by exchanging the two.
        self.edit(close).instead = Some(Some(Token::Comma));
        self.drop(close + 1);
        self.replace(close + 2, marked(format!("{}{alias}", mark::USING_ALIAS)));
        self.edit(close + 2).after.push(Token::RParen);
    }

    pub(super) fn sample(&mut self, at: usize) {
        // The method may have a schema in front.
        let open = if self.is_open(at + 2) { at + 2 } else { at + 4 };
        if !self.is_open(open) {
            return;
        }
        let Some(mut end) = self.close(open) else { return };
        if self.is_word(end + 1, "repeatable") && self.is_open(end + 2) {
            let Some(close) = self.close(end + 2) else { return };
            end = close;
        }
        self.edit(at).after.extend([Token::LParen, marked(mark::SAMPLE)]);
        self.edit(end).after.push(Token::RParen);
        // sqlparser would take OFFSET for a part of the sample.
        if self.is_word(end + 1, "offset") {
            self.edit(end + 1).before.extend([grammar_word("where"), marked(mark::NO_CONDITION)]);
        }
    }
}
