//! The views of a grant: planned from what it exposes, held against what the warehouse has, and handed to the relations and functions that they stand for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::{ExposedRelation, UserFunction};
use crate::policy::document::Grant;
use crate::views::{GrantViews, compare};

use super::drift::{DriftObject, Findings};
use super::grant::types;
use super::{Views, WarehouseInput};

/// Plans the views, where the warehouse is read through views. A function whose stand-in differs in the warehouse is left out; relations are the caller's.
pub(super) fn plan(
    grant: &Grant,
    warehouse: &WarehouseInput<'_>,
    relations: &mut BTreeMap<(String, String), Arc<ExposedRelation>>,
    functions: &mut Vec<UserFunction>,
    pinned_search_path: &[String],
    findings: &mut Findings,
) -> Option<Views> {
    let login = warehouse.views_login?;
    let named_types = types(warehouse.catalog, relations).into_keys().map(|(schema, _)| schema);
    let lookup: BTreeSet<String> = named_types.chain(pinned_search_path.iter().cloned()).collect();
    let mut planned = GrantViews::new(&grant.name, login, lookup);
    for relation in relations.values_mut() {
        let stand_in = planned.add_relation(relation);
        Arc::make_mut(relation).stand_in = stand_in;
    }
    // Without a warehouse to look at, as when a policy is tested, everything counts as made.
    let Some(live) = &warehouse.catalog.views else { return Some(Views { planned, differences: Vec::new() }) };
    planned.add_functions(functions, live, pinned_search_path);
    let differences = compare(&planned, live);
    functions.retain(|function| {
        let stand_in = function.stand_in.as_deref().unwrap_or_default();
        let mut wrong = differences.iter().filter(|difference| difference.is_about_function(stand_in)).peekable();
        let is_sound = wrong.peek().is_none();
        let name = format!("{}.{}({})", function.schema, function.name, function.arguments.join(", "));
        let object = DriftObject::Function { warehouse: warehouse.name.clone(), name };
        wrong.for_each(|difference| findings.drift(&object, warehouse.at, difference.message.as_str()));
        is_sound
    });
    Some(Views { planned, differences })
}
