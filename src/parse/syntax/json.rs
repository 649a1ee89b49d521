//! SQL/JSON: the constructors, aggregates and queries that PostgreSQL 16 and 17 have brought, and JSON_TABLE.

use super::{Expr, Ident, Over, Query, SortKey, TypeName};

/// An expression of SQL/JSON.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `JSON_ARRAY(x, y)`
    Array { elements: Vec<JsonValue>, absent_on_null: bool, returning: Option<JsonReturning> },
    /// `JSON_ARRAYAGG(x ORDER BY y)`
    ArrayAggregate {
        element: JsonValue,
        order_by: Vec<SortKey>,
        absent_on_null: bool,
        returning: Option<JsonReturning>,
        filter: Option<Expr>,
        over: Option<Over>,
    },
    /// `JSON_ARRAY(SELECT …)`
    ArrayQuery { query: Box<Query>, format: Option<JsonFormat>, returning: Option<JsonReturning> },
    /// `JSON_OBJECT('a' : x)`
    Object { entries: Vec<JsonEntry>, absent_on_null: bool, unique_keys: bool, returning: Option<JsonReturning> },
    /// `JSON_OBJECTAGG(k : x)`
    ObjectAggregate {
        entry: JsonEntry,
        absent_on_null: bool,
        unique_keys: bool,
        returning: Option<JsonReturning>,
        filter: Option<Expr>,
        over: Option<Over>,
    },
    /// `JSON(x)`
    Parse { value: JsonValue, unique_keys: bool },
    /// `JSON_EXISTS`, `JSON_QUERY`, `JSON_VALUE`
    Path(JsonPath),
    /// `JSON_SCALAR(x)`
    Scalar(Expr),
    /// `JSON_SERIALIZE(x)`
    Serialize { value: JsonValue, returning: Option<JsonReturning> },
}

/// `x FORMAT JSON`
#[derive(Clone, Debug, PartialEq)]
pub struct JsonValue {
    pub expr: Expr,
    pub format: Option<JsonFormat>,
}

/// `key : value`
#[derive(Clone, Debug, PartialEq)]
pub struct JsonEntry {
    pub key: Expr,
    pub value: JsonValue,
}

/// `FORMAT JSON ENCODING UTF8`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonFormat {
    pub encoding: Option<JsonEncoding>,
}

/// The encodings that the grammar knows; the server serves the first alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonEncoding {
    Utf8,
    Utf16,
    Utf32,
}

/// `RETURNING type FORMAT JSON`
#[derive(Clone, Debug, PartialEq)]
pub struct JsonReturning {
    pub target: TypeName,
    pub format: Option<JsonFormat>,
}

/// A function that takes a value and a path into it.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonPath {
    pub function: JsonFunction,
    pub context: JsonValue,
    pub path: Expr,
    pub passing: Vec<JsonArgument>,
    pub returning: Option<JsonReturning>,
    pub wrapper: Option<JsonWrapper>,
    pub quotes: Option<JsonQuotes>,
    pub on_empty: Option<JsonBehavior>,
    pub on_error: Option<JsonBehavior>,
}

/// Which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonFunction {
    Exists,
    Query,
    Value,
}

/// `PASSING x AS name`
#[derive(Clone, Debug, PartialEq)]
pub struct JsonArgument {
    pub value: JsonValue,
    pub name: Ident,
}

/// `WITH CONDITIONAL WRAPPER`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonWrapper {
    Conditional,
    Unconditional,
    Without,
}

/// `KEEP QUOTES`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonQuotes {
    Keep,
    Omit,
}

/// What stands before ON EMPTY and ON ERROR.
#[derive(Clone, Debug, PartialEq)]
pub enum JsonBehavior {
    Default(Expr),
    EmptyArray,
    EmptyObject,
    Error,
    False,
    Null,
    True,
    Unknown,
}

/// `JSON_TABLE(…)`, which stands in FROM alone.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonTable {
    pub context: JsonValue,
    pub path: String,
    pub path_name: Option<Ident>,
    pub passing: Vec<JsonArgument>,
    pub columns: Vec<JsonColumn>,
    pub on_error: Option<JsonBehavior>,
}

/// A column of JSON_TABLE.
#[derive(Clone, Debug, PartialEq)]
pub enum JsonColumn {
    /// `name type EXISTS PATH '…'`
    Exists { name: Ident, target: TypeName, path: Option<String>, on_error: Option<JsonBehavior> },
    /// `NESTED PATH '…' AS name COLUMNS (…)`
    Nested { path: String, path_name: Option<Ident>, columns: Vec<Self> },
    /// `name FOR ORDINALITY`
    Ordinality(Ident),
    /// `name type PATH '…'`
    Value {
        name: Ident,
        target: TypeName,
        format: Option<JsonFormat>,
        path: Option<String>,
        wrapper: Option<JsonWrapper>,
        quotes: Option<JsonQuotes>,
        on_empty: Option<JsonBehavior>,
        on_error: Option<JsonBehavior>,
    },
}

impl Json {
    /// The function's name, which is also the name of a select item without an alias.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Array { elements: _, absent_on_null: _, returning: _ }
            | Self::ArrayQuery { query: _, format: _, returning: _ } => "json_array",
            Self::ArrayAggregate { element: _, order_by: _, absent_on_null: _, returning: _, filter: _, over: _ } => {
                "json_arrayagg"
            }
            Self::Object { entries: _, absent_on_null: _, unique_keys: _, returning: _ } => "json_object",
            Self::ObjectAggregate { entry: _, absent_on_null: _, unique_keys: _, returning: _, filter: _, over: _ } => {
                "json_objectagg"
            }
            Self::Parse { value: _, unique_keys: _ } => "json",
            Self::Path(path) => path.function.name(),
            Self::Scalar(_) => "json_scalar",
            Self::Serialize { value: _, returning: _ } => "json_serialize",
        }
    }
}

impl JsonFunction {
    /// The function's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exists => "json_exists",
            Self::Query => "json_query",
            Self::Value => "json_value",
        }
    }
}
