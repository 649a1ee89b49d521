//! Statements out of bytes: every construct of PostgreSQL's reading SQL over the relations of a grant, and texts of the case files, damaged.
//!
//! Bytes are choices: fewer of them make a shorter statement, none at all make the shortest, so what proptest and a fuzzer do to bytes makes sense of
//! statements too.
//!
//! | file | what |
//! |---|---|
//! | `choices` | bytes as choices |
//! | `names` | what a statement may name, and what it had better not |
//! | `grammar` | the writer: scopes and what they offer |
//! | `query` | queries and their clauses |
//! | `from` | FROM |
//! | `condition` | conditions |
//! | `expression` | expressions |
//! | `call` | calls of functions, SQL/JSON, SQL/XML |
//! | `statement` | what stands around a query |
//! | `corpus` | the statements of the case files |
//! | `damage` | what may happen to a text |

mod call;
mod choices;
mod condition;
mod corpus;
mod damage;
mod expression;
mod from;
mod grammar;
mod names;
mod query;
mod statement;

use choices::Choices;
use grammar::Grammar;

/// Whether a statement may name what the grant does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// Only what the grant shows.
    Exposed,
    /// Hidden, missing and forbidden things too, now and then.
    Anything,
}

/// A message of the grammar.
pub(crate) fn message(bytes: &[u8], naming: Naming) -> String {
    Grammar::new(Choices::of(bytes), naming).message()
}

/// A message of the grammar or a text of the case files, with some damage done to it.
pub(crate) fn damaged(bytes: &[u8]) -> String {
    // What is done must not depend on how much was written before.
    let (done, written) = bytes.split_at(bytes.len().min(damage::MOST_BYTES));
    let mut written = Choices::of(written);
    let text = match written.below(4) {
        0 => corpus::text(&mut written).to_owned(),
        1 => corpus::spliced(&mut written),
        _ => Grammar::new(written, Naming::Exposed).message(),
    };
    damage::damaged(&text, &mut Choices::of(done))
}
