//! What a policy says about contracts, held against the contracts: names that must exist, windows that must fit, conflicts.
//! The warehouse is not needed; what needs it is compiled later.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{Contract, Relation, highest_in_force};
use crate::document::{Diagnostics, Spanned, quoted};
use crate::policy::masking::Masking;

use super::model::{Expectation, Grant, GrantRelation, Policy, Product, Vendor, VendorKind};

/// What a policy is held against.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    pub contracts: &'a [Contract],
    /// `false`: some contract could not be read, so one that is not found is no mistake of the policy.
    pub contracts_complete: bool,
    /// The names in the server's configuration; `None` when it could not be read.
    pub warehouses: Option<&'a [&'a str]>,
}

/// Tells every mistake that can be seen without a warehouse.
pub fn cross_check(policy: &Policy, around: Surroundings<'_>, diagnostics: &mut Diagnostics) {
    check_contracts(around, diagnostics);
    let mut names = BTreeSet::new();
    let mut databases: BTreeMap<&str, &Grant> = BTreeMap::new();
    for grant in &policy.grants {
        if !names.insert(&grant.name) {
            diagnostics.push(&grant.at, format!("grant {} is defined twice", quoted(grant.name.as_str())));
        }
        if let Some(first) = databases.insert(&grant.database.value, grant) {
            let (database, first) = (quoted(&grant.database.value), quoted(first.name.as_str()));
            diagnostics.push(&grant.database.at, format!("database {database} is grant {first}'s already"));
        }
        check_vendor(policy, grant, diagnostics);
        check_window(policy, grant, diagnostics);
        check_products(policy, grant, around, diagnostics);
    }
    check_tests(policy, diagnostics);
}

/// The contract that a product uses: the highest version that its requirement accepts; one that is not in force yet, or no more, only where there is no other.
pub fn find_contract<'c>(contracts: &'c [Contract], product: &Product) -> Option<&'c Contract> {
    let named = contracts.iter().filter(|contract| contract.id == product.contract.value);
    highest_in_force(named.filter(|contract| product.version.value.accepts(contract.version)))
}

fn check_contracts(around: Surroundings<'_>, diagnostics: &mut Diagnostics) {
    let mut seen = BTreeSet::new();
    for contract in around.contracts {
        if !seen.insert((&contract.id, contract.version)) {
            diagnostics
                .push(&contract.at, format!("contract {} {} is defined twice", quoted(contract.id.as_str()), contract.version));
        }
        let warehouse = &contract.server.warehouse;
        if let Some(warehouses) = around.warehouses.filter(|known| !known.contains(&warehouse.value.as_str())) {
            diagnostics.unknown(&warehouse.at, "warehouse", warehouse.value.as_str(), warehouses.iter().copied());
        }
    }
}

fn check_vendor(policy: &Policy, grant: &Grant, diagnostics: &mut Diagnostics) {
    let name = &grant.vendor;
    let Some(vendor) = policy.vendor(&name.value) else {
        let known = policy.vendors.iter().map(|vendor| vendor.name.as_str());
        return diagnostics.unknown(&name.at, "vendor", name.value.as_str(), known);
    };
    for member in &grant.members {
        if vendor.groups.iter().all(|group| group.name.value != member.value) {
            let known = vendor.groups.iter().map(|group| group.name.value.as_str());
            diagnostics.unknown_in(
                &member.at,
                "group",
                &member.value,
                &format!("of vendor {}", quoted(vendor.name.as_str())),
                known,
            );
        }
    }
    check_vendor_contract(vendor, grant, diagnostics);
}

fn check_vendor_contract(vendor: &Vendor, grant: &Grant, diagnostics: &mut Diagnostics) {
    let Some(contract) = vendor.contract.as_ref().filter(|_| vendor.kind == VendorKind::Vendor) else { return };
    let name = quoted(vendor.name.as_str());
    if !contract.dpa_signed.value {
        diagnostics
            .push(&grant.vendor.at, format!("vendor {name} has not signed the data processing agreement (dpa_signed: false)"));
    }
    if grant.engagement.ends > contract.ends {
        let message = format!("the grant outlives the contract with vendor {name}, whose last day is {}", contract.last_day);
        diagnostics.push(&grant.engagement.at, message);
    }
}

fn check_window(policy: &Policy, grant: &Grant, diagnostics: &mut Diagnostics) {
    let engagement = &grant.engagement;
    if engagement.ends <= engagement.starts {
        return diagnostics.push(&engagement.at, "ends before it starts");
    }
    let longest = policy.guardrails.max_grant_duration;
    if engagement.ends.since(engagement.starts) > longest {
        let days = longest.as_secs().div_ceil(24 * 60 * 60);
        diagnostics
            .push(&engagement.at, format!("the grant is longer than the guardrail max_grant_duration ({days} days) allows"));
    }
}

