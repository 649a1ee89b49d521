//! The warehouse's own types that may be named though no shown column is of one.

use std::collections::BTreeMap;

use crate::catalog::extensions::Serving;
use crate::catalog::{Catalog, Oid, PgType, TypeKind};
use crate::document::{Span, quoted, suggest};

use super::WarehouseInput;
use super::drift::{DriftObject, Findings};
use super::served::{own_types, why_not_served};

/// The types, by schema and name, with the types of the warehouse's own that they are made of.
pub(super) type UserTypes = BTreeMap<(String, String), Oid>;

/// Finds all of them; what the warehouse does not have or may not be shown is not offered.
pub(super) fn resolve(warehouse: &WarehouseInput<'_>, serving: &Serving, findings: &mut Findings) -> UserTypes {
    let mut oids = Vec::new();
    for ((schema, name), at) in warehouse.user_types {
        if let Some(found) = find(warehouse, serving, (schema, name), at, findings) {
            own_types(warehouse.catalog, found, &mut oids);
        }
    }
    let catalog = warehouse.catalog;
    let found = oids.into_iter().filter_map(|oid| catalog.types.get(&oid));
    // Arrays are named by their elements.
    let named = found.filter(|found| catalog.element_of_array(found.oid).is_none());
    named.map(|found| ((found.schema.clone(), found.name.clone()), found.oid)).collect()
}

fn find(
    warehouse: &WarehouseInput<'_>,
    serving: &Serving,
    (schema, name): (&str, &str),
    at: &Span,
    findings: &mut Findings,
) -> Option<Oid> {
    let catalog = warehouse.catalog;
    let full = format!("{schema}.{name}");
    let object = DriftObject::Type { warehouse: warehouse.name.clone(), name: full.clone() };
    let is_own = |found: &&PgType| found.schema != "pg_catalog" && found.schema != "information_schema";
    let Some(found) = catalog.types.values().filter(is_own).find(|found| found.schema == schema && found.name == name) else {
        let all: Vec<String> = catalog
            .types
            .values()
            .filter(is_own)
            .filter(|found| found.row_of.is_none() && catalog.element_of_array(found.oid).is_none())
            .map(|found| format!("{}.{}", found.schema, found.name))
            .collect();
        let near = suggest(&full, all.iter().map(String::as_str));
        let hint = near.map_or_else(String::new, |near| format!(" (did you mean {}?)", quoted(near)));
        findings.drift(&object, at, format!("warehouse {} has no type {}{hint}", quoted(warehouse.name.as_str()), quoted(&full)));
        return None;
    };
    match why_type_not_named(catalog, serving, found) {
        Some(why) => {
            findings.drift(&object, at, format!("type {} cannot be named: {why}", quoted(&full)));
            None
        }
        None => Some(found.oid),
    }
}

/// Why the configuration cannot let that type be named, as the end of a sentence; `None` when it can.
pub fn why_type_not_named(catalog: &Catalog, serving: &Serving, found: &PgType) -> Option<String> {
    match found.kind {
        TypeKind::Pseudo => Some("it is no type of values".to_owned()),
        TypeKind::Base | TypeKind::Composite | TypeKind::Domain | TypeKind::Enum | TypeKind::Multirange | TypeKind::Range => {
            why_not_served(catalog, serving, found.oid)
        }
    }
}
