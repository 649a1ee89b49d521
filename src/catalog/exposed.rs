//! What one grant sees: contract ∩ grant ∩ live catalog, compiled once for a revision and shared by every session of the grant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::{ContractId, WarehouseName};

use super::extensions::Serving;
use super::system::SystemContext;
use super::{Broken, BrokenColumn, Catalog, Collation, Function, Generated, Made, Oid, RelationKind, TextSearch, TypeKind};

/// The exposed catalog of one grant. Names resolve against it as PostgreSQL would; what is not in it does not exist.
#[derive(Clone, Debug)]
pub struct ExposedCatalog {
    pub warehouse: WarehouseName,
    /// The grant's `database`: what `current_database()` answers and what `db.schema.table` may name.
    pub database: String,
    pub server_version: u32,
    /// The search_path that a session starts with; exposed schemas only.
    pub search_path: Vec<String>,
    /// The same as SHOW tells it: with `$user`, and with `public` whether it exists or not.
    pub search_path_setting: Vec<String>,
    /// Relations by schema and name, in the contract's words; the system relations too.
    pub relations: BTreeMap<(String, String), Arc<ExposedRelation>>,
    /// Relations that the grant opens and the warehouse does not keep, by schema and name: naming one is refused. Nothing else shows of them.
    pub broken_relations: BTreeMap<(String, String), Arc<Broken>>,
    /// The warehouse's own functions that may be called.
    pub functions: Vec<UserFunction>,
    /// What the warehouse's extensions offer.
    pub extensions: Arc<Serving>,
    /// Types outside `pg_catalog` that a client may name, by (schema, name): enums, domains and composites of exposed columns.
    pub types: BTreeMap<(String, String), Oid>,
    /// What values of those of them are made of from which fields can be selected.
    pub made: BTreeMap<Oid, Made>,
    /// Indexes, sequences and composite types that show, by schema and name: values of regclass may be made of their names, and nothing is read of them.
    pub parts: BTreeMap<(String, String), Oid>,
    /// Text search configurations and dictionaries of the warehouse's own that a client may name.
    pub text_search: Vec<TextSearch>,
    /// The schemas that clients see, without the system's.
    pub schemas: BTreeMap<String, Oid>,
    /// Relations of the warehouse and of the contracts that this grant does not show, by (schema, name): they read as missing, the record tells the difference.
    pub hidden_relations: BTreeSet<(String, String)>,
    /// What the system relations and the functions over them may tell.
    pub system: Arc<SystemContext>,
}

/// One relation, in the contract's words.
#[derive(Clone, Debug)]
pub struct ExposedRelation {
    pub schema: String,
    pub name: String,
    pub source: RelationSource,
    /// In contract order: what `*` expands to.
    pub columns: Vec<ExposedColumn>,
    /// Columns that the grant opens and the warehouse does not keep, by place: reading one is refused. Nothing can be selected of them.
    pub broken_columns: Vec<BrokenColumn>,
    /// Indexes into `columns` of the primary key; empty when there is none or it is not wholly exposed.
    pub primary_key: Vec<usize>,
    /// Every statement on it is refused with this reason.
    pub aggregate_only: bool,
    /// Columns of the relation that this grant does not show: they read as missing, the record tells the difference.
    pub hidden_columns: BTreeSet<String>,
    /// What it is read from instead, with the views back-end.
    pub stand_in: Option<StandIn>,
}

/// The views of the warehouse that stand for a relation. They hold what the relation shows and nothing else, in its columns' names and order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    pub schema: String,
    pub name: String,
    /// The view that leaves out partitions and children, where the relation can have any.
    pub only: Option<String>,
}

/// Where the rows come from.
#[derive(Clone, Debug)]
pub enum RelationSource {
    /// A system relation: the text of the filtered query that stands for it.
    System { oid: Oid, query: Arc<str> },
    /// A relation of the warehouse.
    Warehouse {
        oid: Oid,
        schema: String,
        name: String,
        kind: RelationKind,
        contract: ContractId,
        contract_version: String,
        filter: Option<RowFilter>,
    },
}

