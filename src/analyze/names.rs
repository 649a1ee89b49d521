//! Relations and schemas by name and search_path (PostgreSQL: namespace.c).

use std::sync::Arc;

use crate::base::SqlState;
use crate::catalog::{ExposedCatalog, ExposedRelation, Found};
use crate::parse::syntax::{Ident, Pos};

use super::Names;
use super::error::{AnalyzeCode, AnalyzeError};

/// The schema that is searched before the path unless the path names it.
const PG_CATALOG: &str = "pg_catalog";

impl<'a> Names<'a> {
    /// The schemas that a bare name is looked up in, in order.
    pub(super) fn path(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let search_path = self.search_path;
        let implicit = (!search_path.iter().any(|schema| schema == PG_CATALOG)).then_some(PG_CATALOG);
        implicit.into_iter().chain(search_path.iter().map(String::as_str))
    }

    /// Whether something of that schema shows, or it is the system's.
    pub(super) fn has_schema(&self, schema: &str) -> bool {
        let exposed = self.exposed;
        matches!(schema, "pg_catalog" | "information_schema")
            || exposed.has_schema(schema)
            || exposed.relations.keys().any(|(of, _)| of == schema)
            || exposed.extensions.schemas.contains(schema)
            || exposed.functions.iter().any(|function| function.schema == schema)
            || exposed.types.keys().any(|(of, _)| of == schema)
            || exposed.text_search.iter().any(|found| found.schema == schema)
    }

    /// The relation of COPY by its name: a schema of which nothing shows is missing itself, and nothing has a place (PostgreSQL: CopyStmt is not analysed).
    ///
    /// # Errors
    /// As `relation`, and 3F000.
    pub fn copied_relation(&self, name: &[Ident]) -> Result<Arc<ExposedRelation>, AnalyzeError> {
        self.relation(name, Pos::NONE).map_err(|error| match name {
            [schema, _] if error.sqlstate == SqlState::UNDEFINED_TABLE && !self.has_schema(&schema.name) => AnalyzeError {
                sqlstate: SqlState::INVALID_SCHEMA_NAME,
                message: format!("schema \"{}\" does not exist", schema.name),
                hint: None,
                ..error
            },
            _ => error,
        })
    }

    /// A relation by its name of one to three parts.
    ///
    /// # Errors
    /// 42P01, the same for hidden and missing relations; 0A000 for another database; 42501 for an aggregate-only relation; 55000 for one that
    /// the warehouse does not keep.
    pub fn relation(&self, name: &[Ident], at: Pos) -> Result<Arc<ExposedRelation>, AnalyzeError> {
        let found = match name {
            [relation] => self.path().find_map(|schema| self.exposed.find(schema, &relation.name)),
            [schema, relation] => self.exposed.find(&schema.name, &relation.name),
            [database, schema, relation] if database.name == self.exposed.database => {
                self.exposed.find(&schema.name, &relation.name)
            }
            _ => return Err(other_database(name, at)),
        };
        let relation = match found {
            None => return Err(self.no_relation(name, at)),
            Some(Found::Broken(broken)) => {
                return Err(AnalyzeError::broken(at, &dotted(name), broken).object(self.found_name(name)));
            }
            Some(Found::Relation(relation)) => relation,
        };
        if relation.aggregate_only {
            let message =
                format!("relation \"{}\" is for aggregates only, and aggregates over it are not served yet", dotted(name));
            let error = AnalyzeError::new(SqlState::INSUFFICIENT_PRIVILEGE, AnalyzeCode::AggregateOnly, at, message);
            return Err(error.object(format!("{}.{}", relation.schema, relation.name)));
        }
        Ok(Arc::clone(relation))
    }

    /// Schema and name of the relation that the name finds, for the record.
    fn found_name(&self, name: &[Ident]) -> String {
        match name {
            [relation] => {
                let schema = self.path().find(|schema| self.exposed.find(schema, &relation.name).is_some());
                format!("{}.{}", schema.unwrap_or_default(), relation.name)
            }
            _ => dotted(name.get(name.len().saturating_sub(2)..).unwrap_or(name)),
        }
    }

    /// The error for a relation that is not there: one wording, whatever the reason.
    fn no_relation(&self, name: &[Ident], at: Pos) -> AnalyzeError {
        let hidden = hidden_relation(self.exposed, name, self.search_path);
        let code = if hidden.is_some() { AnalyzeCode::RelationHidden } else { AnalyzeCode::RelationMissing };
        let without_database = name.get(name.len().saturating_sub(2)..).unwrap_or(name);
        let message = format!("relation \"{}\" does not exist", dotted(without_database));
        let error = AnalyzeError::new(SqlState::UNDEFINED_TABLE, code, at, message);
        error.object(hidden.unwrap_or_else(|| dotted(name)))
    }
}

/// The hidden relation that the name means, for the record.
fn hidden_relation(exposed: &ExposedCatalog, name: &[Ident], search_path: &[String]) -> Option<String> {
    let is_hidden = |schema: &str, relation: &str| exposed.hidden_relations.contains(&(schema.to_owned(), relation.to_owned()));
    let (schema, relation) = match name {
        [relation] => (search_path.iter().find(|schema| is_hidden(schema, &relation.name))?.clone(), relation),
        [schema, relation] | [_, schema, relation] => (schema.name.clone(), relation),
        _ => return None,
    };
    is_hidden(&schema, &relation.name).then(|| format!("{schema}.{}", relation.name))
}

/// The error for a name of another database.
fn other_database(name: &[Ident], at: Pos) -> AnalyzeError {
    if name.len() == 3 {
        return AnalyzeError::unsupported(at, format!("cross-database references are not implemented: \"{}\"", dotted(name)));
    }
    let message = format!("improper qualified name (too many dotted names): {}", dotted(name));
    AnalyzeError::new(SqlState::SYNTAX_ERROR, AnalyzeCode::Unsupported, at, message)
}

/// The name as PostgreSQL prints it in messages.
pub(super) fn dotted(name: &[Ident]) -> String {
    name.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join(".")
}

/// The parts of a name inside a string, as regclass reads it: folded where bare, as written where quoted (PostgreSQL: SplitIdentifierString).
pub(super) fn split_name(text: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let (part, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_part(quoted)?,
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                let (bare, after) = rest.split_at_checked(end)?;
                let is_name = !bare.is_empty()
                    && !bare.contains(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_' && c != '$');
                is_name.then(|| (bare.to_ascii_lowercase(), after))?
            }
        };
        parts.push(part);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => return after.trim().is_empty().then_some(parts),
        }
    }
}

/// A quoted part after its opening quote: its text, and what follows the closing one.
fn quoted_part(quoted: &str) -> Option<(String, &str)> {
    let mut part = String::new();
    let mut chars = quoted.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' if chars.next_if(|(_, next)| *next == '"').is_some() => part.push('"'),
            '"' => return Some((part, quoted.get(at + 1..)?)),
            c => part.push(c),
        }
    }
    None
}
