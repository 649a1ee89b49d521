//! How old somebody is today, in bands.

use super::super::date;
use super::super::input::{Column, Family};
use super::super::parameters::{Parameter, Parameters};
use super::super::sql::{call, case, cast, clamp, op, text};
use super::{Built, Mask, ResultType, TEXT};

pub(super) static MASK: Mask = Mask {
    name: "age_band",
    doc: "The age today (in UTC) in bands of `width` years, 30-39, and from `cap` years on 90+. It changes at birthdays: who looks daily learns them.",
    parameters: &[
        Parameter { name: "width", doc: "Years of a band.", default: Some("10") },
        Parameter { name: "cap", doc: "From this age on there is one band.", default: Some("90") },
    ],
    accepts: "date (becomes text)",
    rank: 30,
    takes,
    build,
};

fn takes(family: Family) -> bool {
    family == Family::Date
}

fn build(column: &Column<'_>, parameters: &mut Parameters<'_>) -> Built {
    let width = parameters.integer("width", 10, 1..=100);
    let cap = parameters.integer("cap", 90, 1..=150);
    let birth =
        clamp(&cast(column.sql(), "date"), &call("make_date", &["1", "1", "1"]), &call("make_date", &["9999", "12", "31"]));
    let today = cast(&cast(&date::utc(&call("now", &[])), "date"), "timestamp");
    let years = call("date_part", &["'year'", &call("age", &[&today, &cast(&birth, "timestamp")])]);
    let years = format!("GREATEST({}, 0)", cast(&years, "int4"));
    let (width, last) = (width.to_string(), (cap - 1).to_string());
    let from = op(&op(&years, "/", &width), "*", &width);
    let to = format!("LEAST({}, {last})", op(&op(&from, "+", &width), "-", "1"));
    let band = op(&op(&cast(&from, "text"), "||", &text("-")), "||", &cast(&to, "text"));
    let null = format!("({} IS NULL)", column.sql());
    let old = op(&years, ">=", &cap.to_string());
    Built::total(case(&[(&null, "NULL"), (&old, &text(&format!("{cap}+")))], &band), ResultType::Builtin(TEXT))
}
