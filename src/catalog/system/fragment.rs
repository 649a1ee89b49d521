//! The pieces of SQL that stand for the placeholders of reviewed texts. Every value passes through a quoting helper.

use crate::base::{quote_ident, quote_literal};

use super::SystemContext;

/// Indexes of exposed relations whose columns all show and which hold neither an expression nor a predicate.
const INDEXES: &str = "(SELECT i.indexrelid AS oid, i.indrelid AS relid, r.schema_oid, r.schema, r.name AS relation, r.renamed, \
    CASE WHEN r.renamed THEN (pg_catalog.left(r.name::text, 40) || '_idx_' || i.indexrelid)::name ELSE k.relname END AS name \
    FROM pg_catalog.pg_index AS i JOIN {relations} AS r ON r.oid = i.indrelid JOIN pg_catalog.pg_class AS k ON k.oid = i.indexrelid \
    WHERE i.indexprs IS NULL AND i.indpred IS NULL AND i.indkey::int2[] <@ r.attnums)";

/// Keys of exposed relations whose columns all show, at both ends of a foreign key.
const CONSTRAINTS: &str = "(SELECT k.oid, k.contype, k.conkey, k.conrelid, k.confkey, k.confrelid, k.conindid, k.condeferrable, k.condeferred, \
    k.convalidated, k.confmatchtype, k.confupdtype, k.confdeltype, r.schema_oid, r.schema, r.name AS relation, r.renamed, \
    f.schema AS fschema, f.name AS frelation, f.oid IS NOT NULL AND f.renamed AS frenamed, \
    CASE WHEN r.renamed THEN (pg_catalog.left(r.name::text, 40) || CASE k.contype WHEN 'p' THEN '_pkey_' WHEN 'u' THEN '_key_' ELSE '_fkey_' END || k.oid)::name \
    ELSE k.conname END AS name \
    FROM pg_catalog.pg_constraint AS k JOIN {relations} AS r ON r.oid = k.conrelid LEFT JOIN {relations} AS f ON f.oid = k.confrelid \
    WHERE k.contype IN ('p', 'u', 'f') AND k.conkey <@ r.attnums AND (k.contype <> 'f' OR k.confkey <@ f.attnums))";

/// The text with every placeholder and cast written out. `{word}` that is not a placeholder stays as it is.
pub(in crate::catalog) fn expand(text: &str, context: &SystemContext) -> String {
    let mut sql = String::with_capacity(text.len() * 2);
    let mut rest = qualify_casts(text);
    while let Some((before, after)) = rest.split_once('{').map(|(before, after)| (before.to_owned(), after.to_owned())) {
        sql.push_str(&before);
        match after.split_once('}').and_then(|(word, tail)| Some((fragment(word, context)?, tail.to_owned()))) {
            Some((fragment, tail)) => {
                sql.push_str(&fragment);
                rest = tail;
            }
            None => {
                sql.push('{');
                rest = after;
            }
        }
    }
    sql.push_str(&rest);
    sql
}

fn fragment(word: &str, context: &SystemContext) -> Option<String> {
    Some(match word {
        "relations" => relations(context),
        "columns" => columns(context),
        "types" => types(context),
        "functions" => functions(context),
        "schemas" => schemas(context),
        "indexes" => expand(INDEXES, context),
        "constraints" => expand(CONSTRAINTS, context),
        "visible" => visible(context),
        "user" => format!("({})", context.user),
        "databases" => format!("({})", context.databases),
        "backend_pid" => format!("({})", context.backend_pid),
        "database" => quote_literal(&context.database),
        "version" => quote_literal(&context.version),
        "path" => array(context.search_path.iter().map(String::as_str)),
        "system_path" => array(system_path(context)),
        "current_schema" => context.search_path.first().map_or_else(|| "NULL".to_owned(), |schema| quote_literal(schema)),
        _ => return None,
    })
}

