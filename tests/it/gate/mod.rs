//! The gate before a real warehouse, with real psql in front.
//!
//! | file | what |
//! |---|---|
//! | `running` | a gate put together from a configuration folder |
//! | `served` | a gate as `postern serve` runs it |
//! | `folder` | that folder, and the warehouse behind it |
//! | `shop` | the gate as a process of its own |
//! | `interactive` | psql that waits for its next line |
//! | `simple` | statements as psql sends them |
//! | `extended` | message by message, as PostgreSQL answers |
//! | `sequences` | random sequences of messages |
//! | `model` | settings, prepared statements and cursors as statements read them |
//! | `names` | the client's names of objects, wherever a value writes them |
//! | `reflection` | what clients learn from the system catalogs |
//! | `wire` | a client that speaks messages |
//! | `catalogs` | what the catalogs tell of hidden things: nothing |
//! | `functions` | the warehouse's own functions |
//! | `types` | every slot that names a type |
//! | `errors` | what an error of the warehouse tells |
//! | `told` | what is said of names that the client wrote and nothing has |
//! | `in_band` | what a person learns of their own access with psql |
//! | `hidden` | what is hidden reads as what is missing |
//! | `encoding` | clients that do not speak UTF-8 |
//! | `activity` | what the own sessions do |
//! | `ends` | cancel, limits, revocation, shutdown |
//! | `sizes` | size arguments and their bound |
//! | `drift` | a warehouse that changes under its contracts |
//! | `views` | the views back-end |
//! | `reload` | what a new configuration does to sessions |
//! | `restart` | crash and shutdown of the process |
//! | `access_ends` | sessions end with what opened them |
//! | `recorded` | every way to rows has its record |
//! | `closed` | what is broken lets nothing through |

mod access_ends;
mod activity;
mod catalogs;
mod closed;
mod drift;
mod encoding;
mod ends;
mod errors;
mod extended;
mod folder;
mod functions;
mod hidden;
mod in_band;
mod interactive;
mod last_words;
mod model;
mod names;
mod psql;
mod recorded;
mod reflection;
mod reload;
mod restart;
mod running;
mod sequences;
mod served;
mod shop;
mod simple;
mod sizes;
mod told;
mod types;
mod views;
mod wire;

pub(crate) use folder::{PASSWORD, Texts, write};
pub(crate) use running::{Gate, said};
pub(crate) use wire::{Say, Speaker};
