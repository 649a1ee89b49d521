//! The door: the text of a message to its statements, within limits that are checked before anything recursive runs.

use std::ops::Range;

use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::dialect::{Cursor, Hooks};
use super::lexer::token::{end_offset, offset, plain, shift};
use super::lexer::{Dialect, lex};
use super::normalise::normalise;
use super::syntax::{Expr, Literal, Pos, Statement};
use super::{ParseError, Reason, command, complexity, lower};

/// How large a message may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the text of one message.
    pub bytes: usize,
    /// Brackets, CASE and sub-selects one inside the other.
    pub nesting: usize,
    /// Highest `$n`.
    pub parameters: usize,
}

/// One statement of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    pub statement: Statement,
    /// Where the statement stands in the message, in bytes, without the comments and white space around it. Positions in the tree count from its start.
    pub range: Range<usize>,
    /// Every `NodeId` of the statement is below this number.
    pub node_count: u32,
    /// How deep the tree may be, in levels; for `with_stack`.
    pub depth: usize,
    /// The first number that only PostgreSQL 16 and later read as one: `0x1F`, `1_000`.
    pub new_number: Option<Pos>,
}

/// Stack for what does not depend on the depth, in bytes.
const STACK_BASE: usize = 256 * 1024;

/// Stack for one level of a tree, in bytes: measured on debug builds, whose frames are largest: the deepest statements
/// of `tests/policy_cases` overflow with half of it.
const STACK_PER_LEVEL: usize = 32 * 1024;

/// Runs something recursive on a tree of a depth that `Parsed` tells, with a stack that holds it. The tree must be dropped in it as well, when it
/// is dropped.
pub fn with_stack<T>(depth: usize, run: impl FnOnce() -> T) -> T {
    let needed = STACK_BASE.saturating_add(depth.saturating_mul(STACK_PER_LEVEL));
    stacker::maybe_grow(needed, needed, run)
}

/// The statements of a message: all of them, or the first error. None for a text of white space, comments and semicolons.
///
/// Errors: 42601 and its kin (not SQL), 0A000 (not supported), 42501 (writes, and what is not for clients), 54000 and 54001 (too large, too deep).
pub fn parse_message(text: &str, limits: &Limits) -> Result<Vec<Parsed>, ParseError> {
    let tokens = lex_within(text, limits, Dialect::Client).map_err(|error| error.located(text, 0))?;
    let mut statements = Vec::new();
    let mut rest = tokens.into_iter().peekable();
    while rest.peek().is_some() {
        let tokens: Vec<TokenWithSpan> = rest.by_ref().take_while(|token| token.token != Token::SemiColon).collect();
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { continue };
        let range = offset(first.span).unwrap_or(0)..end_offset(last.span).unwrap_or(text.len());
        let parsed = parse_one(tokens, range.clone(), limits).map_err(|error| error.located(text, range.start))?;
        statements.push(parsed);
    }
    Ok(statements)
}

/// One statement from its tokens.
fn parse_one(tokens: Vec<TokenWithSpan>, range: Range<usize>, limits: &Limits) -> Result<Parsed, ParseError> {
    let tokens: Vec<TokenWithSpan> = tokens.into_iter().map(|token| shift(token, range.start)).collect();
    let depth = complexity::depth(&tokens, limits)?;
    let is_new = |token: &&TokenWithSpan| matches!(&token.token, Token::Number(digits, _) if Literal::is_new_number(digits));
    let new_number = tokens.iter().find(is_new).map(|token| lower::position(token.span));
    with_stack(depth, || {
        let hooks = Hooks::new(limits.parameters);
        let statement = statement(&hooks, tokens)?;
        Ok(Parsed { statement, range, node_count: hooks.node_count(), depth, new_number })
    })
}

fn statement(hooks: &Hooks, tokens: Vec<TokenWithSpan>) -> Result<Statement, ParseError> {
    let first = tokens.first().map(|token| &token.token);
    let is_query = first == Some(&Token::LParen) || matches!(first.and_then(plain), Some("select" | "with" | "values" | "table"));
    if !is_query {
        return command::command(hooks, tokens).map(Statement::Command);
    }
    let tokens = normalise(hooks, tokens)?;
    parse_all(hooks, tokens, |cursor| cursor.query().map(|query| Statement::Query(Box::new(query))))
}

/// Parses all of the tokens.
pub(super) fn parse_all<T>(
    hooks: &Hooks,
    tokens: Vec<TokenWithSpan>,
    parse: impl FnOnce(&mut Cursor<'_, '_>) -> Result<T, ParserError>,
) -> Result<T, ParseError> {
    // Our own limit on depth is checked already; sqlparser's counts frames.
    let mut parser = Parser::new(hooks).with_recursion_limit(usize::MAX).with_tokens_with_locations(tokens);
    let mut cursor = Cursor { parser: &mut parser, hooks };
    let parsed = parse(&mut cursor).and_then(|parsed| if cursor.is_end() { Ok(parsed) } else { Err(cursor.syntax_error()) });
    parsed.map_err(|error| verdict(hooks, &parser, &error))
}

