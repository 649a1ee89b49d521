//! Expressions: the operators that sqlparser reads itself, and the marks that stand for what the hooks read.

use sqlparser::ast::{BinaryOperator, Expr as SqlExpr, Ident as SqlIdent, ObjectName, OrderByExpr, OrderByOptions, OrderBySort};

use crate::parse::dialect::{Hooks, Piece};
use crate::parse::lexer::token::offset;
use crate::parse::syntax::{ColumnRef, Expr, Nulls, Operator, SortKey};
use crate::parse::{ParseError, Reason};

use super::{absent, foreign, name};

/// An expression of ours. Each mark in it is exchanged once.
#[expect(clippy::wildcard_enum_match_arm, reason = "`construct` names every other variant")]
pub(in crate::parse) fn expr(hooks: &Hooks, expr: &SqlExpr) -> Result<Expr, ParseError> {
    match expr {
        SqlExpr::Identifier(ident) => as_expr(taken(hooks, ident)?, ident),
        SqlExpr::BinaryOp { left, op, right } => binary(hooks, left, op, right),
        SqlExpr::QualifiedWildcard(name, _) => star(hooks, name),
        other => Err(foreign(construct(other))),
    }
}

/// The piece behind a mark.
pub(super) fn taken(hooks: &Hooks, ident: &SqlIdent) -> Result<Piece, ParseError> {
    hooks.take(ident).ok_or_else(|| misplaced(ident))
}

/// The piece as an expression, where nothing else may stand.
pub(super) fn as_expr(piece: Piece, mark: &SqlIdent) -> Result<Expr, ParseError> {
    if matches!(piece, Piece::SortedBy(_, _)) {
        return Err(ParseError::new(Reason::Syntax("using".to_owned()), None));
    }
    piece.expr().ok_or_else(|| misplaced(mark))
}

/// Syntax in a place where PostgreSQL does not have it.
pub(super) fn misplaced(ident: &SqlIdent) -> ParseError {
    ParseError::new(Reason::Syntax(String::new()), offset(ident.span))
}

