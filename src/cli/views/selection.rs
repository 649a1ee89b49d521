//! Which grants, on which warehouse.

use anyhow::{bail, ensure};

use crate::base::GrantName;
use crate::config::{Backend, Loaded, WarehouseConfig};
use crate::document::{quoted, suggest};
use crate::policy::document::{Grant, find_contract};

/// The grants of one warehouse that a command is about.
pub(super) struct Selection<'a> {
    pub(super) warehouse: &'a WarehouseConfig,
    /// Named on the command line; empty: all of the warehouse.
    named: Vec<GrantName>,
}

impl<'a> Selection<'a> {
    /// The grants that are named, else all of the one warehouse that is read through views.
    ///
    /// # Errors
    /// A name that no grant has; grants of several warehouses; no warehouse, or several, with that back-end.
    pub(super) fn choose(loaded: &'a Loaded, names: &[String]) -> Result<Self, anyhow::Error> {
        if names.is_empty() {
            return Ok(Self { warehouse: read_through_views(loaded)?, named: Vec::new() });
        }
        let mut warehouse: Option<&WarehouseConfig> = None;
        for name in names {
            let of_grant = warehouse_of(loaded, grant(loaded, name)?);
            ensure!(
                warehouse.is_none() || warehouse.map(|one| &one.name) == of_grant.map(|other| &other.name),
                "these grants stand on several warehouses: name those of one"
            );
            warehouse = of_grant;
        }
        let named = names.iter().map(|name| GrantName::new(name.as_str())).collect();
        match warehouse {
            Some(warehouse) => Ok(Self { warehouse, named }),
            None => bail!("these grants stand on no warehouse of the configuration"),
        }
    }

    /// Whether it is about this grant.
    pub(super) fn has(&self, grant: &GrantName) -> bool {
        self.named.is_empty() || self.named.contains(grant)
    }

    /// The named grants; `None`: all of the warehouse.
    pub(super) fn of(&self) -> Option<&[GrantName]> {
        if self.named.is_empty() { None } else { Some(&self.named) }
    }

    /// The configuration with this warehouse alone, read through views whatever it says: views are made before the gate runs on them.
    pub(super) fn alone(&self, loaded: &Loaded) -> Loaded {
        let mut alone = loaded.clone();
        alone.server.warehouses = vec![WarehouseConfig { backend: Backend::Views, ..self.warehouse.clone() }];
        alone
    }
}

fn read_through_views(loaded: &Loaded) -> Result<&WarehouseConfig, anyhow::Error> {
    let found: Vec<&WarehouseConfig> =
        loaded.server.warehouses.iter().filter(|warehouse| warehouse.backend == Backend::Views).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => bail!("no warehouse has backend: views; to make the views before, name the grants with --grant"),
        _ => bail!("several warehouses have backend: views: name the grants of one with --grant"),
    }
}

fn grant<'l>(loaded: &'l Loaded, name: &str) -> Result<&'l Grant, anyhow::Error> {
    if let Some(found) = loaded.policy.grants.iter().find(|grant| grant.name.as_str() == name) {
        return Ok(found);
    }
    let near = suggest(name, loaded.policy.grants.iter().map(|grant| grant.name.as_str()));
    let hint = near.map_or_else(String::new, |near| format!(" (did you mean {}?)", quoted(near)));
    bail!("there is no grant {}{hint}", quoted(name))
}

fn warehouse_of<'l>(loaded: &'l Loaded, grant: &Grant) -> Option<&'l WarehouseConfig> {
    let contract = grant.products.iter().find_map(|product| find_contract(&loaded.contracts, product))?;
    loaded.server.warehouse(&contract.server.warehouse.value)
}
