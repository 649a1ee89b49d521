//! Enforcement from the outside, without a warehouse: readable cases, attacks, random statements, the deepest statements.

mod bed;
mod bypass;
mod case_file;
mod cases;
mod depth;
mod permit;
mod random;
