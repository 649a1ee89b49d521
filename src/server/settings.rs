//! The configuration's words as each room takes them.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;

use crate::audit::{self, JournalSettings};
use crate::base::Secret;
use crate::config::{self, ServerConfig, ServerLimits, WarehouseConfig};
use crate::enforce::StatementLimits;
use crate::policy::document;
use crate::session::{GateLimits, SessionLimits, StatementText};
use crate::upstream::{PoolLimits, Target, Tls};
use crate::wire::{Plaintext, TlsSettings, TlsVersion, WireLimits};

/// Name of the file in the state folder that keeps the mock logins of unknown names the same over restarts.
const LOGIN_SECRET: &str = "login.secret";

/// TLS towards clients.
pub(super) fn tls(server: &ServerConfig) -> TlsSettings {
    TlsSettings {
        certificate: server.tls.certificate.clone(),
        key: server.tls.key.clone(),
        min_version: match server.tls.min_version {
            document::TlsVersion::V1_2 => TlsVersion::V1_2,
            document::TlsVersion::V1_3 => TlsVersion::V1_3,
        },
        plaintext: match server.tls.plaintext {
            config::Plaintext::Refuse => Plaintext::Refuse,
            config::Plaintext::LoopbackOnly => Plaintext::LoopbackOnly,
        },
    }
}

/// A warehouse as it is connected to.
///
/// # Errors
/// Its authority's certificates cannot be used.
pub fn target(warehouse: &WarehouseConfig) -> anyhow::Result<Target> {
    let tls = match &warehouse.tls {
        config::UpstreamTls::Disable => Tls::Disabled,
        config::UpstreamTls::VerifyFull { ca } => {
            Tls::verify_full(ca).with_context(|| format!("{}: warehouse {}", warehouse.at, warehouse.name))?
        }
    };
    Ok(Target {
        warehouse: warehouse.name.clone(),
        host: warehouse.host.clone(),
        port: warehouse.port,
        database: warehouse.database.clone(),
        user: warehouse.user.clone(),
        password: warehouse.password.clone(),
        tls,
    })
}

/// How many connections to a warehouse.
pub(super) fn pool(warehouse: &WarehouseConfig, limits: &ServerLimits) -> PoolLimits {
    let number = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    PoolLimits {
        max_connections: number(warehouse.pool.max_connections),
        min_idle: number(warehouse.pool.min_idle),
        max_idle_time: warehouse.pool.max_idle_time,
        connection_wait: limits.connection_wait,
    }
}

/// Limits of the text of a statement.
pub fn statement_limits(limits: &ServerLimits) -> StatementLimits {
    let number = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    StatementLimits {
        statement_bytes: number(limits.statement_bytes),
        nesting: number(limits.nesting),
        parameters: usize::from(limits.parameters),
        value_bytes: limits.value_bytes,
    }
}

/// Limits of sessions and statements.
pub(super) fn gate_limits(limits: &ServerLimits) -> GateLimits {
    GateLimits {
        wire: WireLimits {
            statement_bytes: limits.statement_bytes,
            value_bytes: limits.value_bytes,
            parameters: limits.parameters,
        },
        statement: statement_limits(limits),
        result_bytes: limits.result_bytes,
        idle_in_transaction: limits.idle_in_transaction,
        login_timeout: limits.login_timeout,
    }
}

/// How many sessions.
pub(super) fn session_limits(limits: &ServerLimits) -> SessionLimits {
    let number = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    SessionLimits { sessions: number(limits.sessions), sessions_per_subject: number(limits.sessions_per_subject) }
}

/// What records keep of a statement's text.
pub(super) fn statement_text(text: config::StatementText) -> StatementText {
    match text {
        config::StatementText::Fingerprint => StatementText::Fingerprint,
        config::StatementText::Parameterised => StatementText::Parameterised,
        config::StatementText::Plain => StatementText::Plain,
    }
}

/// The journal.
pub(super) fn journal(server: &ServerConfig) -> JournalSettings {
    let durability = match server.audit.durability {
        config::Durability::Fsync => audit::Durability::Fsync,
        config::Durability::Os => {
            tracing::warn!("audit.durability is os: records survive the end of this process, not that of the machine");
            audit::Durability::Os
        }
    };
    JournalSettings { durability, ..JournalSettings::new(&server.audit.dir, server.node.clone()) }
}

/// The secret of mock logins; made at the first start.
pub(super) fn login_secret(state: &Path) -> anyhow::Result<Secret<[u8; 32]>> {
    let path = state.join(LOGIN_SECRET);
    let mut secret = [0; 32];
    match File::open(&path) {
        Ok(mut file) => file.read_exact(&mut secret).with_context(|| format!("read {}", path.display()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            std::fs::create_dir_all(state).with_context(|| format!("make the state folder {}", state.display()))?;
            getrandom::fill(&mut secret).context("make a secret for mock logins")?;
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
            let written =
                file.as_mut().map_err(|error| std::io::Error::from(error.kind())).and_then(|file| file.write_all(&secret));
            written.with_context(|| format!("write {}", path.display()))?;
        }
        Err(error) => return Err(error).with_context(|| format!("open {}", path.display())),
    }
    Ok(Secret::new(secret))
}
