//! Operators that follow their left operand and that sqlparser does not read as PostgreSQL does. The rest (`a + b`, AND, OR) is sqlparser's own.

use sqlparser::ast::Expr as SqlExpr;
use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::parse::lexer::token::plain;
use crate::parse::lower;
use crate::parse::syntax::{BoolTest, Expr, JsonKind, LikeKind, NormalForm, Operator, QuantifiedRight, Quantifier};

use super::{Cursor, Piece, json, precedence, prefix, types};

/// The whole expression, or `None` when sqlparser reads the operator rightly.
pub(super) fn infix(cursor: &mut Cursor<'_, '_>, left: &SqlExpr) -> Option<Result<Piece, ParserError>> {
    let word = cursor.word();
    let ours = match word {
        Some("and" | "or") => false,
        Some(_) => true,
        None => matches!(cursor.peek(), Token::DoubleColon) || is_quantifier(cursor, 1),
    };
    ours.then(|| {
        let left = lower::expr(cursor.hooks, left).map_err(|error| cursor.hooks.fail(error))?;
        if cursor.eat_word("using") {
            return sorting_operator(cursor).map(|op| Piece::SortedBy(left, op));
        }
        operator(cursor, Box::new(left)).map(Piece::Expr)
    })
}

/// What follows USING in ORDER BY.
fn sorting_operator(cursor: &mut Cursor<'_, '_>) -> Result<Operator, ParserError> {
    if cursor.is_word("operator") {
        return prefix::qualified_operator(cursor);
    }
    let Some(symbol) = precedence::symbol(cursor.peek()).map(str::to_owned) else { return Err(cursor.syntax_error()) };
    cursor.skip();
    Ok(Operator { symbol, qualified: false })
}

/// ANY, ALL or SOME with a parenthesis behind it, `n` tokens ahead.
fn is_quantifier(cursor: &Cursor<'_, '_>, n: usize) -> bool {
    matches!(plain(cursor.peek_nth(n)), Some("any" | "all" | "some")) && matches!(cursor.peek_nth(n + 1), Token::LParen)
}

fn operator(cursor: &mut Cursor<'_, '_>, left: Box<Expr>) -> Result<Expr, ParserError> {
    if cursor.eat(&Token::DoubleColon) {
        return Ok(Expr::Cast { expr: left, target: types::type_name(cursor)? });
    }
    if let Some(symbol) = precedence::symbol(cursor.peek()).map(str::to_owned) {
        cursor.skip();
        return quantified(cursor, left, Operator { symbol, qualified: false });
    }
    match cursor.word().unwrap_or_default() {
        "is" => {
            cursor.skip();
            is(cursor, left)
        }
        "isnull" => {
            cursor.skip();
            Ok(Expr::IsNull { expr: left, negated: false })
        }
        "notnull" => {
            cursor.skip();
            Ok(Expr::IsNull { expr: left, negated: true })
        }
        "operator" => {
            let op = prefix::qualified_operator(cursor)?;
            if is_quantifier(cursor, 0) {
                return quantified(cursor, left, op);
            }
            let right = Box::new(cursor.expr(precedence::OPERATOR)?);
            Ok(Expr::Binary { op, left, right })
        }
        "overlaps" => overlaps(cursor, *left),
        "at" => at_time_zone(cursor, left),
        "collate" => {
            cursor.skip();
            Ok(Expr::Collate { expr: left, collation: cursor.qualified_name()? })
        }
        _ => predicate(cursor, left),
    }
}

/// `[NOT] BETWEEN`, `[NOT] IN`, `[NOT] LIKE` and their kin
fn predicate(cursor: &mut Cursor<'_, '_>, expr: Box<Expr>) -> Result<Expr, ParserError> {
    let negated = cursor.eat_word("not");
    match cursor.eat_one_of(&["between", "in", "like", "ilike", "similar"]) {
        Some("between") => between(cursor, expr, negated),
        Some("in") => within(cursor, expr, negated),
        Some("like") => like(cursor, expr, LikeKind::Like, negated),
        Some("ilike") => like(cursor, expr, LikeKind::ILike, negated),
        Some(_) => {
            cursor.expect_word("to")?;
            like(cursor, expr, LikeKind::Similar, negated)
        }
        None => Err(cursor.syntax_error()),
    }
}

fn between(cursor: &mut Cursor<'_, '_>, expr: Box<Expr>, negated: bool) -> Result<Expr, ParserError> {
    let symmetric = cursor.eat_one_of(&["asymmetric", "symmetric"]) == Some("symmetric");
    let low = Box::new(cursor.expr(precedence::BETWEEN)?);
    cursor.expect_word("and")?;
    let high = Box::new(cursor.expr(precedence::BETWEEN)?);
    Ok(Expr::Between { expr, low, high, negated, symmetric })
}

fn within(cursor: &mut Cursor<'_, '_>, expr: Box<Expr>, negated: bool) -> Result<Expr, ParserError> {
    if cursor.is_query_in_parentheses() {
        let query = cursor.query_in_parentheses()?;
        return Ok(Expr::InQuery { expr, query, negated });
    }
    cursor.expect(&Token::LParen)?;
    let list = cursor.exprs()?;
    cursor.expect(&Token::RParen)?;
    Ok(Expr::InList { expr, list, negated })
}

