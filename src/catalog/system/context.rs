//! What a grant exposes, as the queries over the system relations need it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::quote_ident;
use crate::catalog::{
    Catalog, ExposedCatalog, ExposedColumn, ExposedRelation, Oid, RelationKind, RelationSource, TextSearch, TypeKind,
    WarehouseRelation,
};

/// Everything that the placeholders of the reviewed queries stand for.
#[derive(Clone, Debug, Default)]
pub struct SystemContext {
    /// SQL of type text: the user name of the login. Not a literal, so that the people of a grant share their plans.
    pub user: String,
    /// The grant's `database`.
    pub database: String,
    /// SQL of type text[]: the databases that `\l` lists, this one among them.
    pub databases: String,
    /// SQL of type int4: the pid of the client's BackendKeyData.
    pub backend_pid: String,
    /// SQL of type json: the session's settings, prepared statements and cursors, as it holds them itself, and the person's sessions.
    pub settings: String,
    pub statements: String,
    pub cursors: String,
    pub sessions: String,
    /// What `version()` answers.
    pub version: String,
    /// `server_version_num`.
    pub server_version: u32,
    /// The client's search_path, existing schemas only, without the system's. Only replacements of functions read it.
    pub search_path: Vec<String>,
    pub schemas: Arc<[(Oid, String)]>,
    pub relations: Arc<[ShownRelation]>,
    /// Types outside `pg_catalog`, their arrays too.
    pub types: Arc<[ShownType]>,
    pub functions: Arc<[ShownFunction]>,
    pub text_search: Arc<[TextSearch]>,
    pub comments: Arc<[Comment]>,
}

/// A relation of the warehouse that shows.
#[derive(Clone, Debug)]
pub struct ShownRelation {
    pub oid: Oid,
    pub schema_oid: Oid,
    pub schema: String,
    pub name: String,
    /// The relation, its schema or one of its columns has another name in the warehouse.
    pub renamed: bool,
    /// All of its columns show, under their own names and unmasked, and all of its rows: texts about it (defaults, checks, bounds of partitions) tell
    /// nothing that its rows do not.
    pub whole: bool,
    /// SQL of type int8 that tells the last value, of a sequence that shows its own.
    pub last_value: Option<String>,
    pub columns: Vec<ShownColumn>,
}

/// A column that shows.
#[derive(Clone, Debug)]
pub struct ShownColumn {
    pub attnum: i16,
    /// The contract's name, where it is not the warehouse's.
    pub name: Option<String>,
    /// Type and typmod of the result, of a masked column.
    pub masked: Option<(Oid, i32)>,
}

/// What a contract says of a relation or of one of its columns.
#[derive(Clone, Debug)]
pub struct Comment {
    pub relation: Oid,
    /// 0: the relation itself.
    pub attnum: i16,
    pub text: String,
}

/// A type of the warehouse's own that shows.
#[derive(Clone, Debug)]
pub struct ShownType {
    pub oid: Oid,
    pub schema_oid: Oid,
    pub schema: String,
    pub name: String,
    /// Name of the element type, of an array.
    pub element: Option<String>,
    /// Its array.
    pub array: Option<Oid>,
}

/// A function of the warehouse's own that shows.
#[derive(Clone, Debug)]
pub struct ShownFunction {
    pub oid: Oid,
    pub schema: String,
    pub name: String,
}

impl SystemContext {
    /// What that exposed catalog shows; its system relations, if it has any, are not looked at. The texts for user, databases, pid
    /// and version are the caller's, and empty until it sets them.
    pub fn of(exposed: &ExposedCatalog, live: &Catalog) -> Self {
        let by_oid: BTreeMap<Oid, &WarehouseRelation> = live.relations.iter().map(|found| (found.oid, found)).collect();
        let shown =
            |relation: &Arc<ExposedRelation>| shown_relation(relation, exposed, live, by_oid.get(&relation.oid()).copied());
        let relations: Vec<ShownRelation> = exposed.relations.values().filter_map(shown).collect();
        let functions = exposed.functions.iter().map(|function| ShownFunction {
            oid: function.oid,
            schema: function.schema.clone(),
            name: function.name.clone(),
        });
        Self {
            database: exposed.database.clone(),
            server_version: exposed.server_version,
            search_path: exposed.search_path.clone(),
            schemas: exposed.schemas.iter().map(|(name, oid)| (*oid, name.clone())).collect(),
            types: shown_types(exposed, live, &relations).into(),
            relations: relations.into(),
            functions: functions.collect(),
            text_search: exposed.text_search.as_slice().into(),
            ..Self::default()
        }
    }
}

