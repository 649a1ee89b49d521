//! Casts. To a registry type only what is exposed can be named; from one, the text is the name that the client knows (enforcement L7).

use std::sync::Arc;

use crate::base::quote_ident;
use crate::catalog::functions::{Complaint, Told};
use crate::catalog::{ExposedRelation, Found, RelationSource, TextSearch, TextSearchKind, functions, operators, system, types};
use crate::parse::ConstantOf;
use crate::parse::syntax::{Expr, Literal, Pos, TypeName};

use super::error::{AnalyzeCode, AnalyzeError};
use super::expr::is_untyped;
use super::field::{Shape, Value, relation_of};
use super::names::split_name;
use super::registry::{MayStand, RegistryValue};
use super::scope::Scope;
use super::{Analyzer, BoundType, ColumnUse, Listed, Registry, RegistryCast};

const RECORD: &str = "record";

/// The first version that says of a name in a schema that is missing what it says of other names (16: soft errors of the input functions).
const TELLS_THE_OBJECT: u32 = 160_000;

impl Analyzer<'_> {
    /// A cast.
    pub(super) fn cast(
        &mut self,
        expr: &Expr,
        target: &TypeName,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        let volatile_calls = self.volatile_calls;
        if let Some(kind) = registry(target) {
            self.may_stand = MayStand::Value;
            let value = self.expr(expr, scope, column_use)?;
            if self.volatile_calls > volatile_calls {
                return Err(AnalyzeError::volatile_operand(target.at));
            }
            let is_registry = matches!(value.shape, Shape::Registry(_));
            self.bindings.places.insert(target.id, target.at);
            if !is_registry && is_list(target) && !holds_untyped(expr) {
                self.bindings.types.insert(target.id, BoundType::RegistryList { kind, of: Listed::Oids, is_told: false });
                return Ok(Value::shaped(Shape::Registry(RegistryValue::Array(kind))));
            }
            if is_registry && !target.dimensions.is_empty() {
                // Of one value no server makes an array.
                let is_array = matches!(value.shape, Shape::Registry(RegistryValue::Array(_)));
                let of = Listed::Oids;
                self.bindings.types.insert(target.id, BoundType::RegistryList { kind, of, is_told: false });
                let shape = Shape::Registry(RegistryValue::Array(kind));
                return if is_array { Ok(Value::shaped(shape)) } else { Err(self.no_type(target)) };
            }
            if is_list(target) && parameter(expr).is_some() {
                self.bindings.types.insert(target.id, BoundType::RegistryList { kind, of: Listed::Texts, is_told: false });
                return Ok(Value::shaped(Shape::Registry(RegistryValue::Array(kind))));
            }
            if let Some(constants) = constants_of_list(expr).filter(|_| is_list(target)) {
                let named = constants.into_iter().map(|constant| self.listed_object(kind, constant)).collect::<Result<_, _>>()?;
                let of = Listed::Constants(named);
                self.bindings.types.insert(target.id, BoundType::RegistryList { kind, of, is_told: false });
                return Ok(Value::shaped(Shape::Registry(RegistryValue::Array(kind))));
            }
            let cast = self.registry_cast(kind, expr, is_registry, target)?;
            if let (Some(number), RegistryCast::Oid(kind)) = (parameter(expr), &cast) {
                self.registry_parameters.push((number, *kind));
            }
            self.bindings.types.insert(target.id, BoundType::Registry(cast));
            return Ok(Value::shaped(Shape::Registry(RegistryValue::One(kind))));
        }
        // No server reads a text as a row of no type.
        if self.is_record(target) && literal_text(expr).is_none() {
            // Which fields it has, the warehouse knows alone: none can be selected.
            if self.star_of_renamed(expr, scope, column_use)?.is_none() {
                self.expr(expr, scope, column_use)?;
            }
            self.bindings.places.insert(target.id, target.at);
            self.bindings.types.insert(target.id, BoundType::Builtin(RECORD.to_owned()));
            return Ok(Value::computed());
        }
        if let Some(relation) = self.row_type(target) {
            return self.row_as_itself(expr, &relation, target, scope, column_use);
        }
        self.may_stand = MayStand::Value;
        let value = self.expr(expr, scope, column_use)?;
        self.type_name(target)?;
        if let Shape::Registry(value) = value.shape {
            self.cast_of_registry(value, target)?;
            if self.volatile_calls > volatile_calls {
                return Err(AnalyzeError::volatile_operand(target.at));
            }
        }
        Ok(Value::shaped(self.shape_of_type(target)))
    }

    /// The exposed relation whose row type has that name, where no type that may be named has it.
    fn row_type(&self, target: &TypeName) -> Option<Arc<ExposedRelation>> {
        let is_plain = !target.keyword && target.dimensions.is_empty() && target.modifiers.is_empty();
        let is_other = !is_plain || self.bound_type(target).is_some();
        self.names.relation(&target.name, target.at).ok().filter(|_| !is_other)
    }

    /// A whole row of a relation as the row type of that relation: it is of that type already. Nothing else can be cast to it: it is no type that may be
    /// named (enforcement L9).
    fn row_as_itself(
        &mut self,
        expr: &Expr,
        relation: &Arc<ExposedRelation>,
        target: &TypeName,
        scope: &Scope<'_>,
        column_use: Option<ColumnUse>,
    ) -> Result<Value, AnalyzeError> {
        let value = self.expr(expr, scope, column_use)?;
        let is_own = match &value.shape {
            Shape::Row(row) => relation_of(row).is_some_and(|found| Arc::ptr_eq(found, relation)),
            Shape::Composite(_)
            | Shape::Composites(_)
            | Shape::Record(_)
            | Shape::Registry(_)
            | Shape::Rows(_)
            | Shape::Scalar => false,
        };
        if !is_own {
            return Err(self.no_type(target));
        }
        self.bindings.places.insert(target.id, target.at);
        self.bindings.types.insert(target.id, BoundType::OwnRow);
        Ok(value)
    }

    /// Whether the expression is a cast to a registry type, which from here on is its text, as the client knows it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else of a registry type is written by the gate")]
    pub(super) fn is_told(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Cast { expr: _, target } => match self.bindings.types.get_mut(&target.id) {
                Some(BoundType::RegistryList { kind: _, of: _, is_told }) => {
                    *is_told = true;
                    true
                }
                Some(bound) => match bound {
                    BoundType::Registry(cast) => {
                        *bound = BoundType::RegistryTold(cast.clone());
                        true
                    }
                    BoundType::RegistryTold(_) => true,
                    _other => false,
                },
                None => false,
            },
            Expr::Parenthesised(inner) => self.is_told(inner),
            _other => false,
        }
    }

    /// Whether the expression is a column that holds such a value, which from here on is its text.
    pub(super) fn is_told_column(&mut self, expr: &Expr, named: RegistryValue) -> bool {
        let (Expr::Column(reference), RegistryValue::One(kind)) = (expr, named) else { return false };
        self.bindings.told_columns.insert(reference.id, (kind, reference.at));
        true
    }

    /// Whether the type is `record`: a pseudo-type, but any row may be cast to it, and so may NULL. It is made of the row's own fields, and names no relation's.
    pub(super) fn is_record(&self, target: &TypeName) -> bool {
        let name = match target.name.as_slice() {
            [name] if !target.keyword && self.bound_type(target).is_none() => name,
            [schema, name] if schema.name == "pg_catalog" => name,
            _ => return false,
        };
        name.name == RECORD && target.dimensions.is_empty() && target.modifiers.is_empty()
    }

    /// What a cast to a registry type becomes; `None` for other types. `is_registry`: the operand is such a value.
    pub(super) fn registry_cast_to(
        &self,
        operand: &Expr,
        is_registry: bool,
        target: &TypeName,
    ) -> Result<Option<RegistryCast>, AnalyzeError> {
        registry(target).map(|kind| self.registry_cast(kind, operand, is_registry, target)).transpose()
    }

    /// What may stand under a cast to a registry type: a constant that names what is exposed, an expression that is an oid, or another such value.
    fn registry_cast(
        &self,
        kind: Registry,
        operand: &Expr,
        is_registry: bool,
        target: &TypeName,
    ) -> Result<RegistryCast, AnalyzeError> {
        match (target.dimensions.is_empty(), is_registry) {
            (false, _) => Err(self.no_type(target)),
            (true, true) => Ok(RegistryCast::Same(kind)),
            (true, false) => self.registry_object(kind, operand).map_err(|error| error.of_constant(target.at, ConstantOf::Cast)),
        }
    }

    /// The object that a constant in a list names.
    fn listed_object(&self, kind: Registry, constant: Option<String>) -> Result<Option<(RegistryCast, String)>, AnalyzeError> {
        let object = |text: String| {
            let cast = self.registry_object(kind, &Expr::Literal(Literal::Text(text.clone())))?;
            Ok((cast, text))
        };
        constant.map(object).transpose()
    }

    /// The object of that kind that an expression means which is not of a registry type itself.
    ///
    /// # Errors
    /// What PostgreSQL says of a name that nothing has; one wording for hidden and missing.
    pub(super) fn registry_object(&self, kind: Registry, operand: &Expr) -> Result<RegistryCast, AnalyzeError> {
        let Some(text) = literal_text(operand) else { return Ok(RegistryCast::Oid(kind)) };
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(RegistryCast::Oid(kind));
        }
        if text == "-" {
            return Ok(RegistryCast::Constant { kind, text: text.to_owned() });
        }
        // The names of operators and signatures have a syntax of their own.
        let parts = split_name(text).unwrap_or_default();
        let found = match kind {
            Registry::Class => self.class_text(&parts)?,
            Registry::Type => self.type_text(text, &parts),
            Registry::Namespace => match parts.as_slice() {
                [name] if is_system_schema(name) => Some(quote_ident(name)),
                [name] => self.names.exposed.schemas.get(name).map(u32::to_string),
                _ => None,
            },
            Registry::Procedure => match parts.as_slice() {
                [name] => builtin_function(name),
                [schema, name] if schema == "pg_catalog" => builtin_function(name),
                _ => None,
            }
            .or_else(|| self.own_function_text(&parts)),
            Registry::Configuration => self.text_search(TextSearchKind::Configuration, &parts),
            Registry::Dictionary => self.text_search(TextSearchKind::Dictionary, &parts),
            Registry::Collation
            | Registry::Operator
            | Registry::OperatorSignature
            | Registry::ProcedureSignature
            | Registry::Role
                if self.is_nowhere(kind, text, &parts) =>
            {
                None
            }
            // Looked up where the cast runs, among the builtin ones and the person's own role.
            Registry::Collation
            | Registry::Operator
            | Registry::OperatorSignature
            | Registry::ProcedureSignature
            | Registry::Role => return Ok(RegistryCast::Named { kind, told: self.no_object(kind, text) }),
        };
        match (found, kind, parts.as_slice()) {
            (Some(text), _, _) => Ok(RegistryCast::Constant { kind, text }),
            (None, Registry::Type, [schema, _]) if !self.names.has_schema(schema) => {
                Err(AnalyzeError::no_schema(Pos::NONE, AnalyzeCode::RelationMissing, schema))
            }
            (None, _, _) => {
                let told = self.no_object(kind, text);
                let message = told.sentence().unwrap_or_else(|| "object does not exist".to_owned());
                let error = AnalyzeError::new(told.sqlstate(), AnalyzeCode::RelationMissing, Pos::NONE, message);
                Err(error.object(text.to_owned()))
            }
        }
    }

    /// Whether a cast of a name in that schema says that there is no such schema, and not just no such object.
    fn is_told_missing(&self, schema: &str) -> bool {
        self.names.exposed.server_version < TELLS_THE_OBJECT && !self.names.has_schema(schema)
    }

    /// Whether it is known before the statement runs that nothing that shows has that name.
    fn is_nowhere(&self, kind: Registry, text: &str, parts: &[String]) -> bool {
        let is_elsewhere = |schema: &str| !self.names.has_schema(schema);
        match kind {
            Registry::Operator | Registry::OperatorSignature => {
                let (schema, symbol) = operator_name(text);
                // Extensions have operators of their own.
                let is_builtin = operators::builtin(symbol).is_some() || !self.names.exposed.extensions.schemas.is_empty();
                schema.is_some_and(is_elsewhere) || !is_builtin
            }
            Registry::ProcedureSignature => operator_name(text).0.is_some_and(is_elsewhere),
            Registry::Collation => matches!(parts, [schema, _] if is_elsewhere(schema)),
            Registry::Role => parts.len() != 1,
            Registry::Class
            | Registry::Configuration
            | Registry::Dictionary
            | Registry::Namespace
            | Registry::Procedure
            | Registry::Type => false,
        }
    }

    /// One wording for a hidden and a missing object, PostgreSQL's (regproc.c).
    fn no_object(&self, kind: Registry, text: &str) -> Told {
        let parts = split_name(text);
        let one = |complaint: Complaint| match parts.as_deref() {
            Some([name]) => Told::new(complaint, vec![name.clone()]),
            _ => Told::new(Complaint::Name, Vec::new()),
        };
        let dotted = |complaint: Complaint| match parts.as_deref() {
            Some([schema, _]) if self.is_told_missing(schema) => Told::new(Complaint::Schema, vec![schema.clone()]),
            Some(parts) => Told::new(complaint, vec![parts.join(".")]),
            None => Told::new(Complaint::Name, Vec::new()),
        };
        let schema = operator_name(text).0.filter(|schema| self.is_told_missing(schema));
        if let Some(schema) = schema
            && matches!(
                kind,
                Registry::Operator | Registry::OperatorSignature | Registry::Procedure | Registry::ProcedureSignature
            )
        {
            return Told::new(Complaint::Schema, vec![schema.to_owned()]);
        }
        match kind {
            Registry::Class => match parts.as_deref() {
                Some([schema, _]) if !self.is_told_missing(schema) => dotted(Complaint::Relation),
                Some(_) | None => self.no_relation_named(text),
            },
            Registry::Collation => dotted(Complaint::Collation),
            Registry::Configuration => dotted(Complaint::Configuration),
            Registry::Dictionary => dotted(Complaint::Dictionary),
            Registry::Namespace => one(Complaint::Schema),
            Registry::Role => one(Complaint::Role),
            Registry::Operator | Registry::OperatorSignature => Told::new(Complaint::Operator, vec![text.to_owned()]),
            Registry::Procedure | Registry::ProcedureSignature => Told::new(Complaint::Function, vec![text.to_owned()]),
            Registry::Type => {
                let name = parts.map_or_else(|| text.to_owned(), |parts| parts.join("."));
                Told::new(Complaint::Type, vec![name])
            }
        }
    }

    /// An exposed relation, by its oid: its name in the warehouse may be another, and its schema closed to the gate. Or an index or a sequence that shows.
    fn class_text(&self, parts: &[String]) -> Result<Option<String>, AnalyzeError> {
        let exposed = self.names.exposed;
        let part = |schema: &str, name: &str| exposed.parts.get(&(schema.to_owned(), name.to_owned())).map(u32::to_string);
        let of = |schema: &str, name: &str| match (exposed.find(schema, name), part(schema, name)) {
            (Some(found), _) => Some(Ok(found)),
            (None, part) => part.map(Err),
        };
        let found = match parts {
            [name] => self.names.path().find_map(|schema| of(schema, name)),
            [schema, name] => of(schema, name),
            [database, schema, name] if *database == exposed.database => of(schema, name),
            _ => None,
        };
        // Those that nobody reads have their oids like any other: tools name them as the classes of descriptions.
        let builtin = match parts {
            [name] => system::relation("pg_catalog", name),
            [schema, name] => system::relation(schema, name),
            _ => None,
        };
        let found = match found {
            None => return Ok(builtin.map(|found| format!("{}.{}", quote_ident(found.schema), quote_ident(found.name)))),
            Some(Err(oid)) => return Ok(Some(oid)),
            Some(Ok(Found::Broken(broken))) => {
                return Err(AnalyzeError::broken(Pos::NONE, &parts.join("."), broken).object(parts.join(".")));
            }
            Some(Ok(Found::Relation(found))) => found,
        };
        Ok(Some(match &found.source {
            RelationSource::System { oid: _, query: _ } => format!("{}.{}", quote_ident(&found.schema), quote_ident(&found.name)),
            RelationSource::Warehouse { .. } => found.oid().to_string(),
        }))
    }

    /// A configuration or dictionary that a text names: one of a plain server by its full name, one of the warehouse's own by its oid.
    pub(super) fn text_search(&self, kind: TextSearchKind, parts: &[String]) -> Option<String> {
        let builtin = |name: &str| kind.is_builtin(name).then(|| format!("pg_catalog.{}", quote_ident(name)));
        let own = |schema: &str, name: &str| {
            let is_it = |found: &&TextSearch| found.kind == kind && found.schema == schema && found.name == name;
            self.names.exposed.text_search.iter().find(is_it).map(|found| found.oid.to_string())
        };
        let of = |schema: &str, name: &str| if schema == "pg_catalog" { builtin(name) } else { own(schema, name) };
        match parts {
            [name] => self.names.path().find_map(|schema| of(schema, name)),
            [schema, name] => of(schema, name),
            [database, schema, name] if *database == self.names.exposed.database => of(schema, name),
            _ => None,
        }
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

    /// A type as regtype reads it: a builtin one in any of its spellings, or that of an exposed column, by its oid.
    fn type_text(&self, text: &str, parts: &[String]) -> Option<String> {
        // In quotes and behind a schema the names are those of pg_type: `"char"` is none of character's, and `int` is no type.
        let is_spelled = !text.contains(['"', '.']);
        let plain = |name: &str| if is_spelled { types::builtin_by_name(name) } else { types::builtin_by_typname(name) };
        let written = |found: &types::BuiltinType| format!("pg_catalog.{}", quote_ident(found.name));
        let builtin = |name: &str| plain(name).map(written);
        let exposed = self.names.exposed;
        // Arrays have names of their own, by which the catalogs show them.
        let own = |schema: &str, name: &str| {
            let found = exposed.types.get(&(schema.to_owned(), name.to_owned())).copied();
            let shown = || exposed.system.types.iter().find(|shown| shown.schema == schema && shown.name == name);
            found.or_else(|| shown().map(|shown| shown.oid)).map(|oid| oid.to_string())
        };
        let array = |schema: &str, name: &str| {
            let element = exposed.system.types.iter().find(|shown| shown.schema == schema && shown.name == name)?;
            element.array.map(|oid| oid.to_string())
        };
        if let Some(element) = array_element(text)
            && let Some(parts) = split_name(element)
        {
            let found = match parts.as_slice() {
                [name] if types::builtin_by_name(name).is_none() => self.names.path().find_map(|schema| array(schema, name)),
                [schema, name] if schema == "pg_catalog" => {
                    types::builtin_by_typname(name).and_then(|found| found.array).map(|oid| oid.to_string())
                }
                [schema, name] => array(schema, name),
                _ => None,
            };
            if found.is_some() {
                return found;
            }
        }
        match parts {
            [name] => self.names.path().find_map(|schema| match schema {
                "pg_catalog" => builtin(name),
                schema => own(schema, name),
            }),
            [schema, name] if schema == "pg_catalog" => builtin(name),
            [schema, name] => own(schema, name),
            // Several words, or an array.
            _ => types::builtin_by_name(&text.trim().to_ascii_lowercase()).map(written),
        }
    }

    /// A registry value under a cast: its oid, or its text in the gate's own words.
    fn cast_of_registry(&mut self, value: RegistryValue, target: &TypeName) -> Result<(), AnalyzeError> {
        let name = match self.bindings.types.get(&target.id) {
            Some(BoundType::Builtin(name)) => name.clone(),
            Some(
                BoundType::Exposed { schema: _, name: _ }
                | BoundType::OwnRow
                | BoundType::Registry(_)
                | BoundType::RegistryList { kind: _, of: _, is_told: _ }
                | BoundType::RegistryText { kind: _, name: _, is_list: _ }
                | BoundType::RegistryTold(_),
            )
            | None => return Err(AnalyzeError::registry_value(target.at)),
        };
        let is_list = !target.dimensions.is_empty();
        match (value, name.as_str()) {
            (RegistryValue::One(_), "int4" | "int8" | "oid") if !is_list => Ok(()),
            (RegistryValue::Array(_), "int4" | "int8" | "oid") if is_list => Ok(()),
            (RegistryValue::One(kind), "bpchar" | "name" | "text" | "varchar") if !is_list => {
                self.bindings.types.insert(target.id, BoundType::RegistryText { kind, name, is_list: false });
                Ok(())
            }
            // Into one text, or into an array of texts.
            (RegistryValue::Array(kind), "bpchar" | "name" | "text" | "varchar") => {
                self.bindings.types.insert(target.id, BoundType::RegistryText { kind, name, is_list: true });
                Ok(())
            }
            (_, _) => Err(AnalyzeError::registry_value(target.at)),
        }
    }

    /// What a value of an exposed type is.
    pub(super) fn shape_of_type(&self, target: &TypeName) -> Shape {
        let Some(BoundType::Exposed { schema, name }) = self.bindings.types.get(&target.id) else { return Shape::Scalar };
        let oid = self.names.exposed.types.get(&(schema.clone(), name.clone()));
        let made = oid.and_then(|oid| self.names.exposed.made.get(oid)).map_or(Shape::Scalar, Shape::of_made);
        if target.dimensions.is_empty() { made } else { made.array() }
    }
}

