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
#![expect(clippy::wildcard_enum_match_arm, reason = "of all tokens, what is not looked for here is an error where it is read")]

use std::collections::BTreeMap;

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::dialect::{Hooks, Piece, SPECIAL_FUNCTIONS, column_definitions, mark, recursion, sql_value};
use super::lexer::keywords::{Category, category};
use super::lexer::token::{grammar_word, mark as marked, name, offset, plain};
use super::{ParseError, Reason};

/// How often the tokens of a statement may be read on average, where sqlparser tries several readings; short statements may do as they like.
const READINGS: usize = 16;
const READ_AGAIN: usize = 50_000;

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

    fn is_dropped(&self, at: usize) -> bool {
        self.edits.get(&at).is_some_and(|edit| edit.instead == Some(None))
    }

    /// ROWS FROM and a call: `SELECT rows FROM (SELECT …)` is something else.
    fn is_rows_from(&self, at: usize) -> bool {
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
    fn second_readings(&mut self, at: usize) -> Result<(), ParseError> {
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
    fn relations(&mut self, first: usize) {
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
    fn special_function(&mut self, at: usize) {
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
    fn star_of_relation(&mut self, first: usize) {
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

    /// SELECT with nothing to select and no FROM, which sqlparser does not read.
    fn empty_list(&mut self, at: usize) {
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
    fn operand_star(&mut self, period: usize) {
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
    fn begins_query(&self, at: usize) -> bool {
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

    fn table(&mut self, at: usize) {
        self.replace(at, grammar_word("select"));
        self.edit(at).after.extend([Token::Mul, grammar_word("from")]);
    }

    /// ONLY before a relation, not the one that ends FETCH FIRST.
    fn only(&mut self, at: usize) {
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

    fn using_alias(&mut self, open: usize) {
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

    fn group_by(&mut self, first: usize) {
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
    fn behind_next_comma(&self, from: usize) -> Option<usize> {
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
    fn windows(&mut self, first: usize) {
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

    fn sample(&mut self, at: usize) {
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
    }

    /// `(name type, …)` behind a function of FROM.
    fn column_definitions(&mut self, open: usize) -> Result<(), ParseError> {
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
    fn recursion(&mut self, at: usize) -> Result<(), ParseError> {
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
