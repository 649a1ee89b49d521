//! Which expressions are total: they give an answer for every row, whatever it holds, and take no time that depends on it (enforcement §4).
//!
//! PostgreSQL may evaluate a total expression on rows that a row filter hides without anybody noticing. Whatever is not proven total here may raise, and an
//! error that is raised on a hidden row tells that the row is there. The proof need not be complete, only right.

use std::collections::BTreeSet;

use crate::catalog::types::builtin_by_typname;
use crate::catalog::{Collation, ExposedColumn, Oid, TypeKind};
use crate::parse::syntax::{Call, Expr, LikeKind, Literal, Operator, SqlValue, TypeName};

use super::field::{Base, Field, Value};

/// The relations whose row filters must not stand among the client's conditions, by schema and name.
#[derive(Debug)]
pub(super) struct Risks {
    every: bool,
    /// Those whose columns the statement reads in expressions that are not total.
    relations: BTreeSet<(String, String)>,
    /// Those whose columns stand where two collations may meet.
    torn: BTreeSet<(String, String)>,
    /// Whether types with a collation of their own may be named.
    has_own_types: bool,
}

impl Risks {
    pub(super) const fn new(has_own_types: bool) -> Self {
        Self { every: false, relations: BTreeSet::new(), torn: BTreeSet::new(), has_own_types }
    }

    /// Notes an expression that is not total, by what it reads. One that reads nothing and stands in a condition is evaluated for rows all the same.
    pub(super) fn note(&mut self, reads: &[Base], is_condition: bool) {
        self.every |= reads.is_empty() && is_condition;
        let relations = || reads.iter().map(|base| (base.relation.schema.clone(), base.relation.name.clone()));
        self.relations.extend(relations());
        if self.may_tear(reads) {
            self.torn.extend(relations());
        }
    }

    /// Whether two collations may meet in an expression that reads these columns. A value of type `name` brings "C" with it, one of a user's type any.
    fn may_tear(&self, reads: &[Base]) -> bool {
        let mut own = reads.iter().filter_map(|base| base.column().and_then(own_collation));
        own.any(|collation| self.has_own_types || !is_bytewise(collation))
    }

    /// Notes grouping sets. Before version 18 PostgreSQL takes a column that a condition makes constant for constant above them too, where they have set it
    /// NULL, and does not sort by it; what a row filter says of a column must not have that effect (enforcement W13).
    pub(super) const fn note_grouping_sets(&mut self) {
        self.every = true;
    }

    /// Whether the relation's row filter is to be evaluated before anything else: an expression that is not total reads its rows, or grouping sets are there.
    pub(super) fn keep_apart(&self, schema: &str, name: &str) -> bool {
        self.every || self.relations.contains(&(schema.to_owned(), name.to_owned()))
    }

    /// Whether an expression that finds no collation may be evaluated on rows of the relation. PostgreSQL takes such comparisons for leakproof, and says
    /// what they lack at the first row that they see.
    pub(super) fn tears(&self, schema: &str, name: &str) -> bool {
        self.torn.contains(&(schema.to_owned(), name.to_owned()))
    }
}

/// Types within which, and between some of which, comparisons never raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Boolean,
    Bytes,
    Char,
    Enum(Oid),
    Float,
    Integer,
    /// date, timestamp, timestamptz: compared across types without overflow
    Instant,
    Interval,
    Numeric,
    Text,
    Time,
    TimeWithZone,
    Uuid,
}

impl Family {
    /// The family of a type of `pg_catalog`, by its `pg_type.oid`.
    const fn of_builtin(oid: Oid) -> Option<Self> {
        Some(match oid {
            16 => Self::Boolean,
            17 => Self::Bytes,
            18 => Self::Char,
            20 | 21 | 23 => Self::Integer,
            19 | 25 | 1042 | 1043 => Self::Text,
            700 | 701 => Self::Float,
            1082 | 1114 | 1184 => Self::Instant,
            1083 => Self::Time,
            1186 => Self::Interval,
            1266 => Self::TimeWithZone,
            1700 => Self::Numeric,
            2950 => Self::Uuid,
            _other => return None,
        })
    }

    fn of_column(column: &ExposedColumn) -> Option<Self> {
        // By an expression that is not known here.
        if column.is_computed() {
            return None;
        }
        match column.type_kind {
            TypeKind::Base => Self::of_builtin(column.type_oid),
            TypeKind::Enum => Some(Self::Enum(column.type_oid)),
            TypeKind::Composite | TypeKind::Domain | TypeKind::Multirange | TypeKind::Pseudo | TypeKind::Range => None,
        }
    }

