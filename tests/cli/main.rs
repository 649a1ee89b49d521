//! The command line as a shell meets it: the built program, its words, its exit codes. No server is needed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

mod check;
mod explain;
mod help;
mod policy_test;
mod shell;
mod support;
