//! Clauses of a query: `TABLE t`, SELECT with nothing, stars that are operands, GROUP BY, WINDOW.
#![expect(clippy::wildcard_enum_match_arm, reason = "of all tokens, what is not looked for here is an error where it is read")]

use sqlparser::tokenizer::Token;

use super::super::dialect::mark;
use super::super::lexer::token::{grammar_word, mark as marked, plain};
use super::Normaliser;

impl Normaliser<'_> {
    /// SELECT with nothing to select and no FROM, which sqlparser does not read.
    pub(super) fn empty_list(&mut self, at: usize) {
        let is_empty = match self.token(at) {
            None | Some(Token::RParen) => true,
            Some(token) => matches!(
                plain(token),
                Some(
                    "union"
                        | "intersect"
                        | "except"
                        | "where"
                        | "group"
                        | "having"
                        | "order"
                        | "limit"
                        | "offset"
                        | "fetch"
                        | "window"
                )
            ),
        };
        if is_empty {
            self.edit(at - 1).after.push(marked(mark::NO_ITEMS));
        }
    }

    /// `t.*::text`: a star that is an operand. sqlparser takes a star to end the item of a select list.
    pub(super) fn operand_star(&mut self, period: usize) {
        let is_operand = match self.token(period + 2) {
            Some(Token::DoubleColon | Token::Eq | Token::Neq | Token::Lt | Token::LtEq | Token::Gt | Token::GtEq) => true,
            Some(Token::CustomBinaryOperator(_)) => true,
            Some(token) => matches!(plain(token), Some("is" | "isnull" | "notnull" | "in" | "not" | "between" | "and" | "or")),
            None => false,
        };
        let mut first = period;
        while first >= 1 && self.is_name(first - 1) {
            first -= 1;
            if first < 1 || self.token(first - 1) != Some(&Token::Period) {
                break;
            }
            first -= 1;
        }
        if is_operand && self.is_name(first) {
            self.edit(first).before.push(marked(mark::OPERAND));
        }
    }

    /// Whether a query may begin here.
    pub(super) fn begins_query(&self, at: usize) -> bool {
        match self.previous(at) {
            None | Some(Token::LParen | Token::RParen) => true,
            Some(token) => matches!(
                plain(token),
                Some(
                    "union"
                        | "intersect"
                        | "except"
                        | "all"
                        | "distinct"
                        | "as"
                        | "for"
                        | "explain"
                        | "analyze"
                        | "analyse"
                        | "verbose"
                )
            ),
        }
    }

    pub(super) fn table(&mut self, at: usize) {
        self.replace(at, grammar_word("select"));
        self.edit(at).after.extend([Token::Mul, grammar_word("from")]);
    }

    pub(super) fn group_by(&mut self, first: usize) {
        let mut item = first;
        match self.word(first) {
            Some("distinct") => {
                self.replace(first, marked(mark::DISTINCT_GROUPS));
                self.edit(first).after.push(Token::Comma);
                item = first + 1;
            }
            Some("all") if self.token(first + 1).is_some() => {
                self.drop(first);
                item = first + 1;
            }
            _ => {}
        }
        loop {
            self.group_item(item);
            match self.behind_next_comma(item) {
                Some(next) => item = next,
                None => return,
            }
        }
    }

    fn group_item(&mut self, at: usize) {
        match self.word(at) {
            Some("rollup") if self.is_open(at + 1) => self.replace(at, marked(mark::ROLLUP)),
            Some("cube") if self.is_open(at + 1) => self.replace(at, marked(mark::CUBE)),
            Some("grouping") if self.is_word(at + 1, "sets") && self.is_open(at + 2) => {
                self.replace(at, marked(mark::GROUPING_SETS));
                self.drop(at + 1);
            }
            _ => {}
        }
    }

    /// The index behind the next comma of the clause: none when the clause or the parenthesis around it ends before.
    pub(super) fn behind_next_comma(&self, from: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate().skip(from) {
            match &token.token {
                Token::LParen | Token::LBracket => depth += 1,
                Token::RParen | Token::RBracket => depth = depth.checked_sub(1)?,
                Token::Comma if depth == 0 => return Some(at + 1),
                other if depth == 0 && plain(other).is_some_and(ends_clause) => return None,
                other if depth == 0 && plain(other) == Some("from") && self.previous_word(at) != Some("distinct") => return None,
                _ => {}
            }
        }
        None
    }

    /// `w AS (…), v AS (…)`
    pub(super) fn windows(&mut self, first: usize) {
        let mut at = first;
        while self.is_name(at) && self.is_word(at + 1, "as") && self.is_open(at + 2) {
            self.edit(at + 2).after.extend([grammar_word("partition"), grammar_word("by"), marked(mark::WINDOW)]);
            let Some(close) = self.close(at + 2) else { return };
            self.windows_end = close;
            if self.token(close + 1) != Some(&Token::Comma) {
                return;
            }
            at = close + 2;
        }
    }
}

/// Words with which the next clause of a query begins.
fn ends_clause(word: &str) -> bool {
    matches!(
        word,
        "where"
            | "group"
            | "having"
            | "window"
            | "union"
            | "intersect"
            | "except"
            | "order"
            | "limit"
            | "offset"
            | "fetch"
            | "for"
    )
}
