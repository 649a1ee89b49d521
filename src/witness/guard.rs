//! A count with a guard around it: the same function is called, and what is guarded is what the client wrote.

use pg_raw_parse::nodes::FuncCall;
use pg_raw_parse::{ConstValue, Node};

use super::compare::{Comparison, Pair, Rules};
use super::field::{Part, parts};
use super::names::bare;
use super::reader::Reading;
use super::{Disagreement, Side};

/// Holds a call of `repeat`, `lpad` or `rpad` against ours; its arguments become work, the count without the guard.
pub(super) fn check<'t>(client: &'t FuncCall, most: i32, pair: Pair<'t>, work: &mut Vec<Pair<'t>>) -> Result<(), Disagreement> {
    let ours = <&FuncCall>::try_from(pair.ours).map_err(|_| Disagreement::Tree)?;
    let (name, our_name) =
        (parts(client.funcname()).ok_or(Disagreement::Tree)?, parts(ours.funcname()).ok_or(Disagreement::Tree)?);
    let is_same = matches!(&*our_name, [Part::Word("pg_catalog"), Part::Word("lpad" | "repeat" | "rpad")])
        && bare(&name) == bare(&our_name)
        && client.args().len() == ours.args().len()
        && is_plain(client)
        && is_plain(ours);
    if !is_same {
        return Err(Disagreement::Tree);
    }
    for (index, (client, ours)) in client.args().iter().zip(ours.args().iter()).enumerate() {
        let ours = if index == 1 { guarded(ours, most).ok_or(Disagreement::Tree)? } else { ours };
        work.push(Pair { client, ours, ..pair });
    }
    Ok(())
}

/// Nothing but arguments hangs on the call.
fn is_plain(call: &FuncCall) -> bool {
    let is_bare = !call.agg_distinct && !call.agg_star && !call.agg_within_group && !call.func_variadic;
    is_bare && call.agg_order().is_empty() && matches!(call.agg_filter(), Node::None) && call.over().is_none()
}

/// What stands in a guard beside the count and the limit.
const NUMBERS: &str = "SELECT CAST(2 AS pg_catalog.float8), CAST(0 AS pg_catalog.float8), CAST(1 AS pg_catalog.float8), 0";

/// `n` of `most + 2 - width_bucket(2, 0, 1, most + 1 - int4larger(n, 0))`.
fn guarded(node: Node<'_>, most: i32) -> Option<Node<'_>> {
    let mut buckets = called(subtracted(node, most.checked_add(2)?)?, "width_bucket", 4)?.args().iter();
    let (low, from, to) = (buckets.next()?, buckets.next()?, buckets.next()?);
    let mut larger = called(subtracted(buckets.next()?, most.checked_add(1)?)?, "int4larger", 2)?.args().iter();
    let (count, least) = (larger.next()?, larger.next()?);
    let expected = Reading::of(NUMBERS, Side::Substitution).ok()?;
    let Node::SelectStmt(expected) = expected.statement() else { return None };
    let expected = expected.target_list().iter().map(|target| target.val());
    let is_same = |(expected, ours)| Comparison::new(Rules::Exact).run(expected, ours).is_ok();
    expected.zip([low, from, to, least]).all(is_same).then_some(count)
}

/// What is taken from that number.
#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else stands there")]
fn subtracted(node: Node<'_>, from: i32) -> Option<Node<'_>> {
    let Node::A_Expr(expr) = node else { return None };
    let is_number = match expr.lexpr() {
        Node::A_Const(number) => matches!(number.val(), Some(ConstValue::Integer(value)) if value == from),
        _ => false,
    };
    let is_minus = bare(&parts(expr.name())?) == [Part::Word("-")];
    (is_number && is_minus).then(|| expr.rexpr())
}

/// A plain call of `pg_catalog.name` with so many arguments.
fn called<'t>(node: Node<'t>, name: &str, arguments: usize) -> Option<&'t FuncCall> {
    let call = <&FuncCall>::try_from(node).ok()?;
    let is_it = *parts(call.funcname())? == [Part::Word("pg_catalog"), Part::Word(name)];
    Some(call).filter(|call| is_it && call.args().len() == arguments && is_plain(call))
}
