//! One relation of a grant: the live relation behind it, its columns, key and filter.

use std::collections::BTreeSet;

use crate::catalog::{ExposedRelation, RelationSource, WarehouseRelation};
use crate::contract::{self, Contract};
use crate::document::{Diagnostics, quoted, suggest};
use crate::mask::EntityColumn;
use crate::policy::document::{GrantRelation, Product};

use super::column::{Columns, reading};
use super::{CompileInput, WarehouseInput, filter};

/// One relation, with the pseudonym domains that its masks read.
pub(super) struct Compiled {
    pub(super) relation: ExposedRelation,
    pub(super) key_domains: BTreeSet<String>,
}

/// Where a relation of a grant is written.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) contract: &'a Contract,
    pub(super) product: &'a Product,
    pub(super) rule: &'a GrantRelation,
}

/// Compiles one relation. `None` when something is wrong with it as a whole.
pub(super) fn compile(
    input: &CompileInput<'_>,
    warehouse: &WarehouseInput<'_>,
    written: Written<'_>,
    problems: &mut Diagnostics,
    warnings: &mut Diagnostics,
) -> Option<Compiled> {
    let Written { contract, product, rule } = written;
    let relation = contract.relation(&rule.name.value)?;
    let live = find(warehouse, contract, relation, problems)?;
    let entity = entity(relation, live);
    let columns = Columns { policy: input.policy, offline: input.offline, warehouse, rule, contract: relation, live, entity };
    let mut shown = Vec::new();
    let mut key_domains = BTreeSet::new();
    // In the contract's order, whatever the grant's.
    for column in &relation.columns {
        let Some(listed) = rule.columns.iter().find(|listed| listed.value == column.name) else { continue };
        if let Some((exposed, domain)) = columns.compile(listed, problems, warnings) {
            shown.push(exposed);
            key_domains.extend(domain);
        }
    }
    let filter = filter::compile(&columns, problems, warnings);
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
        primary_key: primary_key(live, &shown),
        aggregate_only: product.aggregate_only.is_some(),
        hidden_columns: hidden_columns(relation, live, &shown),
        columns: shown,
    };
    Some(Compiled { relation: exposed, key_domains })
}

fn find<'w>(
    warehouse: &WarehouseInput<'w>,
    contract: &Contract,
    relation: &contract::Relation,
    problems: &mut Diagnostics,
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
            problems.push(&relation.physical.at, message);
            None
        }
        _ => {
            problems.push(
                &relation.physical.at,
                format!("physicalName {name} means two relations of the warehouse; quote its parts"),
            );
            None
        }
    }
}

/// The columns that tell one person from another, as masks read them. Those that the warehouse does not have are told where they are used.
fn entity(relation: &contract::Relation, live: &WarehouseRelation) -> Vec<EntityColumn> {
    let columns = relation.entity_key.iter().filter_map(|key| relation.column(&key.value));
    let live_columns = columns.filter_map(|column| live.column(&column.physical.value));
    live_columns.map(|column| EntityColumn { column_sql: reading(&column.name), type_oid: column.type_oid }).collect()
}

/// Indexes of the primary key's columns; none when one of them is not shown.
fn primary_key(live: &WarehouseRelation, shown: &[crate::catalog::ExposedColumn]) -> Vec<usize> {
    let at = |attnum: &i16| shown.iter().position(|column| column.attnum == *attnum);
    live.primary_key.iter().map(at).collect::<Option<_>>().unwrap_or_default()
}

/// Names of columns that exist and are not shown: the contract's and the warehouse's.
fn hidden_columns(
    relation: &contract::Relation,
    live: &WarehouseRelation,
    shown: &[crate::catalog::ExposedColumn],
) -> BTreeSet<String> {
    let contract = relation.columns.iter().map(|column| &column.name);
    let all = contract.chain(live.columns.iter().map(|column| &column.name));
    all.filter(|name| shown.iter().all(|column| column.name != **name)).cloned().collect()
}
