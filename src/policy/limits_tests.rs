//! The most restrictive number and the intersection hold; the earliest end ends a session.

use super::super::document::{Policy, read};
use super::super::session_end::{EndReason, NotLive, SessionEnd, access_end, session_end};
use super::*;
use crate::base::Timestamp;
use crate::document::{Diagnostics, parse};

fn model() -> Policy {
    let mut diagnostics = Diagnostics::new();
    let text = include_str!("../../tests/fixtures/policy/policy.yaml");
    read(&parse("p.yaml", text, &mut diagnostics).unwrap(), &mut diagnostics)
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

#[test]
fn the_most_restrictive_number_holds() {
    let policy = model();
    let limits = |server: u64, grant: usize| {
        EffectiveLimits::combine(Duration::from_secs(server), &policy.guardrails, &policy.grants[grant].limits)
    };
    assert_eq!(limits(900, 0).statement_timeout, Duration::from_secs(300));
    assert_eq!(limits(60, 0).statement_timeout, Duration::from_secs(60));
    assert_eq!(limits(900, 1).statement_timeout, Duration::from_secs(600));
    assert_eq!((limits(900, 0).rows_per_query, limits(900, 1).rows_per_query), (Some(200_000), None));
    // The grant asks for COPY and EXPLAIN; the guardrails allow COPY alone.
    assert_eq!(limits(900, 0).export, Export { copy_out: true, cursor_fetch: true, explain: false });
    assert_eq!(limits(900, 1).export, Export { copy_out: false, cursor_fetch: true, explain: false });
    let mut rule = policy.grants[1].products[0].aggregate_only.unwrap();
    assert_eq!(effective_min_entities(&policy.guardrails, &rule), 20);
    rule.min_entities = 5;
    assert_eq!(effective_min_entities(&policy.guardrails, &rule), 10);
}

#[test]
fn a_grant_is_live_from_its_start_up_to_its_end() {
    let policy = model();
    let (grant, vendor) = (&policy.grants[0], &policy.vendors[0]);
    assert_eq!(grant.check_live(vendor, at("2026-10-04T23:59:59Z")), Err(NotLive::NotStarted));
    assert_eq!(grant.check_live(vendor, at("2026-10-05T00:00:00Z")), Ok(()));
    assert_eq!(grant.check_live(vendor, at("2026-12-31T23:59:59Z")), Err(NotLive::Ended));
    let mut lapsed = vendor.clone();
    lapsed.contract.as_mut().unwrap().ends = at("2026-11-01T00:00:00Z");
    assert_eq!(grant.check_live(&lapsed, at("2026-11-01T00:00:00Z")), Err(NotLive::VendorContractEnded));
}

#[test]
fn a_session_ends_at_the_earliest_of_all_ends() {
    let policy = model();
    let vendor = &policy.vendors[0];
    let end = |grant: usize, person: Option<&str>, began: &str, now: &str| {
        let grant = &policy.grants[grant];
        let access = access_end(grant, vendor, None, person.map(at));
        session_end(access, grant, &policy.guardrails, at(began), at(now))
    };
    let expected = |text: &str, reason| SessionEnd { at: at(text), reason };
    let morning = "2026-11-18T09:00:00Z";
    assert_eq!(end(0, None, morning, morning), expected("2026-11-18T19:00:00Z", EndReason::HoursEnd));
    assert_eq!(end(1, None, morning, morning), expected("2026-11-18T21:00:00Z", EndReason::MaxSession));
    assert_eq!(end(0, Some("2026-11-18T12:00:00Z"), morning, morning), expected("2026-11-18T12:00:00Z", EndReason::PersonEnds));
    let last_day = "2026-12-31T18:59:00Z";
    assert_eq!(end(0, None, last_day, last_day), expected("2026-12-31T19:00:00Z", EndReason::HoursEnd));
    let last_evening = "2027-01-31T20:00:00Z";
    assert_eq!(end(1, None, last_evening, last_evening), expected("2027-01-31T23:59:59Z", EndReason::GrantEnds));
    let mut lapsing = vendor.clone();
    lapsing.contract.as_mut().unwrap().ends = at("2026-11-18T10:00:00Z");
    let earlier = at("2026-11-18T09:30:00Z");
    assert_eq!(
        access_end(&policy.grants[0], &lapsing, None, None),
        expected("2026-11-18T10:00:00Z", EndReason::VendorContractEnds)
    );
    assert_eq!(
        access_end(&policy.grants[0], &lapsing, Some(earlier), None),
        expected("2026-11-18T09:30:00Z", EndReason::ContractEnds)
    );
}

#[test]
fn a_person_has_one_vendor_and_the_grants_of_the_groups() {
    let policy = model();
    let groups = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let vendors = |names: &[&str]| {
        policy.vendors_of("local", &groups(names)).iter().map(|v| v.name.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(vendors(&["vendor_acme_analysts", "staff"]), ["acme"]);
    assert_eq!(vendors(&["vendor_acme_leads", "internal_audit"]), ["acme", "audit"]);
    assert_eq!(vendors(&[]), Vec::<String>::new());
    assert!(policy.vendors_of("other", &groups(&["vendor_acme_analysts"])).is_empty());
    let grants = |names: &[&str]| {
        policy
            .grants_of(&policy.vendors[0], "local", &groups(names))
            .iter()
            .map(|g| g.name.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(grants(&["vendor_acme_analysts"]), ["churn-2026q4"]);
    assert_eq!(grants(&["vendor_acme_analysts", "vendor_acme_leads"]), ["churn-2026q4", "benchmark"]);
    assert!(grants(&["internal_audit"]).is_empty());
}
