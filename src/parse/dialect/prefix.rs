//! Where an expression begins: constants, names, parentheses, signs and words with syntax of their own.
#![expect(clippy::wildcard_enum_match_arm, reason = "of all tokens, what is not looked for here is an error where it is read")]

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::base::SqlState;
use crate::parse::ParseError;
use crate::parse::lexer::keywords::{Category, category};
use crate::parse::lexer::token;
use crate::parse::syntax::{Expr, Literal, Operator, When};

use super::{Cursor, Piece, call, from, literal, name, precedence, special};

/// The expression, up to the first operator that takes it as its left operand.
pub(super) fn prefix(cursor: &mut Cursor<'_, '_>) -> Result<Piece, ParserError> {
    if let Some(mark) = token::marked(cursor.peek()).map(str::to_owned) {
        return from::marked(cursor, &mark);
    }
    if let Some(name) = token::variable_name(cursor.peek()).map(str::to_owned) {
        let at = cursor.at();
        cursor.skip();
        return Ok(Piece::Expr(Expr::Variable { name, at }));
    }
    match cursor.peek() {
        Token::LParen => parenthesis(cursor),
        Token::Word(_) => word(cursor),
        Token::Plus | Token::Minus | Token::CustomBinaryOperator(_) => sign(cursor).map(Piece::Expr),
        _ => constant(cursor).map(Piece::Expr),
    }
}

/// A number, string, bit string or parameter.
fn constant(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    let constant = match cursor.peek().clone() {
        Token::Number(digits, _) => Literal::Number(digits),
        Token::SingleQuotedString(text) => Literal::Text(text),
        Token::SingleQuotedByteStringLiteral(bits) => Literal::Bits(bits),
        Token::HexStringLiteral(digits) => Literal::Hex(digits),
        Token::Placeholder(text) => {
            let number = parameter(cursor, &text)?;
            cursor.skip();
            return name::indirection(cursor, Expr::Parameter(number));
        }
        _ => return Err(cursor.syntax_error()),
    };
    cursor.skip();
    if matches!(cursor.peek(), Token::SingleQuotedString(_)) {
        return Err(cursor.syntax_error());
    }
    Ok(Expr::Literal(constant))
}

/// The number of `$n`.
fn parameter(cursor: &Cursor<'_, '_>, text: &str) -> Result<u32, ParserError> {
    let number: Option<u32> = text.strip_prefix('$').and_then(|digits| digits.parse().ok());
    let limit = cursor.hooks.parameter_limit();
    match number {
        Some(number) if number > 0 && usize::try_from(number).is_ok_and(|number| number <= limit) => Ok(number),
        Some(0) | None => {
            let message = format!("there is no parameter {text}");
            Err(cursor.hooks.fail(ParseError::token(SqlState::UNDEFINED_PARAMETER, message, cursor.offset().unwrap_or(0))))
        }
        // PostgreSQL finds a lower parameter that nothing gives a type: Bind has room for so many values alone.
        Some(number) if number > u32::from(u16::MAX) => {
            let message = "could not determine data type";
            Err(cursor.hooks.fail(ParseError::token(SqlState::INDETERMINATE_DATATYPE, message, cursor.offset().unwrap_or(0))))
        }
        Some(number) => {
            let found = usize::try_from(number).unwrap_or(usize::MAX);
            Err(cursor.too_large("number of parameters", found, limit, "parameters"))
        }
    }
}

/// `- x`, `+ x`, `@ x`
fn sign(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    let token = cursor.next().token;
    let binds = if matches!(token, Token::Plus | Token::Minus) { precedence::SIGN } else { precedence::OPERATOR };
    let symbol = precedence::symbol(&token).unwrap_or_default().to_owned();
    let expr = Box::new(cursor.expr(binds)?);
    Ok(Expr::Unary { op: Operator { symbol, qualified: false }, expr })
}

/// `(x)`, `(x, y)`, `(SELECT …)`, `()`, and what may follow them.
fn parenthesis(cursor: &mut Cursor<'_, '_>) -> Result<Piece, ParserError> {
    if cursor.is_query_in_parentheses() {
        let query = cursor.query_in_parentheses()?;
        return name::indirection(cursor, Expr::Subquery(query)).map(Piece::Expr);
    }
    cursor.skip();
    if cursor.eat(&Token::RParen) {
        return Ok(Piece::Group(crate::parse::syntax::GroupItem::Empty));
    }
    let mut fields = cursor.exprs()?;
    cursor.expect(&Token::RParen)?;
    match (fields.pop(), fields.is_empty()) {
        (Some(only), true) => {
            let is_followed = matches!(cursor.peek(), Token::Period | Token::LBracket);
            let is_indirection = matches!(only, Expr::Field { .. } | Expr::Subscript { .. } | Expr::Parenthesised(_));
            let base = if is_followed && is_indirection { Expr::Parenthesised(Box::new(only)) } else { only };
            name::indirection(cursor, base).map(Piece::Expr)
        }
        (last, _) => {
            fields.extend(last);
            Ok(Piece::Expr(Expr::Row { fields, explicit: false }))
        }
    }
}

