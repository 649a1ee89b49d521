//! The warehouse's own functions that may be called: signatures of the configuration, found in the live catalog.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::WarehouseName;
use crate::catalog::extensions::Serving;
use crate::catalog::functions::Verdict;
use crate::catalog::{Catalog, Function, TextSearch, UserFunction};
use crate::document::{Span, quoted, suggest};

use super::drift::{DriftObject, Findings};
use super::served::why_function_not_served;
use super::user_types::{self, UserTypes};
use super::{CompileInput, UserFunctionName, WarehouseInput, text_search};

/// What each warehouse offers besides relations.
pub(super) type Functions = BTreeMap<WarehouseName, Offered>;

/// What one warehouse offers besides relations.
#[derive(Clone, Debug, Default)]
pub(super) struct Offered {
    /// Functions that the configuration allows.
    pub(super) functions: Vec<UserFunction>,
    pub(super) serving: Arc<Serving>,
    /// Types that the configuration lets be named.
    pub(super) types: UserTypes,
    /// Text search configurations and dictionaries that it lets be named.
    pub(super) text_search: Vec<TextSearch>,
}

/// Finds all of them; what the warehouse does not have is not offered. Offline there is no warehouse that could have them: none.
pub(super) fn resolve_all(input: &CompileInput<'_>, findings: &mut Findings) -> Functions {
    let mut functions = Functions::new();
    for warehouse in input.warehouses.iter().filter(|_| !input.offline) {
        let serving = Serving::of(warehouse.catalog, warehouse.path());
        let found = warehouse.user_functions.iter().filter_map(|(name, at)| resolve(warehouse, &serving, name, at, findings));
        let found = found.collect();
        let types = user_types::resolve(warehouse, &serving, findings);
        let text_search = text_search::resolve(warehouse, findings);
        let offered = Offered { functions: found, serving: Arc::new(serving), types, text_search };
        functions.insert(warehouse.name.clone(), offered);
    }
    functions
}

fn resolve(
    warehouse: &WarehouseInput<'_>,
    serving: &Serving,
    written: &UserFunctionName,
    at: &Span,
    findings: &mut Findings,
) -> Option<UserFunction> {
    let catalog = warehouse.catalog;
    let named: Vec<&Function> =
        catalog.functions.iter().filter(|function| function.schema == written.schema && function.name == written.name).collect();
    let full = format!("{}.{}", written.schema, written.name);
    let signature = format!("{full}({})", written.arguments.join(", "));
    let object = DriftObject::Function { warehouse: warehouse.name.clone(), name: signature };
    if named.is_empty() {
        let all: Vec<String> =
            catalog.functions.iter().map(|function| format!("{}.{}", function.schema, function.name)).collect();
        let near = suggest(&full, all.iter().map(String::as_str));
        let hint = near.map_or_else(String::new, |near| format!(" (did you mean {}?)", quoted(near)));
        findings.drift(
            &object,
            at,
            format!("warehouse {} has no function {}{hint}", quoted(warehouse.name.as_str()), quoted(&full)),
        );
        return None;
    }
    let Some(function) = named.iter().find(|function| same_arguments(catalog, &function.arguments, &written.arguments)) else {
        let signatures: Vec<String> = named.iter().map(|function| format!("({})", function.arguments.join(", "))).collect();
        findings.drift(
            &object,
            at,
            format!("function {} takes {}, not ({})", quoted(&full), signatures.join(" or "), written.arguments.join(", ")),
        );
        return None;
    };
    match serving.function(function.oid).filter(|_| function.extension.is_some()) {
        Some(Verdict::Deny(why) | Verdict::Filtered(why)) => {
            findings.drift(&object, at, format!("function {} cannot be allowed: it {why}", quoted(&full)));
            return None;
        }
        // It may be called already, by the table of its extension.
        Some(Verdict::Allow | Verdict::Limit(_)) => return None,
        None => {}
    }
    if let Some(why) = why_function_not_served(catalog, serving, function) {
        findings.drift(&object, at, format!("function {} cannot be allowed: {why}", quoted(&full)));
        return None;
    }
    if let Some(other) = rival(catalog, function, |other| is_allowed(warehouse, other)) {
        let message = format!(
            "function {} cannot be told from {}, which is not allowed and takes as many arguments: allow both, or rename one",
            quoted(&function.signature()),
            quoted(&other.signature())
        );
        findings.drift(&object, at, message);
        return None;
    }
    if function.security_definer {
        let message = format!(
            "function {} runs with the rights of its owner (SECURITY DEFINER): it reads what its owner may",
            quoted(&full)
        );
        findings.warnings.push(at, message);
    }
    if function.is_volatile() {
        let message = format!(
            "function {} is volatile: whatever it does besides its result (waits, sends, takes locks, changes settings), vendors can make it do, for each row",
            quoted(&full)
        );
        findings.warnings.push(at, message);
    }
    if let Some(extension) = &function.extension {
        let message =
            format!("function {} belongs to extension {extension}: whatever it reads, vendors can make it read", quoted(&full));
        findings.warnings.push(at, message);
    }
    Some(UserFunction::of(catalog, function))
}

/// A function that PostgreSQL could pick in the place of `function`: of the same name, with a number of arguments in common, and not allowed itself.
/// Which of them is meant is decided by types, which are not known before the statement reaches the warehouse.
pub fn rival<'c>(catalog: &'c Catalog, function: &Function, allowed: impl Fn(&Function) -> bool) -> Option<&'c Function> {
    catalog.functions.iter().find(|other| {
        (&other.schema, &other.name) == (&function.schema, &function.name)
            && other.oid != function.oid
            && other.kind != 'p'
            && other.overlaps(function)
            && !allowed(other)
    })
}

/// Whether the configuration allows that function by its signature.
fn is_allowed(warehouse: &WarehouseInput<'_>, function: &Function) -> bool {
    warehouse.user_functions.iter().any(|(written, _)| {
        (&written.schema, &written.name) == (&function.schema, &function.name)
            && same_arguments(warehouse.catalog, &function.arguments, &written.arguments)
    })
}

/// Types are compared as types, without modifiers: a function's arguments have none.
fn same_arguments(catalog: &Catalog, live: &[String], written: &[String]) -> bool {
    let of = |text: &String| catalog.type_named(text).map(|(oid, _)| oid);
    live.len() == written.len()
        && live.iter().zip(written).all(|(live, written)| live == written || of(live).is_some_and(|oid| of(written) == Some(oid)))
}
