//! What counts as the same name.

use pg_raw_parse::Node;
use pg_raw_parse::list::NodeList;

use super::Expectation;
use super::compare::Rules;
use super::field::{Part, Role, offset, parts};

/// Whether two names name the same.
///
/// - In a printout, `pg_catalog.int4` and `int4` are the same type: keywords such as `integer` are read as the former.
/// - In a rewritten text this holds for operators, collations and sampling methods too; functions must be qualified; columns, functions and types that
///   the plan lists must be exactly what it lists.
pub(super) fn same(rules: Rules<'_>, role: Role, client: &[Part<'_>], ours: &[Part<'_>], at: Option<u32>) -> bool {
    match rules {
        Rules::Exact => client == ours,
        Rules::Printout => match role {
            Role::Type => bare(client) == bare(ours),
            Role::Collation | Role::Column | Role::Function | Role::Operator | Role::SampleMethod => client == ours,
        },
        Rules::Rewritten(expectation) => same_rewritten(expectation, role, client, ours, at),
    }
}

fn same_rewritten(expectation: &Expectation, role: Role, client: &[Part<'_>], ours: &[Part<'_>], at: Option<u32>) -> bool {
    match role {
        Role::Collation | Role::Operator | Role::SampleMethod => bare(client) == bare(ours),
        Role::Column => match at.and_then(|at| expectation.columns.get(&at)) {
            Some(identifiers) => is_column(ours, identifiers, client.last() == Some(&Part::Star)),
            None => client == ours,
        },
        Role::Function if at.is_some_and(|at| expectation.unnested.contains(&at)) => {
            client == ours && ours == [Part::Word("unnest")]
        }
        Role::Function => match at.and_then(|at| expectation.functions.get(&at)) {
            Some((schema, name)) => is_pair(ours, schema, name),
            None => matches!(ours, [Part::Word("pg_catalog"), _]) && bare(client) == bare(ours),
        },
        Role::Type => match at.and_then(|at| expectation.types.get(&at)) {
            Some((schema, name)) => is_pair(ours, schema, name),
            None => bare(client) == bare(ours),
        },
    }
}

/// Number of column references that the plan appended to a GROUP BY list, when exactly these are there.
pub(super) fn appended_keys(client: &NodeList, ours: &NodeList, expectation: &Expectation) -> Option<usize> {
    let Some(keys) = client.iter().find_map(|item| expectation.group_keys.get(&item_offset(item)?)) else { return Some(0) };
    let mut appended = ours.iter().skip(client.len());
    let all = keys.iter().all(|key| match appended.next() {
        Some(Node::ColumnRef(column)) => parts(column.fields()).is_some_and(|name| is_column(&name, key, false)),
        Some(_) | None => false,
    });
    all.then_some(keys.len())
}

/// The offset of a column reference or a number.
#[expect(clippy::wildcard_enum_match_arm, reason = "lists are found by these items only")]
fn item_offset(item: Node<'_>) -> Option<u32> {
    match item {
        Node::A_Const(number) => offset(number.location),
        Node::ColumnRef(column) => offset(column.location),
        _ => None,
    }
}

/// The name without a leading `pg_catalog`.
pub(super) fn bare<'n, 't>(name: &'n [Part<'t>]) -> &'n [Part<'t>] {
    match name {
        [Part::Word("pg_catalog"), rest @ ..] if !rest.is_empty() => rest,
        _ => name,
    }
}

fn is_pair(name: &[Part<'_>], schema: &str, last: &str) -> bool {
    matches!(name, [Part::Word(first), Part::Word(second)] if *first == schema && *second == last)
}

fn is_column(name: &[Part<'_>], identifiers: &[String], star: bool) -> bool {
    let words = identifiers.iter().map(|word| Part::Word(word.as_str()));
    words.chain(star.then_some(Part::Star)).eq(name.iter().copied())
}