/// Schema and name in front of the parentheses of a signature.
fn operator_name(text: &str) -> (Option<&str>, &str) {
    let name = text.split('(').next().unwrap_or_default().trim();
    let starts_as_name = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    match name.split_once('.') {
        Some((schema, name)) if starts_as_name => (Some(schema), name),
        Some(_) | None => (None, name),
    }
}

/// The registry type that a cast names.
fn registry(target: &TypeName) -> Option<Registry> {
    match target.name.as_slice() {
        [name] => Registry::named(&name.name),
        [schema, name] if schema.name == "pg_catalog" => Registry::named(&name.name),
        _ => None,
    }
}

/// Whether the type is an array of one dimension, of any length.
fn is_list(target: &TypeName) -> bool {
    matches!(target.dimensions.as_slice(), [None])
}

/// The constants of a list that holds nothing else: `ARRAY['a', NULL]`, `'{a,b}'` of names without quotes. `None` among them is NULL.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other expression is no list of constants")]
fn constants_of_list(expr: &Expr) -> Option<Vec<Option<String>>> {
    match expr {
        Expr::Array(list) => list
            .iter()
            .map(|element| match element {
                Expr::Literal(Literal::Text(text)) => Some(Some(text.clone())),
                Expr::Literal(Literal::Null) => Some(None),
                _other => None,
            })
            .collect(),
        Expr::Literal(Literal::Text(text)) => {
            let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
            if inner.trim().is_empty() {
                return Some(Vec::new());
            }
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
            let element = |element: &str| {
                let element = element.trim();
                let is_null = element.eq_ignore_ascii_case("null");
                (!element.is_empty() && element.chars().all(is_plain)).then(|| (!is_null).then(|| element.to_owned()))
            };
            inner.split(',').map(element).collect()
        }
        Expr::Parenthesised(inner) => constants_of_list(inner),
        _other => None,
    }
}

