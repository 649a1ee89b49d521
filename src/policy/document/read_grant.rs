//! Document → policy: grants.

use crate::base::{ContractId, GrantName, VendorName};
use crate::contract::Requirement;
use crate::document::{MaskSpec, Node, Spanned};

use super::Network;
use super::model::{
    AggregateOnly, Conditions, Engagement, Export, Grant, GrantLimits, GrantRelation, Hours, Product, SmallGroups,
};
use super::read::{items, text};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Takes a grant from its checked node; `None` when a part that it cannot do without is missing or wrong.
pub(super) fn read_grant(node: &Node) -> Option<Grant> {
    let name = node.get("name")?.spanned_text()?;
    let vendor = node.get("vendor")?.spanned_text()?;
    Some(Grant {
        name: GrantName::new(name.value),
        vendor: Spanned::new(VendorName::new(vendor.value), vendor.at),
        members: node.get("members").map(Node::texts).unwrap_or_default(),
        engagement: engagement(node.get("engagement")?)?,
        conditions: node.get("conditions").map(conditions).unwrap_or_default(),
        database: node.get("database")?.spanned_text()?,
        products: items(node, "products").filter_map(product).collect(),
        limits: limits(node.get("limits")),
        at: name.at,
    })
}

fn engagement(node: &Node) -> Option<Engagement> {
    Some(Engagement {
        ticket: text(node, "ticket")?,
        purpose: text(node, "purpose")?,
        owner: text(node, "owner")?,
        starts: node.get("starts")?.instant()?,
        ends: node.get("ends")?.instant()?,
        at: node.get("ends")?.at.clone(),
    })
}

fn conditions(node: &Node) -> Conditions {
    let days = node.get("days").map(|listed| DAYS.map(|day| listed.items().iter().any(|item| item.text() == Some(day))));
    let networks =
        node.get("networks").map(|listed| listed.items().iter().filter_map(|item| Network::parse(item.text()?)).collect());
    Conditions { days, hours: node.get("hours").and_then(hours), networks }
}

fn hours(node: &Node) -> Option<Hours> {
    let zone_name = text(node, "timezone")?;
    Some(Hours {
        from: node.get("from")?.time_of_day()?,
        to: node.get("to")?.time_of_day()?,
        zone: jiff::tz::TimeZone::get(&zone_name).ok()?,
        zone_name,
    })
}

fn product(node: &Node) -> Option<Product> {
    let contract = node.get("contract")?.spanned_text()?;
    let version = node.get("version")?;
    Some(Product {
        contract: Spanned::new(ContractId::new(contract.value), contract.at),
        version: Spanned::new(Requirement::parse(version.text()?)?, version.at.clone()),
        role: node.get("role")?.spanned_text()?,
        aggregate_only: match node.get("aggregate_only") {
            Some(rule) => Some(aggregate_only(rule)?),
            None => None,
        },
        relations: node
            .get("relations")?
            .entries()
            .iter()
            .map(|entry| relation(Spanned::new(entry.key.clone(), entry.key_at.clone()), &entry.value))
            .collect(),
    })
}

fn aggregate_only(node: &Node) -> Option<AggregateOnly> {
    let count = |key: &str| node.get(key).and_then(Node::count);
    let merge = node.get("small_groups").and_then(Node::text) == Some("merge");
    Some(AggregateOnly {
        min_entities: count("min_entities")?,
        round_to: count("round_to"),
        small_groups: if merge { SmallGroups::Merge } else { SmallGroups::Suppress },
        distinct_queries_per_day: count("distinct_queries_per_day"),
    })
}

fn relation(name: Spanned<String>, node: &Node) -> GrantRelation {
    let masks = node.get("masks").map(Node::entries).unwrap_or_default();
    GrantRelation {
        name,
        columns: node.get("columns").map(Node::texts).unwrap_or_default(),
        row_filter: node.get("row_filter").and_then(Node::spanned_text),
        reference: node.get("reference").map(Node::texts).unwrap_or_default(),
        masks: masks.iter().filter_map(|entry| Some((entry.key.clone(), mask(entry.key_at.clone(), &entry.value)?))).collect(),
    }
}

/// The place of a grant's mask is that of the column it is for.
fn mask(at: crate::document::Span, node: &Node) -> Option<MaskSpec> {
    MaskSpec::read(node, "name").map(|mask| MaskSpec { at, ..mask })
}

fn limits(node: Option<&Node>) -> GrantLimits {
    let get = |key: &str| node.and_then(|node| node.get(key));
    let export = get("export");
    let flag = |key: &str, default| export.and_then(|node| node.get(key)).and_then(Node::bool).unwrap_or(default);
    GrantLimits {
        rows_per_query: get("rows_per_query").and_then(Node::count),
        rows_per_day: get("rows_per_day").and_then(Node::count),
        bytes_per_day: get("bytes_per_day").and_then(Node::size),
        statement_timeout: get("statement_timeout").and_then(Node::duration),
        concurrent_statements: get("concurrent_statements").and_then(Node::count).and_then(|count| u32::try_from(count).ok()),
        export: Export {
            copy_out: flag("copy_out", false),
            cursor_fetch: flag("cursor_fetch", true),
            explain: flag("explain", false),
        },
    }
}
