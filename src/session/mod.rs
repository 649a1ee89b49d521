//! One client connection: the straight way of each statement, from its message to its last row.
//!
//! [`listener::serve`] is the door: sockets in. `docs/adr/0001-session-model.md` tells why it is built so.
//!
//! | file | what |
//! |---|---|
//! | `listener` | takes sockets |
//! | `entry` | login, greeting, the end of a session |
//! | `expiry` | the notice before the end of the access |
//! | `conversation` | what a session holds; one message after the other |
//! | `simple` | Query: one statement or several |
//! | `extended` | Parse, Bind, Describe, Execute, Close, Flush |
//! | `ready` | Sync and ReadyForQuery |
//! | `compile` | from text to plan |
//! | `doubt` | what sessions say when a catalog looks stale |
//! | `statement` | THE straight line: judged, recorded, sent; its outcome |
//! | `running` | the statement that runs now |
//! | `relay` | its rows: closed until recorded, counted, within limits |
//! | `replies` | what the warehouse answers, matched with what was asked |
//! | `pending` | what it still has to answer |
//! | `origin` | where in the client's message its errors point |
//! | `wait` | every place where a session waits |
//! | `signals`, `interrupt`, `deadlines` | what may interrupt it, and what that does |
//! | `warehouse` | its warehouse connection |
//! | `control`, `set`, `configure`, `cursor` | commands that the session's model answers or names |
//! | `answer` | rows that the gate answers by itself |
//! | `model` | that model, told to the warehouse for the statements that read it |
//! | `transaction`, `prepared`, `settings` | that model |
//! | `plan_encoding` | plans are asked for in UTF-8, whatever the client speaks |
//! | `describe`, `explain` | descriptions of results and plans as a client may read them |
//! | `variant` | names of objects as text, or their oids in binary |
//! | `plan_cache` | plans that were made before |
//! | `registry`, `activity` | live sessions: cancelled, counted; what they do |
//! | `client` | the client's two directions |
//! | `facts` | what the journal is told |
//! | `foresee` | what a session would refuse, told without one |
//! | `ending` | why a session or a statement ends |
//! | `shared` | what all sessions share |

mod activity;
mod answer;
mod client;
mod compile;
mod configure;
mod control;
mod conversation;
mod cursor;
mod deadlines;
mod describe;
mod doubt;
mod ending;
mod entry;
mod expiry;
mod explain;
mod extended;
mod facts;
mod foresee;
mod interrupt;
pub mod listener;
mod model;
mod origin;
mod pending;
mod plan_cache;
mod plan_encoding;
mod prepared;
mod ready;
mod registry;
mod relay;
mod replies;
mod running;

mod set;
mod settings;
mod shared;
mod signals;
mod simple;
mod statement;
mod transaction;
mod variant;
mod wait;
mod warehouse;

pub use doubt::CatalogDoubt;
pub use facts::{StatementText, policy_facts};
pub use foresee::foresee;
pub use plan_cache::PlanCache;
pub use registry::{Registry, SessionLimits};
pub use shared::{GateLimits, Shared};
pub use warehouse::session_texts;