/// The type of a column that the system has as an array of registry values and that shows the client's names of types as `text[]`.
pub const NAMES_OF_TYPES: &str = "regtype[]";

/// The type of a column that the system has as an array of access privileges and that shows those of the grant as `text[]`.
pub const ACCESS_PRIVILEGES: &str = "aclitem[]";

/// One column, in the contract's words.
#[derive(Clone, Debug)]
pub struct ExposedColumn {
    pub name: String,
    /// The warehouse's name.
    pub physical: String,
    pub attnum: i16,
    /// After masking.
    pub type_oid: Oid,
    pub typmod: i32,
    /// `format_type` of the result under an empty search_path.
    pub type_text: String,
    pub type_kind: TypeKind,
    /// What its values are made of, where fields can be selected from them.
    pub made: Option<Made>,
    /// text, varchar, bpchar, name, bytea, jsonb, a type of an extension, or a domain over one: leaves a fence wrapped (enforcement L1).
    pub text_like: bool,
    pub collation: Option<Collation>,
    pub generated: Option<Generated>,
    pub mask: Option<AppliedMask>,
}

impl ExposedColumn {
    /// Whether the warehouse computes its values when they are read.
    pub fn is_computed(&self) -> bool {
        self.generated == Some(Generated::Virtual)
    }
}

/// A mask, compiled for its column. The expression reads the column as `t."physical"`.
#[derive(Clone, Debug)]
pub struct AppliedMask {
    pub name: String,
    /// SQL over the alias `t`, builtins only, all names qualified.
    pub sql: String,
    /// Proven never to raise for any value of the column's type.
    pub total: bool,
    /// The same non-NULL value for every row: folded at plan time, so it forces the fence.
    pub constant: bool,
}

/// A row filter, compiled. Reads columns as `t."physical"`.
#[derive(Clone, Debug)]
pub struct RowFilter {
    /// SQL over the alias `t`, all names qualified.
    pub sql: String,
    /// The parts as they were written, for the record: the contract's, the grant's.
    pub written: Vec<String>,
    /// Proven never to raise.
    pub total: bool,
    pub has_subselect: bool,
    /// It reads what is computed when it is read, by an expression that is not known here: columns of views and foreign tables, virtual generated columns.
    /// Nothing of the client's may run beside it: which rows it was computed for would show.
    pub reads_computed: bool,
    /// Physical names of what its sub-selects read.
    pub reads: Vec<(String, String)>,
    /// Builtin functions that it calls.
    pub functions: Vec<String>,
}

/// A function of the warehouse's own that may be called, by signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFunction {
    pub oid: Oid,
    pub schema: String,
    pub name: String,
    pub arguments: Vec<String>,
    pub defaults: usize,
    pub variadic: bool,
    pub returns: String,
    pub returns_set: bool,
    pub out_columns: Vec<String>,
    pub kind: char,
    /// It runs just where and as often as the client's statement says.
    pub is_volatile: bool,
    /// The schema of the function that is called instead, with the views back-end.
    pub stand_in: Option<String>,
}

impl UserFunction {
    /// One that the warehouse has. Without OUT arguments its columns are those of the composite type that it returns.
    pub fn of(catalog: &Catalog, function: &Function) -> Self {
        let of_type = || {
            let returned = catalog.type_named(&function.returns).and_then(|(oid, _)| catalog.base_type(oid));
            returned.map(|found| found.attributes.iter().map(|(name, _)| name.clone()).collect()).unwrap_or_default()
        };
        Self {
            oid: function.oid,
            schema: function.schema.clone(),
            name: function.name.clone(),
            arguments: function.arguments.clone(),
            defaults: function.defaults,
            variadic: function.variadic,
            returns: function.returns.clone(),
            returns_set: function.returns_set,
            out_columns: if function.out_columns.is_empty() { of_type() } else { function.out_columns.clone() },
            kind: function.kind,
            is_volatile: function.is_volatile(),
            stand_in: None,
        }
    }

