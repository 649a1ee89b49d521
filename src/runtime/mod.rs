//! What the async rooms need of the machine: the time, fresh ids, named tasks, an orderly end.
//!
//! | file | what |
//! |---|---|
//! | `clock` | the only place that reads the time |
//! | `ids` | the only place that makes ids |
//! | `socket` | a TCP socket with or without TLS |
//! | `task` | the only caller of `tokio::spawn` |
//! | `shutdown` | drain signal, grace period, end |

pub mod clock;
pub mod ids;
pub mod shutdown;
pub mod socket;
pub mod task;

pub use clock::{Clock, ManualClock};
pub use shutdown::Shutdown;
