//! Statements of PostgreSQL that are known by their first words and never accepted, each with the answer it gets.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::parse::lexer::token::plain;
use crate::parse::{ParseError, Reason};

use super::lock;

/// How a statement is refused.
#[derive(Clone, Copy)]
enum Refusal {
    /// 42501
    NotAllowed,
    /// 0A000
    Unsupported,
    /// A write.
    Write,
}

use Refusal::{NotAllowed, Unsupported, Write};

/// First words and the name that the answer has. Longer beginnings stand before shorter ones.
const REFUSED: &[(&[&str], &str, Refusal)] = &[
    (&["alter"], "ALTER", Write),
    (&["analyse"], "ANALYZE", NotAllowed),
    (&["analyze"], "ANALYZE", NotAllowed),
    (&["call"], "CALL", NotAllowed),
    (&["checkpoint"], "CHECKPOINT", NotAllowed),
    (&["cluster"], "CLUSTER", Write),
    (&["comment"], "COMMENT", Write),
    (&["commit", "prepared"], "COMMIT PREPARED", Unsupported),
    (&["create"], "CREATE", Write),
    (&["delete"], "DELETE", Write),
    (&["do"], "DO", NotAllowed),
    (&["drop"], "DROP", Write),
    (&["grant"], "GRANT", Write),
    (&["import"], "IMPORT FOREIGN SCHEMA", Write),
    (&["insert"], "INSERT", Write),
    (&["listen"], "LISTEN", NotAllowed),
    (&["load"], "LOAD", NotAllowed),
    (&["lock"], "LOCK TABLE", NotAllowed),
    (&["merge"], "MERGE", Write),
    (&["notify"], "NOTIFY", NotAllowed),
    (&["prepare", "transaction"], "PREPARE TRANSACTION", Unsupported),
    (&["reassign"], "REASSIGN OWNED", Write),
    (&["refresh"], "REFRESH MATERIALIZED VIEW", Write),
    (&["reindex"], "REINDEX", Write),
    (&["repack"], "REPACK", Write),
    (&["revoke"], "REVOKE", Write),
    (&["rollback", "prepared"], "ROLLBACK PREPARED", Unsupported),
    (&["security"], "SECURITY LABEL", Write),
    (&["set", "constraints"], "SET CONSTRAINTS", Unsupported),
    (&["set", "local", "role"], "SET ROLE", NotAllowed),
    (&["set", "local", "session", "authorization"], "SET SESSION AUTHORIZATION", NotAllowed),
    (&["set", "role"], "SET ROLE", NotAllowed),
    (&["set", "session", "authorization"], "SET SESSION AUTHORIZATION", NotAllowed),
    (&["set", "session", "role"], "SET ROLE", NotAllowed),
    (&["set", "session", "session", "authorization"], "SET SESSION AUTHORIZATION", NotAllowed),
    (&["truncate"], "TRUNCATE TABLE", Write),
    (&["update"], "UPDATE", Write),
    (&["vacuum"], "VACUUM", NotAllowed),
];

/// What CREATE, ALTER and DROP may be about, so that the answer names it as PostgreSQL does.
const OBJECTS: &[&str] = &[
    "access method",
    "aggregate",
    "cast",
    "collation",
    "conversion",
    "database",
    "default privileges",
    "domain",
    "event trigger",
    "extension",
    "foreign data wrapper",
    "foreign table",
    "function",
    "group",
    "index",
    "language",
    "large object",
    "materialized view",
    "operator",
    "owned",
    "policy",
    "procedure",
    "publication",
    "role",
    "routine",
    "rule",
    "schema",
    "sequence",
    "server",
    "statistics",
    "subscription",
    "system",
    "table",
    "tablespace",
    "text search",
    "transform",
    "trigger",
    "type",
    "user",
    "user mapping",
    "view",
];

/// Words between CREATE and what is created.
const BETWEEN: &[&str] = &[
    "or",
    "replace",
    "temp",
    "temporary",
    "global",
    "local",
    "unlogged",
    "unique",
    "recursive",
    "trusted",
    "procedural",
    "constraint",
];

/// The answer to a statement that is never accepted.
pub(super) fn refused(tokens: &[TokenWithSpan]) -> Option<ParseError> {
    let word = |at: usize| tokens.get(at).and_then(|token| plain(&token.token));
    let begins = |words: &[&str]| words.iter().enumerate().all(|(at, expected)| word(at) == Some(*expected));
    let (words, name, refusal) = REFUSED.iter().find(|(words, _, _)| begins(words))?;
    let is_harmless = match words {
        ["lock"] => lock::is_shared(tokens),
        [.., "role"] => is_no_role(tokens, words.len()),
        // The user that the session has anyway: pools say so when they clean a connection.
        [.., "authorization"] => word(words.len()) == Some("default"),
        _ => false,
    };
    if is_harmless {
        return None;
    }
    let reason = match refusal {
        Write if matches!(words, ["create" | "alter" | "drop"]) => Reason::Write(about(name, word).into()),
        Write => Reason::Write((*name).into()),
        NotAllowed => Reason::NotAllowed(name),
        Unsupported => Reason::Unsupported((*name).into()),
    };
    Some(ParseError::new(reason, Some(0)))
}

/// Whether SET ROLE takes no role, which every session has: pools and BI tools do so before they hand a connection on.
fn is_no_role(tokens: &[TokenWithSpan], at: usize) -> bool {
    let token = |at: usize| tokens.get(at).map(|token| &token.token);
    let assigned = matches!(token(at), Some(Token::Eq)) || token(at).and_then(plain) == Some("to");
    match token(at + usize::from(assigned)) {
        Some(Token::SingleQuotedString(text)) => text == "none",
        Some(other) => plain(other).is_some_and(|word| word == "none" || assigned && word == "default"),
        None => false,
    }
}

/// `CREATE` with what it creates.
fn about<'a>(verb: &str, word: impl Fn(usize) -> Option<&'a str>) -> String {
    let mut at = 1;
    while word(at).is_some_and(|word| BETWEEN.contains(&word)) {
        at += 1;
    }
    let follows = |object: &&&str| object.split(' ').enumerate().all(|(n, expected)| word(at + n) == Some(expected));
    match OBJECTS.iter().filter(follows).max_by_key(|object| object.len()) {
        Some(object) => format!("{verb} {}", object.to_ascii_uppercase()),
        None => verb.to_owned(),
    }
}
