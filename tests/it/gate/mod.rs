//! The gate before a real warehouse, with real psql in front.
//!
//! | file | what |
//! |---|---|
//! | `running` | a gate put together from a configuration folder |
//! | `folder` | that folder, and the warehouse behind it |
//! | `simple` | statements as psql sends them |
//! | `extended` | message by message, as PostgreSQL answers |
//! | `reflection` | what clients learn from the system catalogs |
//! | `wire` | a client that speaks messages |
//! | `ends` | cancel, limits, revocation, shutdown |

mod ends;
mod extended;
mod folder;
mod reflection;
mod running;
mod simple;
mod wire;