fn check_products(policy: &Policy, grant: &Grant, around: Surroundings<'_>, diagnostics: &mut Diagnostics) {
    let mut opened: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut warehouse: Option<&str> = None;
    for product in &grant.products {
        let Some(contract) = known_contract(product, around, diagnostics) else { continue };
        let stands_on = contract.server.warehouse.value.as_str();
        let known = around.warehouses.is_none_or(|warehouses| warehouses.contains(&stands_on));
        if known && *warehouse.get_or_insert(stands_on) != stands_on {
            let (here, first) = (quoted(stands_on), quoted(warehouse.unwrap_or_default()));
            let message =
                format!("stands on warehouse {here}, the grant's first product on {first}: all products need one warehouse");
            diagnostics.push(&product.contract.at, message);
        }
        check_role(product, contract, diagnostics);
        for rule in &product.relations {
            let Some(relation) = contract.relation(&rule.name.value) else {
                let within = format!("in contract {}", quoted(contract.id.as_str()));
                diagnostics.unknown_in(&rule.name.at, "relation", &rule.name.value, &within, contract.relation_names());
                continue;
            };
            if !opened.insert((&contract.server.schema.value, &relation.name)) {
                let name = quoted(&format!("{}.{}", contract.server.schema.value, relation.name));
                diagnostics.push(&rule.name.at, format!("two products of the grant open {name}"));
            }
            check_relation(policy, rule, relation, diagnostics);
        }
    }
}

fn known_contract<'c>(product: &Product, around: Surroundings<'c>, diagnostics: &mut Diagnostics) -> Option<&'c Contract> {
    let found = find_contract(around.contracts, product);
    if found.is_some() || !around.contracts_complete {
        return found;
    }
    let id = &product.contract.value;
    let same_id = around.contracts.iter().filter(|contract| contract.id == *id);
    let versions: Vec<String> = same_id.map(|contract| contract.version.to_string()).collect();
    if versions.is_empty() {
        let known = around.contracts.iter().map(|contract| contract.id.as_str());
        diagnostics.unknown(&product.contract.at, "contract", id.as_str(), known);
    } else {
        let (name, versions) = (quoted(id.as_str()), versions.join(", "));
        let message = format!("no version of contract {name} fits {}: there is {versions}", product.version.value);
        diagnostics.push(&product.version.at, message);
    }
    None
}

fn check_role(product: &Product, contract: &Contract, diagnostics: &mut Diagnostics) {
    let Some(role) = contract.roles.iter().find(|role| role.name.value == product.role.value) else {
        let within = format!("in contract {}", quoted(contract.id.as_str()));
        let known = contract.roles.iter().map(|role| role.name.value.as_str());
        return diagnostics.unknown_in(&product.role.at, "role", &product.role.value, &within, known);
    };
    if role.access.as_deref() == Some("aggregate") && product.aggregate_only.is_none() {
        let name = quoted(&role.name.value);
        diagnostics
            .push(&product.role.at, format!("role {name} gives access to aggregates only: the product needs aggregate_only"));
    }
}

fn check_relation(policy: &Policy, rule: &GrantRelation, relation: &Relation, diagnostics: &mut Diagnostics) {
    for column in &rule.columns {
        let Some(known) = relation.column(&column.value) else {
            let within = format!("in relation {}", quoted(&relation.name));
            diagnostics.unknown_in(&column.at, "column", &column.value, &within, relation.column_names());
            continue;
        };
        check_masking(policy.masking(known, rule), column, diagnostics);
    }
    for (name, mask) in &rule.masks {
        if rule.columns.iter().all(|column| column.value != *name) {
            diagnostics.unknown_in(
                &mask.at,
                "column",
                name,
                "in the columns of this rule",
                rule.columns.iter().map(|column| column.value.as_str()),
            );
        }
    }
}

/// A column that is listed must be shown, in whatever form: one that turns out hidden is a mistake.
fn check_masking(masking: Masking<'_>, column: &Spanned<String>, diagnostics: &mut Diagnostics) {
    let name = quoted(&column.value);
    let why = match masking {
        Masking::None => return,
        Masking::Grant(mask) if mask.name == "hidden" => "its mask here is hidden".to_owned(),
        Masking::TagRule(mask, tag) if mask.name == "hidden" => {
            format!("the mask rule for {tag} hides it; write a mask for it here")
        }
        Masking::Grant(_) | Masking::TagRule(_, _) => return,
        Masking::DeniedTag(tag) => format!("the guardrails deny its tag {tag}"),
        Masking::Unclassified => "it has neither tags nor a classification".to_owned(),
        Masking::Conflict(one, other) => {
            let message =
                format!("the mask rules for {one} and {other} are equally specific for column {name}; write a mask for it here");
            return diagnostics.push(&column.at, message);
        }
    };
    diagnostics.push(&column.at, format!("column {name} is listed and cannot be shown: {why}"));
}

fn check_tests(policy: &Policy, diagnostics: &mut Diagnostics) {
    let mut names = BTreeSet::new();
    for test in &policy.tests {
        if !names.insert(&test.name) {
            diagnostics.push(&test.at, format!("test {} is defined twice", quoted(&test.name)));
        }
        let database = &test.given.database;
        if test.then.decision == Expectation::Allow && policy.complete && policy.grant_for_database(&database.value).is_none() {
            let known = policy.grants.iter().map(|grant| grant.database.value.as_str());
            diagnostics.unknown(&database.at, "database", &database.value, known);
        }
        let vendor = &test.given.vendor;
        if policy.vendor(&vendor.value).is_none() {
            let known = policy.vendors.iter().map(|vendor| vendor.name.as_str());
            diagnostics.unknown(&vendor.at, "vendor", vendor.value.as_str(), known);
        }
    }
}

#[cfg(test)]
#[path = "cross_check_tests.rs"]
mod tests;
