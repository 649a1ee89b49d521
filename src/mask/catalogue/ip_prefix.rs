//! The network of an address.

use super::super::input::{Column, Family};
use super::super::parameters::{Parameter, Parameters};
use super::super::sql::{call, case, cast, op};
use super::{Built, Mask, ResultType};

pub(super) static MASK: Mask = Mask {
    name: "ip_prefix",
    doc: "The network that an address belongs to.",
    parameters: &[
        Parameter { name: "v4", doc: "Bits kept of an IPv4 address.", default: Some("24") },
        Parameter { name: "v6", doc: "Bits kept of an IPv6 address.", default: Some("48") },
    ],
    accepts: "inet",
    rank: 30,
    takes,
    build,
};

fn takes(family: Family) -> bool {
    family == Family::Inet
}

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let v4 = parameters.integer("v4", 24, 0..=31).to_string();
    let v6 = parameters.integer("v6", 48, 0..=127).to_string();
    let address = column.base();
    let bits = case(&[(&op(&call("family", &[&address]), "=", "4"), &v4)], &v6);
    let network = cast(&call("network", &[&call("set_masklen", &[&address, &bits])]), "inet");
    Built::total(column.own(&network), ResultType::Own)
}
