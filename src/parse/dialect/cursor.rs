//! Reading tokens one after the other, with names and errors as PostgreSQL has them.
#![expect(clippy::wildcard_enum_match_arm, reason = "of all tokens, what is not looked for here is an error where it is read")]

use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::base::SqlState;
use crate::parse::lexer::keywords::category;
use crate::parse::lexer::token;
use crate::parse::syntax::{Expr, Ident, Literal, Pos, QualifiedName, Query, SortKey, TypeName};
use crate::parse::{ParseError, Reason, lower};

use super::{Hooks, types};

/// sqlparser's parser as a cursor, and the memory of the hooks.
pub(in crate::parse) struct Cursor<'c, 'p> {
    pub(in crate::parse) parser: &'c mut Parser<'p>,
    pub(in crate::parse) hooks: &'c Hooks,
}

impl Cursor<'_, '_> {
    pub(in crate::parse) fn peek(&self) -> &Token {
        &self.parser.peek_token_ref().token
    }

    pub(in crate::parse) fn peek_nth(&self, n: usize) -> &Token {
        // Our lexer keeps no white space: the n-th token is n places ahead. sqlparser's own function counts them one by one.
        &self.parser.token_at(self.parser.index().saturating_add(n)).token
    }

    /// The next token, when it is a word without quotes.
    pub(in crate::parse) fn word(&self) -> Option<&str> {
        token::plain(self.peek())
    }

