//! Type names and collations: one allow-list for every slot that names a type (enforcement L7, L8, L9).

use std::collections::BTreeSet;

use crate::base::SqlState;
use crate::catalog::extensions::Serving;
use crate::catalog::{Oid, types};
use crate::parse::syntax::{Ident, TypeName};

use super::error::{AnalyzeCode, AnalyzeError};
use super::names::dotted;
use super::{Analyzer, BoundType};

/// The domains of `information_schema`, the same in every server: numbers, names, texts and times of its views (SQL/Schemata §5).
const STANDARD_DOMAINS: [&str; 5] = ["cardinal_number", "character_data", "sql_identifier", "time_stamp", "yes_or_no"];

impl Analyzer<'_> {
    /// A type name in any slot.
    ///
    /// # Errors
    /// 42704, the same for hidden and missing types and for those that may not be named.
    pub(super) fn type_name(&mut self, type_name: &TypeName) -> Result<(), AnalyzeError> {
        let bound = self.bound_type(type_name).ok_or_else(|| self.no_type(type_name))?;
        let made_of = self.extensions_of(&bound);
        self.made_of.extend(made_of);
        self.bindings.places.insert(type_name.id, type_name.at);
        self.bindings.types.insert(type_name.id, bound);
        Ok(())
    }

    /// 42704 in one wording for every type that cannot be named, 3F000 for a schema of which nothing shows.
    pub(super) fn no_type(&self, type_name: &TypeName) -> AnalyzeError {
        if let [schema, _] = type_name.name.as_slice()
            && !self.names.has_schema(&schema.name)
        {
            return AnalyzeError::no_schema(type_name.at, AnalyzeCode::TypeNotAllowed, &schema.name);
        }
        let message = format!("type \"{}\" does not exist", dotted(&type_name.name));
        AnalyzeError::new(SqlState::UNDEFINED_OBJECT, AnalyzeCode::TypeNotAllowed, type_name.at, message)
            .object(dotted(&type_name.name))
    }

    /// The type that a name means, when it may be named.
    pub(super) fn bound_type(&self, type_name: &TypeName) -> Option<BoundType> {
        match type_name.name.as_slice() {
            [name] if type_name.keyword => builtin(&name.name),
            [name] => self.by_path(name),
            [schema, name] if schema.name == "pg_catalog" => builtin(&name.name),
            [schema, name] => self.exposed_type(&schema.name, &name.name),
            [database, schema, name] if database.name == self.names.exposed.database => {
                self.exposed_type(&schema.name, &name.name)
            }
            _ => None,
        }
    }

    /// A collation of `pg_catalog`; others do not exist here, so the server itself says so.
    pub(super) fn collation(&mut self, name: &[Ident]) -> Result<(), AnalyzeError> {
        match name {
            [_] => Ok(()),
            [schema, _] if schema.name == "pg_catalog" => Ok(()),
            _ => {
                let at = name.first().map_or(crate::parse::syntax::Pos::NONE, |part| part.at);
                let message = format!("collation \"{}\" for encoding \"UTF8\" does not exist", dotted(name));
                Err(AnalyzeError::new(SqlState::UNDEFINED_OBJECT, AnalyzeCode::TypeNotAllowed, at, message))
            }
        }
    }

    /// A bare type name: the path decides, `pg_catalog` first.
    fn by_path(&self, name: &Ident) -> Option<BoundType> {
        let found = self.names.path().find_map(|schema| match schema {
            "pg_catalog" => builtin(&name.name),
            schema => self.exposed_type(schema, &name.name),
        });
        // What an extension offers is on the path of every session, as its operators are.
        let schema = || self.names.exposed.extensions.types.get(&name.name).map(|found| &found.schema);
        found.or_else(|| schema().and_then(|schema| self.exposed_type(schema, &name.name)))
    }

    /// The extensions of whose types values of the type may be made.
    pub(super) fn extensions_of(&self, bound: &BoundType) -> BTreeSet<&'static str> {
        let extensions = &self.names.exposed.extensions;
        match bound {
            BoundType::Builtin(_)
            | BoundType::OwnRow
            | BoundType::Registry(_)
            | BoundType::RegistryList { kind: _, of: _, is_told: _ }
            | BoundType::RegistryText { kind: _, name: _, is_list: _ }
            | BoundType::RegistryTold(_) => BTreeSet::new(),
            BoundType::Exposed { schema, name } => {
                let oid = self.names.exposed.types.get(&(schema.clone(), name.clone())).copied().unwrap_or_default();
                extensions_of_type(extensions, oid)
            }
        }
    }

    fn exposed_type(&self, schema: &str, name: &str) -> Option<BoundType> {
        let key = (schema.to_owned(), name.to_owned());
        let is_standard = schema == "information_schema" && STANDARD_DOMAINS.contains(&name);
        (is_standard || self.names.exposed.types.contains_key(&key)).then_some(BoundType::Exposed { schema: key.0, name: key.1 })
    }
}

/// The extensions of whose types values of the type may be made: its own, or any where it is made of such.
pub(super) fn extensions_of_type(extensions: &Serving, oid: Oid) -> BTreeSet<&'static str> {
    let own = extensions.types.values().find(|found| found.oid == oid).map(|found| found.extension);
    match own {
        Some(own) => BTreeSet::from([own]),
        None if extensions.is_made_of(oid) => extensions.with_types(),
        None => BTreeSet::new(),
    }
}

/// The builtin type of that name, when a client may name it.
fn builtin(name: &str) -> Option<BoundType> {
    types::builtin_by_typname(name).filter(|found| found.nameable).map(|found| BoundType::Builtin(found.name.to_owned()))
}
