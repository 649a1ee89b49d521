//! Dates moved by a number of days that is the same for all dates of one person.

use super::super::date;
use super::super::input::Column;
use super::super::keyed::{self, DOMAIN, DOMAIN_FROM};
use super::super::parameters::{Parameter, Parameters};
use super::super::sql::{call, cast, op, text};
use super::{Built, Mask, ResultType};

pub(super) static MASK: Mask = Mask {
    name: "date_shift",
    doc: "The date moved by up to `max` days to either side, keyed by person (posternEntityKey): the intervals between the dates of one person are kept.",
    parameters: &[
        Parameter { default: Some("the column's posternPseudonymDomain, else date_shift"), ..DOMAIN },
        DOMAIN_FROM,
        Parameter { name: "max", doc: "Days to either side at most.", default: Some("90") },
    ],
    accepts: "date, timestamp, timestamptz",
    rank: 20,
    takes: date::accepts,
    build,
};

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let domain = keyed::domain(column, parameters, Some("date_shift"));
    let max = parameters.integer("max", 90, 1..=36_500);
    let person = op(&keyed::entity(column, parameters), "||", &text(":shift"));
    let spread = op(&keyed::sixty_bits(&domain, &person), "%", &cast(&(2 * max + 1).to_string(), "int8"));
    let days = cast(&op(&spread, "-", &cast(&max.to_string(), "int8")), "int4");
    let interval = call("make_interval", &["0", "0", "0", &days]);
    Built::total(date::masked(column, |value| op(value, "+", &interval)), ResultType::Own).keyed(domain)
}
