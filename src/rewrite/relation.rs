//! The one primitive: the sub-select that stands for a relation, with its masks, its row filter and its fence; or the sub-select over the view that holds
//! them.
//!
//! Never widens: what is selected is `ExposedRelation::columns`, each through its mask; a column that the warehouse does not keep has its name and its place,
//! and no value. Every inner column is qualified with the inner alias `t`, so that no name of the client's can be captured (enforcement L12).

use std::fmt::Write as _;

use crate::base::quote_ident;
use crate::catalog::{ExposedColumn, ExposedRelation, Listed, RelationSource, RowFilter, StandIn};

/// What a reference adds to the relation itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading<'a> {
    /// ONLY: without partitions and children.
    pub only: bool,
    /// The printed TABLESAMPLE clause.
    pub sample: Option<&'a str>,
    /// The row filter may stand among the client's conditions.
    pub may_pull_up: bool,
    /// One of them may find no collation to compare them by.
    pub is_torn: bool,
    /// The client's conditions that a fence may hold too, printed over the alias `t`.
    pub copies: &'a [String],
}

/// The query that stands for the relation, without parentheses and alias.
pub fn substitution(relation: &ExposedRelation, reading: Reading<'_>) -> String {
    match (&relation.source, &relation.stand_in) {
        (RelationSource::System { oid: _, query }, _) => query.to_string(),
        (
            RelationSource::Warehouse { oid: _, schema: _, name: _, kind: _, contract: _, contract_version: _, filter: _ },
            Some(stand_in),
        ) => over_view(relation, stand_in, reading),
        (RelationSource::Warehouse { oid: _, schema, name, kind, contract: _, contract_version: _, filter }, None) => {
            // What is computed when it is read may raise: neither do the client's conditions run on hidden rows then, nor beside the filter (L13).
            let is_computed = kind.is_computed() || filter.as_ref().is_some_and(|filter| filter.reads_computed);
            let reading = match is_computed {
                true => Reading { may_pull_up: false, copies: &[], ..reading },
                false => reading,
            };
            let is_fenced = is_fenced(relation, filter.as_ref(), reading);
            // Nothing that runs on statistics can raise when all that reads the relation is total.
            let wrapping = filter.as_ref().filter(|_| is_fenced);
            let column = |column: &ExposedColumn| fenced_output(column, wrapping);
            let columns = relation.listed().map(|listed| in_place(listed, column)).collect();
            Source { schema, name, reading, filter: filter.as_ref(), is_fenced }.select(columns)
        }
    }
}

/// The query of the view that stands in for the relation: the same columns under the same names. `security_barrier` keeps everything but functions that
/// never raise and tell nothing (`proleakproof`) out of it, at run time and while planning (enforcement L1 to L4, W7), so text-like columns need no wrap. It
/// lets those in beside the filter and the masks; where one of these can raise, the fence keeps them out as well (L5, L13).
///
/// A column that the warehouse does not keep has no place in it. `None` for a system relation.
pub fn view_definition(relation: &ExposedRelation, only: bool) -> Option<String> {
    let RelationSource::Warehouse { oid: _, schema, name, kind, contract: _, contract_version: _, filter } = &relation.source
    else {
        return None;
    };
    let is_computed = kind.is_computed() || relation.columns.iter().any(ExposedColumn::is_computed);
    let can_raise = filter.as_ref().is_some_and(|filter| !filter.total || filter.reads_computed || is_computed)
        || relation.columns.iter().filter_map(|column| column.mask.as_ref()).any(|mask| !mask.total);
    let reading = Reading { only, ..Reading::default() };
    let source = Source { schema, name, reading, filter: filter.as_ref(), is_fenced: can_raise };
    Some(source.select(relation.columns.iter().map(output).collect()))
}

/// What a view reads is there already: masked, filtered, behind its barrier. PostgreSQL lets comparisons of texts through the barrier, for they tell nothing;
/// yet those that find no collation say so at the first row that they see, so a fence keeps them out.
fn over_view(relation: &ExposedRelation, stand_in: &StandIn, reading: Reading<'_>) -> String {
    let Reading { only, sample: _, may_pull_up: _, is_torn, copies: _ } = reading;
    let column = |column: &ExposedColumn| format!("t.{0} AS {0}", quote_ident(&column.name));
    let columns = relation.listed().map(|listed| in_place(listed, column)).collect();
    let name = stand_in.only.as_ref().filter(|_| only).unwrap_or(&stand_in.name);
    // ONLY says nothing of a view; it stays so that the second parser finds it where the client wrote it.
    let reading = Reading { only, ..Reading::default() };
    Source { schema: &stand_in.schema, name, reading, filter: None, is_fenced: is_torn }.select(columns)
}

