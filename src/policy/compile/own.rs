//! What the gate tells a person of their own access, as relations of a schema that no warehouse has: `postern.my_access`, `postern.my_limits`,
//! `postern.contract_status`.
//!
//! They hold what the grant opens and no more, in the contract's words; the catalogs do not list them. A contract's own schema `postern` goes before them.

use std::sync::Arc;

use crate::base::{Timestamp, quote_literal};
use crate::catalog::{Broken, Catalog, ExposedCatalog, ExposedRelation, Oid, RelationSource};
use crate::contract::{Contract, Term};
use crate::policy::document::{Grant, Vendor};
use crate::policy::limits::EffectiveLimits;
use crate::policy::session_end::access_end;

use super::compiled::{UsedContract, end_of_contracts};
use super::system::column;

/// The schema of the gate's own relations.
const SCHEMA: &str = "postern";

/// What stands for a value: SQL, or NULL.
type Cell = Option<String>;

/// A column.
struct Column {
    name: &'static str,
    type_name: &'static str,
    type_oid: Oid,
}

const fn text(name: &'static str) -> Column {
    Column { name, type_name: "text", type_oid: 25 }
}

const fn boolean(name: &'static str) -> Column {
    Column { name, type_name: "bool", type_oid: 16 }
}

const fn number(name: &'static str) -> Column {
    Column { name, type_name: "int4", type_oid: 23 }
}

const fn instant(name: &'static str) -> Column {
    Column { name, type_name: "timestamptz", type_oid: 1184 }
}

const MY_ACCESS: &[Column] = &[
    text("table_schema"),
    text("table_name"),
    text("column_name"),
    number("ordinal_position"),
    text("data_type"),
    text("mask"),
    boolean("is_filtered"),
    boolean("is_aggregate_only"),
    text("contract"),
    text("contract_version"),
    text("grant_name"),
    text("ticket"),
    text("purpose"),
    instant("ends_at"),
    number("days_left"),
];

const MY_LIMITS: &[Column] = &[text("limit_name"), text("value"), text("unit"), text("holds_for")];

const CONTRACT_STATUS: &[Column] = &[
    text("contract"),
    text("contract_version"),
    text("status"),
    text("table_schema"),
    text("table_name"),
    text("column_name"),
    boolean("is_kept"),
    text("broken_field"),
    text("owner"),
    text("support"),
    instant("end_of_support"),
    instant("end_of_life"),
];

/// Whose access it is.
pub(super) struct Told<'a> {
    pub grant: &'a Grant,
    pub vendor: &'a Vendor,
    pub contracts: &'a [Contract],
    /// Those of the grant.
    pub used: &'a [UsedContract],
    pub limits: &'a EffectiveLimits,
}

/// Puts them into the exposed catalog, which must have everything else already.
pub(super) fn add(exposed: &mut ExposedCatalog, catalog: &Catalog, told: &Told<'_>) {
    let made = [
        ("contract_status", CONTRACT_STATUS, contract_status(exposed, told)),
        ("my_access", MY_ACCESS, my_access(exposed, told)),
        ("my_limits", MY_LIMITS, my_limits(told.limits)),
    ];
    for (name, columns, rows) in made {
        let relation = || Arc::new(relation(name, columns, &rows, catalog));
        exposed.relations.entry((SCHEMA.to_owned(), name.to_owned())).or_insert_with(relation);
    }
}

fn my_access(exposed: &ExposedCatalog, told: &Told<'_>) -> Vec<Vec<Cell>> {
    let Told { grant, vendor, contracts: _, used, limits: _ } = told;
    let engagement = &grant.engagement;
    let ends = access_end(grant, vendor, end_of_contracts(used), None).at;
    let of_relation = |relation: &Arc<ExposedRelation>| {
        let (contract, version) = contract_of(relation)?;
        let row = |(place, column): (usize, &crate::catalog::ExposedColumn)| {
            vec![
                literal(&relation.schema),
                literal(&relation.name),
                literal(&column.name),
                Some((place + 1).to_string()),
                literal(&column.type_text),
                column.mask.as_ref().and_then(|mask| literal(&mask.name)),
                Some(relation.filter().is_some().to_string()),
                Some(relation.aggregate_only.to_string()),
                literal(&contract),
                literal(&version),
                literal(grant.name.as_str()),
                literal(&engagement.ticket),
                literal(&engagement.purpose),
                literal(&ends.to_string()),
                Some(days_until(ends)),
            ]
        };
        Some(relation.columns.iter().enumerate().map(row).collect::<Vec<_>>())
    };
    exposed.relations.values().filter_map(of_relation).flatten().collect()
}

fn my_limits(limits: &EffectiveLimits) -> Vec<Vec<Cell>> {
    let EffectiveLimits {
        rows_per_query,
        rows_per_day,
        bytes_per_day,
        statement_timeout,
        concurrent_statements,
        max_session,
        idle_timeout,
        show,
        export,
    } = limits;
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let seconds = |time: &std::time::Duration| Some(time.as_secs().to_string());
    let switch = |is_on: bool| Some(if is_on { "on" } else { "off" }.to_owned());
    let row = |(name, value, unit, holds_for): (&str, Option<String>, Option<&str>, &str)| {
        vec![literal(name), value.and_then(|value| literal(&value)), unit.and_then(literal), literal(holds_for)]
    };
    [
        ("rows_per_query", number(*rows_per_query), Some("rows"), "a statement"),
        ("rows_per_day", number(*rows_per_day), Some("rows"), "a person's day (UTC)"),
        ("bytes_per_day", number(*bytes_per_day), Some("bytes"), "a person's day (UTC)"),
        ("statement_timeout", seconds(statement_timeout), Some("s"), "a statement"),
        ("concurrent_statements", number(concurrent_statements.map(u64::from)), Some("statements"), "a person"),
        ("max_session", seconds(max_session), Some("s"), "a session"),
        ("idle_timeout", seconds(idle_timeout), Some("s"), "a session"),
        ("show", switch(*show), None, "a session"),
        ("copy_out", switch(export.copy_out), None, "a session"),
        ("cursor_fetch", switch(export.cursor_fetch), None, "a session"),
        ("explain", switch(export.explain), None, "a session"),
    ]
    .into_iter()
    .map(row)
    .collect()
}

