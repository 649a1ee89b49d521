//! The warehouse side: connections that can send only the gate's own words, and whose rows stay closed until a record covers them.
//!
//! A [`Pool`] per warehouse lends [`Checkout`]s by [`Lane`] (grant and pinned settings). A [`Connection`] takes [`Sql`], which is a `Rewritten` that
//! `enforce` made or [`Words`] that are built here from typed parts; no function takes text. It gives whole [`Frame`]s, and rows as [`SealedRows`].
//!
//! | file | what |
//! |---|---|
//! | `target` | which warehouse, as whom, over which TLS |
//! | `transport` | the socket, with TLS |
//! | `login` | startup, SCRAM, pinned settings read back |
//! | `pinned` | settings that hold whatever a client does |
//! | `facts` | what the warehouse says of itself |
//! | `frame` | messages found in a bounded buffer |
//! | `sealed` | rows that nobody may read yet |
//! | `words` | the gate's own commands |
//! | `connection` | sending, receiving, state |
//! | `lane` | what makes connections interchangeable, and whom they serve |
//! | `pool` | connections within the warehouse's limit |
//! | `checkout` | a connection on loan |
//! | `cancel` | cancelling what a connection runs |
//! | `report` | errors and notices of the warehouse, reduced |
//! | `errors` | what a client may read of them |
//! | `client` | connections for catalogs and administrators |
//! | `administer` | what `postern views` wrote, run |
//! | `introspect` | the warehouse's catalogs as one snapshot |
//! | `error` | why a connection fails |

mod administer;
mod cancel;
mod checkout;
mod client;
mod connection;
mod error;
mod errors;
mod facts;
mod frame;
mod introspect;
mod lane;
mod login;
mod pinned;
mod pool;
mod report;
mod sealed;
mod target;
mod transport;
mod words;

pub use administer::administer;
pub use cancel::CancelTarget;
pub use checkout::Checkout;
pub use connection::{BindValues, Connection, Status};
pub use error::UpstreamError;
pub use errors::{recorded, redact, redact_notice};
pub use facts::ServerFacts;
pub use frame::{Frame, Received, Tag};
pub use introspect::{introspect, introspect_with_views};
pub use lane::{Introduction, Lane};
pub use login::connect;
pub use pinned::Pinned;
pub use pool::{Pool, PoolLimits, PoolUse};
pub use report::{Report, ReportSeverity};
pub use sealed::SealedRows;
pub use target::{LoadAuthorityError, Target, Tls};
pub use words::{Sql, Words};
