//! Postern: the guarded gate between a Postgres-speaking warehouse and the people who are not on its payroll.
//!
//! The rooms in reading order; ARCHITECTURE.md tells what each one promises and `tests/tidy.rs` checks who may name whom.
pub mod access;
pub mod admin;
pub mod analyze;
pub mod audit;
pub mod auth;
pub mod base;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod contract;
pub mod document;
pub mod enforce;
pub mod mask;
pub mod parse;
pub mod policy;
pub mod rewrite;
pub mod runtime;
pub mod server;
pub mod session;
pub mod telemetry;
pub mod upstream;
pub mod views;
pub mod wire;
pub mod witness;
