//! A function that rows of ours stand for, in FROM or where a field of its row is selected: they have no columns of their own, so that these are written behind
//! them.

use pg_raw_parse::Node;
use pg_raw_parse::list::NodeList;
use pg_raw_parse::nodes::A_Indirection;

use crate::base::quote_ident;

use super::compare::{Comparison, Pair, Rules};
use super::field::offset;
use super::reader::Reading;
use super::{Disagreement, Expectation, Side};

/// The column definitions that must stand behind the call of an item of FROM; `None` where the plan gives it none.
pub(super) fn columns<'e>(item: &NodeList, expectation: &'e Expectation) -> Option<&'e str> {
    let Node::FuncCall(call) = item.iter().next()? else { return None };
    expectation.row_columns.get(&offset(call.location)?).map(String::as_str)
}

/// Whether one of the functions of FROM is given columns, which only ROWS FROM takes beside an alias and WITH ORDINALITY.
pub(super) fn is_among(functions: &NodeList, expectation: &Expectation) -> bool {
    functions.iter().filter_map(|item| item.as_node_list()).any(|item| columns(item, expectation).is_some())
}

/// Holds the client's call, which has no column definitions, against ours, which has just those; the calls become work.
pub(super) fn check<'t>(
    client: &'t NodeList,
    columns: &str,
    pair: Pair<'t>,
    work: &mut Vec<Pair<'t>>,
) -> Result<(), Disagreement> {
    let ours = pair.ours.as_node_list().and_then(item).ok_or(Disagreement::Tree)?;
    let (call, Node::None) = item(client).ok_or(Disagreement::Tree)? else { return Err(Disagreement::Tree) };
    let expected = Reading::of(&format!("SELECT FROM ROWS FROM (f() AS ({columns}))"), Side::Substitution)?;
    let defined = definitions(expected.statement()).ok_or(Disagreement::Tree)?;
    Comparison::new(Rules::Exact).run(defined, ours.1)?;
    work.push(Pair { client: call, ours: ours.0, ..pair });
    Ok(())
}

/// The column definitions behind the call that a field is selected from, and the field's name; `None` where the plan gives the call none.
pub(super) fn selected<'e, 't>(indirection: &'t A_Indirection, expectation: &'e Expectation) -> Option<(&'e str, &'t str)> {
    let Node::FuncCall(call) = indirection.arg() else { return None };
    let at = offset(call.location).filter(|at| expectation.replaced.contains(at))?;
    let columns = expectation.row_columns.get(&at)?;
    let mut steps = indirection.indirection().iter();
    let Some(Node::String(name)) = steps.next() else { return None };
    steps.next().is_none().then_some((columns, name.sval()?))
}

/// Holds ours against a query of that column of rows that stand for the call.
pub(super) fn check_selected(columns: &str, name: &str, ours: Node<'_>) -> Result<(), Disagreement> {
    let Node::SubLink(link) = ours else { return Err(Disagreement::Tree) };
    let text = format!("SELECT (SELECT r.{} FROM ROWS FROM (f() AS ({columns})) AS r)", quote_ident(name));
    let expected = Reading::of(&text, Side::Substitution)?;
    let Node::SelectStmt(select) = expected.statement() else { return Err(Disagreement::Tree) };
    let Some(target) = select.target_list().iter().next() else { return Err(Disagreement::Tree) };
    let at = text.find("f()").and_then(|at| u32::try_from(at).ok()).ok_or(Disagreement::Tree)?;
    let any_call = Expectation { replaced: [at].into(), ..Expectation::default() };
    Comparison::new(Rules::Rewritten(&any_call)).run(target.val(), Node::SubLink(link))?;
    Ok(())
}

/// The call of an item, and its column definitions.
fn item(list: &NodeList) -> Option<(Node<'_>, Node<'_>)> {
    let mut members = list.iter();
    let both = members.next().zip(members.next())?;
    members.next().is_none().then_some(both)
}

/// The column definitions of the only function that is read.
fn definitions(statement: Node<'_>) -> Option<Node<'_>> {
    let Node::SelectStmt(select) = statement else { return None };
    let Node::RangeFunction(function) = select.from_clause().iter().next()? else { return None };
    let only = function.functions().iter().next()?;
    item(only.as_node_list()?).map(|(_, columns)| columns)
}
