//! One grant: its products' relations, and what stands around them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::catalog::extensions::{LiveOperator, Serving};
use crate::catalog::system::SystemContext;
use crate::catalog::{Broken, Catalog, ExposedCatalog, ExposedRelation, Oid, Reach, RelationSource, operators};
use crate::contract::{Contract, Reaction};
use crate::document::quoted;
use crate::policy::document::{Grant, Product, find_contract};
use crate::policy::limits::EffectiveLimits;

use super::drift::{DriftObject, Findings};
use super::functions::{Functions, Offered};
use super::own::Told;
use super::relation::{self, Compiled, Written};
use super::served::own_types;
use super::{CompileInput, CompiledGrant, UsedContract, Views, WarehouseInput, own, stand_ins, system};

/// The schema of a database that nobody has made anything of.
const PUBLIC: &str = "public";

/// Compiles one grant. `None` when its warehouse is not among those given, or it names what the files do not have.
pub(super) fn compile(
    input: &CompileInput<'_>,
    grant: &Grant,
    functions: &Functions,
    findings: &mut Findings,
) -> Option<Arc<CompiledGrant>> {
    let vendor = input.policy.vendor(&grant.vendor.value)?;
    let contracts: Vec<_> =
        grant.products.iter().filter_map(|product| Some((product, find_contract(input.contracts, product)?))).collect();
    let used = contracts_in_use(grant, &contracts, findings);
    let name = &contracts.first()?.1.server.warehouse.value;
    let warehouse = input.warehouses.iter().find(|warehouse| warehouse.name == name)?;
    let Offered { mut functions, serving, types: user_types, text_search } =
        functions.get(warehouse.name).cloned().unwrap_or_default();
    let mut opened = open(input, grant, (warehouse, &serving), &contracts, findings);
    let pinned_search_path = pinned(warehouse, &serving);
    let relations = &mut opened.relations;
    let views = stand_ins::plan(grant, warehouse, relations, &mut functions, &pinned_search_path, findings);
    if let Some(views) = &views {
        opened.refuse_without_view(grant, views, &contracts, findings);
    }
    for (_, contract) in contracts.iter().filter(|(_, contract)| contract.on_break.schema_drift == Reaction::Deny) {
        opened.refuse_whole(grant, contract, &contracts);
    }
    let Opened { relations, broken, key_domains } = opened;
    let limits = EffectiveLimits::combine(input.statement_timeout, &input.policy.guardrails, &grant.limits);
    let offered = Offered { functions, serving, types: user_types, text_search };
    let mut exposed = exposed(input, grant, warehouse, (relations, broken), offered);
    own::add(&mut exposed, warehouse.catalog, &Told { grant, vendor, contracts: input.contracts, used: &used, limits: &limits });
    let exposed = Arc::new(exposed);
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
        views,
        contracts: used,
        digest,
    }))
}

/// The contracts of the products, each once. One that nobody can use closes the grant when it is asked for: a revision that retires it must come into force.
fn contracts_in_use(grant: &Grant, contracts: &[(&Product, &Contract)], findings: &mut Findings) -> Vec<UsedContract> {
    let mut used = BTreeMap::new();
    for (product, contract) in contracts {
        let Contract { id, version, term, .. } = *contract;
        used.entry((id, *version)).or_insert_with(|| UsedContract { id: id.clone(), version: *version, term: *term });
        let (id, database) = (quoted(id.as_str()), quoted(&grant.database.value));
        if term.status.check().is_err() {
            let message = format!("contract {id} {version} is {}: nobody can use database {database}", term.status.word());
            findings.warnings.push(&product.contract.at, message);
        } else if let Some(end) = term.end_of_life.filter(|end| *end < grant.engagement.ends) {
            let message = format!("the grant outlives contract {id} {version}: database {database} closes at {end}");
            findings.warnings.push(&product.contract.at, message);
        }
    }
    used.into_values().collect()
}

