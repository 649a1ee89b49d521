//! Bytes to and from the client: TLS, the start of a connection, messages, and the one place that builds an error packet.
//!
//! Knows no SQL and no policy. [`accept`] takes a fresh socket and gives a [`Connected`] client whose startup packet was read, or a
//! [`CancelRequest`]; [`ClientReader`] and [`ClientWriter`] are its two directions; [`close`] ends it so that the last words arrive.
//! Whatever the client sends is a message, a [`Rejected`] message that leaves the session alive, or a [`WireError`] that ends it.
//!
//! | file | what |
//! |---|---|
//! | `accept` | from the first byte to the startup packet: SSLRequest, direct TLS, GSSENCRequest, CancelRequest, versions |
//! | `startup` | the packets before the first message, decoded |
//! | `parameters` | what a startup packet asks for |
//! | `options` | the parameter `options`, split as PostgreSQL splits it |
//! | `tls` | certificate and key, reloadable, and what one handshake agreed on |
//! | `certificate` | what the server certificate says: its hash for channel binding, its end |
//! | `frontend` | the messages of a client |
//! | `decode` | bytes into those messages, without copies |
//! | `reader` | one message at a time, within limits |
//! | `limits` | how large a message may be |
//! | `backend` | the messages that the gate itself originates |
//! | `report` | `UserError` into ErrorResponse and NoticeResponse |
//! | `writer` | a bounded queue of messages, and bytes passed through |
//! | `test_kit` | for tests: certificates, packets, both ends of a connection |
//! | `spoken` | the encoding that a client speaks now |
//! | `stream` | a client socket with or without TLS, and its end |
//! | `error` | why a connection cannot go on |

mod accept;
mod backend;
mod certificate;
mod decode;
mod error;
mod frontend;
mod limits;
mod options;
mod parameters;
mod reader;
mod report;
mod spoken;
mod startup;
mod stream;
pub(crate) mod test_kit;
mod tls;
mod writer;

pub use accept::{Accepted, CancelRequest, Connected, accept};
pub use backend::{Backend, Field, TransactionStatus};
pub use decode::SaslInitial;
pub use error::WireError;
pub use frontend::{Bind, Format, Frontend, MessageKind, Parse, Rejected, Target, Text};
pub use limits::WireLimits;
pub use parameters::StartupParameters;
pub use reader::{ClientReader, Unread};
pub use spoken::Spoken;
pub use startup::ProtocolVersion;
pub use stream::close;
pub use tls::{LoadTlsError, Plaintext, TlsFacts, TlsSettings, TlsState, TlsVersion};
pub use writer::ClientWriter;
