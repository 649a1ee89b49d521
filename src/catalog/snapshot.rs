//! The warehouse as it was when it was introspected: an immutable snapshot that every revision compiles against.

use std::collections::BTreeMap;

use super::extensions::{LiveCast, LiveExtension, LiveOperator};
use super::live_views::LiveViews;
use super::text_search::TextSearch;

/// PostgreSQL's object identifier.
pub type Oid = u32;

/// Everything that compiling a policy needs to know of one warehouse.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// `server_version_num`: 150020.
    pub server_version: u32,
    /// `server_version`, as clients read it: `15.20 (Debian …)`.
    pub server_version_text: String,
    /// What `version()` says.
    pub version: String,
    /// Name of the database's encoding; only UTF8 is served.
    pub encoding: String,
    /// Name of the connected database.
    pub database: String,
    /// The database's own search_path as it is set: members that do not exist and `$user` too.
    pub search_path: Vec<String>,
    /// Schema names by oid, `pg_catalog` and `information_schema` too.
    pub schemas: BTreeMap<Oid, String>,
    /// Relations of kinds r, p, v, m, f, S outside the system schemas.
    pub relations: Vec<WarehouseRelation>,
    /// Comments on those relations (attnum 0) and on their columns.
    pub comments: BTreeMap<(Oid, i16), String>,
    /// All types that a column, domain, array, range or enum of those relations uses, and all of `pg_catalog`.
    pub types: BTreeMap<Oid, PgType>,
    /// Functions outside the system schemas.
    pub functions: Vec<Function>,
    /// Indexes over plain columns and sequences of columns, by which relations are kept.
    pub parts: Vec<RelationPart>,
    /// What free-standing composite types are among relations (`typrelid`), by the type.
    pub composites: BTreeMap<Oid, Oid>,
    /// Text search configurations and dictionaries outside `pg_catalog`.
    pub text_search: Vec<TextSearch>,
    /// Columns of the relations of `pg_catalog` and `information_schema`, in attnum order.
    pub system: Vec<SystemColumns>,
    /// Why this warehouse cannot be served at all: user casts, operators or functions that take part in resolution unasked. One sentence each.
    pub hazards: Vec<String>,
    /// What the role that read this may do beyond reading, where that was asked.
    pub excess: Option<Excess>,
    /// The operators outside `pg_catalog`: a schema that holds one that is not reviewed may not stand in the pinned path.
    pub operators: Vec<LiveOperator>,
    /// The casts that are not PostgreSQL's own.
    pub casts: Vec<LiveCast>,
    /// Installed extensions by name.
    pub extensions: BTreeMap<String, LiveExtension>,
    /// What stands there for the views back-end, where that was looked at.
    pub views: Option<LiveViews>,
}

/// Rights of the gate's own role that no gate needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excess {
    pub role: String,
    /// One sentence each, for operators.
    pub sentences: Vec<String>,
}

/// `relkind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    Foreign,
    MaterializedView,
    Partitioned,
    Sequence,
    Table,
    View,
}

impl RelationKind {
    /// Whether others can inherit from it, so that ONLY says something.
    pub const fn can_have_children(self) -> bool {
        match self {
            Self::Foreign | Self::Partitioned | Self::Table => true,
            Self::MaterializedView | Self::Sequence | Self::View => false,
        }
    }

    /// Whether reading a column of it evaluates an expression that is not known here, and may raise.
    pub const fn is_computed(self) -> bool {
        match self {
            Self::Foreign | Self::View => true,
            Self::MaterializedView | Self::Partitioned | Self::Sequence | Self::Table => false,
        }
    }
}

/// One relation.
#[derive(Clone, Debug)]
pub struct WarehouseRelation {
    pub oid: Oid,
    pub schema: String,
    pub name: String,
    pub kind: RelationKind,
    pub is_partition: bool,
    pub columns: Vec<Column>,
    /// attnums of the primary key, in key order.
    pub primary_key: Vec<i16>,
}

/// What belongs to a relation and has a name among relations.
#[derive(Clone, Debug)]
pub struct RelationPart {
    pub oid: Oid,
    pub schema: String,
    pub name: String,
    pub relation: Oid,
    /// attnums of an index's columns; `None` of a sequence.
    pub columns: Option<Vec<i16>>,
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    pub attnum: i16,
    pub name: String,
    pub type_oid: Oid,
    pub typmod: i32,
    /// `format_type` under an empty search_path: `numeric(12,2)`, `crm.address`.
    pub type_text: String,
    pub not_null: bool,
    /// Generated columns are left out of COPY.
    pub generated: Option<Generated>,
    /// Of collatable types.
    pub collation: Option<Collation>,
}

