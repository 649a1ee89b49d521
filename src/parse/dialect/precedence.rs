//! How tightly operators bind: the `%left`, `%right` and `%nonassoc` lines of PostgreSQL's gram.y, from loose to tight.
#![expect(clippy::wildcard_enum_match_arm, reason = "of all tokens, what is not looked for here is an error where it is read")]

use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use crate::parse::lexer::token::plain;

pub(super) const ANY: u8 = 0;
/// USING of ORDER BY, which ends the key.
const SORTING: u8 = 5;
pub(super) const OR: u8 = 10;
pub(super) const AND: u8 = 20;
pub(super) const NOT: u8 = 30;
pub(super) const IS: u8 = 40;
pub(super) const COMPARISON: u8 = 50;
pub(super) const BETWEEN: u8 = 60;
pub(super) const OVERLAPS: u8 = 65;
pub(super) const OPERATOR: u8 = 70;
pub(super) const ADD: u8 = 80;
pub(super) const MULTIPLY: u8 = 90;
pub(super) const POWER: u8 = 100;
pub(super) const AT: u8 = 110;
pub(super) const COLLATE: u8 = 120;
pub(super) const SIGN: u8 = 125;
pub(super) const CAST: u8 = 140;

/// How tightly the next token binds what stands before it; 0 when it is no operator.
pub(super) fn next(parser: &Parser) -> u8 {
    let peek = |n: usize| &parser.peek_nth_token_ref(n).token;
    let token = peek(0);
    if let Some(word) = plain(token) {
        return of_word(word, plain(peek(1)), plain(peek(2)), matches!(peek(1), Token::LParen));
    }
    of_symbol(token).unwrap_or(ANY)
}

fn of_word(word: &str, second: Option<&str>, third: Option<&str>, before_parenthesis: bool) -> u8 {
    match (word, second, third) {
        ("or", _, _) => OR,
        ("and", _, _) => AND,
        ("is" | "isnull" | "notnull", _, _) => IS,
        ("between" | "in" | "like" | "ilike", _, _) => BETWEEN,
        ("similar", Some("to"), _) => BETWEEN,
        ("not", Some("between" | "in" | "like" | "ilike" | "similar"), _) => BETWEEN,
        ("overlaps", _, _) => OVERLAPS,
        ("operator", _, _) if before_parenthesis => OPERATOR,
        ("at", Some("time"), Some("zone")) | ("at", Some("local"), _) => AT,
        ("collate", _, _) => COLLATE,
        ("using", _, _) if !before_parenthesis => SORTING,
        _ => ANY,
    }
}

/// How tightly an operator written with symbols binds.
pub(super) fn of_symbol(token: &Token) -> Option<u8> {
    match token {
        Token::Eq | Token::Neq | Token::Lt | Token::LtEq | Token::Gt | Token::GtEq => Some(COMPARISON),
        Token::CustomBinaryOperator(_) => Some(OPERATOR),
        Token::Plus | Token::Minus => Some(ADD),
        Token::Mul | Token::Div | Token::Mod => Some(MULTIPLY),
        Token::Caret => Some(POWER),
        Token::DoubleColon => Some(CAST),
        _ => None,
    }
}

/// The symbol of an operator token.
pub(super) fn symbol(token: &Token) -> Option<&str> {
    match token {
        Token::Eq => Some("="),
        Token::Neq => Some("<>"),
        Token::Lt => Some("<"),
        Token::LtEq => Some("<="),
        Token::Gt => Some(">"),
        Token::GtEq => Some(">="),
        Token::Plus => Some("+"),
        Token::Minus => Some("-"),
        Token::Mul => Some("*"),
        Token::Div => Some("/"),
        Token::Mod => Some("%"),
        Token::Caret => Some("^"),
        Token::CustomBinaryOperator(symbol) => Some(symbol),
        _ => None,
    }
}
