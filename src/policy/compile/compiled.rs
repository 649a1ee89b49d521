//! What a policy compiles to: immutable, shared by all sessions of a grant.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::base::{ContractId, GrantName, VendorName, WarehouseName};
use crate::catalog::ExposedCatalog;
use crate::contract::Version;
use crate::document::{Diagnostic, Diagnostics};
use crate::enforce::Export;
use crate::policy::document::{Grant, Guardrails, Vendor};
use crate::policy::limits::EffectiveLimits;
use crate::views::{Difference, GrantViews};

use super::drift::{self, Drift};

/// One revision of the policy, compiled against the warehouses as they were.
#[derive(Clone, Debug)]
pub struct CompiledPolicy {
    /// Names the files that it was compiled from.
    pub revision: String,
    /// In the order of the file.
    pub grants: Vec<Arc<CompiledGrant>>,
    /// What is valid and worth knowing, sorted by place.
    pub warnings: Vec<Diagnostic>,
    /// What the warehouses do not keep, each reason once, sorted by object. Statements on these objects are refused.
    pub drift: Vec<Drift>,
}

/// One grant, compiled.
#[derive(Clone, Debug)]
pub struct CompiledGrant {
    /// Window, members, conditions, ticket, purpose, owner.
    pub grant: Grant,
    pub vendor: Vendor,
    /// For [`Grant::check_live`] and the ends of sessions.
    pub guardrails: Guardrails,
    pub warehouse: WarehouseName,
    pub exposed: Arc<ExposedCatalog>,
    pub limits: EffectiveLimits,
    /// The path of its warehouse connections: schemas that exist and hold no operators that are not classified (enforcement W2, W9).
    pub pinned_search_path: Vec<String>,
    /// Pseudonym domains whose keys its masks read, those of broken columns too: [`crate::mask::keys`].
    pub key_domains: BTreeSet<String>,
    /// What stands in the warehouse for its relations, where views do, and what differs from that now.
    pub views: Option<Views>,
    /// The contracts that it stands on.
    pub contracts: Vec<(ContractId, Version)>,
    /// SHA-256 of all that plans depend on, hexadecimal: equal for revisions under which every plan stays good.
    pub digest: String,
}

/// The views of a grant.
#[derive(Clone, Debug)]
pub struct Views {
    pub planned: GrantViews,
    /// What must not be read until it is as planned.
    pub differences: Vec<Difference>,
}

impl CompiledGrant {
    /// The grant's name.
    pub fn name(&self) -> &GrantName {
        &self.grant.name
    }

    /// The vendor's name.
    pub fn vendor_name(&self) -> &VendorName {
        &self.vendor.name
    }

    /// What the grant opens beyond SELECT, as enforcement needs it.
    pub fn export(&self) -> Export {
        let export = &self.limits.export;
        Export { copy_out: export.copy_out, cursor_fetch: export.cursor_fetch, explain: export.explain }
    }

    /// A person whom `provider` vouches for, with these groups of that provider, is a member.
    pub fn admits(&self, provider: &str, groups: &[String]) -> bool {
        let mut of_grant =
            self.vendor.groups.iter().filter(|group| self.grant.members.iter().any(|member| member.value == group.name.value));
        of_grant.any(|group| group.has_member(provider, groups))
    }
}

impl CompiledPolicy {
    /// The policy, when the warehouses keep all of it.
    ///
    /// # Errors
    /// What they do not keep, with the places of the promises.
    pub fn whole(self) -> Result<Self, Diagnostics> {
        if self.drift.is_empty() { Ok(self) } else { Err(drift::diagnostics(&self.drift)) }
    }

    /// The grant that a database name picks.
    pub fn grant_for_database(&self, database: &str) -> Option<&Arc<CompiledGrant>> {
        self.grants.iter().find(|grant| grant.grant.database.value == database)
    }

    /// The grants that have the person among their members.
    pub fn grants_of(&self, provider: &str, groups: &[String]) -> impl Iterator<Item = &Arc<CompiledGrant>> {
        self.grants.iter().filter(move |grant| grant.admits(provider, groups))
    }
}
