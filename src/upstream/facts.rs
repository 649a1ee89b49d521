//! What a warehouse says of itself at login: the values that sessions start with and that SHOW answers from.

use std::collections::{BTreeMap, BTreeSet};

/// Settings that are read at login: defaults of those that a client may change, and constants that clients ask for.
pub(super) const READ: [&str; 31] = [
    "DateStyle",
    "IntervalStyle",
    "TimeZone",
    "block_size",
    "bytea_output",
    "client_min_messages",
    "data_checksums",
    "debug_assertions",
    "default_table_access_method",
    "default_tablespace",
    "default_text_search_config",
    "default_transaction_isolation",
    "extra_float_digits",
    "lc_collate",
    "lc_ctype",
    "lc_messages",
    "lc_monetary",
    "lc_numeric",
    "lc_time",
    "lock_timeout",
    "max_connections",
    "max_function_args",
    "max_identifier_length",
    "max_index_keys",
    "segment_size",
    "server_encoding",
    "server_version",
    "server_version_num",
    "superuser_reserved_connections",
    "wal_block_size",
    "xmlbinary",
];

/// What a warehouse said at login.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerFacts {
    /// By lower-case name: ParameterStatus and the settings that were read.
    values: BTreeMap<String, String>,
    /// Names of those that the server reports by itself, as it writes them.
    reported: BTreeSet<String>,
}

impl ServerFacts {
    pub(super) fn note(&mut self, name: &str, value: String) {
        self.values.insert(name.to_ascii_lowercase(), value);
    }

    pub(super) fn report(&mut self, name: &str, value: String) {
        self.reported.insert(name.to_owned());
        self.note(name, value);
    }

    /// Names of the settings that the server reports by ParameterStatus.
    pub fn reported(&self) -> impl Iterator<Item = &str> {
        self.reported.iter().map(String::as_str)
    }

    /// The value of a setting, by its lower-case name.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// `server_version_num`; 0 when the server told none.
    pub fn version_num(&self) -> u32 {
        self.value("server_version_num").and_then(|value| value.parse().ok()).unwrap_or(0)
    }
}

#[cfg(test)]
impl ServerFacts {
    /// For tests of what stands on facts.
    pub(crate) fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut facts = Self::default();
        pairs.into_iter().for_each(|(name, value)| facts.note(name, value.to_owned()));
        facts
    }
}
