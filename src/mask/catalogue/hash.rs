//! A keyed digest: equal values stay equal, nothing else is left of them.

use super::super::input::{Column, Family};
use super::super::keyed::{self, DOMAIN, DOMAIN_FROM};
use super::super::parameters::{Parameter, Parameters};
use super::super::sql::{call, unless_null};
use super::{Built, Mask, ResultType, TEXT, must_fit};

pub(super) static MASK: Mask = Mask {
    name: "hash",
    doc: "The first n hexadecimal digits of a keyed digest. Equal values of one domain give equal digests, so joins and counts work; frequencies show.",
    parameters: &[
        DOMAIN,
        DOMAIN_FROM,
        Parameter { name: "n", doc: "Digits, 24 to 64: fewer could make two people one.", default: Some("32") },
    ],
    accepts: "text, varchar, char, name, smallint, integer, bigint, uuid, numeric, date",
    rank: 60,
    takes,
    build,
};

fn takes(family: Family) -> bool {
    matches!(family, Family::Text | Family::Int2 | Family::Int4 | Family::Int8 | Family::Uuid | Family::Numeric | Family::Date)
}

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let domain = keyed::domain(column, parameters, None);
    let digits = parameters.integer("n", 32, 24..=64);
    let canonical = keyed::canonical(column).unwrap_or_else(|| column.text());
    let hash = call("substr", &[&keyed::hmac(&domain, &canonical), "1", &digits.to_string()]);
    if column.family == Family::Text {
        must_fit(column, digits, parameters);
        return Built::total(column.own(&hash), ResultType::Own).keyed(domain);
    }
    Built::total(unless_null(column.sql(), &hash), ResultType::Builtin(TEXT)).keyed(domain)
}
