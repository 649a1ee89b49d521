//! One grant: its products' relations, and what stands around them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::base::ContractId;
use crate::catalog::system::SystemContext;
use crate::catalog::{Catalog, ExposedCatalog, ExposedRelation, Oid, RelationSource};
use crate::contract::Version;
use crate::document::{Diagnostics, quoted};
use crate::policy::document::{Grant, find_contract};
use crate::policy::limits::EffectiveLimits;

use super::functions::Functions;
use super::relation::{self, Written};
use super::served::own_types;
use super::{CompileInput, CompiledGrant, WarehouseInput, system};

/// The schema of a database that nobody has made anything of.
const PUBLIC: &str = "public";

/// Compiles one grant. `None` when its warehouse is not among those given, or something is wrong with the grant as a whole.
pub(super) fn compile(
    input: &CompileInput<'_>,
    grant: &Grant,
    functions: &Functions,
    problems: &mut Diagnostics,
    warnings: &mut Diagnostics,
) -> Option<Arc<CompiledGrant>> {
    let vendor = input.policy.vendor(&grant.vendor.value)?;
    let contracts: Vec<_> =
        grant.products.iter().filter_map(|product| Some((product, find_contract(input.contracts, product)?))).collect();
    let name = &contracts.first()?.1.server.warehouse.value;
    let warehouse = input.warehouses.iter().find(|warehouse| warehouse.name == name)?;
    let mut key_domains = BTreeSet::new();
    let mut relations: BTreeMap<(String, String), Arc<ExposedRelation>> = BTreeMap::new();
    for (product, contract) in &contracts {
        for rule in &product.relations {
            let written = Written { contract, product, rule };
            let Some(compiled) = relation::compile(input, warehouse, written, problems, warnings) else { continue };
            key_domains.extend(compiled.key_domains);
            let key = (compiled.relation.schema.clone(), compiled.relation.name.clone());
            // Two products that open one name are told by the cross-check.
            relations.entry(key).or_insert_with(|| Arc::new(compiled.relation));
        }
    }
    if !key_domains.is_empty() && input.policy.pseudonyms.is_none() {
        let domains: Vec<String> = key_domains.iter().map(|domain| quoted(domain)).collect();
        problems.push(
            &grant.at,
            format!("masks of the grant need keys for {}, and the policy has no pseudonyms", domains.join(", ")),
        );
    }
    let exposed = Arc::new(exposed(input, grant, warehouse, relations, functions));
    let limits = EffectiveLimits::combine(input.statement_timeout, &input.policy.guardrails, &grant.limits);
    let pinned_search_path = pinned(warehouse);
    let digest = digest(&exposed, &limits, &pinned_search_path);
    Some(Arc::new(CompiledGrant {
        grant: grant.clone(),
        vendor: vendor.clone(),
        guardrails: input.policy.guardrails.clone(),
        warehouse: warehouse.name.clone(),
        exposed,
        limits,
        pinned_search_path,
        key_domains,
        contracts: contracts
            .iter()
            .map(|(_, contract)| (contract.id.clone(), contract.version))
            .collect::<BTreeSet<(ContractId, Version)>>()
            .into_iter()
            .collect(),
        digest,
    }))
}

