//! Relations of the client and what stands for them in the rewritten text.

use pg_raw_parse::Node;
use pg_raw_parse::nodes::{Alias, RangeSubselect, RangeTableSample, RangeVar, SelectStmt};

use super::compare::{Comparison, Pair, Rules};
use super::field::{offset, parts};
use super::{Disagreement, Expectation, Substitution, names};

/// Checks that the plan's substitution, and nothing else, stands for a relation; `sample` is the client's TABLESAMPLE around it.
pub(super) fn check<'t>(
    relation: &'t RangeVar,
    sample: Option<&'t RangeTableSample>,
    pair: Pair<'t>,
    expectation: &Expectation,
    work: &mut Vec<Pair<'t>>,
) -> Result<(), Disagreement> {
    let substitution = expected(relation, expectation)?;
    let Node::RangeSubselect(ours) = pair.ours else { return Err(wrong(relation, "nothing stands for it")) };
    check_subselect(relation, substitution, ours)?;
    check_source(relation, sample, ours.subquery(), pair, work)
}

/// The plan's substitution for a relation.
pub(super) fn expected<'e>(relation: &RangeVar, expectation: &'e Expectation) -> Result<&'e Substitution, Disagreement> {
    let substitution = offset(relation.location).and_then(|at| expectation.relations.get(&at));
    substitution.ok_or_else(|| wrong(relation, "the plan names nothing that stands for it"))
}

/// `(query) AS alias (columns)`
pub(super) fn check_subselect(
    relation: &RangeVar,
    substitution: &Substitution,
    ours: &RangeSubselect,
) -> Result<(), Disagreement> {
    if ours.lateral {
        return Err(wrong(relation, "LATERAL was added"));
    }
    if !ours.alias().is_some_and(|alias| is_alias(alias, substitution)) {
        return Err(wrong(relation, "another alias stands there"));
    }
    check_query(relation, substitution, ours.subquery())
}

/// The query must be the expected one, which reads nothing of the statement around it.
pub(super) fn check_query(relation: &RangeVar, substitution: &Substitution, ours: Node<'_>) -> Result<(), Disagreement> {
    let same = Comparison::new(Rules::Exact).run(substitution.query.statement(), ours);
    same.map(drop).map_err(|_| wrong(relation, "another query stands there"))
}

fn is_alias(alias: &Alias, substitution: &Substitution) -> bool {
    let columns = alias.colnames().iter().map(Node::as_str);
    alias.aliasname() == Some(&substitution.alias)
        && alias.colnames().len() == substitution.column_aliases.len()
        && columns.eq(substitution.column_aliases.iter().map(|name| Some(name.as_str())))
}

/// ONLY and TABLESAMPLE must have moved to the one relation that the query reads.
pub(super) fn check_source<'t>(
    relation: &'t RangeVar,
    sample: Option<&'t RangeTableSample>,
    query: Node<'t>,
    pair: Pair<'t>,
    work: &mut Vec<Pair<'t>>,
) -> Result<(), Disagreement> {
    if source(query).is_some_and(|(inner, _)| inner.inh != relation.inh && may_have_children(inner)) {
        return Err(wrong(relation, "ONLY was added or lost"));
    }
    check_source_of_copy(relation, sample, query, pair, work)
}

/// Nothing inherits from a system relation, nor from a common table expression of our own: with ONLY and without it is the same.
fn may_have_children(inner: &RangeVar) -> bool {
    inner.schemaname().is_some_and(|schema| !matches!(schema, "information_schema" | "pg_catalog"))
}

/// The same where the statement itself means ONLY, whether it is written or not: COPY of a relation reads nothing that inherits from it.
pub(super) fn check_source_of_copy<'t>(
    relation: &'t RangeVar,
    sample: Option<&'t RangeTableSample>,
    query: Node<'t>,
    pair: Pair<'t>,
    work: &mut Vec<Pair<'t>>,
) -> Result<(), Disagreement> {
    let Some((_, inner_sample)) = source(query) else {
        // A join or a list of values: there is nothing to inherit from, and nothing to sample.
        return if sample.is_none() { Ok(()) } else { Err(wrong(relation, "TABLESAMPLE is lost")) };
    };
    match (sample, inner_sample) {
        (None, None) => Ok(()),
        (Some(client), Some(ours)) => check_sample(relation, client, ours, pair, work),
        (Some(_), None) | (None, Some(_)) => Err(wrong(relation, "TABLESAMPLE was added or lost")),
    }
}

fn check_sample<'t>(
    relation: &RangeVar,
    client: &'t RangeTableSample,
    ours: &'t RangeTableSample,
    pair: Pair<'t>,
    work: &mut Vec<Pair<'t>>,
) -> Result<(), Disagreement> {
    let (method, ours_method) = (parts(client.method()), parts(ours.method()));
    let same_method = method.zip(ours_method).is_some_and(|(client, ours)| names::bare(&client) == names::bare(&ours));
    if !same_method || client.args().len() != ours.args().len() {
        return Err(wrong(relation, "another TABLESAMPLE stands there"));
    }
    let arguments = client.args().iter().zip(ours.args());
    let all = arguments.chain([(client.repeatable(), ours.repeatable())]);
    work.extend(all.map(|(client, ours)| Pair { client, ours, ..pair }));
    Ok(())
}

/// The relation that a query reads, through the subqueries around it, when each reads but one thing.
#[expect(clippy::wildcard_enum_match_arm, reason = "joins and functions are not one relation")]
fn source(query: Node<'_>) -> Option<(&RangeVar, Option<&RangeTableSample>)> {
    let mut query: &SelectStmt = <&SelectStmt>::try_from(query).ok()?;
    loop {
        let mut from = query.from_clause().iter();
        let (Some(first), None) = (from.next(), from.next()) else { return None };
        match first {
            Node::RangeSubselect(inner) => query = <&SelectStmt>::try_from(inner.subquery()).ok()?,
            Node::RangeTableSample(sample) => return Some((<&RangeVar>::try_from(sample.relation()).ok()?, Some(sample))),
            Node::RangeVar(relation) => return Some((relation, None)),
            _ => return None,
        }
    }
}

/// A disagreement about a relation.
pub(super) fn wrong(relation: &RangeVar, what: &'static str) -> Disagreement {
    let parts = [relation.catalogname(), relation.schemaname(), relation.relname()];
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(".");
    Disagreement::Relation { name, what, at: offset(relation.location) }
}
