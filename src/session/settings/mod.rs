//! The session's settings: the gate's own model, with the transactions in which they were set.
//!
//! | file | what |
//! |---|---|
//! | `table` | every setting that can be named |
//! | `validate` | what a client wrote, as the value that is kept |
//! | `blocks`, `date_style`, `duration`, `time_zone` | values with a syntax of their own |
//! | `state` | values in layers: session, transaction, savepoint, SET LOCAL |

mod blocks;
mod date_style;
mod duration;
mod state;
mod table;
mod time_zone;
mod validate;

pub(super) use state::raw;
pub(super) use state::{Change, Defaults, Scope, Settings};
pub(super) use table::{ALL, Effect, Kind, Setting, find};
pub(super) use validate::boolean;
