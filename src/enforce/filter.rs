//! Row filters of contracts and grants, compiled: parsed by the same parser, bound to raw columns, printed in our own words.
//!
//! A filter is written by the data owner, but runs beside the client's expressions and under the client's settings. So it may call builtin functions of the
//! allow-list only, read the relations that the grant lists, and nothing that a setting of the session can change (enforcement L6, L12).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::analyze::{AnalyzeCode, AnalyzeError, BoundCall, Footprint, Names, analyze_filter};
use crate::base::{ToUserError, WarehouseName};
use crate::catalog::functions::{self, Care, Volatility};
use crate::catalog::system::SystemContext;
use crate::catalog::{
    Catalog, Column, ExposedCatalog, ExposedColumn, ExposedRelation, Generated, Oid, RelationSource, RowFilter, TypeKind,
    WarehouseRelation,
};
use crate::parse::{self, ParseError, print_expr};
use crate::rewrite::{Bound, has_subselect, is_total};

mod constant;
mod settled;

/// One filter as it was written.
#[derive(Clone, Copy, Debug)]
pub struct FilterRequest<'a> {
    pub text: &'a str,
    pub relation: &'a WarehouseRelation,
    /// Schema and name of the relations that its sub-selects may read.
    pub reference: &'a [(String, String)],
    pub catalog: &'a Catalog,
}

/// Why a filter cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    pub message: String,
    pub hint: Option<String>,
    /// Byte offset in the filter's text.
    pub offset: Option<usize>,
    /// Whether the warehouse, as it is now, can be the reason: a name that it does not have, a column of another type. The text itself is fine.
    pub is_of_warehouse: bool,
}

/// From this version on generated columns may be computed when they are read.
const VIRTUAL_COLUMNS: u32 = 180_000;

/// The limits of a filter's text; it comes from a file that has limits of its own.
const LIMITS: parse::Limits = parse::Limits { bytes: 64 * 1024, nesting: 100, parameters: 0 };

/// The columns that a filter reads, by schema and name of their relation, in the warehouse's words.
pub type Reads = BTreeMap<(String, String), BTreeSet<String>>;

/// Compiles one filter; with what it reads.
///
/// # Errors
/// It is not an expression, names what is not there, or reads what a session can change.
pub fn compile_filter(request: &FilterRequest<'_>) -> Result<(RowFilter, Reads), FilterError> {
    let mut expression = parse::expression(request.text, &LIMITS).map_err(FilterError::of_parse)?;
    let reference = request.reference.iter().filter_map(|(schema, name)| request.catalog.relation(schema, name));
    let reference: Vec<&WarehouseRelation> = reference.collect();
    let settled = settled::settle(&mut expression, request.relation, &reference, request.catalog);
    let exposed = raw_catalog(request)?;
    let own = exposed
        .relation(&request.relation.schema, &request.relation.name)
        .ok_or_else(|| FilterError::plain("the relation is missing"))?;
    let names =
        Names { exposed: &exposed, search_path: &request.catalog.search_path, parameter_types: &[], value_bytes: None, depth: 0 };
    // What is not there is told first, and in better words.
    let analyzed = analyze_filter(&expression, own, names).map_err(FilterError::of_analysis)?;
    settled.map_err(|message| FilterError { is_of_warehouse: true, ..FilterError::plain(message) })?;
    let functions = settled_functions(analyzed.bindings().calls.values())?;
    let style = Bound::new(analyzed.bindings(), &exposed.system);
    let sql = print_expr(&expression, &style);
    let own_name = (request.relation.schema.clone(), request.relation.name.clone());
    let read = analyzed.footprint().relations.iter();
    let columns = read.map(|(name, read)| (name.clone(), read.columns.keys().cloned().collect())).collect();
    let reads = analyzed.bindings().relations.values().map(|bound| (bound.relation.schema.clone(), bound.relation.name.clone()));
    let filter = RowFilter {
        sql,
        written: vec![request.text.to_owned()],
        total: is_total(&expression),
        has_subselect: has_subselect(&expression),
        reads_computed: reads_computed(analyzed.footprint(), request.catalog),
        reads: reads.filter(|name| *name != own_name).collect::<BTreeSet<_>>().into_iter().collect(),
        functions,
    };
    Ok((filter, columns))
}

/// Both filters at once.
pub fn both(first: RowFilter, second: RowFilter) -> RowFilter {
    let join = |first: Vec<_>, second: Vec<_>| first.into_iter().chain(second).collect();
    RowFilter {
        sql: format!("({} AND {})", first.sql, second.sql),
        written: join(first.written, second.written),
        total: first.total && second.total,
        has_subselect: first.has_subselect || second.has_subselect,
        reads_computed: first.reads_computed || second.reads_computed,
        reads: first.reads.into_iter().chain(second.reads).collect::<BTreeSet<_>>().into_iter().collect(),
        functions: join(first.functions, second.functions),
    }
}

/// Whether one of the columns that the filter reads is computed when it is read.
fn reads_computed(footprint: &Footprint, catalog: &Catalog) -> bool {
    footprint.relations.iter().any(|((schema, name), read)| {
        let Some(relation) = catalog.relation(schema, name) else { return true };
        let is_virtual = |name: &String| {
            let found = relation.column(name);
            catalog.server_version >= VIRTUAL_COLUMNS && found.is_none_or(|column| column.generated == Some(Generated::Virtual))
        };
        relation.kind.is_computed() || read.columns.keys().any(is_virtual)
    })
}

