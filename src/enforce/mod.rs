//! The enforcement point, pure half of the straight line: text in, what may be sent or a refusal out.
//!
//! No clock, no I/O, no tokio: the session, `explain`, the policy's tests, the bypass corpus and the fuzzers call these functions, so what is tested is
//! what runs.
//!
//! | file | what |
//! |---|---|
//! | `configure` | queries that read and change settings |
//! | `context` | what a decision depends on |
//! | `message` | the statements of one message |
//! | `statement` | one statement: analysed, rewritten, recorded |
//! | `check` | the witness's word on it |
//! | `copy` | COPY of a relation as the query that it means |
//! | `explain` | the options of EXPLAIN |
//! | `explain_policy` | EXPLAIN POLICY |
//! | `lock` | LOCK TABLE as one of what stands behind the relation |
//! | `filter` | row filters of contracts and grants, compiled |
//! | `places` | where in the client's statement an error of the warehouse points |
//! | `record` | what the journal keeps |
//! | `plan` | `Plan`: what a statement became |
//! | `refusal` | why a statement is not run |

mod check;
mod configure;
mod context;
mod copy;
mod explain;
mod explain_policy;
mod filter;
mod lock;
mod message;
mod places;
mod plan;
mod record;
mod refusal;
mod statement;
#[cfg(test)]
mod tests;

pub use crate::analyze::{ColumnUse, Footprint, FootprintColumn, FootprintRelation};
pub use configure::{Configuration, ConfigurationItem, Given, SettingCall};
pub use context::{Context, Export, StatementLimits};
pub use filter::{FilterError, FilterRequest, Reads, both, compile_filter};
pub use message::{Parsed, check_escaped_quotes, parse_message};
pub use places::Places;
pub use plan::{Action, ExplainFormat, ExplainStyle, OutputColumn, Plan, Record, Rewritten, SessionPart, StatementKind};
pub use refusal::{DenialCode, Refusal};
pub use statement::enforce;
