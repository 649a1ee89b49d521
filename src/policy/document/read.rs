//! Document → policy: identity, vendors, guardrails, masks. The key table is checked first; here is what a table cannot say.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::base::{Timestamp, VendorName};
use crate::document::{Diagnostics, MaskSpec, Node, Spanned, check, quoted};

use super::model::{
    Contacts, Export, Group, Guardrails, IdentityProvider, MaskRule, Policy, ProviderKind, Pseudonyms, TlsVersion,
    UntaggedColumns, Vendor, VendorContract, VendorKind,
};
use super::read_grant::read_grant;
use super::read_test::read_test;
use super::{SHAPE, TagPattern};

const HOUR: u64 = 60 * 60;

/// Reads a policy and tells every mistake. Parts that are wrong are left out, so that the rest can still be held against the contracts;
/// the result is of use only when `diagnostics` stayed empty.
pub fn read(document: &Node, diagnostics: &mut Diagnostics) -> Policy {
    check(document, &SHAPE, diagnostics);
    let metadata = document.get("metadata");
    let untagged = document.get("untagged_columns").and_then(|rule| rule.get("classification_required")).and_then(Node::bool);
    let mut policy = Policy {
        name: metadata.and_then(|node| text(node, "name")).unwrap_or_default(),
        revision: metadata.and_then(|node| text(node, "revision")),
        identity_providers: items(document, "identity_providers").filter_map(provider).collect(),
        vendors: items(document, "vendors").filter_map(|node| vendor(node, diagnostics)).collect(),
        guardrails: guardrails(document.get("guardrails"), diagnostics),
        mask_rules: items(document, "mask_rules").filter_map(mask_rule).collect(),
        untagged_columns: UntaggedColumns { classification_required: untagged.unwrap_or(true) },
        pseudonyms: document.get("pseudonyms").and_then(|node| Some(Pseudonyms { key: node.get("key")?.spanned_text()? })),
        grants: items(document, "grants").filter_map(read_grant).collect(),
        tests: items(document, "tests").filter_map(read_test).collect(),
        complete: false,
    };
    policy.complete = policy.grants.len() == items(document, "grants").count();
    let providers: Vec<&str> = items(document, "identity_providers").filter_map(|node| node.get("name")?.text()).collect();
    check_names(&policy, &providers, diagnostics);
    policy
}

pub(super) fn items<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = &'n Node> {
    node.get(key).map(Node::items).unwrap_or_default().iter()
}

pub(super) fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key)?.text().map(str::to_owned)
}

fn provider(node: &Node) -> Option<IdentityProvider> {
    let kind = match node.get("kind")?.text()? {
        "local" => ProviderKind::Local,
        _ => return None,
    };
    Some(IdentityProvider { name: node.get("name")?.spanned_text()?, kind })
}

fn vendor(node: &Node, diagnostics: &mut Diagnostics) -> Option<Vendor> {
    let name = node.get("name")?.spanned_text()?;
    let kind = if node.get("kind").and_then(Node::text) == Some("internal") { VendorKind::Internal } else { VendorKind::Vendor };
    for key in ["legal_entity", "contract", "contacts"] {
        if kind == VendorKind::Vendor && node.get(key).is_none() {
            diagnostics.push(&node.at, format!("missing key {} of a vendor (only kind: internal goes without)", quoted(key)));
        }
    }
    Some(Vendor {
        name: VendorName::new(name.value),
        kind,
        legal_entity: text(node, "legal_entity"),
        contract: node.get("contract").and_then(vendor_contract),
        contacts: node
            .get("contacts")
            .and_then(|of| Some(Contacts { security: text(of, "security")?, owner: text(of, "owner")? })),
        groups: items(node, "groups").filter_map(group).collect(),
        at: name.at,
    })
}

fn vendor_contract(node: &Node) -> Option<VendorContract> {
    let signed = node.get("dpa_signed")?;
    let ends = node.get("ends")?;
    let after = ends.date()?.tomorrow().ok()?;
    Some(VendorContract {
        id: text(node, "id")?,
        dpa_signed: Spanned::new(signed.bool()?, signed.at.clone()),
        last_day: ends.text()?.to_owned(),
        ends: Timestamp::parse(&format!("{after}T00:00:00Z")).ok()?,
    })
}

