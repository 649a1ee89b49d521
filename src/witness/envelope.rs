//! The query that stands around the client's whole query: nothing but the plan's own columns over it.

use pg_raw_parse::Node;

use super::compare::{Comparison, Rules};
use super::field::{Field, Value};
use super::reader::Reading;
use super::{Disagreement, Envelope, Side, shape};

/// The query inside, when the plan's envelope and nothing else stands around it.
pub(super) fn inside<'t>(envelope: &Envelope, ours: Node<'t>) -> Result<Node<'t>, Disagreement> {
    let wrong = |field| Disagreement::Field { node: "Envelope", field, at: None };
    let Node::SelectStmt(select) = ours else { return Err(wrong("query")) };
    let mut fields = Vec::new();
    shape::read(ours, &mut fields).ok_or(Disagreement::Unknown { side: Side::Rewritten })?;
    if !fields.iter().all(is_absent) {
        return Err(wrong("clause"));
    }
    let expected = Reading::of(&format!("SELECT {}", envelope.targets.join(", ")), Side::Substitution)?;
    let Node::SelectStmt(targets) = expected.statement() else { return Err(wrong("targets")) };
    if targets.target_list().len() != select.target_list().len() || select.target_list().len() != envelope.targets.len() {
        return Err(wrong("targets"));
    }
    for (expected, ours) in targets.target_list().iter().zip(select.target_list()) {
        Comparison::new(Rules::Exact).run(Node::from(expected), Node::from(ours)).map_err(|_| wrong("targets"))?;
    }
    let mut from = select.from_clause().iter();
    let (Some(Node::RangeSubselect(inner)), None) = (from.next(), from.next()) else { return Err(wrong("from")) };
    let is_alias = inner.alias().is_some_and(|alias| {
        let columns = alias.colnames().iter().map(Node::as_str);
        alias.aliasname() == Some(&envelope.alias) && columns.eq(envelope.columns.iter().map(|column| Some(column.as_str())))
    });
    match is_alias && !inner.lateral {
        true => Ok(inner.subquery()),
        false => Err(wrong("alias")),
    }
}

/// Whether a field of a query says nothing; its columns and what it reads are looked at apart.
fn is_absent(field: &Field<'_>) -> bool {
    match (field.name, &field.value) {
        ("from_clause" | "target_list", _) => true,
        (_, Value::Group(items)) => items.is_empty(),
        (_, Value::Length(length)) => *length == 0,
        (_, Value::Node(node)) => matches!(node, Node::None),
        (_, Value::Number(number)) => *number == 0,
        _ => false,
    }
}
