//! The relations and functions that a text of our own names: what stands for a relation brings them into the statements that read it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;

use pg_raw_parse::Node;

use super::disagreement::guarded;
use super::field::{Part, parts};
use super::reach::Place;
use super::reader::Reading;
use super::{Disagreement, Side, output_name, reach};

/// Schema and name of everything that a text reads and calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    pub relations: BTreeSet<(String, String)>,
    pub functions: BTreeSet<(String, String)>,
}

/// Collects the names of a query of our own; all of them must be qualified.
///
/// # Errors
/// The text is not SQL to PostgreSQL, or holds a name without a schema.
pub fn named(query: &str) -> Result<Named, Disagreement> {
    guarded(|| names_in(&Reading::of(query, Side::Substitution)?))
}

fn names_in(reading: &Reading) -> Result<Named, Disagreement> {
    let found = RefCell::new(Named::default());
    reach::visit(reading.statement(), |node, place| collect(node, place, &mut found.borrow_mut()))?;
    Ok(found.into_inner())
}

/// A query of our own, read once. It names nothing without a schema, so it reads no common table expression of a statement around it.
#[derive(Clone)]
pub struct Own {
    text: Rc<str>,
    reading: Rc<Reading>,
    named: Rc<Named>,
}

impl Own {
    /// Reads the text.
    ///
    /// # Errors
    /// As [`named()`].
    pub fn read(query: &str) -> Result<Self, Disagreement> {
        guarded(|| {
            let reading = Reading::of(query, Side::Substitution)?;
            let named = Rc::new(names_in(&reading)?);
            Ok(Self { text: query.into(), reading: Rc::new(reading), named })
        })
    }

    /// The names of all that it reads and calls.
    pub fn named(&self) -> &Named {
        &self.named
    }

    /// The query as PostgreSQL's grammar reads it.
    pub(super) fn statement(&self) -> Node<'_> {
        self.reading.statement()
    }
}

/// The same text is the same query.
impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Own {}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "only what has a name is looked at; what may not stand in a text is `reach`'s to say"
)]
fn collect(node: Node<'_>, place: Place, found: &mut Named) -> Result<(), Disagreement> {
    match node {
        Node::RangeVar(relation) if !place.is_cte => {
            let name = relation.schemaname().zip(relation.relname()).ok_or(Disagreement::Tree)?;
            note(&mut found.relations, name.0, name.1);
        }
        Node::FuncCall(call) if place.is_unnest_of_several(call) => {
            note(&mut found.functions, "pg_catalog", "unnest");
        }
        Node::FuncCall(call) => match parts(call.funcname()).as_deref() {
            Some([Part::Word(schema), Part::Word(name)]) => note(&mut found.functions, schema, name),
            Some(_) | None => return Err(Disagreement::Tree),
        },
        Node::SQLValueFunction(value) => {
            let name = output_name::sql_value(value.op).ok_or(Disagreement::Tree)?;
            note(&mut found.functions, "pg_catalog", name);
        }
        _ => {}
    }
    Ok(())
}

fn note(names: &mut BTreeSet<(String, String)>, schema: &str, name: &str) {
    if !reach::is_among(names, schema, name) {
        names.insert((schema.to_owned(), name.to_owned()));
    }
}
