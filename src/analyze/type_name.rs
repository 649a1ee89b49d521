//! Type names, collations and casts: one allow-list for every slot that names a type (enforcement L7, L8, L9).

use crate::base::{SqlState, quote_ident};
use crate::catalog::types;
use crate::catalog::{Found, RelationSource};
use crate::parse::syntax::{Expr, Ident, Literal, Pos, TypeName};

use super::error::{AnalyzeCode, AnalyzeError};
use super::field::{Shape, Value};
use super::names::{dotted, split_name};
use super::scope::Scope;
use super::{Analyzer, BoundType, ColumnUse, Registry, RegistryCast};

impl Analyzer<'_> {
    /// A cast. To a registry type only what is exposed can be named or shown.
    pub(super) fn cast(
        &mut self,
        expr: &Expr,
        target: &TypeName,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        if let Some(cast) = self.registry_cast_to(expr, target)? {
            self.registry_may_stand = true;
            self.expr(expr, scope, column_use)?;
            self.bindings.places.insert(target.id, target.at);
            self.bindings.types.insert(target.id, BoundType::Registry(cast));
            return Ok(Value { origin: None, shape: Shape::Registry });
        }
        self.registry_may_stand = target.dimensions.is_empty();
        self.expr(expr, scope, column_use)?;
        self.type_name(target)?;
        let attributes = self.composite_attributes(target);
        Ok(Value { origin: None, shape: attributes.map_or(Shape::Scalar, |names| Shape::Composite(names.into())) })
    }

    /// A type name in any slot.
    ///
    /// # Errors
    /// 42704, the same for hidden and missing types and for those that may not be named.
    pub(super) fn type_name(&mut self, type_name: &TypeName) -> Result<(), AnalyzeError> {
        let bound = self.bound_type(type_name).ok_or_else(|| no_type(type_name))?;
        self.bindings.places.insert(type_name.id, type_name.at);
        self.bindings.types.insert(type_name.id, bound);
        Ok(())
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

    /// What a cast to a registry type becomes; `None` for other types.
    pub(super) fn registry_cast_to(&self, operand: &Expr, target: &TypeName) -> Result<Option<RegistryCast>, AnalyzeError> {
        registry(target).map(|kind| self.registry_cast(kind, operand, target)).transpose()
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
        self.names.path().find_map(|schema| match schema {
            "pg_catalog" => builtin(&name.name),
            schema => self.exposed_type(schema, &name.name),
        })
    }

    fn exposed_type(&self, schema: &str, name: &str) -> Option<BoundType> {
        let key = (schema.to_owned(), name.to_owned());
        self.names.exposed.types.contains_key(&key).then_some(BoundType::Exposed { schema: key.0, name: key.1 })
    }

    /// The attributes of an exposed composite type, as a column of that type tells them.
    fn composite_attributes(&self, target: &TypeName) -> Option<Vec<String>> {
        let Some(BoundType::Exposed { schema, name }) = self.bindings.types.get(&target.id) else { return None };
        let oid = *self.names.exposed.types.get(&(schema.clone(), name.clone()))?;
        let columns = self.names.exposed.relations.values().flat_map(|relation| &relation.columns);
        let column = columns.into_iter().find(|column| column.type_oid == oid && !column.attributes.is_empty())?;
        Some(column.attributes.iter().map(|(name, _)| name.clone()).collect())
    }

    /// What may stand under a cast to a registry type: a constant that names what is exposed, or an expression that is an oid.
    fn registry_cast(&self, kind: Registry, operand: &Expr, target: &TypeName) -> Result<RegistryCast, AnalyzeError> {
        if !target.dimensions.is_empty() {
            return Err(no_type(target));
        }
        let Some(text) = literal_text(operand) else { return Ok(RegistryCast::Oid(kind)) };
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(RegistryCast::Oid(kind));
        }
        let missing = || self.no_object(kind, text, target);
        // The names of operators and signatures have a syntax of their own.
        let parts = split_name(text).unwrap_or_default();
        let text = match kind {
            Registry::Class => self.class_text(&parts, target.at)?,
            Registry::Type => type_text(&parts).or_else(|| self.own_type_text(&parts)),
            Registry::Namespace => match parts.as_slice() {
                [name] if self.names.exposed.schemas.contains_key(name) || is_system_schema(name) => Some(quote_ident(name)),
                _ => None,
            },
            Registry::Procedure => match parts.as_slice() {
                [name] => Some(name),
                [schema, name] if schema == "pg_catalog" => Some(name),
                _ => None,
            }
            .filter(|name| crate::catalog::functions::builtin(name).is_some())
            .map(|name| format!("pg_catalog.{}", quote_ident(name)))
            .or_else(|| self.own_function_text(&parts)),
            Registry::Role => None,
            // Looked up where the cast runs, among the builtin ones.
            Registry::Collation
            | Registry::Configuration
            | Registry::Dictionary
            | Registry::Operator
            | Registry::OperatorSignature
            | Registry::ProcedureSignature => return Ok(RegistryCast::Oid(kind)),
        };
        text.map(|text| RegistryCast::Constant { kind, text }).ok_or_else(missing)
    }

    /// The physical name of an exposed relation.
    fn class_text(&self, parts: &[String], at: Pos) -> Result<Option<String>, AnalyzeError> {
        let found = match parts {
            [name] => self.names.path().find_map(|schema| self.names.exposed.find(schema, name)),
            [schema, name] => self.names.exposed.find(schema, name),
            _ => None,
        };
        let found = match found {
            None => return Ok(None),
            Some(Found::Broken(broken)) => {
                return Err(AnalyzeError::broken(at, &parts.join("."), broken).object(parts.join(".")));
            }
            Some(Found::Relation(found)) => found,
        };
        Ok(Some(match &found.source {
            RelationSource::System { oid: _, query: _ } => format!("{}.{}", quote_ident(&found.schema), quote_ident(&found.name)),
            RelationSource::Warehouse { schema, name, oid: _, kind: _, contract: _, contract_version: _, filter: _ } => {
                format!("{}.{}", quote_ident(schema), quote_ident(name))
            }
        }))
    }

    /// The one exposed function of that name, by its oid: overloads that are not exposed do not make it ambiguous.
    fn own_function_text(&self, parts: &[String]) -> Option<String> {
        let named = |schema: &str, name: &str| {
            let functions = self.names.exposed.functions.iter();
            let mut found = functions.filter(|function| function.schema == schema && function.name == name);
            found.next().filter(|_| found.next().is_none()).map(|function| function.oid.to_string())
        };
        match parts {
            [name] => self.names.path().find_map(|schema| named(schema, name)),
            [schema, name] => named(schema, name),
            _ => None,
        }
    }

    /// An exposed type, by its oid.
    fn own_type_text(&self, parts: &[String]) -> Option<String> {
        let named = |schema: &str, name: &str| self.names.exposed.types.get(&(schema.to_owned(), name.to_owned()));
        let oid = match parts {
            [name] => self.names.path().find_map(|schema| named(schema, name)),
            [schema, name] => named(schema, name),
            _ => None,
        };
        oid.map(u32::to_string)
    }

    fn no_object(&self, kind: Registry, text: &str, target: &TypeName) -> AnalyzeError {
        let (sqlstate, what) = match kind {
            Registry::Class => (SqlState::UNDEFINED_TABLE, "relation"),
            Registry::Namespace => (SqlState::INVALID_SCHEMA_NAME, "schema"),
            Registry::Procedure | Registry::ProcedureSignature => (SqlState::UNDEFINED_FUNCTION, "function"),
            Registry::Operator | Registry::OperatorSignature => (SqlState::UNDEFINED_FUNCTION, "operator"),
            Registry::Collation => (SqlState::UNDEFINED_OBJECT, "collation"),
            Registry::Configuration => (SqlState::UNDEFINED_OBJECT, "text search configuration"),
            Registry::Dictionary => (SqlState::UNDEFINED_OBJECT, "text search dictionary"),
            Registry::Role => (SqlState::UNDEFINED_OBJECT, "role"),
            Registry::Type => (SqlState::UNDEFINED_OBJECT, "type"),
        };
        AnalyzeError::new(sqlstate, AnalyzeCode::RelationMissing, target.at, format!("{what} \"{text}\" does not exist"))
            .object(text.to_owned())
    }
}

