//! Every setting that a client can name, and what it may do with it. What is not listed cannot be set and is not shown.

/// One setting.
#[derive(Debug)]
pub(in crate::session) struct Setting {
    /// As PostgreSQL writes it; names are compared without case.
    pub name: &'static str,
    pub kind: Kind,
    pub default: DefaultValue,
    pub effect: Effect,
    /// Told by ParameterStatus at login and after each change.
    pub reported: bool,
    /// For SHOW ALL.
    pub about: &'static str,
}

/// Which values a setting takes.
#[derive(Debug)]
pub(in crate::session) enum Kind {
    Boolean,
    DateStyle,
    /// The name of a character set.
    Encoding,
    /// Milliseconds, with a unit when written; 0 is "none". A limit of the gate may lower it.
    Duration,
    /// One of these words.
    Enum(&'static [&'static str]),
    Integer {
        min: i64,
        max: i64,
    },
    /// Only this value; another one is refused with the reason.
    Fixed {
        value: &'static str,
        why: &'static str,
    },
    IntervalStyle,
    /// The session's: SHOW tells it, SET is refused.
    ReadOnly,
    /// A number of at least that.
    Real {
        min: f64,
    },
    /// `off`: an error instead of rows that a policy filters. Only where no relation of the grant has a row filter.
    RowSecurity,
    SearchPath,
    /// The user of the session: DEFAULT is who it is, and it is nobody else.
    SessionUser,
    /// Text, printable ASCII after cleaning.
    Text,
    TimeZone,
    /// Of the running transaction: SET is SET TRANSACTION.
    Transaction,
}

/// Where the value comes from before anybody sets it.
#[derive(Debug)]
pub(in crate::session) enum DefaultValue {
    /// What the warehouse says of the setting of that name.
    Server,
    /// The session puts it in: user name, search_path, limits.
    Session,
    Value(&'static str),
}

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::session) enum Effect {
    /// The gate's own model alone.
    Gate,
    /// What the warehouse prints or does: told to it in the same transaction.
    Mirrored,
}

const ISOLATION: Kind = Kind::Enum(&["serializable", "repeatable read", "read committed", "read uncommitted"]);
const MESSAGES: Kind =
    Kind::Enum(&["debug5", "debug4", "debug3", "debug2", "debug1", "debug", "log", "info", "notice", "warning", "error"]);

const fn setting(name: &'static str, kind: Kind, default: DefaultValue, effect: Effect, about: &'static str) -> Setting {
    Setting { name, kind, default, effect, reported: false, about }
}

const fn reported(setting: Setting) -> Setting {
    Setting { reported: true, ..setting }
}

const fn shown(name: &'static str, about: &'static str) -> Setting {
    setting(name, Kind::ReadOnly, DefaultValue::Server, Effect::Gate, about)
}

const fn fixed(name: &'static str, value: &'static str, why: &'static str, about: &'static str) -> Setting {
    setting(name, Kind::Fixed { value, why }, DefaultValue::Value(value), Effect::Gate, about)
}

use DefaultValue::{Server, Session, Value};
use Effect::{Gate, Mirrored};

