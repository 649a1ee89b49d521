//! The row filter of a relation: the contract's AND the grant's.

use crate::catalog::RowFilter;
use crate::contract::PhysicalName;
use crate::document::{Diagnostics, Span, Spanned, quoted, suggest};
use crate::enforce::{FilterError, FilterRequest, both, compile_filter};
use crate::parse;

use super::column::Columns;

/// The limits of a filter's text that no warehouse is there to check.
const LIMITS: parse::Limits = parse::Limits { bytes: 64 * 1024, nesting: 100, parameters: 0 };

/// Compiles both parts. `None` where there is none, or one is wrong.
pub(super) fn compile(columns: &Columns<'_>, problems: &mut Diagnostics, warnings: &mut Diagnostics) -> Option<RowFilter> {
    let reference = references(columns, problems);
    let written = [columns.contract.row_filter.as_ref(), columns.rule.row_filter.as_ref()];
    let parts = written.into_iter().flatten().filter_map(|text| part(columns, text, &reference, problems, warnings));
    parts.reduce(both)
}

fn part(
    columns: &Columns<'_>,
    text: &Spanned<String>,
    reference: &[(String, String)],
    problems: &mut Diagnostics,
    warnings: &mut Diagnostics,
) -> Option<RowFilter> {
    let request = FilterRequest { text: &text.value, relation: columns.live, reference, catalog: columns.warehouse.catalog };
    match compile_filter(&request) {
        Ok(filter) => {
            if !filter.total {
                let relation = quoted(&columns.contract.name);
                let message = format!(
                    "the row filter of relation {relation} can fail on some values: then every error of a statement on it is told as one fixed error"
                );
                warnings.push(&text.at, message);
            }
            Some(filter)
        }
        Err(error) if columns.offline && parse::expression(&text.value, &LIMITS).is_ok() => {
            let relation = quoted(&columns.contract.name);
            let message = format!("the row filter of relation {relation} is checked against the live warehouse only: {error}");
            warnings.push(&text.at, message);
            Some(unchecked(&text.value))
        }
        Err(error) => {
            tell(&text.at, &text.value, &error, problems);
            None
        }
    }
}

/// A filter that parses and may name what no contract does. It stands in plans that nobody runs, and takes no part in what they show.
fn unchecked(text: &str) -> RowFilter {
    RowFilter {
        sql: "true".to_owned(),
        written: vec![text.to_owned()],
        total: false,
        has_subselect: false,
        reads: Vec::new(),
        functions: Vec::new(),
    }
}

fn tell(at: &Span, text: &str, error: &FilterError, problems: &mut Diagnostics) {
    let place = error.offset.and_then(|offset| text.get(..offset)).map(|before| before.chars().count() + 1);
    let place = place.map_or_else(String::new, |place| format!(" at character {place}"));
    let hint = error.hint.as_ref().map_or_else(String::new, |hint| format!(" ({hint})"));
    problems.push(at, format!("row filter{place}: {}{hint}", error.message));
}

/// The relations that sub-selects may read: each must exist.
fn references(columns: &Columns<'_>, problems: &mut Diagnostics) -> Vec<(String, String)> {
    let catalog = columns.warehouse.catalog;
    let mut found = Vec::new();
    for written in &columns.rule.reference {
        let candidates = PhysicalName::new(&written.value).candidates(&columns.live.schema);
        match candidates.into_iter().find(|(schema, name)| catalog.relation(schema, name).is_some()) {
            Some(name) => found.push(name),
            None if columns.offline => {}
            None => {
                let all: Vec<String> =
                    catalog.relations.iter().map(|relation| format!("{}.{}", relation.schema, relation.name)).collect();
                let near = suggest(&written.value, all.iter().map(String::as_str));
                let hint = near.map_or_else(String::new, |near| format!(" (did you mean {}?)", quoted(near)));
                problems.push(&written.at, format!("the warehouse has no relation {}{hint}", quoted(&written.value)));
            }
        }
    }
    found
}