fn like(cursor: &mut Cursor<'_, '_>, expr: Box<Expr>, kind: LikeKind, negated: bool) -> Result<Expr, ParserError> {
    if is_quantifier(cursor, 0) && kind != LikeKind::Similar {
        let symbol = match (kind, negated) {
            (LikeKind::ILike, false) => "~~*",
            (LikeKind::ILike, true) => "!~~*",
            (LikeKind::Like | LikeKind::Similar, false) => "~~",
            (LikeKind::Like | LikeKind::Similar, true) => "!~~",
        };
        return quantified(cursor, expr, Operator { symbol: symbol.to_owned(), qualified: false });
    }
    let pattern = Box::new(cursor.expr(precedence::BETWEEN)?);
    let escape = if cursor.eat_word("escape") { Some(Box::new(cursor.expr(precedence::BETWEEN)?)) } else { None };
    Ok(Expr::Like { kind, expr, pattern, escape, negated })
}

/// `ANY (…)`, `ALL (…)`; the operator is behind.
fn quantified(cursor: &mut Cursor<'_, '_>, left: Box<Expr>, op: Operator) -> Result<Expr, ParserError> {
    let quantifier = match cursor.eat_one_of(&["any", "some", "all"]) {
        Some("all") => Quantifier::All,
        Some(_) => Quantifier::Any,
        None => return Err(cursor.syntax_error()),
    };
    let right = if cursor.is_query_in_parentheses() {
        QuantifiedRight::Query(cursor.query_in_parentheses()?)
    } else {
        cursor.expect(&Token::LParen)?;
        let array = cursor.expr(precedence::ANY)?;
        cursor.expect(&Token::RParen)?;
        QuantifiedRight::Array(Box::new(array))
    };
    Ok(Expr::Quantified { left, op, quantifier, right })
}

/// What follows IS.
fn is(cursor: &mut Cursor<'_, '_>, expr: Box<Expr>) -> Result<Expr, ParserError> {
    let negated = cursor.eat_word("not");
    let test = match cursor.eat_one_of(&["true", "false", "unknown"]) {
        Some("true") => Some(BoolTest::True),
        Some("false") => Some(BoolTest::False),
        Some(_) => Some(BoolTest::Unknown),
        None => None,
    };
    if let Some(test) = test {
        return Ok(Expr::IsBool { expr, test, negated });
    }
    if cursor.eat_word("null") {
        return Ok(Expr::IsNull { expr, negated });
    }
    if cursor.eat_words(&["distinct", "from"]) {
        let right = Box::new(cursor.expr(precedence::IS)?);
        return Ok(Expr::IsDistinct { left: expr, right, negated });
    }
    if cursor.eat_word("json") {
        return is_json(cursor, expr, negated);
    }
    if cursor.eat_word("document") {
        return Ok(Expr::IsDocument { expr, negated });
    }
    if cursor.is_word("of") {
        return Err(cursor.unsupported("IS OF"));
    }
    let form = normal_form(cursor);
    cursor.expect_word("normalized")?;
    Ok(Expr::IsNormalized { expr, form, negated })
}

/// NFC and its kin, when one comes next.
pub(super) fn normal_form(cursor: &mut Cursor<'_, '_>) -> NormalForm {
    match cursor.eat_one_of(&["nfc", "nfd", "nfkc", "nfkd"]) {
        Some("nfc") => NormalForm::Nfc,
        Some("nfd") => NormalForm::Nfd,
        Some("nfkc") => NormalForm::Nfkc,
        Some(_) => NormalForm::Nfkd,
        None => NormalForm::Default,
    }
}

fn is_json(cursor: &mut Cursor<'_, '_>, expr: Box<Expr>, negated: bool) -> Result<Expr, ParserError> {
    let kind = match cursor.eat_one_of(&["array", "object", "scalar", "value"]) {
        Some("array") => JsonKind::Array,
        Some("object") => JsonKind::Object,
        Some("scalar") => JsonKind::Scalar,
        Some(_) | None => JsonKind::Value,
    };
    Ok(Expr::IsJson { expr, kind, unique_keys: json::unique_keys(cursor), negated })
}

/// `(a, b) OVERLAPS (c, d)`
fn overlaps(cursor: &mut Cursor<'_, '_>, left: Expr) -> Result<Expr, ParserError> {
    let Some(left) = two_fields(left) else { return Err(cursor.syntax_error()) };
    cursor.skip();
    let right = cursor.expr(precedence::CAST)?;
    match two_fields(right) {
        Some(right) => Ok(Expr::Overlaps { left, right }),
        None => Err(cursor.syntax_error()),
    }
}

fn two_fields(row: Expr) -> Option<[Box<Expr>; 2]> {
    let Expr::Row { fields, explicit: _ } = row else { return None };
    let fields: [Expr; 2] = fields.try_into().ok()?;
    Some(fields.map(Box::new))
}

/// `AT TIME ZONE z`, `AT LOCAL`
fn at_time_zone(cursor: &mut Cursor<'_, '_>, expr: Box<Expr>) -> Result<Expr, ParserError> {
    cursor.skip();
    if cursor.eat_word("local") {
        return Ok(Expr::AtTimeZone { expr, zone: None });
    }
    cursor.expect_word("time")?;
    cursor.expect_word("zone")?;
    let zone = cursor.expr(precedence::AT)?;
    Ok(Expr::AtTimeZone { expr, zone: Some(Box::new(zone)) })
}