/// Where a query reads.
struct Source<'a> {
    schema: &'a str,
    name: &'a str,
    reading: Reading<'a>,
    filter: Option<&'a RowFilter>,
    is_fenced: bool,
}

impl Source<'_> {
    fn select(&self, columns: Vec<String>) -> String {
        let mut sql = format!("SELECT {} FROM ", columns.join(", "));
        if self.reading.only {
            sql.push_str("ONLY ");
        }
        // Writing to a String cannot fail.
        let _written = write!(sql, "{}.{} AS t", quote_ident(self.schema), quote_ident(self.name));
        if let Some(sample) = self.reading.sample {
            sql.push(' ');
            sql.push_str(sample);
        }
        // Beside a filter that may raise, a copy would tell of which row it raised (enforcement L13).
        let may_copy = self.is_fenced && self.filter.is_none_or(|filter| filter.total);
        let copies = self.reading.copies.iter().map(String::as_str).filter(|_| may_copy);
        let conditions: Vec<&str> = self.filter.iter().map(|filter| filter.sql.as_str()).chain(copies).collect();
        if !conditions.is_empty() {
            let _written = write!(sql, " WHERE {}", conditions.join(" AND "));
        }
        if self.is_fenced {
            sql.push_str(" OFFSET 0");
        }
        sql
    }
}

/// A column that the warehouse does not keep: analysis refuses whoever reads it. Its place is kept for alias lists, which count columns, and its name, so that
/// no outer one is captured.
fn in_place(listed: Listed<'_>, of_column: impl Fn(&ExposedColumn) -> String) -> String {
    match listed {
        Listed::Broken(_, broken) => format!("CAST(NULL AS pg_catalog.text) AS {}", quote_ident(&broken.name)),
        Listed::Column(_, column) => of_column(column),
    }
}

/// One column, through its mask.
fn output(column: &ExposedColumn) -> String {
    let value = column.mask.as_ref().map_or_else(|| raw(column), |mask| mask.sql.clone());
    format!("{value} AS {}", quote_ident(&column.name))
}

/// One column as it leaves a fenced sub-select.
fn fenced_output(column: &ExposedColumn, filter: Option<&RowFilter>) -> String {
    match (&column.mask, filter) {
        (None, Some(filter)) if column.text_like => {
            format!("{} AS {}", wrapped(&raw(column), column, filter), quote_ident(&column.name))
        }
        (Some(_) | None, _) => output(column),
    }
}

fn raw(column: &ExposedColumn) -> String {
    format!("t.{}", quote_ident(&column.physical))
}

/// A text-like column of a filtered relation: the planner would run LIKE, regular expressions and JSON paths on the statistics of hidden rows if it saw the bare
/// column, even through a fence (enforcement L1, L2). The condition is one that no planner folds: the filter itself where it is a plain expression that
/// cannot raise, a parameter of the executor otherwise.
fn wrapped(raw: &str, column: &ExposedColumn, filter: &RowFilter) -> String {
    let condition = if filter.has_subselect || !filter.total { "(SELECT true)" } else { filter.sql.as_str() };
    format!("CAST(CASE WHEN {condition} THEN {raw} END AS {})", column.type_text)
}

/// Whether PostgreSQL must be kept from evaluating the client's expressions on hidden rows or raw values (enforcement §4).
fn is_fenced(relation: &ExposedRelation, filter: Option<&RowFilter>, reading: Reading<'_>) -> bool {
    let unsafe_mask = |column: &ExposedColumn| column.mask.as_ref().is_some_and(|mask| !mask.total || mask.constant);
    let unsafe_filter = |filter: &RowFilter| filter.has_subselect || !filter.total || !reading.may_pull_up;
    filter.is_some_and(unsafe_filter) || relation.columns.iter().any(unsafe_mask)
}
