//! Proves who a client is. Everybody who fails, for whatever reason, reads the same sentence after the same exchange.
//!
//! [`Authenticator::authenticate`] is the door: a [`crate::wire::Connected`] client in, an [`Identity`] out. The people of the provider
//! `local` are known by SCRAM verifiers alone; nothing here can tell a password.
//!
//! | file | what |
//! |---|---|
//! | `login` | the conversation with the client |
//! | `scram` | SCRAM-SHA-256 and SCRAM-SHA-256-PLUS, the server's side, without I/O |
//! | `attributes` | the syntax of SCRAM messages |
//! | `verifier` | a stored SCRAM verifier: read, made, written |
//! | `people` | who may log in, and the stand-in for those who may not |
//! | `throttle` | how often may be guessed |
//! | `identity` | who it is, proven |
//! | `error` | why a login failed: one sentence for the client, the reason for the record |
//! | `mac` | HMAC-SHA-256 |

mod attributes;
mod error;
mod identity;
mod login;
mod mac;
mod people;
mod scram;
mod throttle;
mod verifier;

pub use error::{AuthError, LoginFailure};
pub use identity::{AuthMethod, Identity};
pub use login::Authenticator;
pub use people::{People, Person};
pub use verifier::{ParseVerifierError, Verifier};
