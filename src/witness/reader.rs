//! libpg_query: a text in, PostgreSQL's raw tree out.
//!
//! What its C code takes and what it does not, found by reading it (`pg_query.c`, `pg_query_parse.c`, `scan.l`, `gram.y`) and held by the tests:
//!
//! - **Threads.** All its state is thread-local, so threads read side by side. Each thread that ever parses takes one of the process's 1024 pthread keys and
//!   never gives it back: the workers of a runtime are few, but do not parse on threads that come and go.
//! - **Depth.** The bison stack lives in the heap and ends at 10,000 entries with an error ("memory exhausted"); what is left-recursive (chains of
//!   operators, joins, unions) does not use it and is bounded by the length of the text. No C code recurses on the tree, neither making nor freeing it:
//!   a thread of 256 KiB reads everything that the grammar accepts.
//! - **Few warnings.** Each warning counts the characters of the text before it, so a text of warnings takes quadratic time. With the settings used here
//!   the grammar warns of `GLOBAL TEMP` alone; texts that could hold it too often are not read.

use pg_raw_parse::{Node, Owned, StmtList};

use super::{Disagreement, Side};

/// Warnings that are cheap even at the end of a long text.
const WARNINGS_MAX: usize = 128;
/// The words of one.
const GLOBAL: &[u8] = b"global";
const TEMP: &[u8] = b"temp";

/// The tree of a text with exactly one statement.
pub(super) struct Reading {
    tree: Owned<StmtList>,
}

impl Reading {
    /// Reads a text.
    pub(super) fn of(text: &str, side: Side) -> Result<Self, Disagreement> {
        let tree = parse(text).map_err(|unread| Disagreement::Unreadable { side, message: unread.to_string() })?;
        if tree.len() != 1 {
            return Err(Disagreement::StatementCount { side, found: tree.len() });
        }
        Ok(Self { tree })
    }

    /// The statement.
    pub(super) fn statement(&self) -> Node<'_> {
        self.tree.stmts().next().unwrap_or(Node::None)
    }
}

/// Why a text has no tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unread {
    /// libpg_query gave up without a verdict of the grammar.
    #[error("{0}")]
    Failed(String),
    /// It is not SQL: PostgreSQL's own message.
    #[error("{0}")]
    Syntax(String),
    /// Not read, because it could warn too often.
    #[error("too many warnings")]
    Warnings,
}

/// Reads a text of any number of statements.
pub(super) fn parse(text: &str) -> Result<Owned<StmtList>, Unread> {
    if could_warn_too_often(text) {
        return Err(Unread::Warnings);
    }
    match pg_raw_parse::parse(text) {
        Ok(result) => Ok(result.into_inner()),
        Err(pg_raw_parse::Error::Parse(error)) => Err(Unread::Syntax(error.to_string())),
        Err(pg_raw_parse::Error::PgError(error)) => Err(Unread::Failed(error.to_string())),
        Err(pg_raw_parse::Error::StatementContainedNul(_)) => {
            Err(Unread::Failed("invalid byte sequence for encoding \"UTF8\": 0x00".to_owned()))
        }
    }
}

/// Each warning takes a GLOBAL and a TEMP of its own.
fn could_warn_too_often(text: &str) -> bool {
    // Shorter than that many of the words.
    let room = text.len() / (GLOBAL.len() + TEMP.len()) > WARNINGS_MAX;
    room && count(text, GLOBAL) > WARNINGS_MAX && count(text, TEMP) > WARNINGS_MAX
}

