//! What the normaliser marked in the token stream: syntax of PostgreSQL that stands where sqlparser has no hook.

use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::parse::syntax::{ColumnDef, Expr, FunctionItem, GroupItem, Limit, Literal, Sample, SampleMethod};

use super::{Cursor, Hooks, Piece, precedence, prefix, table_function, types, window};

/// Marks that begin an expression for sqlparser; the normaliser puts them there.
pub(in crate::parse) mod mark {
    pub(in crate::parse) const CUBE: &str = "cube";
    pub(in crate::parse) const DISTINCT_GROUPS: &str = "distinct groups";
    pub(in crate::parse) const FETCH: &str = "fetch";
    pub(in crate::parse) const GROUPING_SETS: &str = "grouping sets";
    pub(in crate::parse) const LIMIT_ALL: &str = "limit all";
    /// Where a condition would stand.
    pub(in crate::parse) const NO_CONDITION: &str = "no condition";
    /// The alias of a function whose column definitions stand alone.
    pub(in crate::parse) const NO_ALIAS: &str = "no alias";
    /// An empty select list.
    pub(in crate::parse) const NO_ITEMS: &str = "no items";
    /// Before an operand that sqlparser would not take for one.
    pub(in crate::parse) const OPERAND: &str = "operand";
    /// The name of the function that a function with a syntax of its own in FROM is for sqlparser.
    pub(in crate::parse) const FUNCTION: &str = "function";
    pub(in crate::parse) const FUNCTION_ITEM: &str = "function item";
    /// The first part of the name of a relation after ONLY.
    pub(in crate::parse) const ONLY: &str = "only";
    pub(in crate::parse) const ROLLUP: &str = "rollup";
    /// The name of the function that ROWS FROM is for sqlparser.
    pub(in crate::parse) const ROWS_FROM: &str = "rows from";
    pub(in crate::parse) const ROWS_FROM_ITEMS: &str = "rows from items";
    pub(in crate::parse) const SAMPLE: &str = "sample";
    /// Before the alias of `JOIN … USING (…) AS alias`.
    pub(in crate::parse) const USING_ALIAS: &str = "using alias ";
    pub(in crate::parse) const WINDOW: &str = "window";
}

/// Reads what a mark announces.
pub(super) fn marked(cursor: &mut Cursor<'_, '_>, text: &str) -> Result<Piece, ParserError> {
    cursor.skip();
    match text {
        mark::CUBE => group_list(cursor).map(GroupItem::Cube).map(Piece::Group),
        mark::DISTINCT_GROUPS => Ok(Piece::DistinctGroups),
        mark::FETCH => fetch(cursor).map(Piece::Limit),
        mark::FUNCTION_ITEM => table_function::function(cursor),
        mark::GROUPING_SETS => group_list(cursor).map(GroupItem::Sets).map(Piece::Group),
        mark::LIMIT_ALL => Ok(Piece::Limit(Limit::All)),
        mark::OPERAND => prefix::prefix(cursor),
        mark::NO_CONDITION => Ok(Piece::NoCondition),
        mark::NO_ITEMS => Ok(Piece::NoItems),
        mark::ROLLUP => group_list(cursor).map(GroupItem::Rollup).map(Piece::Group),
        mark::ROWS_FROM_ITEMS => cursor.separated(function_item).map(Piece::RowsFrom),
        mark::SAMPLE => sample(cursor).map(Box::new).map(Piece::Sample),
        mark::WINDOW => window::window(cursor).map(Piece::Window),
        _ => Err(cursor.syntax_error()),
    }
}

/// `(a, (b, c), ROLLUP (d))`
fn group_list(cursor: &mut Cursor<'_, '_>) -> Result<Vec<GroupItem>, ParserError> {
    cursor.expect(&Token::LParen)?;
    let items = cursor.separated(group_item)?;
    cursor.expect(&Token::RParen)?;
    Ok(items)
}

