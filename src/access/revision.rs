//! Everything that one load of the configuration opens: compiled once, shared by all sessions, swapped as a whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{GrantName, Secret, WarehouseName};
use crate::catalog::ExposedCatalog;
use crate::policy::compile::CompiledGrant;
use crate::policy::document::Policy;
use crate::policy::limits::EffectiveLimits;

/// A grant that people may use, compiled against the warehouse.
#[derive(Clone, Debug)]
pub struct OpenGrant {
    /// Another number for each digest in the life of the process: plans are bound to it, so that those of an equal revision stay good.
    pub number: u64,
    pub compiled: Arc<CompiledGrant>,
    /// Keys of pseudonyms by setting (`postern.i_…`), for the startup packet of the grant's connections.
    pub keys: Vec<(String, Secret<String>)>,
}

impl OpenGrant {
    /// What everybody sees of the warehouse under this grant.
    pub fn exposed(&self) -> &ExposedCatalog {
        &self.compiled.exposed
    }

    /// The most restrictive limits.
    pub fn limits(&self) -> &EffectiveLimits {
        &self.compiled.limits
    }

    /// The warehouse that it stands on.
    pub fn warehouse(&self) -> &WarehouseName {
        &self.compiled.warehouse
    }
}

/// One revision of policy, contracts and catalog.
#[derive(Clone, Debug)]
pub struct Revision {
    pub policy: Arc<Policy>,
    /// `sha256:…` of what was loaded.
    pub digest: String,
    pub grants: BTreeMap<GrantName, Arc<OpenGrant>>,
}

impl Revision {
    /// The revision's name in the policy, or the digest where it has none.
    pub fn version(&self) -> &str {
        self.policy.revision.as_deref().unwrap_or(&self.digest)
    }
}