    /// Schema and name of what is called.
    pub fn called(&self) -> (String, String) {
        (self.stand_in.as_ref().unwrap_or(&self.schema).clone(), self.name.clone())
    }
}

/// What a name of a relation finds.
#[derive(Clone, Copy, Debug)]
pub enum Found<'c> {
    Broken(&'c Arc<Broken>),
    Relation(&'c Arc<ExposedRelation>),
}

/// A column in its place.
#[derive(Clone, Copy, Debug)]
pub enum Listed<'r> {
    /// With its index in `broken_columns`.
    Broken(usize, &'r BrokenColumn),
    /// With its index in `columns`.
    Column(usize, &'r ExposedColumn),
}

impl ExposedCatalog {
    /// The relation of that name in that schema.
    pub fn relation(&self, schema: &str, name: &str) -> Option<&Arc<ExposedRelation>> {
        self.relations.get(&(schema.to_owned(), name.to_owned()))
    }

    /// What that name in that schema means: a broken relation keeps its name, so that no other one of the search_path is taken for it.
    pub fn find(&self, schema: &str, name: &str) -> Option<Found<'_>> {
        let broken = self.broken_relations.get(&(schema.to_owned(), name.to_owned())).map(Found::Broken);
        broken.or_else(|| self.relation(schema, name).map(Found::Relation))
    }

    /// Whether some relation shows only some of its rows.
    pub fn filters_rows(&self) -> bool {
        self.relations.values().any(|relation| relation.filter().is_some())
    }

    /// Whether names resolve in that schema: it shows, or would show if the warehouse kept its relations.
    pub fn has_schema(&self, schema: &str) -> bool {
        self.schemas.contains_key(schema) || self.broken_relations.keys().any(|(broken, _)| broken == schema)
    }
}

impl Listed<'_> {
    /// The contract's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Broken(_, column) => &column.name,
            Self::Column(_, column) => &column.name,
        }
    }
}

impl ExposedRelation {
    /// oid of the relation that stands behind.
    pub fn oid(&self) -> Oid {
        match &self.source {
            RelationSource::System { oid, query: _ } => *oid,
            RelationSource::Warehouse { oid, schema: _, name: _, kind: _, contract: _, contract_version: _, filter: _ } => *oid,
        }
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&ExposedColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// All columns that the grant lists, in contract order.
    pub fn listed(&self) -> impl Iterator<Item = Listed<'_>> {
        let (mut columns, mut broken) = (self.columns.iter().enumerate(), self.broken_columns.iter().enumerate().peekable());
        (0..self.columns.len() + self.broken_columns.len()).filter_map(move |place| {
            match broken.next_if(|(_, column)| column.place == place) {
                Some((index, column)) => Some(Listed::Broken(index, column)),
                None => columns.next().map(|(index, column)| Listed::Column(index, column)),
            }
        })
    }

    /// What it is in the warehouse; a system relation is none of its.
    pub fn kind(&self) -> Option<RelationKind> {
        match &self.source {
            RelationSource::System { oid: _, query: _ } => None,
            RelationSource::Warehouse { kind, oid: _, schema: _, name: _, filter: _, contract: _, contract_version: _ } => {
                Some(*kind)
            }
        }
    }

    /// The row filter, of a warehouse relation that has one.
    pub fn filter(&self) -> Option<&RowFilter> {
        match &self.source {
            RelationSource::System { oid: _, query: _ } => None,
            RelationSource::Warehouse { filter, oid: _, schema: _, name: _, kind: _, contract: _, contract_version: _ } => {
                filter.as_ref()
            }
        }
    }
}
