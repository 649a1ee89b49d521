//! Clients that do not speak UTF-8: what they say and hear through the gate is, byte by byte, what they say and hear of PostgreSQL.
//!
//! | file | what |
//! |---|---|
//! | `words` | the warehouse and the gate |
//! | `client` | what a client writes and hears |
//! | `texts` | what a text can hold |
//! | `setting` | which encoding, from when to when |
//! | `inside` | what the gate makes of it |
//! | `clients` | psql and a driver |

mod client;
mod clients;
mod inside;
mod setting;
mod texts;
mod words;
