//! What reading a policy tells and takes.

use std::time::Duration;

use super::*;
use crate::document::{Value, parse};
use crate::policy::document::{Expectation, Network, SmallGroups};

pub(in crate::policy) const MODEL: &str = include_str!("../../../tests/fixtures/policy/policy.yaml");

pub(in crate::policy) fn read_text(text: &str) -> (Policy, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let document = parse("p.yaml", text, &mut diagnostics).unwrap();
    (read(&document, &mut diagnostics), diagnostics)
}

pub(in crate::policy) fn model() -> Policy {
    let (policy, diagnostics) = read_text(MODEL);
    assert!(diagnostics.is_empty(), "{diagnostics}");
    policy
}

/// The model with one text replaced by another.
pub(in crate::policy) fn changed(from: &str, to: &str) -> String {
    assert_eq!(MODEL.matches(from).count(), 1, "{from}");
    MODEL.replace(from, to)
}

#[test]
fn a_policy_loads_with_all_its_parts() {
    let policy = model();
    assert_eq!((policy.name.as_str(), policy.revision.as_deref()), ("retail", Some("2026-11-18.3")));
    assert_eq!(policy.local_provider(), Some("local"));
    let acme = &policy.vendors[0];
    assert_eq!(acme.contract.as_ref().unwrap().ends, Timestamp::parse("2027-04-01T00:00:00Z").unwrap());
    assert_eq!(policy.vendors[1].kind, VendorKind::Internal);
    let guardrails = &policy.guardrails;
    assert_eq!(guardrails.deny_tags[0].to_string(), "secret.*");
    assert_eq!((guardrails.show, guardrails.export.copy_out, guardrails.export.explain), (true, true, false));
    assert_eq!(guardrails.max_grant_duration, Duration::from_secs(180 * 24 * HOUR));
    assert_eq!(guardrails.require_tls.as_ref().unwrap().value, TlsVersion::V1_2);
    assert_eq!(policy.mask_rules[0].mask.parameters["domain_from"], Value::Text("posternPseudonymDomain".into()));
    assert_eq!(policy.pseudonyms.as_ref().unwrap().key.value, "file:keys/pseudonym.key");
    let churn = policy.grant_for_database("churn-2026q4").unwrap();
    assert_eq!(churn.conditions.days, Some([true, true, true, true, true, false, false]));
    assert_eq!(
        churn.conditions.networks.as_deref(),
        Some([Network::parse("203.0.113.0/24").unwrap(), Network::parse("2001:db8:44::/48").unwrap()].as_slice())
    );
    assert_eq!(churn.limits.bytes_per_day, Some(2 << 30));
    assert_eq!(churn.limits.concurrent_statements, Some(4));
    let relations = &churn.products[0].relations;
    assert_eq!(
        relations[0].columns.iter().map(|column| column.value.as_str()).collect::<Vec<_>>(),
        ["id", "postcode", "region", "attrs"]
    );
    assert_eq!(relations[0].masks["attrs"].name, "json_keep");
    assert_eq!(relations[1].reference[0].value, "crm.customers");
    let aggregate = policy.grants[1].products[0].aggregate_only.unwrap();
    assert_eq!((aggregate.min_entities, aggregate.round_to, aggregate.small_groups), (20, Some(5), SmallGroups::Merge));
    assert_eq!(policy.tests[0].then.row_filters.as_ref().unwrap()["customers"].len(), 2);
    assert_eq!(policy.tests[1].then.decision, Expectation::Deny);
}