    pub(in crate::parse) fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    /// Whether the next tokens are these words without quotes.
    pub(in crate::parse) fn is_words(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(n, word)| token::plain(self.peek_nth(n)) == Some(*word))
    }

    /// Byte offset of the next token.
    pub(in crate::parse) fn offset(&self) -> Option<usize> {
        token::offset(self.parser.peek_token_ref().span)
    }

    /// The same as a position in the tree.
    pub(in crate::parse) fn at(&self) -> Pos {
        lower::position(self.parser.peek_token_ref().span)
    }

    pub(in crate::parse) fn next(&mut self) -> TokenWithSpan {
        self.parser.next_token()
    }

    pub(in crate::parse) fn skip(&mut self) {
        self.parser.advance_token();
    }

    pub(in crate::parse) fn eat(&mut self, token: &Token) -> bool {
        self.parser.consume_token(token)
    }

    pub(in crate::parse) fn expect(&mut self, token: &Token) -> Result<(), ParserError> {
        if self.eat(token) { Ok(()) } else { Err(self.syntax_error()) }
    }

    pub(in crate::parse) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.skip();
        }
        found
    }

    pub(in crate::parse) fn eat_words(&mut self, words: &[&str]) -> bool {
        let found = self.is_words(words);
        if found {
            words.iter().for_each(|_| self.skip());
        }
        found
    }

    /// Takes the first of these words that comes next.
    pub(in crate::parse) fn eat_one_of(&mut self, words: &[&'static str]) -> Option<&'static str> {
        let found = words.iter().copied().find(|word| self.is_word(word))?;
        self.skip();
        Some(found)
    }

    pub(in crate::parse) fn expect_word(&mut self, word: &str) -> Result<(), ParserError> {
        if self.eat_word(word) { Ok(()) } else { Err(self.syntax_error()) }
    }

    pub(in crate::parse) fn is_end(&self) -> bool {
        matches!(self.peek(), Token::EOF)
    }

    /// The error for a token that may not stand where it stands.
    pub(in crate::parse) fn syntax_error(&self) -> ParserError {
        let (reason, offset) = lower::stopped_at(self.parser.peek_token_ref());
        self.hooks.fail(ParseError::new(reason, offset))
    }

    /// Refuses a construct by its name, at the next token.
    pub(in crate::parse) fn unsupported(&self, construct: impl Into<std::borrow::Cow<'static, str>>) -> ParserError {
        self.hooks.unsupported(construct, self.offset())
    }

    /// A name with quotes or without, of any category: what may follow a dot or AS (`ColLabel`).
    pub(in crate::parse) fn label(&mut self) -> Result<Ident, ParserError> {
        let at = self.at();
        let Some(name) = token::name(self.peek()).map(str::to_owned) else { return Err(self.syntax_error()) };
        self.skip();
        Ok(Ident { name, at })
    }

    /// The name of a column, relation, window or cursor (`ColId`).
    pub(in crate::parse) fn column_id(&mut self) -> Result<Ident, ParserError> {
        if self.word().is_some_and(|word| !category(word).names_columns()) {
            return Err(self.syntax_error());
        }
        self.label()
    }

    /// A name that is no reserved word (`NonReservedWord`).
    pub(in crate::parse) fn non_reserved(&mut self) -> Result<Ident, ParserError> {
        if self.word().is_some_and(|word| category(word).is_reserved()) {
            return Err(self.syntax_error());
        }
        self.label()
    }

    /// The names after the first of a dotted name.
    pub(in crate::parse) fn dotted(&mut self, first: Ident) -> Result<QualifiedName, ParserError> {
        let mut parts = vec![first];
        while matches!(self.peek(), Token::Period) && token::name(self.peek_nth(1)).is_some() {
            self.skip();
            parts.push(self.label()?);
        }
        self.check_parts(&parts)?;
        Ok(parts)
    }

    /// A dotted name that starts as a column does (`any_name`, `qualified_name`).
    pub(in crate::parse) fn qualified_name(&mut self) -> Result<QualifiedName, ParserError> {
        let first = self.column_id()?;
        self.dotted(first)
    }

    /// At most catalog, schema, relation, column.
    fn check_parts(&self, parts: &[Ident]) -> Result<(), ParserError> {
        if parts.len() <= 4 {
            return Ok(());
        }
        let offset = parts.first().and_then(|part| part.at.offset()).and_then(|at| usize::try_from(at).ok());
        Err(self.hooks.fail(ParseError::token(
            SqlState::SYNTAX_ERROR,
            "improper qualified name (too many dotted names)",
            offset.unwrap_or(0),
        )))
    }

    /// An expression whose operators all bind tighter than `precedence`; 0 takes any.
    pub(in crate::parse) fn expr(&mut self, precedence: u8) -> Result<Expr, ParserError> {
        let parsed = self.parser.parse_subexpr(precedence)?;
        lower::expr(self.hooks, &parsed).map_err(|error| self.hooks.fail(error))
    }

    /// Expressions with commas between them, at least one.
    pub(in crate::parse) fn exprs(&mut self) -> Result<Vec<Expr>, ParserError> {
        self.separated(|cursor| cursor.expr(0))
    }

    /// Items with commas between them, at least one.
    pub(in crate::parse) fn separated<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, ParserError>,
    ) -> Result<Vec<T>, ParserError> {
        let mut items = vec![item(self)?];
        while self.eat(&Token::Comma) {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// A query without the parentheses around it.
    pub(in crate::parse) fn query(&mut self) -> Result<Query, ParserError> {
        let parsed = self.parser.parse_query()?;
        lower::query(self.hooks, *parsed).map_err(|error| self.hooks.fail(error))
    }

    /// A query with the parentheses around it.
    pub(in crate::parse) fn query_in_parentheses(&mut self) -> Result<Box<Query>, ParserError> {
        self.expect(&Token::LParen)?;
        let query = self.query()?;
        self.expect(&Token::RParen)?;
        Ok(Box::new(query))
    }

    /// The keys after ORDER BY.
    pub(in crate::parse) fn sort_keys(&mut self) -> Result<Vec<SortKey>, ParserError> {
        let parsed = self.separated(|cursor| cursor.parser.parse_order_by_expr())?;
        let keys = parsed.iter().map(|key| lower::sort_key(self.hooks, key)).collect::<Result<_, _>>();
        keys.map_err(|error| self.hooks.fail(error))
    }

    /// Whether the parenthesis that comes next holds a query: it does when the first token that is no parenthesis begins one, and all that
    /// follows the inner parentheses continues it (`((SELECT 1) UNION …)`, not `((SELECT 1) + 1)`).
    pub(in crate::parse) fn is_query_in_parentheses(&self) -> bool {
        let mut depth = 0;
        while matches!(self.peek_nth(depth), Token::LParen) {
            depth += 1;
        }
        let begins = matches!(token::plain(self.peek_nth(depth)), Some("select" | "values" | "with"));
        if depth == 0 || !begins {
            return false;
        }
        let mut open = depth;
        let mut n = depth;
        // The query spans the parentheses from the one numbered `open` outwards as far as nothing else stands between them.
        let mut nested = 0_usize;
        while open > 1 {
            match self.peek_nth(n) {
                Token::LParen => nested += 1,
                Token::RParen if nested > 0 => nested -= 1,
                Token::RParen => {
                    open -= 1;
                    if !self.continues_query(n + 1) {
                        return false;
                    }
                }
                Token::EOF => return false,
                _ => {}
            }
            n += 1;
        }
        true
    }

    /// Whether a query without parentheses around it begins at the next token: `SELECT …`, `(SELECT …) UNION …`, not `(SELECT …)`.
    pub(in crate::parse) fn begins_query(&self) -> bool {
        if !matches!(self.peek(), Token::LParen) {
            return matches!(self.word(), Some("select" | "values" | "with"));
        }
        let mut depth = 0_usize;
        let mut n = 0;
        loop {
            match self.peek_nth(n) {
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.saturating_sub(1),
                Token::EOF => return false,
                _ => {}
            }
            n += 1;
            if depth == 0 {
                let is_last = matches!(self.peek_nth(n), Token::RParen);
                return !is_last && self.is_query_in_parentheses() && self.continues_query(n);
            }
        }
    }

    /// Whether a query in parentheses is still part of a query at this token.
    fn continues_query(&self, n: usize) -> bool {
        match self.peek_nth(n) {
            Token::RParen => true,
            other => matches!(
                token::plain(other),
                Some("union" | "intersect" | "except" | "order" | "limit" | "offset" | "fetch" | "for")
            ),
        }
    }

    /// The name of a type.
    pub(in crate::parse) fn type_name(&mut self) -> Result<TypeName, ParserError> {
        types::type_name(self)
    }

    /// An integer constant with or without a sign.
    pub(in crate::parse) fn integer(&mut self) -> Result<i64, ParserError> {
        let offset = self.offset();
        let negative = self.eat(&Token::Minus);
        if !negative {
            self.eat(&Token::Plus);
        }
        let Token::Number(digits, _) = self.peek() else { return Err(self.syntax_error()) };
        let number = Literal::integer(digits);
        let Some(number) = number else {
            let (reason, _) = lower::stopped_at(self.parser.peek_token_ref());
            return Err(self.hooks.fail(ParseError::new(reason, offset)));
        };
        self.skip();
        Ok(if negative { number.wrapping_neg() } else { number })
    }

    /// The error for a limit on numbers.
    pub(in crate::parse) fn too_large(&self, what: &'static str, found: usize, limit: usize, unit: &'static str) -> ParserError {
        self.hooks.fail(ParseError::new(Reason::TooLarge { what, found, limit, unit }, self.offset()))
    }
}
