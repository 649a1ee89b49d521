//! One load of the configuration, compiled against the live warehouses: what sessions use, or every reason why not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;

use crate::access::{OpenGrant, Revision};
use crate::auth::{People, Person, Verifier};
use crate::base::{Secret, WarehouseName};
use crate::catalog::Catalog;
use crate::config::{Loaded, ServerConfig};
use crate::mask::keys::{self, Engagement};
use crate::policy::compile::{CompileInput, CompiledGrant, SessionTexts, UserFunctionName, WarehouseInput, compile};
use crate::runtime::Clock;
use crate::upstream::{Pool, introspect};

use super::settings;

/// The warehouses of the configuration: they are fixed for the life of the process.
pub(super) struct Warehouses {
    pools: BTreeMap<WarehouseName, Pool>,
    /// Another number for each compiled grant: plans and connections are bound to it.
    next_number: AtomicU64,
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
        Ok(Self { pools, next_number: AtomicU64::new(1) })
    }

    /// The pools, by warehouse.
    pub(super) fn pools(&self) -> BTreeMap<WarehouseName, Pool> {
        self.pools.clone()
    }
}

/// SQL that tells sessions of one grant apart: settings that the gate sets at each checkout.
pub(crate) fn session_texts() -> SessionTexts {
    SessionTexts {
        user: "pg_catalog.current_setting('postern.subject')".to_owned(),
        databases: "CAST(pg_catalog.current_setting('postern.databases') AS pg_catalog.text[])".to_owned(),
        backend_pid: "CAST(pg_catalog.current_setting('postern.backend_pid') AS pg_catalog.int4)".to_owned(),
    }
}

/// Introspects the warehouses and compiles the policy against them.
///
/// # Errors
/// A warehouse that cannot be reached or served; every mistake of the policy with its place.
pub(super) async fn open(loaded: &Loaded, warehouses: &Warehouses) -> anyhow::Result<Opened> {
    let mut live: Vec<(&WarehouseName, Catalog)> = Vec::new();
    for warehouse in &loaded.server.warehouses {
        let pool = warehouses.pools.get(&warehouse.name);
        let pool = pool.with_context(|| format!("{}: warehouse {} is new: restart the gate to add it", warehouse.at, warehouse.name))?;
        let catalog = introspect(pool.target()).await.with_context(|| format!("read the catalog of warehouse {}", warehouse.name))?;
        live.push((&warehouse.name, catalog));
    }
    let compiled = compiled(loaded, &live)?;
    for warning in &compiled.warnings {
        tracing::warn!(place = %warning.at, "{}", warning.message);
    }
    let grants = compiled.grants.iter().map(|grant| {
        let opened = open_grant(grant, loaded, warehouses.next_number.fetch_add(1, Ordering::Relaxed));
        (grant.name().clone(), Arc::new(opened))
    });
    let revision = Revision {
        policy: Arc::new(loaded.policy.clone()),
        digest: format!("sha256:{}", loaded.revision),
        grants: grants.collect(),
    };
    Ok(Opened { revision, people: people(loaded)? })
}

/// Compiles the policy against what was introspected.
fn compiled(loaded: &Loaded, live: &[(&WarehouseName, Catalog)]) -> anyhow::Result<crate::policy::compile::CompiledPolicy> {
    let functions: Vec<Vec<(UserFunctionName, crate::document::Span)>> = loaded.server.warehouses.iter().map(|warehouse| {
        let named = warehouse.user_functions.iter().map(|(signature, at)| {
            let name = UserFunctionName { schema: signature.schema.clone(), name: signature.name.clone(), arguments: signature.arguments.clone() };
            (name, at.clone())
        });
        named.collect()
    }).collect();
    let inputs: Vec<WarehouseInput<'_>> = loaded.server.warehouses.iter().zip(live).zip(&functions).map(|((warehouse, (name, catalog)), functions)| {
        WarehouseInput { name, catalog, search_path: &warehouse.search_path, user_functions: functions, at: &warehouse.at }
    }).collect();
    let input = CompileInput {
        policy: &loaded.policy,
        contracts: &loaded.contracts,
        revision: &loaded.revision,
        warehouses: &inputs,
        statement_timeout: loaded.server.limits.statement_timeout,
        texts: &session_texts(),
        offline: false,
    };
    Ok(compile(&input)?)
}

/// A compiled grant with the keys of its pseudonyms.
fn open_grant(compiled: &CompiledGrant, loaded: &Loaded, number: u64) -> OpenGrant {
    let engagement = Engagement { vendor: compiled.vendor_name().as_str(), engagement: compiled.name().as_str(), epoch: 1 };
    let mut pinned: Vec<(String, Secret<String>)> = Vec::new();
    if let Some(master) = &loaded.pseudonym_key {
        for domain in &compiled.key_domains {
            let key = keys::derive(master.reveal(), &engagement, domain);
            pinned.extend(keys::settings(domain).into_iter().zip([key.inner, key.outer]));
        }
    }
    OpenGrant {
        number,
        grant: Arc::new(compiled.grant.clone()),
        vendor: Arc::new(compiled.vendor.clone()),
        limits: compiled.limits.clone(),
        exposed: Arc::clone(&compiled.exposed),
        warehouse: compiled.warehouse.clone(),
        contracts: compiled.contracts.iter().map(|(id, version)| (id.to_string(), version.to_string())).collect(),
        keys: pinned,
        pinned_path: compiled.pinned_search_path.clone(),
    }
}

/// The people of provider `local`.
fn people(loaded: &Loaded) -> anyhow::Result<People> {
    let person = |entry: &crate::config::PersonEntry| {
        let verifier = Verifier::parse(entry.verifier.value.reveal()).with_context(|| format!("{}: verifier", entry.verifier.at))?;
        Ok(Person {
            user: entry.user.clone(),
            name: entry.name.clone(),
            verifier,
            groups: entry.groups.clone(),
            valid_until: entry.valid_until,
        })
    };
    Ok(People::new(loaded.people.iter().map(person).collect::<anyhow::Result<Vec<_>>>()?))
}