/// The names of the builtins that a filter calls, none of which reads a setting or changes from call to call.
fn settled_functions<'c>(calls: impl Iterator<Item = &'c BoundCall>) -> Result<Vec<String>, FilterError> {
    let mut names = BTreeSet::new();
    for call in calls {
        let name = match call {
            BoundCall::Builtin(name) => name.as_str(),
            BoundCall::Field(_) | BoundCall::Registry(_) => continue,
            BoundCall::Unnest => "unnest",
            BoundCall::Echo => return Err(FilterError::plain("function set_config cannot be used in a row filter")),
            BoundCall::InformationSchema(name) | BoundCall::Replaced { name, template: _, objects: _, told: _ } => {
                return Err(FilterError::plain(format!("function {name} cannot be used in a row filter")));
            }
            BoundCall::User(function) => {
                return Err(FilterError::plain(format!(
                    "function {} cannot be used in a row filter: only builtin functions can",
                    function.name
                )));
            }
        };
        let volatile = functions::builtin(name).is_none_or(|builtin| builtin.volatility() == Volatility::Volatile);
        let careful = matches!(
            functions::care(name),
            Care::TakesTimeZone | Care::TakesSettingName | Care::TakesTextSearchName | Care::RegOutput
        );
        if volatile || careful || READ_SETTINGS.contains(&name) {
            let message = format!("function {name} cannot be used in a row filter: what it gives depends on the session");
            return Err(FilterError::plain(message));
        }
        names.insert(name);
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// Builtins that read TimeZone, DateStyle or another setting of the session.
const READ_SETTINGS: &[&str] = &[
    "age",
    "date",
    "date_part",
    "make_timestamptz",
    "money",
    "now",
    "statement_timestamp",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "to_char",
    "to_date",
    "to_number",
    "to_timestamp",
    "transaction_timestamp",
];

/// The relation and what its filter may read, every column raw.
fn raw_catalog(request: &FilterRequest<'_>) -> Result<ExposedCatalog, FilterError> {
    let mut relations = BTreeMap::new();
    let mut add = |relation: &WarehouseRelation| {
        let exposed = raw_relation(relation, request.catalog);
        relations.insert((relation.schema.clone(), relation.name.clone()), Arc::new(exposed));
    };
    add(request.relation);
    for (schema, name) in request.reference {
        let missing = || FilterError::plain(format!("relation \"{schema}.{name}\" does not exist in the warehouse"));
        add(request.catalog.relation(schema, name).ok_or_else(missing)?);
    }
    Ok(ExposedCatalog {
        warehouse: WarehouseName::new(""),
        database: request.catalog.database.clone(),
        server_version: request.catalog.server_version,
        search_path: request.catalog.search_path.clone(),
        search_path_setting: Vec::new(),
        relations,
        broken_relations: BTreeMap::new(),
        functions: Vec::new(),
        extensions: Arc::default(),
        parts: BTreeMap::new(),
        text_search: Vec::new(),
        types: raw_types(request.catalog),
        made: BTreeMap::new(),
        schemas: BTreeMap::new(),
        hidden_relations: BTreeSet::new(),
        system: Arc::new(SystemContext::default()),
    })
}

/// The types that a filter may name besides the builtin ones: enums and domains.
fn raw_types(catalog: &Catalog) -> BTreeMap<(String, String), Oid> {
    let nameable = catalog
        .types
        .values()
        .filter(|found| matches!(found.kind, TypeKind::Enum | TypeKind::Domain) && found.schema != "pg_catalog");
    nameable.map(|found| ((found.schema.clone(), found.name.clone()), found.oid)).collect()
}

fn raw_relation(relation: &WarehouseRelation, catalog: &Catalog) -> ExposedRelation {
    let column = |column: &Column| {
        let found = catalog.base_type(column.type_oid);
        ExposedColumn {
            name: column.name.clone(),
            physical: column.name.clone(),
            attnum: column.attnum,
            type_oid: column.type_oid,
            typmod: column.typmod,
            type_text: column.type_text.clone(),
            type_kind: found.map_or(TypeKind::Base, |found| found.kind),
            made: catalog.made(column.type_oid),
            text_like: false,
            collation: column.collation.clone(),
            generated: column.generated,
            mask: None,
        }
    };
    ExposedRelation {
        schema: relation.schema.clone(),
        name: relation.name.clone(),
        source: RelationSource::Warehouse {
            oid: relation.oid,
            schema: relation.schema.clone(),
            name: relation.name.clone(),
            kind: relation.kind,
            contract: crate::base::ContractId::new(""),
            contract_version: String::new(),
            filter: None,
        },
        columns: relation.columns.iter().map(column).collect(),
        broken_columns: Vec::new(),
        primary_key: Vec::new(),
        aggregate_only: false,
        hidden_columns: BTreeSet::new(),
        stand_in: None,
    }
}

impl FilterError {
    fn plain(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, offset: None, is_of_warehouse: false }
    }

    fn of_parse(error: ParseError) -> Self {
        let user = error.to_user_error();
        let (message, hint) = (user.message.into_owned(), user.hint.map(std::borrow::Cow::into_owned));
        Self { message, hint, offset: error.offset, is_of_warehouse: false }
    }

    fn of_analysis(error: AnalyzeError) -> Self {
        let offset = error.at.offset().and_then(|at| usize::try_from(at).ok());
        let is_of_warehouse = match error.code {
            AnalyzeCode::Ambiguous
            | AnalyzeCode::ColumnHidden
            | AnalyzeCode::ColumnMissing
            | AnalyzeCode::ContractBroken
            | AnalyzeCode::RelationHidden
            | AnalyzeCode::RelationMissing
            | AnalyzeCode::TypeNotAllowed => true,
            AnalyzeCode::AggregateOnly | AnalyzeCode::FunctionNotAllowed | AnalyzeCode::Limit | AnalyzeCode::Unsupported => false,
        };
        Self { message: error.message, hint: error.hint, offset, is_of_warehouse }
    }
}
