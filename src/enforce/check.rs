//! The witness's word: PostgreSQL's own grammar must read our texts as it reads the client's (invariant 5).

use std::collections::BTreeMap;

use crate::analyze::{Analyzed, BoundCall, BoundType, ColumnReading};
use crate::base::quote_ident;
use crate::parse::syntax::{NodeId, Pos, Statement};
use crate::parse::{ConstantOf, Plain, constant_at, print_statement};
use crate::rewrite::{self, Parts, Printed};
use crate::witness::{Disagreement, Envelope, Expectation, Named, Own, Side, Substitution, Witness, named, syntax_error};

use super::Parsed;
use super::places::Places;
use super::refusal::Refusal;

/// A statement whose printout the witness reads as it reads the client's text.
pub(super) struct Checked {
    witness: Witness,
    expectation: Expectation,
}

impl Checked {
    /// Reads the client's text, and what the plan says that it changes.
    ///
    /// # Errors
    /// The refusal that names the stage; whoever receives it counts an alarm.
    pub(super) fn of(parsed: &Parsed, analyzed: &Analyzed, parts: Parts) -> Result<Self, Refusal> {
        let witness = check_printout(parsed, &parsed.inner.statement)?;
        let expectation =
            expectation(parsed, analyzed, parts).map_err(|disagreement| Refusal::of_witness(&disagreement, "substitution"))?;
        Ok(Self { witness, expectation })
    }

    /// Holds a text that is to be sent against the client's, `client`. Where the same stands in both.
    ///
    /// # Errors
    /// As `of`.
    pub(super) fn hold(&self, sql: &str, client: &str) -> Result<Places, Refusal> {
        self.witness
            .places_in_rewritten(sql, &self.expectation)
            .map(|places| Places::new(sql, client, places))
            .map_err(|disagreement| Refusal::of_witness(&disagreement, "rewritten"))
    }

    /// The same with an envelope around the statement's query.
    ///
    /// # Errors
    /// As `of`.
    pub(super) fn within(mut self, envelope: &rewrite::Envelope) -> Result<Self, Refusal> {
        let target = |target: &rewrite::Target| format!("{} AS {}", target.sql, quote_ident(&target.name));
        let rewrite::Envelope { alias, columns, targets } = envelope;
        let targets: Vec<String> = targets.iter().map(target).collect();
        let names = named(&format!("SELECT {}", targets.join(", ")))
            .map_err(|disagreement| Refusal::of_witness(&disagreement, "substitution"))?;
        self.expectation.allow(&names);
        self.expectation.envelope = Some(Envelope { alias: alias.clone(), columns: columns.clone(), targets });
        Ok(self)
    }
}

/// Checks a statement of which nothing is sent as it is: what was understood must be what was said.
///
/// # Errors
/// As `Checked::of`.
pub(super) fn check_control(parsed: &Parsed, statement: &Statement) -> Result<(), Refusal> {
    check_printout(parsed, statement).map(drop)
}

fn check_printout(parsed: &Parsed, statement: &Statement) -> Result<Witness, Refusal> {
    let refuse = |disagreement: Disagreement| Refusal::of_witness(&disagreement, "printout");
    let witness = Witness::read(&parsed.text)
        .map_err(|disagreement| not_sql(parsed, &disagreement).unwrap_or_else(|| refuse(disagreement)))?;
    witness.check_printout(&print_statement(statement, &Plain)).map_err(refuse)?;
    Ok(witness)
}

/// A text that the first parser took and PostgreSQL's grammar does not: an error of the client's like any other, and no alarm.
fn not_sql(parsed: &Parsed, disagreement: &Disagreement) -> Option<Refusal> {
    let Disagreement::Unreadable { side: Side::Client, message: _ } = disagreement else { return None };
    syntax_error(&parsed.text).map(|found| Refusal::of_syntax(&found, &parsed.text, parsed.characters_before))
}

