//! Holds the text that is sent against the record of its plan, with PostgreSQL's own grammar alone: neither the gate's tree nor its witness is asked.
//!
//! What the text reads and calls must be in the record, or in the sub-select of a relation that the record names; a column that it names must be one that the
//! record names, or a name that the statement gave itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex};

use pg_raw_parse::Node;
use pg_raw_parse::walk::walk;
use postern::catalog::functions::{self, Replacement, Template};
use postern::catalog::{ExposedRelation, types};
use postern::enforce::{Footprint, Record};
use postern::parse::{Limits, Plain, parse_message, print_statement};
use postern::policy::compile::CompiledGrant;
use postern::witness::check_printout;

use super::permit::readings;

/// What PostgreSQL's grammar finds in a text.
#[derive(Clone, Debug, Default)]
struct Found {
    /// Schema and name; names without a schema are in `bare`.
    relations: BTreeSet<(String, String)>,
    bare: BTreeSet<String>,
    /// `pg_catalog.count`
    functions: BTreeSet<String>,
    /// The last name of each column reference.
    columns: BTreeSet<String>,
    /// Names that the text gives to tables and columns, or that PostgreSQL gives to what has none.
    given: BTreeSet<String>,
    ctes: BTreeSet<String>,
}

/// What the grammar itself calls for a piece of syntax.
const OF_THE_GRAMMAR: &[&str] = &[
    "btrim",
    "extract",
    "is_normalized",
    "like_escape",
    "ltrim",
    "normalize",
    "overlaps",
    "overlay",
    "pg_collation_for",
    "position",
    "rtrim",
    "similar_to_escape",
    "substring",
    "timezone",
    "xmlexists",
];

/// Names that PostgreSQL gives to columns without one.
const OF_NO_ONE: &[&str] = &[
    "array",
    "case",
    "coalesce",
    "column1",
    "column2",
    "column3",
    "exists",
    "greatest",
    "grouping",
    "least",
    "nullif",
    "row",
    "ordinality",
];

/// What the text of an array of values that name objects begins with.
const TOLD_LIST: &str =
    "(SELECT CASE WHEN (given.list IS NOT NULL) THEN CAST(pg_catalog.concat(pg_catalog.\"substring\"(given.list, '^.*='), ";

/// Larger than any text that these tests make.
const LIMITS: Limits = Limits { bytes: 16 << 20, nesting: 2_000, parameters: 65_535 };

/// Why a text goes beyond the record. `outside` is the text without the sub-selects of relations.
pub(crate) fn within(grant: &CompiledGrant, record: &Record, text: &str, outside: &str) -> Result<(), String> {
    let found = Found::read(text)?;
    let mut allowed = Found::default();
    for (schema, name) in record.footprint.relations.keys() {
        let relation = grant.exposed.relation(schema, name).ok_or_else(|| format!("{schema}.{name} is not exposed"))?;
        allowed.extend(&*own(grant, relation)?);
    }
    let answers = answers(grant)?;
    for answer in record.footprint.functions.iter().filter_map(|name| answers.of_calls.get(name)).chain([&answers.of_values]) {
        allowed.extend(answer);
    }
    if let Some(relation) = found.relations.difference(&allowed.relations).next() {
        return Err(format!("relation {relation:?} is not in the record\n{text}"));
    }
    if let Some(name) = found.bare.difference(&found.ctes).next() {
        return Err(format!("relation {name} has no schema\n{text}"));
    }
    allowed.functions.extend(record.footprint.functions.iter().cloned());
    allowed.functions.extend(OF_THE_GRAMMAR.iter().map(|name| format!("pg_catalog.{name}")));
    // A count that is computed has a guard around it.
    if ["lpad", "repeat", "rpad"].iter().any(|name| record.footprint.functions.contains(&format!("pg_catalog.{name}"))) {
        allowed.functions.extend(["pg_catalog.int4larger".to_owned(), "pg_catalog.width_bucket".to_owned()]);
    }
    // An array of values that name objects is taken apart to be told.
    if text.contains(TOLD_LIST) {
        let taken_apart = ["concat", "regexp_matches", "regexp_replace", "string_agg"];
        allowed.functions.extend(taken_apart.map(|name| format!("pg_catalog.{name}")));
    }
    if let Some(name) = found.functions.difference(&allowed.functions).next() {
        return Err(format!("function {name} is not in the record {:?}\n{text}", record.footprint.functions));
    }
    columns_within(grant, &record.footprint, &allowed.columns, outside)?;
    read_again(text)
}

