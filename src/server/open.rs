//! One load of the configuration, compiled against the live warehouses: what sessions use, what the warehouses do not keep of it, or every reason why not.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context;

use crate::access::{OpenGrant, Revision};
use crate::auth::{People, Person, Verifier};
use crate::base::{Secret, WarehouseName};
use crate::catalog::{Catalog, TextSearchKind};
use crate::config::{Backend, Loaded, ServerConfig, WarehouseConfig};
use crate::document::{Diagnostic, Diagnostics, Span};
use crate::mask::keys::{self, Engagement};
use crate::policy::compile::{CompileInput, CompiledGrant, CompiledPolicy, Drift, UserFunctionName, WarehouseInput, compile};
use crate::runtime::Clock;
use crate::session::session_texts;
use crate::upstream::{Pool, introspect, introspect_with_views};

use super::settings;

/// The warehouses of the configuration: they are fixed for the life of the process.
pub(super) struct Warehouses {
    pools: BTreeMap<WarehouseName, Pool>,
    /// The number of each digest that was ever opened: plans and connections are bound to it, so that those of an equal grant stay good.
    numbers: Mutex<HashMap<String, u64>>,
    /// The catalog of each warehouse as it was last read, when, and whether the latest try succeeded.
    read: Mutex<BTreeMap<WarehouseName, CatalogRead>>,
    clock: Clock,
}

/// The latest reading of one warehouse's catalog.
#[derive(Clone, Default)]
pub(super) struct CatalogRead {
    pub at: Option<Instant>,
    pub reachable: bool,
    catalog: Option<Arc<Catalog>>,
}

/// What one load opens.
pub(super) struct Opened {
    pub revision: Revision,
    pub people: People,
    /// What is valid and worth knowing.
    pub warnings: Vec<Diagnostic>,
    /// What the warehouses do not keep: refused, object by object.
    pub drift: Arc<[Drift]>,
}

impl Warehouses {
    /// A pool for each warehouse; nothing is connected yet.
    pub(super) fn new(server: &ServerConfig, clock: &Clock) -> anyhow::Result<Self> {
        let mut pools = BTreeMap::new();
        for warehouse in &server.warehouses {
            let limits = settings::pool(warehouse, &server.limits);
            pools.insert(warehouse.name.clone(), Pool::new(settings::target(warehouse)?, limits, clock.clone()));
        }
        Ok(Self { pools, numbers: Mutex::default(), read: Mutex::default(), clock: clock.clone() })
    }

    /// The readings of the catalogs, by warehouse.
    pub(super) fn readings(&self) -> BTreeMap<WarehouseName, CatalogRead> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the catalog of each warehouse of the configuration, one after the other.
    ///
    /// # Errors
    /// A warehouse is not one of those that the gate started with; its catalog cannot be read.
    pub(super) async fn read_all(&self, server: &ServerConfig) -> anyhow::Result<Vec<Arc<Catalog>>> {
        let mut catalogs = Vec::new();
        for warehouse in &server.warehouses {
            catalogs.push(self.read_one(warehouse).await?);
        }
        Ok(catalogs)
    }

    /// The same, with the catalog that was read before where one cannot be read now: a warehouse that is away hides no drift of another. Its own
    /// statements fail by themselves.
    ///
    /// # Errors
    /// A catalog was never read.
    pub(super) async fn read_again(&self, server: &ServerConfig) -> anyhow::Result<Vec<Arc<Catalog>>> {
        let mut catalogs = Vec::new();
        for warehouse in &server.warehouses {
            let catalog = match (self.read_one(warehouse).await, self.last(&warehouse.name)) {
                (Ok(catalog), _) => catalog,
                (Err(error), Some(before)) => {
                    tracing::warn!(error = format!("{error:#}"), "the warehouse's catalog could not be read again");
                    before
                }
                (Err(error), None) => return Err(error),
            };
            catalogs.push(catalog);
        }
        Ok(catalogs)
    }

