//! Where a proxy that rewrites statements leaks or lies, and what closes each hole: `docs/enforcement.md` lists the rules, these are their tests.
//!
//! Each test runs through the gate, with real psql, on every PostgreSQL that is found, and fails when its rule is taken out of the code.
//!
//! | file | what |
//! |---|---|
//! | `world` | a small warehouse, a grant over it, a gate in between |
//! | `fence` | a client's expression meets no hidden row and no raw value |
//! | `settings` | what a client may change never changes what he sees; keys stay secret |
//! | `names` | types, rows and registry values tell no name; users' objects take no part |
//! | `extensions` | extensions: what of them is served, and that it answers as it does without a gate |
//! | `errors` | errors, EXPLAIN and JIT tell nothing |
//! | `answers` | the answer is that of the masked views, or there is none |
//! | `masks` | masks at the edges of their types |
//! | `newest` | what only the newest PostgreSQL has |
//! | `plans` | what is sent keeps joins, indexes and partitions |
//! | `numbers` | sequences |
//! | `catalogs` | the system relations, side by side |
//! | `dumps` | pg_dump, what it locks and asks |
//! | `traps` | what others fell into |

mod answers;
mod catalogs;
mod dumps;
mod errors;
mod extensions;
mod fence;
mod masks;
mod names;
mod newest;
mod numbers;
mod plans;
mod settings;
mod traps;
mod world;
