//! Document → policy: tests.

use std::collections::BTreeMap;

use crate::base::VendorName;
use crate::document::{Node, Spanned};

use super::model::{Expectation, Given, PolicyTest, Then};
use super::read::text;

/// Takes a test from its checked node; `None` when a part that it cannot do without is missing or wrong.
pub(super) fn read_test(node: &Node) -> Option<PolicyTest> {
    let name = node.get("name")?.spanned_text()?;
    Some(PolicyTest {
        given: given(node.get("given")?)?,
        when: node.get("when")?.spanned_text()?,
        then: then(node.get("then")?)?,
        name: name.value,
        at: name.at,
    })
}

fn given(node: &Node) -> Option<Given> {
    let subject = node.get("subject")?;
    let vendor = subject.get("vendor")?.spanned_text()?;
    Some(Given {
        database: node.get("database")?.spanned_text()?,
        vendor: Spanned::new(VendorName::new(vendor.value), vendor.at),
        groups: subject.get("groups")?.texts().into_iter().map(|group| group.value).collect(),
        user: text(subject, "user"),
        from: node.get("from")?.text()?.parse().ok()?,
        at: node.get("at")?.instant()?,
    })
}

fn then(node: &Node) -> Option<Then> {
    let decision = match node.get("decision")?.text()? {
        "allow" => Expectation::Allow,
        "deny" => Expectation::Deny,
        _ => return None,
    };
    let columns = node.get("columns").map(|map| {
        map.entries()
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), entry.value.text()?.to_owned())))
            .collect::<BTreeMap<_, _>>()
    });
    let row_filters = node.get("row_filters").map(|map| {
        let texts = |list: &Node| list.texts().into_iter().map(|filter| filter.value).collect();
        map.entries().iter().map(|entry| (entry.key.clone(), texts(&entry.value))).collect::<BTreeMap<_, Vec<String>>>()
    });
    Some(Then { decision, code: text(node, "code"), sqlstate: text(node, "sqlstate"), columns, row_filters })
}
