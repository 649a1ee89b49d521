//! All end-to-end tests in one binary: real PostgreSQL, real clients.

mod gate;
mod harness;
mod introspect;
mod masks;
mod scaffold;
mod upstream;
