//! The copy rule: which of the client's conditions may stand inside a relation's fence too, so that indexes and partitions serve (enforcement §4, W3).
//!
//! A condition is copied when it is total, reads nothing but unmasked columns of the one relation, constants and columns of outer queries, and when rows that
//! fail it cannot reach the answer: it stands in WHERE or in the ON of a join that drops them. The original stays where it is, so a copy only ever takes rows
//! away that would have gone anyway.
//!
//! A copy that reads an outer query's columns serves where the query runs once for each row of the outer one. PostgreSQL joins `EXISTS (SELECT …)` of WHERE and
//! ON instead, and cannot when anything but the WHERE of the sub-select reads outer columns (`convert_EXISTS_sublink_to_join`): there is no such copy then,
//! unless the outer rows are few.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::quote_ident;
use crate::parse::syntax::{
    Body, ColumnRef, Expr, Item, Join, JoinKind, Limit, Literal, NodeId, QuantifiedRight, Query, Select, TableRef,
};

use super::error::AnalyzeError;
use super::field::{Base, Field};
use super::scope::{Scope, Table};
use super::total::{constant, is_comparison};
use super::{Analyzer, Bindings, ColumnUse};

/// The alias of the relation within its own sub-select: an outer table of that name cannot be named there.
const INNER: &str = "t";
/// Copies of one relation; what stands outside works without them.
const MOST: usize = 32;

/// A condition that stands inside a relation's fence too.
#[derive(Clone, Debug)]
pub struct Copied {
    pub condition: Expr,
    /// What stands for the column references in it.
    pub columns: BTreeMap<NodeId, String>,
    /// The parameters that it reads.
    parameters: Vec<u32>,
}

/// A column reference in a condition that may be copied.
#[derive(Debug)]
pub(super) struct Met {
    id: NodeId,
    name: Arc<str>,
    via: Option<Arc<str>>,
    base: Option<Base>,
    place: Place,
}

/// Where the table of a column reference stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In the same FROM clause.
    Here,
    /// In an outer query, and its printed name means it in a sub-select too.
    Outside,
    /// Where its printed name would not find it.
    Unreachable,
}

/// A relation of a FROM clause that conditions may be copied into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goal {
    relation: NodeId,
    /// An outer join gives rows in which it is NULL: only a condition that fails on NULL may be copied.
    is_nullable: bool,
    /// The query is joined to the one around it: nothing that reads outer columns may be copied.
    is_joined: bool,
}

/// The relations that WHERE may be copied into; `is_joined` tells that the query becomes a join with the one around it.
pub(super) fn goals_of_where(from: &[TableRef], is_joined: bool) -> Vec<Goal> {
    let mut goals = Vec::new();
    from.iter().for_each(|item| collect(item, false, &mut goals));
    goals.iter_mut().for_each(|goal| goal.is_joined = is_joined);
    goals
}

/// The relations that the ON of a join may be copied into: those of the sides whose rows it drops.
pub(super) fn goals_of_on(join: &Join) -> Vec<Goal> {
    let mut goals = Vec::new();
    if matches!(join.kind, JoinKind::Cross | JoinKind::Inner | JoinKind::Right) {
        collect(&join.left, false, &mut goals);
    }
    if matches!(join.kind, JoinKind::Cross | JoinKind::Inner | JoinKind::Left) {
        collect(&join.right, false, &mut goals);
    }
    goals
}

fn collect(item: &TableRef, is_nullable: bool, goals: &mut Vec<Goal>) {
    match item {
        TableRef::Function(_) | TableRef::Subquery(_) | TableRef::TableFunction(_) => {}
        TableRef::Relation(relation) => goals.push(Goal { relation: relation.id, is_nullable, is_joined: false }),
        // Whoever names a relation below an alias of the whole join means another one.
        TableRef::Join(join) if join.alias.is_some() => {}
        TableRef::Join(join) => {
            let (left, right) = match join.kind {
                JoinKind::Cross | JoinKind::Inner => (is_nullable, is_nullable),
                JoinKind::Left => (is_nullable, true),
                JoinKind::Right => (true, is_nullable),
                JoinKind::Full => return,
            };
            collect(&join.left, left, goals);
            collect(&join.right, right, goals);
        }
    }
}

