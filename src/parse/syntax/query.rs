//! Queries and what stands in FROM.

use super::{Expr, Ident, JsonTable, NodeId, Operator, Pos, QualifiedName, TypeName, Window, XmlTable};

/// A query with its WITH, ORDER BY and LIMIT.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub with: Option<With>,
    pub body: Body,
    pub order_by: Vec<SortKey>,
    pub limit: Option<Limit>,
    pub offset: Option<Expr>,
}

/// `WITH [RECURSIVE] …`
#[derive(Clone, Debug, PartialEq)]
pub struct With {
    pub recursive: bool,
    pub ctes: Vec<Cte>,
}

/// One common table expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Cte {
    pub name: Ident,
    pub columns: Vec<Ident>,
    pub materialized: Option<bool>,
    pub query: Box<Query>,
    pub search: Option<Search>,
    pub cycle: Option<Cycle>,
}

/// `SEARCH DEPTH FIRST BY a, b SET c`
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    pub breadth_first: bool,
    pub columns: Vec<Ident>,
    pub sequence: Ident,
}

/// `CYCLE a, b SET c TO x DEFAULT y USING p`
#[derive(Clone, Debug, PartialEq)]
pub struct Cycle {
    pub columns: Vec<Ident>,
    pub mark: Ident,
    /// What the mark is where a row closes a cycle, and where not; true and false when not written. Constants, some with a type in front.
    pub values: Option<(Expr, Expr)>,
    pub path: Ident,
}

/// What a query is made of. `TABLE t` is `SELECT * FROM t`, as in PostgreSQL's own grammar.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A query in parentheses with clauses of its own.
    Nested(Box<Query>),
    Select(Box<Select>),
    SetOperation {
        op: SetOperator,
        all: bool,
        left: Box<Body>,
        right: Box<Body>,
    },
    Values(Vec<Vec<Expr>>),
}

/// UNION, INTERSECT, EXCEPT
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOperator {
    Except,
    Intersect,
    Union,
}

/// SELECT … FROM … WHERE …
#[derive(Clone, Debug, PartialEq)]
pub struct Select {
    pub distinct: Distinct,
    pub items: Vec<Item>,
    pub from: Vec<TableRef>,
    pub filter: Option<Expr>,
    pub group_by: Option<GroupBy>,
    pub having: Option<Expr>,
    pub windows: Vec<(Ident, Window)>,
}

/// DISTINCT
#[derive(Clone, Debug, PartialEq)]
pub enum Distinct {
    All,
    Distinct,
    On(Vec<Expr>),
}

/// One item of a select list.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Expr {
        expr: Expr,
        alias: Option<Ident>,
    },
    /// `*`
    Star {
        at: Pos,
    },
}

/// GROUP BY
#[derive(Clone, Debug, PartialEq)]
pub struct GroupBy {
    pub distinct: bool,
    pub items: Vec<GroupItem>,
}

/// One item of GROUP BY.
#[derive(Clone, Debug, PartialEq)]
pub enum GroupItem {
    Cube(Vec<GroupItem>),
    /// `()`
    Empty,
    Expr(Expr),
    /// `(a, b)` as an element of CUBE, ROLLUP or GROUPING SETS
    List(Vec<Expr>),
    Rollup(Vec<GroupItem>),
    Sets(Vec<GroupItem>),
}

/// One key of ORDER BY.
#[derive(Clone, Debug, PartialEq)]
pub struct SortKey {
    pub expr: Expr,
    /// `Some(true)`: DESC, `Some(false)`: ASC written out.
    pub descending: Option<bool>,
    /// `USING >`, in the place of ASC and DESC
    pub using: Option<Operator>,
    pub nulls: Option<Nulls>,
}

/// NULLS FIRST, NULLS LAST
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    First,
    Last,
}

/// LIMIT and FETCH FIRST.
#[derive(Clone, Debug, PartialEq)]
pub enum Limit {
    All,
    Count(Expr),
    /// `FETCH FIRST n ROWS WITH TIES`
    WithTies(Expr),
}

/// What stands in FROM.
#[expect(clippy::large_enum_variant, reason = "relations are the common case, and there are few items in a FROM")]
#[derive(Clone, Debug, PartialEq)]
pub enum TableRef {
    Function(Box<FromFunction>),
    Join(Box<Join>),
    Relation(Relation),
    Subquery(Subquery),
    TableFunction(Box<TableFunction>),
}

/// `AS name (columns)`
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    pub name: Ident,
    pub columns: Vec<Ident>,
}

/// A relation by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    pub id: NodeId,
    pub at: Pos,
    pub name: QualifiedName,
    pub only: bool,
    pub alias: Option<Alias>,
    pub sample: Option<Sample>,
}

/// `TABLESAMPLE method (percentage) REPEATABLE (seed)`
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub method: SampleMethod,
    pub percentage: Expr,
    pub seed: Option<Expr>,
}

/// The sampling methods of a plain server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleMethod {
    Bernoulli,
    System,
}

/// `[LATERAL] (SELECT …) alias`
#[derive(Clone, Debug, PartialEq)]
pub struct Subquery {
    pub lateral: bool,
    pub query: Box<Query>,
    pub alias: Option<Alias>,
}

/// `[LATERAL] f(…) [WITH ORDINALITY] alias`, `ROWS FROM (…)`
#[derive(Clone, Debug, PartialEq)]
pub struct FromFunction {
    pub lateral: bool,
    pub rows_from: bool,
    pub functions: Vec<FunctionItem>,
    pub ordinality: bool,
    pub alias: Option<Alias>,
    /// `AS alias (name type, …)`, `AS (name type, …)`
    pub column_defs: Vec<ColumnDef>,
}

/// One function of a FROM item.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionItem {
    /// A `Call`, or syntax that is a function call in PostgreSQL's grammar (`SqlValue`, `Coalesce`, `Cast`).
    pub call: Expr,
    /// `f(…) AS (name type, …)` within ROWS FROM
    pub column_defs: Vec<ColumnDef>,
}

/// `[LATERAL] JSON_TABLE(…) alias`, `[LATERAL] XMLTABLE(…) alias`
#[derive(Clone, Debug, PartialEq)]
pub struct TableFunction {
    pub lateral: bool,
    pub source: TableSource,
    pub alias: Option<Alias>,
    pub at: Pos,
}

/// Which one.
#[derive(Clone, Debug, PartialEq)]
pub enum TableSource {
    Json(JsonTable),
    Xml(XmlTable),
}

/// A column of a column definition list.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnDef {
    pub name: Ident,
    pub type_name: TypeName,
    pub collation: Option<QualifiedName>,
}

/// A join.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    pub kind: JoinKind,
    pub left: TableRef,
    pub right: TableRef,
    pub constraint: JoinConstraint,
    /// `(a JOIN b …) AS alias`
    pub alias: Option<Alias>,
}

/// The kinds of join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    Cross,
    Full,
    Inner,
    Left,
    Right,
}

/// ON, USING, NATURAL
#[derive(Clone, Debug, PartialEq)]
pub enum JoinConstraint {
    Natural,
    None,
    On(Expr),
    /// The columns and `AS alias`
    Using(Vec<Ident>, Option<Ident>),
}
