//! The server's limits: what holds when nothing is written, and the bounds of what can be written. Every limit has a name, and a
//! statement or client that is over it gets an error that names it.

use std::time::Duration;

use crate::document::{Key, Kind, Node, Object};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// `limits` of postern.yaml.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerLimits {
    /// Client connections at the same time.
    pub sessions: u32,
    /// The same, of one person.
    pub sessions_per_subject: u32,
    /// Waiting for a warehouse connection; then 53300.
    pub connection_wait: Duration,
    /// Text of one message.
    pub statement_bytes: u32,
    /// Depth of a statement's syntax tree.
    pub nesting: u32,
    /// Parameters of a statement.
    pub parameters: u16,
    /// Values of one Bind together; also the largest value of a row, and what one size argument of a function asks for.
    pub value_bytes: u32,
    /// One result.
    pub result_bytes: u64,
    pub statement_timeout: Duration,
    pub idle_in_transaction: Duration,
    /// From the connection to the end of the login.
    pub login_timeout: Duration,
}

impl ServerLimits {
    /// What holds when nothing is written.
    pub const DEFAULT: Self = Self {
        sessions: 500,
        sessions_per_subject: 20,
        connection_wait: Duration::from_secs(30),
        statement_bytes: 256 << 10,
        nesting: 200,
        parameters: 1000,
        value_bytes: 64 << 20,
        result_bytes: 256 * MIB,
        statement_timeout: Duration::from_secs(15 * 60),
        idle_in_transaction: Duration::from_secs(60),
        login_timeout: Duration::from_secs(30),
    };

    /// The largest that can be written.
    pub const MAX: Self = Self {
        sessions: 100_000,
        sessions_per_subject: 100_000,
        connection_wait: Duration::from_secs(10 * 60),
        statement_bytes: 16 << 20,
        nesting: 500,
        parameters: u16::MAX,
        value_bytes: 1 << 30,
        result_bytes: 1024 * GIB,
        statement_timeout: Duration::from_secs(24 * 60 * 60),
        idle_in_transaction: Duration::from_secs(24 * 60 * 60),
        login_timeout: Duration::from_secs(5 * 60),
    };

    /// Takes the limits from a checked node; what is not written is the default.
    pub(super) fn read(node: Option<&Node>) -> Self {
        let get = |key: &str| node.and_then(|node| node.get(key));
        let default = Self::DEFAULT;
        let count = |key: &str| get(key).and_then(Node::count).and_then(|count| u32::try_from(count).ok());
        let size = |key: &str| get(key).and_then(Node::size);
        let small = |key: &str| size(key).and_then(|bytes| u32::try_from(bytes).ok());
        let duration = |key: &str| get(key).and_then(Node::duration);
        Self {
            sessions: count("sessions").unwrap_or(default.sessions),
            sessions_per_subject: count("sessions_per_subject").unwrap_or(default.sessions_per_subject),
            connection_wait: duration("connection_wait").unwrap_or(default.connection_wait),
            statement_bytes: small("statement_bytes").unwrap_or(default.statement_bytes),
            nesting: count("nesting").unwrap_or(default.nesting),
            parameters: count("parameters").and_then(|count| u16::try_from(count).ok()).unwrap_or(default.parameters),
            value_bytes: small("value_bytes").unwrap_or(default.value_bytes),
            result_bytes: size("result_bytes").unwrap_or(default.result_bytes),
            statement_timeout: duration("statement_timeout").unwrap_or(default.statement_timeout),
            idle_in_transaction: duration("idle_in_transaction").unwrap_or(default.idle_in_transaction),
            login_timeout: duration("login_timeout").unwrap_or(default.login_timeout),
        }
    }
}

const fn count(max: u32) -> Kind {
    Kind::Integer { min: 1, max: max as i64 }
}

const fn time(max: Duration) -> Kind {
    Kind::Duration { min: Duration::from_secs(1), max }
}

const MAX: ServerLimits = ServerLimits::MAX;

/// The key table of `limits`.
pub(super) static LIMITS: Object = Object::closed(
    "limit list",
    &[
        Key::optional("sessions", count(MAX.sessions), "Client connections at the same time.").default("500"),
        Key::optional("sessions_per_subject", count(MAX.sessions_per_subject), "The same, of one person.").default("20"),
        Key::optional("connection_wait", time(MAX.connection_wait), "Waiting for a warehouse connection; then 53300.")
            .default("30s"),
        Key::optional("statement_bytes", Kind::Size { min: KIB, max: MAX.statement_bytes as u64 }, "Text of one message.")
            .default("256KiB"),
        Key::optional("nesting", Kind::Integer { min: 10, max: MAX.nesting as i64 }, "Depth of a statement.").default("200"),
        Key::optional("parameters", Kind::Integer { min: 1, max: MAX.parameters as i64 }, "Parameters of a statement.")
            .default("1000"),
        Key::optional(
            "value_bytes",
            Kind::Size { min: KIB, max: MAX.value_bytes as u64 },
            "One value, what one size argument (repeat, lpad, generate_series) asks for, and all parameters of one statement together.",
        )
        .default("64MiB"),
        Key::optional("result_bytes", Kind::Size { min: KIB, max: MAX.result_bytes }, "One result.").default("256MiB"),
        Key::optional("statement_timeout", time(MAX.statement_timeout), "Longest time that a statement may run.").default("15m"),
        Key::optional("idle_in_transaction", time(MAX.idle_in_transaction), "Longest rest within a transaction.").default("60s"),
        Key::optional("login_timeout", time(MAX.login_timeout), "From the connection to the end of the login.").default("30s"),
    ],
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Diagnostics, parse};

    #[test]
    fn the_defaults_that_the_table_tells_are_those_that_hold() {
        let written: Vec<String> = LIMITS.keys.iter().map(|key| format!("{}: {}", key.name, key.default.unwrap())).collect();
        assert_eq!(written.len(), 11);
        let node = parse("f", &written.join("\n"), &mut Diagnostics::new()).unwrap();
        let mut limits = ServerLimits::read(Some(&node));
        assert_eq!(limits, ServerLimits::DEFAULT);
        let node = parse("f", "sessions: 7", &mut Diagnostics::new()).unwrap();
        limits.sessions = 7;
        assert_eq!(ServerLimits::read(Some(&node)), limits);
    }
}
