//! An address that looks like one and leads nowhere.

use super::super::input::Column;
use super::super::keyed::{self, DOMAIN, DOMAIN_FROM};
use super::super::parameters::{Parameter, Parameters};
use super::super::sql::{call, case, op, text};
use super::email_domain::after_last_at;
use super::{Built, Mask, ResultType, is_text, must_fit};

/// Sixteen digits and `@masked.invalid`.
const CHARACTERS: i64 = 31;

pub(super) static MASK: Mask = Mask {
    name: "email",
    doc: "A keyed address in a domain that cannot exist (RFC 2606): equal addresses of one domain stay equal, upper and lower case alike; what holds no @ becomes invalid@masked.invalid.",
    parameters: &[
        DOMAIN,
        DOMAIN_FROM,
        Parameter {
            name: "keep_domain",
            doc: "Keep what stands after the last @: it tells the employer.",
            default: Some("false"),
        },
    ],
    accepts: "text, varchar, char, name",
    rank: 60,
    takes: is_text,
    build,
};

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let domain = keyed::domain(column, parameters, None);
    let keep_domain = parameters.flag("keep_domain", false);
    must_fit(column, CHARACTERS, parameters);
    let address = column.text();
    let person = call("substr", &[&keyed::hmac(&domain, &call("lower", &[&address])), "1", "16"]);
    let masked = if keep_domain {
        op(&op(&person, "||", &text("@")), "||", &after_last_at(&address))
    } else {
        op(&person, "||", &text("@masked.invalid"))
    };
    let no_at = op(&call("strpos", &[&address, "'@'"]), "=", "0");
    let null = format!("({} IS NULL)", column.sql());
    let sql = case(&[(&null, "NULL"), (&no_at, &text("invalid@masked.invalid"))], &masked);
    Built::total(column.own(&sql), ResultType::Own).keyed(domain)
}