    /// Whether values of both are compared without an error. A numeric is not compared with a float: its cast to float may overflow.
    fn compares_with(self, other: Self) -> bool {
        self == other
            || matches!(
                (self, other),
                (Self::Integer, Self::Float | Self::Numeric) | (Self::Float | Self::Numeric, Self::Integer)
            )
    }
}

/// One side of a comparison.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// With the collation, where that is not the database's own.
    Column(Family, Option<Collation>),
    /// The same for every row, of a type that is known.
    Constant(Family),
    /// The same for every row; the other side decides its type before any row is read.
    Untyped,
    /// `$n`: whoever binds it decides its type.
    Parameter,
}

impl Operand {
    /// What an expression that was bound as `value` is in a comparison, when that is known.
    pub(super) fn of(expr: &Expr, value: &Value) -> Option<Self> {
        if let Some(constant) = constant(expr) {
            return Some(constant);
        }
        value.origin.as_ref().and_then(Base::column).and_then(Self::of_column)
    }

    /// What a column of a query's result is, where it is a column of a relation.
    pub(super) fn of_field(field: &Field) -> Option<Self> {
        field.origin.as_ref().and_then(Base::column).and_then(Self::of_column)
    }

    fn of_column(column: &ExposedColumn) -> Option<Self> {
        Family::of_column(column).map(|family| Self::Column(family, own_collation(column).cloned()))
    }

    /// Whether it is a column with a collation that is not the database's own.
    pub(super) const fn has_own_collation(&self) -> bool {
        matches!(self, Self::Column(_, Some(_)))
    }

    /// Whether comparing both never raises.
    pub(super) fn compares_with(&self, other: &Self) -> bool {
        match (self, other) {
            // Of two collations PostgreSQL chooses none, and says so when it comes to the first row.
            (Self::Column(_, Some(left)), Self::Column(_, Some(right))) if left != right => false,
            // The same with a value of type name, whose collation is "C".
            (Self::Column(_, Some(own)), Self::Constant(Family::Text) | Self::Parameter)
            | (Self::Constant(Family::Text) | Self::Parameter, Self::Column(_, Some(own)))
                if !is_bytewise(own) =>
            {
                false
            }
            (Self::Column(left, _) | Self::Constant(left), Self::Column(right, _) | Self::Constant(right)) => {
                left.compares_with(*right)
            }
            // A parameter may be a float.
            (Self::Parameter, Self::Column(family, _) | Self::Constant(family))
            | (Self::Column(family, _) | Self::Constant(family), Self::Parameter) => *family != Family::Numeric,
            (Self::Untyped, _) | (_, Self::Untyped) | (Self::Parameter, Self::Parameter) => true,
        }
    }
}

/// The collation of a column, where that is not the database's own.
fn own_collation(column: &ExposedColumn) -> Option<&Collation> {
    column.collation.as_ref().filter(|collation| !(collation.schema == "pg_catalog" && collation.name == "default"))
}

fn is_bytewise(collation: &Collation) -> bool {
    collation.schema == "pg_catalog" && collation.name == "C"
}

/// Whether USING and NATURAL compare these columns without an error.
pub(super) fn are_comparable(left: &Field, right: &Field) -> bool {
    matches!((Operand::of_field(left), Operand::of_field(right)), (Some(left), Some(right)) if left.compares_with(&right))
}

/// A constant, when the expression is one whose evaluation never raises: a literal, a parameter, one of them cast, the clock's value, and the clock's value
/// moved by a short time.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not listed is not proven")]
pub(super) fn constant(expr: &Expr) -> Option<Operand> {
    match expr {
        Expr::Literal(Literal::Null | Literal::Text(_)) => Some(Operand::Untyped),
        Expr::Literal(Literal::Boolean(_)) => Some(Operand::Constant(Family::Boolean)),
        Expr::Literal(Literal::Number(digits)) => Some(number(digits)),
        Expr::Literal(Literal::Bits(_) | Literal::Hex(_)) => None,
        Expr::Unary { op, expr } if op.symbol == "-" => match &**expr {
            Expr::Literal(Literal::Number(digits)) => Some(number(digits)),
            _other => None,
        },
        Expr::Parameter(_) => Some(Operand::Parameter),
        // Evaluated once, while planning; what it cannot read is an error that no row has a part in.
        Expr::Cast { expr, target } if matches!(**expr, Expr::Literal(Literal::Text(_) | Literal::Number(_) | Literal::Null)) => {
            family_of_type(target).map(Operand::Constant)
        }
        Expr::SqlValue { value, id: _, at: _ } => clock(*value).map(Operand::Constant),
        Expr::Call(call) if is_now(call) => Some(Operand::Constant(Family::Instant)),
        Expr::Binary { op, left, right } if matches!(op.symbol.as_str(), "+" | "-") => {
            let is_instant = matches!(constant_instant(left), Some(Operand::Constant(Family::Instant)));
            (is_instant && is_short(right)).then_some(Operand::Constant(Family::Instant))
        }
        _other => None,
    }
}