/// What the plan changed, and all that its text may touch.
fn expectation(parsed: &Parsed, analyzed: &Analyzed, parts: Parts) -> Result<Expectation, Disagreement> {
    let bindings = analyzed.bindings();
    let place = |id: &NodeId| bindings.places.get(id).and_then(|at| at.offset());
    let Parts { relations, replaced, function_columns, row_columns } = parts;
    let mut expectation = Expectation {
        function_columns: function_columns.into_iter().collect(),
        row_columns: row_columns.into_iter().collect(),
        ..Expectation::default()
    };
    let mut read: BTreeMap<String, Own> = BTreeMap::new();
    for printed in relations {
        let query = match read.get(&printed.query) {
            Some(own) => own.clone(),
            None => Own::read(&printed.query)?,
        };
        only_its_views(analyzed, &printed, query.named())?;
        expectation.allow(query.named());
        let Printed { at, alias, column_aliases, query: text } = printed;
        read.insert(text, query.clone());
        expectation.relations.insert(at, Substitution { alias, column_aliases, query });
    }
    for text in replaced {
        expectation.allow(&named(&format!("SELECT {text}"))?);
    }
    let told = bindings.told_columns.values().filter_map(|(_, at)| at.offset());
    expectation.replaced.extend(told);
    for column in bindings.columns.values() {
        let Some(at) = column.at.offset().filter(|at| !expectation.replaced.contains(at)) else { continue };
        match &column.reads {
            ColumnReading::All => drop(expectation.columns.insert(at, vec![column.alias.clone()])),
            ColumnReading::Column(name) => drop(expectation.columns.insert(at, vec![column.alias.clone(), name.clone()])),
            ColumnReading::Renamed(_) | ColumnReading::TableOid(_) | ColumnReading::Told(_) | ColumnReading::Xmin(_) => {
                expectation.replaced.insert(at);
            }
        }
    }
    for keys in bindings.group_keys.values() {
        let columns = keys.columns.iter().map(|(table, column)| vec![table.clone(), column.clone()]).collect();
        keys.at.offset().map(|at| expectation.group_keys.insert(at, columns));
    }
    for (id, call) in &bindings.calls {
        let Some(at) = place(id) else { continue };
        match call {
            BoundCall::Builtin(name) => {
                expectation.allowed_functions.insert(("pg_catalog".to_owned(), name.clone()));
            }
            BoundCall::Echo
            | BoundCall::Field(_)
            | BoundCall::Registry(_)
            | BoundCall::Replaced { name: _, template: _, objects: _, told: _ } => {
                expectation.replaced.insert(at);
            }
            BoundCall::Unnest => drop(expectation.unnested.insert(at)),
            BoundCall::InformationSchema(name) => {
                let name = ("information_schema".to_owned(), name.clone());
                expectation.functions.insert(at, name.clone());
                expectation.allowed_functions.insert(name);
            }
            BoundCall::User(function) => {
                let name = function.called();
                expectation.functions.insert(at, name.clone());
                expectation.allowed_functions.insert(name);
            }
        }
    }
    for (id, bound) in &bindings.types {
        let Some(at) = place(id) else { continue };
        match bound {
            BoundType::Builtin(_) => {}
            BoundType::Exposed { schema, name } => drop(expectation.types.insert(at, (schema.clone(), name.clone()))),
            BoundType::OwnRow => drop(expectation.types.insert(at, ("pg_catalog".to_owned(), "record".to_owned()))),
            BoundType::Registry(_)
            | BoundType::RegistryList { kind: _, of: _, is_told: _ }
            | BoundType::RegistryText { kind: _, name: _, is_list: _ }
            | BoundType::RegistryTold(_) => drop(expectation.replaced.insert(at)),
        }
    }
    for (at, most) in bindings.sized.iter().filter_map(|(id, most)| Some((place(id)?, *most))) {
        expectation.guarded.insert(at, most);
        let ours = ["int4larger", "width_bucket"].map(|name| ("pg_catalog".to_owned(), name.to_owned()));
        expectation.allowed_functions.extend(ours);
    }
    for (id, oid) in &bindings.named_arguments {
        let at = bindings.places.get(id).map_or(Pos::NONE, |at| constant_at(&parsed.text, *at, ConstantOf::Argument(0)));
        at.offset().map(|at| expectation.constants.insert(at, oid.clone()));
    }
    for (id, named) in &bindings.named_lists {
        let at = bindings.places.get(id).copied().unwrap_or(Pos::NONE);
        for (number, text) in named.iter().enumerate() {
            let place = constant_at(&parsed.text, at, ConstantOf::Listed(number)).offset();
            place.zip(text.clone()).map(|(at, text)| expectation.constants.insert(at, text));
        }
    }
    let replaced_values = bindings.values.iter().filter(|(_, value)| crate::rewrite::is_replaced(**value));
    expectation.replaced.extend(replaced_values.filter_map(|(id, _)| place(id)));
    Ok(expectation)
}

/// Where views stand for a relation, what is printed for it reads one of them and nothing else, whatever printed it.
fn only_its_views(analyzed: &Analyzed, printed: &Printed, names: &Named) -> Result<(), Disagreement> {
    let bound = analyzed.bindings().relations.values().find(|bound| bound.at.offset() == Some(printed.at));
    let Some(stand_in) = bound.and_then(|bound| bound.relation.stand_in.as_ref()) else { return Ok(()) };
    let is_view = |(schema, name): &(String, String)| {
        *schema == stand_in.schema && (*name == stand_in.name || stand_in.only.as_ref() == Some(name))
    };
    if names.relations.len() == 1 && names.relations.iter().all(is_view) && names.functions.is_empty() {
        return Ok(());
    }
    let what = "something else than its view is read for it";
    Err(Disagreement::Relation { name: stand_in.name.clone(), what, at: Some(printed.at) })
}
