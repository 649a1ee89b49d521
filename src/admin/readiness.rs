//! Is the gate fit for work? Part by part, as `/readyz` tells it.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};

use crate::audit::{Durability, JournalState};

/// The state of the parts at one instant.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Where clients connect.
    pub listeners: Vec<SocketAddr>,
    pub journal: JournalPart,
    pub warehouses: Vec<WarehousePart>,
    pub policy: PolicyPart,
}

/// The audit journal.
#[derive(Clone, Copy, Debug)]
pub struct JournalPart {
    pub durability: Durability,
    pub state: JournalState,
}

/// One warehouse.
#[derive(Clone, Debug)]
pub struct WarehousePart {
    /// Its name in the configuration.
    pub name: String,
    /// Its latest introspection succeeded.
    pub reachable: bool,
    /// Since its live catalog was read; `None` before the first time.
    pub catalog_age: Option<Duration>,
}

/// The configuration in force.
#[derive(Clone, Debug)]
pub struct PolicyPart {
    pub revision: String,
    /// A newer one was rejected.
    pub newer_rejected: bool,
    /// Objects that are refused because the warehouses do not keep them. The others work: no reason not to be ready.
    pub broken_objects: usize,
}

impl Parts {
    /// Why the gate should get no new clients; empty when it should. One warehouse of several that is away is no reason: the grants on the others work.
    pub(super) fn reasons(&self, draining: bool) -> Vec<&'static str> {
        let mut reasons = Vec::new();
        if draining {
            reasons.push("draining");
        }
        if self.listeners.is_empty() {
            reasons.push("not listening");
        }
        match self.journal.state {
            JournalState::Writable => {}
            JournalState::Full => reasons.push("audit journal: disk full"),
            JournalState::Failed => reasons.push("audit journal: failed"),
            JournalState::Closed => reasons.push("audit journal: closed"),
        }
        if !self.warehouses.iter().any(|warehouse| warehouse.reachable && warehouse.catalog_age.is_some()) {
            reasons.push("no warehouse is reachable");
        }
        reasons
    }

    /// The answer of `/readyz`.
    pub(super) fn to_json(&self, draining: bool) -> Value {
        let reasons = self.reasons(draining);
        let warehouses: Vec<Value> = self
            .warehouses
            .iter()
            .map(|warehouse| {
                json!({
                    "name": warehouse.name,
                    "reachable": warehouse.reachable,
                    "catalog_age_seconds": warehouse.catalog_age.map(|age| age.as_secs()),
                })
            })
            .collect();
        json!({
            "ready": reasons.is_empty(),
            "reasons": reasons,
            "listeners": self.listeners.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "journal": {"durability": self.journal.durability.as_str(), "state": word(self.journal.state)},
            "warehouses": warehouses,
            "policy": {
                "revision": self.policy.revision,
                "newer_rejected": self.policy.newer_rejected,
                "broken_objects": self.policy.broken_objects,
            },
        })
    }
}

const fn word(state: JournalState) -> &'static str {
    match state {
        JournalState::Writable => "writable",
        JournalState::Full => "full",
        JournalState::Failed => "failed",
        JournalState::Closed => "closed",
    }
}

#[cfg(test)]
pub(super) fn healthy_parts() -> Parts {
    Parts {
        listeners: vec![SocketAddr::from(([127, 0, 0, 1], 6432))],
        journal: JournalPart { durability: Durability::Fsync, state: JournalState::Writable },
        warehouses: vec![WarehousePart { name: "shop".to_owned(), reachable: true, catalog_age: Some(Duration::from_secs(5)) }],
        policy: PolicyPart { revision: "7".to_owned(), newer_rejected: false, broken_objects: 0 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name for the case, what goes wrong, whether the gate is draining.
    type Case = (&'static str, fn(&mut Parts), bool);

    #[test]
    fn each_part_that_is_not_fit_is_a_reason() {
        let cases: [Case; 6] = [
            ("draining", |_| {}, true),
            ("not listening", |parts| parts.listeners.clear(), false),
            ("audit journal: disk full", |parts| parts.journal.state = JournalState::Full, false),
            ("audit journal: failed", |parts| parts.journal.state = JournalState::Failed, false),
            ("no warehouse is reachable", |parts| parts.warehouses[0].reachable = false, false),
            ("no warehouse is reachable", |parts| parts.warehouses[0].catalog_age = None, false),
        ];
        for (reason, break_it, draining) in cases {
            let mut parts = healthy_parts();
            assert!(parts.reasons(false).is_empty());
            break_it(&mut parts);
            assert_eq!(parts.reasons(draining), [reason]);
        }
    }

    #[test]
    fn one_of_two_warehouses_away_a_rejected_revision_and_broken_objects_are_told_and_no_reason() {
        let mut parts = healthy_parts();
        parts.warehouses.push(WarehousePart { name: "other".to_owned(), reachable: false, catalog_age: None });
        parts.policy.newer_rejected = true;
        parts.policy.broken_objects = 3;
        let told = parts.to_json(false);
        assert_eq!(told["ready"], true);
        assert_eq!(told["policy"]["broken_objects"], 3);
        assert_eq!(told["warehouses"][1], json!({"name": "other", "reachable": false, "catalog_age_seconds": null}));
        assert_eq!(told["policy"], json!({"revision": "7", "newer_rejected": true, "broken_objects": 3}));
        assert_eq!(told["journal"], json!({"durability": "fsync", "state": "writable"}));
    }
}
