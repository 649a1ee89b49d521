//! What analysis found: one entry for each node whose printed form differs from what the client wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::functions::{Template, Told};
use crate::catalog::{ExposedRelation, Oid, UserFunction};
use crate::parse::syntax::{NodeId, Pos, SqlValue};

use super::registry::Registry;
use super::{Copied, Footprint};

/// A statement with every name bound. Only `analyze` makes one.
#[derive(Debug)]
pub struct Analyzed {
    pub(super) bindings: Bindings,
    pub(super) outputs: Vec<Output>,
    pub(super) footprint: Footprint,
    pub(super) parameters: u32,
}

impl Analyzed {
    /// The highest `$n`; 0 where there is none.
    pub fn parameters(&self) -> u32 {
        self.parameters
    }

    /// The decisions, by node.
    pub fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// The columns of the result.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// The objects touched.
    pub fn footprint(&self) -> &Footprint {
        &self.footprint
    }
}

/// What stands for a node of the client's statement.
#[derive(Debug, Default)]
pub struct Bindings {
    pub relations: BTreeMap<NodeId, BoundRelation>,
    /// Conditions that may stand inside a relation's fence too.
    pub copies: BTreeMap<NodeId, Vec<Copied>>,
    pub columns: BTreeMap<NodeId, BoundColumn>,
    /// Columns whose values name objects of the catalog and of which only the text is used: the text that the client knows stands there.
    pub told_columns: BTreeMap<NodeId, (Registry, Pos)>,
    pub calls: BTreeMap<NodeId, BoundCall>,
    /// Calls whose second argument is a computed count, with the largest that it may be.
    pub sized: BTreeMap<NodeId, i32>,
    /// Calls whose first argument is a constant that names a text search configuration or dictionary of the warehouse's own, with its oid.
    pub named_arguments: BTreeMap<NodeId, String>,
    /// Casts to a registry type with IN behind, by the type: what stands for each constant of the list that names an object.
    pub named_lists: BTreeMap<NodeId, Vec<Option<String>>>,
    pub types: BTreeMap<NodeId, BoundType>,
    /// Columns appended to a GROUP BY of a primary key, as table and column, by a column reference in the list.
    pub group_keys: BTreeMap<NodeId, GroupKeys>,
    /// CURRENT_USER and its kin.
    pub values: BTreeMap<NodeId, SqlValue>,
    /// Symbols of operators that served extensions have too: PostgreSQL picks the overload by the pinned path.
    pub shared_operators: BTreeSet<String>,
    /// Parameters that are cast to a registry type wherever they stand: the warehouse reads them as texts.
    pub registry_parameters: BTreeMap<u32, Registry>,
    /// Where the calls, types and values stand in the client's statement.
    pub places: BTreeMap<NodeId, Pos>,
}

/// A relation reference.
#[derive(Clone, Debug)]
pub struct BoundRelation {
    pub relation: Arc<ExposedRelation>,
    /// The name under which the rest of the statement finds it: the client's alias, or the relation's name, made unique where two schemas share it.
    pub alias: String,
    pub at: Pos,
    /// PostgreSQL may pull the relation's row filter up among the client's conditions: every expression of the statement that reads its columns is total, so
    /// that it may be evaluated on hidden rows, and no grouping sets are there, which a constant of the filter would mislead.
    pub may_pull_up: bool,
    /// An expression of the statement that reads the relation's columns may find no collation to compare them by.
    pub is_torn: bool,
}

/// What a GROUP BY list is extended by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupKeys {
    pub at: Pos,
    /// Printed table name and column.
    pub columns: Vec<(String, String)>,
}

/// A column reference that is printed otherwise than the client wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundColumn {
    /// The printed name of its table.
    pub alias: String,
    pub reads: ColumnReading,
    pub at: Pos,
}

/// What a column reference reads of its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnReading {
    /// `alias.*`
    All,
    /// `alias.column`
    Column(String),
    /// The whole row, under the names that the columns have in the relation: those that the client gave them, and those.
    Renamed(Vec<(String, String)>),
    /// The whole row, with the texts of the columns whose values name objects of the catalog: each column, and which registry type its value is of.
    Told(Vec<(String, Option<Registry>)>),
    /// `tableoid` of a system relation, which is the relation's own oid wherever there is a row.
    TableOid(Oid),
    /// `xmin` of a system relation: that of a row which was always there. Names a column that is NULL in no row.
    Xmin(&'static str),
}

