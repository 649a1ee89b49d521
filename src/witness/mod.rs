//! The second reader: PostgreSQL's own grammar (libpg_query) must read our texts exactly as it reads the client's.
//!
//! Enforcement reads a statement with one parser and prints it anew. Were that parser ever to read a statement in another way than PostgreSQL does, or
//! the printer to write something else than the tree says, the statement that runs would not be the one that was judged. So before a plan is used, the
//! witness reads the client's text itself and holds it against
//!
//! 1. the unrewritten printout: equal trees ([`Witness::check_printout`]);
//! 2. the rewritten text with the plan's substitutions undone: equal trees, and no relation and no function that the plan does not name
//!    ([`Witness::check_rewritten`]).
//!
//! Every difference that no rule names is a [`Disagreement`], and so is every construct that has no shape here: the statement is refused and an alarm
//! counts it. Nothing here recurses on a tree, so its depth is bounded by memory alone.
//!
//! | file | what |
//! |---|---|
//! | `expectation` | what the plan says it changed |
//! | `disagreement` | what may be wrong |
//! | `reader` | libpg_query |
//! | `shape` | the closed table of node kinds and their fields |
//! | `field` | a field as it is compared |
//! | `scope` | which names are common table expressions where |
//! | `compare` | two trees in lock-step |
//! | `place` | where an expression stands in both texts |
//! | `named` | what a text of our own names |
//! | `names` | what counts as the same name |
//! | `output_name` | the name that PostgreSQL gives to an unnamed output column |
//! | `envelope` | the query around the client's whole query |
//! | `guard` | a count with a guard around it |
//! | `relation` | relations and what stands for them |
//! | `rows` | functions in FROM that rows of ours stand for |
//! | `copy` | COPY of a relation |
//! | `options` | options and settings with several spellings |
//! | `reach` | what a rewritten text may touch |
//! | `tag` | the kind of a statement |
//! | `syntax_error` | PostgreSQL's own words for a syntax error, with the place |

mod compare;
mod copy;
mod disagreement;
mod envelope;
mod expectation;
mod field;
mod guard;
mod named;
mod names;
mod options;
mod output_name;
mod place;
mod reach;
mod reader;
mod relation;
mod rows;
mod scope;
mod shape;
mod syntax_error;
mod tag;
#[cfg(test)]
mod tests;

use compare::{Comparison, Rules};
use disagreement::guarded;
use reader::Reading;

pub use disagreement::{Disagreement, DisagreementKind, Side};
pub use expectation::{Envelope, Expectation, Substitution};
pub use named::{Named, Own, named};
pub use place::Place;
pub use syntax_error::{SyntaxError, syntax_error};
pub use tag::StatementTag;

/// A client's statement as PostgreSQL's grammar reads it. One reading serves both checks.
///
/// Reads and checks take time in proportion to the texts, tens of microseconds for a kilobyte. On which threads to call them: see `reader`.
pub struct Witness {
    client: Reading,
}

impl Witness {
    /// Reads the text of one statement. A terminator and comments may stand around it.
    ///
    /// # Errors
    /// The text is not SQL to PostgreSQL, or does not hold exactly one statement.
    pub fn read(client: &str) -> Result<Self, Disagreement> {
        guarded(|| Ok(Self { client: Reading::of(client, Side::Client)? }))
    }

    /// The kind of the statement, so that statements without a query are cross-checked too.
    pub fn tag(&self) -> StatementTag {
        tag::of(self.client.statement())
    }

    /// Holds the unrewritten printout against the client's text.
    ///
    /// Ignored are byte offsets alone, and a leading `pg_catalog` of a type's name. Statements other than queries have spellings that PostgreSQL
    /// defines as the same; `options` lists them.
    ///
    /// # Errors
    /// The first difference found.
    pub fn check_printout(&self, printout: &str) -> Result<(), Disagreement> {
        guarded(|| {
            let ours = Reading::of(printout, Side::Printout)?;
            Comparison::new(Rules::Printout).run(self.client.statement(), ours.statement()).map(drop)
        })
    }

    /// Holds the rewritten text against the client's, with everything undone that `expectation` says was changed, and looks for relations and
    /// functions that it does not name.
    ///
    /// For DECLARE, PREPARE, EXPLAIN and COPY of a query the rewritten text may be the same kind of statement or the query alone.
    ///
    /// # Errors
    /// The first difference, or the first relation, function or construct that the plan does not name.
    pub fn check_rewritten(&self, rewritten: &str, expectation: &Expectation) -> Result<(), Disagreement> {
        self.places_in_rewritten(rewritten, expectation).map(drop)
    }

    /// [`Witness::check_rewritten`], and where the same expression stands in both texts: for the positions of errors. What `expectation` says was changed has
    /// no place.
    ///
    /// # Errors
    /// As [`Witness::check_rewritten`].
    pub fn places_in_rewritten(&self, rewritten: &str, expectation: &Expectation) -> Result<Vec<Place>, Disagreement> {
        guarded(|| {
            let ours = Reading::of(rewritten, Side::Rewritten)?;
            let places = Comparison::new(Rules::Rewritten(expectation)).run(self.client.statement(), ours.statement())?;
            reach::check(ours.statement(), expectation)?;
            Ok(places)
        })
    }
}

/// [`Witness::check_printout`] for a single use.
///
/// # Errors
/// As [`Witness::read`] and [`Witness::check_printout`].
pub fn check_printout(client: &str, printout: &str) -> Result<(), Disagreement> {
    Witness::read(client)?.check_printout(printout)
}

/// [`Witness::check_rewritten`] for a single use.
///
/// # Errors
/// As [`Witness::read`] and [`Witness::check_rewritten`].
pub fn check_rewritten(client: &str, rewritten: &str, expectation: &Expectation) -> Result<(), Disagreement> {
    Witness::read(client)?.check_rewritten(rewritten, expectation)
}

/// [`Witness::tag`] for a single use.
///
/// # Errors
/// As [`Witness::read`].
pub fn statement_tag(client: &str) -> Result<StatementTag, Disagreement> {
    Ok(Witness::read(client)?.tag())
}
