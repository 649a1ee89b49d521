//! Queries: WITH, set operations, select lists, and the names that ORDER BY and GROUP BY may use (PostgreSQL: analyze.c, parse_clause.c).

use std::sync::Arc;

use crate::catalog::types;
use crate::parse::syntax::{
    Body, Cte, Cycle, Distinct, Expr, GroupItem, Ident, Item, Limit, Literal, Pos, Query, Search, Select, SetOperator, SortKey,
    Window, With,
};
use crate::parse::{MAX_DEPTH, output_name, with_stack};

use super::copies::goals_of_where;
use super::error::AnalyzeError;
use super::field::{Base, Field, Shape, Value, merged, rename, union};
use super::reference::in_star;
use super::registry::{MayStand, RegistryValue};
use super::scope::{CteColumns, CteEntry, Namespace, OwnPlace, Scope};
use super::{Analyzer, ColumnUse};

impl Analyzer<'_> {
    /// A query; gives the columns of its result. `item_use` says what its select list is for: the output, the clause that a sub-select stands in,
    /// or nothing yet (FROM and WITH: whoever refers to a column uses what feeds it).
    pub(super) fn query(
        &mut self,
        query: &Query,
        outer: &Scope<'_>,
        item_use: Option<ColumnUse>,
    ) -> Result<Vec<Field>, AnalyzeError> {
        self.depth += 1;
        let fields = self.query_level(query, outer, item_use);
        self.depth -= 1;
        fields
    }

    fn query_level(&mut self, query: &Query, outer: &Scope<'_>, item_use: Option<ColumnUse>) -> Result<Vec<Field>, AnalyzeError> {
        let Query { with, body, order_by: _, limit: _, offset: _ } = query;
        let ctes = with.as_ref().map(|with| self.with(with, outer)).transpose()?.unwrap_or_default();
        let scope = outer.with_ctes(&ctes);
        let (fields, namespace, touched) = self.body(body, &scope, item_use)?;
        let inner = scope.with_namespace(&namespace);
        self.ends(query, &fields, &inner)?;
        if let Body::Select(select) = body {
            self.extend_group(select, &namespace, touched);
        }
        Ok(fields)
    }

    /// ORDER BY, LIMIT and OFFSET.
    fn ends(&mut self, query: &Query, fields: &[Field], inner: &Scope<'_>) -> Result<(), AnalyzeError> {
        let Query { with: _, body: _, order_by, limit, offset } = query;
        for key in order_by {
            self.sort_by_name(key, fields, inner)?;
        }
        match limit {
            None | Some(Limit::All) => {}
            Some(Limit::Count(count) | Limit::WithTies(count)) => {
                self.expr(count, inner, None)?;
            }
        }
        if let Some(offset) = offset {
            self.expr(offset, inner, None)?;
        }
        Ok(())
    }

    /// The common table expressions of one WITH.
    fn with(&mut self, with: &With, outer: &Scope<'_>) -> Result<Vec<CteEntry<'static>>, AnalyzeError> {
        let mut known: Vec<CteEntry<'static>> = Vec::new();
        let depth = self.depth;
        for (index, cte) in with.ctes.iter().enumerate() {
            let fields = if with.recursive {
                self.member(with, index, outer, depth)?
            } else {
                let fields = self.query(&cte.query, &outer.with_ctes(&known), None)?;
                self.with_own_names(cte, fields)?
            };
            known.push(CteEntry { name: cte.name.name.clone(), columns: CteColumns::Known(fields), depth });
        }
        for cte in with.ctes.iter().filter(|_| with.recursive) {
            self.members.remove(&std::ptr::from_ref(cte));
        }
        Ok(known)
    }

    /// A common table expression of WITH RECURSIVE by its place, read when it is wanted for the first time: its names may mean any of that WITH
    /// (PostgreSQL: TopologicalSort).
    fn member(&mut self, with: &With, index: usize, outer: &Scope<'_>, depth: usize) -> Result<Arc<[Field]>, AnalyzeError> {
        let Some(cte) = with.ctes.get(index) else { return Ok(Arc::default()) };
        let key = std::ptr::from_ref(cte);
        match self.members.get(&key) {
            Some(Some(fields)) => return Ok(Arc::clone(fields)),
            Some(None) => {
                let first = with.ctes.iter().find(|cte| matches!(self.members.get(&std::ptr::from_ref(*cte)), Some(None)));
                let at = first.map_or(Pos::NONE, |cte| cte.name.at);
                return Err(AnalyzeError::unsupported(at, "mutual recursion between WITH items is not implemented"));
            }
            None => drop(self.members.insert(key, None)),
        }
        let others = with.ctes.iter().enumerate().filter(|(other, _)| *other != index);
        let visible = others.map(|(index, cte)| CteEntry {
            name: cte.name.name.clone(),
            columns: CteColumns::Later { with, index, outer },
            depth,
        });
        let fields = self.recursive_cte(cte, visible.collect(), outer)?;
        let fields = self.with_own_names(cte, fields)?;
        self.members.insert(key, Some(Arc::clone(&fields)));
        Ok(fields)
    }

    /// The columns of a common table expression that is named here. One that stands further down is read now, as it would be by itself.
    pub(super) fn cte_columns(&mut self, cte: &CteEntry<'_>, at: Pos) -> Result<Arc<[Field]>, AnalyzeError> {
        match cte.columns {
            CteColumns::Known(ref fields) => Ok(Arc::clone(fields)),
            CteColumns::Later { with, index, outer } => {
                if let Some(fields) = with.ctes.get(index).and_then(|cte| self.members.get(&std::ptr::from_ref(cte))?.clone()) {
                    return Ok(fields);
                }
                // Each of them may be as deep as the whole tree: together they are no deeper than a tree may be.
                if (self.ahead + 2).saturating_mul(self.names.depth) > MAX_DEPTH {
                    let message = format!(
                        "so many references in a row to common table expressions further down, as here to \"{}\", are not supported",
                        cte.name
                    );
                    return Err(AnalyzeError::unsupported(at, message)
                        .hint("Put the common table expressions into the order in which they are used."));
                }
                self.ahead += 1;
                let fields = with_stack(self.names.depth, || {
                    self.apart(cte.depth, |analyzer| analyzer.member(with, index, outer, cte.depth))
                });
                self.ahead -= 1;
                fields
            }
            CteColumns::Own(place) => Err(AnalyzeError::recursion(place, &cte.name, at)),
        }
    }

    /// Does something that has nothing to do with what is being walked.
    fn apart<T>(&mut self, depth: usize, work: impl FnOnce(&mut Self) -> Result<T, AnalyzeError>) -> Result<T, AnalyzeError> {
        let depth = std::mem::replace(&mut self.depth, depth);
        let reads = std::mem::take(&mut self.reads);
        let touched = std::mem::take(&mut self.touched);
        let met = self.met.take();
        let (may_stand, is_joined) = (std::mem::take(&mut self.may_stand), std::mem::take(&mut self.is_joined));
        let (is_inside, is_total) = (std::mem::take(&mut self.is_inside), std::mem::replace(&mut self.is_total, true));
        let done = work(self);
        (self.depth, self.reads, self.touched, self.met) = (depth, reads, touched, met);
        (self.may_stand, self.is_joined, self.is_inside, self.is_total) = (may_stand, is_joined, is_inside, is_total);
        done
    }

    /// The columns of a common table expression under the names that it gives them.
    fn with_own_names(&mut self, cte: &Cte, fields: Vec<Field>) -> Result<Arc<[Field]>, AnalyzeError> {
        let mut fields = rename(fields, cte.columns.iter().map(|column| &column.name));
        self.recursion(cte, &mut fields)?;
        Ok(fields.into())
    }

    /// A member of WITH RECURSIVE: it sees itself with the columns of its non-recursive term. Each term is walked once, else what stands within many would be
    /// walked twice for each of them.
    fn recursive_cte<'p>(
        &mut self,
        cte: &Cte,
        mut visible: Vec<CteEntry<'p>>,
        outer: &'p Scope<'p>,
    ) -> Result<Vec<Field>, AnalyzeError> {
        let depth = self.depth;
        let own = |columns: CteColumns<'p>| CteEntry { name: cte.name.name.clone(), columns, depth };
        let Body::SetOperation { op: SetOperator::Union, all: _, left, right } = &cte.query.body else {
            visible.push(own(CteColumns::Own(OwnPlace::Form(cte.name.at))));
            return self.query(&cte.query, &outer.with_ctes(&visible), None);
        };
        visible.push(own(CteColumns::Own(OwnPlace::Subquery)));
        self.depth += 1;
        let scope = outer.with_ctes(&visible);
        let inner = cte.query.with.as_ref().map(|with| self.with(with, &scope)).transpose()?.unwrap_or_default();
        self.depth += 1;
        let not_yet = [own(CteColumns::Own(OwnPlace::NonRecursive))];
        let (left, _, _) = self.body(left, &scope.with_ctes(&not_yet).with_ctes(&inner), None)?;
        let mut seed = rename(left.clone(), cte.columns.iter().map(|column| &column.name));
        seed.iter_mut().for_each(|field| field.origin = None);
        self.recursion(cte, &mut seed)?;
        let own = [own(CteColumns::Known(seed.into()))];
        let scope = scope.with_ctes(&own);
        let scope = scope.with_ctes(&inner);
        let (right, _, _) = self.body(right, &scope, None)?;
        self.depth -= 1;
        let fields = merge_arms(left, &right)?;
        self.ends(&cte.query, &fields, &scope)?;
        self.depth -= 1;
        Ok(fields)
    }

    /// The columns that SEARCH and CYCLE add (PostgreSQL: addRangeTableEntryForCTE).
    fn recursion(&mut self, cte: &Cte, fields: &mut Vec<Field>) -> Result<(), AnalyzeError> {
        let mut added = Vec::new();
        if let Some(Search { breadth_first: _, columns, sequence }) = &cte.search {
            added.push(fed_by(sequence, columns, fields)?);
        }
        if let Some(Cycle { columns, mark, values, path }) = &cte.cycle {
            for constant in values.iter().flat_map(|(on_cycle, otherwise)| [on_cycle, otherwise]) {
                self.typed_constant(constant)?;
            }
            added.push(fed_by(mark, columns, fields)?);
            added.push(fed_by(path, columns, fields)?);
        }
        // The rows are compared, whatever their types.
        added.iter().for_each(|field: &Field| self.risks.note(&field.lineage, false));
        fields.extend(added);
        Ok(())
    }

    /// A constant that stands where no expression may: its type is no registry type.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the parser lets nothing but constants and their types here")]
    fn typed_constant(&mut self, constant: &Expr) -> Result<(), AnalyzeError> {
        match constant {
            Expr::Cast { expr, target } => {
                self.type_name(target)?;
                self.typed_constant(expr)
            }
            Expr::Literal(_) => Ok(()),
            _other => Err(AnalyzeError::unsupported(Pos::NONE, "an expression in CYCLE is not supported")),
        }
    }

    /// The body of a query: its result columns, the namespace that ORDER BY may look into, and where in `touched` its select list begins.
    fn body(
        &mut self,
        body: &Body,
        scope: &Scope<'_>,
        item_use: Option<ColumnUse>,
    ) -> Result<(Vec<Field>, Namespace, usize), AnalyzeError> {
        match body {
            Body::Nested(query) => Ok((self.query(query, scope, item_use)?, Namespace::default(), 0)),
            Body::Select(select) => self.select(select, scope, item_use),
            Body::SetOperation { op: _, all: _, left, right } => {
                let fields = self.arms(left, right, scope, item_use)?;
                let computed = fields.into_iter().map(|field| Field { origin: None, ..field });
                Ok((computed.collect(), Namespace::default(), 0))
            }
            Body::Values(rows) => Ok((self.values(rows, scope, item_use)?, Namespace::default(), 0)),
        }
    }

    /// The columns of a set operation, each with the one that the first arm of all passes through there.
    fn arms(
        &mut self,
        left: &Body,
        right: &Body,
        scope: &Scope<'_>,
        item_use: Option<ColumnUse>,
    ) -> Result<Vec<Field>, AnalyzeError> {
        // Each arm is a query of its own.
        self.depth += 1;
        let first = match left {
            Body::SetOperation { op: _, all: _, left, right } => self.arms(left, right, scope, item_use),
            Body::Nested(_) | Body::Select(_) | Body::Values(_) => self.body(left, scope, item_use).map(|(fields, _, _)| fields),
        };
        let arms = first.and_then(|first| Ok((first, self.body(right, scope, item_use)?.0)));
        self.depth -= 1;
        let (first, right) = arms?;
        merge_arms(first, &right)
    }

    /// The rows of VALUES: columns are called column1, column2 …
    fn values(&mut self, rows: &[Vec<Expr>], scope: &Scope<'_>, item_use: Option<ColumnUse>) -> Result<Vec<Field>, AnalyzeError> {
        let mut fields: Vec<Field> = Vec::new();
        for row in rows {
            let mut items = Vec::new();
            for expr in row {
                self.item(expr, None, scope, item_use, &mut items)?;
            }
            let items = items
                .into_iter()
                .enumerate()
                .map(|(n, field)| Field { origin: None, ..field.renamed(&format!("column{}", n + 1)) });
            let items: Vec<Field> = items.collect();
            fields = if fields.is_empty() { items } else { merge_arms(fields, &items)? };
        }
        Ok(fields)
    }

    /// One SELECT.
    fn select(
        &mut self,
        select: &Select,
        scope: &Scope<'_>,
        item_use: Option<ColumnUse>,
    ) -> Result<(Vec<Field>, Namespace, usize), AnalyzeError> {
        let Select { distinct, items, from, filter, group_by, having, windows } = select;
        let is_joined = std::mem::take(&mut self.is_joined);
        let namespace = self.from(from, scope)?;
        let inner = scope.with_namespace(&namespace);
        if let Some(filter) = filter {
            self.condition(filter, &inner, ColumnUse::Filter, &goals_of_where(from, is_joined))?;
        }
        let touched = self.touched.len();
        let fields = self.items(items, &inner, item_use)?;
        if let Some(group_by) = group_by {
            for item in &group_by.items {
                self.group_item(item, &fields, &inner)?;
            }
        }
        if let Some(having) = having {
            self.expr(having, &inner, Some(ColumnUse::Filter))?;
        }
        for (_, window) in windows {
            self.window(window, &inner)?;
        }
        if let Distinct::On(keys) = distinct {
            for key in keys {
                self.named_or_expr(key, &fields, &inner, ColumnUse::Group)?;
            }
        }
        Ok((fields, namespace, touched))
    }

    /// A select list.
    fn items(&mut self, items: &[Item], scope: &Scope<'_>, item_use: Option<ColumnUse>) -> Result<Vec<Field>, AnalyzeError> {
        let mut fields = Vec::new();
        for item in items {
            match item {
                Item::Star { at } => {
                    let all = in_star(&scope.namespace().fields);
                    self.touched.extend(all.iter().filter_map(|field| Some((field.via.clone()?, Arc::clone(&field.name)))));
                    self.read_all(&all, item_use, *at)?;
                    fields.extend(all.iter().cloned());
                }
                Item::Expr { expr, alias } => {
                    self.item(expr, alias.as_ref().map(|alias| alias.name.as_str()), scope, item_use, &mut fields)?
                }
            }
        }
        Ok(fields)
    }

    /// One item, which a star makes several.
    #[expect(clippy::wildcard_enum_match_arm, reason = "a star makes several columns, every other expression one")]
    fn item(
        &mut self,
        expr: &Expr,
        alias: Option<&str>,
        scope: &Scope<'_>,
        item_use: Option<ColumnUse>,
        fields: &mut Vec<Field>,
    ) -> Result<(), AnalyzeError> {
        let before = self.reads.len();
        // A star is taken apart: whether its columns may stand is asked of each of them.
        let is_star = match expr {
            Expr::Column(reference) => reference.star,
            Expr::FieldStar(_) => true,
            _other => false,
        };
        self.may_stand = if is_star { MayStand::Row } else { MayStand::Value };
        let value = self.expr(expr, scope, item_use)?;
        let lineage: Arc<[Base]> = union(&[], self.reads.get(before..).unwrap_or_default());
        match expr {
            Expr::Column(reference) if reference.star => {
                fields.extend(value.shape.fields().unwrap_or_default());
            }
            Expr::FieldStar(_) => {
                let Some(inner) = value.shape.fields() else {
                    return Err(AnalyzeError::unsupported(
                        crate::parse::syntax::Pos::NONE,
                        "the columns of this row are not known here: name them",
                    ));
                };
                fields.extend(inner.into_iter().map(|field| match field.lineage.is_empty() {
                    true => Field { lineage: Arc::clone(&lineage), ..field },
                    false => field,
                }));
            }
            _other => {
                let name: Arc<str> = alias.map_or_else(|| output_name(expr).into(), Arc::from);
                let Value { origin, shape, told_as } = value;
                fields.push(Field { name, lineage, origin, shape, via: None, beside_star: false, told_as });
            }
        }
        Ok(())
    }

    /// ORDER BY: a bare name is first an output column, a number is a place in the list.
    fn sort_by_name(&mut self, key: &SortKey, fields: &[Field], scope: &Scope<'_>) -> Result<(), AnalyzeError> {
        self.sort_operator(key)?;
        self.named_or_expr(&key.expr, fields, scope, ColumnUse::Order)
    }

    /// The rule of SQL-92 for ORDER BY and DISTINCT ON.
    fn named_or_expr(
        &mut self,
        expr: &Expr,
        fields: &[Field],
        scope: &Scope<'_>,
        column_use: ColumnUse,
    ) -> Result<(), AnalyzeError> {
        if let Expr::Column(reference) = expr
            && let [name] = reference.parts.as_slice()
            && !reference.star
        {
            let mut named = fields.iter().filter(|field| *field.name == *name.name).peekable();
            if named.peek().is_some() {
                return named.try_for_each(|field| self.read(&field.lineage, Some(column_use), name.at));
            }
        }
        if let Some(field) = by_place(expr, fields) {
            return self.read(&field.lineage, Some(column_use), Pos::NONE);
        }
        self.may_stand = MayStand::Value;
        self.expr(expr, scope, Some(column_use)).map(drop)
    }

    /// GROUP BY: a bare name is first a column of FROM, then an output column.
    fn group_item(&mut self, item: &GroupItem, fields: &[Field], scope: &Scope<'_>) -> Result<(), AnalyzeError> {
        match item {
            GroupItem::Empty => Ok(()),
            GroupItem::Expr(expr) => self.group_expr(expr, fields, scope),
            GroupItem::List(list) => list.iter().try_for_each(|expr| self.group_expr(expr, fields, scope)),
            GroupItem::Cube(items) | GroupItem::Rollup(items) | GroupItem::Sets(items) => {
                self.risks.note_grouping_sets();
                items.iter().try_for_each(|item| self.group_item(item, fields, scope))
            }
        }
    }

    fn group_expr(&mut self, expr: &Expr, fields: &[Field], scope: &Scope<'_>) -> Result<(), AnalyzeError> {
        if let Expr::Column(reference) = expr
            && let [name] = reference.parts.as_slice()
            && scope.namespace().column(name)?.is_none()
        {
            return self.named_or_expr(expr, fields, scope, ColumnUse::Group);
        }
        if let Some(field) = by_place(expr, fields) {
            return self.read(&field.lineage, Some(ColumnUse::Group), Pos::NONE);
        }
        self.may_stand = MayStand::Value;
        self.expr(expr, scope, Some(ColumnUse::Group)).map(drop)
    }

    /// A window: its names are columns of FROM, never of the select list.
    pub(super) fn window(&mut self, window: &Window, scope: &Scope<'_>) -> Result<(), AnalyzeError> {
        use crate::parse::syntax::FrameBound;
        let Window { base: _, partition_by, order_by, frame } = window;
        for expr in partition_by {
            self.may_stand = MayStand::Value;
            self.expr(expr, scope, Some(ColumnUse::Group))?;
        }
        self.sort_keys(order_by, scope, Some(ColumnUse::Order))?;
        let bounds = frame.iter().flat_map(|frame| std::iter::once(&frame.start).chain(&frame.end));
        for bound in bounds {
            match bound {
                FrameBound::CurrentRow => {}
                FrameBound::Following(offset) | FrameBound::Preceding(offset) => {
                    if let Some(offset) = offset {
                        self.expr(offset, scope, None)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// The output column that a number in ORDER BY or GROUP BY means.
fn by_place<'f>(expr: &Expr, fields: &'f [Field]) -> Option<&'f Field> {
    let Expr::Literal(Literal::Number(number)) = expr else { return None };
    fields.get(usize::try_from(Literal::integer(number)?).ok()?.checked_sub(1)?)
}

/// A column that SEARCH or CYCLE makes of others.
fn fed_by(name: &Ident, columns: &[Ident], fields: &[Field]) -> Result<Field, AnalyzeError> {
    let mut lineage: Arc<[Base]> = Arc::from([]);
    for column in columns {
        for field in fields.iter().filter(|field| *field.name == *column.name) {
            if matches!(field.shape, Shape::Registry(_)) {
                return Err(AnalyzeError::registry_value(column.at));
            }
            lineage = union(&lineage, &field.lineage);
        }
    }
    Ok(Field { lineage, beside_star: true, ..Field::computed(&name.name) })
}

/// A column of type oid, passed through.
fn is_oid(field: &Field) -> bool {
    field.origin.as_ref().and_then(Base::column).is_some_and(|column| column.type_oid == types::OID)
}

/// The columns of a set operation: the left arm's names, fed by both.
fn merge_arms(left: Vec<Field>, right: &[Field]) -> Result<Vec<Field>, AnalyzeError> {
    let mut right = right.iter();
    let merge = |field: Field| match right.next() {
        Some(other) => {
            // Beside an oid that comes first, a registry value is one as well (PostgreSQL: select_common_type; oid is preferred).
            let is_oid = matches!(other.shape, Shape::Registry(RegistryValue::One(_))) && is_oid(&field);
            let shape = if is_oid { Shape::Scalar } else { merged(&field.shape, &other.shape, Pos::NONE)? };
            Ok(Field { lineage: union(&field.lineage, &other.lineage), shape, ..field })
        }
        None => Ok(field),
    };
    left.into_iter().map(merge).collect()
}
