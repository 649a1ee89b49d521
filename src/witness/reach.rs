//! What a rewritten text may touch: the relations and functions that the plan names, and nothing that locks, writes or stores.

use std::collections::BTreeSet;

use pg_raw_parse::Node;
use pg_raw_parse::nodes::{CopyStmt, FuncCall, RangeVar};

use super::field::{Part, Parts, Role, parts};
use super::scope::{Scope, Scopes};
use super::{Disagreement, Expectation, Side, output_name, shape};

/// Functions of `pg_catalog` that the grammar itself calls for a piece of syntax; all are pure.
const GRAMMAR_FUNCTIONS: [&str; 15] = [
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

/// SQL values that tell the time and nothing else.
const TIMES: [&str; 5] = ["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"];

/// Checks every node of a rewritten text.
pub(super) fn check(statement: Node<'_>, expectation: &Expectation) -> Result<(), Disagreement> {
    visit(statement, |node, place| check_node(node, place, expectation))
}

/// Where a node stands, as far as its meaning depends on that.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The name of a relation that means a common table expression.
    pub(super) is_cte: bool,
    /// A function of a FROM item.
    is_in_from: bool,
}

/// Calls `check` for every node.
pub(super) fn visit<'t>(root: Node<'t>, check: impl Fn(Node<'t>, Place) -> Result<(), Disagreement>) -> Result<(), Disagreement> {
    let mut scopes = Scopes::default();
    let mut work = vec![(root, Scope::default(), false)];
    while let Some((node, scope, is_in_from)) = work.pop() {
        let is_cte = matches!(node, Node::RangeVar(relation) if scopes.is_cte(scope, relation));
        check(node, Place { is_cte, is_in_from })?;
        // The functions of FROM are lists, each of a call and its column definitions.
        let is_in_from = matches!(node, Node::RangeFunction(_)) || (is_in_from && matches!(node, Node::NodeList(_)));
        let mut below = scopes.below(node, scope);
        let known = shape::children(node, &mut |child| {
            let scope = scopes.child(&mut below, child);
            work.push((child, scope, is_in_from));
        });
        known.ok_or(Disagreement::Unknown { side: Side::Rewritten })?;
    }
    Ok(())
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other kinds touch nothing; those without a shape are refused by the walk"
)]
fn check_node(node: Node<'_>, place: Place, expectation: &Expectation) -> Result<(), Disagreement> {
    match node {
        Node::A_Expr(expr) => check_name(Role::Operator, parts(expr.name()), expectation),
        Node::CommonTableExpr(cte) => check_query(cte.ctequery()),
        Node::CopyStmt(copy) => check_copy(copy),
        Node::DeclareCursorStmt(statement) => check_query(statement.query()),
        Node::ExplainStmt(statement) => check_query(statement.query()),
        // PostgreSQL reads it as one call of pg_catalog's function for each argument (transformRangeFunction).
        Node::FuncCall(call) if place.is_unnest_of_several(call) => Ok(()),
        Node::FuncCall(call) => check_name(Role::Function, parts(call.funcname()), expectation),
        Node::PrepareStmt(statement) => check_query(statement.query()),
        Node::RangeTableSample(sample) => check_name(Role::SampleMethod, parts(sample.method()), expectation),
        Node::RangeVar(relation) if !place.is_cte => check_relation(relation, expectation),
        Node::SelectStmt(select) if !select.locking_clause().is_empty() => Err(forbidden("a locking clause")),
        Node::SelectStmt(select) if select.into_clause().is_some() => Err(forbidden("INTO")),
        Node::SortBy(key) if !key.use_op().is_empty() => check_name(Role::Operator, parts(key.use_op()), expectation),
        Node::SQLValueFunction(value) => check_sql_value(value.op, expectation),
        Node::SubLink(link) if !link.oper_name().is_empty() => check_name(Role::Operator, parts(link.oper_name()), expectation),
        _ => Ok(()),
    }
}

impl Place {
    /// `unnest(a, b)` in FROM, which means `pg_catalog`'s as long as no schema stands in front.
    pub(super) fn is_unnest_of_several(self, call: &FuncCall) -> bool {
        let is_bare = parts(call.funcname()).as_deref() == Some(&[Part::Word("unnest")]) && call.args().len() > 1;
        let is_plain = call.agg_order().is_empty() && !call.agg_star && !call.agg_distinct && !call.func_variadic;
        self.is_in_from && is_bare && is_plain && matches!((call.agg_filter(), call.over()), (Node::None, None))
    }
}

/// The statement inside another one, or inside WITH, must be a query.
fn check_query(node: Node<'_>) -> Result<(), Disagreement> {
    if matches!(node, Node::SelectStmt(_)) {
        return Ok(());
    }
    Err(forbidden("a statement that is no query inside another one"))
}

fn check_copy(copy: &CopyStmt) -> Result<(), Disagreement> {
    if copy.is_from || copy.is_program || copy.filename().is_some() || copy.relation().is_some() {
        return Err(forbidden("a COPY that is not a query's to the client"));
    }
    check_query(copy.query())
}

fn check_relation(relation: &RangeVar, expectation: &Expectation) -> Result<(), Disagreement> {
    let allowed = relation
        .schemaname()
        .zip(relation.relname())
        .is_some_and(|(schema, name)| relation.catalogname().is_none() && is_among(&expectation.allowed_relations, schema, name));
    if allowed { Ok(()) } else { Err(super::relation::wrong(relation, "the plan does not name it")) }
}

fn check_name(role: Role, name: Option<Parts<'_>>, expectation: &Expectation) -> Result<(), Disagreement> {
    let name = name.ok_or(Disagreement::Unknown { side: Side::Rewritten })?;
    match (role, &*name) {
        (Role::Operator, [Part::Word(_)] | [Part::Word("pg_catalog"), Part::Word(_)]) => Ok(()),
        (Role::SampleMethod, [Part::Word("bernoulli" | "system")]) => Ok(()),
        (Role::SampleMethod, [Part::Word("pg_catalog"), Part::Word("bernoulli" | "system")]) => Ok(()),
        (Role::Function, [Part::Word("pg_catalog"), Part::Word(name)]) if GRAMMAR_FUNCTIONS.contains(name) => Ok(()),
        (Role::Function, [Part::Word(schema), Part::Word(name)]) if allows(expectation, schema, name) => Ok(()),
        _ => Err(Disagreement::Function { name: written(&name) }),
    }
}

fn check_sql_value(op: u32, expectation: &Expectation) -> Result<(), Disagreement> {
    match output_name::sql_value(op) {
        Some(name) if TIMES.contains(&name) || allows(expectation, "pg_catalog", name) => Ok(()),
        name => Err(Disagreement::Function { name: name.unwrap_or("an SQL value").to_owned() }),
    }
}

fn allows(expectation: &Expectation, schema: &str, name: &str) -> bool {
    is_among(&expectation.allowed_functions, schema, name)
}

/// They are few.
pub(super) fn is_among(names: &BTreeSet<(String, String)>, schema: &str, name: &str) -> bool {
    names.iter().any(|(own_schema, own)| own == name && own_schema == schema)
}

fn written(name: &[Part<'_>]) -> String {
    let words = name.iter().map(|part| match part {
        Part::Star => "*",
        Part::Word(word) => word,
    });
    words.collect::<Vec<_>>().join(".")
}

fn forbidden(what: &'static str) -> Disagreement {
    Disagreement::Forbidden { side: Side::Rewritten, what }
}
