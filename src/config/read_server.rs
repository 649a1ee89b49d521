//! postern.yaml → model. The key table is checked first; here is what a table cannot say, and the files that it names are read.

use std::path::Path;
use std::time::Duration;

use core::net::{IpAddr, SocketAddr};

use crate::base::{Secret, WarehouseName};
use crate::document::{Diagnostics, Entry, Node, Span, check};
use crate::policy::document::TlsVersion;

use super::server::{
    AuditConfig, Backend, Durability, ListenerTls, Log, LogFormat, LogLevel, Plaintext, Pool, ServerConfig, StatementText,
    UpstreamTls, WarehouseConfig,
};
use super::shape::SHAPE;
use super::{FunctionSignature, SecretRef, ServerLimits, TypeName};

/// Reads the server's configuration and tells every mistake; relative paths are taken from `folder`. `None` when a part that it
/// cannot do without is missing or wrong.
pub(super) fn read_server(document: &Node, folder: &Path, diagnostics: &mut Diagnostics) -> Option<ServerConfig> {
    check(document, &SHAPE, diagnostics);
    let admin = document.get("admin");
    if let Some(node) = admin.filter(|node| address(node).is_some_and(|address| !address.ip().is_loopback())) {
        diagnostics
            .push(&node.at, "expected a loopback address such as 127.0.0.1:6433: the admin listener has neither TLS nor a login");
    }
    let warehouses = document.get("warehouses").map(Node::entries).unwrap_or_default();
    let warehouses: Vec<Option<WarehouseConfig>> = warehouses.iter().map(|entry| warehouse(entry, folder, diagnostics)).collect();
    let tls = document.get("tls").and_then(|node| listener_tls(node, folder, diagnostics));
    Some(ServerConfig {
        node: text(document, "node").unwrap_or("postern").to_owned(),
        listen: document.get("listen")?.items().iter().map(address).collect::<Option<_>>()?,
        admin: admin.and_then(address),
        tls: tls?,
        warehouses: warehouses.into_iter().collect::<Option<_>>()?,
        state: folder.join(text(document, "state").unwrap_or("state")),
        audit: audit(document.get("audit")?, folder)?,
        limits: ServerLimits::read(document.get("limits")),
        log: log(document.get("log")),
    })
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key)?.text()
}

fn address(node: &Node) -> Option<SocketAddr> {
    node.text()?.parse().ok()
}

/// The secret behind a reference; why it cannot be read is told at the reference.
fn secret(node: &Node, folder: &Path, diagnostics: &mut Diagnostics) -> Option<Secret<Vec<u8>>> {
    told(SecretRef::parse(node.text()?, folder)?.read(), &node.at, diagnostics)
}

fn public(node: &Node, folder: &Path, diagnostics: &mut Diagnostics) -> Option<Vec<u8>> {
    told(SecretRef::parse(node.text()?, folder)?.read_public(), &node.at, diagnostics)
}

fn told<T>(read: Result<T, String>, at: &Span, diagnostics: &mut Diagnostics) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(message) => {
            diagnostics.push(at, message);
            None
        }
    }
}

fn listener_tls(node: &Node, folder: &Path, diagnostics: &mut Diagnostics) -> Option<ListenerTls> {
    let certificate = node.get("certificate").and_then(|node| Some((public(node, folder, diagnostics)?, node.at.clone())));
    let key = node.get("key").and_then(|node| secret(node, folder, diagnostics));
    let (certificate, at) = certificate?;
    Some(ListenerTls {
        certificate,
        key: key?,
        min_version: if text(node, "min_version") == Some("1.3") { TlsVersion::V1_3 } else { TlsVersion::V1_2 },
        plaintext: if text(node, "plaintext") == Some("loopback_only") { Plaintext::LoopbackOnly } else { Plaintext::Refuse },
        at,
    })
}

