//! The one primitive: the sub-select that stands for a relation, with its masks, its row filter and its fence.
//!
//! Never widens: what is selected is `ExposedRelation::columns`, each through its mask; a column that the warehouse does not keep has its name and its place,
//! and no value. Every inner column is qualified with the inner alias `t`, so that no name of the client's can be captured (enforcement L12).

use std::fmt::Write as _;

use crate::base::quote_ident;
use crate::catalog::{ExposedColumn, ExposedRelation, Listed, RelationSource, RowFilter};

/// What a reference adds to the relation itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading<'a> {
    /// ONLY: without partitions and children.
    pub only: bool,
    /// The printed TABLESAMPLE clause.
    pub sample: Option<&'a str>,
    /// Every expression that reads the relation's columns is total.
    pub is_safe: bool,
    /// The client's conditions that a fence may hold too, printed over the alias `t`.
    pub copies: &'a [String],
}

/// The query that stands for the relation, without parentheses and alias.
pub fn substitution(relation: &ExposedRelation, reading: Reading<'_>) -> String {
    match &relation.source {
        RelationSource::System { oid: _, query } => query.to_string(),
        RelationSource::Warehouse { oid: _, schema, name, kind: _, contract: _, contract_version: _, filter } => {
            let is_fenced = is_fenced(relation, filter.as_ref(), reading);
            // Nothing that runs on statistics can raise when all that reads the relation is total.
            let wrapping = filter.as_ref().filter(|_| is_fenced);
            let columns: Vec<String> = relation.listed().map(|listed| output(listed, wrapping)).collect();
            let mut sql = format!("SELECT {} FROM ", columns.join(", "));
            if reading.only {
                sql.push_str("ONLY ");
            }
            // Writing to a String cannot fail.
            let _written = write!(sql, "{}.{} AS t", quote_ident(schema), quote_ident(name));
            if let Some(sample) = reading.sample {
                sql.push(' ');
                sql.push_str(sample);
            }
            // Beside a filter that may raise, a copy would tell of which row it raised (enforcement L13).
            let may_copy = is_fenced && filter.as_ref().is_none_or(|filter| filter.total);
            let copies = reading.copies.iter().map(String::as_str).filter(|_| may_copy);
            let conditions: Vec<&str> = filter.iter().map(|filter| filter.sql.as_str()).chain(copies).collect();
            if !conditions.is_empty() {
                let _written = write!(sql, " WHERE {}", conditions.join(" AND "));
            }
            if is_fenced {
                sql.push_str(" OFFSET 0");
            }
            sql
        }
    }
}

/// One column as it leaves the sub-select.
fn output(listed: Listed<'_>, filter: Option<&RowFilter>) -> String {
    let column = match listed {
        // Analysis refuses whoever reads it. Its place is kept for alias lists, which count columns, and its name, so that no outer one is captured.
        Listed::Broken(_, broken) => return format!("CAST(NULL AS pg_catalog.text) AS {}", quote_ident(&broken.name)),
        Listed::Column(_, column) => column,
    };
    let raw = format!("t.{}", quote_ident(&column.physical));
    let value = match (&column.mask, filter) {
        (Some(mask), _) => mask.sql.clone(),
        (None, Some(filter)) if column.text_like => wrapped(&raw, column, filter),
        (None, _) => raw,
    };
    format!("{value} AS {}", quote_ident(&column.name))
}

/// A text-like column of a filtered relation: the planner would run LIKE and regular expressions on the statistics of hidden rows if it saw the bare
/// column, even through a fence (enforcement L1, L2). The condition is one that no planner folds: the filter itself where it is a plain expression that
/// cannot raise, a parameter of the executor otherwise.
fn wrapped(raw: &str, column: &ExposedColumn, filter: &RowFilter) -> String {
    let condition = if filter.has_subselect || !filter.total { "(SELECT true)" } else { filter.sql.as_str() };
    format!("CAST(CASE WHEN {condition} THEN {raw} END AS {})", column.type_text)
}

/// Whether PostgreSQL must be kept from evaluating the client's expressions on hidden rows or raw values (enforcement §4).
fn is_fenced(relation: &ExposedRelation, filter: Option<&RowFilter>, reading: Reading<'_>) -> bool {
    let unsafe_mask = |column: &ExposedColumn| column.mask.as_ref().is_some_and(|mask| !mask.total || mask.constant);
    let unsafe_filter = |filter: &RowFilter| filter.has_subselect || !filter.total || !reading.is_safe;
    filter.is_some_and(unsafe_filter) || relation.columns.iter().any(unsafe_mask)
}
