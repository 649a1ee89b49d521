//! FROM items and joins: what each offers to the rest of the query (PostgreSQL: parse_clause.c).

use std::sync::Arc;

use crate::base::SqlState;
use crate::catalog::{Attribute, RelationSource};
use crate::parse::syntax::{
    Alias, Ident, Join, JoinConstraint, JoinKind, Pos, Relation, SampleMethod, Subquery, TableFunction, TableRef, TableSource,
};

use super::copies::goals_of_on;
use super::error::{AnalyzeCode, AnalyzeError};
use super::field::{Base, Field, Shape, fields_of, merged, rename, union};
use super::scope::{Namespace, RowType, Scope, Table};
use super::total::are_comparable;
use super::{Analyzer, BoundRelation, ColumnUse};

impl Analyzer<'_> {
    /// The items of one FROM clause, each seeing those to its left where LATERAL lets it.
    pub(super) fn from(&mut self, items: &[TableRef], outer: &Scope<'_>) -> Result<Namespace, AnalyzeError> {
        let mut all = Namespace::default();
        for item in items {
            let found = self.table_ref(item, outer, &all)?;
            all.join_tables(found.tables, &mut self.aliases_clash)?;
            all.fields.extend(found.fields);
        }
        Ok(all)
    }

    /// One FROM item; `lateral` is what stands to its left.
    fn table_ref(&mut self, item: &TableRef, outer: &Scope<'_>, lateral: &Namespace) -> Result<Namespace, AnalyzeError> {
        match item {
            TableRef::Function(function) => {
                let scope = outer.with_namespace(lateral);
                self.function_item(function, &scope)
            }
            TableRef::Join(join) => self.join(join, outer, lateral),
            TableRef::Relation(relation) => self.relation(relation, outer),
            TableRef::Subquery(subquery) => self.subquery(subquery, outer, lateral),
            TableRef::TableFunction(function) => self.table_function(function, &outer.with_namespace(lateral)),
        }
    }

    /// JSON_TABLE and XMLTABLE.
    fn table_function(&mut self, function: &TableFunction, scope: &Scope<'_>) -> Result<Namespace, AnalyzeError> {
        let TableFunction { lateral: _, source, alias, at } = function;
        let before = self.reads.len();
        let (name, fields) = match source {
            TableSource::Json(table) => ("json_table", self.json_table(table, *at, scope)?),
            TableSource::Xml(table) => ("xmltable", self.xml_table(table, scope)?),
        };
        let lineage: Arc<[Base]> = union(&[], self.reads.get(before..).unwrap_or_default());
        // Whatever it reads may be no document.
        self.risks.note(&lineage, false);
        let fields = fields.into_iter().map(|field| Field { lineage: Arc::clone(&lineage), ..field }).collect();
        Ok(one_table(name, None, alias.as_ref(), fields, None))
    }

    /// A relation or a common table expression by name.
    fn relation(&mut self, relation: &Relation, outer: &Scope<'_>) -> Result<Namespace, AnalyzeError> {
        let Relation { id, at, name, only: _, alias, sample } = relation;
        if let Some(sample) = sample {
            self.expr(&sample.percentage, outer, None)?;
            sample.seed.as_ref().map(|seed| self.expr(seed, outer, None)).transpose()?;
        }
        if let [bare] = name.as_slice()
            && let Some(cte) = outer.cte(&bare.name)
        {
            let fields = self.cte_columns(cte, *at)?;
            // The columns of SEARCH and CYCLE are among those of a star only in the query whose WITH it is (PostgreSQL: p_dontexpand).
            let is_below = self.depth > cte.depth;
            let seen = |field: &Field| Field { beside_star: field.beside_star && is_below, ..field.clone() };
            return Ok(one_table(&bare.name, None, alias.as_ref(), fields.iter().map(seen).collect(), None));
        }
        let found = self.names.relation(name, *at)?;
        if sample.is_some() && matches!(found.source, RelationSource::System { oid: _, query: _ }) {
            return Err(AnalyzeError::cannot_sample(*at));
        }
        if sample.is_some() && found.stand_in.is_some() {
            return Err(AnalyzeError::unsupported(*at, "TABLESAMPLE is not supported on the relations of this grant")
                .hint("They are views in the warehouse. A condition such as random() < 0.01 takes a sample too."));
        }
        // A sample of pages tells how hidden rows lie among the others (enforcement W8).
        if sample.as_ref().is_some_and(|sample| sample.method != SampleMethod::Bernoulli) && found.filter().is_some() {
            let message = "TABLESAMPLE system is not supported on a relation with a row filter";
            return Err(AnalyzeError::unsupported(*at, message).hint("Use TABLESAMPLE bernoulli."));
        }
        let entry = self.footprint.relations.entry((found.schema.clone(), found.name.clone())).or_default();
        entry.oid = found.oid();
        entry.row_filters = found.filter().map(|filter| filter.written.clone()).unwrap_or_default();
        let own_name = alias.as_ref().map_or(found.name.as_str(), |alias| alias.name.name.as_str()).to_owned();
        let printed = if self.unique_aliases && alias.is_none() { format!("{own_name} {}", id.0) } else { own_name.clone() };
        let qualified = alias.is_none().then(|| (found.schema.clone(), found.name.clone()));
        let fields = fields_of(&found);
        self.bindings
            .relations
            .insert(*id, BoundRelation { relation: found, alias: printed.clone(), at: *at, may_pull_up: false, is_torn: false });
        Ok(one_table(&own_name, qualified, alias.as_ref(), fields, Some(&printed)))
    }

    /// A sub-select in FROM.
    fn subquery(&mut self, subquery: &Subquery, outer: &Scope<'_>, lateral: &Namespace) -> Result<Namespace, AnalyzeError> {
        let Subquery { lateral: is_lateral, query, alias } = subquery;
        let fields =
            if *is_lateral { self.query(query, &outer.with_namespace(lateral), None)? } else { self.query(query, outer, None)? };
        match alias {
            Some(alias) => Ok(one_table(&alias.name.name, None, Some(alias), fields, None)),
            None => Ok(Namespace { tables: Vec::new(), fields }),
        }
    }

    /// A join: its own scope for ON, its merged columns for USING and NATURAL.
    fn join(&mut self, join: &Join, outer: &Scope<'_>, lateral: &Namespace) -> Result<Namespace, AnalyzeError> {
        let goals = goals_of_on(join);
        let Join { kind, left, right, constraint, alias } = join;
        let at = position(right);
        let left = self.table_ref(left, outer, lateral)?;
        // Whether the names clash is asked of those that the join offers: the ones within parentheses with an alias are nobody's.
        let mut visible = lateral.clone();
        visible.tables.extend(left.tables.iter().cloned());
        visible.fields.extend(left.fields.iter().cloned());
        let right = self.table_ref(right, outer, &visible)?;
        let mut joined = Namespace { tables: left.tables.clone(), fields: Vec::new() };
        joined.join_tables(right.tables.clone(), &mut self.aliases_clash)?;
        let mut using_alias = None;
        match constraint {
            JoinConstraint::On(condition) => {
                joined.fields = left.fields.iter().chain(&right.fields).cloned().collect();
                self.condition(condition, &outer.with_namespace(&joined), ColumnUse::Join, &goals)?;
            }
            JoinConstraint::None => joined.fields = left.fields.iter().chain(&right.fields).cloned().collect(),
            JoinConstraint::Natural => {
                let common: Vec<Ident> = common_names(&left, &right, at);
                joined.fields = self.merge(*kind, &common, &left, &right)?;
            }
            JoinConstraint::Using(names, alias) => {
                joined.fields = self.merge(*kind, names, &left, &right)?;
                using_alias =
                    alias.as_ref().map(|alias| (alias, joined.fields.iter().take(names.len()).cloned().collect::<Vec<_>>()));
            }
        }
        if let Some((alias, merged)) = using_alias {
            let table = one_table(&alias.name, None, None, merged, None).tables;
            joined.join_tables(table, &mut self.aliases_clash)?;
        }
        match alias {
            Some(alias) => Ok(one_table(&alias.name.name, None, Some(alias), joined.fields, None)),
            None => Ok(joined),
        }
    }

    /// The columns of a join with USING: the merged ones first, then the rest of the left, then of the right.
    fn merge(
        &mut self,
        kind: JoinKind,
        names: &[Ident],
        left: &Namespace,
        right: &Namespace,
    ) -> Result<Vec<Field>, AnalyzeError> {
        let mut fields = Vec::new();
        for name in names {
            let one = left.column(name)?.ok_or_else(|| self.not_on_side(name, "left", left))?;
            let other = right.column(name)?.ok_or_else(|| self.not_on_side(name, "right", right))?;
            let lineage = union(&one.lineage, &other.lineage);
            let shape = merged(&one.shape, &other.shape, name.at)?;
            self.read(&lineage, Some(ColumnUse::Join), name.at)?;
            if !are_comparable(one, other) {
                self.risks.note(&lineage, true);
            }
            let origin = match kind {
                JoinKind::Cross | JoinKind::Inner | JoinKind::Left => one.origin.clone(),
                JoinKind::Right => other.origin.clone(),
                JoinKind::Full => None,
            };
            fields.push(Field {
                name: Arc::clone(&one.name),
                lineage,
                origin,
                shape,
                via: None,
                beside_star: false,
                told_as: one.told_as,
            });
        }
        let rest = |field: &&Field| !names.iter().any(|name| *name.name == *field.name);
        fields.extend(left.fields.iter().filter(rest).cloned());
        fields.extend(right.fields.iter().filter(rest).cloned());
        Ok(fields)
    }

    /// 42703 for a column of USING that one side lacks; the record tells hidden from missing.
    fn not_on_side(&self, name: &Ident, side: &str, namespace: &Namespace) -> AnalyzeError {
        let hidden = namespace.tables.iter().find_map(|table| self.hidden_in(table, &name.name));
        let code = if hidden.is_some() { AnalyzeCode::ColumnHidden } else { AnalyzeCode::ColumnMissing };
        let message = format!("column \"{}\" specified in USING clause does not exist in {side} table", name.name);
        // As PostgreSQL, without a place.
        let object = hidden.unwrap_or_else(|| name.name.clone());
        AnalyzeError::new(SqlState::UNDEFINED_COLUMN, code, Pos::NONE, message).object(object)
    }
}