fn group(node: &Node) -> Option<Group> {
    Some(Group {
        name: node.get("name")?.spanned_text()?,
        identity_providers: node.get("idp")?.texts(),
        matches: text(node.get("match")?, "groups")?,
    })
}

fn guardrails(node: Option<&Node>, diagnostics: &mut Diagnostics) -> Guardrails {
    let get = |key: &str| node.and_then(|node| node.get(key));
    let duration = |key: &str, default: u64| get(key).and_then(Node::duration).unwrap_or(Duration::from_secs(default));
    let (show, export) = statements(get("statements"), diagnostics);
    let tls = get("require").and_then(|node| node.get("tls"));
    Guardrails {
        deny_tags: get("deny_tags")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(|tag| TagPattern::parse(tag.text()?))
            .collect(),
        show,
        export,
        max_grant_duration: duration("max_grant_duration", 180 * 24 * HOUR),
        max_session: duration("max_session", 12 * HOUR),
        idle_timeout: duration("idle_timeout", HOUR / 2),
        statement_timeout: duration("statement_timeout", HOUR / 4),
        require_tls: tls.and_then(|node| Some(Spanned::new(tls_version(node.text()?)?, node.at.clone()))),
        min_group_size: get("min_group_size").and_then(Node::count).unwrap_or(10),
    }
}

fn tls_version(text: &str) -> Option<TlsVersion> {
    match text {
        "1.2" => Some(TlsVersion::V1_2),
        "1.3" => Some(TlsVersion::V1_3),
        _ => None,
    }
}

/// What `statements` opens: SHOW, and the upper bound of every grant's export. Cursors follow from select.
fn statements(node: Option<&Node>, diagnostics: &mut Diagnostics) -> (bool, Export) {
    let Some(node) = node else { return (true, Export { copy_out: false, cursor_fetch: true, explain: false }) };
    let has = |word: &str| node.items().iter().any(|item| item.text() == Some(word));
    if !has("select") {
        diagnostics.push(&node.at, "needs \"select\": without it no grant could be used");
    }
    (has("show"), Export { copy_out: has("copy_out"), cursor_fetch: true, explain: has("explain_plan") })
}

fn mask_rule(node: &Node) -> Option<MaskRule> {
    let tag = node.get("tag")?;
    Some(MaskRule { tag: TagPattern::parse(tag.text()?)?, mask: MaskSpec::read(node.get("mask")?, "name")?, at: tag.at.clone() })
}

/// Names that must be told apart, and providers that groups refer to.
fn check_names(policy: &Policy, providers: &[&str], diagnostics: &mut Diagnostics) {
    let mut seen = BTreeSet::new();
    for provider in &policy.identity_providers {
        if !seen.insert(&provider.name.value) {
            diagnostics.push(&provider.name.at, format!("identity provider {} is defined twice", quoted(&provider.name.value)));
        }
    }
    let mut local = policy.identity_providers.iter().filter(|provider| provider.kind == ProviderKind::Local);
    if let (Some(first), Some(second)) = (local.next(), local.next()) {
        let name = quoted(&first.name.value);
        diagnostics.push(&second.name.at, format!("a second provider of kind local: people.yaml belongs to {name}"));
    }
    let mut vendors = BTreeSet::new();
    let mut rules = BTreeSet::new();
    for vendor in &policy.vendors {
        if !vendors.insert(&vendor.name) {
            diagnostics.push(&vendor.at, format!("vendor {} is defined twice", quoted(vendor.name.as_str())));
        }
        check_groups(vendor, providers, diagnostics);
    }
    for rule in &policy.mask_rules {
        if !rules.insert(&rule.tag) {
            diagnostics.push(&rule.at, format!("a second mask rule for tag {}", quoted(&rule.tag.to_string())));
        }
    }
}

fn check_groups(vendor: &Vendor, providers: &[&str], diagnostics: &mut Diagnostics) {
    let mut groups = BTreeSet::new();
    for group in &vendor.groups {
        if !groups.insert(&group.name.value) {
            diagnostics.push(&group.name.at, format!("group {} is defined twice", quoted(&group.name.value)));
        }
        for provider in &group.identity_providers {
            if !providers.contains(&provider.value.as_str()) {
                diagnostics.unknown(&provider.at, "identity provider", &provider.value, providers.iter().copied());
            }
        }
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
pub(in crate::policy) mod tests;
