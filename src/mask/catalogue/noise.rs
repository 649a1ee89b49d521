//! Numbers with a deviation that is always the same for one person.

use super::super::input::Column;
use super::super::keyed::{self, DOMAIN, DOMAIN_FROM};
use super::super::number;
use super::super::parameters::{Parameter, Parameters};
use super::super::sql::{cast, op, text};
use super::{Built, Mask, ResultType};

/// 2⁶⁰.
const SIXTY_BITS: &str = "1152921504606846976";

pub(super) static MASK: Mask = Mask {
    name: "noise",
    doc: "The number times 1 ± ratio, keyed by person (posternEntityKey) and column: asking again gives the same, so it cannot be averaged away; the size still shows. Rounded to 2 digits.",
    parameters: &[
        Parameter { default: Some("the column's posternPseudonymDomain, else noise"), ..DOMAIN },
        DOMAIN_FROM,
        Parameter { name: "ratio", doc: "Largest deviation, as a part of the value: 0.05.", default: None },
        Parameter { name: "seed", doc: "entity: the person whom a row belongs to.", default: Some("entity") },
    ],
    accepts: "smallint, integer, bigint, numeric, real, double precision",
    rank: 20,
    takes: number::accepts,
    build,
};

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let domain = keyed::domain(column, parameters, Some("noise"));
    let ratio = number::constant(parameters.number("ratio", 0.01, 1e-6..=1.0));
    parameters.choice("seed", &["entity"]);
    let seed = op(&keyed::entity(column, parameters), "||", &text(&format!(":{}", column.input.column_name)));
    // From -1 to 1, evenly spread.
    let part = op(&cast(&keyed::sixty_bits(&domain, &seed), "numeric"), "/", &cast(SIXTY_BITS, "numeric"));
    let spread = op(&op(&cast("2", "numeric"), "*", &part), "-", &cast("1", "numeric"));
    let factor = op(&cast("1", "numeric"), "+", &op(&ratio, "*", &spread));
    Built::total(number::masked(column, |value| number::round(&op(value, "*", &factor), 2)), ResultType::Own).keyed(domain)
}
