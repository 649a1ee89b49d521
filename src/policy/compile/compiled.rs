//! What a policy compiles to: immutable, shared by all sessions of a grant.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::base::{ContractId, GrantName, Timestamp, VendorName, WarehouseName};
use crate::catalog::ExposedCatalog;
use crate::contract::{NotInForce, Term, Version};
use crate::document::{Diagnostic, Diagnostics};
use crate::enforce::Export;
use crate::policy::document::{Grant, Guardrails, Vendor};
use crate::policy::limits::EffectiveLimits;
use crate::policy::session_end::NotLive;
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
    /// The contracts that it stands on, each once.
    pub contracts: Vec<UsedContract>,
    /// SHA-256 of all that plans depend on, hexadecimal: equal for revisions under which every plan stays good.
    pub digest: String,
}

/// A contract that a grant stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedContract {
    pub id: ContractId,
    pub version: Version,
    pub term: Term,
}

/// The earliest end of life.
pub(super) fn end_of_contracts(contracts: &[UsedContract]) -> Option<Timestamp> {
    contracts.iter().filter_map(|contract| contract.term.end_of_life).min()
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

    /// Checks that every contract that it stands on is in force.
    ///
    /// # Errors
    /// One is not.
    pub fn check_contracts(&self, now: Timestamp) -> Result<(), NotLive> {
        let not_live = |reason| match reason {
            NotInForce::NotYet => NotLive::ContractNotInForce,
            NotInForce::Ended => NotLive::ContractEnded,
        };
        self.contracts.iter().try_for_each(|contract| contract.term.check(now).map_err(not_live))
    }

    /// The earliest end of life of its contracts.
    pub fn end_of_contracts(&self) -> Option<Timestamp> {
        end_of_contracts(&self.contracts)
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