#[test]
fn what_is_not_built_yet_is_refused_by_name() {
    let cases = [
        ("{name: local, kind: local}", "{name: local, kind: oidc}", "5:25: \"oidc\" is not implemented yet"),
        (
            "{name: local, kind: local}",
            "{name: local, kind: local, issuer: \"https://x\"}",
            "5:32: \"issuer\" is not implemented yet",
        ),
        ("mfa: false", "mfa: true", "25:18: \"mfa: true\" is not implemented yet"),
        ("scope: engagement", "scope: vendor", "33:45: \"vendor\" is not implemented yet"),
        (
            "key: file:keys/pseudonym.key}",
            "key: file:k, on_engagement_end: destroy_key}",
            "33:70: \"on_engagement_end\" is not implemented yet",
        ),
        (
            "    database: benchmark\n",
            "    jit: {required: true}\n    database: benchmark\n",
            "74:5: \"jit\" is not implemented yet",
        ),
        (
            "    members: [acme-leads]\n",
            "    members: [acme-leads]\n    workloads: [nightly]\n",
            "73:5: \"workloads\" is not implemented yet",
        ),
        (
            "      days: [mon, tue, wed, thu, fri]\n",
            "      days: [mon]\n      auth: {acr: [phr]}\n",
            "46:7: \"auth\" is not implemented yet",
        ),
        ("mask_rules:\n", "break_glass: []\nmask_rules:\n", "28:1: \"break_glass\" is not implemented yet"),
        (
            "closed on Sunday\n    given: {",
            "closed on Sunday\n    given: {elevated: true, ",
            "88:13: \"elevated\" is not implemented yet",
        ),
    ];
    let mut failures = Vec::new();
    for (from, to, expected) in cases {
        let told = read_text(&changed(from, to)).1.to_string();
        failures.extend((told != format!("p.yaml:{expected}")).then(|| format!("{to}: {told}")));
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn each_mistake_is_told_with_its_place() {
    let cases = [
        (
            "legal_entity: Acme Analytics GmbH",
            "kind: vendor",
            "7:5: missing key \"legal_entity\" of a vendor (only kind: internal goes without)",
        ),
        ("ends: 2027-03-31", "ends: 2027-02-30", "9:58: expected a day such as 2027-03-31, found \"2027-02-30\""),
        (
            "{name: acme-leads, idp: [local]",
            "{name: acme-leads, idp: [locl]",
            "13:34: unknown identity provider \"locl\" (did you mean \"local\"?)",
        ),
        ("{name: acme-leads, idp", "{name: acme-analysts, idp", "13:16: group \"acme-analysts\" is defined twice"),
        ("  - name: audit", "  - name: acme", "14:11: vendor \"acme\" is defined twice"),
        (
            "  - {name: local, kind: local}",
            "  - {name: local, kind: local}\n  - {name: more, kind: local}",
            "6:12: a second provider of kind local: people.yaml belongs to \"local\"",
        ),
        ("[select, show, copy_out]", "[show]", "20:15: needs \"select\": without it no grant could be used"),
        (
            "[select, show, copy_out]",
            "[select, insert]",
            "20:24: expected select, show, explain_plan or copy_out, found \"insert\"",
        ),
        ("max_session: 12h", "max_session: 12", "22:16: expected a duration in s, m, h or d, such as 30m, found the number 12"),
        ("tag: pii.location", "tag: pii.customer_id", "30:11: a second mask rule for tag \"pii.customer_id\""),
        (
            "{name: generalise, keep: 3}",
            "{name: generalize, keep: 3}",
            "30:38: unknown word \"generalize\" (did you mean \"generalise\"?)",
        ),
        (
            "key: file:keys/pseudonym.key",
            "key: 0123456789abcdef",
            "33:62: expected file:PATH (mode 0600) or env:NAME; a secret itself is never written here",
        ),
        (
            "purpose: Weekly churn and cohort analysis",
            "purpose: stuff",
            "40:16: expected a purpose of at least 10 characters, found \"stuff\"",
        ),
        ("2026-10-05T00:00:00Z", "2026-10-05", "42:15: expected an instant such as 2026-12-31T23:59:59Z, found \"2026-10-05\""),
        (
            "[mon, tue, wed, thu, fri]",
            "[mon, Tue]",
            "45:19: expected mon, tue, wed, thu, fri, sat or sun, found \"Tue\" (did you mean \"tue\"?)",
        ),
        (
            "from: \"07:00\"",
            "from: \"7:00\"",
            "46:21: expected a time of day such as 07:00 (24:00 is the end of the day), found \"7:00\"",
        ),
        (
            "timezone: Europe/Berlin",
            "timezone: Europe/Berln",
            "46:53: expected a time zone of the IANA database, such as Europe/Berlin, found \"Europe/Berln\"",
        ),
        (
            "203.0.113.0/24,",
            "203.0.113.9/24,",
            "47:18: expected an address range such as 203.0.113.0/24 or 2001:db8:44::/48, with zeros behind the prefix, found \"203.0.113.9/24\"",
        ),
        (
            "columns: [id, postcode, region, attrs]",
            "columns: [\"*\"]",
            "55:23: expected the name of a column (each column is named: there are no wildcards), found \"*\"",
        ),
        ("columns: [id, postcode, region, attrs]", "columns: [id, id]", "55:27: \"id\" is listed twice"),
        ("rows_per_query: 200000", "rows_per_query: 0", "64:23: must be from 1 to 1000000000000000, found 0"),
        (
            "bytes_per_day: 2GiB",
            "bytes_per_day: 2GB",
            "66:22: expected a size in KiB, MiB, GiB or TiB, such as 256KiB, found \"2GB\"",
        ),
        ("min_entities: 20", "min_entities: 1", "79:40: must be from 2 to 1000000, found 1"),
    ];
    let mut failures = Vec::new();
    for (from, to, expected) in cases {
        let told = read_text(&changed(from, to)).1.to_string();
        failures.extend((told != format!("p.yaml:{expected}")).then(|| format!("{to}: {told}")));
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
