//! Queries: WITH, set operations, VALUES, ORDER BY, LIMIT.

use sqlparser::ast::{
    Cte as SqlCte, CteAsMaterialized, LimitClause, Offset, OffsetRows, OrderBy, OrderByKind, Parens, Query as SqlQuery, SetExpr,
    SetOperator as SqlSetOperator, SetQuantifier, TableAlias, TableAliasColumnDef, Values, With as SqlWith,
};

use crate::base::SqlState;
use crate::parse::dialect::{Hooks, Piece};
use crate::parse::lexer::token::offset;
use crate::parse::syntax::{Body, Cte, Cycle, Expr, Ident, Limit, Query, Search, SetOperator, SortKey, With};
use crate::parse::{ParseError, Reason};

use super::expr::{expr, sort_key, taken};
use super::{absent, foreign, name, select};

/// Stack that one query takes at most before the next one within it is asked for, in bytes; and what is added when less is left.
const STACK_PER_QUERY: usize = 256 * 1024;
const STACK_ADDED: usize = 2 * 1024 * 1024;

/// A query with all its clauses.
pub(in crate::parse) fn query(hooks: &Hooks, query: SqlQuery) -> Result<Query, ParseError> {
    // sqlparser's values are large, and are moved through the frames of this function and of those that it calls.
    stacker::maybe_grow(STACK_PER_QUERY, STACK_ADDED, || all_clauses(hooks, query))
}

fn all_clauses(hooks: &Hooks, query: SqlQuery) -> Result<Query, ParseError> {
    let SqlQuery { with, body, order_by, limit_clause, fetch, locks, for_clause, settings, format_clause, pipe_operators } =
        query;
    // The normaliser has made FETCH a LIMIT.
    absent(fetch.is_none(), "FETCH in this place")?;
    absent(locks.is_empty(), "a row-locking clause")?;
    absent(for_clause.is_none(), "FOR XML and FOR JSON")?;
    absent(settings.is_none(), "SETTINGS")?;
    absent(format_clause.is_none(), "FORMAT")?;
    absent(pipe_operators.is_empty(), "the pipe operator")?;
    let with = with.map(|with| self::with(hooks, with)).transpose()?;
    let body = self::body(hooks, *body)?;
    let order_by = order_by.map_or_else(|| Ok(Vec::new()), |order_by| self::order_by(hooks, order_by))?;
    let (limit, offset) = match limit_clause {
        Some(clause) => limit_and_offset(hooks, clause)?,
        None => (None, None),
    };
    if matches!(limit, Some(Limit::WithTies(_))) && order_by.is_empty() {
        let message = "WITH TIES cannot be specified without ORDER BY clause";
        return Err(ParseError::token(SqlState::SYNTAX_ERROR, message, 0));
    }
    Ok(flat(Query { with, body, order_by, limit, offset }))
}

/// Parentheses around a whole query say nothing: `(SELECT …)` is `SELECT …`.
fn flat(query: Query) -> Query {
    let Query { with, body, order_by, limit, offset } = query;
    if let Body::Nested(inner) = body {
        if with.is_none() && order_by.is_empty() && limit.is_none() && offset.is_none() {
            return *inner;
        }
        return Query { with, body: Body::Nested(inner), order_by, limit, offset };
    }
    Query { with, body, order_by, limit, offset }
}

fn with(hooks: &Hooks, with: SqlWith) -> Result<With, ParseError> {
    let SqlWith { with_token: _, recursive, cte_tables } = with;
    let ctes = cte_tables.into_iter().map(|cte| self::cte(hooks, cte)).collect::<Result<_, _>>()?;
    Ok(With { recursive, ctes })
}

fn cte(hooks: &Hooks, cte: SqlCte) -> Result<Cte, ParseError> {
    let SqlCte { alias, query, from, materialized, closing_paren_token: _ } = cte;
    let (search, cycle) = from.map_or(Ok((None, None)), |clauses| recursion(hooks, &clauses))?;
    let TableAlias { explicit: _, name, columns, at } = alias;
    absent(at.is_none(), "AT in an alias")?;
    let materialized = match materialized {
        None => None,
        Some(CteAsMaterialized::Materialized) => Some(true),
        Some(CteAsMaterialized::NotMaterialized) => Some(false),
    };
    let query = Box::new(self::query(hooks, *query)?);
    Ok(Cte { name: name::ident(&name)?, columns: column_names(&columns)?, materialized, query, search, cycle })
}

/// The normaliser has put the clauses of recursion behind FROM, where PostgreSQL has nothing.
fn recursion(hooks: &Hooks, clauses: &sqlparser::ast::Ident) -> Result<(Option<Search>, Option<Cycle>), ParseError> {
    match hooks.take(clauses).and_then(Piece::recursion) {
        Some(clauses) => Ok(clauses),
        None => Err(ParseError::new(Reason::Syntax("from".to_owned()), offset(clauses.span))),
    }
}

/// `(a, b)` of an alias.
pub(super) fn column_names(columns: &[TableAliasColumnDef]) -> Result<Vec<Ident>, ParseError> {
    let name = |column: &TableAliasColumnDef| {
        let TableAliasColumnDef { name, data_type } = column;
        absent(data_type.is_none(), "a column definition list in this place")?;
        name::ident(name)
    };
    columns.iter().map(name).collect()
}

