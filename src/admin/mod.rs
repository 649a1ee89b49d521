//! Numbers and health for operators, on a listener of its own that only the machine itself reaches: `/metrics`, `/healthz`, `/readyz`.
//!
//! Door: [`Admin::bind`], then [`Admin::serve`] until the shutdown drains.
//!
//! | file | what |
//! |---|---|
//! | `server` | the listener and its routes |
//! | `bounded` | how many connections, and for how long |
//! | `readiness` | is the gate fit for work, part by part |
//! | `journal` | the journal's numbers as metrics take them |

mod bounded;
mod journal;
mod readiness;
mod server;

pub use journal::journal_sample;
pub use readiness::{JournalPart, Parts, PolicyPart, WarehousePart};
pub use server::{Admin, BindError};