fn group_item(cursor: &mut Cursor<'_, '_>) -> Result<GroupItem, ParserError> {
    let before_parenthesis = matches!(cursor.peek_nth(1), Token::LParen);
    if cursor.eat_words(&["grouping", "sets"]) {
        return group_list(cursor).map(GroupItem::Sets);
    }
    if before_parenthesis && cursor.eat_word("rollup") {
        return group_list(cursor).map(GroupItem::Rollup);
    }
    if before_parenthesis && cursor.eat_word("cube") {
        return group_list(cursor).map(GroupItem::Cube);
    }
    if matches!((cursor.peek(), cursor.peek_nth(1)), (Token::LParen, Token::RParen)) {
        cursor.skip();
        cursor.skip();
        return Ok(GroupItem::Empty);
    }
    cursor.expr(precedence::ANY).map(as_group_item)
}

/// `(a, b)` is a list of columns to group by, not a row.
pub(in crate::parse) fn as_group_item(expr: Expr) -> GroupItem {
    if let Expr::Row { fields, explicit: false } = expr { GroupItem::List(fields) } else { GroupItem::Expr(expr) }
}

/// What follows FETCH FIRST: `[n] ROWS ONLY`, `[n] ROWS WITH TIES`.
fn fetch(cursor: &mut Cursor<'_, '_>) -> Result<Limit, ParserError> {
    let has_count = !matches!(cursor.word(), Some("row" | "rows"));
    let count = if has_count { cursor.expr(precedence::SIGN)? } else { Expr::Literal(Literal::Number("1".to_owned())) };
    if cursor.eat_one_of(&["row", "rows"]).is_none() {
        return Err(cursor.syntax_error());
    }
    if cursor.eat_words(&["with", "ties"]) {
        return Ok(Limit::WithTies(count));
    }
    cursor.expect_word("only")?;
    Ok(Limit::Count(count))
}

/// What follows TABLESAMPLE: `method (percentage) [REPEATABLE (seed)]`.
fn sample(cursor: &mut Cursor<'_, '_>) -> Result<Sample, ParserError> {
    let Some(method) = cursor.eat_one_of(&["bernoulli", "system"]) else {
        return Err(cursor.unsupported("a sampling method other than BERNOULLI and SYSTEM"));
    };
    let method = if method == "system" { SampleMethod::System } else { SampleMethod::Bernoulli };
    cursor.expect(&Token::LParen)?;
    let percentage = cursor.expr(precedence::ANY)?;
    cursor.expect(&Token::RParen)?;
    let seed = if cursor.eat_word("repeatable") {
        cursor.expect(&Token::LParen)?;
        let seed = cursor.expr(precedence::ANY)?;
        cursor.expect(&Token::RParen)?;
        Some(seed)
    } else {
        None
    };
    Ok(Sample { method, percentage, seed })
}

/// A function of ROWS FROM, with its column definitions.
fn function_item(cursor: &mut Cursor<'_, '_>) -> Result<FunctionItem, ParserError> {
    let call = cursor.expr(precedence::CAST)?;
    let mut column_defs = Vec::new();
    if cursor.eat_word("as") {
        // The normaliser has read the definitions: a mark for the alias, and one for them in parentheses.
        cursor.skip();
        cursor.expect(&Token::LParen)?;
        let parsed = cursor.parser.parse_identifier()?;
        let Some(Piece::ColumnDefs(definitions)) = cursor.hooks.take(&parsed) else { return Err(cursor.syntax_error()) };
        column_defs = definitions;
        cursor.expect(&Token::RParen)?;
    }
    Ok(FunctionItem { call, column_defs })
}

/// `name type [COLLATE collation], …`: the tokens within the parentheses of a column definition list.
pub(in crate::parse) fn column_definitions(hooks: &Hooks, tokens: Vec<TokenWithSpan>) -> Result<Vec<ColumnDef>, ParserError> {
    let mut parser = Parser::new(hooks).with_tokens_with_locations(tokens);
    let mut cursor = Cursor { parser: &mut parser, hooks };
    let definitions = cursor.separated(|cursor| {
        let name = cursor.column_id()?;
        let type_name = types::type_name(cursor)?;
        let collation = if cursor.eat_word("collate") { Some(cursor.qualified_name()?) } else { None };
        Ok(ColumnDef { name, type_name, collation })
    })?;
    if cursor.is_end() { Ok(definitions) } else { Err(cursor.syntax_error()) }
}
