//! SQL/JSON: every expression in it is bound, every type must be one that may be named. Which servers read it is asked first: to the others it would be a
//! call of a function by a name without a schema.

use std::sync::Arc;

use crate::parse::syntax::{
    Json, JsonArgument, JsonBehavior, JsonColumn, JsonEntry, JsonPath, JsonReturning, JsonTable, JsonValue, Pos,
};

use super::error::AnalyzeError;
use super::field::Field;
use super::field::{Shape, Value};
use super::scope::Scope;
use super::{Analyzer, ColumnUse, Version};

impl Analyzer<'_> {
    /// An expression of SQL/JSON. Of those that read a document, RETURNING tells what is made of it.
    pub(super) fn json(
        &mut self,
        json: &Json,
        at: Pos,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        self.json_parts(json, at, scope, column_use)?;
        let shape = match json {
            Json::Path(path) => path.returning.as_ref().map_or(Shape::Scalar, |returning| self.shape_of_type(&returning.target)),
            Json::Array { .. }
            | Json::ArrayAggregate { .. }
            | Json::ArrayQuery { .. }
            | Json::Object { .. }
            | Json::ObjectAggregate { .. }
            | Json::Parse { .. }
            | Json::Scalar(_)
            | Json::Serialize { .. } => Shape::Scalar,
        };
        Ok(Value::shaped(shape))
    }

    fn json_parts(&mut self, json: &Json, at: Pos, scope: &Scope<'_>, column_use: Option<ColumnUse>) -> Result<(), AnalyzeError> {
        self.since(read_since(json), &json.name().to_ascii_uppercase(), at)?;
        self.footprint.functions.insert(json.name().to_owned());
        match json {
            Json::Array { elements, absent_on_null: _, returning } => {
                self.json_values(elements, scope, column_use)?;
                self.json_returning(returning.as_ref())
            }
            Json::ArrayAggregate { element, order_by, absent_on_null: _, returning, filter, over } => {
                self.json_value(element, scope, column_use)?;
                self.sort_keys(order_by, scope, column_use)?;
                self.json_returning(returning.as_ref())?;
                self.filter_and_over(filter.as_ref(), over.as_ref(), scope)
            }
            Json::ArrayQuery { query, format: _, returning } => {
                let fields = self.query(query, scope, column_use)?;
                super::expr::no_registry(&fields)?;
                self.json_returning(returning.as_ref())
            }
            Json::Object { entries, absent_on_null: _, unique_keys: _, returning } => {
                entries.iter().try_for_each(|entry| self.json_entry(entry, scope, column_use))?;
                self.json_returning(returning.as_ref())
            }
            Json::ObjectAggregate { entry, absent_on_null: _, unique_keys: _, returning, filter, over } => {
                self.json_entry(entry, scope, column_use)?;
                self.json_returning(returning.as_ref())?;
                self.filter_and_over(filter.as_ref(), over.as_ref(), scope)
            }
            Json::Parse { value, unique_keys: _ } => self.json_value(value, scope, column_use),
            Json::Path(path) => self.json_path(path, scope, column_use),
            Json::Scalar(expr) => self.expr(expr, scope, column_use).map(drop),
            Json::Serialize { value, returning } => {
                self.json_value(value, scope, column_use)?;
                self.json_returning(returning.as_ref())
            }
        }
    }

    fn json_path(&mut self, path: &JsonPath, scope: &Scope<'_>, column_use: Option<ColumnUse>) -> Result<(), AnalyzeError> {
        let JsonPath { function: _, context, path, passing, returning, wrapper: _, quotes: _, on_empty, on_error } = path;
        self.json_value(context, scope, column_use)?;
        self.expr(path, scope, column_use)?;
        self.json_passing(passing, scope, column_use)?;
        self.json_returning(returning.as_ref())?;
        self.behaviors([on_empty, on_error], scope, column_use)
    }

    fn json_value(&mut self, value: &JsonValue, scope: &Scope<'_>, column_use: Option<ColumnUse>) -> Result<(), AnalyzeError> {
        let JsonValue { expr, format: _ } = value;
        self.expr(expr, scope, column_use).map(drop)
    }

    fn json_values(
        &mut self,
        values: &[JsonValue],
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<(), AnalyzeError> {
        values.iter().try_for_each(|value| self.json_value(value, scope, column_use))
    }

    fn json_entry(&mut self, entry: &JsonEntry, scope: &Scope<'_>, column_use: Option<ColumnUse>) -> Result<(), AnalyzeError> {
        let JsonEntry { key, value } = entry;
        self.expr(key, scope, column_use)?;
        self.json_value(value, scope, column_use)
    }

    fn json_passing(
        &mut self,
        passing: &[JsonArgument],
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<(), AnalyzeError> {
        passing.iter().try_for_each(|JsonArgument { value, name: _ }| self.json_value(value, scope, column_use))
    }

    fn json_returning(&mut self, returning: Option<&JsonReturning>) -> Result<(), AnalyzeError> {
        let Some(JsonReturning { target, format: _ }) = returning else { return Ok(()) };
        self.type_name(target)
    }

    fn behaviors<'b>(
        &mut self,
        behaviors: impl IntoIterator<Item = &'b Option<JsonBehavior>>,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<(), AnalyzeError> {
        behaviors.into_iter().flatten().try_for_each(|behavior| match behavior {
            JsonBehavior::Default(expr) => self.expr(expr, scope, column_use).map(drop),
            JsonBehavior::EmptyArray
            | JsonBehavior::EmptyObject
            | JsonBehavior::Error
            | JsonBehavior::False
            | JsonBehavior::Null
            | JsonBehavior::True
            | JsonBehavior::Unknown => Ok(()),
        })
    }

    /// JSON_TABLE: its columns, each fed by whatever its document reads.
    pub(super) fn json_table(&mut self, table: &JsonTable, at: Pos, scope: &Scope<'_>) -> Result<Vec<Field>, AnalyzeError> {
        self.since(Version::V17, "JSON_TABLE", at)?;
        self.footprint.functions.insert("json_table".to_owned());
        let JsonTable { context, path: _, path_name: _, passing, columns, on_error } = table;
        self.json_value(context, scope, None)?;
        self.json_passing(passing, scope, None)?;
        self.behaviors([on_error], scope, None)?;
        let mut names = Vec::new();
        self.json_columns(columns, scope, &mut names)?;
        Ok(names.iter().map(|name| Field::computed(name)).collect())
    }

    /// A level's own columns come before those of its nested paths (PostgreSQL: transformJsonTableColumns).
    fn json_columns(&mut self, columns: &[JsonColumn], scope: &Scope<'_>, names: &mut Vec<Arc<str>>) -> Result<(), AnalyzeError> {
        for column in columns {
            let name = match column {
                JsonColumn::Exists { name, target, path: _, on_error } => {
                    self.type_name(target)?;
                    self.behaviors([on_error], scope, None)?;
                    name
                }
                JsonColumn::Nested { path: _, path_name: _, columns: _ } => continue,
                JsonColumn::Ordinality(name) => name,
                JsonColumn::Value { name, target, format: _, path: _, wrapper: _, quotes: _, on_empty, on_error } => {
                    self.type_name(target)?;
                    self.behaviors([on_empty, on_error], scope, None)?;
                    name
                }
            };
            names.push(name.name.as_str().into());
        }
        columns.iter().try_for_each(|column| match column {
            JsonColumn::Nested { path: _, path_name: _, columns } => self.json_columns(columns, scope, names),
            JsonColumn::Exists { name: _, target: _, path: _, on_error: _ }
            | JsonColumn::Ordinality(_)
            | JsonColumn::Value { name: _, target: _, format: _, path: _, wrapper: _, quotes: _, on_empty: _, on_error: _ } => {
                Ok(())
            }
        })
    }
}

/// The first server that reads it as what it is.
const fn read_since(json: &Json) -> Version {
    match json {
        Json::Array { elements: _, absent_on_null: _, returning: _ }
        | Json::ArrayAggregate { element: _, order_by: _, absent_on_null: _, returning: _, filter: _, over: _ }
        | Json::ArrayQuery { query: _, format: _, returning: _ }
        | Json::Object { entries: _, absent_on_null: _, unique_keys: _, returning: _ }
        | Json::ObjectAggregate { entry: _, absent_on_null: _, unique_keys: _, returning: _, filter: _, over: _ } => Version::V16,
        Json::Parse { value: _, unique_keys: _ }
        | Json::Path(_)
        | Json::Scalar(_)
        | Json::Serialize { value: _, returning: _ } => Version::V17,
    }
}