/// The body of a query. A chain of set operations hangs on its left side: it is taken apart in a loop, since sqlparser's values are large and make
/// large frames.
fn body(hooks: &Hooks, body: SetExpr) -> Result<Body, ParseError> {
    let mut first = body;
    let mut chain = Vec::new();
    while let SetExpr::SetOperation { left, op, set_quantifier, right } = first {
        chain.push((set_operator(op)?, is_all(set_quantifier)?, right));
        first = *left;
    }
    let mut body = simple(hooks, first)?;
    while let Some((op, all, right)) = chain.pop() {
        let right = Box::new(self::body(hooks, *right)?);
        body = Body::SetOperation { op, all, left: Box::new(body), right };
    }
    Ok(body)
}

fn set_operator(op: SqlSetOperator) -> Result<SetOperator, ParseError> {
    match op {
        SqlSetOperator::Union => Ok(SetOperator::Union),
        SqlSetOperator::Except => Ok(SetOperator::Except),
        SqlSetOperator::Intersect => Ok(SetOperator::Intersect),
        SqlSetOperator::Minus => Err(foreign("MINUS")),
    }
}

fn is_all(quantifier: SetQuantifier) -> Result<bool, ParseError> {
    match quantifier {
        SetQuantifier::All => Ok(true),
        SetQuantifier::Distinct | SetQuantifier::None => Ok(false),
        SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName => Err(foreign("BY NAME")),
    }
}

/// A body that is no set operation.
fn simple(hooks: &Hooks, body: SetExpr) -> Result<Body, ParseError> {
    match body {
        SetExpr::Select(select) => select::select(hooks, *select).map(|select| Body::Select(Box::new(select))),
        SetExpr::Query(inner) => query(hooks, *inner).map(nested),
        SetExpr::SetOperation { left: _, op: _, set_quantifier: _, right: _ } => self::body(hooks, body),
        SetExpr::Values(values) => self::values(hooks, values),
        SetExpr::Insert(_) => Err(ParseError::new(Reason::Write("INSERT".into()), None)),
        SetExpr::Update(_) => Err(ParseError::new(Reason::Write("UPDATE".into()), None)),
        SetExpr::Delete(_) => Err(ParseError::new(Reason::Write("DELETE".into()), None)),
        SetExpr::Merge(_) => Err(ParseError::new(Reason::Write("MERGE".into()), None)),
        // The normaliser has made TABLE a SELECT.
        SetExpr::Table(_) => Err(foreign("TABLE in this place")),
    }
}

/// A query in parentheses that has no clause of its own is its body.
fn nested(query: Query) -> Body {
    let Query { with, body, order_by, limit, offset } = query;
    if with.is_none() && order_by.is_empty() && limit.is_none() && offset.is_none() {
        return body;
    }
    Body::Nested(Box::new(Query { with, body, order_by, limit, offset }))
}

fn values(hooks: &Hooks, values: Values) -> Result<Body, ParseError> {
    let Values { explicit_row, value_keyword, rows } = values;
    if explicit_row || value_keyword {
        return Err(ParseError::new(Reason::Syntax("row".to_owned()), None));
    }
    let row = |row: Parens<Vec<sqlparser::ast::Expr>>| {
        let Parens { opening_token: _, content, closing_token: _ } = row;
        content.iter().map(|field| expr(hooks, field)).collect::<Result<Vec<Expr>, _>>()
    };
    rows.into_iter().map(row).collect::<Result<_, _>>().map(Body::Values)
}

fn order_by(hooks: &Hooks, order_by: OrderBy) -> Result<Vec<SortKey>, ParseError> {
    let OrderBy { kind, interpolate } = order_by;
    absent(interpolate.is_none(), "INTERPOLATE")?;
    match kind {
        OrderByKind::Expressions(keys) => keys.iter().map(|key| sort_key(hooks, key)).collect(),
        OrderByKind::All(_) => Err(foreign("ORDER BY ALL")),
    }
}

fn limit_and_offset(hooks: &Hooks, clause: LimitClause) -> Result<(Option<Limit>, Option<Expr>), ParseError> {
    match clause {
        LimitClause::LimitOffset { limit, offset, limit_by } => {
            absent(limit_by.is_empty(), "LIMIT BY")?;
            let limit = limit.map(|limit| self::limit(hooks, &limit)).transpose()?;
            let offset = match offset {
                None => None,
                Some(Offset { value, rows: OffsetRows::None | OffsetRows::Row | OffsetRows::Rows }) => Some(expr(hooks, &value)?),
            };
            Ok((limit, offset))
        }
        LimitClause::OffsetCommaLimit { offset: _, limit: _ } => Err(foreign("LIMIT with a comma")),
    }
}

fn limit(hooks: &Hooks, limit: &sqlparser::ast::Expr) -> Result<Limit, ParseError> {
    let sqlparser::ast::Expr::Identifier(ident) = limit else { return expr(hooks, limit).map(Limit::Count) };
    let piece = taken(hooks, ident)?;
    if let Piece::Limit(limit) = piece {
        return Ok(limit);
    }
    piece.expr().map(Limit::Count).ok_or_else(|| super::expr::misplaced(ident))
}