    async fn read_one(&self, warehouse: &WarehouseConfig) -> anyhow::Result<Arc<Catalog>> {
        let pool = self.pools.get(&warehouse.name);
        let pool =
            pool.with_context(|| format!("{}: warehouse {} is new: restart the gate to add it", warehouse.at, warehouse.name))?;
        let read = match warehouse.backend {
            Backend::Inline => introspect(pool.target()).await,
            Backend::Views => introspect_with_views(pool.target(), &warehouse.user).await,
        };
        let read = read.map(Arc::new);
        self.note(&warehouse.name, read.as_ref().ok());
        read.with_context(|| format!("read the catalog of warehouse {}", warehouse.name))
    }

    fn note(&self, warehouse: &WarehouseName, catalog: Option<&Arc<Catalog>>) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = read.entry(warehouse.clone()).or_default();
        entry.reachable = catalog.is_some();
        if let Some(catalog) = catalog {
            entry.at = Some(self.clock.monotonic());
            entry.catalog = Some(Arc::clone(catalog));
        }
    }

    /// The catalogs as they were last read, in the order of the configuration.
    pub(super) fn last_read(&self, server: &ServerConfig) -> Vec<Arc<Catalog>> {
        server.warehouses.iter().map(|warehouse| self.last(&warehouse.name).unwrap_or_default()).collect()
    }

    fn last(&self, warehouse: &WarehouseName) -> Option<Arc<Catalog>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).get(warehouse)?.catalog.clone()
    }

    /// The number of a grant with that digest.
    fn number(&self, digest: &str) -> u64 {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let next = u64::try_from(numbers.len()).unwrap_or(u64::MAX).saturating_add(1);
        *numbers.entry(digest.to_owned()).or_insert(next)
    }

    /// The pools, by warehouse.
    pub(super) fn pools(&self) -> BTreeMap<WarehouseName, Pool> {
        self.pools.clone()
    }
}

/// Whether the files were in force before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Files {
    /// They were: whatever is wrong now, a warehouse has changed.
    InForce,
    New,
}

/// Compiles a configuration against the catalogs of its warehouses, in its order.
///
/// # Errors
/// Every mistake of the files with its place.
pub(super) fn open(loaded: &Loaded, files: Files, catalogs: &[Arc<Catalog>], warehouses: &Warehouses) -> anyhow::Result<Opened> {
    let compiled = compile_with(loaded, catalogs, false, files == Files::InForce)?;
    let grants = compiled.grants.iter().map(|grant| {
        let opened = open_grant(grant, loaded, warehouses.number(&grant.digest));
        (grant.name().clone(), Arc::new(opened))
    });
    let revision = Revision {
        policy: Arc::new(loaded.policy.clone()),
        digest: format!("sha256:{}", loaded.revision),
        grants: grants.collect(),
    };
    Ok(Opened { revision, people: people(loaded)?, warnings: compiled.warnings, drift: compiled.drift.into() })
}

/// What the warehouses do not keep of files that are in force.
pub(super) fn drift_of(loaded: &Loaded, catalogs: &[Arc<Catalog>]) -> Vec<Drift> {
    compile_with(loaded, catalogs, false, true).map(|compiled| compiled.drift).unwrap_or_default()
}

/// Compiles a policy against the catalogs of its warehouses, in the order of the configuration. `offline`: they are the contracts' own.
///
/// # Errors
/// Every mistake of the policy with its place.
pub fn compile_policy<C: Borrow<Catalog>>(loaded: &Loaded, catalogs: &[C], offline: bool) -> Result<CompiledPolicy, Diagnostics> {
    compile_with(loaded, catalogs, offline, false)
}

