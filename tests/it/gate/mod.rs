//! The gate before a real warehouse, with real psql in front.
//!
//! | file | what |
//! |---|---|
//! | `running` | a gate put together from a configuration folder |
//! | `served` | a gate as `postern serve` runs it |
//! | `folder` | that folder, and the warehouse behind it |
//! | `simple` | statements as psql sends them |
//! | `extended` | message by message, as PostgreSQL answers |
//! | `reflection` | what clients learn from the system catalogs |
//! | `wire` | a client that speaks messages |
//! | `catalogs` | what the catalogs tell of hidden things: nothing |
//! | `ends` | cancel, limits, revocation, shutdown |
//! | `drift` | a warehouse that changes under its contracts |
//! | `views` | the views back-end |

mod catalogs;
mod drift;
mod ends;
mod extended;
mod folder;
mod reflection;
mod running;
mod served;
mod simple;
mod views;
mod wire;

pub(crate) use folder::{PASSWORD, Texts, write};
pub(crate) use running::{Gate, said};
pub(crate) use wire::{Say, Speaker};