/// The names that NATURAL joins by, in the order of the left side.
fn common_names(left: &Namespace, right: &Namespace, at: Pos) -> Vec<Ident> {
    let in_right = |field: &&Field| right.fields.iter().any(|other| other.name == field.name);
    left.fields.iter().filter(in_right).map(|field| Ident { name: field.name.to_string(), at }).collect()
}

/// A namespace of one table under the client's name for it.
pub(super) fn one_table(
    name: &str,
    relation: Option<(String, String)>,
    alias: Option<&Alias>,
    fields: Vec<Field>,
    printed: Option<&str>,
) -> Namespace {
    let name: Arc<str> = alias.map_or(name, |alias| alias.name.name.as_str()).into();
    let fields = match alias {
        Some(alias) => rename(fields, alias.columns.iter().map(|column| &column.name)),
        None => fields,
    };
    let row = match (printed, alias) {
        (None, _) => RowType::Record,
        (Some(_), Some(alias)) if !alias.columns.is_empty() => RowType::Renamed,
        (Some(_), _) => RowType::Relation,
    };
    let printed = printed.map_or_else(|| Arc::clone(&name), Arc::from);
    let fields: Vec<Field> = fields.into_iter().map(|field| Field { via: Some(Arc::clone(&printed)), ..field }).collect();
    let table = Table { name, relation, alias: printed, fields: fields.clone().into(), row };
    Namespace { tables: vec![table], fields }
}

/// Where an item stands, for errors about it.
fn position(item: &TableRef) -> Pos {
    match item {
        TableRef::Function(function) => function.alias.as_ref().map_or(Pos::NONE, |alias| alias.name.at),
        TableRef::Join(join) => position(&join.left),
        TableRef::Relation(relation) => relation.at,
        TableRef::Subquery(subquery) => subquery.alias.as_ref().map_or(Pos::NONE, |alias| alias.name.at),
        TableRef::TableFunction(function) => function.at,
    }
}

/// An attribute of a row of a composite type.
fn of_attribute(attribute: &Attribute) -> Field {
    let shape = attribute.made.as_ref().map_or(Shape::Scalar, Shape::of_made);
    Field { shape, ..Field::computed(&attribute.name) }
}

impl Shape {
    /// The columns that `(value).*` stands for, when they are known.
    pub(super) fn fields(&self) -> Option<Vec<Field>> {
        match self {
            Self::Composite(attributes) => Some(attributes.iter().map(of_attribute).collect()),
            Self::Record(fields) | Self::Row(fields) => Some(fields.to_vec()),
            Self::Composites(_) | Self::Registry(_) | Self::Rows(_) | Self::Scalar => None,
        }
    }
}
