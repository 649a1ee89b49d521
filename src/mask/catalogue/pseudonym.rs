//! A stand-in of the same kind: a number for a number, a text for a text or a uuid.

use super::super::input::{Column, Family};
use super::super::keyed::{self, DOMAIN, DOMAIN_FROM};
use super::super::number;
use super::super::parameters::Parameters;
use super::super::sql::call;
use super::{Built, INT8, Mask, ResultType, TEXT, must_fit};

/// Hexadecimal digits of a text pseudonym.
const DIGITS: i64 = 32;

pub(super) static MASK: Mask = Mask {
    name: "pseudonym",
    doc: "A keyed stand-in, stable within one engagement: integers become a bigint of 60 bits, texts and uuids 32 hexadecimal digits. Equal values of one domain stay equal, so joins work.",
    parameters: &[DOMAIN, DOMAIN_FROM],
    accepts: "smallint, integer, bigint (becomes bigint); text, varchar, char, name (same type); uuid (becomes text)",
    rank: 60,
    takes,
    build,
};

fn takes(family: Family) -> bool {
    number::is_integer(family) || matches!(family, Family::Text | Family::Uuid)
}

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let domain = keyed::domain(column, parameters, None);
    let canonical = keyed::canonical(column).unwrap_or_else(|| column.text());
    if number::is_integer(column.family) {
        return Built::total(keyed::sixty_bits(&domain, &canonical), ResultType::Builtin(INT8)).keyed(domain);
    }
    let digits = call("substr", &[&keyed::hmac(&domain, &canonical), "1", &DIGITS.to_string()]);
    if column.family == Family::Text {
        must_fit(column, DIGITS, parameters);
        return Built::total(column.own(&digits), ResultType::Own).keyed(domain);
    }
    Built::total(digits, ResultType::Builtin(TEXT)).keyed(domain)
}
