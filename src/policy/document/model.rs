//! The typed policy. Names are as written; what they refer to is checked by `cross_check`.

use std::collections::BTreeMap;
use std::time::Duration;

use core::net::IpAddr;

use crate::base::{ContractId, GrantName, Timestamp, VendorName};
use crate::contract::Requirement;
use crate::document::{MaskSpec, Span, Spanned, TimeOfDay};

use super::{Network, TagPattern};

/// One policy file.
#[derive(Clone, Debug)]
pub struct Policy {
    pub name: String,
    pub revision: Option<String>,
    pub identity_providers: Vec<IdentityProvider>,
    pub vendors: Vec<Vendor>,
    pub guardrails: Guardrails,
    pub mask_rules: Vec<MaskRule>,
    pub untagged_columns: UntaggedColumns,
    pub pseudonyms: Option<Pseudonyms>,
    pub grants: Vec<Grant>,
    pub tests: Vec<PolicyTest>,
    /// Every grant of the file was read; `false` only together with diagnostics.
    pub complete: bool,
}

/// Who can prove who people are.
#[derive(Clone, Debug)]
pub struct IdentityProvider {
    pub name: Spanned<String>,
    pub kind: ProviderKind,
}

/// How an identity provider proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    /// people.yaml: SCRAM verifiers.
    Local,
}

/// A company, or a part of our own.
#[derive(Clone, Debug)]
pub struct Vendor {
    pub name: VendorName,
    pub kind: VendorKind,
    pub legal_entity: Option<String>,
    pub contract: Option<VendorContract>,
    pub contacts: Option<Contacts>,
    pub groups: Vec<Group>,
    pub at: Span,
}

/// Whether a contract and a data processing agreement are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VendorKind {
    Vendor,
    /// Own staff, auditors.
    Internal,
}

/// The contract with a vendor.
#[derive(Clone, Debug)]
pub struct VendorContract {
    pub id: String,
    pub dpa_signed: Spanned<bool>,
    /// The last day, as written.
    pub last_day: String,
    /// The first instant after the last day (UTC).
    pub ends: Timestamp,
}

/// Whom to ask about a vendor.
#[derive(Clone, Debug)]
pub struct Contacts {
    pub security: String,
    pub owner: String,
}

/// A group of a vendor's people.
#[derive(Clone, Debug)]
pub struct Group {
    pub name: Spanned<String>,
    pub identity_providers: Vec<Spanned<String>>,
    /// What the identity provider calls it.
    pub matches: String,
}

/// Hard limits that nothing below can loosen.
#[derive(Clone, Debug)]
pub struct Guardrails {
    pub deny_tags: Vec<TagPattern>,
    /// SHOW is open.
    pub show: bool,
    /// Upper bound of every grant's export.
    pub export: Export,
    pub max_grant_duration: Duration,
    pub max_session: Duration,
    pub idle_timeout: Duration,
    pub statement_timeout: Duration,
    /// Least TLS version, when one is demanded.
    pub require_tls: Option<Spanned<TlsVersion>>,
    pub min_group_size: u64,
}

/// A TLS version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    V1_2,
    V1_3,
}

/// What a grant opens beyond rows on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Export {
    pub copy_out: bool,
    pub cursor_fetch: bool,
    pub explain: bool,
}

/// Tag → mask.
#[derive(Clone, Debug)]
pub struct MaskRule {
    pub tag: TagPattern,
    pub mask: MaskSpec,
    pub at: Span,
}

/// Columns without tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UntaggedColumns {
    /// Without a classification they are hidden.
    pub classification_required: bool,
}

/// How keyed masks are keyed: HMAC-SHA256, per engagement.
#[derive(Clone, Debug)]
pub struct Pseudonyms {
    /// `file:PATH` or `env:NAME`.
    pub key: Spanned<String>,
}

/// One grant.
#[derive(Clone, Debug)]
pub struct Grant {
    pub name: GrantName,
    pub vendor: Spanned<VendorName>,
    pub members: Vec<Spanned<String>>,
    pub engagement: Engagement,
    pub conditions: Conditions,
    pub database: Spanned<String>,
    pub products: Vec<Product>,
    pub limits: GrantLimits,
    /// The place of the name.
    pub at: Span,
}

