//! The gate's own commands to a warehouse. Together with `Rewritten` they are all the SQL that can be sent.

use crate::base::{in_ascii, quote_ident as identifier, quote_literal as literal};
use crate::enforce::Rewritten;
use crate::parse::syntax::{Fetch, FetchDirection, Lock, Locked, TransactionModes};

use super::error::UpstreamError;
use super::lane::Introduction;

/// A command that is built here, from typed parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(String);

/// What can be sent: what `enforce` wrote, or what is built here.
#[derive(Clone, Copy, Debug)]
pub enum Sql<'a> {
    Rewritten(&'a Rewritten),
    /// The text of it whose registry columns are oids, for results in binary format.
    RewrittenBinary(&'a Rewritten),
    Words(&'a Words),
}

impl<'a> Sql<'a> {
    /// The text, which is ASCII: the connection speaks whatever its client does, and two bytes that are one character there must not be a quote here.
    ///
    /// # Errors
    /// [`UpstreamError::Encode`] for any other text.
    pub(super) fn ascii(self) -> Result<&'a str, UpstreamError> {
        let text: &str = match self {
            Self::Rewritten(rewritten) => rewritten.sql(),
            Self::RewrittenBinary(rewritten) => rewritten.binary_sql().unwrap_or_else(|| rewritten.sql()),
            Self::Words(words) => &words.0,
        };
        Some(text).filter(|text| text.is_ascii()).ok_or(UpstreamError::Encode)
    }
}

impl Words {
    /// In ASCII, as everything that is sent.
    fn of(text: impl AsRef<str>) -> Self {
        Self(in_ascii(text.as_ref()).into_owned())
    }

    pub fn begin(modes: TransactionModes) -> Self {
        Self::of(format!("BEGIN{}", modes_text(modes)))
    }

    pub fn commit(chain: bool) -> Self {
        Self::of(with_chain("COMMIT", chain))
    }

    pub fn rollback(chain: bool) -> Self {
        Self::of(with_chain("ROLLBACK", chain))
    }

    pub fn savepoint(name: &str) -> Self {
        Self::of(format!("SAVEPOINT {}", identifier(name)))
    }

    pub fn release(name: &str) -> Self {
        Self::of(format!("RELEASE SAVEPOINT {}", identifier(name)))
    }

    pub fn rollback_to(name: &str) -> Self {
        Self::of(format!("ROLLBACK TO SAVEPOINT {}", identifier(name)))
    }

    pub fn set_transaction(modes: TransactionModes) -> Self {
        Self::of(format!("SET TRANSACTION{}", modes_text(modes)))
    }

    /// A setting of the gate's own table, never a name that a client wrote.
    pub fn set(name: &'static str, value: &str, is_local: bool) -> Self {
        let scope = if is_local { "LOCAL" } else { "SESSION" };
        // Quoted part by part: a part may be a keyword, as in `postern.user`.
        let name = name.split('.').map(identifier).collect::<Vec<_>>().join(".");
        Self::of(format!("SET {scope} {name} TO {}", literal(value)))
    }

    pub fn fetch(fetch: &Fetch) -> Self {
        let verb = if fetch.moves { "MOVE" } else { "FETCH" };
        let cursor = identifier(&fetch.cursor.name);
        let counted = |word: &str, count: Option<i64>| match count {
            Some(count) => format!("{verb} {word} {count} FROM {cursor}"),
            None => format!("{verb} {word} ALL FROM {cursor}"),
        };
        Self::of(match fetch.direction {
            FetchDirection::Absolute(row) => format!("{verb} ABSOLUTE {row} FROM {cursor}"),
            FetchDirection::Backward(count) => counted("BACKWARD", count),
            FetchDirection::Forward(count) => counted("FORWARD", count),
            FetchDirection::Relative(rows) => format!("{verb} RELATIVE {rows} FROM {cursor}"),
        })
    }

    /// LOCK TABLE of the warehouse's own names, as `enforce` put them in.
    pub fn lock(lock: &Lock) -> Self {
        let Lock { relations, nowait } = lock;
        let relation = |locked: &Locked| {
            let name: Vec<String> = locked.name.iter().map(|part| identifier(&part.name)).collect();
            format!("{}{}", if locked.only { "ONLY " } else { "" }, name.join("."))
        };
        let relations: Vec<String> = relations.iter().map(relation).collect();
        let nowait = if *nowait { " NOWAIT" } else { "" };
        Self::of(format!("LOCK TABLE {} IN ACCESS SHARE MODE{nowait}", relations.join(", ")))
    }

    /// CLOSE; `None`: all.
    pub fn close_cursor(name: Option<&str>) -> Self {
        Self::of(match name {
            Some(name) => format!("CLOSE {}", identifier(name)),
            None => "CLOSE ALL".to_owned(),
        })
    }

    /// PREPARE under a name of the gate's own; the types as `enforce` printed them.
    pub fn prepare(name: &str, types: &[String], rewritten: &Rewritten) -> Self {
        let mut text = format!("PREPARE {}", identifier(name));
        if !types.is_empty() {
            text.push_str(&format!(" ({})", types.join(", ")));
        }
        Self::of(format!("{text} AS {}", rewritten.sql()))
    }

    /// EXECUTE; the arguments as `enforce` printed them.
    pub fn execute(name: &str, arguments: &[String]) -> Self {
        Self::of(match arguments.is_empty() {
            true => format!("EXECUTE {}", identifier(name)),
            false => format!("EXECUTE {} ({})", identifier(name), arguments.join(", ")),
        })
    }

    /// What the gate itself writes of the plan of a prepared query: in one form, as of a query (`enforce`).
    pub fn explain_execute(name: &str, arguments: &[String]) -> Self {
        let Self(executed) = Self::execute(name, arguments);
        Self(format!("EXPLAIN (FORMAT JSON, VERBOSE, COSTS false) {executed}"))
    }

    pub fn deallocate(name: &str) -> Self {
        Self::of(format!("DEALLOCATE {}", identifier(name)))
    }

    pub fn deallocate_all() -> Self {
        Self::of("DEALLOCATE ALL")
    }

    /// SET of everything that a checkout says, as one message.
    pub(super) fn introduce(introduction: &Introduction) -> Self {
        let Introduction { application_name, settings } = introduction;
        let name = std::iter::once(("application_name", application_name.as_str()));
        let settings = settings.iter().map(|(name, value)| (*name, value.as_str()));
        let commands: Vec<String> = name.chain(settings).map(|(name, value)| Self::set(name, value, false).0).collect();
        Self::of(commands.join("; "))
    }

    pub(super) fn discard_all() -> Self {
        Self::of("DISCARD ALL")
    }

    /// One row: the values of these settings, NULL for those that the server does not know.
    pub(super) fn read_settings(names: &[&'static str]) -> Self {
        let items: Vec<String> =
            names.iter().map(|name| format!("pg_catalog.current_setting({}, true)", literal(name))).collect();
        Self::of(format!("SELECT {}", items.join(", ")))
    }
}

fn with_chain(word: &str, chain: bool) -> String {
    match chain {
        true => format!("{word} AND CHAIN"),
        false => word.to_owned(),
    }
}

/// With a space in front of each; commas are optional in PostgreSQL's grammar and are written.
fn modes_text(modes: TransactionModes) -> String {
    let TransactionModes { isolation, read_only, deferrable } = modes;
    let isolation = isolation.map(|level| format!("ISOLATION LEVEL {}", level.as_str().to_uppercase()));
    let read_only = read_only.map(|only| if only { "READ ONLY" } else { "READ WRITE" }.to_owned());
    let deferrable = deferrable.map(|yes| if yes { "DEFERRABLE" } else { "NOT DEFERRABLE" }.to_owned());
    let modes: Vec<String> = [isolation, read_only, deferrable].into_iter().flatten().collect();
    match modes.is_empty() {
        true => String::new(),
        false => format!(" {}", modes.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::syntax::{Ident, Isolation, Pos};

    #[test]
    fn what_is_not_ascii_has_no_text_to_send() {
        let sent = |text: &str| Sql::Words(&Words(text.to_owned())).ascii().map(str::to_owned);
        assert_eq!(sent("SELECT U&'\\00E4'").unwrap(), "SELECT U&'\\00E4'");
        assert!(matches!(sent("SELECT 'ä'"), Err(UpstreamError::Encode)));
    }

    #[test]
    fn commands_are_built_from_parts() {
        let modes = TransactionModes { isolation: Some(Isolation::RepeatableRead), read_only: Some(true), deferrable: None };
        assert_eq!(Words::begin(modes).0, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        assert_eq!(Words::begin(TransactionModes::default()).0, "BEGIN");
        assert_eq!(Words::set("DateStyle", "ISO, MDY", true).0, "SET LOCAL \"DateStyle\" TO 'ISO, MDY'");
        let cursor = Ident { name: "a\"b".to_owned(), at: Pos::NONE };
        let fetch = Fetch { moves: false, direction: FetchDirection::Forward(Some(-3)), cursor };
        assert_eq!(Words::fetch(&fetch).0, "FETCH FORWARD -3 FROM \"a\"\"b\"");
        assert_eq!(Words::close_cursor(Some("ü")).0, "CLOSE U&\"\\00FC\"");
        assert_eq!(Words::execute("s1", &["(1)".to_owned(), "(2)".to_owned()]).0, "EXECUTE \"s1\" ((1), (2))");
    }
}
