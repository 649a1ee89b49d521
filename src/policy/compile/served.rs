//! Which types and functions may be served. Types: builtin ones, and enums, composites, domains, arrays and ranges that are made of such.

use crate::catalog::extensions::Serving;
use crate::catalog::{Catalog, Function, Oid, PgType, TypeKind, types};

/// Deeper than any sensible type: composites within composites.
const DEEPEST: usize = 32;

/// Why values of that type cannot be shown, as the end of a sentence; `None` when they can.
pub fn why_not_served(catalog: &Catalog, serving: &Serving, oid: Oid) -> Option<String> {
    within(catalog, serving, oid, 0)
}

/// Why calls of that function cannot be served, as the end of a sentence; `None` when they can.
pub fn why_function_not_served(catalog: &Catalog, serving: &Serving, function: &Function) -> Option<String> {
    match function.kind {
        'p' => return Some("it is a procedure".to_owned()),
        'f' | 'a' | 'w' => {}
        _ => return Some("it is of an unknown kind".to_owned()),
    }
    function.arguments.iter().chain(std::iter::once(&function.returns)).find_map(|text| {
        // Polymorphic types stand for types of values; rows are as good as their columns.
        if text.starts_with("any") || matches!(text.as_str(), "\"any\"" | "record" | "void") {
            return None;
        }
        let Some((oid, _)) = catalog.type_named(text) else { return Some(format!("type {text} is not known")) };
        let pseudo = types::builtin_by_oid(oid).is_some_and(|found| found.kind == TypeKind::Pseudo)
            || catalog.types.get(&oid).is_some_and(|found| found.kind == TypeKind::Pseudo);
        if pseudo { Some(format!("{text} is no type of values")) } else { why_not_served(catalog, serving, oid) }
    })
}

fn within(catalog: &Catalog, serving: &Serving, oid: Oid, depth: usize) -> Option<String> {
    if depth > DEEPEST {
        return Some("its type is nested too deep".to_owned());
    }
    if let Some(builtin) = types::builtin_by_oid(oid) {
        // The text of a reg* value is a name that may be hidden (enforcement L7, L8).
        return (!builtin.nameable).then(|| format!("values of type {} can tell what is hidden", builtin.spelling));
    }
    let text = catalog.type_text(oid, -1);
    let Some(found) = catalog.types.get(&oid) else { return Some("its type is not known".to_owned()) };
    if let Some(extension) = &found.extension {
        // The array type of a served type is not named by itself.
        let named = catalog.element_of_array(oid).unwrap_or(oid);
        let why = serving.refused.get(extension).map_or("which keeps its values to itself", String::as_str);
        return serving.type_name(named).is_none().then(|| format!("its type {text} belongs to extension {extension}, {why}"));
    }
    if found.row_of.is_some() {
        return Some(format!("its type {text} is the row type of a relation, which shows the columns of that relation"));
    }
    let parts = parts(catalog, found);
    if parts.is_empty() && !matches!(found.kind, TypeKind::Enum | TypeKind::Composite) {
        return Some(format!("its type {text} is a user's own base type, whose operators are not classified"));
    }
    parts.into_iter().find_map(|part| within(catalog, serving, part, depth + 1))
}

/// What a type is made of.
fn parts(catalog: &Catalog, found: &PgType) -> Vec<Oid> {
    let element = catalog.element_of_array(found.oid);
    let attributes = found.attributes.iter().map(|(_, attribute)| *attribute);
    [element, found.base, found.subtype].into_iter().flatten().chain(attributes).collect()
}

/// The types outside `pg_catalog` that a value of that type is made of, itself included.
pub(super) fn own_types(catalog: &Catalog, oid: Oid, into: &mut Vec<Oid>) {
    let Some(found) = catalog.types.get(&oid).filter(|found| found.schema != "pg_catalog" && !into.contains(&found.oid)) else {
        return;
    };
    into.push(oid);
    for part in parts(catalog, found) {
        own_types(catalog, part, into);
    }
}
