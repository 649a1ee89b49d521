//! Forms of texts in a policy.

use core::net::IpAddr;

use crate::contract::Requirement;
use crate::document::{Form, TimeOfDay};

use super::network::Network;
use super::tag::TagPattern;

pub(super) static TAG: Form =
    Form::new("a tag such as pii.email, or pii.* for every tag below pii", Some(r"^[^*\s]+(\.\*)?$"), |text| {
        TagPattern::parse(text).is_some()
    });

pub(super) static COLUMN: Form =
    Form::new("the name of a column (each column is named: there are no wildcards)", Some(r"^(?!\*$)[\s\S]+$"), |text| {
        !text.is_empty() && text != "*"
    });

pub(super) static NETWORK: Form = Form::new(
    "an address range such as 203.0.113.0/24 or 2001:db8:44::/48, with zeros behind the prefix",
    Some("^[0-9a-fA-F:.]+(/[0-9]{1,3})?$"),
    |text| Network::parse(text).is_some(),
);

pub(super) static ADDRESS: Form =
    Form::new("an IP address such as 203.0.113.9", Some("^[0-9a-fA-F:.]+$"), |text| text.parse::<IpAddr>().is_ok());

pub(super) static CLOCK: Form =
    Form::new("a time of day such as 07:00 (24:00 is the end of the day)", Some("^([01][0-9]|2[0-4]):[0-5][0-9]$"), |text| {
        TimeOfDay::parse(text).is_some()
    });

pub(super) static ZONE: Form = Form::new("a time zone of the IANA database, such as Europe/Berlin", Some(r"\S"), |text| {
    jiff::tz::TimeZone::get(text).is_ok()
});

pub(super) static INSTANT: Form =
    Form::new("an instant such as 2026-12-31T23:59:59Z", Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}"), |text| {
        crate::base::Timestamp::parse(text).is_ok()
    });

pub(super) static DAY: Form = Form::new("a day such as 2027-03-31", Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), |text| {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
});

pub(super) static REQUIREMENT: Form = Form::new(
    "a version requirement such as ^2.1, or a version such as 2.1.0",
    Some(r"^(\^[0-9]+(\.[0-9]+){0,2}|[0-9]+\.[0-9]+\.[0-9]+)$"),
    |text| Requirement::parse(text).is_some(),
);

pub(super) static PURPOSE: Form =
    Form::new("a purpose of at least 10 characters", Some(r"[\s\S]{10,}"), |text| text.trim().chars().count() >= 10);

pub(super) static RELATION: Form = Form::new(
    "schema.relation",
    Some(r"^[^.]+\.[\s\S]+$"),
    |text| matches!(text.split_once('.'), Some((schema, name)) if !schema.is_empty() && !name.is_empty()),
);

pub(super) static SQLSTATE: Form = Form::new("a SQLSTATE of five digits and capitals", Some("^[0-9A-Z]{5}$"), |text| {
    text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
});
