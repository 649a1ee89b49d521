//! sqlparser's tree to our own. Every variant and every field of sqlparser's types is named: an upgrade that adds one does not compile, and what
//! has no node of ours is refused by name.
//!
//! | file | what |
//! |---|---|
//! | `name` | identifiers and dotted names |
//! | `expr` | expressions: operators of sqlparser, marks of the hooks |
//! | `query` | WITH, set operations, ORDER BY, LIMIT |
//! | `select` | SELECT and its clauses |
//! | `from` | relations, functions, joins |
//! | `stop` | the error for the token at which sqlparser stopped |

mod expr;
mod from;
mod name;
mod query;
mod select;
mod stop;

pub(super) use expr::{expr, sort_key};
pub(super) use name::position;
pub(super) use query::query;
pub(super) use stop::{refusal_in, stopped_at};

use super::ParseError;

/// What another SQL has in this place, and PostgreSQL has not.
fn foreign(construct: &'static str) -> ParseError {
    ParseError::unsupported(construct, None)
}

/// Refuses a clause that must not be there.
fn absent(is_absent: bool, construct: &'static str) -> Result<(), ParseError> {
    if is_absent { Ok(()) } else { Err(foreign(construct)) }
}
