//! A function in FROM that rows of ours stand for: they have no columns of their own, so that these are written behind them.

use pg_raw_parse::Node;
use pg_raw_parse::list::NodeList;

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