/// How often a lower-case word occurs, whatever its case.
fn count(text: &str, word: &[u8]) -> usize {
    let Some(first) = word.first() else { return 0 };
    let begins = |window: &&[u8]| window.first().is_some_and(|byte| byte.eq_ignore_ascii_case(first));
    text.as_bytes().windows(word.len()).filter(begins).filter(|window| window.eq_ignore_ascii_case(word)).count()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use crate::witness::{Disagreement, Expectation, Side, Witness, check_printout};

    const SMALL_STACK_BYTES: usize = 256 * 1024;

    /// Runs on a thread with an eighth of the stack that a worker has.
    fn on_a_small_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
        std::thread::Builder::new().stack_size(SMALL_STACK_BYTES).spawn(run).unwrap().join().unwrap()
    }

    #[test]
    fn deep_trees_are_compared_on_a_small_stack() {
        for (name, text) in [
            ("operators", format!("SELECT {}1", "1+".repeat(60_000))),
            ("operators to the right", format!("SELECT {}1{}", "(1+".repeat(2_000), ")".repeat(2_000))),
            ("AND", format!("SELECT {}true", "a = b AND ".repeat(10_000))),
            ("UNION", format!("SELECT 1{}", " UNION SELECT 1".repeat(10_000))),
            ("JOIN", format!("SELECT 1 FROM a.t{}", " CROSS JOIN a.t".repeat(10_000))),
            ("parentheses", format!("SELECT {}1{}", "(".repeat(4_000), ")".repeat(4_000))),
            ("sub-selects", format!("SELECT {}1{}", "(SELECT ".repeat(1_500), ")".repeat(1_500))),
            ("NOT", format!("SELECT {}true", "NOT ".repeat(4_000))),
            ("CASE", format!("SELECT {}1{}", "CASE WHEN true THEN ".repeat(1_500), " END".repeat(1_500))),
            ("casts", format!("SELECT 1{}", "::int".repeat(20_000))),
            ("WITH", format!("SELECT{} 1{}", " (WITH a AS (SELECT 1) SELECT".repeat(1_000), ")".repeat(1_000))),
        ] {
            let result = on_a_small_stack(move || {
                let witness = Witness::read(&text)?;
                witness.check_printout(&text)?;
                let _refused_for_its_relations = witness.check_rewritten(&text, &Expectation::default());
                // The last leaf differs: found, at whatever depth.
                match witness.check_printout(&text.replacen('1', "2", 1).replacen("true", "false", 1)) {
                    Err(_) => Ok(()),
                    Ok(()) => Err(Disagreement::Tree),
                }
            });
            assert_eq!(result, Ok(()), "{name}");
        }
    }

    #[test]
    fn what_is_too_deep_for_the_grammar_is_refused() {
        let text = format!("SELECT {}1{}", "(".repeat(10_000), ")".repeat(10_000));
        let result = on_a_small_stack(move || check_printout(&text, &text));
        assert!(matches!(result, Err(Disagreement::Unreadable { side: Side::Client, .. })), "{result:?}");
    }

    #[test]
    fn a_text_of_many_warnings_is_not_read() {
        let text = "CREATE GLOBAL TEMP TABLE a();".repeat(1_000);
        assert!(matches!(Witness::read(&text), Err(Disagreement::Unreadable { .. })));
        let text = format!("SELECT {}''", "'global' || ".repeat(1_000));
        assert_eq!(check_printout(&text, &text), Ok(()));
    }

    #[test]
    fn a_nul_byte_is_refused() {
        assert!(matches!(Witness::read("SELECT 1\0, 2"), Err(Disagreement::Unreadable { .. })));
    }

    #[test]
    fn threads_read_side_by_side_and_leave_standard_error_alone() {
        let text = format!("SELECT {} 'é' FROM a.t", "'x' || ".repeat(200));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let witness = Witness::read(&text).unwrap();
                    for _ in 0..200 {
                        assert_eq!(witness.check_printout(&text), Ok(()));
                        assert!(Witness::read("SELECT FROM WHERE").is_err());
                    }
                });
            }
        });
        // Some builds of libpg_query point descriptor 2 at a pipe while they parse; with several threads it would stay there, and nobody reads it.
        assert!(std::io::stderr().write_all(b"\n").is_ok());
    }

    #[test]
    fn a_reading_may_be_used_and_dropped_by_another_thread() {
        let witness = Witness::read("SELECT 1").unwrap();
        let result = std::thread::spawn(move || witness.check_printout("SELECT 1")).join().unwrap();
        assert_eq!(result, Ok(()));
    }
}