/// `x::word` becomes `x::pg_catalog.word`, and the short names of the domains of information_schema their own.
fn qualify_casts(text: &str) -> String {
    let mut sql = String::with_capacity(text.len() + 64);
    let mut parts = text.split("::");
    sql.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(part.len());
        let (word, tail) = part.split_at_checked(end).unwrap_or((part, ""));
        sql.push_str("::");
        match word {
            "ident" => sql.push_str("information_schema.sql_identifier"),
            "data" => sql.push_str("information_schema.character_data"),
            "yesno" => sql.push_str("information_schema.yes_or_no"),
            "card" => sql.push_str("information_schema.cardinal_number"),
            _ => {
                sql.push_str("pg_catalog.");
                sql.push_str(word);
            }
        }
        sql.push_str(tail);
    }
    sql
}

fn oid(oid: u32) -> String {
    format!("{oid}::pg_catalog.oid")
}

fn name(name: &str) -> String {
    format!("{}::pg_catalog.name", quote_literal(name))
}

fn text(text: &str) -> String {
    format!("{}::pg_catalog.text", quote_literal(text))
}

fn array<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(name).collect();
    format!("ARRAY[{}]::pg_catalog.name[]", names.join(", "))
}

fn system_path(context: &SystemContext) -> impl Iterator<Item = &str> {
    let path = context.search_path.iter().map(String::as_str);
    let implicit = (!context.search_path.iter().any(|schema| schema == "pg_catalog")).then_some("pg_catalog");
    implicit.into_iter().chain(path)
}

/// A table of those rows as an item of FROM, without its alias. `columns` are names and types; no row = no row.
fn table(columns: &[(&str, &str)], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        let nulls: Vec<String> = columns.iter().map(|(name, of)| format!("NULL::pg_catalog.{of} AS {name}")).collect();
        return format!("(SELECT {} WHERE false)", nulls.join(", "));
    }
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let rows: Vec<String> = rows.iter().map(|row| format!("({})", row.join(", "))).collect();
    format!("(SELECT v.* FROM (VALUES {}) AS v({}))", rows.join(", "), names.join(", "))
}

fn relations(context: &SystemContext) -> String {
    let rows: Vec<Vec<String>> = context
        .relations
        .iter()
        .map(|relation| {
            let mut attnums: Vec<i16> = relation.columns.iter().map(|column| column.attnum).collect();
            attnums.sort_unstable();
            let list: Vec<String> = attnums.iter().map(i16::to_string).collect();
            vec![
                oid(relation.oid),
                oid(relation.schema_oid),
                name(&relation.schema),
                name(&relation.name),
                format!("'{{{}}}'::pg_catalog.int2[]", list.join(",")),
                format!("{}::pg_catalog.int2", attnums.last().copied().unwrap_or(0)),
                relation.renamed.to_string(),
            ]
        })
        .collect();
    let columns = [
        ("oid", "oid"),
        ("schema_oid", "oid"),
        ("schema", "name"),
        ("name", "name"),
        ("attnums", "int2[]"),
        ("last", "int2"),
        ("renamed", "bool"),
    ];
    table(&columns, &rows)
}

fn columns(context: &SystemContext) -> String {
    let mut rows = Vec::new();
    for relation in &context.relations {
        for column in relation.columns.iter().filter(|column| column.name.is_some() || column.masked.is_some()) {
            rows.push(vec![
                oid(relation.oid),
                format!("{}::pg_catalog.int2", column.attnum),
                column.name.as_deref().map_or_else(|| "NULL::pg_catalog.name".to_owned(), name),
                column.masked.map_or_else(|| "NULL::pg_catalog.oid".to_owned(), |(type_oid, _)| oid(type_oid)),
                column
                    .masked
                    .map_or_else(|| "NULL::pg_catalog.int4".to_owned(), |(_, typmod)| format!("({typmod})::pg_catalog.int4")),
            ]);
        }
    }
    table(&[("relid", "oid"), ("attnum", "int2"), ("name", "name"), ("type", "oid"), ("typmod", "int4")], &rows)
}

