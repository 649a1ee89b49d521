//! Where a string constant stands that an error is about: the tree keeps no places of constants, so they are looked for when there is an error to tell.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::lexer::token::{offset, plain};
use super::lexer::{Dialect, lex};
use super::syntax::Pos;

/// Which constant is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstantOf {
    /// That argument of the call that stands there, from 0.
    Argument(usize),
    /// The one that is cast to the type that stands there.
    Cast,
    /// That element, from 0, of the list of the IN behind the cast to the type that stands there.
    Listed(usize),
}

/// The place of the constant beside the call or the type at `at`; `Pos::NONE` when nothing there is certain to be it.
pub fn constant_at(text: &str, at: Pos, of: ConstantOf) -> Pos {
    let found = at.offset().and_then(|at| {
        let tokens = lex(text, Dialect::Client).ok()?;
        let start = tokens.iter().position(|token| offset(token.span) == usize::try_from(at).ok())?;
        let (before, after) = tokens.split_at_checked(start)?;
        match of {
            ConstantOf::Argument(number) => argument(after, number),
            ConstantOf::Cast => cast(before).or_else(|| argument(after, 0)),
            ConstantOf::Listed(number) => listed(after, number),
        }
    });
    found.and_then(|at| u32::try_from(at).ok()).map_or(Pos::NONE, Pos)
}

/// The constant in front of `::` or AS.
fn cast(before: &[TokenWithSpan]) -> Option<usize> {
    let (last, rest) = before.split_last()?;
    if last.token != Token::DoubleColon && plain(&last.token) != Some("as") {
        return None;
    }
    string(rest.iter().rev().find(|token| token.token != Token::RParen)?)
}

/// The argument behind a name, in parentheses or, for a type, without.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other token ends an argument")]
fn argument(after: &[TokenWithSpan], number: usize) -> Option<usize> {
    let is_name = |token: &&TokenWithSpan| matches!(token.token, Token::Word(_) | Token::Period);
    let mut depth = 0_usize;
    let mut left = number;
    let mut rest = after.iter().skip_while(is_name);
    let first = rest.next()?;
    if first.token != Token::LParen {
        return string(first).filter(|_| number == 0);
    }
    for token in rest {
        match token.token {
            Token::LParen if left == 0 => {}
            _ if left == 0 => return string(token),
            Token::LParen | Token::LBracket => depth = depth.checked_add(1)?,
            Token::RParen | Token::RBracket => depth = depth.checked_sub(1)?,
            Token::Comma if depth == 0 => left = left.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

/// The element of a list of constants behind the name of a type, brackets that end there, and IN.
fn listed(after: &[TokenWithSpan], number: usize) -> Option<usize> {
    let is_before = |token: &TokenWithSpan| matches!(token.token, Token::Word(_) | Token::Period | Token::RParen);
    let opening = after.iter().position(|token| !is_before(token))?;
    let (before, list) = after.split_at_checked(opening)?;
    let (first, list) = list.split_first()?;
    if first.token != Token::LParen || plain(&before.last()?.token) != Some("in") {
        return None;
    }
    // A constant, a comma, a constant …
    let is_comma = |(at, token): (usize, &TokenWithSpan)| at % 2 == 0 || token.token == Token::Comma;
    let until = number.checked_mul(2)?;
    list.iter().take(until).enumerate().all(is_comma).then(|| list.get(until)).flatten().and_then(string)
}

fn string(token: &TokenWithSpan) -> Option<usize> {
    if let Token::SingleQuotedString(_) = token.token { offset(token.span) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, beside: &str, of: ConstantOf) -> Option<u32> {
        constant_at(text, Pos(u32::try_from(text.find(beside).unwrap()).unwrap()), of).offset()
    }

    #[test]
    fn the_constant_of_a_cast_is_found_in_every_way_of_writing_one() {
        let cast = |text, beside| found(text, beside, ConstantOf::Cast);
        assert_eq!(cast("SELECT 'x'::regclass, 'y'::oid", "regclass"), Some(7));
        assert_eq!(cast("SELECT ( ('x'))::pg_catalog.regclass", "pg_catalog"), Some(10));
        assert_eq!(cast("SELECT CAST(E'x' AS regclass)", "regclass"), Some(12));
        assert_eq!(cast("SELECT pg_catalog.regclass 'x'", "pg_catalog"), Some(27));
        assert_eq!(cast("SELECT regclass('x')", "regclass"), Some(16));
        assert_eq!(cast("SELECT a::regclass", "regclass"), None);
        assert_eq!(constant_at("SELECT 'x'", Pos::NONE, ConstantOf::Cast), Pos::NONE);
    }

    #[test]
    fn the_constants_of_a_list_are_found_behind_the_cast() {
        let listed = |text, number| found(text, "regclass", ConstantOf::Listed(number));
        assert_eq!(listed("a::regclass IN ('x', 'y')", 0), Some(16));
        assert_eq!(listed("(CAST(a AS regclass)) NOT IN ('x', NULL, 'z')", 2), Some(41));
        for (text, number) in [
            ("a::regclass IN ('x', 'y')", 2),
            ("a::regclass IN (f('x'), 'y')", 1),
            ("a::regclass = ('x')", 0),
            ("a::regclass IN (SELECT 'x')", 0),
            ("a::regclass + 1 IN ('x', 'y')", 0),
        ] {
            assert_eq!(listed(text, number), None, "{text}");
        }
    }

    #[test]
    fn the_constant_of_a_call_is_found_by_its_number() {
        let text = "SELECT f(g(1, 'no'), a[2], 'x', y)";
        assert_eq!(found(text, "f(", ConstantOf::Argument(2)), Some(27));
        for number in [0, 1, 3, 4] {
            assert_eq!(found(text, "f(", ConstantOf::Argument(number)), None, "{number}");
        }
    }
}
