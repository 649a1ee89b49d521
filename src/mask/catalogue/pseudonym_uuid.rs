//! A stand-in in the form of a uuid.

use super::super::input::{Column, Family};
use super::super::keyed::{self, DOMAIN, DOMAIN_FROM};
use super::super::parameters::Parameters;
use super::super::sql::{call, cast};
use super::{Built, Mask, ResultType, UUID};

pub(super) static MASK: Mask = Mask {
    name: "pseudonym_uuid",
    doc: "A keyed stand-in in the form of a uuid (128 bits, no version bits of RFC 9562). Equal values of one domain stay equal, so joins work.",
    parameters: &[DOMAIN, DOMAIN_FROM],
    accepts: "uuid, text, varchar, char, name (become uuid)",
    rank: 60,
    takes,
    build,
};

fn takes(family: Family) -> bool {
    matches!(family, Family::Text | Family::Uuid)
}

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let domain = keyed::domain(column, parameters, None);
    let canonical = keyed::canonical(column).unwrap_or_else(|| column.text());
    let digits = call("substr", &[&keyed::hmac(&domain, &canonical), "1", "32"]);
    Built::total(cast(&digits, "uuid"), ResultType::Builtin(UUID)).keyed(domain)
}
