//! Numbers and health: what the admin listener tells, read where it lives.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};

use crate::admin::{Admin, JournalPart, Parts, PolicyPart, WarehousePart, journal_sample};
use crate::policy::compile::{Drift, DriftObject};
use crate::runtime::task;
use crate::session::Shared;
use crate::telemetry::{BrokenSample, PoolSample, Samples};

use super::reload::Reloader;

/// Lets the metrics read the numbers of a moment.
pub(super) fn sample(shared: &Arc<Shared>, reloader: &Arc<Reloader>) {
    // The metrics are a part of what is shared: they must not keep it alive.
    let (weak, reloader) = (Arc::downgrade(shared), Arc::downgrade(reloader));
    shared.metrics.sample_from(move || samples(&weak, &reloader));
}

fn samples(shared: &Weak<Shared>, reloader: &Weak<Reloader>) -> Samples {
    let Some(shared) = shared.upgrade() else { return Samples::default() };
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let pool = shared.pools.values().map(|pool| pool.usage()).fold(PoolSample::default(), |sum, one| PoolSample {
        in_use: sum.in_use.saturating_add(count(one.open.saturating_sub(one.idle))),
        idle: sum.idle.saturating_add(count(one.idle)),
        waiting: sum.waiting.saturating_add(count(one.waiting)),
    });
    let ages =
        reloader.upgrade().into_iter().flat_map(|reloader| reloader.warehouses().readings().into_values().collect::<Vec<_>>());
    let oldest = ages.filter_map(|reading| reading.at).min();
    Samples {
        journal: Some(journal_sample(&shared.journal.stats())),
        pool: Some(pool),
        catalog_age: oldest.map(|at| shared.clock.monotonic().saturating_duration_since(at)),
        plans: Some(count(shared.plans.len())),
        broken: reloader.upgrade().map(|reloader| broken(&reloader.drift())),
    }
}

/// The objects, each once however many reasons there are.
fn objects(drift: &[Drift]) -> BTreeSet<&DriftObject> {
    drift.iter().map(|drift| &drift.object).collect()
}

fn broken(drift: &[Drift]) -> BrokenSample {
    let mut broken = BrokenSample::default();
    for object in objects(drift) {
        let count = match object {
            DriftObject::Column { contract: _, relation: _, column: _ } => &mut broken.columns,
            DriftObject::Function { warehouse: _, name: _ } => &mut broken.functions,
            DriftObject::Relation { contract: _, relation: _ } => &mut broken.relations,
            DriftObject::TextSearch { warehouse: _, kind: _, name: _ } | DriftObject::Type { warehouse: _, name: _ } => {
                &mut broken.types
            }
            DriftObject::Warehouse(_) => &mut broken.warehouses,
        };
        *count += 1;
    }
    broken
}

/// Starts the admin listener; gives its address with the true port.
pub(super) async fn serve(
    address: SocketAddr,
    listeners: Vec<SocketAddr>,
    shared: &Arc<Shared>,
    reloader: &Arc<Reloader>,
) -> anyhow::Result<SocketAddr> {
    let admin = Admin::bind(address).await?;
    let bound = admin.address();
    let (metrics, shutdown) = (shared.metrics.clone(), shared.shutdown.clone());
    let (shared, reloader) = (Arc::clone(shared), Arc::clone(reloader));
    let parts = move || parts(&listeners, &shared, &reloader);
    // Not one of the tasks that are waited for: it tells of the draining, and ends with it.
    drop(task::spawn("admin", async move {
        if let Err(error) = admin.serve(metrics, parts, shutdown).await {
            tracing::error!(%error, "the admin listener ended");
        }
    }));
    Ok(bound)
}

fn parts(listeners: &[SocketAddr], shared: &Shared, reloader: &Reloader) -> Parts {
    let now = shared.clock.monotonic();
    let warehouse = |(name, reading): (crate::base::WarehouseName, super::open::CatalogRead)| WarehousePart {
        name: name.to_string(),
        reachable: reading.reachable,
        catalog_age: reading.at.map(|at| now.saturating_duration_since(at)),
    };
    Parts {
        listeners: listeners.to_vec(),
        journal: JournalPart { durability: shared.journal.durability(), state: shared.journal.state() },
        warehouses: reloader.warehouses().readings().into_iter().map(warehouse).collect(),
        policy: PolicyPart {
            revision: reloader.in_force().version().to_owned(),
            newer_rejected: reloader.is_bad(),
            broken_objects: objects(&reloader.drift()).len(),
        },
    }
}