/// A number without a point or an exponent is an integer, or a numeric when it is too large.
fn number(digits: &str) -> Operand {
    let is_integer = digits.len() < 18 && digits.bytes().all(|digit| digit.is_ascii_digit());
    Operand::Constant(if is_integer { Family::Integer } else { Family::Numeric })
}

/// The clock's value by itself: what a short time is added to.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not listed is not proven")]
fn constant_instant(expr: &Expr) -> Option<Operand> {
    match expr {
        Expr::SqlValue { value, id: _, at: _ } => clock(*value).map(Operand::Constant),
        Expr::Call(call) if is_now(call) => Some(Operand::Constant(Family::Instant)),
        _other => None,
    }
}

fn clock(value: SqlValue) -> Option<Family> {
    match value {
        SqlValue::CurrentDate | SqlValue::CurrentTimestamp(_) | SqlValue::LocalTimestamp(_) => Some(Family::Instant),
        SqlValue::CurrentTime(_) => Some(Family::TimeWithZone),
        SqlValue::LocalTime(_) => Some(Family::Time),
        SqlValue::CurrentCatalog
        | SqlValue::CurrentRole
        | SqlValue::CurrentSchema
        | SqlValue::CurrentUser
        | SqlValue::SessionUser
        | SqlValue::User => Some(Family::Text),
    }
}

fn is_now(call: &Call) -> bool {
    // Under a schema of its own the name may be that of a function of the warehouse's.
    let name = match call.name.as_slice() {
        [name] => name,
        [schema, name] if schema.name == "pg_catalog" => name,
        _other => return false,
    };
    let is_clock = matches!(name.name.as_str(), "now" | "transaction_timestamp" | "statement_timestamp");
    call.arguments.is_empty() && !call.star && is_clock
}

/// A time that takes no instant of these centuries out of its range: `INTERVAL '90 days'`, `30`.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not listed is not proven")]
fn is_short(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(Literal::Number(days)) => days.len() <= 5 && days.bytes().all(|digit| digit.is_ascii_digit()),
        Expr::Cast { expr, target } => {
            let Expr::Literal(Literal::Text(text)) = &**expr else { return false };
            matches!(family_of_type(target), Some(Family::Interval)) && target.fields.is_none() && is_short_interval(text)
        }
        _other => false,
    }
}

/// `<up to four digits> <unit>`, as often as it likes but not long.
fn is_short_interval(text: &str) -> bool {
    const UNITS: &[&str] = &["second", "minute", "hour", "day", "week", "month", "mon", "year"];
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let pairs = words.chunks_exact(2);
    let is_pair = |pair: &[&str]| {
        let [count, unit] = pair else { return false };
        let unit = unit.to_ascii_lowercase();
        count.len() <= 4
            && count.bytes().all(|digit| digit.is_ascii_digit())
            && UNITS.contains(&unit.strip_suffix('s').unwrap_or(&unit))
    };
    !words.is_empty() && words.len() <= 8 && pairs.remainder().is_empty() && pairs.clone().all(is_pair)
}

/// The family of a type of `pg_catalog` that is named in a cast.
fn family_of_type(target: &TypeName) -> Option<Family> {
    let name = match target.name.as_slice() {
        [name] => name,
        [schema, name] if schema.name == "pg_catalog" => name,
        _other => return None,
    };
    let found = builtin_by_typname(&name.name).filter(|_| target.dimensions.is_empty())?;
    Family::of_builtin(found.oid)
}

/// Whether the operator compares.
pub(super) fn is_comparison(op: &Operator) -> bool {
    matches!(op.symbol.as_str(), "=" | "<>" | "<" | "<=" | ">" | ">=")
}

