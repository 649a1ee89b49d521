//! Days, hours and networks, around midnight, on clock changes and from both address families.

use super::*;
use crate::document::{Diagnostics, parse};
use crate::policy::document::{Grant, read};

fn grant(conditions: &str) -> Grant {
    let text = include_str!("../../tests/fixtures/policy/policy.yaml").replace(
        "      days: [mon, tue, wed, thu, fri]\n      hours: {from: \"07:00\", to: \"20:00\", timezone: Europe/Berlin}\n      networks: [203.0.113.0/24, 2001:db8:44::/48]\n",
        conditions,
    );
    let mut diagnostics = Diagnostics::new();
    let policy = read(&parse("p.yaml", &text, &mut diagnostics).unwrap(), &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics}");
    policy.grants.into_iter().next().unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Whether the grant is open at an instant and when it closes.
fn state(conditions: &str, now: &str) -> (bool, Option<String>) {
    let grant = grant(conditions);
    let open = check(&grant.conditions, at(now), "203.0.113.9".parse().unwrap()).is_ok();
    (open, next_change(&grant.conditions, at(now)).map(|end| end.to_string()))
}

const OFFICE: &str =
    "      days: [mon, tue, wed, thu, fri]\n      hours: {from: \"07:00\", to: \"20:00\", timezone: Europe/Berlin}\n";
const NIGHT: &str = "      days: [fri]\n      hours: {from: \"22:00\", to: \"06:00\", timezone: Europe/Berlin}\n";

#[test]
fn office_hours_are_those_of_the_zone() {
    assert_eq!(state(OFFICE, "2026-11-18T05:59:59Z"), (false, None));
    assert_eq!(state(OFFICE, "2026-11-18T06:00:00Z"), (true, Some("2026-11-18T19:00:00.000Z".into())));
    assert!(state(OFFICE, "2026-11-18T18:59:59Z").0);
    assert_eq!(state(OFFICE, "2026-11-18T19:00:00Z"), (false, None));
    assert_eq!(state(OFFICE, "2026-11-22T10:00:00+01:00"), (false, None));
    // Summer time: the same clock, another instant.
    assert_eq!(state(OFFICE, "2026-07-15T05:00:00Z"), (true, Some("2026-07-15T18:00:00.000Z".into())));
}

#[test]
fn a_window_that_passes_midnight_belongs_to_the_day_on_which_it_opened() {
    assert_eq!(state(NIGHT, "2026-11-20T20:59:59Z"), (false, None));
    assert_eq!(state(NIGHT, "2026-11-20T21:00:00Z"), (true, Some("2026-11-21T05:00:00.000Z".into())));
    assert!(state(NIGHT, "2026-11-21T04:59:59Z").0);
    assert_eq!(state(NIGHT, "2026-11-21T05:00:00Z"), (false, None));
    assert_eq!(state(NIGHT, "2026-11-20T04:00:00Z"), (false, None));
}

#[test]
fn a_clock_change_within_a_window_moves_its_end() {
    // 2026-10-25: 03:00 CEST becomes 02:00 CET; 2026-03-29: 02:00 CET becomes 03:00 CEST.
    let night = "      days: [sat]\n      hours: {from: \"22:00\", to: \"06:00\", timezone: Europe/Berlin}\n";
    assert_eq!(state(night, "2026-10-24T20:00:00Z"), (true, Some("2026-10-25T05:00:00.000Z".into())));
    assert_eq!(state(night, "2026-03-28T21:00:00Z"), (true, Some("2026-03-29T04:00:00.000Z".into())));
    let gap = "      days: [sun]\n      hours: {from: \"02:15\", to: \"02:45\", timezone: Europe/Berlin}\n";
    assert_eq!(state(gap, "2026-03-29T01:15:00Z"), (true, Some("2026-03-29T01:45:00.000Z".into())));
    assert_eq!(state(gap, "2026-10-25T00:20:00Z"), (true, Some("2026-10-25T00:45:00.000Z".into())));
    assert_eq!(state(gap, "2026-10-25T01:20:00Z"), (false, None));
}

#[test]
fn days_that_follow_each_other_are_one_opening() {
    let weekdays = "      days: [mon, tue, wed, thu, fri]\n";
    assert_eq!(state(weekdays, "2026-11-16T12:00:00Z"), (true, Some("2026-11-21T00:00:00.000Z".into())));
    assert_eq!(state(weekdays, "2026-11-21T00:00:00Z"), (false, None));
    let always =
        "      days: [mon, tue, wed, thu, fri, sat, sun]\n      hours: {from: \"00:00\", to: \"24:00\", timezone: UTC}\n";
    assert_eq!(state(always, "2026-11-16T12:00:00Z"), (true, None));
    let round_the_clock = "      hours: {from: \"09:00\", to: \"09:00\", timezone: Asia/Tokyo}\n";
    assert_eq!(state(round_the_clock, "2026-11-16T12:00:00Z"), (true, None));
}

#[test]
fn networks_are_checked_after_the_hours() {
    let text = format!("{OFFICE}      networks: [203.0.113.0/24]\n");
    let conditions = grant(&text).conditions;
    let check = |now: &str, from: &str| check(&conditions, at(now), from.parse().unwrap()).map_err(ConditionDenial::code);
    assert_eq!(check("2026-11-18T10:00:00Z", "203.0.113.9"), Ok(()));
    assert_eq!(check("2026-11-18T10:00:00Z", "::ffff:203.0.113.9"), Ok(()));
    assert_eq!(check("2026-11-18T10:00:00Z", "198.51.100.4"), Err("network"));
    assert_eq!(check("2026-11-22T10:00:00Z", "198.51.100.4"), Err("outside_hours"));
    assert_eq!(describe_hours(&conditions), "mon, tue, wed, thu, fri 07:00-20:00 Europe/Berlin");
}
