//! Names to objects, as PostgreSQL's parse analysis finds them: every relation, column, function, type and operator is bound, or the statement is refused.
//!
//! Hidden and missing objects are refused in the same words. Nothing is decided here: what a grant shows is what the exposed catalog holds.
//!
//! | file | what |
//! |---|---|
//! | `bindings` | what analysis found, by node |
//! | `footprint` | the objects touched, for the record |
//! | `names` | relations, schemas and types by search_path |
//! | `field` | the columns of FROM items and queries |
//! | `scope` | what each query level can refer to |
//! | `query` | queries, select lists, ORDER BY and GROUP BY names |
//! | `from` | FROM items, joins |
//! | `group` | GROUP BY of a primary key |
//! | `expr` | expressions |
//! | `composed` | rows, arrays, CASE: values made of others |
//! | `carried` | registry values that are picked, collected or taken apart |
//! | `rows` | rows that are compared field by field |
//! | `reference` | column references |
//! | `call` | function calls, in expressions and in FROM |
//! | `copies` | which conditions a fence may hold too |
//! | `total` | which expressions never raise |
//! | `json` | SQL/JSON |
//! | `xml` | SQL/XML |
//! | `version` | what only newer servers read |
//! | `type_name` | types, collations |
//! | `cast` | casts, and what the text of a registry value is |
//! | `concat` | values of registry types beside texts |
//! | `registry` | regclass and its kin |
//! | `error` | refusals |

mod bindings;
mod call;
mod carried;
mod cast;
mod composed;
mod concat;
mod copies;
mod error;
mod expr;
mod field;
mod footprint;
mod from;
mod group;
mod json;
mod names;
mod query;
mod reference;
mod registry;
mod rows;
mod scope;
mod total;
mod type_name;
mod version;
mod xml;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::{ExposedCatalog, ExposedRelation, types};
use crate::parse::syntax::{Cte, Expr, NodeId, Pos, Query, TypeName};

pub use bindings::{
    Analyzed, Bindings, BoundCall, BoundColumn, BoundRelation, BoundType, ColumnReading, GroupKeys, Listed, Output, RegistryCast,
};
pub use copies::Copied;
pub use error::{AnalyzeCode, AnalyzeError};
pub use footprint::{ColumnUse, Footprint, FootprintColumn, FootprintRelation};
pub use registry::Registry;

use call::Given;
use copies::Met;
use field::{Base, Field, Shape, fields_of};
use from::one_table;
use registry::{MayStand, RegistryValue};
use scope::Scope;
use total::Risks;
use version::Version;

/// What names resolve against.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    pub exposed: &'a ExposedCatalog,
    /// The session's effective search_path, without the implicit `pg_catalog`.
    pub search_path: &'a [String],
    /// Types that Parse declared for `$1` …; 0 where it left them open.
    pub parameter_types: &'a [u32],
    /// What one size argument may ask for (`limits.value_bytes`); `None` in texts of the data owner's.
    pub value_bytes: Option<u32>,
    /// How deep the tree is that is analysed, for the stack of what is read apart from it.
    pub depth: usize,
}

/// Binds a query.
///
/// # Errors
/// The first name that cannot be bound, with its place.
pub fn analyze(query: &Query, names: Names<'_>) -> Result<Analyzed, AnalyzeError> {
    analyze_with(names, |analyzer| {
        let fields = analyzer.query(query, &Scope::root(), Some(ColumnUse::Output))?;
        fields.into_iter().map(output).collect()
    })
}

/// A column of the result.
///
/// # Errors
/// 0A000 for an array of whole rows: what is sent makes arrays of rows of no type, and the client would read their type instead of the relation's (enforcement W5).
fn output(field: Field) -> Result<Output, AnalyzeError> {
    let (registry, registry_list) = match field.shape {
        Shape::Registry(RegistryValue::One(kind)) => (Some(kind), None),
        // Only system relations without rows have columns of such a type.
        Shape::Registry(RegistryValue::Array(kind)) => (None, Some(kind).filter(|_| field.origin.is_none())),
        Shape::Rows(_) => {
            let message = "an array of whole rows cannot be a column of the result";
            return Err(AnalyzeError::unsupported(Pos::NONE, message).hint("Collect columns, or to_jsonb of each row."));
        }
        Shape::Composite(_) | Shape::Composites(_) | Shape::Record(_) | Shape::Row(_) | Shape::Scalar => (None, None),
    };
    let origin = field.origin.and_then(|base| base.origin());
    Ok(Output { name: field.name.to_string(), origin, registry, registry_list, told_as: field.told_as })
}

