//! What happened, durable before it happens: an append-only journal per node, and the tools that read it.
//!
//! Door: [`Journal::begin`] → [`Intent::durable`] → [`Receipt`] (credit for rows) → [`Journal::finish`]. Nothing else makes a `Receipt`,
//! so a row that left without one does not compile.
//!
//! | file | what |
//! |---|---|
//! | `journal` | opens a log, takes records, closes it |
//! | `receipt`, `credit` | the proofs that a statement carries; how much may leave on them |
//! | `facts` | what the other rooms tell |
//! | `ocsf`, `note` | facts as OCSF events |
//! | `fields`, `draft`, `text` | JSON in parts; a record before it has its number; text made safe |
//! | `queue`, `writer` | from sessions to the one thread that writes; group commit |
//! | `frame`, `merkle`, `head` | the bytes of segments, the tree over them, how far they reach |
//! | `layout`, `disk`, `direct` | the log's folder; what is asked of the operating system; writes past the page cache |
//! | `recovery` | the end of a log that was not closed in order |
//! | `reader`, `record` | segments and records, read back |
//! | `search`, `tail`, `filter`, `line` | records found, followed, chosen, shown |
//! | `spent` | what people have read since an instant |
//! | `verify` | whether a log is what was written |
//! | `stats`, `error` | numbers; what goes wrong |

mod credit;
mod direct;
mod disk;
mod draft;
mod error;
mod facts;
mod fields;
mod filter;
mod frame;
mod head;
mod journal;
mod layout;
mod line;
mod merkle;
mod note;
mod ocsf;
mod queue;
mod reader;
mod receipt;
mod record;
mod recovery;
mod search;
mod spent;
mod stats;
mod tail;
mod text;
mod verify;
mod writer;

#[cfg(test)]
mod tests;

pub use credit::Credit;
pub use error::{AuditError, LogError};
pub use facts::{
    ColumnFacts, ContractFacts, DeniedEvent, IntentEvent, NoteEvent, ObjectFacts, Outcome, PersonFacts, PolicyFacts,
    ProtocolFacts, SessionFacts, SessionRecord, StatementFacts, StatementRecord, Timings, UpstreamFacts, UpstreamRecord,
    WarehouseFacts,
};
pub use filter::{DecisionFilter, ParseWhenError, SearchFilter, parse_when};
pub use journal::{Journal, JournalSettings, OpenReport};
pub use ocsf::Durability;
pub use receipt::{Intent, Receipt, Written};
pub use search::{RecordFormat, SearchEnd, search};
pub use spent::Spent;
pub use stats::{JournalState, JournalStats, SYNC_BOUNDS_MICROS};
pub use tail::{TAIL_POLL, TailOptions, tail};
#[cfg(test)]
pub(crate) use tests::test_session;
pub use verify::{LogReport, Problem, VerifyReport, verify};
