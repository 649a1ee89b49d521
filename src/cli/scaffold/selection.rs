//! What of a live catalog is exposed, and what is left out and why: every relation, column, function and type of the chosen schemas that can be served.

use std::collections::BTreeSet;

use crate::catalog::extensions::Serving;
use crate::catalog::functions::Verdict;
use crate::catalog::{Catalog, Column, Function, Oid, PgType, TextSearch, TextSearchKind, WarehouseRelation};
use crate::cli::names::qualified;
use crate::policy::compile::{rival, why_function_not_served, why_not_served, why_type_not_named};

/// What the configuration will open.
pub(super) struct Selection<'c> {
    pub(super) schemas: Vec<Schema<'c>>,
    /// Functions by signature, as `user_allow` takes them.
    pub(super) functions: Vec<String>,
    /// Functions that are left out: signature and reason.
    pub(super) functions_left_out: Vec<(String, String)>,
    /// Types by schema and name, as `user_allow` takes them.
    pub(super) types: Vec<String>,
    /// Text search configurations by schema and name.
    pub(super) configurations: Vec<String>,
    /// Text search dictionaries by schema and name.
    pub(super) dictionaries: Vec<String>,
    /// Types that are left out: name and reason.
    pub(super) types_left_out: Vec<(String, String)>,
}

/// One schema that vendors will see.
pub(super) struct Schema<'c> {
    pub(super) name: &'c str,
    pub(super) relations: Vec<Relation<'c>>,
    /// Relations that are left out, with the reason.
    pub(super) left_out: Vec<(&'c WarehouseRelation, String)>,
}

/// One relation with at least one column.
pub(super) struct Relation<'c> {
    pub(super) relation: &'c WarehouseRelation,
    /// In the table's order; with the reason when it is left out.
    pub(super) columns: Vec<(&'c Column, Option<String>)>,
}

impl<'c> Relation<'c> {
    /// The columns that are opened.
    pub(super) fn opened(&self) -> impl Iterator<Item = &'c Column> {
        self.columns.iter().filter(|(_, why)| why.is_none()).map(|(column, _)| *column)
    }
}

/// Chooses from the catalog; `Err` names the schemas that are not there.
pub(super) fn select<'c>(catalog: &'c Catalog, schemas: &[String]) -> Result<Selection<'c>, Vec<String>> {
    let known: BTreeSet<&str> = catalog.schemas.values().map(String::as_str).collect();
    let missing: Vec<String> = schemas.iter().filter(|schema| !known.contains(schema.as_str())).cloned().collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let chosen: BTreeSet<&str> = schemas.iter().map(String::as_str).collect();
    let in_order = known.iter().filter(|name| chosen.contains(**name));
    let serving = Serving::of(catalog, &catalog.search_path);
    let (functions, functions_left_out) = functions(catalog, &serving, &chosen);
    let (types, types_left_out) = types(catalog, &serving, &chosen);
    let schemas = in_order.map(|name| schema(catalog, &serving, name)).collect();
    let configurations = text_search(catalog, TextSearchKind::Configuration, &chosen);
    let dictionaries = text_search(catalog, TextSearchKind::Dictionary, &chosen);
    Ok(Selection { schemas, functions, functions_left_out, types, configurations, dictionaries, types_left_out })
}

/// The types that may be named, and those that are left out with the reason; both in order. Arrays go with their elements; the row types of relations are
/// nobody's to name and stand for no type that somebody made; what a served extension brings needs no permission.
fn types(catalog: &Catalog, serving: &Serving, chosen: &BTreeSet<&str>) -> (Vec<String>, Vec<(String, String)>) {
    let (mut named, mut left_out) = (Vec::new(), Vec::new());
    let is_own = |found: &&PgType| {
        chosen.contains(found.schema.as_str())
            && !matches!(found.schema.as_str(), "pg_catalog" | "information_schema")
            && found.row_of.is_none()
            && catalog.element_of_array(found.oid).is_none()
            && serving.type_name(found.oid).is_none()
    };
    for found in catalog.types.values().filter(is_own) {
        let name = qualified(&found.schema, &found.name);
        match unwritable(&found.name).or_else(|| why_type_not_named(catalog, serving, found)) {
            None => named.push(name),
            Some(why) => left_out.push((name, why)),
        }
    }
    named.sort();
    left_out.sort();
    (named, left_out)
}

/// The chosen schemas' own text search configurations or dictionaries, in order.
fn text_search(catalog: &Catalog, kind: TextSearchKind, chosen: &BTreeSet<&str>) -> Vec<String> {
    let is_own =
        |found: &&TextSearch| found.kind == kind && chosen.contains(found.schema.as_str()) && unwritable(&found.name).is_none();
    let mut named: Vec<String> =
        catalog.text_search.iter().filter(is_own).map(|found| qualified(&found.schema, &found.name)).collect();
    named.sort();
    named
}

