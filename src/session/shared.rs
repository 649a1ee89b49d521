//! What all sessions of the gate share. `server` puts it together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::access::{Revision, UsageBook};
use crate::audit::Journal;
use crate::auth::Authenticator;
use crate::base::WarehouseName;
use crate::enforce::StatementLimits;
use crate::runtime::{Clock, Shutdown};
use crate::telemetry::Metrics;
use crate::upstream::Pool;
use crate::wire::{TlsState, WireLimits};

use super::doubt::CatalogDoubt;
use super::facts::StatementText;
use super::plan_cache::PlanCache;
use super::registry::Registry;

/// What all sessions share.
#[derive(Debug)]
pub struct Shared {
    pub authenticator: Authenticator,
    pub clock: Clock,
    /// Raised when the warehouse says that it lacks what a plan names.
    pub doubt: CatalogDoubt,
    pub journal: Journal,
    pub limits: GateLimits,
    pub metrics: Metrics,
    pub plans: PlanCache,
    /// One for each warehouse.
    pub pools: BTreeMap<WarehouseName, Pool>,
    pub registry: Arc<Registry>,
    /// What is in force; every session sees a new one at its next statement, and ends when it opens nothing for it.
    pub revision: watch::Receiver<Arc<Revision>>,
    pub shutdown: Shutdown,
    pub statement_text: StatementText,
    pub tls: TlsState,
    pub usage: UsageBook,
}

/// Limits of the gate, from `limits` of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct GateLimits {
    pub wire: WireLimits,
    pub statement: StatementLimits,
    pub result_bytes: u64,
    pub idle_in_transaction: Duration,
    pub login_timeout: Duration,
}
