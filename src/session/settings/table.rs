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
    /// Memory in blocks of 8 kB, with a unit when written.
    Blocks {
        min: i64,
        max: i64,
    },
    Real {
        min: f64,
        max: f64,
    },
    /// `view` and `foreign-table`, as pg_dump sets it: views are not read then.
    RelationKinds,
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
    /// None: the planner of the warehouse is set by its owner, and whoever sets it here is told so.
    Nothing,
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

const fn planned(name: &'static str, kind: Kind, about: &'static str) -> Setting {
    setting(name, kind, DefaultValue::Server, Effect::Nothing, about)
}

/// A way to run a plan.
const fn enabled(name: &'static str, about: &'static str) -> Setting {
    planned(name, Kind::Boolean, about)
}

const COST: Kind = Kind::Real { min: 0.0, max: f64::MAX };
const JIT_COST: Kind = Kind::Real { min: -1.0, max: f64::MAX };
const MOST: i64 = 2_147_483_647;

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
    planned("constraint_exclusion", Kind::Enum(&["partition", "on", "off"]), "Enables the planner to use constraints to optimize queries."),
    planned("cpu_index_tuple_cost", COST, "The planner's estimate of the cost of processing each index entry during an index scan."),
    planned("cpu_operator_cost", COST, "The planner's estimate of the cost of processing each operator or function call."),
    planned("cpu_tuple_cost", COST, "The planner's estimate of the cost of processing each tuple (row)."),
    planned("cursor_tuple_fraction", Kind::Real { min: 0.0, max: 1.0 }, "The planner's estimate of the fraction of a cursor's rows that will be retrieved."),
    reported(setting("DateStyle", Kind::DateStyle, Server, Mirrored, "The display format for date and time values.")),
    planned("default_statistics_target", Kind::Integer { min: 1, max: 10_000 }, "The default statistics target."),
    shown("default_table_access_method", "The default table access method for new tables."),
    fixed("default_tablespace", "", "Nothing is made here.", "The default tablespace to create tables and indexes in."),
    shown("default_text_search_config", "The default text search configuration."),
    setting("default_transaction_deferrable", Kind::Boolean, Value("off"), Mirrored, "The default deferrable status of new transactions."),
    setting("default_transaction_isolation", ISOLATION, Server, Mirrored, "The isolation level of each new transaction."),
    reported(setting("default_transaction_read_only", Kind::Boolean, Value("off"), Gate, "The default read-only status of new transactions.")),
    planned("effective_cache_size", Kind::Blocks { min: 1, max: MOST }, "The planner's assumption about the total size of the data caches."),
    planned("effective_io_concurrency", Kind::Integer { min: 0, max: 1000 }, "Number of simultaneous requests that can be handled efficiently by the disk subsystem."),
    enabled("enable_async_append", "Enables the planner's use of async append plans."),
    enabled("enable_bitmapscan", "Enables the planner's use of bitmap-scan plans."),
    enabled("enable_distinct_reordering", "Enables reordering of DISTINCT keys."),
    enabled("enable_gathermerge", "Enables the planner's use of gather merge plans."),
    enabled("enable_group_by_reordering", "Enables reordering of GROUP BY keys."),
    enabled("enable_hashagg", "Enables the planner's use of hashed aggregation plans."),
    enabled("enable_hashjoin", "Enables the planner's use of hash join plans."),
    enabled("enable_incremental_sort", "Enables the planner's use of incremental sort steps."),
    enabled("enable_indexonlyscan", "Enables the planner's use of index-only-scan plans."),
    enabled("enable_indexscan", "Enables the planner's use of index-scan plans."),
    enabled("enable_material", "Enables the planner's use of materialization."),
    enabled("enable_memoize", "Enables the planner's use of memoization."),
    enabled("enable_mergejoin", "Enables the planner's use of merge join plans."),
    enabled("enable_nestloop", "Enables the planner's use of nested-loop join plans."),
    enabled("enable_parallel_append", "Enables the planner's use of parallel append plans."),
    enabled("enable_parallel_hash", "Enables the planner's use of parallel hash plans."),
    enabled("enable_partition_pruning", "Enables plan-time and execution-time partition pruning."),
    enabled("enable_partitionwise_aggregate", "Enables partitionwise aggregation and grouping."),
    enabled("enable_partitionwise_join", "Enables partitionwise join."),
    enabled("enable_presorted_aggregate", "Enables the planner's ability to produce plans that provide presorted input for ordered aggregates."),
    enabled("enable_self_join_elimination", "Enables removal of unique self-joins."),
    enabled("enable_seqscan", "Enables the planner's use of sequential-scan plans."),
    enabled("enable_sort", "Enables the planner's use of explicit sort steps."),
    enabled("enable_tidscan", "Enables the planner's use of TID scan plans."),
    fixed("escape_string_warning", "on", "The gate reads strings in one way.", "Warn about backslash escapes in ordinary strings."),
    setting("extra_float_digits", Kind::Integer { min: -15, max: 3 }, Server, Mirrored, "The number of digits displayed for floating-point values."),
    planned("from_collapse_limit", Kind::Integer { min: 1, max: MOST }, "The FROM-list size beyond which subqueries are not collapsed."),
    enabled("geqo", "Enables genetic query optimization."),
    planned("geqo_effort", Kind::Integer { min: 1, max: 10 }, "GEQO: effort is used to set the default for other GEQO parameters."),
    planned("geqo_generations", Kind::Integer { min: 0, max: MOST }, "GEQO: number of iterations of the algorithm."),
    planned("geqo_pool_size", Kind::Integer { min: 0, max: MOST }, "GEQO: number of individuals in the population."),
    planned("geqo_seed", Kind::Real { min: 0.0, max: 1.0 }, "GEQO: seed for random path selection."),
    planned("geqo_selection_bias", Kind::Real { min: 1.5, max: 2.0 }, "GEQO: selective pressure within the population."),
    planned("geqo_threshold", Kind::Integer { min: 2, max: MOST }, "The threshold of FROM items beyond which GEQO is used."),
    setting("idle_in_transaction_session_timeout", Kind::Duration, Session, Gate, "The longest idle time between statements in a transaction."),
    setting("idle_session_timeout", Kind::Duration, Session, Gate, "The longest idle time between statements outside a transaction."),
    reported(setting("in_hot_standby", Kind::ReadOnly, Server, Gate, "Whether hot standby is active.")),
    reported(setting("integer_datetimes", Kind::ReadOnly, Server, Gate, "Whether datetimes are integer based.")),
    reported(setting("IntervalStyle", Kind::IntervalStyle, Server, Mirrored, "The display format for interval values.")),
    reported(setting("is_superuser", Kind::ReadOnly, Value("off"), Gate, "Whether the current user is a superuser.")),
    setting("jit", Kind::Boolean, Value("on"), Gate, "Allow JIT compilation."),
    setting("jit_above_cost", JIT_COST, Value("100000"), Gate, "Perform JIT compilation if query is more expensive."),
    setting("jit_inline_above_cost", JIT_COST, Value("500000"), Gate, "Perform JIT inlining if query is more expensive."),
    setting("jit_optimize_above_cost", JIT_COST, Value("500000"), Gate, "Optimize JIT-compiled functions if query is more expensive."),
    planned("join_collapse_limit", Kind::Integer { min: 1, max: MOST }, "The FROM-list size beyond which JOIN constructs are not flattened."),
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
    planned("min_parallel_index_scan_size", Kind::Blocks { min: 0, max: 715_827_882 }, "The minimum amount of index data for a parallel scan."),
    planned("min_parallel_table_scan_size", Kind::Blocks { min: 0, max: 715_827_882 }, "The minimum amount of table data for a parallel scan."),
    enabled("parallel_leader_participation", "Whether Gather and Gather Merge also run subplans."),
    planned("parallel_setup_cost", COST, "The planner's estimate of the cost of starting up worker processes for parallel query."),
    planned("parallel_tuple_cost", COST, "The planner's estimate of the cost of passing each tuple (row) from worker to leader backend."),
    setting("password_encryption", Kind::Enum(&["md5", "scram-sha-256"]), Value("scram-sha-256"), Gate, "The algorithm for encrypting passwords."),
    planned("plan_cache_mode", Kind::Enum(&["auto", "force_generic_plan", "force_custom_plan"]), "Controls the planner's selection of custom or generic plan."),
    planned("random_page_cost", COST, "The planner's estimate of the cost of a nonsequentially fetched disk page."),
    planned("recursive_worktable_factor", Kind::Real { min: 0.001, max: 1_000_000.0 }, "The planner's estimate of the average size of a recursive query's working table."),
    setting("restrict_nonsystem_relation_kind", Kind::RelationKinds, Server, Gate, "Prohibits access to non-system relations of specified kinds."),
    fixed("role", "none", "A session has one user here.", "The current role."),
    setting("row_security", Kind::RowSecurity, Value("on"), Mirrored, "Enable row security."),
    setting("search_path", Kind::SearchPath, Session, Gate, "The schema search order for names that are not schema-qualified."),
    shown("segment_size", "The number of pages per disk file."),
    planned("seq_page_cost", COST, "The planner's estimate of the cost of a sequentially fetched disk page."),
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