fn compile_with<C: Borrow<Catalog>>(
    loaded: &Loaded,
    catalogs: &[C],
    offline: bool,
    compiled_before: bool,
) -> Result<CompiledPolicy, Diagnostics> {
    let functions: Vec<Vec<(UserFunctionName, Span)>> = loaded.server.warehouses.iter().map(user_functions).collect();
    let types: Vec<Vec<((String, String), Span)>> = loaded.server.warehouses.iter().map(user_types).collect();
    let text_search: Vec<Vec<_>> = loaded.server.warehouses.iter().map(user_text_search).collect();
    let inputs: Vec<WarehouseInput<'_>> = loaded
        .server
        .warehouses
        .iter()
        .zip(catalogs)
        .zip(functions.iter().zip(&types).zip(&text_search))
        .map(|((warehouse, catalog), ((functions, types), text_search))| WarehouseInput {
            name: &warehouse.name,
            catalog: catalog.borrow(),
            search_path: &warehouse.search_path,
            user_functions: functions,
            user_types: types,
            user_text_search: text_search,
            views_login: (warehouse.backend == Backend::Views).then_some(warehouse.user.as_str()),
            at: &warehouse.at,
        })
        .collect();
    let input = CompileInput {
        policy: &loaded.policy,
        contracts: &loaded.contracts,
        revision: &loaded.revision,
        warehouses: &inputs,
        statement_timeout: loaded.server.limits.statement_timeout,
        texts: &session_texts(),
        offline,
        compiled_before,
    };
    compile(&input)
}

fn user_functions(warehouse: &WarehouseConfig) -> Vec<(UserFunctionName, Span)> {
    let named = warehouse.user_functions.iter().map(|(signature, at)| {
        let name = UserFunctionName {
            schema: signature.schema.clone(),
            name: signature.name.clone(),
            arguments: signature.arguments.clone(),
        };
        (name, at.clone())
    });
    named.collect()
}

fn user_types(warehouse: &WarehouseConfig) -> Vec<((String, String), Span)> {
    warehouse.user_types.iter().map(|(found, at)| ((found.schema.clone(), found.name.clone()), at.clone())).collect()
}

fn user_text_search(warehouse: &WarehouseConfig) -> Vec<(TextSearchKind, (String, String), Span)> {
    let lists = [
        (TextSearchKind::Configuration, &warehouse.user_configurations),
        (TextSearchKind::Dictionary, &warehouse.user_dictionaries),
    ];
    let named = lists.into_iter().flat_map(|(kind, list)| list.iter().map(move |(found, at)| (kind, found, at)));
    named.map(|(kind, found, at)| (kind, (found.schema.clone(), found.name.clone()), at.clone())).collect()
}

/// A compiled grant with the keys of its pseudonyms.
fn open_grant(compiled: &Arc<CompiledGrant>, loaded: &Loaded, number: u64) -> OpenGrant {
    let engagement = Engagement { vendor: compiled.vendor_name().as_str(), engagement: compiled.name().as_str(), epoch: 1 };
    let mut pinned: Vec<(String, Secret<String>)> = Vec::new();
    if let Some(master) = &loaded.pseudonym_key {
        for domain in &compiled.key_domains {
            let key = keys::derive(master.reveal(), &engagement, domain);
            pinned.extend(keys::settings(domain).into_iter().zip([key.inner, key.outer]));
        }
    }
    OpenGrant { number, compiled: Arc::clone(compiled), keys: pinned }
}

/// The people of provider `local`.
fn people(loaded: &Loaded) -> anyhow::Result<People> {
    let person = |entry: &crate::config::PersonEntry| {
        let verifier =
            Verifier::parse(entry.verifier.value.reveal()).with_context(|| format!("{}: verifier", entry.verifier.at))?;
        Ok(Person {
            user: entry.user.clone(),
            name: entry.name.clone(),
            verifier,
            groups: entry.groups.iter().map(|group| group.value.clone()).collect(),
            valid_until: entry.valid_until,
        })
    };
    Ok(People::new(loaded.people.iter().map(person).collect::<anyhow::Result<Vec<_>>>()?))
}
