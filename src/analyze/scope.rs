//! The name environment: what each query level can refer to, innermost first (PostgreSQL: parse_relation.c).

use std::sync::Arc;

use crate::base::SqlState;
use crate::parse::syntax::{Ident, Pos, With};

use super::error::{AnalyzeCode, AnalyzeError};
use super::field::Field;

/// One query level.
pub(super) struct Scope<'p> {
    parent: Option<&'p Scope<'p>>,
    namespace: &'p Namespace,
    ctes: &'p [CteEntry<'p>],
}

/// What FROM offers.
#[derive(Clone, Default)]
pub(super) struct Namespace {
    pub tables: Vec<Table>,
    /// What bare names find and `*` expands to, in order; columns merged by USING stand once.
    pub fields: Vec<Field>,
}

/// One name in FROM.
#[derive(Clone)]
pub(super) struct Table {
    pub name: Arc<str>,
    /// Schema and relation, of a relation without an alias: `schema.table.column` finds it.
    pub relation: Option<(String, String)>,
    /// The name that is printed for it.
    pub alias: Arc<str>,
    pub fields: Arc<[Field]>,
    pub row: RowType,
}

/// What a whole row of a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowType {
    /// Anonymous, as in PostgreSQL: of a sub-select, a common table expression, a join.
    Record,
    /// Of the relation's own type, with the relation's names.
    Relation,
    /// The same, of a relation whose columns have other names here.
    Renamed,
}

/// A common table expression that can be named.
#[derive(Clone)]
pub(super) struct CteEntry<'p> {
    pub name: String,
    pub columns: CteColumns<'p>,
    /// Depth of the query whose WITH it stands in.
    pub depth: usize,
}

/// Where in a member of WITH RECURSIVE its own name may not stand (PostgreSQL: checkWellFormedRecursion).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OwnPlace {
    /// It is no UNION; it stands there.
    Form(Pos),
    /// In front of UNION.
    NonRecursive,
    /// In a WITH of its own.
    Subquery,
}

/// What is known of the columns of a common table expression.
#[derive(Clone)]
pub(super) enum CteColumns<'p> {
    Known(Arc<[Field]>),
    /// It stands further down in that WITH RECURSIVE, and is read when it is named.
    Later {
        with: &'p With,
        index: usize,
        outer: &'p Scope<'p>,
    },
    /// It is being read itself, and may not be named there.
    Own(OwnPlace),
}

static NOTHING: Namespace = Namespace { tables: Vec::new(), fields: Vec::new() };