impl Analyzer<'_> {
    /// Binds a condition, each side of an AND by itself, and notes which of them may be copied into which relation.
    pub(super) fn condition(
        &mut self,
        condition: &Expr,
        scope: &Scope<'_>,
        column_use: ColumnUse,
        goals: &[Goal],
    ) -> Result<(), AnalyzeError> {
        let has_few_rows = self.has_few_rows(condition, goals);
        self.conjuncts(condition, scope, column_use, goals, has_few_rows)
    }

    fn conjuncts(
        &mut self,
        condition: &Expr,
        scope: &Scope<'_>,
        column_use: ColumnUse,
        goals: &[Goal],
        has_few_rows: bool,
    ) -> Result<(), AnalyzeError> {
        if let Expr::And(left, right) = condition {
            self.conjuncts(left, scope, column_use, goals, has_few_rows)?;
            return self.conjuncts(right, scope, column_use, goals, has_few_rows);
        }
        self.is_joined = !has_few_rows && becomes_join(condition);
        let (was_inside, was_total) = (self.is_inside, self.is_total);
        self.is_inside = false;
        self.met = Some(Vec::new());
        self.expr(condition, scope, Some(column_use))?;
        let met = self.met.take().unwrap_or_default();
        // From within ON the items to its left cannot be named, but a sub-select in FROM would meet them before any outer query.
        let reaches_out = column_use == ColumnUse::Join && met.iter().any(|met| met.place != Place::Here);
        if self.is_total && !reaches_out {
            self.offer(condition, &met, goals);
        }
        self.is_inside = was_inside;
        self.is_total &= was_total;
        Ok(())
    }

    /// Notes a column reference that was bound.
    pub(super) fn meet(&mut self, reference: &ColumnRef, field: &Field, scope: &Scope<'_>) {
        let Some(met) = &mut self.met else { return };
        let place = match &field.via {
            Some(via) => place(via, field, scope),
            None => Place::Unreachable,
        };
        let (name, via, base) = (Arc::clone(&field.name), field.via.clone(), field.origin.clone());
        met.push(Met { id: reference.id, name, via, base, place });
    }

    fn offer(&mut self, condition: &Expr, met: &[Met], goals: &[Goal]) {
        let mut parameters = Vec::new();
        let Some(own) = met.iter().find(|met| met.place == Place::Here) else { return };
        if !is_plain(condition, &mut parameters) {
            return;
        }
        let is_goal = |goal: &&Goal| {
            let bound = self.bindings.relations.get(&goal.relation);
            bound.is_some_and(|bound| own.via.as_deref() == Some(bound.alias.as_str()))
        };
        let reads_outside = met.iter().any(|met| met.place == Place::Outside);
        let may_take = |goal: &&Goal| (!goal.is_nullable || is_strict(condition)) && !(goal.is_joined && reads_outside);
        let Some(goal) = goals.iter().find(is_goal).filter(may_take) else { return };
        let columns: Option<BTreeMap<NodeId, String>> =
            met.iter().map(|met| Some((met.id, printed(met, goal.relation, &self.bindings)?))).collect();
        let Some(columns) = columns else { return };
        let copies = self.bindings.copies.entry(goal.relation).or_default();
        // The same condition may be written twice.
        if copies.len() < MOST && !copies.iter().any(|known| known.condition == *condition) {
            copies.push(Copied { condition: condition.clone(), columns, parameters });
        }
    }
}

impl Analyzer<'_> {
    /// Whether a condition takes a few rows by their key, as far as its form tells: what is looked up for each of them then is better looked up than joined.
    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not listed says nothing of keys")]
    fn has_few_rows(&self, condition: &Expr, goals: &[Goal]) -> bool {
        match condition {
            Expr::And(left, right) => self.has_few_rows(left, goals) || self.has_few_rows(right, goals),
            Expr::Binary { op, left, right } if op.symbol == "=" => {
                (self.is_key(left, goals) && constant(right).is_some()) || (self.is_key(right, goals) && constant(left).is_some())
            }
            Expr::InList { expr, list, negated: false } => {
                self.is_key(expr, goals) && list.iter().all(|element| constant(element).is_some())
            }
            _other => false,
        }
    }

    /// A column with the name of a relation's primary key.
    fn is_key(&self, expr: &Expr, goals: &[Goal]) -> bool {
        let Expr::Column(column) = expr else { return false };
        let Some(name) = column.parts.last().filter(|_| !column.star) else { return false };
        goals.iter().filter_map(|goal| self.bindings.relations.get(&goal.relation)).any(|bound| {
            let [key] = bound.relation.primary_key.as_slice() else { return false };
            bound.relation.columns.get(*key).is_some_and(|column| column.name == name.name)
        })
    }
}

/// Whether PostgreSQL makes a semi-join or an anti-join of a condition: EXISTS or NOT EXISTS of a plain query (`simplify_EXISTS_query`). What is not
/// recognised keeps its copies.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not listed is not joined")]
fn becomes_join(condition: &Expr) -> bool {
    let query = match condition {
        Expr::Exists(query) => query,
        Expr::Not(inner) => match &**inner {
            Expr::Exists(query) => query,
            _other => return false,
        },
        _other => return false,
    };
    let Query { with: None, body: Body::Select(select), order_by: _, limit, offset: None } = &**query else { return false };
    let Select { distinct: _, items, from: _, filter: Some(_), group_by: None, having: None, windows } = &**select else {
        return false;
    };
    let is_plain = |item: &Item| match item {
        Item::Expr { expr, alias: _ } => matches!(expr, Expr::Column(_) | Expr::Literal(_)),
        Item::Star { at: _ } => true,
    };
    // LIMIT of a constant says nothing of whether there is a row; LIMIT 0 would, and is not joined.
    let is_limited = match limit {
        None | Some(Limit::All) => false,
        Some(Limit::Count(Expr::Literal(Literal::Number(rows)))) => Literal::integer(rows).is_none_or(|rows| rows < 1),
        Some(Limit::Count(_) | Limit::WithTies(_)) => true,
    };
    !is_limited && windows.is_empty() && items.iter().all(is_plain)
}