/// What takes memory or processes of the warehouse, which everybody shares: nobody sets it here.
pub(super) const OF_THE_OWNER: [&str; 10] = [
    "hash_mem_multiplier",
    "logical_decoding_work_mem",
    "maintenance_work_mem",
    "max_parallel_maintenance_workers",
    "max_parallel_workers",
    "max_parallel_workers_per_gather",
    "max_stack_depth",
    "temp_buffers",
    "temp_file_limit",
    "work_mem",
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

    /// Plans are those of the warehouse's owner, and its memory is everybody's: nothing of it is told to the warehouse, or can be set at all.
    #[test]
    fn the_planner_and_the_memory_of_the_warehouse_are_its_owners() {
        let idle: Vec<&str> =
            ALL.iter().filter(|setting| setting.effect == Effect::Nothing).map(|setting| setting.name).collect();
        for name in ["enable_seqscan", "geqo", "join_collapse_limit", "plan_cache_mode", "random_page_cost"] {
            assert!(idle.contains(&name), "{name}");
        }
        for name in OF_THE_OWNER {
            assert!(find(name).is_none(), "{name}");
        }
    }

    #[test]
    fn names_are_compared_without_case() {
        assert_eq!(find("timezone").unwrap().name, "TimeZone");
        assert!(find("work_mem").is_none() && find("postern.subject").is_none());
    }
}