/// Every column that is named has been recorded, or is a name that the statement gave.
fn columns_within(
    grant: &CompiledGrant,
    footprint: &Footprint,
    of_answers: &BTreeSet<String>,
    outside: &str,
) -> Result<(), String> {
    let found = Found::read(outside)?;
    let recorded = |name: &String| {
        footprint.relations.iter().any(|((schema, relation), used)| {
            let physical = |column: &String| {
                let exposed = grant.exposed.relation(schema, relation).and_then(|relation| relation.column(column));
                exposed.is_some_and(|column| column.mask.is_none() && column.physical == *name)
            };
            used.columns.contains_key(name) || used.columns.keys().any(physical)
        })
    };
    let of_a_function = |name: &String| {
        let called = |schema: &str, function: &str| found.functions.contains(&format!("{schema}.{function}"));
        let own = grant.exposed.functions.iter().filter(|function| called(&function.schema, &function.name));
        let builtin =
            functions::all().filter(|builtin| called("pg_catalog", builtin.name)).flat_map(|builtin| &builtin.overloads);
        own.flat_map(|function| &function.out_columns).any(|column| column == name)
            || builtin.flat_map(|overload| &overload.out_columns).any(|column| column.name == name)
    };
    let is_known = |name: &String| {
        recorded(name)
            || of_answers.contains(name)
            || found.given.contains(name)
            || OF_NO_ONE.contains(&name.as_str())
            || of_a_function(name)
    };
    let unknown = found.columns.iter().find(|name| !is_known(name));
    unknown.map_or(Ok(()), |name| Err(format!("column {name} is not in the record\n{outside}")))
}

/// The gate reads its own words as PostgreSQL does: printed again they are the same statement.
fn read_again(text: &str) -> Result<(), String> {
    let parsed =
        parse_message(text, &LIMITS).map_err(|error| format!("the gate does not read its own text: {error:?}\n{text}"))?;
    let [parsed] = parsed.as_slice() else { return Err(format!("not one statement\n{text}")) };
    let again = print_statement(&parsed.statement, &Plain);
    check_printout(text, &again).map_err(|why| format!("the gate reads its own text in another way: {why:?}\n{text}\n{again}"))
}

/// What stands for functions that the gate answers itself.
struct Answers {
    /// By the function's name as a record has it.
    of_calls: BTreeMap<String, Found>,
    /// For `current_user` and its kin, and for values that name objects of the catalog.
    of_values: Found,
}

fn answers(grant: &CompiledGrant) -> Result<Arc<Answers>, String> {
    static KNOWN: LazyLock<Mutex<BTreeMap<String, Arc<Answers>>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap();
    if let Some(answers) = known.get(&grant.digest) {
        return Ok(Arc::clone(answers));
    }
    let mut answers = Answers { of_calls: BTreeMap::new(), of_values: Found::default() };
    let values = ["pg_catalog.current_setting", "pg_catalog.left"].map(str::to_owned);
    answers.of_values.functions.extend(values);
    let render = |template: Template, arity: usize| {
        Found::read(&format!("SELECT {}", template.render(&vec!["NULL".to_owned(); arity], &grant.exposed.system)))
    };
    for (builtin, arity) in functions::all().flat_map(|builtin| (0..=6).map(move |arity| (builtin, arity))) {
        let Some(Replacement::Sql(template)) = functions::replacement(builtin.name, arity) else { continue };
        let found = render(template, arity)?;
        if builtin.name.starts_with("to_reg") {
            answers.of_values.extend(&found);
        }
        answers.of_calls.entry(format!("pg_catalog.{}", builtin.name)).or_default().extend(&found);
    }
    for of in types::all().filter_map(|of| functions::reg_text(of.name)) {
        answers.of_values.extend(&render(of, 1)?);
    }
    let answers = Arc::new(answers);
    known.insert(grant.digest.clone(), Arc::clone(&answers));
    Ok(answers)
}

