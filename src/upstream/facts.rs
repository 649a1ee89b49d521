//! What a warehouse says of itself at login: the values that sessions start with and that SHOW answers from.

use std::collections::{BTreeMap, BTreeSet};

/// Settings that are read at login: defaults of those that a client may change, and constants that clients ask for.
pub(super) const READ: [&str; 82] = [
    "DateStyle",
    "IntervalStyle",
    "TimeZone",
    "block_size",
    "bytea_output",
    "client_min_messages",
    "constraint_exclusion",
    "cpu_index_tuple_cost",
    "cpu_operator_cost",
    "cpu_tuple_cost",
    "cursor_tuple_fraction",
    "data_checksums",
    "debug_assertions",
    "default_statistics_target",
    "default_table_access_method",
    "default_tablespace",
    "default_text_search_config",
    "default_transaction_isolation",
    "effective_cache_size",
    "effective_io_concurrency",
    "enable_async_append",
    "enable_bitmapscan",
    "enable_distinct_reordering",
    "enable_gathermerge",
    "enable_group_by_reordering",
    "enable_hashagg",
    "enable_hashjoin",
    "enable_incremental_sort",
    "enable_indexonlyscan",
    "enable_indexscan",
    "enable_material",
    "enable_memoize",
    "enable_mergejoin",
    "enable_nestloop",
    "enable_parallel_append",
    "enable_parallel_hash",
    "enable_partition_pruning",
    "enable_partitionwise_aggregate",
    "enable_partitionwise_join",
    "enable_presorted_aggregate",
    "enable_self_join_elimination",
    "enable_seqscan",
    "enable_sort",
    "enable_tidscan",
    "extra_float_digits",
    "from_collapse_limit",
    "geqo",
    "geqo_effort",
    "geqo_generations",
    "geqo_pool_size",
    "geqo_seed",
    "geqo_selection_bias",
    "geqo_threshold",
    "join_collapse_limit",
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
    "min_parallel_index_scan_size",
    "min_parallel_table_scan_size",
    "parallel_leader_participation",
    "parallel_setup_cost",
    "parallel_tuple_cost",
    "plan_cache_mode",
    "random_page_cost",
    "recursive_worktable_factor",
    "restrict_nonsystem_relation_kind",
    "segment_size",
    "seq_page_cost",
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
