//! The enforcement point, pure half of the straight line: text in, what may be sent or a refusal out.
//!
//! No clock, no I/O, no tokio: the session, `explain`, the policy's tests, the bypass corpus and the fuzzers call this one function, so what is tested is what runs.
//!
//! | file | what |
//! |---|---|
//! | `context` | what a decision depends on |
//! | `plan` | `Plan`: what a statement became, with its record |
//! | `refusal` | why a statement is not run |

mod context;
mod plan;
mod refusal;

pub use crate::analyze::{ColumnUse, Footprint, FootprintColumn, FootprintRelation};
pub use context::{Context, Export, StatementLimits};
pub use plan::{Action, OutputColumn, Plan, Record, Rewritten, StatementKind};
pub use refusal::{DenialCode, Refusal};