/// `attgenerated`: when the values of a generated column are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generated {
    /// When the row is written.
    Stored,
    /// Whenever they are read (PostgreSQL 18).
    Virtual,
}

/// A column's collation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collation {
    pub schema: String,
    pub name: String,
    pub deterministic: bool,
}

/// `typtype`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeKind {
    Base,
    Composite,
    Domain,
    Enum,
    Multirange,
    Pseudo,
    Range,
}

/// One type.
#[derive(Clone, Debug)]
pub struct PgType {
    pub oid: Oid,
    pub schema: String,
    pub name: String,
    pub kind: TypeKind,
    /// `typcategory`: `S` string, `N` numeric, `A` array …
    pub category: char,
    /// Element type of an array (`typelem` of category A).
    pub element: Option<Oid>,
    /// Base type of a domain.
    pub base: Option<Oid>,
    /// `typtypmod` of a domain.
    pub base_typmod: i32,
    /// Subtype of a range or multirange.
    pub subtype: Option<Oid>,
    /// Array type over this type.
    pub array: Option<Oid>,
    /// The relation whose row type this is (`typrelid` of a table, view …), not of a free-standing composite.
    pub row_of: Option<Oid>,
    /// Attributes of a free-standing composite: name and type.
    pub attributes: Vec<(String, Oid)>,
    /// Name of the extension that owns the type.
    pub extension: Option<String>,
}

/// One function of the warehouse's own.
#[derive(Clone, Debug)]
pub struct Function {
    pub oid: Oid,
    pub schema: String,
    pub name: String,
    /// Argument types as `format_type` writes them, input arguments only.
    pub arguments: Vec<String>,
    /// Arguments with defaults, at the end.
    pub defaults: usize,
    pub variadic: bool,
    /// `format_type` of the result.
    pub returns: String,
    pub returns_set: bool,
    /// Names of OUT and TABLE columns.
    pub out_columns: Vec<String>,
    /// `provolatile`: i, s, v.
    pub volatility: char,
    /// `prokind`: f, a, w, p.
    pub kind: char,
    /// `prosecdef`: it runs with its owner's rights, not the caller's.
    pub security_definer: bool,
    /// Name of the extension that owns the function.
    pub extension: Option<String>,
}

/// The live columns of one system relation.
#[derive(Clone, Debug)]
pub struct SystemColumns {
    pub oid: Oid,
    pub schema: String,
    pub name: String,
    /// Name, attnum, type.
    pub columns: Vec<(String, i16, Oid)>,
}

impl RelationKind {
    /// In PostgreSQL's words.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Foreign => "foreign table",
            Self::MaterializedView => "materialized view",
            Self::Partitioned => "partitioned table",
            Self::Sequence => "sequence",
            Self::Table => "table",
            Self::View => "view",
        }
    }
}

impl Catalog {
    /// The relation of that name; names are compared as they are.
    pub fn relation(&self, schema: &str, name: &str) -> Option<&WarehouseRelation> {
        self.relations.iter().find(|relation| relation.schema == schema && relation.name == name)
    }

    /// The type under a domain, however deep; the type itself otherwise.
    pub fn base_type(&self, oid: Oid) -> Option<&PgType> {
        let mut found = self.types.get(&oid)?;
        // A domain cannot be its own base, so the number of types bounds the walk.
        for _ in 0..self.types.len() {
            match found.base {
                Some(base) if found.kind == TypeKind::Domain => found = self.types.get(&base)?,
                Some(_) | None => return Some(found),
            }
        }
        None
    }
}

impl Function {
    /// The numbers of arguments that a call may have: least and most, without end for a variadic one.
    pub fn arity(&self) -> (usize, Option<usize>) {
        (self.arguments.len().saturating_sub(self.defaults), (!self.variadic).then_some(self.arguments.len()))
    }

    /// Whether some number of arguments fits both.
    pub fn overlaps(&self, other: &Self) -> bool {
        let ((least, most), (other_least, other_most)) = (self.arity(), other.arity());
        most.is_none_or(|most| other_least <= most) && other_most.is_none_or(|other_most| least <= other_most)
    }

    /// May give another answer, or do something, at each call.
    pub const fn is_volatile(&self) -> bool {
        // What is not known to be steady is taken for volatile.
        !matches!(self.volatility, 'i' | 's')
    }

    /// Schema, name and argument types, as messages show them.
    pub fn signature(&self) -> String {
        format!("{}.{}({})", self.schema, self.name, self.arguments.join(", "))
    }
}

impl WarehouseRelation {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