/// Whether the expression is, or lists, a constant whose type the cast decides: that of an array of objects would be a name.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other expression has a type of its own")]
fn holds_untyped(expr: &Expr) -> bool {
    match expr {
        Expr::Array(list) => list.iter().any(holds_untyped),
        Expr::Parenthesised(inner) => holds_untyped(inner),
        other => is_untyped(other),
    }
}

/// Whether the expression is a cast to a registry type, to one value of it.
#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else of a registry type is written by the gate")]
pub(super) fn is_registry_cast(expr: &Expr) -> bool {
    match expr {
        Expr::Cast { expr: _, target } => registry(target).is_some() && target.dimensions.is_empty(),
        Expr::Parenthesised(inner) => is_registry_cast(inner),
        _other => false,
    }
}

/// Whether the type is one of text, or an array of such.
pub(super) fn is_text(target: &TypeName) -> bool {
    let name = match target.name.as_slice() {
        [name] => name,
        [schema, name] if schema.name == "pg_catalog" => name,
        _ => return false,
    };
    matches!(name.name.as_str(), "text" | "varchar")
}

/// The number of a parameter.
#[expect(clippy::wildcard_enum_match_arm, reason = "one form is looked for")]
fn parameter(expr: &Expr) -> Option<u32> {
    match expr {
        Expr::Parameter(number) => Some(*number),
        Expr::Parenthesised(inner) => parameter(inner),
        _other => None,
    }
}

fn builtin_function(name: &str) -> Option<String> {
    functions::is_builtin_name(name).then(|| format!("pg_catalog.{}", quote_ident(name)))
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

/// What a name of an array names with brackets behind it: `crm.mood` of `crm.mood[]`. However many there are, the type is the same one.
fn array_element(text: &str) -> Option<&str> {
    let mut element = text.trim_end().strip_suffix(']')?;
    loop {
        element = element.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_whitespace()).strip_suffix('[')?.trim_end();
        match element.strip_suffix(']') {
            Some(before) => element = before,
            None => return Some(element),
        }
    }
}
