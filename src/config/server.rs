//! The typed server configuration: paths absolute or from where the process stands, secrets read.

use std::path::PathBuf;
use std::time::Duration;

use core::net::SocketAddr;

use crate::base::{Secret, WarehouseName};
use crate::document::Span;
use crate::policy::document::TlsVersion;

use super::{FunctionSignature, ServerLimits, TypeName};

/// postern.yaml, with the files that it names read.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Name of this node in records, and of its journal.
    pub node: String,
    /// Where clients connect; port 0 = a free one.
    pub listen: Vec<SocketAddr>,
    /// Metrics and health; a loopback address.
    pub admin: Option<SocketAddr>,
    pub tls: ListenerTls,
    pub warehouses: Vec<WarehouseConfig>,
    /// Folder of the embedded store.
    pub state: PathBuf,
    pub audit: AuditConfig,
    pub limits: ServerLimits,
    pub log: Log,
}

/// TLS towards clients.
#[derive(Clone, Debug)]
pub struct ListenerTls {
    /// PEM, the gate's own certificate first.
    pub certificate: Vec<u8>,
    /// PEM.
    pub key: Secret<Vec<u8>>,
    pub min_version: TlsVersion,
    pub plaintext: Plaintext,
    /// Where `certificate` is written: the place of mistakes in certificate or key.
    pub at: Span,
}

/// Who may connect without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plaintext {
    Refuse,
    /// Clients on a loopback address. For development.
    LoopbackOnly,
}

/// One database that is guarded.
#[derive(Clone, Debug)]
pub struct WarehouseConfig {
    /// What contracts call it.
    pub name: WarehouseName,
    pub host: String,
    pub port: u16,
    pub database: String,
    pub user: String,
    pub password: Option<Secret<String>>,
    pub tls: UpstreamTls,
    pub pool: Pool,
    /// How unqualified names resolve.
    pub search_path: Vec<String>,
    /// The warehouse's own functions that vendors may call, each with its place.
    pub user_functions: Vec<(FunctionSignature, Span)>,
    /// The warehouse's own types that vendors may name besides those of columns, each with its place.
    pub user_types: Vec<(TypeName, Span)>,
    /// The warehouse's own text search configurations that vendors may name, each with its place.
    pub user_configurations: Vec<(TypeName, Span)>,
    /// The same of its text search dictionaries.
    pub user_dictionaries: Vec<(TypeName, Span)>,
    pub backend: Backend,
    /// The place of the name.
    pub at: Span,
}

/// TLS towards a warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpstreamTls {
    /// Plain text; the host is a loopback one.
    Disable,
    /// Certificate and host name are checked against this authority (PEM).
    VerifyFull { ca: Vec<u8> },
}

/// Connections to a warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    pub max_connections: u32,
    pub min_idle: u32,
    pub max_idle_time: Duration,
}

/// How substituted relations reach the warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// As sub-queries of the rewritten statement.
    Inline,
    /// As views that `postern views` makes; the login has no right on anything else.
    Views,
}

/// The journal.
#[derive(Clone, Debug)]
pub struct AuditConfig {
    pub dir: PathBuf,
    pub durability: Durability,
    pub statement_text: StatementText,
}

/// What a durable record survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The machine.
    Fsync,
    /// The process only.
    Os,
}

/// What the record keeps of a statement's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementText {
    Fingerprint,
    Parameterised,
    Plain,
}

/// The server's own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log {
    pub format: LogFormat,
    pub level: LogLevel,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// Least weight of what is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    /// As the configuration writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl ServerConfig {
    /// The warehouse that contracts call so.
    pub fn warehouse(&self, name: &WarehouseName) -> Option<&WarehouseConfig> {
        self.warehouses.iter().find(|warehouse| warehouse.name == *name)
    }
}
