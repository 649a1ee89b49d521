//! Which mask a column gets: the grant's own, else the most specific tag rule's, else none.

use crate::contract::Column;
use crate::document::MaskSpec;

use super::document::{GrantRelation, MaskRule, Policy, TagPattern};

/// What a policy says about one column of a contract, before the mask is held against the column's type and minimum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Masking<'p> {
    /// The value itself is shown.
    None,
    /// The grant names the mask.
    Grant(&'p MaskSpec),
    /// A tag rule does.
    TagRule(&'p MaskSpec, &'p TagPattern),
    /// A guardrail denies a tag of the column.
    DeniedTag(&'p str),
    /// Neither tags nor a classification: hidden.
    Unclassified,
    /// Two rules of equal specificity ask for different masks.
    Conflict(&'p TagPattern, &'p TagPattern),
}

impl Policy {
    /// The masking of a contract's column under a grant's rule for its relation. Guardrails come first: no grant gets past them.
    pub fn masking<'p>(&'p self, column: &'p Column, relation: &'p GrantRelation) -> Masking<'p> {
        let tags = || column.tags.iter().map(|tag| tag.value.as_str());
        if let Some(denied) = tags().find(|tag| self.guardrails.deny_tags.iter().any(|pattern| pattern.matches(tag))) {
            return Masking::DeniedTag(denied);
        }
        if let Some(mask) = relation.masks.get(&column.name) {
            return Masking::Grant(mask);
        }
        if column.tags.is_empty() {
            let hidden = column.classification.is_none() && self.untagged_columns.classification_required;
            return if hidden { Masking::Unclassified } else { Masking::None };
        }
        let matching = self.mask_rules.iter().filter(|rule| tags().any(|tag| rule.tag.matches(tag)));
        most_specific(matching)
    }
}

fn most_specific<'p>(rules: impl Iterator<Item = &'p MaskRule>) -> Masking<'p> {
    let mut best: Option<&MaskRule> = None;
    let mut rival: Option<&MaskRule> = None;
    for rule in rules {
        match best.map(|best| rule.tag.specificity().cmp(&best.tag.specificity())) {
            None | Some(std::cmp::Ordering::Greater) => (best, rival) = (Some(rule), None),
            Some(std::cmp::Ordering::Equal) if best.is_some_and(|best| !same(&best.mask, &rule.mask)) => rival = Some(rule),
            Some(std::cmp::Ordering::Equal | std::cmp::Ordering::Less) => {}
        }
    }
    match (best, rival) {
        (Some(best), Some(rival)) => Masking::Conflict(&best.tag, &rival.tag),
        (Some(best), None) => Masking::TagRule(&best.mask, &best.tag),
        (None, _) => Masking::None,
    }
}

fn same(a: &MaskSpec, b: &MaskSpec) -> bool {
    a.name == b.name && a.parameters == b.parameters
}