/// Whether `value LIKE pattern` never raises: the pattern is a constant whose last character escapes something, and the value is a column of text whose
/// collation compares bytes.
pub(super) fn is_total_like(kind: LikeKind, value: &Value, pattern: &Expr, escape: Option<&Expr>) -> bool {
    let Expr::Literal(Literal::Text(pattern)) = pattern else { return false };
    let Some(column) = value.origin.as_ref().and_then(Base::column) else { return false };
    let is_text = matches!(Family::of_column(column), Some(Family::Text));
    let is_deterministic = column.collation.as_ref().is_none_or(|collation| collation.deterministic);
    let escapes_at_end = pattern.bytes().rev().take_while(|byte| *byte == b'\\').count();
    // Each further `%` lets the time depend more on the value.
    let wildcards = pattern.matches('%').count();
    matches!(kind, LikeKind::Like) && escape.is_none() && is_text && is_deterministic && escapes_at_end % 2 == 0 && wildcards <= 2
}

/// Whether the function, called with total arguments, never raises.
pub(super) fn is_total_call(call: &Call) -> bool {
    const TOTAL: &[&str] = &["count", "now", "rank", "dense_rank", "row_number", "transaction_timestamp", "statement_timestamp"];
    let name = match call.name.as_slice() {
        [name] => name,
        [schema, name] if schema.name == "pg_catalog" => name,
        _other => return false,
    };
    TOTAL.contains(&name.name.as_str()) && call.within_group.is_empty() && !call.variadic
}

/// Whether a node itself is total, apart from what stands in it. The comparisons of those that compare are judged by their operands, those of IN with a
/// sub-select by the sub-select's column.
pub(super) fn is_total_node(expr: &Expr) -> bool {
    match expr {
        Expr::And(_, _)
        | Expr::Between { expr: _, low: _, high: _, negated: _, symmetric: _ }
        | Expr::Binary { op: _, left: _, right: _ }
        | Expr::Call(_)
        | Expr::Cast { expr: _, target: _ }
        | Expr::Column(_)
        | Expr::Exists(_)
        | Expr::Field { base: _, name: _ }
        | Expr::FieldStar(_)
        | Expr::InList { expr: _, list: _, negated: _ }
        | Expr::InQuery { expr: _, query: _, negated: _ }
        | Expr::IsBool { expr: _, test: _, negated: _ }
        | Expr::IsDistinct { left: _, right: _, negated: _ }
        | Expr::IsNull { expr: _, negated: _ }
        | Expr::Like { kind: _, expr: _, pattern: _, escape: _, negated: _ }
        | Expr::Literal(_)
        | Expr::Not(_)
        | Expr::Or(_, _)
        | Expr::Parameter(_)
        | Expr::Parenthesised(_)
        | Expr::SqlValue { value: _, id: _, at: _ } => true,
        Expr::Unary { op: _, expr: _ } => constant(expr).is_some(),
        Expr::Array(_)
        | Expr::ArrayQuery(_)
        | Expr::AtTimeZone { expr: _, zone: _ }
        | Expr::Case { operand: _, whens: _, otherwise: _ }
        | Expr::Coalesce(_)
        | Expr::Collate { expr: _, collation: _ }
        | Expr::CollationFor(_)
        | Expr::Extract { field: _, source: _ }
        | Expr::Greatest(_)
        | Expr::Grouping(_)
        | Expr::IsDocument { expr: _, negated: _ }
        | Expr::IsJson { expr: _, kind: _, unique_keys: _, negated: _ }
        | Expr::IsNormalized { expr: _, form: _, negated: _ }
        | Expr::Json { json: _, at: _ }
        | Expr::Least(_)
        | Expr::Normalize { expr: _, form: _ }
        | Expr::NullIf(_, _)
        | Expr::Overlaps { left: _, right: _ }
        | Expr::Overlay { expr: _, placing: _, from: _, length: _ }
        | Expr::Position { needle: _, haystack: _ }
        | Expr::Quantified { left: _, op: _, quantifier: _, right: _ }
        | Expr::Row { fields: _, explicit: _ }
        | Expr::Subquery(_)
        | Expr::Subscript { base: _, steps: _ }
        | Expr::Substring { expr: _, from: _, length: _ }
        | Expr::SubstringSimilar { expr: _, pattern: _, escape: _ }
        | Expr::Trim { side: _, characters: _, expr: _ }
        | Expr::Variable { name: _, at: _ }
        | Expr::Xml(_) => false,
    }
}