/// A function call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoundCall {
    /// `pg_catalog.name`
    Builtin(String),
    /// `name(t)` is `(t).name`: PostgreSQL's functional notation for a column.
    Field(String),
    /// set_config of a setting that is pinned: nothing is set, and the value is given back as PostgreSQL would.
    Echo,
    /// `information_schema.name`
    InformationSchema(String),
    /// A builtin whose own answer would tell too much: what stands for it. `objects`: which of its arguments stand for an object of the catalog; it gets their oids.
    /// `told`: what it says of constants that name nothing, by the words of `Raised`.
    Replaced { name: String, template: Template, objects: Vec<Option<RegistryCast>>, told: Vec<(&'static str, Told)> },
    /// `regclass('name')`, which is a cast.
    Registry(RegistryCast),
    /// `unnest(a, b)` in FROM, which is PostgreSQL's own only as long as no schema stands in front.
    Unnest,
    /// A function of the warehouse's own that the policy allows.
    User(UserFunction),
}

/// A type name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoundType {
    /// `pg_catalog.name`
    Builtin(String),
    /// A type of an exposed column, outside `pg_catalog`.
    Exposed { schema: String, name: String },
    /// The target of a cast to a registry type.
    Registry(RegistryCast),
    /// The row type of an exposed relation, under a cast of a whole row of just that relation: the row stays what it is, and no type of a relation is named.
    OwnRow,
    /// The target of a cast to an array of a registry type: that, or the names that the client knows where only those are used.
    RegistryList { kind: Registry, of: Listed, is_told: bool },
    /// A type of text, builtin, under a cast of a registry value, or of an array of them: its text is the client's name of the object.
    RegistryText { kind: Registry, name: String, is_list: bool },
    /// The target of a cast to a registry type of which only the text is used: the client's name of the object.
    RegistryTold(RegistryCast),
}

/// What an array of a registry type is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// Constants: what each of them is, with its text; `None` is NULL.
    Constants(Vec<Option<(RegistryCast, String)>>),
    /// Values that are oids, or of the registry type.
    Oids,
    /// A parameter: an array of names, looked up where the statement runs.
    Texts,
}

impl BoundType {
    /// Whether the gate writes what stands for a cast to it, or under it.
    pub fn is_registry(&self) -> bool {
        match self {
            Self::Builtin(_) | Self::Exposed { schema: _, name: _ } | Self::OwnRow => false,
            Self::Registry(_)
            | Self::RegistryList { kind: _, of: _, is_told: _ }
            | Self::RegistryText { kind: _, name: _, is_list: _ }
            | Self::RegistryTold(_) => true,
        }
    }
}

/// A cast to regclass and its kin: what the operand may be decides what stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryCast {
    /// A constant that names an exposed object: its oid, or the full name of a builtin one.
    Constant { kind: Registry, text: String },
    /// A constant that is looked up where the statement runs.
    Named { kind: Registry, told: Told },
    /// An expression that is an oid, or the name of an exposed object as text.
    Oid(Registry),
    /// A value of a registry type.
    Same(Registry),
}

impl RegistryCast {
    /// The type that is cast to.
    pub const fn kind(&self) -> Registry {
        match self {
            Self::Constant { kind, text: _ } | Self::Named { kind, told: _ } | Self::Oid(kind) | Self::Same(kind) => *kind,
        }
    }
}

/// One column of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    pub name: String,
    /// The exposed column that is passed through unchanged: live table oid and attnum.
    pub origin: Option<(Oid, i16)>,
    /// Of a value whose text names an object of the catalog.
    pub registry: Option<Registry>,
    /// Of an array of such values.
    pub registry_list: Option<Registry>,
    /// The type that the system has, of a column that holds its values as texts: the client's names of types, access privileges.
    pub told_as: Option<Oid>,
}