fn shown_relation(
    relation: &ExposedRelation,
    exposed: &ExposedCatalog,
    live: &Catalog,
    found: Option<&WarehouseRelation>,
) -> Option<ShownRelation> {
    let RelationSource::Warehouse { oid, schema, name, kind, contract: _, contract_version: _, filter: _ } = &relation.source
    else {
        return None;
    };
    let columns: Vec<ShownColumn> = relation
        .columns
        .iter()
        .map(|column| ShownColumn {
            attnum: column.attnum,
            name: (column.name != column.physical).then(|| column.name.clone()),
            masked: column.mask.is_some().then_some((column.type_oid, column.typmod)),
        })
        .collect();
    let schema_oid = exposed.schemas.get(&relation.schema).copied().or_else(|| schema_oid(live, schema))?;
    let renamed = relation.schema != *schema || relation.name != *name || columns.iter().any(|column| column.name.is_some());
    let whole = !renamed && found.is_some_and(|found| is_whole(relation, found));
    let last_value = if *kind == RelationKind::Sequence { last_value(relation) } else { None };
    let (schema, name) = (relation.schema.clone(), relation.name.clone());
    Some(ShownRelation { oid: *oid, schema_oid, schema, name, renamed, whole, last_value, columns })
}

/// PostgreSQL: the view `pg_sequences`. Where `last_value` and `is_called` show as they are; NULL where the gate's login may not read the sequence.
fn last_value(relation: &ExposedRelation) -> Option<String> {
    let is_open = relation.filter().is_none() && !relation.aggregate_only;
    let plain = |physical: &str| {
        let found = relation.columns.iter().find(|column| column.physical == physical);
        found.filter(|column: &&ExposedColumn| is_open && column.mask.is_none())
    };
    let (last_value, is_called) = (plain("last_value")?, plain("is_called")?);
    let oid = relation.oid();
    Some(match &relation.stand_in {
        // The login may read its views, and they are what they were when this was made.
        Some(stand_in) => format!(
            "(SELECT CASE WHEN v.{} THEN v.{} END FROM {}.{} AS v)",
            quote_ident(&is_called.name),
            quote_ident(&last_value.name),
            quote_ident(&stand_in.schema),
            quote_ident(&stand_in.name)
        ),
        None => format!(
            "CASE WHEN pg_catalog.has_sequence_privilege({oid}::pg_catalog.oid, 'SELECT,USAGE') \
             THEN pg_catalog.pg_sequence_last_value({oid}::pg_catalog.regclass) END"
        ),
    })
}

fn is_whole(relation: &ExposedRelation, live: &WarehouseRelation) -> bool {
    let plain = |attnum: i16| relation.columns.iter().any(|column| column.attnum == attnum && column.mask.is_none());
    relation.filter().is_none() && !relation.aggregate_only && live.columns.iter().all(|column| plain(column.attnum))
}

/// The types of exposed columns and of parts of them (element, base, subtype, attributes), the row types of relations that are exposed whole, and the
/// arrays over them.
fn shown_types(exposed: &ExposedCatalog, live: &Catalog, relations: &[ShownRelation]) -> Vec<ShownType> {
    let columns = exposed.relations.values().flat_map(|relation| relation.columns.iter().map(|column| column.type_oid));
    let whole: BTreeSet<Oid> = relations.iter().filter(|relation| relation.whole).map(|relation| relation.oid).collect();
    let is_whole = |row_of: Oid| whole.contains(&row_of);
    let rows = live.types.values().filter(|found| found.row_of.is_some_and(is_whole)).map(|found| found.oid);
    let mut open: Vec<Oid> = columns.chain(exposed.types.values().copied()).chain(rows).collect();
    let mut seen = BTreeSet::new();
    while let Some(oid) = open.pop() {
        let Some(found) = live.types.get(&oid) else { continue };
        // The row type of a relation that is not whole lists its hidden columns too (enforcement L9).
        let hides = found.row_of.is_some_and(|row_of| !is_whole(row_of));
        if found.schema == "pg_catalog" || hides || !seen.insert(oid) {
            continue;
        }
        open.extend([found.element, found.base, found.subtype, found.array].into_iter().flatten());
        open.extend(found.attributes.iter().map(|(_, attribute)| *attribute));
        // A range and its multirange are found from each other.
        if let (TypeKind::Range | TypeKind::Multirange, Some(subtype)) = (found.kind, found.subtype) {
            open.extend(live.types.values().filter(|other| other.subtype == Some(subtype)).map(|other| other.oid));
        }
    }
    let shown = seen.into_iter().filter_map(|oid| {
        let found = live.types.get(&oid)?;
        Some(ShownType {
            oid,
            schema_oid: schema_oid(live, &found.schema)?,
            schema: found.schema.clone(),
            name: found.name.clone(),
            element: found.element.and_then(|element| live.types.get(&element)).map(|element| element.name.clone()),
            array: found.array,
        })
    });
    shown.collect()
}

fn schema_oid(live: &Catalog, name: &str) -> Option<Oid> {
    live.schemas.iter().find(|(_, schema)| *schema == name).map(|(oid, _)| *oid)
}
