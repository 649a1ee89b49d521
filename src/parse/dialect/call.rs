//! Function calls (`func_expr` of gram.y).

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::base::SqlState;
use crate::parse::ParseError;
use crate::parse::lexer::token;
use crate::parse::syntax::{Argument, Call, Expr, Literal, Over, Pos, QualifiedName, TypeName};

use super::{Cursor, precedence, window};

/// A call whose name is behind; or `numeric(10, 2) '1.5'`, which begins like one.
pub(super) fn call_or_typed(cursor: &mut Cursor<'_, '_>, name: QualifiedName, at: Pos) -> Result<Expr, ParserError> {
    let mut call = arguments(cursor, name, at)?;
    if let Token::SingleQuotedString(text) = cursor.peek().clone() {
        let Some(target) = as_type(cursor, &call) else { return Err(cursor.syntax_error()) };
        cursor.skip();
        return Ok(Expr::Cast { expr: Box::new(Expr::Literal(Literal::Text(text))), target });
    }
    tail(cursor, &mut call)?;
    Ok(Expr::Call(Box::new(call)))
}

/// The name and what stands in the parentheses.
fn arguments(cursor: &mut Cursor<'_, '_>, name: QualifiedName, at: Pos) -> Result<Call, ParserError> {
    let mut call = Call {
        id: cursor.hooks.node(),
        at,
        name,
        arguments: Vec::new(),
        star: false,
        distinct: false,
        variadic: false,
        order_by: Vec::new(),
        within_group: Vec::new(),
        filter: None,
        over: None,
    };
    cursor.expect(&Token::LParen)?;
    if cursor.eat(&Token::RParen) {
        return Ok(call);
    }
    if matches!((cursor.peek(), cursor.peek_nth(1)), (Token::Mul, Token::RParen)) {
        cursor.skip();
        cursor.skip();
        call.star = true;
        return Ok(call);
    }
    call.distinct = cursor.eat_one_of(&["all", "distinct"]) == Some("distinct");
    loop {
        call.variadic = cursor.eat_word("variadic");
        call.arguments.push(argument(cursor)?);
        if call.variadic || !cursor.eat(&Token::Comma) {
            break;
        }
    }
    if cursor.eat_words(&["order", "by"]) {
        call.order_by = cursor.sort_keys()?;
    }
    cursor.expect(&Token::RParen)?;
    Ok(call)
}

/// `x`, `name => x`, `name := x`
fn argument(cursor: &mut Cursor<'_, '_>) -> Result<Argument, ParserError> {
    let is_named = token::name(cursor.peek()).is_some() && matches!(cursor.peek_nth(1), Token::RArrow | Token::Assignment);
    let name = if is_named {
        let name = cursor.non_reserved()?;
        cursor.skip();
        Some(name)
    } else {
        None
    };
    Ok(Argument { name, value: cursor.expr(precedence::ANY)? })
}

/// WITHIN GROUP, FILTER and OVER.
fn tail(cursor: &mut Cursor<'_, '_>, call: &mut Call) -> Result<(), ParserError> {
    if cursor.is_words(&["within", "group"]) {
        let clash = match call {
            Call { distinct: true, .. } => Some("cannot use DISTINCT with WITHIN GROUP"),
            Call { variadic: true, .. } => Some("cannot use VARIADIC with WITHIN GROUP"),
            Call { order_by, .. } if !order_by.is_empty() => Some("cannot use multiple ORDER BY clauses with WITHIN GROUP"),
            Call { .. } => None,
        };
        if let Some(message) = clash {
            let error = ParseError::token(SqlState::SYNTAX_ERROR, message, cursor.offset().unwrap_or(0));
            return Err(cursor.hooks.fail(error));
        }
        cursor.skip();
        cursor.skip();
        cursor.expect(&Token::LParen)?;
        cursor.expect_word("order")?;
        cursor.expect_word("by")?;
        call.within_group = cursor.sort_keys()?;
        cursor.expect(&Token::RParen)?;
    }
    call.filter = filter(cursor)?;
    if cursor.is_words(&["ignore", "nulls"]) || cursor.is_words(&["respect", "nulls"]) {
        return Err(cursor.unsupported("the treatment of nulls in a window function"));
    }
    call.over = over(cursor)?;
    Ok(())
}

/// `FILTER (WHERE condition)`, when it follows.
pub(super) fn filter(cursor: &mut Cursor<'_, '_>) -> Result<Option<Expr>, ParserError> {
    if !cursor.is_word("filter") || !matches!(cursor.peek_nth(1), Token::LParen) {
        return Ok(None);
    }
    cursor.skip();
    cursor.skip();
    cursor.expect_word("where")?;
    let condition = cursor.expr(precedence::ANY)?;
    cursor.expect(&Token::RParen)?;
    Ok(Some(condition))
}

/// `OVER w`, `OVER (…)`, when it follows.
pub(super) fn over(cursor: &mut Cursor<'_, '_>) -> Result<Option<Over>, ParserError> {
    let before_window = matches!(cursor.peek_nth(1), Token::LParen) || token::name(cursor.peek_nth(1)).is_some();
    if !cursor.is_word("over") || !before_window {
        return Ok(None);
    }
    cursor.skip();
    if !cursor.eat(&Token::LParen) {
        return cursor.column_id().map(Over::Named).map(Some);
    }
    let window = window::window(cursor)?;
    cursor.expect(&Token::RParen)?;
    Ok(Some(Over::Window(window)))
}

/// The type that a call without anything but integers in its parentheses names.
fn as_type(cursor: &Cursor<'_, '_>, call: &Call) -> Option<TypeName> {
    if !call.is_plain() || call.arguments.is_empty() {
        return None;
    }
    let modifiers = call.arguments.iter().map(modifier).collect::<Option<_>>()?;
    let id = cursor.hooks.node();
    Some(TypeName { id, at: call.at, name: call.name.clone(), modifiers, dimensions: Vec::new(), fields: None, keyword: false })
}

fn modifier(argument: &Argument) -> Option<i64> {
    let Argument { name: None, value: Expr::Literal(Literal::Number(digits)) } = argument else { return None };
    Literal::integer(digits)
}
