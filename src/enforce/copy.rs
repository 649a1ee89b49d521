//! COPY of a relation as the query that it means (PostgreSQL: copy.c; enforcement W4): ONLY the relation, without generated columns.

use crate::analyze::{AnalyzeError, Names};
use crate::catalog::{Listed, RelationKind, RelationSource};
use crate::parse::syntax::{Body, ColumnRef, Distinct, Expr, Ident, Item, NodeId, Pos, Query, Relation, Select, TableRef};

/// The query that COPY of this relation runs. `first_free` is the first node id that the statement does not use.
///
/// # Errors
/// 42P01 and 42703 as for a query; 42809 for a view or a partitioned table, which COPY does not take; 42701 and 42P10 for a column named twice or
/// generated; 55000 for one that the warehouse does not keep.
pub(super) fn copied_query(
    name: &[Ident],
    columns: &[Ident],
    at: Pos,
    first_free: u32,
    names: Names<'_>,
) -> Result<Query, AnalyzeError> {
    let relation = names.copied_relation(name)?;
    let shown = name.last().map(|name| name.name.as_str()).unwrap_or_default();
    let kind = match &relation.source {
        RelationSource::System { oid: _, query: _ } => RelationKind::Table,
        RelationSource::Warehouse { kind, oid: _, schema: _, name: _, contract: _, contract_version: _, filter: _ } => *kind,
    };
    let wrong_kind = match kind {
        RelationKind::Table => None,
        RelationKind::Foreign => Some("foreign table"),
        RelationKind::MaterializedView => Some("materialized view"),
        RelationKind::Partitioned => Some("partitioned table"),
        RelationKind::Sequence => Some("sequence"),
        RelationKind::View => Some("view"),
    };
    if let Some(kind) = wrong_kind {
        return Err(AnalyzeError::cannot_copy(kind, shown));
    }
    for (index, column) in columns.iter().enumerate() {
        if columns.iter().take(index).any(|before| before.name == column.name) {
            return Err(AnalyzeError::copied_twice(&column.name));
        }
        if relation.column(&column.name).is_some_and(|found| found.generated.is_some()) {
            return Err(AnalyzeError::copied_generated(&column.name));
        }
    }
    let names: Vec<Ident> = if columns.is_empty() {
        // What the warehouse does not keep is named as well, and therefore refused: a copy without it would be another one.
        let is_copied = |listed: &Listed<'_>| match listed {
            Listed::Broken(_, _) => true,
            Listed::Column(_, column) => column.generated.is_none(),
        };
        relation.listed().filter(is_copied).map(|listed| Ident { name: listed.name().to_owned(), at: Pos::NONE }).collect()
    } else {
        columns.iter().map(|column| Ident { at: Pos::NONE, ..column.clone() }).collect()
    };
    let column = |(index, name): (usize, Ident)| {
        let id = NodeId(first_free.saturating_add(1).saturating_add(u32::try_from(index).unwrap_or(u32::MAX)));
        Item::Expr { expr: Expr::Column(ColumnRef { id, at: name.at, parts: vec![name], star: false }), alias: None }
    };
    let from = Relation {
        id: NodeId(first_free),
        at,
        name: name.to_vec(),
        only: kind == RelationKind::Table,
        alias: None,
        sample: None,
    };
    let select = Select {
        distinct: Distinct::All,
        items: names.into_iter().enumerate().map(column).collect(),
        from: vec![TableRef::Relation(from)],
        filter: None,
        group_by: None,
        having: None,
        windows: Vec::new(),
    };
    Ok(Query { with: None, body: Body::Select(Box::new(select)), order_by: Vec::new(), limit: None, offset: None })
}
