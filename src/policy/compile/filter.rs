//! The row filter of a relation: the contract's AND the grant's.

use crate::catalog::{Column, RowFilter, WarehouseRelation};
use crate::contract::{self, PhysicalName};
use crate::document::{Span, Spanned, quoted, suggest};
use crate::enforce::{FilterError, FilterRequest, Reads, both, compile_filter};
use crate::parse;

use super::column::Columns;
use super::drift::Findings;

/// The limits of a filter's text that no warehouse is there to check.
const LIMITS: parse::Limits = parse::Limits { bytes: 64 * 1024, nesting: 100, parameters: 0 };

/// What became of the row filter of a relation.
pub(super) enum Filtered {
    /// By both parts.
    By(RowFilter),
    /// A part of it cannot be used: the relation has no rows that may be shown.
    Broken,
    /// None is written.
    Open,
}

/// Compiles both parts.
pub(super) fn compile(columns: &Columns<'_>, findings: &mut Findings) -> Filtered {
    let reference = references(columns, findings);
    let written: Vec<_> =
        [columns.contract.row_filter.as_ref(), columns.rule.row_filter.as_ref()].into_iter().flatten().collect();
    // Each is tried, so that all that is wrong is told.
    let parts: Vec<_> =
        written.iter().map(|text| part(columns, text, reference.as_deref().unwrap_or_default(), findings)).collect();
    let parts: Option<Vec<RowFilter>> = parts.into_iter().collect();
    match (parts, reference) {
        (Some(parts), Some(_)) => parts.into_iter().reduce(both).map_or(Filtered::Open, Filtered::By),
        (None, _) | (_, None) => Filtered::Broken,
    }
}

fn part(
    columns: &Columns<'_>,
    text: &Spanned<String>,
    reference: &[(String, String)],
    findings: &mut Findings,
) -> Option<RowFilter> {
    let request = FilterRequest { text: &text.value, relation: columns.live, reference, catalog: columns.warehouse.catalog };
    match compile_filter(&request) {
        Ok((filter, reads)) => {
            if !filter.total {
                let relation = quoted(&columns.contract.name);
                let message = format!(
                    "the row filter of relation {relation} can fail on some values: then every error of a statement on it is told as one fixed error"
                );
                findings.warnings.push(&text.at, message);
            }
            reads_what_is_promised(columns, &reads, findings).then_some(filter)
        }
        Err(error) if columns.offline && parse::expression(&text.value, &LIMITS).is_ok() => {
            let relation = quoted(&columns.contract.name);
            let message = format!("the row filter of relation {relation} is checked against the live warehouse only: {error}");
            findings.warnings.push(&text.at, message);
            Some(unchecked(&text.value))
        }
        Err(error) => {
            tell(columns, &text.at, &text.value, &error, findings);
            None
        }
    }
}

/// A column of another type may make the condition mean something else: `code > '10'` of a text and of a number.
fn reads_what_is_promised(columns: &Columns<'_>, reads: &Reads, findings: &mut Findings) -> bool {
    if columns.offline {
        return true;
    }
    let mut is_kept = true;
    for ((schema, name), read) in reads {
        let Some(live) = columns.warehouse.catalog.relation(schema, name) else { continue };
        for column in live.columns.iter().filter(|column| read.contains(&column.name)) {
            if let Some((at, message)) = other_than_promised(columns, live, column) {
                findings.drift(&columns.object, at, format!("{message}, and a row filter reads it"));
                is_kept = false;
            }
        }
    }
    is_kept
}

/// What to tell of a column whose type nobody promises: its own contract does not, or, of another relation, none of the contracts that know it. Two versions of a
/// contract may promise two types.
fn other_than_promised<'c>(columns: &Columns<'c>, live: &WarehouseRelation, column: &Column) -> Option<(&'c Span, String)> {
    let of = |relation: &'c contract::Relation| relation.columns.iter().find(|found| found.physical.value == column.name);
    if (live.oid, &live.name) == (columns.live.oid, &columns.live.name) {
        return columns.other_type(of(columns.contract)?, column);
    }
    let here = columns.contracts.iter().filter(|contract| contract.server.warehouse.value == *columns.warehouse.name);
    let is_it = |(schema, name): &(String, String)| *schema == live.schema && *name == live.name;
    let known = here.flat_map(|contract| {
        let schema = &contract.server.schema.value;
        contract.relations.iter().filter(move |relation| relation.physical.value.candidates(schema).iter().any(is_it))
    });
    let promises: Vec<_> = known.filter_map(of).filter(|promised| promised.physical_type.is_some()).collect();
    let mut others = promises.iter().map(|promised| columns.other_type(promised, column));
    let first = others.next()??;
    others.all(|other| other.is_some()).then_some(first)
}

/// A filter that parses and may name what no contract does. It stands in plans that nobody runs, and takes no part in what they show.
fn unchecked(text: &str) -> RowFilter {
    RowFilter {
        sql: "true".to_owned(),
        written: vec![text.to_owned()],
        total: false,
        has_subselect: false,
        reads_computed: false,
        reads: Vec::new(),
        functions: Vec::new(),
    }
}

fn tell(columns: &Columns<'_>, at: &Span, text: &str, error: &FilterError, findings: &mut Findings) {
    let place = error.offset.and_then(|offset| text.get(..offset)).map(|before| before.chars().count() + 1);
    let place = place.map_or_else(String::new, |place| format!(" at character {place}"));
    let hint = error.hint.as_ref().map_or_else(String::new, |hint| format!(" ({hint})"));
    let message = format!("row filter{place}: {}{hint}", error.message);
    match error.is_of_warehouse {
        true => findings.drift(&columns.object, at, message),
        false => findings.mistake(&columns.object, at, message),
    }
}

/// The relations that sub-selects may read. `None` when the warehouse lacks one.
fn references(columns: &Columns<'_>, findings: &mut Findings) -> Option<Vec<(String, String)>> {
    let catalog = columns.warehouse.catalog;
    let mut found = Some(Vec::new());
    for written in &columns.rule.reference {
        let candidates = PhysicalName::new(&written.value).candidates(&columns.live.schema);
        match candidates.into_iter().find(|(schema, name)| catalog.relation(schema, name).is_some()) {
            Some(name) => found.iter_mut().for_each(|found: &mut Vec<_>| found.push(name.clone())),
            None if columns.offline => {}
            None => {
                let all: Vec<String> =
                    catalog.relations.iter().map(|relation| format!("{}.{}", relation.schema, relation.name)).collect();
                let near = suggest(&written.value, all.iter().map(String::as_str));
                let hint = near.map_or_else(String::new, |near| format!(" (did you mean {}?)", quoted(near)));
                let message = format!("the warehouse has no relation {}{hint}", quoted(&written.value));
                findings.drift(&columns.object, &written.at, message);
                found = None;
            }
        }
    }
    found
}
