//! The warehouse's own text search configurations and dictionaries that may be named.

use crate::catalog::{TextSearch, TextSearchKind};
use crate::document::{Span, quoted, suggest};

use super::WarehouseInput;
use super::drift::{DriftObject, Findings};

/// Finds all of them; what the warehouse does not have is not offered.
pub(super) fn resolve(warehouse: &WarehouseInput<'_>, findings: &mut Findings) -> Vec<TextSearch> {
    let written = warehouse.user_text_search.iter();
    written.filter_map(|(kind, (schema, name), at)| find(warehouse, *kind, (schema, name), at, findings)).collect()
}

fn find(
    warehouse: &WarehouseInput<'_>,
    kind: TextSearchKind,
    (schema, name): (&str, &str),
    at: &Span,
    findings: &mut Findings,
) -> Option<TextSearch> {
    let of_kind = || warehouse.catalog.text_search.iter().filter(|found| found.kind == kind);
    let found = of_kind().find(|found| found.schema == schema && found.name == name);
    if found.is_none() {
        let full = format!("{schema}.{name}");
        let object = DriftObject::TextSearch { warehouse: warehouse.name.clone(), kind, name: full.clone() };
        let all: Vec<String> = of_kind().map(|found| format!("{}.{}", found.schema, found.name)).collect();
        let near = suggest(&full, all.iter().map(String::as_str));
        let hint = near.map_or_else(String::new, |near| format!(" (did you mean {}?)", quoted(near)));
        let message = format!("warehouse {} has no {} {}{hint}", quoted(warehouse.name.as_str()), kind.word(), quoted(&full));
        findings.drift(&object, at, message);
    }
    found.cloned()
}
