//! Expressions.

use super::{Call, Ident, Json, NodeId, Pos, QualifiedName, Query, TypeName, Xml};

/// An expression. Parentheses are not kept: the printer writes all of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    And(Box<Expr>, Box<Expr>),
    /// `ARRAY[…]`
    Array(Vec<Expr>),
    /// `ARRAY(SELECT …)`
    ArrayQuery(Box<Query>),
    /// `x AT TIME ZONE z`; without `zone`: `AT LOCAL`
    AtTimeZone {
        expr: Box<Expr>,
        zone: Option<Box<Expr>>,
    },
    Between {
        expr: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
        negated: bool,
        symmetric: bool,
    },
    Binary {
        op: Operator,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Call(Box<Call>),
    Case {
        operand: Option<Box<Expr>>,
        whens: Vec<When>,
        otherwise: Option<Box<Expr>>,
    },
    /// `CAST(x AS t)`, `x::t`, `t 'literal'`, `INTERVAL '1' DAY`: one node in PostgreSQL's raw tree too
    Cast {
        expr: Box<Expr>,
        target: TypeName,
    },
    Coalesce(Vec<Expr>),
    Collate {
        expr: Box<Expr>,
        collation: QualifiedName,
    },
    /// `COLLATION FOR (x)`
    CollationFor(Box<Expr>),
    Column(ColumnRef),
    Exists(Box<Query>),
    /// `EXTRACT(field FROM source)`; the field in the case that the client wrote
    Extract {
        field: String,
        source: Box<Expr>,
    },
    /// `(x).name`
    Field {
        base: Box<Expr>,
        name: Ident,
    },
    /// `(x).*`, only as an item of a select list, ROW or VALUES
    FieldStar(Box<Expr>),
    Greatest(Vec<Expr>),
    Grouping(Vec<Expr>),
    InList {
        expr: Box<Expr>,
        list: Vec<Expr>,
        negated: bool,
    },
    InQuery {
        expr: Box<Expr>,
        query: Box<Query>,
        negated: bool,
    },
    IsBool {
        expr: Box<Expr>,
        test: BoolTest,
        negated: bool,
    },
    IsDistinct {
        left: Box<Expr>,
        right: Box<Expr>,
        negated: bool,
    },
    /// `x IS DOCUMENT`
    IsDocument {
        expr: Box<Expr>,
        negated: bool,
    },
    IsJson {
        expr: Box<Expr>,
        kind: JsonKind,
        unique_keys: bool,
        negated: bool,
    },
    IsNormalized {
        expr: Box<Expr>,
        form: NormalForm,
        negated: bool,
    },
    IsNull {
        expr: Box<Expr>,
        negated: bool,
    },
    /// `JSON_VALUE(…)` and its kin; `at` is where its name stands
    Json {
        json: Box<Json>,
        at: Pos,
    },
    Least(Vec<Expr>),
    Like {
        kind: LikeKind,
        expr: Box<Expr>,
        pattern: Box<Expr>,
        escape: Option<Box<Expr>>,
        negated: bool,
    },
    Literal(Literal),
    /// `normalize(x, NFC)`
    Normalize {
        expr: Box<Expr>,
        form: NormalForm,
    },
    Not(Box<Expr>),
    NullIf(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// `(a, b) OVERLAPS (c, d)`
    Overlaps {
        left: [Box<Expr>; 2],
        right: [Box<Expr>; 2],
    },
    /// `OVERLAY(x PLACING y FROM a FOR b)`
    Overlay {
        expr: Box<Expr>,
        placing: Box<Expr>,
        from: Box<Expr>,
        length: Option<Box<Expr>>,
    },
    /// `$n`
    Parameter(u32),
    /// The parentheses of `(x[1]).f` and `(x[1])[2]`, which `x[1].f` and `x[1][2]` do not have: only around a field or subscript that stands
    /// before another one, where PostgreSQL's tree keeps them
    Parenthesised(Box<Expr>),
    /// `POSITION(a IN b)`
    Position {
        needle: Box<Expr>,
        haystack: Box<Expr>,
    },
    /// `x op ANY (…)`, `x op ALL (…)`
    Quantified {
        left: Box<Expr>,
        op: Operator,
        quantifier: Quantifier,
        right: QuantifiedRight,
    },
    /// `ROW(…)` when explicit, else `(a, b)`
    Row {
        fields: Vec<Expr>,
        explicit: bool,
    },
    /// `CURRENT_DATE` and its kin
    SqlValue {
        value: SqlValue,
        id: NodeId,
        at: Pos,
    },
    Subquery(Box<Query>),
    /// `x[1][2:3]`
    Subscript {
        base: Box<Expr>,
        steps: Vec<Step>,
    },
    /// `SUBSTRING(x FROM a FOR b)`
    Substring {
        expr: Box<Expr>,
        from: Option<Box<Expr>>,
        length: Option<Box<Expr>>,
    },
    /// `SUBSTRING(x SIMILAR p ESCAPE e)`
    SubstringSimilar {
        expr: Box<Expr>,
        pattern: Box<Expr>,
        escape: Box<Expr>,
    },
    /// `TRIM(BOTH c FROM x)`
    Trim {
        side: TrimSide,
        characters: Option<Box<Expr>>,
        expr: Box<Expr>,
    },
    Unary {
        op: Operator,
        expr: Box<Expr>,
    },
    /// `:subject`, only in a row filter; never in a statement
    Variable {
        name: String,
        at: Pos,
    },
    /// `XMLELEMENT(…)` and its kin
    Xml(Box<Xml>),
}

/// `a`, `t.a`, `s.t.a`, `d.s.t.a`; with `star`: `t.*` and its kin where a list of expressions stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnRef {
    pub id: NodeId,
    pub at: Pos,
    pub parts: QualifiedName,
    pub star: bool,
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `B'101'`
    Bits(String),
    Boolean(bool),
    /// `X'1F'`
    Hex(String),
    Null,
    /// Digits as written, without a sign: `1.5e3`, `0x1F`, `1_000`.
    Number(String),
    /// The value, every escape undone.
    Text(String),
}

