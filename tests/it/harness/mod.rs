//! What end-to-end tests stand on.
//!
//! | file | what |
//! |---|---|
//! | `postgres` | a throwaway PostgreSQL server, and psql |

mod postgres;

pub(crate) use postgres::{Postgres, PostgresBuilder};