/// All settings, in the order of SHOW ALL.
#[rustfmt::skip]
pub(in crate::session) static ALL: &[Setting] = &[
    reported(setting("application_name", Kind::Text, Session, Gate, "The name of the application, as the record keeps it.")),
    shown("block_size", "The size of a disk block."),
    setting("bytea_output", Kind::Enum(&["escape", "hex"]), Server, Mirrored, "The output format for bytea."),
    reported(setting("client_encoding", Kind::Encoding, Value("UTF8"), Mirrored, "The client's character set encoding.")),
    setting("client_min_messages", MESSAGES, Server, Gate, "The message levels that are sent to the client."),
    reported(setting("DateStyle", Kind::DateStyle, Server, Mirrored, "The display format for date and time values.")),
    shown("default_table_access_method", "The default table access method for new tables."),
    fixed("default_tablespace", "", "Nothing is made here.", "The default tablespace to create tables and indexes in."),
    shown("default_text_search_config", "The default text search configuration."),
    setting("default_transaction_deferrable", Kind::Boolean, Value("off"), Mirrored, "The default deferrable status of new transactions."),
    setting("default_transaction_isolation", ISOLATION, Server, Mirrored, "The isolation level of each new transaction."),
    reported(setting("default_transaction_read_only", Kind::Boolean, Value("off"), Gate, "The default read-only status of new transactions.")),
    fixed("escape_string_warning", "on", "The gate reads strings in one way.", "Warn about backslash escapes in ordinary strings."),
    setting("extra_float_digits", Kind::Integer { min: -15, max: 3 }, Server, Mirrored, "The number of digits displayed for floating-point values."),
    setting("idle_in_transaction_session_timeout", Kind::Duration, Session, Gate, "The longest idle time between statements in a transaction."),
    setting("idle_session_timeout", Kind::Duration, Session, Gate, "The longest idle time between statements outside a transaction."),
    reported(setting("in_hot_standby", Kind::ReadOnly, Server, Gate, "Whether hot standby is active.")),
    reported(setting("integer_datetimes", Kind::ReadOnly, Server, Gate, "Whether datetimes are integer based.")),
    reported(setting("IntervalStyle", Kind::IntervalStyle, Server, Mirrored, "The display format for interval values.")),
    reported(setting("is_superuser", Kind::ReadOnly, Value("off"), Gate, "Whether the current user is a superuser.")),
    setting("jit", Kind::Boolean, Value("on"), Gate, "Allow JIT compilation."),
    setting("jit_above_cost", Kind::Real { min: -1.0 }, Value("100000"), Gate, "Perform JIT compilation if query is more expensive."),
    setting("jit_inline_above_cost", Kind::Real { min: -1.0 }, Value("500000"), Gate, "Perform JIT inlining if query is more expensive."),
    setting("jit_optimize_above_cost", Kind::Real { min: -1.0 }, Value("500000"), Gate, "Optimize JIT-compiled functions if query is more expensive."),
    shown("lc_collate", "The collation order locale."),
    shown("lc_ctype", "The character classification and case conversion locale."),
    shown("lc_messages", "The language in which messages are displayed."),
    shown("lc_monetary", "The locale for formatting monetary amounts."),
    shown("lc_numeric", "The locale for formatting numbers."),
    shown("lc_time", "The locale for formatting date and time values."),
    setting("lock_timeout", Kind::Duration, Server, Mirrored, "The longest wait for a lock."),
    shown("max_connections", "The maximum number of concurrent connections."),
    shown("max_function_args", "The maximum number of function arguments."),
    shown("max_identifier_length", "The maximum identifier length."),
    shown("max_index_keys", "The maximum number of index keys."),
    setting("max_prepared_transactions", Kind::ReadOnly, Value("0"), Gate, "The maximum number of simultaneously prepared transactions."),
    setting("password_encryption", Kind::Enum(&["md5", "scram-sha-256"]), Value("scram-sha-256"), Gate, "The algorithm for encrypting passwords."),
    fixed("role", "none", "A session has one user here.", "The current role."),
    setting("row_security", Kind::RowSecurity, Value("on"), Mirrored, "Enable row security."),
    setting("search_path", Kind::SearchPath, Session, Gate, "The schema search order for names that are not schema-qualified."),
    shown("segment_size", "The number of pages per disk file."),
    reported(setting("server_encoding", Kind::ReadOnly, Server, Gate, "The server's character set encoding.")),
    reported(setting("server_version", Kind::ReadOnly, Server, Gate, "The server version.")),
    shown("server_version_num", "The server version as an integer."),
    reported(setting("session_authorization", Kind::SessionUser, Session, Gate, "The session user name.")),
    reported(fixed("standard_conforming_strings", "on", "The gate reads strings in one way.", "Causes '...' strings to treat backslashes literally.")),
    setting("statement_timeout", Kind::Duration, Session, Mirrored, "The longest duration of a statement."),
    shown("superuser_reserved_connections", "The number of connection slots reserved for superusers."),
    setting("synchronize_seqscans", Kind::Boolean, Value("on"), Gate, "Enable synchronized sequential scans."),
    reported(setting("TimeZone", Kind::TimeZone, Server, Mirrored, "The time zone for displaying and interpreting time stamps.")),
    setting("transaction_deferrable", Kind::Transaction, Session, Gate, "Whether a read-only serializable transaction waits for a safe snapshot."),
    setting("transaction_isolation", Kind::Transaction, Session, Gate, "The current transaction's isolation level."),
    setting("transaction_read_only", Kind::Transaction, Session, Gate, "The current transaction's read-only status."),
];

/// The setting of that name, whatever its case; PostgreSQL's old spellings too.
pub(in crate::session) fn find(name: &str) -> Option<&'static Setting> {
    ALL.iter().find(|setting| setting.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_in_the_order_of_show_all() {
        let names: Vec<String> = ALL.iter().map(|setting| setting.name.to_ascii_lowercase()).collect();
        let mut sorted = names.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(names, sorted);
    }

    /// They are pinned in the warehouse: what a client sets is its own idea of them.
    #[test]
    fn what_is_pinned_is_never_told_to_the_warehouse() {
        for name in [
            "default_transaction_read_only",
            "jit",
            "jit_above_cost",
            "jit_inline_above_cost",
            "jit_optimize_above_cost",
            "role",
            "search_path",
            "standard_conforming_strings",
            "transaction_read_only",
        ] {
            assert_eq!(find(name).unwrap().effect, Effect::Gate, "{name}");
        }
    }

    #[test]
    fn names_are_compared_without_case() {
        assert_eq!(find("timezone").unwrap().name, "TimeZone");
        assert!(find("work_mem").is_none() && find("postern.subject").is_none());
    }
}
