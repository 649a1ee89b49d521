//! One relation of a grant: the live relation behind it, its columns, key and filter.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::extensions::Serving;
use crate::catalog::{
    Broken, BrokenColumn, ExposedColumn, ExposedRelation, Reach, RelationKind, RelationSource, WarehouseRelation,
};
use crate::contract::{self, Contract};
use crate::document::{quoted, suggest};
use crate::mask::EntityColumn;
use crate::policy::document::{GrantRelation, Product};

use super::column::{Columns, Entity, Outcome, reading};
use super::drift::{DriftObject, Findings};
use super::filter::Filtered;
use super::promise::Promise;
use super::{CompileInput, WarehouseInput, filter};

/// What became of a relation that the grant opens.
pub(super) enum Compiled {
    /// The warehouse does not keep it.
    Broken(Arc<Broken>),
    Served(Box<ExposedRelation>),
}

/// Where a relation of a grant is written.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) contract: &'a Contract,
    pub(super) product: &'a Product,
    pub(super) rule: &'a GrantRelation,
    /// Who answers for the grant.
    pub(super) owner: &'a str,
}

/// Compiles one relation; with the pseudonym domains whose keys its masks read. `None` when its contract has none of that name.
pub(super) fn compile(
    input: &CompileInput<'_>,
    (warehouse, serving): (&WarehouseInput<'_>, &Serving),
    written: Written<'_>,
    findings: &mut Findings,
) -> Option<(Compiled, BTreeSet<String>)> {
    let Written { contract, product: _, rule, owner: _ } = written;
    let relation = contract.relation(&rule.name.value)?;
    let promise = Promise { policy: input.policy, rule, contract: relation, catalog: warehouse.catalog };
    let mut key_domains = promise.key_domains();
    let compiled = match against_live(input, (warehouse, serving), (written, relation), promise, findings) {
        Some((exposed, domains)) => {
            key_domains.extend(domains);
            Compiled::Served(Box::new(exposed))
        }
        None => Compiled::Broken(Arc::new(written.broken(&relation.name, Reach::Relation))),
    };
    Some((compiled, key_domains))
}

/// `None` when the warehouse does not keep the relation.
fn against_live(
    input: &CompileInput<'_>,
    (warehouse, serving): (&WarehouseInput<'_>, &Serving),
    (written, relation): (Written<'_>, &contract::Relation),
    promise: Promise<'_>,
    findings: &mut Findings,
) -> Option<(ExposedRelation, BTreeSet<String>)> {
    let object = DriftObject::Relation { contract: written.contract.id.clone(), relation: relation.name.clone() };
    let live = find(warehouse, written.contract, relation, &object, findings)?;
    let is_kind = input.offline || has_promised_kind(relation, live, &object, findings);
    let columns = Columns {
        policy: input.policy,
        offline: input.offline,
        warehouse,
        serving,
        rule: written.rule,
        contract: relation,
        contracts: input.contracts,
        live,
        entity: entity(relation, live),
        promise,
        object,
    };
    let shown = columns_of(&columns, written, findings);
    let filter = match filter::compile(&columns, findings) {
        Filtered::Broken => return None,
        Filtered::By(filter) => Some(filter),
        Filtered::Open => None,
    };
    // The warehouse as a whole is told apart.
    (is_kind && warehouse.catalog.hazards.is_empty()).then(|| served(written, relation, live, shown, filter))
}

/// The columns that the grant lists, in the contract's order.
#[derive(Default)]
struct Shown {
    columns: Vec<ExposedColumn>,
    broken: Vec<BrokenColumn>,
    key_domains: BTreeSet<String>,
}

fn columns_of(columns: &Columns<'_>, written: Written<'_>, findings: &mut Findings) -> Shown {
    let mut shown = Shown::default();
    for column in &columns.contract.columns {
        let Some(listed) = written.rule.columns.iter().find(|listed| listed.value == column.name) else { continue };
        match columns.compile(listed, findings) {
            None => {}
            Some(Outcome::Broken) => {
                let field = format!("{}.{}", columns.contract.name, column.name);
                shown.broken.push(BrokenColumn {
                    name: column.name.clone(),
                    place: shown.columns.len() + shown.broken.len(),
                    broken: Arc::new(written.broken(&field, Reach::Column)),
                });
            }
            Some(Outcome::Shown(exposed, domain)) => {
                shown.columns.push(*exposed);
                shown.key_domains.extend(domain);
            }
        }
    }
    shown
}

fn served(
    written: Written<'_>,
    relation: &contract::Relation,
    live: &WarehouseRelation,
    shown: Shown,
    filter: Option<crate::catalog::RowFilter>,
) -> (ExposedRelation, BTreeSet<String>) {
    let Written { contract, product, rule: _, owner: _ } = written;
    let exposed = ExposedRelation {
        schema: contract.server.schema.value.clone(),
        name: relation.name.clone(),
        source: RelationSource::Warehouse {
            oid: live.oid,
            schema: live.schema.clone(),
            name: live.name.clone(),
            kind: live.kind,
            contract: contract.id.clone(),
            contract_version: contract.version.to_string(),
            filter,
        },
        primary_key: primary_key(live, &shown.columns),
        aggregate_only: product.aggregate_only.is_some(),
        hidden_columns: hidden_columns(relation, live, &shown),
        columns: shown.columns,
        broken_columns: shown.broken,
        stand_in: None,
    };
    (exposed, shown.key_domains)
}

impl Written<'_> {
    /// What a refusal says of a field that the warehouse does not keep.
    pub(super) fn broken(&self, field: &str, reach: Reach) -> Broken {
        let contract = self.contract;
        Broken {
            contract: contract.id.clone(),
            version: contract.version.to_string(),
            field: field.to_owned(),
            reach,
            owner: contract.owner.clone().unwrap_or_else(|| self.owner.to_owned()),
            support: contract.support.first().cloned(),
        }
    }
}

fn find<'w>(
    warehouse: &WarehouseInput<'w>,
    contract: &Contract,
    relation: &contract::Relation,
    object: &DriftObject,
    findings: &mut Findings,
) -> Option<&'w WarehouseRelation> {
    let schema = &contract.server.schema.value;
    let candidates = relation.physical.value.candidates(schema);
    let found: Vec<_> = candidates.iter().filter_map(|(schema, name)| warehouse.catalog.relation(schema, name)).collect();
    let name = quoted(relation.physical.value.as_str());
    match found.as_slice() {
        [one] => Some(one),
        [] => {
            let within = |relation: &&WarehouseRelation| candidates.iter().any(|(schema, _)| relation.schema == *schema);
            let known = warehouse.catalog.relations.iter().filter(within).map(|relation| relation.name.as_str());
            let near = candidates.last().and_then(|(_, last)| suggest(last, known));
            let hint = near.map_or_else(String::new, |near| format!(" (did you mean {}?)", quoted(near)));
            let message = format!(
                "warehouse {} has no relation {name} in schema {}{hint}",
                quoted(warehouse.name.as_str()),
                quoted(schema)
            );
            findings.drift(object, &relation.physical.at, message);
            None
        }
        _ => {
            let message = format!("physicalName {name} means two relations of the warehouse; quote its parts");
            findings.drift(object, &relation.physical.at, message);
            None
        }
    }
}

