//! What a value is, as far as a session's settings matter, and what may be done with one of each kind.

use crate::catalog::functions::Overload;
use crate::catalog::{Oid, types};

use super::Outcome;

/// What a value is, as far as settings matter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// A constant without a type of its own: the other side decides.
    Constant,
    Date,
    /// Its text reads extra_float_digits.
    Float,
    /// timestamptz
    Instant,
    /// Reads settings in every conversion: bytea, timetz, arrays and ranges of such. Compared, and no more.
    Opaque,
    /// No setting matters.
    Plain,
    /// interval
    Span,
    /// interval of hours, minutes and seconds: the same length everywhere.
    SpanOfHours,
    /// time
    Time,
    /// timestamp
    Timestamp,
}

/// Two values that are compared or exchanged.
pub(super) fn same(one: Kind, other: Kind) -> Outcome {
    let (one, other) = (merged(one), merged(other));
    let settled = |kind: Kind| matches!(kind, Kind::Plain | Kind::Constant | Kind::Float);
    if one == other || (settled(one) && settled(other)) || one == Kind::Constant || other == Kind::Constant {
        return Ok(Kind::Plain);
    }
    Err("a row filter compares dates and times with values of their own type: what another type comes to depends on the session's TimeZone".to_owned())
}

const fn merged(kind: Kind) -> Kind {
    match kind {
        Kind::SpanOfHours => Kind::Span,
        Kind::Constant
        | Kind::Date
        | Kind::Float
        | Kind::Instant
        | Kind::Opaque
        | Kind::Plain
        | Kind::Span
        | Kind::Time
        | Kind::Timestamp => kind,
    }
}

pub(super) fn plain(kind: Kind) -> Outcome {
    match kind {
        Kind::Plain | Kind::Constant => Ok(Kind::Plain),
        Kind::Date
        | Kind::Float
        | Kind::Instant
        | Kind::Opaque
        | Kind::Span
        | Kind::SpanOfHours
        | Kind::Time
        | Kind::Timestamp => Err(
            "a row filter cannot use a date, a time or a floating-point number here: its text depends on the session's settings"
                .to_owned(),
        ),
    }
}

pub(super) fn arithmetic(kind: Kind) -> Outcome {
    match kind {
        Kind::Float => Ok(Kind::Float),
        Kind::Constant
        | Kind::Date
        | Kind::Instant
        | Kind::Opaque
        | Kind::Plain
        | Kind::Span
        | Kind::SpanOfHours
        | Kind::Time
        | Kind::Timestamp => plain(kind),
    }
}

pub(super) fn returned_kind(overload: &Overload) -> Kind {
    types::builtin_by_name(overload.returns).map_or(Kind::Plain, |found| of_builtin(found.oid))
}

/// The kind of a type by its bare name; a name that is not builtin is a user's, and refused by analysis unless it is an enum or a domain over a plain type.
pub(super) fn named(name: &str) -> Kind {
    types::builtin_by_typname(name).map_or(Kind::Plain, |found| of_builtin(found.oid))
}

/// The kind of an array over that type.
pub(super) fn element_of(name: &str) -> Kind {
    if named(name) == Kind::Plain { Kind::Plain } else { Kind::Opaque }
}

pub(super) fn of_builtin(oid: Oid) -> Kind {
    let Some(found) = types::builtin_by_oid(oid) else { return Kind::Plain };
    if let Some(element) = found.element {
        return if of_builtin(element) == Kind::Plain { Kind::Plain } else { Kind::Opaque };
    }
    match found.name {
        "date" => Kind::Date,
        "timestamp" => Kind::Timestamp,
        "timestamptz" => Kind::Instant,
        "time" => Kind::Time,
        "interval" => Kind::Span,
        "float4" | "float8" => Kind::Float,
        "bytea" | "box" | "circle" | "datemultirange" | "daterange" | "line" | "lseg" | "money" | "path" | "point"
        | "polygon" | "timetz" | "tsmultirange" | "tsrange" | "tstzmultirange" | "tstzrange" => Kind::Opaque,
        _ => Kind::Plain,
    }
}
