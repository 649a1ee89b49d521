//! Tests of the room, and what they share: an independent comparison by the binding's own debug output.

mod corpus;
mod mutation;
mod plan;
mod printout;
mod rewritten;
mod shapes;
mod tampered;

use super::compare::{Comparison, Rules};
use super::reader::Reading;
use super::{Disagreement, Side};

/// The exact comparison under test.
fn exact(left: &str, right: &str) -> Result<(), Disagreement> {
    let (left, right) = (Reading::of(left, Side::Client)?, Reading::of(right, Side::Substitution)?);
    Comparison::new(Rules::Exact).run(left.statement(), right.statement()).map(drop)
}

/// The tree of a text as the binding prints it, without byte offsets; `None` when PostgreSQL cannot read it, or it is not one statement.
fn printed(text: &str) -> Option<String> {
    let reading = Reading::of(text, Side::Client).ok()?;
    Some(without_offsets(&format!("{:?}", reading.statement())))
}

/// Drops the values of all fields that hold byte offsets. Literals are left alone.
fn without_offsets(printed: &str) -> String {
    const OFFSETS: [&str; 5] = ["location: ", "rexpr_list_start: ", "rexpr_list_end: ", "list_start: ", "list_end: "];
    let mut out = String::new();
    let mut rest = printed;
    let mut in_literal = false;
    while let Some(character) = rest.chars().next() {
        if in_literal && character == '\\' {
            let (escaped, tail) = rest.split_at(2);
            out.push_str(escaped);
            rest = tail;
            continue;
        }
        in_literal ^= character == '"';
        if let Some(field) = OFFSETS.iter().find(|field| !in_literal && rest.starts_with(**field)) {
            out.push_str(field);
            rest = rest.split_at(field.len()).1.trim_start_matches(|digit: char| digit == '-' || digit.is_ascii_digit());
            continue;
        }
        out.push(character);
        rest = rest.split_at(character.len_utf8()).1;
    }
    out
}

#[test]
fn offsets_are_dropped_outside_literals_only() {
    let printed = r#"A { val: "location: 5 \" list_end: 6", list_end: -1, location: 17, .. }"#;
    assert_eq!(without_offsets(printed), r#"A { val: "location: 5 \" list_end: 6", list_end: , location: , .. }"#);
}