/// Why, for whom, from when to when.
#[derive(Clone, Debug)]
pub struct Engagement {
    pub ticket: String,
    pub purpose: String,
    pub owner: String,
    pub starts: Timestamp,
    pub ends: Timestamp,
    pub at: Span,
}

/// When and from where a grant may be used. Nothing written = always, from everywhere.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// In the time zone of `hours`, else UTC; monday first.
    pub days: Option<[bool; 7]>,
    pub hours: Option<Hours>,
    pub networks: Option<Vec<Network>>,
}

/// A window of the day.
#[derive(Clone, Debug)]
pub struct Hours {
    pub from: TimeOfDay,
    /// Not later than `from`: on the next day.
    pub to: TimeOfDay,
    pub zone: jiff::tz::TimeZone,
    /// As written.
    pub zone_name: String,
}

/// What a grant opens of one contract.
#[derive(Clone, Debug)]
pub struct Product {
    pub contract: Spanned<ContractId>,
    pub version: Spanned<Requirement>,
    pub role: Spanned<String>,
    pub aggregate_only: Option<AggregateOnly>,
    pub relations: Vec<GrantRelation>,
}

/// No rows, only statistics over groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AggregateOnly {
    pub min_entities: u64,
    pub round_to: Option<u64>,
    pub small_groups: SmallGroups,
    pub distinct_queries_per_day: Option<u64>,
}

/// What happens to groups below the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmallGroups {
    Suppress,
    Merge,
}

/// One relation of a product.
#[derive(Clone, Debug)]
pub struct GrantRelation {
    /// The contract's name.
    pub name: Spanned<String>,
    /// The contract's names.
    pub columns: Vec<Spanned<String>>,
    /// SQL over physical names.
    pub row_filter: Option<Spanned<String>>,
    /// `schema.relation` that sub-selects of row filters may read.
    pub reference: Vec<Spanned<String>>,
    /// By the contract's column name.
    pub masks: BTreeMap<String, MaskSpec>,
}

/// A grant's own numbers; `None` = not limited by the grant.
#[derive(Clone, Copy, Debug)]
pub struct GrantLimits {
    pub rows_per_query: Option<u64>,
    pub rows_per_day: Option<u64>,
    pub bytes_per_day: Option<u64>,
    pub statement_timeout: Option<Duration>,
    pub concurrent_statements: Option<u32>,
    pub export: Export,
}

/// One case of `tests`.
#[derive(Clone, Debug)]
pub struct PolicyTest {
    pub name: String,
    pub given: Given,
    pub when: Spanned<String>,
    pub then: Then,
    pub at: Span,
}

/// Who asks, from where, when.
#[derive(Clone, Debug)]
pub struct Given {
    pub database: Spanned<String>,
    pub vendor: Spanned<VendorName>,
    pub groups: Vec<String>,
    pub user: Option<String>,
    pub from: IpAddr,
    pub at: Timestamp,
}

/// What must come of it. What is not written is not looked at.
#[derive(Clone, Debug)]
pub struct Then {
    pub decision: Expectation,
    pub code: Option<String>,
    pub sqlstate: Option<String>,
    /// Mask name (or `none`) by column.
    pub columns: Option<BTreeMap<String, String>>,
    /// Row filters by relation.
    pub row_filters: Option<BTreeMap<String, Vec<String>>>,
}

/// Answered or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    Allow,
    Deny,
}

impl Policy {
    /// The vendor of that name.
    pub fn vendor(&self, name: &VendorName) -> Option<&Vendor> {
        self.vendors.iter().find(|vendor| vendor.name == *name)
    }

    /// The grant that a database name picks.
    pub fn grant_for_database(&self, database: &str) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.database.value == database)
    }

    /// The identity provider that people.yaml belongs to.
    pub fn local_provider(&self) -> Option<&str> {
        let local = self.identity_providers.iter().find(|provider| provider.kind == ProviderKind::Local)?;
        Some(&local.name.value)
    }
}
