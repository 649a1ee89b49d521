//! GROUP BY of a primary key: PostgreSQL lets the other columns of the table stand ungrouped, because the key determines them. Behind a sub-select it no
//! longer sees the key, so the list is extended by the columns in question: the groups stay the same (enforcement W1).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::{ExposedColumn, ExposedRelation};
use crate::parse::syntax::{ColumnRef, Expr, GroupBy, GroupItem, Select};

use super::scope::{Namespace, Scope, Table};
use super::{Analyzer, GroupKeys};

/// Types whose values cannot be compared for equality, so that they cannot be grouped by.
const WITHOUT_EQUALITY: &[&str] = &["box", "circle", "json", "line", "lseg", "path", "point", "polygon", "xml"];

impl Analyzer<'_> {
    /// Extends the GROUP BY of a select; `touched` are the columns that its list, HAVING and ORDER BY refer to.
    pub(super) fn extend_group(&mut self, select: &Select, namespace: &Namespace, touched: usize) {
        let Some(GroupBy { distinct: false, items }) = &select.group_by else { return };
        let Some(grouped) = plain_columns(items) else { return };
        let Some(first) = grouped.first() else { return };
        let scope = Scope::root();
        let scope = scope.with_namespace(namespace);
        let grouped: BTreeSet<(Arc<str>, Arc<str>)> = grouped.iter().filter_map(|column| place(column, &scope)).collect();
        let mut columns: Vec<(String, String)> = Vec::new();
        for table in &namespace.tables {
            let Some(relation) = keyed_relation(table, &grouped) else { continue };
            for (alias, name) in self.touched.get(touched..).unwrap_or_default() {
                let key = (Arc::clone(alias), Arc::clone(name));
                let is_known = grouped.contains(&key) || columns.iter().any(|(a, n)| **a == **alias && **n == **name);
                let fits = *alias == table.alias && relation.column(name).is_some_and(has_equality);
                if fits && !is_known {
                    columns.push((alias.to_string(), name.to_string()));
                }
            }
        }
        if !columns.is_empty() {
            self.bindings.group_keys.insert(first.id, GroupKeys { at: first.at, columns });
        }
    }
}

/// The list as column references, when it is one plain grouping set and holds nothing that could be meant otherwise.
#[expect(clippy::wildcard_enum_match_arm, reason = "only bare columns are keys")]
fn plain_columns(items: &[GroupItem]) -> Option<Vec<&ColumnRef>> {
    let mut columns = Vec::new();
    for item in items {
        match item {
            GroupItem::Expr(Expr::Column(column)) if !column.star => columns.push(column),
            GroupItem::Expr(_) => {}
            GroupItem::List(list) => columns.extend(list.iter().filter_map(|expr| match expr {
                Expr::Column(column) if !column.star => Some(column),
                _other => None,
            })),
            GroupItem::Cube(_) | GroupItem::Empty | GroupItem::Rollup(_) | GroupItem::Sets(_) => return None,
        }
    }
    Some(columns)
}

/// The table and the column that a reference means, at this level.
fn place(column: &ColumnRef, scope: &Scope<'_>) -> Option<(Arc<str>, Arc<str>)> {
    let (name, qualifier) = column.parts.split_last()?;
    let table = match qualifier {
        [] => {
            let field = scope.namespace().column(name).ok()??;
            return Some((field.via.clone()?, Arc::clone(&field.name)));
        }
        [table] => scope.table(table).ok()??,
        [.., schema, table] => scope.qualified_table(&schema.name, &table.name)?,
    };
    let field = table.fields.iter().find(|field| *field.name == *name.name)?;
    Some((Arc::clone(&table.alias), Arc::clone(&field.name)))
}

/// The relation behind a table, when its whole primary key is unmasked and grouped by.
fn keyed_relation<'t>(table: &'t Table, grouped: &BTreeSet<(Arc<str>, Arc<str>)>) -> Option<&'t Arc<ExposedRelation>> {
    let relation = &table.fields.iter().find_map(|field| field.origin.as_ref())?.relation;
    // Columns that an alias list renamed are left to PostgreSQL's own answer.
    let own_names = table.fields.iter().zip(relation.listed()).all(|(field, column)| *field.name == *column.name());
    let is_grouped = |index: &usize| {
        relation.columns.get(*index).is_some_and(|column| {
            column.mask.is_none() && grouped.contains(&(Arc::clone(&table.alias), column.name.as_str().into()))
        })
    };
    (own_names && !relation.primary_key.is_empty() && relation.primary_key.iter().all(is_grouped)).then_some(relation)
}

fn has_equality(column: &ExposedColumn) -> bool {
    !WITHOUT_EQUALITY.contains(&column.type_text.trim_end_matches("[]"))
}