/// What the sub-selects of a relation read and call, worked out once.
fn own(grant: &CompiledGrant, relation: &ExposedRelation) -> Result<Arc<Found>, String> {
    type Known = BTreeMap<(String, String, String), Arc<Found>>;
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    let key = (grant.digest.clone(), relation.schema.clone(), relation.name.clone());
    let mut known = KNOWN.lock().unwrap();
    if let Some(found) = known.get(&key) {
        return Ok(Arc::clone(found));
    }
    let mut all = Found::default();
    for (text, _) in readings(relation) {
        all.extend(&Found::read(&text)?);
    }
    // What is read inside is not for the statement around it to name.
    all.columns.clear();
    let all = Arc::new(all);
    known.insert(key, Arc::clone(&all));
    Ok(all)
}

impl Found {
    /// Adds what another text reads, calls and names.
    fn extend(&mut self, other: &Self) {
        self.relations.extend(other.relations.iter().cloned());
        self.columns.extend(other.columns.iter().cloned());
        self.functions.extend(other.functions.iter().cloned());
    }

    fn read(text: &str) -> Result<Self, String> {
        let tree = pg_raw_parse::parse(text).map_err(|error| format!("PostgreSQL does not read the text: {error}\n{text}"))?;
        let mut found = Self::default();
        for statement in tree.stmts() {
            walk(statement, |node| found.note(node));
        }
        Ok(found)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the other nodes name nothing that is asked for here")]
    fn note(&mut self, node: Node<'_>) {
        match node {
            Node::RangeVar(relation) => {
                let name = relation.relname().unwrap_or_default().to_owned();
                match relation.schemaname() {
                    Some(schema) => drop(self.relations.insert((schema.to_owned(), name))),
                    None => drop(self.bare.insert(name)),
                }
            }
            Node::FuncCall(call) => {
                let words: Vec<&str> = call.funcname().iter().filter_map(Node::as_str).collect();
                self.given.extend(words.last().map(|name| (*name).to_owned()));
                // `unnest(a, b)` in FROM may not have a schema.
                let name = if words == ["unnest"] { "pg_catalog.unnest".to_owned() } else { words.join(".") };
                self.functions.insert(name);
            }
            Node::ColumnRef(column) => {
                self.columns.extend(column.fields().iter().filter_map(Node::as_str).next_back().map(str::to_owned))
            }
            Node::ResTarget(target) => self.given.extend(target.name().map(str::to_owned)),
            Node::Alias(alias) => self.note_alias(alias),
            Node::JsonTable(table) => table.alias().into_iter().for_each(|alias| self.note_alias(alias)),
            Node::RangeTableFunc(table) => table.alias().into_iter().for_each(|alias| self.note_alias(alias)),
            Node::CommonTableExpr(cte) => {
                self.ctes.extend(cte.ctename().map(str::to_owned));
                self.given.extend(cte.ctename().map(str::to_owned));
                self.given.extend(cte.aliascolnames().iter().filter_map(Node::as_str).map(str::to_owned));
                // The walk does not come by these.
                self.given.extend(cte.search_clause().and_then(|search| search.search_seq_column()).map(str::to_owned));
                let cycle = cte.cycle_clause().map(|cycle| [cycle.cycle_mark_column(), cycle.cycle_path_column()]);
                self.given.extend(cycle.into_iter().flatten().flatten().map(str::to_owned));
            }
            Node::JoinExpr(join) => join.join_using_alias().into_iter().for_each(|alias| self.note_alias(alias)),
            Node::ColumnDef(column) => self.given.extend(column.colname().map(str::to_owned)),
            Node::RangeTableFuncCol(column) => self.given.extend(column.colname().map(str::to_owned)),
            Node::JsonTableColumn(column) => self.given.extend(column.name().map(str::to_owned)),
            Node::TypeName(name) => {
                self.given.extend(name.names().iter().filter_map(|part| Node::from(part).as_str()).next_back().map(str::to_owned))
            }
            _ => {}
        }
    }

    fn note_alias(&mut self, alias: &pg_raw_parse::nodes::Alias) {
        self.given.extend(alias.aliasname().map(str::to_owned));
        self.given.extend(alias.colnames().iter().filter_map(Node::as_str).map(str::to_owned));
    }
}