/// The registry type that a cast names.
fn registry(target: &TypeName) -> Option<Registry> {
    let name = match target.name.as_slice() {
        [name] => name,
        [schema, name] if schema.name == "pg_catalog" => name,
        _ => return None,
    };
    match name.name.as_str() {
        "regclass" => Some(Registry::Class),
        "regcollation" => Some(Registry::Collation),
        "regconfig" => Some(Registry::Configuration),
        "regdictionary" => Some(Registry::Dictionary),
        "regoper" => Some(Registry::Operator),
        "regoperator" => Some(Registry::OperatorSignature),
        "regprocedure" => Some(Registry::ProcedureSignature),
        "regnamespace" => Some(Registry::Namespace),
        "regproc" => Some(Registry::Procedure),
        "regrole" => Some(Registry::Role),
        "regtype" => Some(Registry::Type),
        _ => None,
    }
}

/// The builtin type of that name, when a client may name it.
fn builtin(name: &str) -> Option<BoundType> {
    types::builtin_by_typname(name).filter(|found| found.nameable).map(|found| BoundType::Builtin(found.name.to_owned()))
}

/// A builtin type, as regtype reads it.
fn type_text(parts: &[String]) -> Option<String> {
    let name = match parts {
        [name] => name,
        [schema, name] if schema == "pg_catalog" => name,
        _ => return None,
    };
    types::builtin_by_name(name).map(|found| format!("pg_catalog.{}", quote_ident(found.name)))
}

fn is_system_schema(name: &str) -> bool {
    matches!(name, "pg_catalog" | "information_schema")
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only a bare string can name an object")]
fn literal_text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(Literal::Text(text)) => Some(text),
        _other => None,
    }
}

/// 42704 in one wording for every type that cannot be named.
fn no_type(type_name: &TypeName) -> AnalyzeError {
    let message = format!("type \"{}\" does not exist", dotted(&type_name.name));
    AnalyzeError::new(SqlState::UNDEFINED_OBJECT, AnalyzeCode::TypeNotAllowed, type_name.at, message)
        .object(dotted(&type_name.name))
}