/// Binds expressions that stand outside a query: the arguments of EXECUTE.
///
/// # Errors
/// As `analyze`.
pub fn analyze_expressions(expressions: &[Expr], names: Names<'_>) -> Result<Analyzed, AnalyzeError> {
    analyze_with(names, |analyzer| {
        for expression in expressions {
            analyzer.expr(expression, &Scope::root(), Some(ColumnUse::Output))?;
        }
        Ok(Vec::new())
    })
}

/// Binds type names that stand outside a query: the declared types of PREPARE.
///
/// # Errors
/// A type that is not there or may not be named.
pub fn analyze_types(types: &[TypeName], names: Names<'_>) -> Result<Analyzed, AnalyzeError> {
    analyze_with(names, |analyzer| {
        for type_name in types {
            analyzer.type_name(type_name)?;
        }
        Ok(Vec::new())
    })
}

/// Binds a row filter: an expression over one relation, whose columns are printed as columns of the alias `t`.
/// Its sub-selects see what `names` exposes.
///
/// # Errors
/// As `analyze`.
pub fn analyze_filter(filter: &Expr, relation: &Arc<ExposedRelation>, names: Names<'_>) -> Result<Analyzed, AnalyzeError> {
    let qualified = (relation.schema.clone(), relation.name.clone());
    let namespace = one_table(&relation.name, Some(qualified), None, fields_of(relation), Some("t"));
    let mut analyzer = Analyzer::new(names, true);
    analyzer.qualify = true;
    analyzer.variables = true;
    analyzer.expr(filter, &Scope::root().with_namespace(&namespace), Some(ColumnUse::Filter))?;
    Ok(analyzer.finish(Vec::new()))
}

/// Runs one analysis; a second time with unique names when two relations of one name stand side by side.
fn analyze_with(
    names: Names<'_>,
    run: impl Fn(&mut Analyzer<'_>) -> Result<Vec<Output>, AnalyzeError>,
) -> Result<Analyzed, AnalyzeError> {
    let mut analyzer = Analyzer::new(names, false);
    let outputs = run(&mut analyzer)?;
    if !analyzer.aliases_clash {
        return Ok(analyzer.finish(outputs));
    }
    let mut analyzer = Analyzer::new(names, true);
    let outputs = run(&mut analyzer)?;
    Ok(analyzer.finish(outputs))
}

/// The state of one analysis.
struct Analyzer<'a> {
    names: Names<'a>,
    bindings: Bindings,
    footprint: Footprint,
    /// Exposed columns read since the statement began: a select item's lineage is what was read while it was walked.
    reads: Vec<Base>,
    /// Columns of tables that were referred to, by printed table name: what GROUP BY of a key must be extended by.
    touched: Vec<(Arc<str>, Arc<str>)>,
    /// Print every relation under a name of its own.
    unique_aliases: bool,
    aliases_clash: bool,
    /// Print every column reference with its table: in row filters (enforcement L12).
    qualify: bool,
    /// `:name` may stand here.
    variables: bool,
    /// What the expression about to be walked may be.
    may_stand: MayStand,
    /// The call that a field is about to be selected from.
    selected_from: Option<NodeId>,
    /// What is about to be walked is a field that a subscript follows at once.
    is_subscripted: bool,
    /// How many values of registry types became their texts.
    told: usize,
    /// The types of calls, where they are known and it matters.
    returned: BTreeMap<NodeId, Given>,
    /// Casts and functions gave values that may be of types of these extensions: from here on nothing is known not to be.
    made_of: BTreeSet<&'static str>,
    /// Within an expression, which is judged as a whole.
    is_inside: bool,
    /// Nothing was met in this expression yet that may raise.
    is_total: bool,
    risks: Risks,
    /// How many calls of volatile functions were met.
    volatile_calls: usize,
    /// The query about to be walked becomes a join with the one around it.
    is_joined: bool,
    /// The column references of the condition that is being walked.
    met: Option<Vec<Met>>,
    /// How often each parameter stands in the statement.
    parameters: BTreeMap<u32, usize>,
    /// Parameters under a cast to a registry type, once for each.
    registry_parameters: Vec<(u32, Registry)>,
    /// How many queries the one that is walked stands in.
    depth: usize,
    /// The members of the WITH RECURSIVE that are under way, by where they stand in memory: the columns of those that were read.
    members: BTreeMap<*const Cte, Option<Arc<[Field]>>>,
    /// How many of them are read because another one names them before it is their turn.
    ahead: usize,
}