fn exposed(
    input: &CompileInput<'_>,
    grant: &Grant,
    warehouse: &WarehouseInput<'_>,
    relations: BTreeMap<(String, String), Arc<ExposedRelation>>,
    functions: &Functions,
) -> ExposedCatalog {
    let catalog = warehouse.catalog;
    let mut schemas = schemas(catalog, &relations);
    // Every database has it and every tool asks for it: on the path it shows, empty unless contracts put something into it.
    if configured(warehouse).iter().any(|schema| schema == PUBLIC)
        && let Some((oid, _)) = catalog.schemas.iter().find(|(_, schema)| *schema == PUBLIC)
    {
        schemas.entry(PUBLIC.to_owned()).or_insert(*oid);
    }
    let search_path = configured(warehouse).iter().filter(|schema| schemas.contains_key(*schema)).cloned().collect();
    let told = |schema: &&String| matches!(schema.as_str(), "$user" | PUBLIC) || schemas.contains_key(*schema);
    let search_path_setting = configured(warehouse).iter().filter(told).cloned().collect();
    let mut exposed = ExposedCatalog {
        warehouse: warehouse.name.clone(),
        database: grant.database.value.clone(),
        server_version: catalog.server_version,
        search_path,
        search_path_setting,
        functions: functions.get(warehouse.name).cloned().unwrap_or_default(),
        types: types(catalog, &relations),
        hidden_relations: hidden_relations(input, catalog, &relations),
        schemas,
        relations,
        system: Arc::new(SystemContext::default()),
    };
    system::add(&mut exposed, catalog, input.contracts, input.texts);
    exposed
}

fn configured<'w>(warehouse: &WarehouseInput<'w>) -> &'w [String] {
    if warehouse.search_path.is_empty() { &warehouse.catalog.search_path } else { warehouse.search_path }
}

/// The path of warehouse connections. A schema with operators of its own would take part in resolving ours.
fn pinned(warehouse: &WarehouseInput<'_>) -> Vec<String> {
    let catalog = warehouse.catalog;
    let exists = |schema: &&String| catalog.schemas.values().any(|name| name == *schema);
    let plain = |schema: &&String| !catalog.schemas_with_operators.contains(schema);
    configured(warehouse).iter().filter(exists).filter(plain).cloned().collect()
}

/// The schemas that vendors see. One that the warehouse does not have goes by the oid of the first of its relations' own schemas.
fn schemas(catalog: &Catalog, relations: &BTreeMap<(String, String), Arc<ExposedRelation>>) -> BTreeMap<String, Oid> {
    let oid = |name: &str| catalog.schemas.iter().find(|(_, schema)| *schema == name).map(|(oid, _)| *oid);
    let mut schemas = BTreeMap::new();
    for relation in relations.values() {
        let RelationSource::Warehouse { schema, oid: _, name: _, kind: _, contract: _, contract_version: _, filter: _ } =
            &relation.source
        else {
            continue;
        };
        if !schemas.contains_key(&relation.schema)
            && let Some(oid) = oid(&relation.schema).or_else(|| oid(schema))
        {
            schemas.insert(relation.schema.clone(), oid);
        }
    }
    schemas
}

/// Types outside `pg_catalog` that the shown columns are made of.
fn types(catalog: &Catalog, relations: &BTreeMap<(String, String), Arc<ExposedRelation>>) -> BTreeMap<(String, String), Oid> {
    let mut oids = Vec::new();
    for column in relations.values().flat_map(|relation| &relation.columns) {
        own_types(catalog, column.type_oid, &mut oids);
    }
    let found = oids.into_iter().filter_map(|oid| catalog.types.get(&oid));
    // Arrays are named by their elements.
    let named = found.filter(|found| catalog.element_of_array(found.oid).is_none());
    named.map(|found| ((found.schema.clone(), found.name.clone()), found.oid)).collect()
}

/// Relations of the warehouse and of the contracts that the grant does not show.
fn hidden_relations(
    input: &CompileInput<'_>,
    catalog: &Catalog,
    shown: &BTreeMap<(String, String), Arc<ExposedRelation>>,
) -> BTreeSet<(String, String)> {
    let live = catalog.relations.iter().map(|relation| (relation.schema.clone(), relation.name.clone()));
    let contracts = input
        .contracts
        .iter()
        .flat_map(|contract| contract.relation_names().map(|name| (contract.server.schema.value.clone(), name.to_owned())));
    live.chain(contracts).filter(|name| !shown.contains_key(name)).collect()
}

/// What plans depend on, in 64 hexadecimal digits.
fn digest(exposed: &ExposedCatalog, limits: &EffectiveLimits, pinned: &[String]) -> String {
    let all = format!("{exposed:?}\n{limits:?}\n{pinned:?}");
    Sha256::digest(all.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
