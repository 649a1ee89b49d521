//! One load of the configuration, compiled against the live warehouses: what sessions use, or every reason why not.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context;

use crate::access::{OpenGrant, Revision};
use crate::auth::{People, Person, Verifier};
use crate::base::{Secret, WarehouseName};
use crate::catalog::Catalog;
use crate::config::{Loaded, ServerConfig};
use crate::document::Diagnostics;
use crate::mask::keys::{self, Engagement};
use crate::policy::compile::{CompileInput, CompiledGrant, CompiledPolicy, UserFunctionName, WarehouseInput, compile};
use crate::runtime::Clock;
use crate::session::session_texts;
use crate::upstream::{Pool, introspect};

use super::settings;

/// The warehouses of the configuration: they are fixed for the life of the process.
pub(super) struct Warehouses {
    pools: BTreeMap<WarehouseName, Pool>,
    /// The number of each digest that was ever opened: plans and connections are bound to it, so that those of an equal grant stay good.
    numbers: Mutex<HashMap<String, u64>>,
    /// When the catalog of each warehouse was last read, and whether the latest try succeeded.
    read: Mutex<BTreeMap<WarehouseName, CatalogRead>>,
    clock: Clock,
}

/// The latest reading of one warehouse's catalog.
#[derive(Clone, Copy, Default)]
pub(super) struct CatalogRead {
    pub at: Option<Instant>,
    pub reachable: bool,
}

/// What one load opens.
pub(super) struct Opened {
    pub revision: Revision,
    pub people: People,
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

    fn note(&self, warehouse: &WarehouseName, reachable: bool) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = read.entry(warehouse.clone()).or_default();
        entry.reachable = reachable;
        if reachable {
            entry.at = Some(self.clock.monotonic());
        }
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

/// Introspects the warehouses and compiles the policy against them.
///
/// # Errors
/// A warehouse that cannot be reached or served; every mistake of the policy with its place.
pub(super) async fn open(loaded: &Loaded, warehouses: &Warehouses) -> anyhow::Result<Opened> {
    let mut live: Vec<Catalog> = Vec::new();
    for warehouse in &loaded.server.warehouses {
        let pool = warehouses.pools.get(&warehouse.name);
        let pool =
            pool.with_context(|| format!("{}: warehouse {} is new: restart the gate to add it", warehouse.at, warehouse.name))?;
        let catalog = introspect(pool.target()).await;
        warehouses.note(&warehouse.name, catalog.is_ok());
        live.push(catalog.with_context(|| format!("read the catalog of warehouse {}", warehouse.name))?);
    }
    let compiled = compile_policy(loaded, &live, false)?;
    for warning in &compiled.warnings {
        tracing::warn!(place = %warning.at, "{}", warning.message);
    }
    let grants = compiled.grants.iter().map(|grant| {
        let opened = open_grant(grant, loaded, warehouses.number(&grant.digest));
        (grant.name().clone(), Arc::new(opened))
    });
    let revision = Revision {
        policy: Arc::new(loaded.policy.clone()),
        digest: format!("sha256:{}", loaded.revision),
        grants: grants.collect(),
    };
    Ok(Opened { revision, people: people(loaded)? })
}

/// Compiles a policy against the catalogs of its warehouses, in the order of the configuration. `offline`: they are the contracts' own.
///
/// # Errors
/// Every mistake of the policy with its place.
pub fn compile_policy(loaded: &Loaded, catalogs: &[Catalog], offline: bool) -> Result<CompiledPolicy, Diagnostics> {
    let functions: Vec<Vec<(UserFunctionName, crate::document::Span)>> = loaded
        .server
        .warehouses
        .iter()
        .map(|warehouse| {
            let named = warehouse.user_functions.iter().map(|(signature, at)| {
                let name = UserFunctionName {
                    schema: signature.schema.clone(),
                    name: signature.name.clone(),
                    arguments: signature.arguments.clone(),
                };
                (name, at.clone())
            });
            named.collect()
        })
        .collect();
    let inputs: Vec<WarehouseInput<'_>> = loaded
        .server
        .warehouses
        .iter()
        .zip(catalogs)
        .zip(&functions)
        .map(|((warehouse, catalog), functions)| WarehouseInput {
            name: &warehouse.name,
            catalog,
            search_path: &warehouse.search_path,
            user_functions: functions,
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
    };
    compile(&input)
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
