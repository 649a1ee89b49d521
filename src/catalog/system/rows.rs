//! What a grant exposes as SQL: rows in place of tables, and names as the client must write them. Every value passes through a quoting helper.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::base::{quote_ident, quote_literal};
use crate::catalog::functions::builtin;
use crate::catalog::{Oid, TextSearchKind};

use super::lists::{self, Rows};
use super::{ShownFunction, ShownRelation, ShownType, SystemContext};

/// What q.oid, a sequence, has come to, where that shows.
pub(super) fn last_value(context: &SystemContext) -> String {
    let told =
        |relation: &ShownRelation| relation.last_value.as_ref().map(|sql| format!("WHEN {} THEN {sql}", oid(relation.oid)));
    let told: Vec<String> = context.relations.iter().filter_map(told).collect();
    match told.is_empty() {
        true => "NULL::pg_catalog.int8".to_owned(),
        false => format!("CASE q.oid {} END", told.join(" ")),
    }
}

pub(super) fn oid(oid: u32) -> String {
    format!("{oid}::pg_catalog.oid")
}

pub(super) fn name(name: &str) -> String {
    format!("{}::pg_catalog.name", quote_literal(name))
}

pub(super) fn text(text: &str) -> String {
    format!("{}::pg_catalog.text", quote_literal(text))
}

pub(super) fn array<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(name).collect();
    format!("ARRAY[{}]::pg_catalog.name[]", names.join(", "))
}

pub(super) fn system_path(context: &SystemContext) -> impl Iterator<Item = &str> {
    let path = context.search_path.iter().map(String::as_str);
    let implicit = (!context.search_path.iter().any(|schema| schema == "pg_catalog")).then_some("pg_catalog");
    implicit.into_iter().chain(path)
}

pub(super) fn relations(context: &SystemContext) -> String {
    let mut rows = Rows::of([
        ("oid", "oid"),
        ("schema_oid", "oid"),
        ("schema", "name"),
        ("name", "name"),
        ("attnums", "int2[]"),
        ("last", "int2"),
        ("renamed", "bool"),
        ("whole", "bool"),
    ]);
    for relation in context.relations.iter() {
        let mut attnums: Vec<i16> = relation.columns.iter().map(|column| column.attnum).collect();
        attnums.sort_unstable();
        let list: Vec<String> = attnums.iter().map(i16::to_string).collect();
        rows.push([
            lists::value(relation.oid),
            lists::value(relation.schema_oid),
            lists::text(&relation.schema),
            lists::text(&relation.name),
            lists::value(format_args!("{{{}}}", list.join(","))),
            lists::value(attnums.last().copied().unwrap_or(0)),
            lists::value(relation.renamed),
            lists::value(relation.whole),
        ]);
    }
    rows.query()
}

pub(super) fn columns(context: &SystemContext) -> String {
    let mut rows = Rows::of([("relid", "oid"), ("attnum", "int2"), ("name", "name"), ("type", "oid"), ("typmod", "int4")]);
    for relation in context.relations.iter() {
        for column in relation.columns.iter().filter(|column| column.name.is_some() || column.masked.is_some()) {
            rows.push([
                lists::value(relation.oid),
                lists::value(column.attnum),
                column.name.as_deref().and_then(lists::text),
                column.masked.and_then(|(type_oid, _)| lists::value(type_oid)),
                column.masked.and_then(|(_, typmod)| lists::value(typmod)),
            ]);
        }
    }
    rows.query()
}

/// What the contracts say of relations (attnum 0) and columns, as comments.
pub(super) fn comments(context: &SystemContext) -> String {
    let mut rows = Rows::of([("relid", "oid"), ("attnum", "int4"), ("description", "text")]);
    for comment in context.comments.iter() {
        rows.push([lists::value(comment.relation), lists::value(comment.attnum), lists::text(&comment.text)]);
    }
    rows.query()
}

pub(super) fn types(context: &SystemContext) -> String {
    let mut rows = Rows::of([("oid", "oid"), ("schema_oid", "oid"), ("schema", "name"), ("name", "name"), ("display", "text")]);
    for shown in context.types.iter() {
        rows.push([
            lists::value(shown.oid),
            lists::value(shown.schema_oid),
            lists::text(&shown.schema),
            lists::text(&shown.name),
            lists::value(type_display(context, shown)),
        ]);
    }
    rows.query()
}

