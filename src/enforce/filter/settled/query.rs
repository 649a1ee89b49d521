//! Sub-selects of a row filter.

use crate::catalog::WarehouseRelation;
use crate::parse::syntax::{
    Body, Distinct, GroupBy, GroupItem, Item, Join, JoinConstraint, Limit, Query, Relation, Select, TableRef,
};

use super::kind::plain;
use super::{Kind, Outcome, Settling};

impl Settling<'_> {
    /// A sub-select: what its one column is.
    pub(super) fn query(&mut self, query: &mut Query) -> Outcome {
        let Query { with: None, body: Body::Select(select), order_by, limit, offset } = query else {
            return Err("a sub-select of a row filter must be a plain SELECT".to_owned());
        };
        let before = self.tables.len();
        let Select { distinct, items, from, filter, group_by, having, windows } = &mut **select;
        if !windows.is_empty() || matches!(distinct, Distinct::On(_)) {
            return Err("a sub-select of a row filter has no windows and no DISTINCT ON".to_owned());
        }
        for item in from.iter() {
            self.name(item)?;
        }
        for item in from {
            self.join(item)?;
        }
        filter.iter_mut().chain(having).try_for_each(|condition| self.condition(condition))?;
        for item in group_by.iter_mut().flat_map(|GroupBy { distinct: _, items }| items) {
            let GroupItem::Expr(key) = item else {
                return Err("a sub-select of a row filter groups by plain keys".to_owned());
            };
            self.kind(key)?;
        }
        for key in order_by {
            self.kind(&mut key.expr)?;
        }
        let limit = match limit {
            None | Some(Limit::All) => None,
            Some(Limit::Count(count) | Limit::WithTies(count)) => Some(count),
        };
        for count in limit.into_iter().chain(offset) {
            self.kind(count).and_then(plain)?;
        }
        let mut found = Kind::Plain;
        for item in items {
            match item {
                Item::Expr { expr, alias: _ } => found = self.kind(expr)?,
                // Of EXISTS: nobody looks at it.
                Item::Star { at: _ } => found = Kind::Opaque,
            }
        }
        self.tables.truncate(before);
        Ok(found)
    }

    /// Brings the names of a FROM item into scope.
    fn name(&mut self, item: &TableRef) -> Outcome<()> {
        match item {
            TableRef::Relation(Relation { id: _, at: _, name, only: _, alias, sample: None }) => {
                let known = self.reference.iter().copied().chain([self.own]);
                let fits = |relation: &&WarehouseRelation| match name.as_slice() {
                    [name] => relation.name == name.name,
                    [.., schema, name] => relation.schema == schema.name && relation.name == name.name,
                    [] => false,
                };
                // A relation that is not there is told by analysis.
                let Some(relation) = known.into_iter().find(fits) else { return Ok(()) };
                if alias.as_ref().is_some_and(|alias| !alias.columns.is_empty()) {
                    return Err("a sub-select of a row filter gives no new names to columns".to_owned());
                }
                let own_name = alias.as_ref().map_or(&relation.name, |alias| &alias.name.name);
                self.tables.push((own_name.clone(), relation));
                Ok(())
            }
            TableRef::Join(join) => {
                let Join { kind: _, left, right, constraint: _, alias: None } = &**join else {
                    return Err("a join of a row filter has no alias".to_owned());
                };
                self.name(left)?;
                self.name(right)
            }
            TableRef::Function(_) | TableRef::Relation(_) | TableRef::Subquery(_) | TableRef::TableFunction(_) => {
                Err("a sub-select of a row filter reads relations and joins of them".to_owned())
            }
        }
    }

    /// The conditions of joins.
    fn join(&mut self, item: &mut TableRef) -> Outcome<()> {
        let TableRef::Join(join) = item else { return Ok(()) };
        self.join(&mut join.left)?;
        self.join(&mut join.right)?;
        match &mut join.constraint {
            JoinConstraint::On(condition) => self.condition(condition),
            JoinConstraint::None => Ok(()),
            JoinConstraint::Natural | JoinConstraint::Using(_, _) => Err("a join of a row filter says ON".to_owned()),
        }
    }
}
