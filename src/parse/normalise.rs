//! Rewrites the tokens of PostgreSQL's syntax for which sqlparser has neither grammar nor hook into syntax that it reads and a mark that no text
//! can contain; the hooks in `dialect/from.rs` read on from the marks. Tokens are only moved, dropped and added: no constant is touched.
//!
//! | written | read by sqlparser as |
//! |---|---|
//! | `TABLE t` | `SELECT * FROM t` |
//! | `SELECT` (nothing) | `SELECT «no items»` |
//! | `FROM t *` | `FROM t` |
//! | `SELECT t.*::text` | `SELECT «operand» t.*::text` |
//! | `ONLY t`, `ONLY (t)` | `«only».t` |
//! | `ROWS FROM (f(), g() AS (a int))` | `«rows from» («items» …)` |
//! | `f() AS t (a int, b text)` | `f() AS t («definitions»)` |
//! | `f() AS (a int)` | `f() AS «no alias» («definitions»)` |
//! | `USING (a, b) AS j` | `USING (a, b, «using alias j»)` |
//! | `GROUP BY DISTINCT a, ROLLUP (b)` | `GROUP BY «distinct groups», a, «rollup» (b)` |
//! | `WINDOW w AS (…)` | `WINDOW w AS (PARTITION BY «window» …)` |
//! | `LIMIT ALL` | `LIMIT «limit all»` |
//! | `FETCH FIRST 5 ROWS WITH TIES` | `LIMIT «fetch» 5 ROWS WITH TIES` |
//! | `FROM coalesce(a, b)`, `JOIN XMLTABLE (…)` | `FROM «function» («function item» coalesce(a, b))` |
//! | `WITH t AS (…) SEARCH … CYCLE …` | `WITH t AS (…) FROM «clauses»` |
//! | `TABLESAMPLE system (10) REPEATABLE (1)` | `TABLESAMPLE («sample» system (10) REPEATABLE (1))` |
//! | `TABLESAMPLE system (10) OFFSET 1` | `TABLESAMPLE («sample» system (10)) WHERE «no condition» OFFSET 1` |
#![expect(clippy::wildcard_enum_match_arm, reason = "of all tokens, what is not looked for here is an error where it is read")]

use std::collections::BTreeMap;

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::ParseError;
use super::dialect::{Hooks, mark};
use super::lexer::token::{grammar_word, mark as marked, name, offset, plain};

mod definitions;
mod from;
mod query;

/// What happens at one token.
#[derive(Default)]
struct Edit {
    before: Vec<Token>,
    /// `Some(None)`: the token is dropped.
    instead: Option<Option<Token>>,
    after: Vec<Token>,
}

/// The tokens of one statement and what is to happen to them.
struct Normaliser<'a> {
    hooks: &'a Hooks,
    tokens: &'a [TokenWithSpan],
    edits: BTreeMap<usize, Edit>,
    /// The parentheses that are open at the token that is looked at.
    open: Vec<usize>,
    /// Tokens that sqlparser will read more than once.
    read_again: usize,
    /// Behind the windows that are edited already.
    windows_end: usize,
}

