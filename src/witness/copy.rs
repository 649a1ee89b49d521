//! COPY of a relation, which becomes COPY of a query on it.
//!
//! The query is either the plan's text itself (when its alias is empty) or `SELECT columns FROM (text) AS alias`.

use pg_raw_parse::Node;
use pg_raw_parse::list::NodeList;
use pg_raw_parse::nodes::{CopyStmt, RangeVar, SelectStmt};

use super::compare::{Pair, Rules};
use super::field::{Field, OptionsOf, Value};
use super::relation::{check_query, check_source_of_copy, check_subselect, expected, wrong};
use super::{Disagreement, Expectation, options, output_name, shape};

/// Checks COPY of a relation against COPY of a query, or the query alone; `query` is what was found inside the plan's envelope.
pub(super) fn check<'t>(
    client: &'t CopyStmt,
    relation: &'t RangeVar,
    query: Node<'t>,
    pair: Pair<'t>,
    expectation: &Expectation,
    work: &mut Vec<Pair<'t>>,
) -> Result<(), Disagreement> {
    if let Node::CopyStmt(ours) = pair.ours {
        check_frame(client, relation, ours, expectation, pair, work)?;
    }
    let Node::SelectStmt(select) = query else { return Err(wrong(relation, "nothing stands for it")) };
    check_columns(client.attlist(), relation, select)?;
    let substitution = expected(relation, expectation)?;
    if substitution.alias.is_empty() {
        check_query(relation, substitution, query)?;
        return check_source_of_copy(relation, None, query, pair, work);
    }
    let mut from = select.from_clause().iter();
    let (Some(Node::RangeSubselect(ours)), None) = (from.next(), from.next()) else {
        return Err(wrong(relation, "nothing stands for it"));
    };
    if !is_plain(query) {
        return Err(wrong(relation, "its rows are not copied as they are"));
    }
    check_subselect(relation, substitution, ours)?;
    check_source_of_copy(relation, None, ours.subquery(), pair, work)
}

/// Everything of the statement but the relation and its columns.
fn check_frame<'t>(
    client: &'t CopyStmt,
    relation: &RangeVar,
    ours: &'t CopyStmt,
    expectation: &Expectation,
    pair: Pair<'t>,
    work: &mut Vec<Pair<'t>>,
) -> Result<(), Disagreement> {
    let out = |copy: &CopyStmt| {
        !copy.is_from && !copy.is_program && copy.filename().is_none() && matches!(copy.where_clause(), Node::None)
    };
    let mut found = Vec::new();
    let (left, right) = (client.options().iter().collect(), ours.options().iter().collect());
    let same = options::same(Rules::Rewritten(expectation), OptionsOf::Copy, left, right, &mut found);
    work.extend(found.into_iter().map(|(client, ours)| Pair { client, ours, ..pair }));
    if same && out(client) && out(ours) && ours.relation().is_none() && ours.attlist().is_empty() {
        return Ok(());
    }
    Err(wrong(relation, "another COPY stands there"))
}

/// When the client named columns, the query has these, in order. Else they are the plan's.
fn check_columns(columns: &NodeList, relation: &RangeVar, query: &SelectStmt) -> Result<(), Disagreement> {
    let names = query.target_list().iter().map(|target| target.name().or_else(|| output_name::figured(target.val())));
    if columns.is_empty() || names.eq(columns.iter().map(Node::as_str)) {
        return Ok(());
    }
    Err(wrong(relation, "other columns are copied"))
}

/// Whether a query has nothing but FROM and a list of column references.
fn is_plain(query: Node<'_>) -> bool {
    let mut fields = Vec::new();
    let known = shape::read(query, &mut fields).is_some();
    known && fields.iter().all(is_plain_field)
}

fn is_plain_field(field: &Field<'_>) -> bool {
    match (field.name, &field.value) {
        ("from_clause", _) | ("target_list", Value::Length(_)) => true,
        ("target_list", Value::Node(Node::ResTarget(target))) => matches!(target.val(), Node::ColumnRef(_)),
        (_, Value::Group(items)) => items.is_empty(),
        (_, Value::Length(length)) => *length == 0,
        (_, Value::Node(node)) => matches!(node, Node::None),
        (_, Value::Number(number)) => *number == 0,
        _ => false,
    }
}