/// `t.*`
pub(super) fn star(hooks: &Hooks, name: &ObjectName) -> Result<Expr, ParseError> {
    let parts = name::qualified(&name::parts(name)?)?;
    let at = parts.first().map_or(crate::parse::syntax::Pos::NONE, |part| part.at);
    Ok(Expr::Column(ColumnRef { id: hooks.node(), at, parts, star: true }))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`symbol` names every other variant")]
fn binary(hooks: &Hooks, left: &SqlExpr, op: &BinaryOperator, right: &SqlExpr) -> Result<Expr, ParseError> {
    // %nonassoc in gram.y: `a < b < c` is an error.
    if is_comparison(op) && [left, right].into_iter().any(is_comparison_of) {
        return Err(ParseError::new(Reason::Syntax(symbol(op)?.to_owned()), None));
    }
    let left = Box::new(expr(hooks, left)?);
    let right = Box::new(expr(hooks, right)?);
    match op {
        BinaryOperator::And => Ok(Expr::And(left, right)),
        BinaryOperator::Or => Ok(Expr::Or(left, right)),
        other => {
            let op = Operator { symbol: symbol(other)?.to_owned(), qualified: false };
            Ok(Expr::Binary { op, left, right })
        }
    }
}

fn is_comparison(op: &BinaryOperator) -> bool {
    matches!(
        op,
        BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq
    )
}

/// An expression in parentheses is a mark here, so that it does not count.
fn is_comparison_of(expr: &SqlExpr) -> bool {
    matches!(expr, SqlExpr::BinaryOp { left: _, op, right: _ } if is_comparison(op))
}

/// The symbol of an operator that our lexer makes. Every operator without a token of its own comes as `Custom`.
fn symbol(op: &BinaryOperator) -> Result<&str, ParseError> {
    let symbol = match op {
        BinaryOperator::Plus => "+",
        BinaryOperator::Minus => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Modulo => "%",
        BinaryOperator::PGExp => "^",
        BinaryOperator::Gt => ">",
        BinaryOperator::Lt => "<",
        BinaryOperator::GtEq => ">=",
        BinaryOperator::LtEq => "<=",
        BinaryOperator::Eq => "=",
        BinaryOperator::NotEq => "<>",
        BinaryOperator::Custom(symbol) => symbol,
        BinaryOperator::And
        | BinaryOperator::AndGt
        | BinaryOperator::AndLt
        | BinaryOperator::AndLtPipe
        | BinaryOperator::Arrow
        | BinaryOperator::ArrowAt
        | BinaryOperator::Assignment
        | BinaryOperator::At
        | BinaryOperator::AtArrow
        | BinaryOperator::AtAt
        | BinaryOperator::AtQuestion
        | BinaryOperator::BitwiseAnd
        | BinaryOperator::BitwiseOr
        | BinaryOperator::BitwiseXor
        | BinaryOperator::DoubleHash
        | BinaryOperator::DuckIntegerDivide
        | BinaryOperator::Glob
        | BinaryOperator::GtCaret
        | BinaryOperator::HashArrow
        | BinaryOperator::HashLongArrow
        | BinaryOperator::HashMinus
        | BinaryOperator::LongArrow
        | BinaryOperator::LtCaret
        | BinaryOperator::LtDashGt
        | BinaryOperator::LtLtPipe
        | BinaryOperator::Match
        | BinaryOperator::MyIntegerDivide
        | BinaryOperator::Or
        | BinaryOperator::Overlaps
        | BinaryOperator::PGBitwiseShiftLeft
        | BinaryOperator::PGBitwiseShiftRight
        | BinaryOperator::PGBitwiseXor
        | BinaryOperator::PGCustomBinaryOperator(_)
        | BinaryOperator::PGILikeMatch
        | BinaryOperator::PGLikeMatch
        | BinaryOperator::PGNotILikeMatch
        | BinaryOperator::PGNotLikeMatch
        | BinaryOperator::PGOverlap
        | BinaryOperator::PGRegexIMatch
        | BinaryOperator::PGRegexMatch
        | BinaryOperator::PGRegexNotIMatch
        | BinaryOperator::PGRegexNotMatch
        | BinaryOperator::PGStartsWith
        | BinaryOperator::PipeAndGt
        | BinaryOperator::PipeGtGt
        | BinaryOperator::Question
        | BinaryOperator::QuestionAnd
        | BinaryOperator::QuestionDash
        | BinaryOperator::QuestionDashPipe
        | BinaryOperator::QuestionDoublePipe
        | BinaryOperator::QuestionHash
        | BinaryOperator::QuestionPipe
        | BinaryOperator::Regexp
        | BinaryOperator::Spaceship
        | BinaryOperator::StringConcat
        | BinaryOperator::TildeEq
        | BinaryOperator::Xor => return Err(foreign("an operator that PostgreSQL does not have")),
    };
    Ok(symbol)
}

/// A key of ORDER BY.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other piece is an expression or out of place")]
pub(in crate::parse) fn sort_key(hooks: &Hooks, key: &OrderByExpr) -> Result<SortKey, ParseError> {
    let OrderByExpr { expr: key, options: OrderByOptions { sort, nulls_first }, with_fill } = key;
    absent(with_fill.is_none(), "WITH FILL")?;
    let descending = match sort {
        None => None,
        Some(OrderBySort::Asc) => Some(false),
        Some(OrderBySort::Desc) => Some(true),
        // The hooks have read USING as a part of the key.
        Some(OrderBySort::Using(_)) => return Err(foreign("ORDER BY … USING in this place")),
    };
    let nulls = nulls_first.map(|first| if first { Nulls::First } else { Nulls::Last });
    if let SqlExpr::Identifier(mark) = key {
        return match taken(hooks, mark)? {
            Piece::SortedBy(_, _) if descending.is_some() => Err(ParseError::new(Reason::Syntax("using".to_owned()), None)),
            Piece::SortedBy(expr, op) => Ok(SortKey { expr, descending: None, using: Some(op), nulls }),
            piece => Ok(SortKey { expr: as_expr(piece, mark)?, descending, using: None, nulls }),
        };
    }
    Ok(SortKey { expr: expr(hooks, key)?, descending, using: None, nulls })
}

/// What sqlparser calls an expression that the hooks never give it.
fn construct(expr: &SqlExpr) -> &'static str {
    match expr {
        SqlExpr::AllOp { .. } | SqlExpr::AnyOp { .. } => "ANY or ALL in this place",
        SqlExpr::Array(_) => "an array in this place",
        SqlExpr::AtTimeZone { .. } => "AT TIME ZONE in this place",
        SqlExpr::Between { .. } => "BETWEEN in this place",
        SqlExpr::BinaryOp { .. } => "an operator in this place",
        SqlExpr::Case { .. } => "CASE in this place",
        SqlExpr::Cast { .. } => "a cast in this place",
        SqlExpr::Ceil { .. } | SqlExpr::Floor { .. } => "CEIL or FLOOR with a field",
        SqlExpr::Collate { .. } => "COLLATE in this place",
        SqlExpr::CompoundFieldAccess { .. } | SqlExpr::CompoundIdentifier(_) => {
            "a field or subscript of something without parentheses"
        }
        SqlExpr::Convert { .. } => "CONVERT",
        SqlExpr::Cube(_) | SqlExpr::GroupingSets(_) | SqlExpr::Rollup(_) => "grouping sets in this place",
        SqlExpr::Dictionary(_) | SqlExpr::Map(_) | SqlExpr::Struct { .. } => "a map or struct",
        SqlExpr::Exists { .. } => "EXISTS in this place",
        SqlExpr::Extract { .. } => "EXTRACT in this place",
        SqlExpr::Function(_) => "a function in this place",
        SqlExpr::Identifier(_) => "a name in this place",
        SqlExpr::ILike { .. } | SqlExpr::Like { .. } | SqlExpr::RLike { .. } | SqlExpr::SimilarTo { .. } => "LIKE in this place",
        SqlExpr::InList { .. } | SqlExpr::InSubquery { .. } | SqlExpr::InUnnest { .. } => "IN in this place",
        SqlExpr::Interval(_) => "INTERVAL in this place",
        SqlExpr::IsDistinctFrom(_, _)
        | SqlExpr::IsFalse(_)
        | SqlExpr::IsJson { .. }
        | SqlExpr::IsNormalized { .. }
        | SqlExpr::IsNotDistinctFrom(_, _)
        | SqlExpr::IsNotFalse(_)
        | SqlExpr::IsNotNull(_)
        | SqlExpr::IsNotTrue(_)
        | SqlExpr::IsNotUnknown(_)
        | SqlExpr::IsNull(_)
        | SqlExpr::IsTrue(_)
        | SqlExpr::IsUnknown(_) => "IS in this place",
        SqlExpr::JsonAccess { .. } => "a path into JSON",
        SqlExpr::Lambda(_) => "a lambda",
        SqlExpr::MatchAgainst { .. } => "MATCH AGAINST",
        SqlExpr::MemberOf(_) => "MEMBER OF",
        SqlExpr::Named { .. } => "an argument with AS",
        SqlExpr::Nested(_) | SqlExpr::Tuple(_) => "parentheses in this place",
        SqlExpr::OuterJoin(_) => "an outer join by (+)",
        SqlExpr::Overlay { .. } | SqlExpr::Position { .. } | SqlExpr::Substring { .. } | SqlExpr::Trim { .. } => {
            "a string function in this place"
        }
        SqlExpr::Prefixed { .. } => "a constant with a prefix",
        SqlExpr::Prior(_) => "PRIOR",
        SqlExpr::QualifiedWildcard(_, _) | SqlExpr::Wildcard(_) => "a star in this place",
        SqlExpr::Subquery(_) => "a query in this place",
        SqlExpr::TypedString(_) | SqlExpr::Value(_) => "a constant in this place",
        SqlExpr::UnaryOp { .. } => "a sign in this place",
    }
}