fn types(context: &SystemContext) -> String {
    let rows: Vec<Vec<String>> = context
        .types
        .iter()
        .map(|shown| {
            let display = match &shown.element {
                Some(element) => format!("{}[]", display(context, &shown.schema, element)),
                None => display(context, &shown.schema, &shown.name),
            };
            vec![oid(shown.oid), oid(shown.schema_oid), name(&shown.schema), name(&shown.name), text(&display)]
        })
        .collect();
    table(&[("oid", "oid"), ("schema_oid", "oid"), ("schema", "name"), ("name", "name"), ("display", "text")], &rows)
}

fn functions(context: &SystemContext) -> String {
    let rows: Vec<Vec<String>> = context
        .functions
        .iter()
        .map(|shown| {
            vec![oid(shown.oid), text(&display(context, &shown.schema, &shown.name)), on_path(context, &shown.schema).to_string()]
        })
        .collect();
    table(&[("oid", "oid"), ("display", "text"), ("visible", "bool")], &rows)
}

fn schemas(context: &SystemContext) -> String {
    let rows: Vec<Vec<String>> = context.schemas.iter().map(|(of, schema)| vec![oid(*of), name(schema)]).collect();
    table(&[("oid", "oid"), ("name", "name")], &rows)
}

/// Relations by the name that the client must write for them, and whether that is without the schema.
fn visible(context: &SystemContext) -> String {
    let rows: Vec<Vec<String>> = context
        .relations
        .iter()
        .map(|relation| {
            let first = context
                .search_path
                .iter()
                .find(|schema| context.relations.iter().any(|other| other.schema == **schema && other.name == relation.name));
            let visible = first == Some(&relation.schema);
            let bare = ident(&relation.name);
            let display = if visible { bare } else { format!("{}.{bare}", ident(&relation.schema)) };
            vec![oid(relation.oid), text(&display), visible.to_string(), name(&relation.schema), name(&relation.name)]
        })
        .collect();
    table(&[("oid", "oid"), ("display", "text"), ("visible", "bool"), ("schema", "name"), ("name", "name")], &rows)
}

fn on_path(context: &SystemContext, schema: &str) -> bool {
    context.search_path.iter().any(|other| other == schema)
}

fn display(context: &SystemContext, schema: &str, name: &str) -> String {
    if on_path(context, schema) { ident(name) } else { format!("{}.{}", ident(schema), ident(name)) }
}

/// As PostgreSQL's `quote_identifier` shows it: bare when it may be. Names that are keywords are quoted when they are reserved.
fn ident(name: &str) -> String {
    let bare = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !is_quoted_keyword(name);
    if bare { name.to_owned() } else { quote_ident(name) }
}

/// Keywords that `quote_identifier` quotes: all but the unreserved.
fn is_quoted_keyword(name: &str) -> bool {
    include_str!("keywords.txt").lines().any(|keyword| keyword == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casts_are_qualified_and_placeholders_written_out() {
        let context =
            SystemContext { database: "it's".to_owned(), user: "pg_catalog.x()".to_owned(), ..SystemContext::default() };
        assert_eq!(
            expand("SELECT {user}::name, t.a::int2[], {database}::ident, {nothing}", &context),
            "SELECT (pg_catalog.x())::pg_catalog.name, t.a::pg_catalog.int2[], 'it''s'::information_schema.sql_identifier, {nothing}"
        );
        assert_eq!(
            expand("{schemas}", &context),
            "(SELECT NULL::pg_catalog.oid AS oid, NULL::pg_catalog.name AS name WHERE false)"
        );
    }

    #[test]
    fn a_value_with_braces_or_casts_is_not_expanded_again() {
        let context =
            SystemContext { database: "{user}::text".to_owned(), user: "secret".to_owned(), ..SystemContext::default() };
        assert_eq!(expand("{database} {database}", &context), "'{user}::text' '{user}::text'");
    }

    #[test]
    fn identifiers_are_shown_as_postgres_shows_them() {
        assert_eq!(ident("orders"), "orders");
        assert_eq!(ident("Orders"), "\"Orders\"");
        assert_eq!(ident("user"), "\"user\"");
        assert_eq!(ident("name"), "name");
        assert_eq!(ident("2024"), "\"2024\"");
    }
}
