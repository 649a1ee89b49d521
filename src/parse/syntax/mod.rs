//! Our own syntax tree: the closed set of SQL that the gate understands. What has no node here cannot be accepted.
//!
//! The tree is made by `parse` from sqlparser's tree (which names every variant and field, and refuses the rest by name), read by `analyze`, and printed
//! twice: as the client meant it (for the witness) and with everything bound (for the warehouse).
//!
//! | file | what |
//! |---|---|
//! | `name` | identifiers, positions, node ids |
//! | `expr` | expressions |
//! | `call` | function calls, windows |
//! | `json` | SQL/JSON |
//! | `xml` | SQL/XML |
//! | `query` | queries, FROM items |
//! | `types` | type names |
//! | `command` | statements other than plain queries |

mod call;
mod command;
mod expr;
mod json;
mod name;
mod query;
mod types;
mod xml;

pub use call::{Argument, Call, Frame, FrameBound, FrameExclusion, FrameUnits, Over, Window};
pub use command::{
    Begin, Command, CopyFormat, CopyOption, CopyOut, CopySource, CursorOptions, Declare, Discard, Explain, ExplainOption,
    ExplainPolicy, Explained, Fetch, FetchDirection, Isolation, Lock, Locked, SettingName, SettingValue, Statement,
    TransactionModes,
};
pub use expr::{
    BoolTest, ColumnRef, Expr, JsonKind, LikeKind, Literal, NormalForm, Operator, QuantifiedRight, Quantifier, SqlValue, Step,
    TrimSide, When,
};
pub use json::{
    Json, JsonArgument, JsonBehavior, JsonColumn, JsonEncoding, JsonEntry, JsonFormat, JsonFunction, JsonPath, JsonQuotes,
    JsonReturning, JsonTable, JsonValue, JsonWrapper,
};
pub use name::{Ident, NodeId, Pos, QualifiedName};
pub use query::{
    Alias, Body, ColumnDef, Cte, Cycle, Distinct, FromFunction, FunctionItem, GroupBy, GroupItem, Item, Join, JoinConstraint,
    JoinKind, Limit, Nulls, Query, Relation, Sample, SampleMethod, Search, Select, SetOperator, SortKey, Subquery, TableFunction,
    TableRef, TableSource, With,
};
pub use types::{IntervalFields, TypeName};
pub use xml::{Xml, XmlColumn, XmlForm, XmlNamed, XmlStandalone, XmlTable};
