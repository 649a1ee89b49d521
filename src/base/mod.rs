//! The words that every room uses: identifiers, instants, secrets, SQLSTATEs and what a client may read of an error.
//!
//! Values only: nothing here knows the time, does I/O or decides.
//!
//! | file | what |
//! |---|---|
//! | `encoding` | the character sets that a client may speak |
//! | `ids` | names and numbers that must not be mixed up |
//! | `timestamp` | an instant in UTC, microseconds |
//! | `name_list` | names in one text, as search_path holds them |
//! | `printable` | characters that show as what they are |
//! | `quote` | identifiers and strings as SQL text |
//! | `secret` | a value that never prints |
//! | `sqlstate` | the SQLSTATE codes that the gate itself sends |
//! | `user_error` | an error as PostgreSQL tells it to a client |

mod encoding;
mod ids;
mod name_list;
mod printable;
mod quote;
mod secret;
mod sqlstate;
mod timestamp;
mod user_error;

pub use encoding::Encoding;
pub use ids::{ContractId, GrantName, PersonName, SessionId, StatementId, VendorName, WarehouseName};
pub use name_list::{join_names, split_names};
pub use printable::is_printable;
pub use quote::{in_ascii, quote_ident, quote_literal, unquote_ident};
pub use secret::Secret;
pub use sqlstate::SqlState;
pub use timestamp::{ParseTimestampError, Timestamp};
pub use user_error::{Severity, ToUserError, UserError};
