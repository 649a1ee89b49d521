//! A configuration compiled as `serve` compiles it: against the live warehouses, or against what the contracts promise.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::catalog::Catalog;
use crate::config::{self, Backend, Loaded, WarehouseConfig};
use crate::document::Diagnostics;
use crate::policy::compile::{CompiledPolicy, offline_catalog};
use crate::server::{compile_policy, target};
use crate::upstream::{Target, introspect, introspect_with_views};

use super::output::complain;
use super::{Failure, Outcome};

/// `--config`.
#[derive(Debug, clap::Args)]
pub(super) struct ConfigArgument {
    /// The configuration: a folder with postern.yaml in it, or that file
    #[arg(long = "config", value_name = "DIR|FILE", default_value = ".")]
    pub(super) path: PathBuf,
}

/// Where the catalogs come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Against {
    /// The contracts' own promises.
    Contracts,
    /// The live warehouses.
    Warehouses,
}

impl Against {
    pub(super) const fn live(live: bool) -> Self {
        if live { Self::Warehouses } else { Self::Contracts }
    }

    /// One word for results.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Contracts => "contracts",
            Self::Warehouses => "warehouses",
        }
    }

    /// What a reader must know of a result.
    pub(super) const fn note(self) -> &'static str {
        match self {
            Self::Contracts => "offline: against what the contracts promise; --live asks the warehouses",
            Self::Warehouses => "live: against the warehouses as they are now",
        }
    }
}

/// Why there is no compiled policy.
pub(super) enum NotCompiled {
    /// The configuration is not valid: all its mistakes.
    Invalid(Diagnostics),
    /// A warehouse could not be asked.
    Unreachable(anyhow::Error),
}

/// Loads a configuration and compiles its policy. What a warehouse does not keep is a mistake like any other.
pub(super) fn load_and_compile(path: &Path, against: Against) -> Result<(Loaded, CompiledPolicy), NotCompiled> {
    let (loaded, policy) = load_as_served(path, against)?;
    Ok((loaded, policy.whole().map_err(NotCompiled::Invalid)?))
}

/// The same as `serve` does it: what a warehouse does not keep is refused, object by object.
pub(super) fn load_as_served(path: &Path, against: Against) -> Result<(Loaded, CompiledPolicy), NotCompiled> {
    let loaded = config::load(path).map_err(NotCompiled::Invalid)?;
    let catalogs = loaded.server.warehouses.iter().map(|warehouse| match against {
        Against::Contracts => Ok(offline_catalog(&loaded.contracts, &warehouse.name, &warehouse.search_path)),
        Against::Warehouses => live_catalog(warehouse),
    });
    let catalogs: Vec<Catalog> = catalogs.collect::<Result<_, _>>().map_err(NotCompiled::Unreachable)?;
    let policy = compile_policy(&loaded, &catalogs, against == Against::Contracts).map_err(NotCompiled::Invalid)?;
    Ok((loaded, policy))
}

impl NotCompiled {
    /// Tells the mistakes on standard error: how most commands end when there is no policy.
    pub(super) fn tell(self) -> Outcome {
        match self {
            Self::Invalid(diagnostics) => {
                diagnostics.into_sorted().iter().for_each(|diagnostic| complain(&diagnostic.to_string()));
                Ok(Err(Failure::ConfigInvalid))
            }
            Self::Unreachable(error) => Err(error),
        }
    }
}

/// Introspects on a runtime of its own.
pub(super) fn read_catalog(target: &Target) -> Result<Catalog, anyhow::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    runtime.block_on(introspect(target)).with_context(|| format!("warehouse {}", target.warehouse))
}

/// The same, with what stands there for the views back-end.
pub(super) fn read_catalog_with_views(target: &Target, login: &str) -> Result<Catalog, anyhow::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    runtime.block_on(introspect_with_views(target, login)).with_context(|| format!("warehouse {}", target.warehouse))
}

fn live_catalog(warehouse: &WarehouseConfig) -> Result<Catalog, anyhow::Error> {
    match warehouse.backend {
        Backend::Inline => read_catalog(&target(warehouse)?),
        Backend::Views => read_catalog_with_views(&target(warehouse)?, &warehouse.user),
    }
}
