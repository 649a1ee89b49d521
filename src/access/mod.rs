//! Which grant a person may use now, until when, and how much of it is used up.
//!
//! Door: [`admit`] takes a proven `Identity` and the database that the client asks for, and gives an [`Admission`]. It is called at login, and again by
//! every session when a revision comes into force, when the hours of its grant change, and before each statement.
//!
//! | file | what |
//! |---|---|
//! | `revision` | everything that one load of the configuration opens |
//! | `admission` | the decision, and when it ends |
//! | `refused` | why not: one wording for the client, the reason for the record |
//! | `usage` | statements at the same time, rows and bytes of the day, of one person under one grant |

mod admission;
mod refused;
mod revision;
mod usage;

pub use admission::{Admission, Caller, Judged, Subject, admit, judge};
pub use refused::{NotAdmitted, Refused};
pub use revision::{OpenGrant, Revision};
pub use usage::{OverLimit, Permit, Usage, UsageBook};