fn warehouse(entry: &Entry, folder: &Path, diagnostics: &mut Diagnostics) -> Option<WarehouseConfig> {
    let node = &entry.value;
    let host = text(node, "host");
    let tls = node.get("tls").and_then(|tls| upstream_tls(tls, host, folder, diagnostics));
    let password = node.get("password").map(|reference| password(reference, folder, diagnostics));
    let functions = node.get("functions").and_then(|functions| functions.get("user_allow")).map(Node::items).unwrap_or_default();
    let types = node.get("types").and_then(|types| types.get("user_allow")).map(Node::items).unwrap_or_default();
    Some(WarehouseConfig {
        name: WarehouseName::new(entry.key.as_str()),
        host: host?.to_owned(),
        port: node.get("port").and_then(Node::integer).map_or(Some(5432), |port| u16::try_from(port).ok())?,
        database: text(node, "database")?.to_owned(),
        user: text(node, "user")?.to_owned(),
        password: match password {
            Some(read) => Some(read?),
            None => None,
        },
        tls: tls?,
        pool: pool(node.get("pool")),
        search_path: match node.get("search_path") {
            Some(listed) => listed.texts().into_iter().map(|schema| schema.value).collect(),
            None => vec!["public".to_owned()],
        },
        user_functions: functions
            .iter()
            .filter_map(|node| Some((FunctionSignature::parse(node.text()?)?, node.at.clone())))
            .collect(),
        user_types: types.iter().filter_map(|node| Some((TypeName::parse(node.text()?)?, node.at.clone()))).collect(),
        user_configurations: text_search(node, "configurations"),
        user_dictionaries: text_search(node, "dictionaries"),
        backend: if text(node, "backend") == Some("views") { Backend::Views } else { Backend::Inline },
        at: entry.key_at.clone(),
    })
}

fn text_search(node: &Node, list: &str) -> Vec<(TypeName, Span)> {
    let named = node.get("text_search").and_then(|lists| lists.get(list)).map(Node::items).unwrap_or_default();
    named.iter().filter_map(|node| Some((TypeName::parse(node.text()?)?, node.at.clone()))).collect()
}

fn password(node: &Node, folder: &Path, diagnostics: &mut Diagnostics) -> Option<Secret<String>> {
    let bytes = secret(node, folder, diagnostics)?;
    match String::from_utf8(bytes.reveal().clone()) {
        Ok(password) => Some(Secret::new(password)),
        Err(_) => {
            diagnostics.push(&node.at, "the password is not text in UTF-8");
            None
        }
    }
}

fn upstream_tls(node: &Node, host: Option<&str>, folder: &Path, diagnostics: &mut Diagnostics) -> Option<UpstreamTls> {
    match text(node, "mode")? {
        "disable" => {
            if host.is_some_and(|host| !is_loopback(host)) {
                diagnostics.push(&node.at, "mode disable is accepted for a loopback host only: use verify-full with ca");
            }
            Some(UpstreamTls::Disable)
        }
        "verify-full" => {
            let Some(ca) = node.get("ca") else {
                diagnostics.push(&node.at, "mode verify-full needs ca, the authority that signed the warehouse's certificate");
                return None;
            };
            public(ca, folder, diagnostics).map(|ca| UpstreamTls::VerifyFull { ca })
        }
        _ => None,
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

fn pool(node: Option<&Node>) -> Pool {
    let get = |key: &str| node.and_then(|node| node.get(key));
    let count =
        |key: &str, default| get(key).and_then(Node::count).and_then(|count| u32::try_from(count).ok()).unwrap_or(default);
    let max_connections = count("max_connections", 40);
    Pool {
        max_connections,
        min_idle: count("min_idle", 0).min(max_connections),
        max_idle_time: get("max_idle_time").and_then(Node::duration).unwrap_or(Duration::from_secs(600)),
    }
}

fn audit(node: &Node, folder: &Path) -> Option<AuditConfig> {
    Some(AuditConfig {
        dir: folder.join(text(node, "dir")?),
        durability: if text(node, "durability") == Some("os") { Durability::Os } else { Durability::Fsync },
        statement_text: match text(node, "statement_text") {
            Some("fingerprint") => StatementText::Fingerprint,
            Some("plain") => StatementText::Plain,
            Some(_) | None => StatementText::Parameterised,
        },
    })
}

fn log(node: Option<&Node>) -> Log {
    let word = |key: &str| node.and_then(|node| text(node, key));
    Log {
        format: if word("format") == Some("json") { LogFormat::Json } else { LogFormat::Text },
        level: match word("level") {
            Some("error") => LogLevel::Error,
            Some("warn") => LogLevel::Warn,
            Some("debug") => LogLevel::Debug,
            Some("trace") => LogLevel::Trace,
            Some(_) | None => LogLevel::Info,
        },
    }
}