fn contract_status(exposed: &ExposedCatalog, told: &Told<'_>) -> Vec<Vec<Cell>> {
    let row = |place: (&str, &str, Option<&str>), (contract, version): (&str, &str), broken: Option<&Broken>| {
        let written = told.contracts.iter().find(|found| found.id.as_str() == contract && found.version.to_string() == version);
        let owner = broken.map(|broken| broken.owner.as_str()).or_else(|| written?.owner.as_deref());
        let support = broken.map_or_else(|| written.and_then(|found| found.support.first()), |broken| broken.support.as_ref());
        let instant = |of: fn(&Term) -> Option<Timestamp>| literal(&of(&written?.term)?.to_string());
        vec![
            literal(contract),
            literal(version),
            written.and_then(|found| literal(found.term.status.word())),
            literal(place.0),
            literal(place.1),
            place.2.and_then(literal),
            Some(broken.is_none().to_string()),
            broken.and_then(|broken| literal(&broken.field)),
            owner.and_then(literal),
            support.and_then(|support| literal(support)),
            instant(|term| term.end_of_support),
            instant(|term| term.end_of_life),
        ]
    };
    let served = exposed.relations.values().filter_map(|relation| {
        let (contract, version) = contract_of(relation)?;
        let of = |column: Option<&str>, broken| row((&relation.schema, &relation.name, column), (&contract, &version), broken);
        let broken = relation.broken_columns.iter().map(|column| of(Some(&column.name), Some(&*column.broken)));
        Some(std::iter::once(of(None, None)).chain(broken).collect::<Vec<_>>())
    });
    let broken = exposed
        .broken_relations
        .iter()
        .map(|((schema, name), broken)| row((schema, name, None), (broken.contract.as_str(), &broken.version), Some(broken)));
    served.flatten().chain(broken).collect()
}

/// Contract and version of a relation of the warehouse.
fn contract_of(relation: &ExposedRelation) -> Option<(String, String)> {
    match &relation.source {
        RelationSource::System { oid: _, query: _ } => None,
        RelationSource::Warehouse { contract, contract_version, oid: _, schema: _, name: _, kind: _, filter: _ } => {
            Some((contract.to_string(), contract_version.clone()))
        }
    }
}

/// Whole days, in the warehouse's clock.
fn days_until(end: Timestamp) -> String {
    let left = format!("CAST({} AS pg_catalog.timestamptz) - pg_catalog.now()", quote_literal(&end.to_string()));
    format!("GREATEST(pg_catalog.floor(pg_catalog.date_part('epoch', {left}) / 86400), 0)")
}

fn literal(value: &str) -> Cell {
    Some(quote_literal(value))
}

/// A relation of these rows.
fn relation(name: &str, columns: &[Column], rows: &[Vec<Cell>], catalog: &Catalog) -> ExposedRelation {
    ExposedRelation {
        schema: SCHEMA.to_owned(),
        name: name.to_owned(),
        // Results name no relation of the warehouse: there is none.
        source: RelationSource::System { oid: 0, query: query(columns, rows).into() },
        columns: columns.iter().map(|of| column(catalog, of.name, 0, of.type_oid)).collect(),
        broken_columns: Vec::new(),
        primary_key: Vec::new(),
        aggregate_only: false,
        hidden_columns: std::collections::BTreeSet::new(),
        stand_in: None,
    }
}

/// A value that is the same in all rows stands once, in front of them.
fn query(columns: &[Column], rows: &[Vec<Cell>]) -> String {
    let cell = |row: &Vec<Cell>, place: usize| row.get(place).cloned().flatten().unwrap_or_else(|| "NULL".to_owned());
    let shared = |place: usize| {
        let first = cell(rows.first()?, place);
        rows.iter().all(|row| cell(row, place) == first).then_some(first)
    };
    let mut targets = Vec::new();
    let (mut names, mut places) = (Vec::new(), Vec::new());
    for (place, of) in columns.iter().enumerate() {
        let value = shared(place).unwrap_or_else(|| {
            names.push(of.name);
            places.push(place);
            format!("v.{}", of.name)
        });
        targets.push(format!("CAST({value} AS pg_catalog.{}) AS \"{}\"", of.type_name, of.name));
    }
    let values = |row: &Vec<Cell>| format!("({})", places.iter().map(|place| cell(row, *place)).collect::<Vec<_>>().join(", "));
    let values: Vec<String> = rows.iter().map(values).collect();
    let from = match (rows.is_empty(), names.is_empty()) {
        (true, _) => format!(
            " FROM (SELECT {}) AS v WHERE false",
            names.iter().map(|name| format!("NULL AS {name}")).collect::<Vec<_>>().join(", ")
        ),
        (false, true) => format!(" FROM pg_catalog.generate_series(1, {})", rows.len()),
        (false, false) => format!(" FROM (VALUES {}) AS v({})", values.join(", "), names.join(", ")),
    };
    format!("SELECT {}{from} OFFSET 0", targets.join(", "))
}
