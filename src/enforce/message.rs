//! The statements of one message: all of them are read before any of them runs, as PostgreSQL does it.

use std::sync::Arc;

use crate::base::{SqlState, UserError};
use crate::parse::syntax::{Command, Statement};
use crate::parse::{self, ParseError, Reason};
use crate::witness::{SyntaxError, syntax_error};

use super::StatementLimits;
use super::refusal::{DenialCode, Refusal};

/// One statement of a message, read and not yet judged.
#[derive(Debug)]
pub struct Parsed {
    pub(super) inner: parse::Parsed,
    /// The statement's own text.
    pub(super) text: Arc<str>,
    /// Characters of the message before it.
    pub(super) characters_before: u32,
}

impl Parsed {
    /// The statement's own text, as the client wrote it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Characters of the message before the statement.
    pub fn characters_before(&self) -> u32 {
        self.characters_before
    }

    /// LOCK TABLE, which PostgreSQL looks at only in a transaction block (`RequireTransactionBlock`).
    pub fn locks(&self) -> bool {
        matches!(&self.inner.statement, Statement::Command(Command::Lock(_)))
    }

    /// One of the statements that PostgreSQL runs also in a failed transaction (`IsTransactionExitStmt`).
    pub fn leaves_failed_transaction(&self) -> bool {
        match &self.inner.statement {
            Statement::Command(command) => command.leaves_failed_transaction(),
            Statement::Query(_) => false,
        }
    }
}

/// Dropping a deep tree takes as much stack as walking it.
impl Drop for Parsed {
    fn drop(&mut self) {
        let nothing = Statement::Command(Command::Unlisten(None));
        let statement = std::mem::replace(&mut self.inner.statement, nothing);
        parse::with_stack(self.inner.depth, || drop(statement));
    }
}

/// Reads the text of a Query or Parse message.
///
/// # Errors
/// 42601 for what is not SQL, 0A000 and its kin for what is not offered, 54000 and 54001 over a limit: for the whole message.
pub fn parse_message(text: &str, limits: &StatementLimits) -> Result<Vec<Parsed>, Refusal> {
    let parsed = parse::parse_message(text, &parse_limits(limits)).map_err(|error| refusal(text, &error))?;
    // A single statement is read by the second parser when it is judged. Of several, none may run before all are read.
    if let (true, Some(error)) = (parsed.len() > 1, unread(text)) {
        return Err(Refusal::of_syntax(&error, text, 0));
    }
    let located = |inner: parse::Parsed| {
        let own = text.get(inner.range.clone()).unwrap_or_default();
        Parsed { text: own.into(), characters_before: characters_before(text, &inner), inner }
    };
    Ok(parsed.into_iter().map(located).collect())
}

/// What PostgreSQL's grammar does not read of a text.
fn unread(text: &str) -> Option<SyntaxError> {
    syntax_error(&parse::without_explain_policy(text)?)
}

/// Characters of the message before a statement.
fn characters_before(text: &str, parsed: &parse::Parsed) -> u32 {
    let before = text.get(..parsed.range.start).unwrap_or_default();
    u32::try_from(before.chars().count()).unwrap_or(u32::MAX)
}

/// Whatever PostgreSQL's grammar cannot read is refused in PostgreSQL's words; what it reads, and the gate does not take, in the gate's own.
fn refusal(text: &str, error: &ParseError) -> Refusal {
    let found = match &error.reason {
        // Over a limit a text is not read at all.
        Reason::TooLarge { what: _, found: _, limit: _, unit: _ } | Reason::TooDeep { what: _, limit: _ } => None,
        // The second parser does not know that such a string goes on.
        Reason::Unsupported(what) if what == parse::STRING_BEHIND_COMMENT => None,
        Reason::Syntax(_)
        | Reason::EndOfInput
        | Reason::Token { sqlstate: _, message: _ }
        | Reason::Unsupported(_)
        | Reason::Write(_)
        | Reason::NotAllowed(_) => unread(text),
    };
    let Some(mut found) = found else { return Refusal::of_parse(error) };
    // Both parsers say the same, and the first one knows the place.
    if found.offset.is_none() && found.message.starts_with(&error.reason.to_string()) {
        found.offset = error.offset.and_then(|offset| u32::try_from(offset).ok());
    }
    Refusal::of_syntax(&found, text, 0)
}

/// A text with `\\'` in an escape string, from a client in whose encoding a backslash may be half of a character: PostgreSQL does not read it, and neither do we.
///
/// # Errors
/// 22P06.
pub fn check_escaped_quotes(text: &str) -> Result<(), Refusal> {
    let Some(offset) = parse::escaped_quote(text) else { return Ok(()) };
    let before = text.get(..offset).unwrap_or_default();
    let position = u32::try_from(before.chars().count()).ok().and_then(|before| before.checked_add(1));
    let error = UserError::new(SqlState::NONSTANDARD_USE_OF_ESCAPE_CHARACTER, "unsafe use of \\' in a string literal")
        .hint("Use '' to write quotes in strings. \\' is insecure in client-only encodings.")
        .at(position);
    Err(Refusal::new(DenialCode::Syntax, error))
}

/// The limits as the parser takes them.
pub(super) fn parse_limits(limits: &StatementLimits) -> parse::Limits {
    parse::Limits { bytes: limits.statement_bytes, nesting: limits.nesting, parameters: limits.parameters }
}