/// What is wrong, from what the hooks noted and where sqlparser stopped.
fn verdict(hooks: &Hooks, parser: &Parser<'_>, error: &ParserError) -> ParseError {
    if let Some(refusal) = hooks.refusal(error) {
        return named(parser, refusal);
    }
    let stopped = named_place(error).map_or_else(|| parser.peek_token_ref().clone(), |at| token_from(parser, at));
    let (reason, offset) = lower::stopped_at(&stopped);
    named(parser, hooks.verdict(reason, offset))
}

/// A syntax error in its words, unless something in the statement has a name by which it is refused: sqlparser, when it tries a second reading of
/// a parenthesis, forgets at which token the first one stopped.
fn named(parser: &Parser<'_>, error: ParseError) -> ParseError {
    if !matches!(error.reason, Reason::Syntax(_) | Reason::EndOfInput) {
        return error;
    }
    let mut at = 0;
    while parser.token_at(at).token != Token::EOF {
        if let Some(reason) = lower::refusal_in(parser.token_at(at), parser.token_at(at + 1)) {
            return ParseError::new(reason, offset(parser.token_at(at).span));
        }
        at += 1;
    }
    error
}

/// The place that sqlparser names in its message: "… at Line: 1, Column: 8".
fn named_place(error: &ParserError) -> Option<u64> {
    let ParserError::ParserError(message) = error else { return None };
    let (_, column) = message.rsplit_once("Column: ")?;
    column.trim().parse().ok()
}

/// The first token at a column or behind it; the end when there is none.
fn token_from(parser: &Parser<'_>, column: u64) -> TokenWithSpan {
    let mut at = 0;
    loop {
        let token = parser.token_at(at);
        if token.token == Token::EOF || token.span.start.column >= column {
            return token.clone();
        }
        at += 1;
    }
}

/// An expression of a row filter, in which `:name` is a variable.
pub fn expression(text: &str, limits: &Limits) -> Result<Expr, ParseError> {
    let parse = || {
        let tokens = lex_within(text, limits, Dialect::Filter)?;
        let depth = complexity::depth(&tokens, limits)?;
        with_stack(depth, || {
            let hooks = Hooks::new(0);
            let tokens = normalise(&hooks, tokens)?;
            parse_all(&hooks, tokens, |cursor| cursor.expr(0))
        })
    };
    parse().map_err(|error| error.located(text, 0))
}

/// The tokens of a text that is not too long.
fn lex_within(text: &str, limits: &Limits, dialect: Dialect) -> Result<Vec<TokenWithSpan>, ParseError> {
    if text.len() > limits.bytes {
        let reason = Reason::TooLarge { what: "statement length", found: text.len(), limit: limits.bytes, unit: "bytes" };
        return Err(ParseError::new(reason, None));
    }
    lex(text, dialect)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { bytes: 1 << 20, nesting: 100, parameters: 100 };

    #[test]
    fn a_message_is_split_at_its_semicolons_and_every_statement_knows_its_place() {
        let text = "; select ';' /* ; */ ; -- c\n values (1) ;;";
        let parsed = parse_message(text, &LIMITS).expect("statements");
        let texts: Vec<&str> = parsed.iter().map(|parsed| text.get(parsed.range.clone()).expect("text")).collect();
        assert_eq!(texts, ["select ';'", "values (1)"]);
        assert!(parse_message(" /* nothing */ ;", &LIMITS).expect("nothing").is_empty());
    }

    #[test]
    fn an_error_anywhere_fails_the_whole_message_and_points_at_its_place() {
        let error = parse_message("select 'ä'; select from where", &LIMITS).expect_err("error");
        assert_eq!(error.reason, Reason::Syntax("where".to_owned()));
        assert_eq!(error.position, Some(25));
    }

    #[test]
    fn chains_and_nesting_are_bounded_before_anything_recursive_runs() {
        let or = format!("select 1 where {}", vec!["a = 1"; 2001].join(" or "));
        assert!(parse_message(&or, &LIMITS).is_ok());
        let deep = [
            format!("select {}", vec!["1"; 60_000].join("+")),
            format!("select {}1{}", "(".repeat(10_000), ")".repeat(10_000)),
            format!("select 1 {}", "union select 1 ".repeat(5_000)),
            format!("select * from a {}", "join b on true ".repeat(5_000)),
            format!("select {} true", "not ".repeat(5_000)),
            format!("select {}1", "- ".repeat(5_000)),
            format!("select 1{}", "::int".repeat(5_000)),
            format!("select * from {}(select {}1) a{}", "(".repeat(98), "1, ".repeat(60_000), " cross join b)".repeat(98)),
            format!("select {}1{}", "case when true then ".repeat(5_000), " end".repeat(5_000)),
        ];
        for text in deep {
            let error = parse_message(&text, &LIMITS).expect_err("too deep");
            assert_eq!(error.reason.sqlstate(), crate::base::SqlState::STATEMENT_TOO_COMPLEX, "{text:.40}");
        }
    }
}
