//! Queries and FROM items.

use crate::parse::syntax::{
    Alias, Body, ColumnDef, Cte, Cycle, Distinct, Expr, FromFunction, FunctionItem, GroupBy, GroupItem, Item, Join,
    JoinConstraint, JoinKind, Limit, Query, Relation, Sample, SampleMethod, Search, Select, SetOperator, Subquery, TableFunction,
    TableRef, TableSource, With,
};

use super::{Printer, Style, output_name};
use crate::base::quote_ident;

impl<S: Style> Printer<'_, S> {
    /// A query, without parentheses around it.
    pub(super) fn query(&mut self, query: &Query) {
        let Query { with, body, order_by, limit, offset } = query;
        if let Some(with) = with {
            self.with(with);
        }
        self.body(body);
        self.order_by(order_by);
        match limit {
            None => {}
            Some(Limit::All) => self.push(" LIMIT ALL"),
            Some(Limit::Count(count)) => {
                self.push(" LIMIT ");
                self.expr(count);
            }
            Some(Limit::WithTies(_)) => {}
        }
        if let Some(offset) = offset {
            self.push(" OFFSET ");
            self.expr(offset);
        }
        if let Some(Limit::WithTies(count)) = limit {
            self.push(" FETCH FIRST (");
            self.expr(count);
            self.push(") ROWS WITH TIES");
        }
    }

    fn with(&mut self, with: &With) {
        let With { recursive, ctes } = with;
        self.push(if *recursive { "WITH RECURSIVE " } else { "WITH " });
        self.separated(ctes, ", ", |printer, Cte { name, columns, materialized, query, search, cycle }| {
            printer.ident(name);
            if !columns.is_empty() {
                printer.push(" ");
                printer.idents(columns);
            }
            printer.push(match materialized {
                None => " AS (",
                Some(true) => " AS MATERIALIZED (",
                Some(false) => " AS NOT MATERIALIZED (",
            });
            printer.query(query);
            printer.push(")");
            search.iter().for_each(|search| printer.search(search));
            cycle.iter().for_each(|cycle| printer.cycle(cycle));
        });
        self.push(" ");
    }

    fn search(&mut self, search: &Search) {
        let Search { breadth_first, columns, sequence } = search;
        self.push(if *breadth_first { " SEARCH BREADTH FIRST BY " } else { " SEARCH DEPTH FIRST BY " });
        self.separated(columns, ", ", |printer, column| printer.ident(column));
        self.push(" SET ");
        self.ident(sequence);
    }

    fn cycle(&mut self, cycle: &Cycle) {
        let Cycle { columns, mark, values, path } = cycle;
        self.push(" CYCLE ");
        self.separated(columns, ", ", |printer, column| printer.ident(column));
        self.push(" SET ");
        self.ident(mark);
        if let Some((on_cycle, otherwise)) = values {
            self.push(" TO ");
            self.typed_constant(on_cycle);
            self.push(" DEFAULT ");
            self.typed_constant(otherwise);
        }
        self.push(" USING ");
        self.ident(path);
    }

    fn body(&mut self, body: &Body) {
        match body {
            Body::Nested(query) => {
                self.push("(");
                self.query(query);
                self.push(")");
            }
            Body::Select(select) => self.select(select),
            Body::SetOperation { op, all, left, right } => {
                self.arm(left);
                self.push(match op {
                    SetOperator::Except => " EXCEPT ",
                    SetOperator::Intersect => " INTERSECT ",
                    SetOperator::Union => " UNION ",
                });
                self.push(if *all { "ALL " } else { "" });
                self.arm(right);
            }
            Body::Values(rows) => {
                self.push("VALUES ");
                self.separated(rows, ", ", |printer, row| {
                    printer.push("(");
                    printer.exprs(row);
                    printer.push(")");
                });
            }
        }
    }

    fn arm(&mut self, body: &Body) {
        self.push("(");
        self.body(body);
        self.push(")");
    }

    fn select(&mut self, select: &Select) {
        let Select { distinct, items, from, filter, group_by, having, windows } = select;
        self.push("SELECT ");
        match distinct {
            Distinct::All => {}
            Distinct::Distinct => self.push("DISTINCT "),
            Distinct::On(keys) => {
                self.push("DISTINCT ON (");
                self.exprs(keys);
                self.push(") ");
            }
        }
        self.separated(items, ", ", Self::item);
        if !from.is_empty() {
            self.push(" FROM ");
            self.separated(from, ", ", Self::table_ref);
        }
        if let Some(filter) = filter {
            self.push(" WHERE ");
            self.expr(filter);
        }
        if let Some(group_by) = group_by {
            let GroupBy { distinct, items } = group_by;
            self.push(if *distinct { " GROUP BY DISTINCT " } else { " GROUP BY " });
            self.separated(items, ", ", Self::group_item);
            for key in self.style.group_keys(group_by) {
                self.push(", ");
                self.push(&key);
            }
        }
        if let Some(having) = having {
            self.push(" HAVING ");
            self.expr(having);
        }
        if !windows.is_empty() {
            self.push(" WINDOW ");
            self.separated(windows, ", ", |printer, (name, window)| {
                printer.ident(name);
                printer.push(" AS ");
                printer.window(window);
            });
        }
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Star { at: _ } => self.push("*"),
            Item::Expr { expr, alias } => {
                self.expr(expr);
                match alias {
                    Some(alias) => {
                        self.push(" AS ");
                        self.ident(alias);
                    }
                    None if self.style.loses_name(expr) => {
                        self.push(" AS ");
                        self.push(&quote_ident(&output_name(expr)));
                    }
                    None => {}
                }
            }
        }
    }

    fn group_item(&mut self, item: &GroupItem) {
        let (keyword, items) = match item {
            GroupItem::Empty => return self.push("()"),
            GroupItem::Expr(expr) => return self.expr(expr),
            GroupItem::List(list) => {
                self.push("(");
                self.exprs(list);
                return self.push(")");
            }
            GroupItem::Cube(items) => ("CUBE (", items),
            GroupItem::Rollup(items) => ("ROLLUP (", items),
            GroupItem::Sets(items) => ("GROUPING SETS (", items),
        };
        self.push(keyword);
        self.separated(items, ", ", Self::group_item);
        self.push(")");
    }

    fn table_ref(&mut self, item: &TableRef) {
        match item {
            TableRef::Function(function) => self.function_in_from(function),
            TableRef::Join(join) => self.join(join),
            TableRef::Relation(relation) => self.relation(relation),
            TableRef::Subquery(Subquery { lateral, query, alias }) => {
                self.push(if *lateral { "LATERAL (" } else { "(" });
                self.query(query);
                self.push(")");
                self.alias(alias.as_ref());
            }
            TableRef::TableFunction(function) => {
                let TableFunction { lateral, source, alias, at: _ } = &**function;
                self.push(if *lateral { "LATERAL " } else { "" });
                match source {
                    TableSource::Json(table) => self.json_table(table),
                    TableSource::Xml(table) => self.xml_table(table),
                }
                self.alias(alias.as_ref());
            }
        }
    }

    fn relation(&mut self, relation: &Relation) {
        let Relation { id: _, at: _, name, only, alias, sample } = relation;
        let sample = sample.as_ref().map(|sample| self.aside(|printer| printer.sample(sample)));
        if let Some((text, printed_alias)) = self.style.relation(relation, sample.as_deref()) {
            self.push(&text);
            self.push(" AS ");
            self.push(&quote_ident(&printed_alias));
            if let Some(alias) = alias.as_ref().filter(|alias| !alias.columns.is_empty()) {
                self.push(" ");
                self.idents(&alias.columns);
            }
            return;
        }
        self.push(if *only { "ONLY " } else { "" });
        self.name(name);
        self.alias(alias.as_ref());
        if let Some(sample) = sample {
            self.push(" ");
            self.push(&sample);
        }
    }

    fn sample(&mut self, sample: &Sample) {
        let Sample { method, percentage, seed } = sample;
        self.push(match method {
            SampleMethod::Bernoulli => "TABLESAMPLE bernoulli (",
            SampleMethod::System => "TABLESAMPLE system (",
        });
        self.expr(percentage);
        self.push(")");
        if let Some(seed) = seed {
            self.push(" REPEATABLE (");
            self.expr(seed);
            self.push(")");
        }
    }

    fn alias(&mut self, alias: Option<&Alias>) {
        if let Some(Alias { name, columns }) = alias {
            self.push(" AS ");
            self.ident(name);
            if !columns.is_empty() {
                self.push(" ");
                self.idents(columns);
            }
        }
    }

    fn function_in_from(&mut self, function: &FromFunction) {
        let FromFunction { lateral, rows_from, functions, ordinality, alias, column_defs } = function;
        self.push(if *lateral { "LATERAL " } else { "" });
        // Beside an alias with columns, and WITH ORDINALITY, only ROWS FROM takes column definitions.
        let in_rows_from = *rows_from || functions.iter().any(|function| self.style.row_columns(&function.call).is_some());
        self.push(if in_rows_from { "ROWS FROM (" } else { "" });
        self.separated(functions, ", ", |printer, FunctionItem { call, column_defs }| {
            // COALESCE of one value is that value, and a function.
            let is_scalar = printer.style.is_scalar_in_from(call);
            printer.push(if is_scalar { "COALESCE(" } else { "" });
            printer.expr(call);
            printer.push(if is_scalar { ")" } else { "" });
            if !column_defs.is_empty() {
                printer.push(" AS ");
                printer.column_defs(column_defs);
            } else if let Some(columns) = printer.style.row_columns(call) {
                printer.push(" AS (");
                printer.push(&columns);
                printer.push(")");
            }
        });
        self.push(if in_rows_from { ")" } else { "" });
        self.push(if *ordinality { " WITH ORDINALITY" } else { "" });
        if column_defs.is_empty() {
            return match (alias, functions.as_slice()) {
                (None, [FunctionItem { call, column_defs: _ }]) => self.own_columns(call),
                (alias, _) => self.alias(alias.as_ref()),
            };
        }
        self.push(" AS ");
        if let Some(alias) = alias {
            self.ident(&alias.name);
            self.push(" ");
        }
        self.column_defs(column_defs);
    }

    /// The alias of a function that has none, where something else stands for its call.
    fn own_columns(&mut self, function: &Expr) {
        let columns = self.style.function_columns(function);
        if columns.is_empty() {
            return;
        }
        self.push(" AS ");
        self.push(&quote_ident(&output_name(function)));
        let quoted: Vec<String> = columns.iter().map(|column| quote_ident(column)).collect();
        self.push(&format!(" ({})", quoted.join(", ")));
    }

    fn column_defs(&mut self, defs: &[ColumnDef]) {
        self.push("(");
        self.separated(defs, ", ", |printer, ColumnDef { name, type_name, collation }| {
            printer.ident(name);
            printer.push(" ");
            printer.type_name(type_name);
            if let Some(collation) = collation {
                printer.push(" COLLATE ");
                match printer.style.collation(collation) {
                    Some(text) => printer.push(&text),
                    None => printer.name(collation),
                }
            }
        });
        self.push(")");
    }

    fn join(&mut self, join: &Join) {
        let Join { kind, left, right, constraint, alias } = join;
        self.push("(");
        self.table_ref(left);
        self.push(if *constraint == JoinConstraint::Natural { " NATURAL" } else { "" });
        self.push(match kind {
            JoinKind::Cross => " CROSS JOIN ",
            JoinKind::Full => " FULL JOIN ",
            JoinKind::Inner => " JOIN ",
            JoinKind::Left => " LEFT JOIN ",
            JoinKind::Right => " RIGHT JOIN ",
        });
        self.table_ref(right);
        match constraint {
            JoinConstraint::Natural | JoinConstraint::None => {}
            JoinConstraint::On(condition) => {
                self.push(" ON ");
                self.expr(condition);
            }
            JoinConstraint::Using(names, using_alias) => {
                self.push(" USING ");
                self.idents(names);
                if let Some(using_alias) = using_alias {
                    self.push(" AS ");
                    self.ident(using_alias);
                }
            }
        }
        self.push(")");
        self.alias(alias.as_ref());
    }
}
