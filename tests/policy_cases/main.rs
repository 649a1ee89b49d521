//! Enforcement from the outside, without a warehouse: readable cases, attacks, random statements, the deepest statements.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that stops is a test that fails"
)]

mod bed;
mod bypass;
mod case_file;
mod cases;
mod depth;
mod footprint;
mod generate;
mod permit;
mod random;