impl Literal {
    /// The value of an integer constant: `31`, `0x1F`, `1_000`; nothing of one that is larger than a bigint.
    pub fn integer(digits: &str) -> Option<i64> {
        let (radix, digits) = match digits.as_bytes() {
            [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
            [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
            [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
            _ => (10, digits),
        };
        i64::from_str_radix(&digits.replace('_', ""), radix).ok()
    }

    /// Whether only PostgreSQL 16 and later read the number as one: `0x1F`, `1_000`.
    pub fn is_new_number(digits: &str) -> bool {
        digits.contains('_') || matches!(digits.as_bytes(), [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', ..])
    }
}

/// An operator of `pg_catalog`, by its symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    pub symbol: String,
    /// Written as `OPERATOR(schema.symbol)`; always `pg_catalog`.
    pub qualified: bool,
}

/// `WHEN condition THEN result`
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    pub condition: Expr,
    pub result: Expr,
}

/// What follows `IS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoolTest {
    False,
    True,
    Unknown,
}

/// What follows `IS JSON`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    Array,
    Object,
    Scalar,
    Value,
}

/// `LIKE`, `ILIKE`, `SIMILAR TO`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LikeKind {
    ILike,
    Like,
    Similar,
}

/// Unicode normal forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NormalForm {
    /// None was written, which means NFC.
    Default,
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
}

/// `ANY` or `ALL`; `SOME` is `ANY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    All,
    Any,
}

/// What stands in the parentheses after ANY or ALL.
#[derive(Clone, Debug, PartialEq)]
pub enum QuantifiedRight {
    Array(Box<Expr>),
    Query(Box<Query>),
}

/// One subscript.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Index(Expr),
    Slice(Option<Expr>, Option<Expr>),
}

/// Functions that SQL writes without parentheses. The number is the precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SqlValue {
    CurrentCatalog,
    CurrentDate,
    CurrentRole,
    CurrentSchema,
    CurrentTime(Option<i64>),
    CurrentTimestamp(Option<i64>),
    CurrentUser,
    LocalTime(Option<i64>),
    LocalTimestamp(Option<i64>),
    SessionUser,
    User,
}

impl SqlValue {
    /// As SQL writes it, in small letters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CurrentCatalog => "current_catalog",
            Self::CurrentDate => "current_date",
            Self::CurrentRole => "current_role",
            Self::CurrentSchema => "current_schema",
            Self::CurrentTime(_) => "current_time",
            Self::CurrentTimestamp(_) => "current_timestamp",
            Self::CurrentUser => "current_user",
            Self::LocalTime(_) => "localtime",
            Self::LocalTimestamp(_) => "localtimestamp",
            Self::SessionUser => "session_user",
            Self::User => "user",
        }
    }

    /// Whether it tells when the statement or its transaction began, and nothing else.
    pub const fn tells_time(self) -> bool {
        match self {
            Self::CurrentDate
            | Self::CurrentTime(_)
            | Self::CurrentTimestamp(_)
            | Self::LocalTime(_)
            | Self::LocalTimestamp(_) => true,
            Self::CurrentCatalog
            | Self::CurrentRole
            | Self::CurrentSchema
            | Self::CurrentUser
            | Self::SessionUser
            | Self::User => false,
        }
    }
}

/// The side of TRIM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrimSide {
    Both,
    Leading,
    Trailing,
}
