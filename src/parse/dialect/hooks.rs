//! The `Dialect` that sqlparser runs with. Tokens come from our own lexer, so that its hooks for tokenising are never asked.

use std::any::TypeId;

use sqlparser::ast::Expr as SqlExpr;
use sqlparser::dialect::{Dialect, PostgreSqlDialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};

use crate::parse::lexer::keywords::{category, is_bare_label};
use crate::parse::lexer::token::{name, plain};

use super::{Cursor, Hooks, infix, precedence, prefix};

impl Dialect for Hooks {
    /// Where sqlparser asks for the product by name, this is PostgreSQL.
    fn dialect(&self) -> TypeId {
        TypeId::of::<PostgreSqlDialect>()
    }

    fn is_identifier_start(&self, c: char) -> bool {
        c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
    }

    fn is_identifier_part(&self, c: char) -> bool {
        self.is_identifier_start(c) || c.is_ascii_digit() || c == '$'
    }

    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<SqlExpr, ParserError>> {
        let mut cursor = Cursor { parser, hooks: self };
        Some(prefix::prefix(&mut cursor).map(|piece| self.keep(piece)))
    }

    fn parse_infix(&self, parser: &mut Parser, left: &SqlExpr, _precedence: u8) -> Option<Result<SqlExpr, ParserError>> {
        let mut cursor = Cursor { parser, hooks: self };
        let parsed = infix::infix(&mut cursor, left)?;
        Some(parsed.map(|piece| self.keep(piece)))
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        Some(Ok(precedence::next(parser)))
    }

    /// sqlparser has taken the word already.
    fn is_select_item_alias(&self, explicit: bool, _keyword: &Keyword, parser: &mut Parser) -> bool {
        let token = &parser.get_current_token().token;
        name(token).is_some() && (explicit || (plain(token).is_none_or(is_bare_label) && !begins_json_format(parser)))
    }

    /// sqlparser has taken the word already.
    fn is_table_factor_alias(&self, _explicit: bool, _keyword: &Keyword, parser: &mut Parser) -> bool {
        let token = &parser.get_current_token().token;
        crate::parse::lexer::token::marked(token).is_some()
            || (name(token).is_some()
                && plain(token).is_none_or(|word| category(word).names_columns())
                && !begins_json_format(parser))
    }

    /// `WITH t AS (…) FROM «clauses»`: where the normaliser leaves SEARCH and CYCLE.
    fn supports_from_first_insert(&self) -> bool {
        true
    }

    fn supports_empty_projections(&self) -> bool {
        true
    }

    fn supports_named_fn_args_with_assignment_operator(&self) -> bool {
        true
    }

    fn supports_order_by_using_operator(&self) -> bool {
        true
    }

    /// `a JOIN b JOIN c ON … ON …` nests to the right.
    fn supports_left_associative_joins_without_parens(&self) -> bool {
        false
    }
}

/// Whether the word that sqlparser has taken is the first of FORMAT JSON, which is no alias.
fn begins_json_format(parser: &Parser<'_>) -> bool {
    plain(&parser.get_current_token().token) == Some("format") && plain(&parser.peek_token_ref().token) == Some("json")
}
