//! Column references: bare names, qualified names, whole rows and stars (PostgreSQL: transformColumnRef).

use std::sync::Arc;

use crate::base::SqlState;
use crate::catalog::{ExposedRelation, RelationSource};
use crate::parse::syntax::{ColumnRef, Expr, Ident, Pos};

use super::error::{AnalyzeCode, AnalyzeError};
use super::field::{Field, Shape, Value};
use super::names::dotted;
use super::registry::RegistryValue;
use super::scope::{RowType, Scope, Table};
use super::{Analyzer, BoundColumn, ColumnReading, ColumnUse};

impl Analyzer<'_> {
    /// A reference to one column or to a whole row.
    pub(super) fn column(
        &mut self,
        reference: &ColumnRef,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        if reference.star {
            let fields = self.star(reference, scope)?;
            self.read_all(&fields, column_use, reference.at)?;
            return Ok(Value::shaped(Shape::Row(fields)));
        }
        if let [name] = reference.parts.as_slice() {
            return self.bare(reference, name, scope, column_use);
        }
        let (table, column) = self.qualified(reference, scope)?;
        let Some(field) = table.fields.iter().find(|field| *field.name == *column.name) else {
            let found = self.system_column(reference, &table, column, scope, column_use)?;
            return found.ok_or_else(|| self.no_column(reference, Some(&table), column));
        };
        let field = field.clone();
        self.touched.push((Arc::clone(&table.alias), Arc::clone(&field.name)));
        self.bind_alias(reference, &table, Some(column), scope)?;
        self.meet(reference, &field, scope);
        self.read(&field.lineage, column_use, reference.at)?;
        Ok(field.into())
    }

    /// A bare name: a column of the innermost level that has one, else the whole row of a table.
    fn bare(
        &mut self,
        reference: &ColumnRef,
        name: &Ident,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        if let Some(field) = scope.column(name)? {
            let field = field.clone();
            if let (true, Some(via)) = (self.qualify, &field.via) {
                if !scope.reaches_column(via, name) {
                    self.captured(reference, via)?;
                }
                let bound =
                    BoundColumn { alias: via.to_string(), reads: ColumnReading::Column(name.name.clone()), at: reference.at };
                self.bindings.columns.insert(reference.id, bound);
            }
            self.touched.extend(field.via.clone().map(|table| (table, Arc::clone(&field.name))));
            self.meet(reference, &field, scope);
            self.read(&field.lineage, column_use, reference.at)?;
            return Ok(field.into());
        }
        let Some(table) = scope.table(name)?.cloned() else {
            let found = match scope.namespace().tables.as_slice() {
                [table] => self.system_column(reference, table, name, scope, column_use)?,
                _ => None,
            };
            return found.ok_or_else(|| self.no_bare_column(reference, name, scope));
        };
        if table.alias != table.name {
            let message =
                format!("a whole row of \"{}\" cannot be read where two relations of that name stand side by side", name.name);
            return Err(AnalyzeError::unsupported(reference.at, message).hint("Give one of them an alias."));
        }
        self.touch_all(&table);
        self.read_all(&table.fields, column_use, reference.at)?;
        let shape = match table.row {
            RowType::Record => Shape::Record(table.fields),
            RowType::Relation => Shape::Row(table.fields),
            RowType::Renamed => return self.renamed_row(reference, &table, scope),
        };
        Ok(Value::shaped(shape))
    }

    /// `f(t.*)` is `f(t)`: a whole row, not several columns. What it is where the columns of `t` have other names; `None` for any other expression.
    pub(super) fn star_of_renamed(
        &mut self,
        expr: &Expr,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Option<Value>, AnalyzeError> {
        let Some(reference) = star(expr) else { return Ok(None) };
        let [name] = reference.parts.as_slice() else { return Ok(None) };
        let Some(table) = scope.table(name)?.filter(|table| table.row == RowType::Renamed).cloned() else { return Ok(None) };
        self.touch_all(&table);
        self.read_all(&table.fields, column_use, reference.at)?;
        self.renamed_row(reference, &table, scope).map(Some)
    }

    /// The row of a relation has the relation's names whatever an alias calls its columns, and the sub-select that stands for it has the alias's. From the row
    /// that is made of it no field can be selected: PostgreSQL knows its names no longer.
    fn renamed_row(&mut self, reference: &ColumnRef, table: &Table, scope: &Scope<'_>) -> Result<Value, AnalyzeError> {
        if Shape::Row(Arc::clone(&table.fields)).is_row_of_registry() {
            return Err(AnalyzeError::registry_value(reference.at));
        }
        let mut given: Vec<&str> = table.fields.iter().map(|field| &*field.name).collect();
        given.sort_unstable();
        given.dedup();
        let own = |field: &Field| Some((field.name.to_string(), field.origin.as_ref()?.column()?.name.clone()));
        let columns: Option<Vec<(String, String)>> = table.fields.iter().map(own).collect();
        let Some(columns) = columns.filter(|columns| columns.len() == given.len()) else {
            let message = format!("a whole row of \"{}\" cannot be read where two of its columns have one name", table.name);
            return Err(AnalyzeError::unsupported(reference.at, message).hint("Give each column a name of its own."));
        };
        if !scope.reaches(table) {
            self.captured(reference, &table.alias)?;
        }
        self.is_total = false;
        let bound = BoundColumn { alias: table.alias.to_string(), reads: ColumnReading::Renamed(columns), at: reference.at };
        self.bindings.columns.insert(reference.id, bound);
        Ok(Value::computed())
    }

    /// A whole row of which nothing but the text is used: what in it names an object is its text from here on. Whether the expression is one that can be
    /// told so.
    pub(super) fn told_row(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<bool, AnalyzeError> {
        let Expr::Column(reference) = expr else { return Ok(false) };
        let [name] = reference.parts.as_slice() else { return Ok(false) };
        let Some(table) = scope.table(name)?.filter(|table| table.row != RowType::Renamed).cloned() else { return Ok(false) };
        let mut names: Vec<&str> = table.fields.iter().map(|field| &*field.name).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| matches!(pair, [one, next] if one == next)) {
            return Ok(false);
        }
        let told = |field: &Field| match &field.shape {
            Shape::Registry(RegistryValue::One(kind)) => Some((field.name.to_string(), Some(*kind))),
            Shape::Registry(RegistryValue::Array(_)) => None,
            Shape::Composite(_) | Shape::Composites(_) | Shape::Record(_) | Shape::Row(_) | Shape::Rows(_) | Shape::Scalar => {
                (!field.shape.is_row_of_registry()).then(|| (field.name.to_string(), None))
            }
        };
        let Some(columns) = table.fields.iter().map(told).collect() else { return Ok(false) };
        if !scope.reaches(&table) {
            self.captured(reference, &table.alias)?;
        }
        self.is_total = false;
        let bound = BoundColumn { alias: table.alias.to_string(), reads: ColumnReading::Told(columns), at: reference.at };
        self.bindings.columns.insert(reference.id, bound);
        Ok(true)
    }

    /// The columns that `t.*` stands for.
    pub(super) fn star(&mut self, reference: &ColumnRef, scope: &Scope<'_>) -> Result<Arc<[Field]>, AnalyzeError> {
        let table = match reference.parts.as_slice() {
            [] => return Ok(in_star(&scope.namespace().fields)),
            [name] => scope.table(name)?.ok_or_else(|| no_table(reference, &name.name))?,
            parts => self.schema_table(reference, parts, scope)?,
        }
        .clone();
        self.touch_all(&table);
        self.bind_alias(reference, &table, None, scope)?;
        Ok(in_star(&table.fields))
    }

    /// The table and the column of a name with dots.
    fn qualified<'r>(&self, reference: &'r ColumnRef, scope: &Scope<'_>) -> Result<(Table, &'r Ident), AnalyzeError> {
        let Some((column, parts)) = reference.parts.split_last() else {
            return Err(AnalyzeError::unsupported(reference.at, "a column reference without a name is not supported"));
        };
        let table = match parts {
            [name] => scope.table(name)?.ok_or_else(|| no_table(reference, &name.name))?,
            parts => self.schema_table(reference, parts, scope)?,
        };
        Ok((table.clone(), column))
    }

    /// A table by `schema.name` or `database.schema.name`.
    fn schema_table<'s>(&self, reference: &ColumnRef, parts: &[Ident], scope: &'s Scope<'_>) -> Result<&'s Table, AnalyzeError> {
        let (schema, name) = match parts {
            [schema, name] => (schema, name),
            [database, schema, name] if database.name == self.names.exposed.database => (schema, name),
            _ => {
                let message = format!("cross-database references are not implemented: {}", dotted(&reference.parts));
                return Err(AnalyzeError::unsupported(reference.at, message));
            }
        };
        scope.qualified_table(&schema.name, &name.name).ok_or_else(|| no_table(reference, &name.name))
    }

    /// What stands for a reference whose table is printed under another name than the client's.
    fn bind_alias(
        &mut self,
        reference: &ColumnRef,
        table: &Table,
        column: Option<&Ident>,
        scope: &Scope<'_>,
    ) -> Result<(), AnalyzeError> {
        let qualifiers = reference.parts.len() - usize::from(column.is_some());
        if qualifiers > 1 || table.alias != table.name {
            if !scope.reaches(table) {
                self.captured(reference, &table.alias)?;
            }
            let reads = column.map_or(ColumnReading::All, |column| ColumnReading::Column(column.name.clone()));
            let bound = BoundColumn { alias: table.alias.to_string(), reads, at: reference.at };
            self.bindings.columns.insert(reference.id, bound);
        }
        Ok(())
    }

    /// The printed name of a table would mean a nearer one: all are printed under names of their own then. Where the client or the data owner has given
    /// just such a name, there is no text that says what was meant.
    fn captured(&mut self, reference: &ColumnRef, alias: &str) -> Result<(), AnalyzeError> {
        self.aliases_clash = true;
        if !self.unique_aliases {
            return Ok(());
        }
        let message = format!("the alias \"{alias}\" cannot stand between this reference and its table");
        Err(AnalyzeError::unsupported(reference.at, message).hint("Give the nearer table another alias."))
    }

    /// `tableoid` of a system relation: tools join by it; `xmin` of a catalog: tools look for changes by it. Other system columns, and those of the warehouse's relations, do not exist here.
    fn system_column(
        &mut self,
        reference: &ColumnRef,
        table: &Table,
        column: &Ident,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Option<Value>, AnalyzeError> {
        let Some(relation) = table.fields.iter().find_map(|field| field.origin.as_ref()).map(|base| &base.relation) else {
            return Ok(None);
        };
        let RelationSource::System { oid, query: _ } = &relation.source else { return Ok(None) };
        let named = |name: &'static str| table.fields.iter().find(|field| *field.name == *name).map(|field| (name, field));
        let key = named("oid").or_else(|| named(row_key(relation)?));
        let (reads, key) = match (column.name.as_str(), key) {
            ("tableoid", Some(("oid", key))) => (ColumnReading::TableOid(*oid), key),
            ("xmin", Some((name, key))) => (ColumnReading::Xmin(name), key),
            _ => return Ok(None),
        };
        // What stands for it looks at whether there is a row.
        self.touched.push((Arc::clone(&table.alias), Arc::clone(&key.name)));
        self.read(&key.lineage, column_use, reference.at)?;
        if !scope.reaches(table) {
            self.captured(reference, &table.alias)?;
        }
        let bound = BoundColumn { alias: table.alias.to_string(), reads, at: reference.at };
        self.bindings.columns.insert(reference.id, bound);
        Ok(Some(Value::computed()))
    }

    fn touch_all(&mut self, table: &Table) {
        self.touched.extend(table.fields.iter().map(|field| (Arc::clone(&table.alias), Arc::clone(&field.name))));
    }

    /// Notes that all of these are read.
    pub(super) fn read_all(&mut self, fields: &[Field], column_use: Option<ColumnUse>, at: Pos) -> Result<(), AnalyzeError> {
        fields.iter().try_for_each(|field| self.read(&field.lineage, column_use, at))
    }

    /// The error for a bare name that nothing has.
    fn no_bare_column(&self, reference: &ColumnRef, name: &Ident, scope: &Scope<'_>) -> AnalyzeError {
        let hidden = scope.namespace().tables.iter().find_map(|table| self.hidden_in(table, &name.name));
        column_error(reference, format!("column \"{}\" does not exist", name.name), hidden, &name.name)
    }

    /// The error for a column that its table does not have.
    fn no_column(&self, reference: &ColumnRef, table: Option<&Table>, column: &Ident) -> AnalyzeError {
        let hidden = table.and_then(|table| self.hidden_in(table, &column.name));
        column_error(reference, format!("column {} does not exist", dotted(&reference.parts)), hidden, &column.name)
    }

    /// The hidden column of that name, for the record.
    pub(super) fn hidden_in(&self, table: &Table, column: &str) -> Option<String> {
        let base = table.fields.iter().find_map(|field| field.origin.as_ref())?;
        let relation = &base.relation;
        relation.hidden_columns.contains(column).then(|| format!("{}.{}.{column}", relation.schema, relation.name))
    }
}