/// The functions that are opened, and those that are left out with the reason; both by signature, in order.
fn functions(catalog: &Catalog, serving: &Serving, chosen: &BTreeSet<&str>) -> (Vec<String>, Vec<(String, String)>) {
    let (mut opened, mut left_out) = (Vec::new(), Vec::new());
    for function in catalog.functions.iter().filter(|function| chosen.contains(function.schema.as_str())) {
        match unserved_function(catalog, serving, function) {
            None if serving.function(function.oid).is_some() => {}
            None => opened.push(function),
            Some(why) => left_out.push((signature(function), why)),
        }
    }
    // Each function that is left out may leave out others that cannot be told from it.
    loop {
        let chosen: BTreeSet<Oid> = opened.iter().map(|function| function.oid).collect();
        let before = opened.len();
        opened.retain(|function| {
            let other = rival(catalog, function, |other| chosen.contains(&other.oid));
            left_out.extend(
                other.map(|other| {
                    (signature(function), format!("it cannot be told from {}, which is left out", signature(other)))
                }),
            );
            other.is_none()
        });
        if opened.len() == before {
            break;
        }
    }
    let mut opened: Vec<String> = opened.into_iter().map(signature).collect();
    opened.sort();
    left_out.sort();
    (opened, left_out)
}

fn schema<'c>(catalog: &'c Catalog, serving: &Serving, name: &'c str) -> Schema<'c> {
    let mut schema = Schema { name, relations: Vec::new(), left_out: Vec::new() };
    let mut relations: Vec<&WarehouseRelation> = catalog.relations.iter().filter(|relation| relation.schema == name).collect();
    relations.sort_by(|a, b| a.name.cmp(&b.name));
    for relation in relations {
        let columns: Vec<_> = relation.columns.iter().map(|column| (column, unserved_column(catalog, serving, column))).collect();
        let chosen = Relation { relation, columns };
        let why = if let Some(why) = unwritable(&relation.name) {
            why
        } else if relation.columns.is_empty() {
            "it has no columns".to_owned()
        } else if chosen.opened().next().is_none() {
            let reasons: Vec<&str> = chosen.columns.iter().filter_map(|(_, why)| why.as_deref()).collect();
            format!("none of its columns can be served: {}", reasons.first().copied().unwrap_or_default())
        } else {
            schema.relations.push(chosen);
            continue;
        };
        schema.left_out.push((relation, why));
    }
    schema
}

fn unserved_column(catalog: &Catalog, serving: &Serving, column: &Column) -> Option<String> {
    if column.name == "*" {
        return Some("a policy cannot name a column \"*\"".to_owned());
    }
    unwritable(&column.name).or_else(|| why_not_served(catalog, serving, column.type_oid))
}

/// Names of white space alone read as no name at all.
fn unwritable(name: &str) -> Option<String> {
    name.trim().is_empty().then(|| "its name is white space".to_owned())
}

/// Why a function is left out. One of an extension may take SQL or names of relations as text (`crosstab`, `dblink`), which no grant can hold.
fn unserved_function(catalog: &Catalog, serving: &Serving, function: &Function) -> Option<String> {
    match serving.function(function.oid) {
        Some(Verdict::Allow | Verdict::Limit(_)) => return None,
        Some(Verdict::Deny(why) | Verdict::Filtered(why)) => return Some(format!("it {why}")),
        None => {}
    }
    if let Some(extension) = &function.extension {
        let why = serving.refused.get(extension).map_or("which is not classified", String::as_str);
        return Some(format!("it belongs to extension {extension}, {why}"));
    }
    // A person may allow it, who knows what it does.
    let volatile = || function.is_volatile().then(|| "it is volatile: whatever it does, vendors could make it do".to_owned());
    why_function_not_served(catalog, serving, function).or_else(volatile)
}

fn signature(function: &Function) -> String {
    format!("{}({})", qualified(&function.schema, &function.name), function.arguments.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str, extension: Option<&str>) -> Function {
        Function {
            oid: 20_000,
            schema: "public".to_owned(),
            name: name.to_owned(),
            arguments: vec!["text".to_owned()],
            defaults: 0,
            variadic: false,
            returns: "text".to_owned(),
            returns_set: false,
            out_columns: Vec::new(),
            volatility: 's',
            kind: 'f',
            security_definer: false,
            extension: extension.map(str::to_owned),
        }
    }

    #[test]
    fn functions_of_extensions_stay_closed() {
        let mut catalog = Catalog::default();
        catalog.schemas.insert(2200, "public".to_owned());
        catalog.functions = vec![function("crosstab", Some("tablefunc")), function("Own", None)];
        let selection = select(&catalog, &["public".to_owned()]).unwrap_or_else(|missing| panic!("{missing:?}"));
        assert_eq!(selection.functions, ["public.\"Own\"(text)"]);
        let why = "it belongs to extension tablefunc, which is not classified";
        assert_eq!(selection.functions_left_out, [("public.crosstab(text)".to_owned(), why.to_owned())]);
        assert_eq!(select(&catalog, &["publik".to_owned()]).err(), Some(vec!["publik".to_owned()]));
    }

    #[test]
    fn functions_that_cannot_be_told_from_closed_ones_stay_closed() {
        let of = |oid: u32, arguments: &[&str], defaults: usize, volatility: char| Function {
            oid,
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            defaults,
            volatility,
            ..function("sum3", None)
        };
        let mut catalog = Catalog::default();
        catalog.schemas.insert(2200, "public".to_owned());
        // The third is closed, so the second is (two or three arguments), so the first is; the fourth takes one alone.
        catalog.functions = vec![
            of(1, &["text", "int4"], 0, 's'),
            of(2, &["text", "text", "text"], 1, 's'),
            of(3, &["int4", "int4", "int4"], 0, 'v'),
            of(4, &["text"], 0, 's'),
        ];
        let selection = select(&catalog, &["public".to_owned()]).unwrap_or_else(|missing| panic!("{missing:?}"));
        assert_eq!(selection.functions, ["public.sum3(text)"]);
        assert_eq!(selection.functions_left_out.len(), 3);
    }
}