impl Bindings {
    /// Drops copies that would change the type of a parameter: one that stands elsewhere too has its type from there, or gives it to there.
    pub(super) fn keep_single_parameters(&mut self, uses: &BTreeMap<u32, usize>) {
        for copies in self.copies.values_mut() {
            copies.retain(|copied| copied.parameters.iter().all(|number| uses.get(number) == Some(&1)));
        }
    }
}

/// Whether a printed table name means this table one level further in, where nothing of this level's FROM can be named.
fn place(via: &Arc<str>, field: &Field, scope: &Scope<'_>) -> Place {
    let offers = |table: &&Table| table.fields.iter().any(|offered| offered.name == field.name);
    let mut levels = scope.tables_by_printed_name(via);
    match (levels.next(), scope.namespace().tables.iter().find(|table| table.alias == *via)) {
        (_, Some(own)) => {
            if offers(&own) {
                Place::Here
            } else {
                Place::Unreachable
            }
        }
        (Some(found), None) if **via != *INNER && offers(&found) => Place::Outside,
        (_, None) => Place::Unreachable,
    }
}

/// The text for a column reference inside the fence of that relation.
fn printed(met: &Met, relation: NodeId, bindings: &Bindings) -> Option<String> {
    match met.place {
        Place::Here => {
            let bound = bindings.relations.get(&relation)?;
            let base = met.base.as_ref().filter(|base| Arc::ptr_eq(&base.relation, &bound.relation))?;
            let column = base.column().filter(|column| column.mask.is_none() && !column.is_computed())?;
            let is_own = met.via.as_deref() == Some(bound.alias.as_str());
            is_own.then(|| format!("{INNER}.{}", quote_ident(&column.physical)))
        }
        Place::Outside => met.via.as_ref().map(|via| format!("{}.{}", quote_ident(via), quote_ident(&met.name))),
        Place::Unreachable => None,
    }
}

/// Whether the condition consists of columns, constants and tests of them; collects its parameters. That it is total was found out already.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not listed is not copied")]
fn is_plain(expr: &Expr, parameters: &mut Vec<u32>) -> bool {
    match expr {
        Expr::Parameter(number) => {
            parameters.push(*number);
            true
        }
        Expr::Column(column) => !column.star,
        Expr::Literal(_) | Expr::SqlValue { value: _, id: _, at: _ } => true,
        // Of calls, casts and operators only constants are total.
        Expr::Binary { op: _, left, right } => is_plain(left, parameters) && is_plain(right, parameters),
        Expr::Call(call) => call.arguments.is_empty() && call.over.is_none() && !call.star,
        Expr::Cast { expr, target: _ } | Expr::Unary { op: _, expr } => is_plain(expr, parameters),
        Expr::And(left, right) | Expr::Or(left, right) => is_plain(left, parameters) && is_plain(right, parameters),
        Expr::Not(inner) => is_plain(inner, parameters),
        Expr::Between { expr, low, high, negated: _, symmetric: _ } => {
            is_plain(expr, parameters) && is_plain(low, parameters) && is_plain(high, parameters)
        }
        Expr::InList { expr, list, negated: _ } => {
            is_plain(expr, parameters) && list.iter().all(|element| is_plain(element, parameters))
        }
        Expr::IsBool { expr, test: _, negated: _ } | Expr::IsNull { expr, negated: _ } => is_plain(expr, parameters),
        Expr::IsDistinct { left, right, negated: _ } => is_plain(left, parameters) && is_plain(right, parameters),
        Expr::Like { kind: _, expr, pattern, escape: None, negated: _ } => {
            is_plain(expr, parameters) && is_plain(pattern, parameters)
        }
        Expr::Quantified { left, op: _, quantifier: _, right: QuantifiedRight::Array(array) } => {
            is_plain(left, parameters) && is_plain(array, parameters)
        }
        _other => false,
    }
}

/// Whether the condition cannot be true where the columns that it reads are NULL.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not listed is not proven")]
fn is_strict(condition: &Expr) -> bool {
    let is_column = |expr: &Expr| matches!(expr, Expr::Column(_));
    match condition {
        Expr::Binary { op, left, right } => is_comparison(op) && (is_column(left) || is_column(right)),
        Expr::InList { expr, list, negated: _ } => is_column(expr) && list.iter().all(|element| constant(element).is_some()),
        Expr::Between { expr, low: _, high: _, negated: false, symmetric: _ }
        | Expr::Like { kind: _, expr, pattern: _, escape: _, negated: _ } => is_column(expr),
        _other => false,
    }
}
