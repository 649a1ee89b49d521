//! Pseudonyms in SQL: HMAC-SHA256 (RFC 2104) from builtins, over keys that travel in the startup packet only (standards §5.3).
//!
//! The inner and outer key pads are read in a sub-select without references: once for a statement, not for each row, and never shown by EXPLAIN.

use crate::document::quoted;

use super::input::{Column, Family, family};
use super::parameters::{Parameter, Parameters, as_text};
use super::sql::{call, case, cast, op, text};

/// Longer texts are digested first: what they and the key pad make together must stay below the 1 GB that a value may have.
const LONGEST_MESSAGE_BYTES: &str = "268435456";
/// Longest name of a pseudonym domain; it becomes part of a setting's name.
const LONGEST_DOMAIN: usize = 40;

/// The property of a contract that names a column's domain.
const DOMAIN_PROPERTY: &str = "posternPseudonymDomain";

pub(super) const DOMAIN: Parameter = Parameter {
    name: "domain",
    doc: "Pseudonyms of one domain are equal where the values are; of two domains they cannot be compared.",
    default: Some("the column's posternPseudonymDomain"),
};
pub(super) const DOMAIN_FROM: Parameter = Parameter {
    name: "domain_from",
    doc: "Where the domain is written: posternPseudonymDomain.",
    default: Some(DOMAIN_PROPERTY),
};

/// The domain of a keyed mask: written, else the column's, else the fallback.
pub(super) fn domain(column: &Column<'_>, parameters: &mut Parameters<'_>, fallback: Option<&str>) -> String {
    if parameters.value("domain_from").is_some() {
        parameters.choice("domain_from", &[DOMAIN_PROPERTY]);
    }
    let written = parameters.value("domain").map(|value| as_text(value).unwrap_or_default());
    let found = written.or_else(|| column.input.domain.map(str::to_owned)).or_else(|| fallback.map(str::to_owned));
    let Some(found) = found else {
        parameters.problem("a keyed mask needs a domain: write one, or posternPseudonymDomain in the contract");
        return String::new();
    };
    if !is_domain(&found) {
        parameters.problem(format!(
            "{} cannot be a pseudonym domain: lower-case letters, digits and underscores, at most {LONGEST_DOMAIN}, a letter first",
            quoted(&found)
        ));
    }
    found
}

/// Whether that can be a domain: it becomes part of the name of a setting.
pub(super) fn is_domain(name: &str) -> bool {
    name.len() <= LONGEST_DOMAIN
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// 64 hexadecimal digits: HMAC-SHA256 of a text under the domain's key. NULL for NULL.
pub(super) fn hmac(domain: &str, message: &str) -> String {
    let bytes = call("convert_to", &[message, "'UTF8'"]);
    let long = call("sha256", &[&bytes]);
    let short = op(&call("octet_length", &[message]), "<=", LONGEST_MESSAGE_BYTES);
    let bytes = case(&[(&short, &bytes)], &long);
    let inner = call("sha256", &[&op(&key('i', domain), "||", &bytes)]);
    let outer = call("sha256", &[&op(&key('o', domain), "||", &inner)]);
    call("encode", &[&outer, "'hex'"])
}

/// A bigint from 0 to 2⁶⁰ − 1, evenly spread.
pub(super) fn sixty_bits(domain: &str, message: &str) -> String {
    let digits = call("substr", &[&hmac(domain, message), "1", "15"]);
    let bits = op(&text("x"), "||", &digits);
    cast(&format!("CAST({bits} AS pg_catalog.\"bit\"(60))"), "int8")
}

fn key(pad: char, domain: &str) -> String {
    format!("(SELECT pg_catalog.decode(pg_catalog.current_setting('postern.{pad}_{domain}'), 'hex'))")
}

/// The one text that stands for a value, whatever the session's settings are (M7). `None` for types that have none.
pub(super) fn canonical(column: &Column<'_>) -> Option<String> {
    if column.family == Family::Text { Some(column.text()) } else { canonical_of(column.sql(), column.family) }
}

fn canonical_of(value: &str, family: Family) -> Option<String> {
    match family {
        Family::Text | Family::Int2 | Family::Int4 | Family::Int8 | Family::Uuid => Some(cast(value, "text")),
        Family::Numeric => Some(cast(&call("trim_scale", &[&cast(value, "numeric")]), "text")),
        Family::Date => {
            // Days; the infinities, which cannot be subtracted, are written the same in every date style.
            let days = cast(&op(&cast(value, "date"), "-", &call("make_date", &["2000", "1", "1"])), "text");
            Some(case(&[(&call("isfinite", &[&cast(value, "date")]), &days)], &cast(value, "text")))
        }
        Family::Array(_)
        | Family::Bool
        | Family::Float4
        | Family::Float8
        | Family::Inet
        | Family::Json
        | Family::Jsonb
        | Family::Timestamp
        | Family::TimestampTz
        | Family::Other => None,
    }
}

/// The text that stands for the person a row belongs to; never NULL.
pub(super) fn entity(column: &Column<'_>, parameters: &mut Parameters<'_>) -> String {
    let catalog = column.input.catalog;
    if column.input.entity.is_empty() {
        parameters.problem("the mask needs to know whom a row belongs to: write posternEntityKey in the contract");
    }
    let mut parts = Vec::new();
    for part in column.input.entity {
        let found =
            catalog.under_domains(part.type_oid, -1).map_or(Family::Other, |(found, _)| family(catalog, found.oid, found.kind));
        match canonical_of(&part.column_sql, found) {
            Some(canonical) => parts.push(format!("COALESCE({canonical}, '')")),
            None => parameters
                .problem("the type of the entity key has no canonical text: text, integers, numeric, uuid and date have"),
        }
    }
    let colon = text(":");
    parts.into_iter().reduce(|left, right| op(&op(&left, "||", &colon), "||", &right)).unwrap_or_else(|| text(""))
}
