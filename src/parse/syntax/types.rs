//! Type names.

use super::{NodeId, Pos, QualifiedName};

/// A type as it is named in a cast, a column definition or PREPARE. Keyword spellings are already PostgreSQL's own names:
/// `integer` is `int4`, `timestamp with time zone` is `timestamptz`, `char` is `bpchar(1)`.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeName {
    pub id: NodeId,
    pub at: Pos,
    pub name: QualifiedName,
    /// `(10, 2)` of `numeric(10, 2)`.
    pub modifiers: Vec<i64>,
    /// One entry for each `[]` or `[n]`.
    pub dimensions: Vec<Option<i64>>,
    /// `DAY TO SECOND` of an interval.
    pub fields: Option<IntervalFields>,
    /// Written with a keyword of the grammar (`integer`, `char`), so that it means `pg_catalog`'s type whatever the search_path is.
    pub keyword: bool,
}

/// The field restriction of an interval type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntervalFields {
    Day,
    DayToHour,
    DayToMinute,
    DayToSecond,
    Hour,
    HourToMinute,
    HourToSecond,
    Minute,
    MinuteToSecond,
    Month,
    Second,
    Year,
    YearToMonth,
}

impl IntervalFields {
    /// As SQL writes it.
    pub const fn as_sql(self) -> &'static str {
        match self {
            Self::Day => "DAY",
            Self::DayToHour => "DAY TO HOUR",
            Self::DayToMinute => "DAY TO MINUTE",
            Self::DayToSecond => "DAY TO SECOND",
            Self::Hour => "HOUR",
            Self::HourToMinute => "HOUR TO MINUTE",
            Self::HourToSecond => "HOUR TO SECOND",
            Self::Minute => "MINUTE",
            Self::MinuteToSecond => "MINUTE TO SECOND",
            Self::Month => "MONTH",
            Self::Second => "SECOND",
            Self::Year => "YEAR",
            Self::YearToMonth => "YEAR TO MONTH",
        }
    }
}