/// The tokens as sqlparser can read them.
pub(super) fn normalise(hooks: &Hooks, tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>, ParseError> {
    let mut normaliser =
        Normaliser { hooks, tokens: &tokens, edits: BTreeMap::new(), open: Vec::new(), read_again: 0, windows_end: 0 };
    for at in 0..tokens.len() {
        normaliser.look_at(at)?;
    }
    let mut edits = normaliser.edits;
    if edits.is_empty() {
        return Ok(tokens);
    }
    let mut output = Vec::with_capacity(tokens.len() + edits.len() * 2);
    for (at, token) in tokens.into_iter().enumerate() {
        let Edit { before, instead, after } = edits.remove(&at).unwrap_or_default();
        let span = token.span;
        let with_span = |token: Token| TokenWithSpan { token, span };
        output.extend(before.into_iter().map(with_span));
        match instead {
            None => output.push(token),
            Some(other) => output.extend(other.map(with_span)),
        }
        output.extend(after.into_iter().map(with_span));
    }
    Ok(output)
}

impl Normaliser<'_> {
    fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at).map(|token| &token.token)
    }

    fn word(&self, at: usize) -> Option<&str> {
        self.token(at).and_then(plain)
    }

    fn is_word(&self, at: usize, word: &str) -> bool {
        self.word(at) == Some(word)
    }

    fn is_open(&self, at: usize) -> bool {
        self.token(at) == Some(&Token::LParen)
    }

    fn is_name(&self, at: usize) -> bool {
        self.token(at).and_then(name).is_some()
    }

    /// The token before, when there is one.
    fn previous(&self, at: usize) -> Option<&Token> {
        at.checked_sub(1).and_then(|at| self.token(at))
    }

    fn previous_word(&self, at: usize) -> Option<&str> {
        self.previous(at).and_then(plain)
    }

    fn offset(&self, at: usize) -> Option<usize> {
        self.tokens.get(at).and_then(|token| offset(token.span))
    }

    /// The index of the parenthesis that closes the one at `open`.
    fn close(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            match token.token {
                Token::LParen => depth += 1,
                Token::RParen => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    fn edit(&mut self, at: usize) -> &mut Edit {
        self.edits.entry(at).or_default()
    }

    fn replace(&mut self, at: usize, token: Token) {
        self.edit(at).instead = Some(Some(token));
    }

    fn drop(&mut self, at: usize) {
        self.edit(at).instead = Some(None);
    }

    /// Finds what begins at a token.
    fn look_at(&mut self, at: usize) -> Result<(), ParseError> {
        if self.is_open(at) {
            self.open.push(at);
            self.second_readings(at)?;
            return self.column_definitions(at);
        }
        if self.token(at) == Some(&Token::RParen) {
            self.open.pop();
            return Ok(());
        }
        if self.token(at) == Some(&Token::Period) && self.token(at + 1) == Some(&Token::Mul) {
            self.operand_star(at);
            return Ok(());
        }
        if self.is_label(at) {
            return Ok(());
        }
        match self.word(at) {
            Some("table") if self.begins_query(at) => self.table(at),
            Some("only") => self.only(at),
            Some("rows") if self.is_rows_from(at) => {
                self.replace(at, marked(mark::ROWS_FROM));
                self.drop(at + 1);
                self.edit(at + 2).after.push(marked(mark::ROWS_FROM_ITEMS));
            }
            Some("using") if self.is_open(at + 1) => self.using_alias(at + 1),
            Some("group") if self.is_word(at + 1, "by") => self.group_by(at + 2),
            Some("window") if at >= self.windows_end => self.windows(at + 1),
            Some("limit") if self.is_word(at + 1, "all") => self.replace(at + 1, marked(mark::LIMIT_ALL)),
            Some("fetch") if matches!(self.word(at + 1), Some("first" | "next")) => {
                self.replace(at, grammar_word("limit"));
                self.replace(at + 1, marked(mark::FETCH));
            }
            Some("tablesample") => self.sample(at),
            Some("from") if self.previous_word(at) == Some("distinct") || self.is_dropped(at) => {}
            Some("from") => self.relations(at + 1),
            Some("join") => {
                self.special_function(at + 1);
                self.star_of_relation(at + 1);
            }
            Some("lateral") => self.special_function(at + 1),
            Some("select") => self.empty_list(at + 1),
            Some("search" | "cycle") if self.previous(at) == Some(&Token::RParen) => return self.recursion(at),
            _ => {}
        }
        Ok(())
    }

    /// Whether the word stands behind AS and is a name, whatever word it is. Behind the AS of PREPARE a query begins.
    fn is_label(&self, at: usize) -> bool {
        let is_of_prepare =
            |at: usize| self.is_word(0, "prepare") && self.open.is_empty() && (0..at).all(|before| !self.is_word(before, "as"));
        self.previous_word(at) == Some("as") && !is_of_prepare(at - 1)
    }

    fn is_dropped(&self, at: usize) -> bool {
        self.edits.get(&at).is_some_and(|edit| edit.instead == Some(None))
    }
}