/// By schema and name.
type Relations = BTreeMap<(String, String), Arc<ExposedRelation>>;
type BrokenRelations = BTreeMap<(String, String), Arc<Broken>>;

/// The relations of a grant.
#[derive(Default)]
struct Opened {
    relations: Relations,
    broken: BrokenRelations,
    key_domains: BTreeSet<String>,
}

fn open(
    input: &CompileInput<'_>,
    grant: &Grant,
    (warehouse, serving): (&WarehouseInput<'_>, &Serving),
    contracts: &[(&Product, &Contract)],
    findings: &mut Findings,
) -> Opened {
    let mut opened = Opened::default();
    for (product, contract) in contracts {
        for rule in &product.relations {
            let written = Written { contract, product, rule, owner: &grant.engagement.owner };
            let key = (contract.server.schema.value.clone(), rule.name.value.clone());
            // Two products that open one name are told by the cross-check.
            let Some((compiled, domains)) = relation::compile(input, (warehouse, serving), written, findings) else { continue };
            opened.key_domains.extend(domains);
            match compiled {
                Compiled::Broken(broken) => drop(opened.broken.entry(key).or_insert(broken)),
                Compiled::Served(relation) => drop(opened.relations.entry(key).or_insert_with(|| Arc::new(*relation))),
            }
        }
    }
    opened
}

impl Opened {
    /// Refuses every relation whose view the warehouse does not hold as it is planned: it is read in no other way.
    fn refuse_without_view(
        &mut self,
        grant: &Grant,
        views: &Views,
        contracts: &[(&Product, &Contract)],
        findings: &mut Findings,
    ) {
        let rules =
            contracts.iter().flat_map(|(product, contract)| product.relations.iter().map(move |rule| (product, contract, rule)));
        for (product, contract, rule) in rules {
            let (schema, name) = (&contract.server.schema.value, &rule.name.value);
            let mut wrong = views.differences.iter().filter(|difference| difference.is_about_relation(schema, name)).peekable();
            let key = (schema.clone(), name.clone());
            if wrong.peek().is_none() || self.relations.remove(&key).is_none() {
                continue;
            }
            let object = DriftObject::Relation { contract: contract.id.clone(), relation: name.clone() };
            wrong.for_each(|difference| findings.drift(&object, &rule.name.at, difference.message.as_str()));
            let written = Written { contract, product, rule, owner: &grant.engagement.owner };
            self.broken.insert(key, Arc::new(written.broken(name, Reach::Relation)));
        }
    }

    /// Refuses every relation of a contract of which anything is broken.
    fn refuse_whole(&mut self, grant: &Grant, contract: &Contract, contracts: &[(&Product, &Contract)]) {
        let products = contracts.iter().filter(|(_, other)| other.id == contract.id).map(|(product, _)| product);
        let rules = products.flat_map(|product| product.relations.iter().map(move |rule| (product, rule)));
        let opened = rules.map(|(product, rule)| {
            let key = (contract.server.schema.value.clone(), rule.name.value.clone());
            (key, Written { contract, product, rule, owner: &grant.engagement.owner })
        });
        let opened: Vec<_> = opened.collect();
        let of_relation = |key| self.broken.get(key).map(|broken| broken.field.clone());
        let of_column = |key| Some(self.relations.get(key)?.broken_columns.first()?.broken.field.clone());
        let Some(field) = opened.iter().find_map(|(key, _)| of_relation(key).or_else(|| of_column(key))) else { return };
        for (key, written) in opened {
            if self.relations.remove(&key).is_some() {
                self.broken.insert(key, Arc::new(written.broken(&field, Reach::Contract)));
            }
        }
    }
}

fn exposed(
    input: &CompileInput<'_>,
    grant: &Grant,
    warehouse: &WarehouseInput<'_>,
    (relations, broken_relations): (Relations, BrokenRelations),
    offered: Offered,
) -> ExposedCatalog {
    let catalog = warehouse.catalog;
    let mut schemas = schemas(catalog, &relations);
    // Every database has it and every tool asks for it: on the path it shows, empty unless contracts put something into it.
    if warehouse.path().iter().any(|schema| schema == PUBLIC)
        && let Some((oid, _)) = catalog.schemas.iter().find(|(_, schema)| *schema == PUBLIC)
    {
        schemas.entry(PUBLIC.to_owned()).or_insert(*oid);
    }
    let types: BTreeMap<(String, String), Oid> =
        types(catalog, &relations).into_iter().chain(of_extensions(&offered.serving)).chain(offered.types).collect();
    let mut exposed = ExposedCatalog {
        warehouse: warehouse.name.clone(),
        database: grant.database.value.clone(),
        server_version: catalog.server_version,
        search_path: Vec::new(),
        search_path_setting: Vec::new(),
        functions: offered.functions,
        made: types.values().filter_map(|oid| Some((*oid, catalog.made(*oid)?))).collect(),
        types,
        extensions: offered.serving,
        parts: BTreeMap::new(),
        text_search: offered.text_search,
        hidden_relations: hidden_relations(input, catalog, &relations, &broken_relations),
        schemas,
        relations,
        broken_relations,
        system: Arc::new(SystemContext::default()),
    };
    exposed.search_path = warehouse.path().iter().filter(|schema| exposed.has_schema(schema)).cloned().collect();
    let told = |schema: &&String| matches!(schema.as_str(), "$user" | PUBLIC) || exposed.has_schema(schema);
    exposed.search_path_setting = warehouse.path().iter().filter(told).cloned().collect();
    system::add(&mut exposed, catalog, input.contracts, input.texts);
    exposed
}

/// The path of warehouse connections. A schema with operators of its own would take part in resolving ours: it stands there only when all of them are reviewed,
/// or when none has a name that a text of ours leaves to the path.
fn pinned(warehouse: &WarehouseInput<'_>, serving: &Serving) -> Vec<String> {
    let catalog = warehouse.catalog;
    let exists = |schema: &&String| catalog.schemas.values().any(|name| name == *schema);
    let is_looked_up = |name: &str| operators::is_ever_bare(name) || serving.operators.contains_key(name);
    let takes_part = |operator: &LiveOperator, schema: &str| operator.schema == schema && is_looked_up(&operator.name);
    let plain = |schema: &&String| {
        serving.schemas.contains(*schema) || !catalog.operators.iter().any(|operator| takes_part(operator, schema))
    };
    warehouse.path().iter().filter(exists).filter(plain).cloned().collect()
}

/// The schemas that vendors see. One that the warehouse does not have goes by the oid of the first of its relations' own schemas.
fn schemas(catalog: &Catalog, relations: &Relations) -> BTreeMap<String, Oid> {
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

/// Types of served extensions: a client may name them, whether a column is of one or not.
fn of_extensions(serving: &Serving) -> BTreeMap<(String, String), Oid> {
    serving.types.iter().map(|(name, found)| ((found.schema.clone(), name.clone()), found.oid)).collect()
}

/// Types outside `pg_catalog` that the shown columns are made of.
pub(super) fn types(catalog: &Catalog, relations: &Relations) -> BTreeMap<(String, String), Oid> {
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
    shown: &Relations,
    broken: &BrokenRelations,
) -> BTreeSet<(String, String)> {
    let live = catalog.relations.iter().map(|relation| (relation.schema.clone(), relation.name.clone()));
    let contracts = input
        .contracts
        .iter()
        .flat_map(|contract| contract.relation_names().map(|name| (contract.server.schema.value.clone(), name.to_owned())));
    live.chain(contracts).filter(|name| !shown.contains_key(name) && !broken.contains_key(name)).collect()
}

/// What plans depend on, in 64 hexadecimal digits.
fn digest(exposed: &ExposedCatalog, limits: &EffectiveLimits, pinned: &[String]) -> String {
    let all = format!("{exposed:?}\n{limits:?}\n{pinned:?}");
    Sha256::digest(all.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
