//! The SEARCH and CYCLE clauses behind a common table expression (`opt_search_clause`, `opt_cycle_clause` of gram.y).

use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::parse::syntax::{Cycle, Expr, Ident, Search};

use super::{Cursor, Hooks, precedence};

/// Both clauses, and how many of the tokens they are.
pub(in crate::parse) fn recursion(
    hooks: &Hooks,
    tokens: Vec<TokenWithSpan>,
) -> Result<(Option<Search>, Option<Cycle>, usize), ParserError> {
    let mut parser = Parser::new(hooks).with_tokens_with_locations(tokens);
    let mut cursor = Cursor { parser: &mut parser, hooks };
    let search = if cursor.eat_word("search") { Some(search(&mut cursor)?) } else { None };
    let cycle = if cursor.eat_word("cycle") { Some(cycle(&mut cursor)?) } else { None };
    Ok((search, cycle, parser.index()))
}

/// `DEPTH FIRST BY a, b SET c`
fn search(cursor: &mut Cursor<'_, '_>) -> Result<Search, ParserError> {
    let breadth_first = match cursor.eat_one_of(&["breadth", "depth"]) {
        Some("breadth") => true,
        Some(_) => false,
        None => return Err(cursor.syntax_error()),
    };
    cursor.expect_word("first")?;
    cursor.expect_word("by")?;
    let columns = names(cursor)?;
    cursor.expect_word("set")?;
    Ok(Search { breadth_first, columns, sequence: cursor.column_id()? })
}

/// `a, b SET c TO x DEFAULT y USING p`
fn cycle(cursor: &mut Cursor<'_, '_>) -> Result<Cycle, ParserError> {
    let columns = names(cursor)?;
    cursor.expect_word("set")?;
    let mark = cursor.column_id()?;
    let values = if cursor.eat_word("to") {
        let on_cycle = constant(cursor)?;
        cursor.expect_word("default")?;
        Some((on_cycle, constant(cursor)?))
    } else {
        None
    };
    cursor.expect_word("using")?;
    Ok(Cycle { columns, mark, values, path: cursor.column_id()? })
}

fn names(cursor: &mut Cursor<'_, '_>) -> Result<Vec<Ident>, ParserError> {
    cursor.separated(Cursor::column_id)
}

/// A constant, which may have a type in front (`AexprConst` of gram.y).
#[expect(clippy::wildcard_enum_match_arm, reason = "no other expression is a constant")]
fn constant(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    let is_call = cursor.is_word("cast") && matches!(cursor.peek_nth(1), Token::LParen);
    let error = cursor.syntax_error();
    match cursor.expr(precedence::CAST)? {
        Expr::Literal(literal) => Ok(Expr::Literal(literal)),
        Expr::Cast { expr, target } if !is_call && matches!(*expr, Expr::Literal(_)) => {
            if target.modifiers.is_empty() && target.dimensions.is_empty() && target.fields.is_none() {
                return Ok(Expr::Cast { expr, target });
            }
            Err(cursor.unsupported("a constant of a type with modifiers in CYCLE"))
        }
        _ => Err(error),
    }
}