impl<'p> Scope<'p> {
    /// Outside every query.
    pub(super) fn root() -> Scope<'static> {
        Scope { parent: None, namespace: &NOTHING, ctes: &[] }
    }

    /// A level that sees `namespace` first, then what this one sees.
    pub(super) fn with_namespace(&'p self, namespace: &'p Namespace) -> Scope<'p> {
        Scope { parent: Some(self), namespace, ctes: &[] }
    }

    /// A level that sees these common table expressions first.
    pub(super) fn with_ctes(&'p self, ctes: &'p [CteEntry<'p>]) -> Scope<'p> {
        Scope { parent: Some(self), namespace: &NOTHING, ctes }
    }

    fn levels(&self) -> impl Iterator<Item = &Scope<'p>> {
        std::iter::successors(Some(self), |scope| scope.parent)
    }

    /// The common table expression of that name.
    pub(super) fn cte(&self, name: &str) -> Option<&CteEntry<'p>> {
        self.levels().find_map(|scope| scope.ctes.iter().rev().find(|cte| cte.name == name))
    }

    /// What this level itself offers.
    pub(super) fn namespace(&self) -> &Namespace {
        self.namespace
    }

    /// A bare name as a column, at the innermost level that has it.
    pub(super) fn column(&self, name: &Ident) -> Result<Option<&Field>, AnalyzeError> {
        for scope in self.levels() {
            if let Some(field) = scope.namespace.column(name)? {
                return Ok(Some(field));
            }
        }
        Ok(None)
    }

    /// A table by the name that it has in FROM.
    pub(super) fn table(&self, name: &Ident) -> Result<Option<&Table>, AnalyzeError> {
        for scope in self.levels() {
            let mut found = scope.namespace.tables.iter().filter(|table| *table.name == *name.name);
            match (found.next(), found.next()) {
                (Some(_), Some(_)) => {
                    let message = format!("table reference \"{}\" is ambiguous", name.name);
                    return Err(AnalyzeError::new(SqlState::AMBIGUOUS_ALIAS, AnalyzeCode::Ambiguous, name.at, message));
                }
                (Some(table), None) => return Ok(Some(table)),
                (None, _) => {}
            }
        }
        Ok(None)
    }

    /// The tables that are printed under that name, innermost first.
    pub(super) fn tables_by_printed_name(&self, alias: &str) -> impl Iterator<Item = &Table> {
        self.levels().filter_map(move |scope| scope.namespace.tables.iter().find(|table| *table.alias == *alias))
    }

    /// Whether the name that is printed for a table means that table here: no nearer one is printed under the same name (enforcement W6).
    pub(super) fn reaches(&self, table: &Table) -> bool {
        let named = |scope: &&Scope<'_>| scope.namespace.tables.iter().any(|other| other.alias == table.alias);
        let nearest = self.levels().find(named);
        nearest.is_some_and(|scope| {
            let is_it =
                |other: &Table| other.alias == table.alias && other.name == table.name && other.relation == table.relation;
            scope.namespace.tables.iter().any(is_it)
        })
    }

    /// The same for a column that a bare name found, and the printed name of its table.
    pub(super) fn reaches_column(&self, alias: &str, name: &Ident) -> bool {
        let has_column = |scope: &Scope<'_>| scope.namespace.fields.iter().any(|field| *field.name == *name.name);
        let has_alias = |scope: &Scope<'_>| scope.namespace.tables.iter().any(|table| *table.alias == *alias);
        self.levels().find(|scope| has_column(scope) || has_alias(scope)).is_some_and(has_column)
    }

    /// A table by schema and relation name; only relations without an alias can be found so.
    pub(super) fn qualified_table(&self, schema: &str, name: &str) -> Option<&Table> {
        let is_it = |table: &&Table| table.relation.as_ref().is_some_and(|(s, n)| s == schema && n == name);
        self.levels().find_map(|scope| scope.namespace.tables.iter().find(is_it))
    }
}

impl Namespace {
    /// The column of that name, when there is just one.
    pub(super) fn column(&self, name: &Ident) -> Result<Option<&Field>, AnalyzeError> {
        let mut found = self.fields.iter().filter(|field| *field.name == *name.name);
        let first = found.next();
        if found.next().is_some() {
            let message = format!("column reference \"{}\" is ambiguous", name.name);
            return Err(AnalyzeError::new(SqlState::AMBIGUOUS_COLUMN, AnalyzeCode::Ambiguous, name.at, message));
        }
        Ok(first)
    }

    /// Puts the tables of another FROM item beside these. Two relations of one name are legal when they stand in different schemas and
    /// neither has an alias: then every relation must be printed under a name of its own (enforcement W6), which `aliases_clash` tells.
    ///
    /// # Errors
    /// 42712 when one name stands for two things; as PostgreSQL, without a place.
    pub(super) fn join_tables(&mut self, tables: Vec<Table>, aliases_clash: &mut bool) -> Result<(), AnalyzeError> {
        for table in &tables {
            for known in self.tables.iter().filter(|known| known.name == table.name) {
                let both_bare = known.relation.is_some() && table.relation.is_some() && known.relation != table.relation;
                if !both_bare {
                    let message = format!("table name \"{}\" specified more than once", table.name);
                    return Err(AnalyzeError::new(SqlState::DUPLICATE_ALIAS, AnalyzeCode::Ambiguous, Pos::NONE, message));
                }
                *aliases_clash |= known.alias == table.alias;
            }
        }
        self.tables.extend(tables);
        Ok(())
    }
}
