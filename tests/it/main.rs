//! All end-to-end tests in one binary: real PostgreSQL, real clients.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that stops is a test that fails"
)]

mod catalogs;
mod encodings;
mod enforcement;
mod gate;
mod harness;
mod hostile;
mod introspect;
mod masks;
mod memory;
mod recipes;
mod scaffold;
mod storm;
mod upstream;
