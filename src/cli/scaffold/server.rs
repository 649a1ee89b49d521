//! postern.yaml of a scaffold.

use std::time::Duration;

use crate::catalog::Catalog;
use crate::cli::connection::Connection;
use crate::cli::protection::Protection;
use crate::config::ServerLimits;

use super::selection::Selection;
use super::yaml::{comment, list, quoted};

/// Fits the 100 connections that PostgreSQL accepts unless it is told otherwise, with room for others.
const POOL: u32 = 80;

/// The server's configuration.
pub(super) fn postern(
    connection: &Connection,
    protection: &Protection,
    selection: &Selection<'_>,
    catalog: &Catalog,
    plaintext_loopback: bool,
) -> String {
    let plaintext = if plaintext_loopback {
        "\n  plaintext: loopback_only # for development: loopback clients may leave TLS out"
    } else {
        ""
    };
    let tls = match protection {
        Protection::Loopback => "{mode: disable} # accepted because the host is a loopback one".to_owned(),
        Protection::Verified(_) => {
            "{mode: verify-full, ca: \"file:keys/warehouse-ca.crt\"} # the certificate must name the host".to_owned()
        }
    };
    let password = if connection.password.is_some() { "\n    password: \"file:keys/warehouse.password\"" } else { "" };
    let (functions, functions_left_out) = user_allow(&selection.functions, &selection.functions_left_out);
    let (types, types_left_out) = user_allow(&selection.types, &selection.types_left_out);
    let (configurations, _) = user_allow(&selection.configurations, &[]);
    let (dictionaries, _) = user_allow(&selection.dictionaries, &[]);
    format!(
        "\
# Drafted by `postern scaffold`. Limits are as wide as they go.
apiVersion: postern.dev/v1
kind: Config
listen: [\"127.0.0.1:6432\"]
admin: \"127.0.0.1:6433\"
tls:
  certificate: \"file:keys/server.crt\" # self-signed, for localhost, 127.0.0.1 and ::1
  key: \"file:keys/server.key\"
  min_version: \"1.2\"{plaintext}
warehouses:
  warehouse:
    host: {host}
    port: {port}
    database: {database}
    user: {user}{password}
    tls: {tls}
    # Within the warehouse's own max_connections.
    pool: {{max_connections: {POOL}, min_idle: 0, max_idle_time: 10m}}
    # As the role finds it in the live database.
    search_path: {search_path}
    functions:
      # The chosen schemas' own functions that are immutable or stable.
      user_allow:{functions}{functions_left_out}
    types:
      # Their own enums, domains, composites and ranges.
      user_allow:{types}{types_left_out}
    text_search:
      # Their own text search configurations and dictionaries.
      configurations:{configurations}
      dictionaries:{dictionaries}
    backend: inline
policy: policy.yaml
people: people.yaml
contracts: contracts
state: state
audit: {{dir: audit, durability: fsync, statement_text: parameterised}}
limits:
{limits}log: {{format: text, level: info}}
",
        host = quoted(&connection.host),
        port = connection.port,
        database = quoted(&connection.database),
        user = quoted(&connection.user),
        search_path = list(&catalog.search_path),
        limits = limits(&ServerLimits::MAX),
    )
}

/// A list of names as YAML, and what is left out as comments with the reasons.
fn user_allow(names: &[String], left_out: &[(String, String)]) -> (String, String) {
    let allow: String = names.iter().map(|name| format!("\n        - {}", quoted(name))).collect();
    let left_out = left_out.iter().map(|(name, why)| format!("\n      {}", comment(&format!("left out: {name}: {why}"))));
    (if allow.is_empty() { " []".to_owned() } else { allow }, left_out.collect())
}

fn limits(max: &ServerLimits) -> String {
    let seconds = |span: Duration| format!("{}s", span.as_secs());
    let kib = |bytes: u64| format!("{}KiB", bytes >> 10);
    [
        ("sessions", max.sessions.to_string()),
        ("sessions_per_subject", max.sessions_per_subject.to_string()),
        ("connection_wait", seconds(max.connection_wait)),
        ("statement_bytes", kib(max.statement_bytes.into())),
        ("nesting", max.nesting.to_string()),
        ("parameters", max.parameters.to_string()),
        ("value_bytes", kib(max.value_bytes.into())),
        ("result_bytes", kib(max.result_bytes)),
        ("statement_timeout", seconds(max.statement_timeout)),
        ("idle_in_transaction", seconds(max.idle_in_transaction)),
        ("login_timeout", seconds(max.login_timeout)),
    ]
    .into_iter()
    .map(|(name, value)| format!("  {name}: {value}\n"))
    .collect()
}