impl<'a> Analyzer<'a> {
    fn new(names: Names<'a>, unique_aliases: bool) -> Self {
        Self {
            names,
            bindings: Bindings::default(),
            footprint: Footprint::default(),
            reads: Vec::new(),
            touched: Vec::new(),
            unique_aliases,
            aliases_clash: false,
            qualify: false,
            variables: false,
            may_stand: MayStand::Nothing,
            selected_from: None,
            is_subscripted: false,
            told: 0,
            returned: BTreeMap::new(),
            made_of: BTreeSet::new(),
            is_inside: false,
            is_total: true,
            risks: Risks::new(!names.exposed.types.is_empty()),
            volatile_calls: 0,
            is_joined: false,
            met: None,
            parameters: BTreeMap::new(),
            registry_parameters: Vec::new(),
            depth: 0,
            members: BTreeMap::new(),
            ahead: 0,
        }
    }

    fn finish(mut self, outputs: Vec<Output>) -> Analyzed {
        for bound in self.bindings.relations.values_mut() {
            let (schema, name) = (bound.relation.schema.as_str(), bound.relation.name.as_str());
            (bound.may_pull_up, bound.is_torn) = (!self.risks.keep_apart(schema, name), self.risks.tears(schema, name));
        }
        self.bindings.keep_single_parameters(&self.parameters);
        self.bindings.registry_parameters = self.always_registry();
        let parameters = self.parameters.keys().next_back().copied().unwrap_or(0);
        Analyzed { bindings: self.bindings, outputs, footprint: self.footprint, parameters }
    }

    /// The parameters whose type PostgreSQL would find to be a registry type: not declared, and cast to it wherever they stand.
    fn always_registry(&self) -> BTreeMap<u32, Registry> {
        let is_open = |number: u32| {
            let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
            let declared = at.and_then(|at| self.names.parameter_types.get(at)).copied().unwrap_or_default();
            matches!(declared, 0 | types::UNKNOWN)
        };
        let cast =
            |number: u32, kind: Registry| self.registry_parameters.iter().filter(|found| **found == (number, kind)).count();
        let always =
            |&&(number, kind): &&(u32, Registry)| is_open(number) && self.parameters.get(&number) == Some(&cast(number, kind));
        self.registry_parameters.iter().filter(always).copied().collect()
    }

    /// Notes that exposed columns are read, and where. Whatever reads a column comes by here.
    ///
    /// # Errors
    /// 55000 for one that the warehouse does not keep.
    fn read(&mut self, lineage: &[Base], column_use: Option<ColumnUse>, at: Pos) -> Result<(), AnalyzeError> {
        for base in lineage {
            if let Some(column) = base.broken() {
                let object = format!("{}.{}.{}", base.relation.schema, base.relation.name, column.name);
                return Err(AnalyzeError::broken(at, &column.name, &column.broken).object(object));
            }
            self.reads.push(base.clone());
            let Some(column) = base.column() else { continue };
            let relation =
                self.footprint.relations.entry((base.relation.schema.clone(), base.relation.name.clone())).or_default();
            let entry = relation.columns.entry(column.name.clone()).or_default();
            entry.mask = column.mask.as_ref().map(|mask| mask.name.clone());
            entry.uses.extend(column_use);
        }
        Ok(())
    }
}