/// `physicalType` of a relation, where it is a word for a kind of relation: a view in the place of a table runs other people's queries. A sequence must be
/// called one: its numbers count what nobody may have meant to show.
fn has_promised_kind(
    relation: &contract::Relation,
    live: &WarehouseRelation,
    object: &DriftObject,
    findings: &mut Findings,
) -> bool {
    use RelationKind::{Foreign, MaterializedView, Partitioned, Sequence, Table, View};
    let promised = relation.physical_type.as_ref();
    let word = promised.map(|promised| promised.value.to_ascii_lowercase()).unwrap_or_default();
    let kinds: &[RelationKind] = match word.as_str() {
        "table" | "base table" => &[Table, Partitioned, Foreign],
        "partitioned table" => &[Partitioned],
        "foreign table" => &[Foreign],
        "view" => &[View, MaterializedView],
        "materialized view" => &[MaterializedView],
        "sequence" => &[Sequence],
        // The standard leaves the word open.
        _ => &[Foreign, MaterializedView, Partitioned, Table, View],
    };
    if kinds.contains(&live.kind) {
        return true;
    }
    let (name, now) = (quoted(&relation.name), live.kind.word());
    let (at, message) = match promised {
        Some(promised) => {
            (&promised.at, format!("relation {name} is a {} in the contract and a {now} in the warehouse", promised.value))
        }
        None => (&relation.physical.at, format!("relation {name} is a sequence in the warehouse; its physicalType must say so")),
    };
    findings.drift(object, at, message);
    false
}

/// The columns that tell one person from another, as masks read them.
fn entity(relation: &contract::Relation, live: &WarehouseRelation) -> Entity {
    let names: Vec<&str> =
        relation.entity_key.iter().filter_map(|key| Some(relation.column(&key.value)?.physical.value.as_str())).collect();
    let missing = names.iter().find(|name| live.column(name).is_none()).map(|name| (*name).to_owned());
    let found = names.iter().filter_map(|name| live.column(name));
    let columns = found.map(|column| EntityColumn { column_sql: reading(&column.name), type_oid: column.type_oid });
    Entity { columns: if missing.is_some() { Vec::new() } else { columns.collect() }, missing }
}

/// Indexes of the primary key's columns; none when one of them is not shown.
fn primary_key(live: &WarehouseRelation, shown: &[ExposedColumn]) -> Vec<usize> {
    let at = |attnum: &i16| shown.iter().position(|column| column.attnum == *attnum);
    live.primary_key.iter().map(at).collect::<Option<_>>().unwrap_or_default()
}

/// Names of columns that exist and are not shown: the contract's and the warehouse's.
fn hidden_columns(relation: &contract::Relation, live: &WarehouseRelation, shown: &Shown) -> BTreeSet<String> {
    let contract = relation.columns.iter().map(|column| &column.name);
    let all = contract.chain(live.columns.iter().map(|column| &column.name));
    let listed = shown.columns.iter().map(|column| &column.name).chain(shown.broken.iter().map(|column| &column.name));
    let listed: BTreeSet<&String> = listed.collect();
    all.filter(|name| !listed.contains(name)).cloned().collect()
}
