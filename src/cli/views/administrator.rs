//! `--warehouse`: the warehouse as its administrator connects to it. The password comes from a file or the environment, never from the command line.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};

use crate::cli::connection::{Connection, SslMode};
use crate::cli::password::first_line;
use crate::cli::protection::Protection;
use crate::config::{self, WarehouseConfig};
use crate::server;
use crate::upstream::Target;

/// Where the administrator connects to. It must be the database of the configuration.
///
/// # Errors
/// The text cannot be used or holds a password; the password's file cannot be read; another database; no protected way there.
pub(super) fn target(text: &str, password_file: Option<&Path>, warehouse: &WarehouseConfig) -> Result<Target, anyhow::Error> {
    let mut connection = Connection::parse(text, &environment).context("--warehouse")?;
    ensure!(
        connection.password.is_none(),
        "--warehouse holds a password, which others can see in the list of processes: use --password-file or PGPASSWORD"
    );
    connection.password = match password_file {
        Some(path) => Some(first_line(&fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?)),
        None => config::environment("PGPASSWORD").filter(|value| !value.is_empty()).map(crate::base::Secret::new),
    };
    ensure!(
        connection.database == warehouse.database,
        "--warehouse names database {}, and warehouse {} is database {}",
        connection.database,
        warehouse.name,
        warehouse.database
    );
    let configured = server::target(warehouse)?;
    // The way to the same host is the one that is configured, unless another one is asked for.
    let is_same_host = connection.host == configured.host && connection.ssl_root_cert.is_none();
    let tls = match connection.ssl_mode {
        SslMode::Unsaid | SslMode::Demand if is_same_host => configured.tls.clone(),
        SslMode::Unsaid | SslMode::Demand | SslMode::Disable => {
            Protection::choose(&connection).and_then(|protection| protection.tls()).context("--warehouse")?
        }
    };
    Ok(Target {
        host: connection.host,
        port: connection.port,
        user: connection.user,
        password: connection.password,
        tls,
        ..configured
    })
}

/// libpq's variables, but for the password: it must not be taken for one that was written on the command line.
fn environment(name: &str) -> Option<String> {
    if name == "PGPASSWORD" { None } else { config::environment(name) }
}
