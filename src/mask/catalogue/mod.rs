//! The masks, one file each. A new mask is a file and a line in [`ALL`].

mod age_band;
mod array;
mod bucket;
mod constant;
mod date_shift;
mod date_trunc;
mod digits;
mod email;
mod email_domain;
mod generalise;
mod geo_round;
mod hash;
mod ip_prefix;
mod json_drop;
mod json_keep;
mod length;
mod noise;
mod nullify;
mod partial;
mod presence;
mod pseudonym;
mod pseudonym_uuid;
mod range;
mod redact;
mod round;

pub(super) use array::inner as array_inner;

use crate::catalog::Oid;

use super::input::{Column, Family};
use super::parameters::{Parameter, Parameters};

/// A mask of the catalogue.
pub struct Mask {
    pub name: &'static str,
    /// For the data owner who chooses it: what is left of the value.
    pub doc: &'static str,
    pub parameters: &'static [Parameter],
    /// The types it accepts, in words.
    pub accepts: &'static str,
    /// Strength for `posternMinimumMask`: an order for reviews, no measure of security.
    pub rank: u8,
    pub(super) takes: fn(Family) -> bool,
    pub(super) build: fn(&Column<'_>, &mut Parameters<'_>) -> Built,
}

/// What a mask makes of a column.
pub(super) struct Built {
    pub(super) sql: String,
    pub(super) result: ResultType,
    pub(super) total: bool,
    pub(super) constant: bool,
    pub(super) key_domain: Option<String>,
}

/// The type of a masked column.
pub(super) enum ResultType {
    /// The column's own type and modifier; a domain counts as its base type.
    Own,
    /// A builtin type without modifier.
    Builtin(Oid),
    /// An array over what an inner mask gives.
    Array { element: Oid, typmod: i32, own_collation: bool },
}

pub(super) const BOOL: Oid = 16;
pub(super) const INT4: Oid = 23;
pub(super) const INT8: Oid = 20;
pub(super) const NUMERIC: Oid = 1700;
pub(super) const TEXT: Oid = 25;
pub(super) const UUID: Oid = 2950;

impl Built {
    /// An expression that never raises.
    pub(super) fn total(sql: String, result: ResultType) -> Self {
        Self { sql, result, total: true, constant: false, key_domain: None }
    }

    pub(super) fn keyed(self, domain: String) -> Self {
        Self { key_domain: Some(domain), ..self }
    }
}

/// Every mask, by name.
pub static ALL: &[&Mask] = &[
    &age_band::MASK,
    &array::MASK,
    &bucket::MASK,
    &constant::MASK,
    &date_shift::MASK,
    &date_trunc::MASK,
    &digits::MASK,
    &email::MASK,
    &email_domain::MASK,
    &generalise::MASK,
    &geo_round::MASK,
    &hash::MASK,
    &ip_prefix::MASK,
    &json_drop::MASK,
    &json_keep::MASK,
    &length::MASK,
    &noise::MASK,
    &nullify::MASK,
    &partial::MASK,
    &presence::MASK,
    &pseudonym::MASK,
    &pseudonym_uuid::MASK,
    &range::MASK,
    &redact::MASK,
    &round::MASK,
];

/// The mask of that name; `none` and `hidden` are no masks of a value and not among them.
pub(super) fn find(name: &str) -> Option<&'static Mask> {
    ALL.iter().find(|mask| mask.name == name).copied()
}

fn is_text(family: Family) -> bool {
    family == Family::Text
}

fn any(_: Family) -> bool {
    true
}

/// A masked text that is always that long must fit the column, or two people could become one.
fn must_fit(column: &Column<'_>, characters: i64, parameters: &mut Parameters<'_>) {
    if let Some(longest) = column.longest_text().filter(|longest| i64::from(*longest) < characters) {
        parameters
            .problem(format!("the mask gives {characters} characters, and a {} column holds {longest}", column.type_text()));
    }
}