pub(super) fn functions(context: &SystemContext) -> String {
    let mut rows = Rows::of([
        ("oid", "oid"),
        ("display", "text"),
        ("visible", "bool"),
        ("schema", "name"),
        ("name", "name"),
        ("unique_display", "text"),
    ]);
    for shown in context.functions.iter() {
        let is_visible = on_path(context, &shown.schema);
        let same = |other: &&ShownFunction| other.name == shown.name && on_path(context, &other.schema);
        let is_unique = context.functions.iter().filter(same).count() == 1 && builtin(&shown.name).is_none();
        // As regproc shows it: bare only where that finds this function and no other.
        let unique_display = match is_visible && is_unique {
            true => ident(&shown.name),
            false => format!("{}.{}", ident(&shown.schema), ident(&shown.name)),
        };
        rows.push([
            lists::value(shown.oid),
            lists::value(display(context, &shown.schema, &shown.name)),
            lists::value(is_visible),
            lists::text(&shown.schema),
            lists::text(&shown.name),
            lists::value(unique_display),
        ]);
    }
    rows.query()
}

/// Text search configurations or dictionaries of the warehouse's own, with the names that the client must write for them.
pub(super) fn text_search(context: &SystemContext, kind: TextSearchKind) -> String {
    let of_kind = || context.text_search.iter().filter(|found| found.kind == kind);
    let mut rows = Rows::of([("oid", "oid"), ("display", "text"), ("visible", "bool")]);
    for found in of_kind() {
        let has = |schema: &str| match schema {
            "pg_catalog" => kind.is_builtin(&found.name),
            schema => of_kind().any(|other| other.schema == schema && other.name == found.name),
        };
        let visible = system_path(context).find(|schema| has(schema)) == Some(found.schema.as_str());
        let bare = ident(&found.name);
        let display = if visible { bare } else { format!("{}.{bare}", ident(&found.schema)) };
        rows.push([lists::value(found.oid), lists::value(display), lists::value(visible)]);
    }
    rows.query()
}

pub(super) fn schemas(context: &SystemContext) -> String {
    let mut rows = Rows::of([("oid", "oid"), ("name", "name")]);
    for (oid, schema) in context.schemas.iter() {
        rows.push([lists::value(oid), lists::text(schema)]);
    }
    rows.query()
}

/// Relations by the name that the client must write for them, and whether that is without the schema.
pub(super) fn visible(context: &SystemContext) -> String {
    let mut first: HashMap<&str, &str> = HashMap::new();
    for schema in context.search_path.iter().rev() {
        let of_schema = context.relations.iter().filter(|relation| relation.schema == *schema);
        first.extend(of_schema.map(|relation| (relation.name.as_str(), schema.as_str())));
    }
    let mut rows = Rows::of([("oid", "oid"), ("display", "text"), ("visible", "bool"), ("schema", "name"), ("name", "name")]);
    for relation in context.relations.iter() {
        let visible = first.get(relation.name.as_str()) == Some(&relation.schema.as_str());
        let bare = ident(&relation.name);
        let display = if visible { bare } else { format!("{}.{bare}", ident(&relation.schema)) };
        rows.push([
            lists::value(relation.oid),
            lists::value(display),
            lists::value(visible),
            lists::text(&relation.schema),
            lists::text(&relation.name),
        ]);
    }
    rows.query()
}

pub(super) fn on_path(context: &SystemContext, schema: &str) -> bool {
    context.search_path.iter().any(|other| other == schema)
}

/// The name of a type, as format_type writes it under the context's search_path.
pub(super) fn type_display(context: &SystemContext, shown: &ShownType) -> String {
    match &shown.element {
        Some(element) => format!("{}[]", display(context, &shown.schema, element)),
        None => display(context, &shown.schema, &shown.name),
    }
}

impl SystemContext {
    /// The types that are not builtin, with their names.
    pub fn type_names(&self) -> impl Iterator<Item = (Oid, String)> {
        self.types.iter().map(|shown| (shown.oid, type_display(self, shown)))
    }
}

pub(super) fn display(context: &SystemContext, schema: &str, name: &str) -> String {
    if on_path(context, schema) { ident(name) } else { format!("{}.{}", ident(schema), ident(name)) }
}

/// As PostgreSQL's `quote_identifier` shows it: bare when it may be. Names that are keywords are quoted when they are reserved.
pub fn ident(name: &str) -> String {
    let bare = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !is_quoted_keyword(name);
    if bare { name.to_owned() } else { quote_ident(name) }
}

/// Keywords that `quote_identifier` quotes: all but the unreserved.
pub(super) fn is_quoted_keyword(name: &str) -> bool {
    static KEYWORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("keywords.txt").lines().collect());
    KEYWORDS.contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_shown_as_postgres_shows_them() {
        assert_eq!(ident("orders"), "orders");
        assert_eq!(ident("Orders"), "\"Orders\"");
        assert_eq!(ident("user"), "\"user\"");
        assert_eq!(ident("name"), "name");
        assert_eq!(ident("2024"), "\"2024\"");
    }
}
