//! What end-to-end tests stand on.
//!
//! | file | what |
//! |---|---|
//! | `documents` | policies and contracts |
//! | `installation` | which PostgreSQL servers are there |
//! | `postgres` | a throwaway PostgreSQL server, and psql |
//! | `raw` | a client that speaks the protocol byte by byte |
//! | `serving` | the program itself as a gate, and psql through it |

pub(crate) mod documents;
mod installation;
mod postgres;
mod raw;
mod serving;

pub(crate) use installation::{Installation, binary};
pub(crate) use postgres::Postgres;
pub(crate) use raw::{Message, Raw};
pub(crate) use serving::{Login, Serving, done, postern, text};

use std::sync::Arc;
use std::time::Duration;

use postern::base::{Secret, WarehouseName};
use postern::catalog::Catalog;
use postern::runtime::Clock;
use postern::upstream::{Target, Tls};

/// The server as a warehouse, over loopback.
pub(crate) fn target(server: &Postgres, database: &str, user: &str, password: Option<&str>) -> Arc<Target> {
    Arc::new(Target {
        warehouse: WarehouseName::new("test"),
        host: "127.0.0.1".to_owned(),
        port: server.port,
        database: database.to_owned(),
        user: user.to_owned(),
        password: password.map(|password| Secret::new(password.to_owned())),
        tls: Tls::Disabled,
    })
}

/// The catalogs of a database, as the gate reads them.
pub(crate) fn introspect(server: &Postgres, database: &str) -> Catalog {
    let target = target(server, database, "postgres", None);
    block_on(async move { postern::upstream::introspect(&target).await.unwrap() })
}

/// How long something that must happen may take, before the test fails instead of waiting for ever.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until it is so.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let clock = Clock::system();
    let begun = clock.monotonic();
    while !is_so() {
        assert!(clock.monotonic() - begun < PATIENCE, "it never came to pass: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs a future on a runtime of its own.
pub(crate) fn block_on<F>(future: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let task = runtime.spawn(future);
    runtime.block_on(task).unwrap()
}