/// `t.*`, in parentheses or not.
#[expect(clippy::wildcard_enum_match_arm, reason = "one form is looked for; every other expression is not of it")]
fn star(expr: &Expr) -> Option<&ColumnRef> {
    match expr {
        Expr::Column(reference) => Some(reference).filter(|reference| reference.star),
        Expr::Parenthesised(inner) => star(inner),
        _other => None,
    }
}

/// Of a catalog whose rows have no oid, a column that every row has. A view has none of the two, and no `xmin`.
fn row_key(relation: &ExposedRelation) -> Option<&'static str> {
    const KEYS: [(&str, &str); 17] = [
        ("pg_aggregate", "aggfnoid"),
        ("pg_attribute", "attrelid"),
        ("pg_auth_members", "roleid"),
        ("pg_db_role_setting", "setrole"),
        ("pg_depend", "classid"),
        ("pg_description", "objoid"),
        ("pg_foreign_table", "ftrelid"),
        ("pg_index", "indexrelid"),
        ("pg_inherits", "inhrelid"),
        ("pg_init_privs", "objoid"),
        ("pg_partitioned_table", "partrelid"),
        ("pg_range", "rngtypid"),
        ("pg_seclabel", "objoid"),
        ("pg_sequence", "seqrelid"),
        ("pg_shdepend", "dbid"),
        ("pg_shdescription", "objoid"),
        ("pg_subscription_rel", "srsubid"),
    ];
    let is_catalog = relation.schema == "pg_catalog";
    KEYS.iter().find(|(name, _)| is_catalog && *name == relation.name).map(|(_, key)| *key)
}

/// The columns that a star stands for.
pub(super) fn in_star(fields: &[Field]) -> Arc<[Field]> {
    fields.iter().filter(|field| !field.beside_star).cloned().collect()
}

/// 42703 in one wording; the record tells hidden from missing.
fn column_error(reference: &ColumnRef, message: String, hidden: Option<String>, column: &str) -> AnalyzeError {
    let code = if hidden.is_some() { AnalyzeCode::ColumnHidden } else { AnalyzeCode::ColumnMissing };
    AnalyzeError::new(SqlState::UNDEFINED_COLUMN, code, reference.at, message).object(hidden.unwrap_or_else(|| column.to_owned()))
}

/// 42P01 for a table that FROM does not offer.
fn no_table(reference: &ColumnRef, name: &str) -> AnalyzeError {
    let message = format!("missing FROM-clause entry for table \"{name}\"");
    AnalyzeError::new(SqlState::UNDEFINED_TABLE, AnalyzeCode::RelationMissing, reference.at, message).object(name)
}