/// A word: a construct of its own, a function call, a constant with a type in front, or a column.
fn word(cursor: &mut Cursor<'_, '_>) -> Result<Piece, ParserError> {
    let before_parenthesis = matches!(cursor.peek_nth(1), Token::LParen);
    let Some(word) = cursor.word().map(str::to_owned) else { return named(cursor).map(Piece::Expr) };
    let expr = match word.as_str() {
        "null" => keyword_constant(cursor, Literal::Null),
        "true" => keyword_constant(cursor, Literal::Boolean(true)),
        "false" => keyword_constant(cursor, Literal::Boolean(false)),
        "not" => {
            cursor.skip();
            Expr::Not(Box::new(cursor.expr(precedence::NOT)?))
        }
        "case" => case(cursor)?,
        "array" => array(cursor)?,
        "variadic" => {
            cursor.skip();
            return cursor.expr(precedence::ANY).map(Piece::Variadic);
        }
        "exists" if before_parenthesis => {
            cursor.skip();
            Expr::Exists(cursor.query_in_parentheses()?)
        }
        "row" if before_parenthesis => row(cursor)?,
        "operator" if before_parenthesis => {
            let op = qualified_operator(cursor)?;
            Expr::Unary { op, expr: Box::new(cursor.expr(precedence::OPERATOR)?) }
        }
        "default" => return Err(cursor.unsupported("DEFAULT in a query")),
        "current" if cursor.is_words(&["current", "of"]) => return Err(cursor.unsupported("WHERE CURRENT OF")),
        _ => match special::special(cursor, &word)? {
            Some(expr) => expr,
            None => match literal::keyword_typed(cursor, &word)? {
                Some(expr) => expr,
                None => named(cursor)?,
            },
        },
    };
    Ok(Piece::Expr(expr))
}

fn keyword_constant(cursor: &mut Cursor<'_, '_>, literal: Literal) -> Expr {
    cursor.skip();
    Expr::Literal(literal)
}

/// A name, and what it turns out to be.
fn named(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    let at = cursor.at();
    let kind = cursor.word().map_or(Category::None, category);
    if kind.is_reserved() {
        return Err(cursor.syntax_error());
    }
    let start = cursor.offset();
    let first = cursor.label()?;
    let parts = cursor.dotted(first)?;
    let is_single = parts.len() == 1;
    match cursor.peek() {
        Token::LParen if !is_single || kind.names_functions() => call::call_or_typed(cursor, parts, at),
        Token::SingleQuotedString(_) if !is_single || kind.names_functions() => literal::typed(cursor, parts, at),
        // PostgreSQL's grammar stops at a function's name that is no column's name.
        _ if is_single && !kind.names_columns() => {
            let near = parts.into_iter().next().map(|part| part.name).unwrap_or_default();
            Err(cursor.hooks.fail(ParseError::new(crate::parse::Reason::Syntax(near), start)))
        }
        _ => name::column(cursor, parts, at),
    }
}

/// `CASE …`
fn case(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    cursor.skip();
    let operand = if cursor.is_word("when") { None } else { Some(Box::new(cursor.expr(precedence::ANY)?)) };
    let mut whens = Vec::new();
    while cursor.eat_word("when") {
        let condition = cursor.expr(precedence::ANY)?;
        cursor.expect_word("then")?;
        whens.push(When { condition, result: cursor.expr(precedence::ANY)? });
    }
    if whens.is_empty() {
        return Err(cursor.syntax_error());
    }
    let otherwise = if cursor.eat_word("else") { Some(Box::new(cursor.expr(precedence::ANY)?)) } else { None };
    cursor.expect_word("end")?;
    Ok(Expr::Case { operand, whens, otherwise })
}

/// `ARRAY[…]`, `ARRAY(SELECT …)`
fn array(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    cursor.skip();
    if matches!(cursor.peek(), Token::LParen) {
        let query = Expr::ArrayQuery(cursor.query_in_parentheses()?);
        return Ok(query);
    }
    let elements = array_elements(cursor)?;
    Ok(Expr::Array(elements))
}

/// `[a, b]`, `[[a, b], [c, d]]`, `[]`
fn array_elements(cursor: &mut Cursor<'_, '_>) -> Result<Vec<Expr>, ParserError> {
    cursor.expect(&Token::LBracket)?;
    if cursor.eat(&Token::RBracket) {
        return Ok(Vec::new());
    }
    let elements = if matches!(cursor.peek(), Token::LBracket) {
        cursor.separated(|cursor| array_elements(cursor).map(Expr::Array))?
    } else {
        cursor.exprs()?
    };
    cursor.expect(&Token::RBracket)?;
    Ok(elements)
}

/// `ROW(…)`
fn row(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    cursor.skip();
    cursor.expect(&Token::LParen)?;
    let fields = if matches!(cursor.peek(), Token::RParen) { Vec::new() } else { cursor.exprs()? };
    cursor.expect(&Token::RParen)?;
    Ok(Expr::Row { fields, explicit: true })
}

/// `OPERATOR(pg_catalog.+)`; a schema other than `pg_catalog` is refused.
pub(super) fn qualified_operator(cursor: &mut Cursor<'_, '_>) -> Result<Operator, ParserError> {
    cursor.expect_word("operator")?;
    cursor.expect(&Token::LParen)?;
    let mut qualified = false;
    while token::name(cursor.peek()).is_some() {
        if qualified || token::name(cursor.peek()) != Some("pg_catalog") {
            return Err(cursor.unsupported("an operator of another schema than pg_catalog"));
        }
        qualified = true;
        cursor.skip();
        cursor.expect(&Token::Period)?;
    }
    let Some(symbol) = precedence::symbol(cursor.peek()).map(str::to_owned) else { return Err(cursor.syntax_error()) };
    cursor.skip();
    cursor.expect(&Token::RParen)?;
    Ok(Operator { symbol, qualified })
}
