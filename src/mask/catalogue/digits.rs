//! A number in the form of text, such as a telephone number, with other digits at the end.

use super::super::input::Column;
use super::super::keyed::{self, DOMAIN, DOMAIN_FROM};
use super::super::parameters::{Parameter, Parameters};
use super::super::sql::{call, case, cast, op, text};
use super::{Built, Mask, ResultType, is_text, must_fit};

pub(super) static MASK: Mask = Mask {
    name: "digits",
    doc: "The first `keep` characters, then n keyed digits: looks like a telephone number. Two values may get the same digits; a text shorter than keep + n shows nothing of itself.",
    parameters: &[
        DOMAIN,
        DOMAIN_FROM,
        Parameter { name: "keep", doc: "Characters shown at the beginning.", default: None },
        Parameter { name: "n", doc: "Digits, 1 to 15.", default: None },
    ],
    accepts: "text, varchar, char, name",
    rank: 20,
    takes: is_text,
    build,
};

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let domain = keyed::domain(column, parameters, None);
    let keep = parameters.integer("keep", 0, 0..=1000);
    let n = parameters.integer("n", 1, 1..=15);
    must_fit(column, keep + n, parameters);
    let value = column.text();
    let modulus = format!("1{}", "0".repeat(usize::try_from(n).unwrap_or(1)));
    let number = op(&keyed::sixty_bits(&domain, &value), "%", &cast(&modulus, "int8"));
    let digits = call("lpad", &[&cast(&number, "text"), &n.to_string(), "'0'"]);
    let short = op(&call("length", &[&value]), "<", &(keep + n).to_string());
    let begin = case(&[(&short, &text(""))], &call("left", &[&value, &keep.to_string()]));
    let null = format!("({} IS NULL)", column.sql());
    Built::total(column.own(&case(&[(&null, "NULL")], &op(&begin, "||", &digits))), ResultType::Own).keyed(domain)
}
