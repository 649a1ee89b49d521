//! One builtin function: its overloads and the verdict on a call of it.

use super::Rule;

/// A builtin function, all overloads of one name.
#[derive(Debug)]
pub struct Builtin {
    pub name: &'static str,
    pub overloads: Vec<Overload>,
}

/// One signature. Types are written as `format_type` writes them.
#[derive(Debug)]
pub struct Overload {
    pub arguments: Vec<&'static str>,
    /// How many of the last arguments have a default.
    pub defaults: usize,
    /// The last argument may be repeated.
    pub variadic: bool,
    /// Of ordered-set and hypothetical-set aggregates: arguments before `WITHIN GROUP`.
    pub direct: usize,
    pub returns: &'static str,
    pub returns_set: bool,
    /// Columns of a row result, from OUT and TABLE arguments; empty when the result is one value or known only at the call.
    pub out_columns: Vec<OutColumn>,
    pub kind: FunctionKind,
    pub volatility: Volatility,
    pub strict: bool,
    /// `proleakproof`, in every version.
    pub leakproof: bool,
    pub rule: Rule,
    /// First major version that has it; 13 stands for "13 or older".
    pub since: u32,
    /// Last major version that has it.
    pub until: Option<u32>,
    pub verdict: Verdict,
}

/// A column of a row result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutColumn {
    pub name: &'static str,
    pub type_name: &'static str,
}

/// `prokind`, with the two special kinds of aggregates told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    Aggregate,
    Function,
    HypotheticalSet,
    OrderedSet,
    Window,
}

/// `provolatile`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Volatility {
    Immutable,
    Stable,
    Volatile,
}

/// What happens to a call. Reasons are for the operator and for DETAIL; they name nothing but the function's nature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Allow,
    /// Allowed; its cost is bounded by the limits of time, rows and bytes alone.
    Limit(&'static str),
    /// Allowed only through its `replacement`, or as its `care` says.
    Filtered(&'static str),
    Deny(&'static str),
}

impl Builtin {
    /// The verdict on a call with that many arguments: the strictest of the overloads that could be meant.
    ///
    /// An overload over a type that no client can produce is not meant by anybody; it decides only when there is no other.
    pub fn verdict(&self, arity: usize) -> Option<Verdict> {
        let fits = || self.overloads.iter().filter(|overload| overload.accepts(arity));
        fits()
            .filter(|overload| !overload.unreachable())
            .map(|overload| overload.verdict)
            .max_by_key(|verdict| verdict.strictness())
            .or_else(|| fits().map(|overload| overload.verdict).max_by_key(|verdict| verdict.strictness()))
    }

    /// Aggregate, window or plain: the same for all overloads but those of `rank` and its kin, which are both.
    pub fn is_aggregate(&self) -> bool {
        self.overloads.iter().any(|overload| match overload.kind {
            FunctionKind::Aggregate | FunctionKind::HypotheticalSet | FunctionKind::OrderedSet => true,
            FunctionKind::Function | FunctionKind::Window => false,
        })
    }

    /// The most volatile of its overloads.
    pub fn volatility(&self) -> Volatility {
        self.overloads.iter().map(|overload| overload.volatility).max().unwrap_or(Volatility::Volatile)
    }

    /// Never raises and tells nothing of its arguments by other ways, whichever overload is meant.
    pub fn leakproof(&self) -> bool {
        self.overloads.iter().all(|overload| overload.leakproof)
    }

    /// Returns rows in any of its overloads.
    pub fn returns_set(&self) -> bool {
        self.overloads.iter().any(|overload| overload.returns_set)
    }
}

impl Overload {
    /// Whether a call may have that many arguments. A variadic argument takes one or more, and `VARIADIC array` is one.
    pub fn accepts(&self, arity: usize) -> bool {
        let written = self.arguments.len();
        arity >= written.saturating_sub(self.defaults) && (arity <= written || self.variadic)
            // A hypothetical-set aggregate is called with as many direct arguments as it is ordered by.
            || (self.kind == FunctionKind::HypotheticalSet && arity >= 2)
    }

    /// Takes a type that no statement of a client can produce a value of.
    fn unreachable(&self) -> bool {
        self.arguments.iter().any(|argument| matches!(*argument, "aclitem" | "cstring" | "internal"))
    }
}

impl Verdict {
    const fn strictness(self) -> u8 {
        match self {
            Self::Allow => 0,
            Self::Limit(_) => 1,
            Self::Filtered(_) => 2,
            Self::Deny(_) => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::functions::{FunctionKind, Verdict, builtin, verdict};

    #[test]
    fn the_strictest_overload_of_that_arity_decides() {
        assert!(matches!(verdict("ts_rewrite", 2), Some(Verdict::Deny(_))), "two arguments: SQL text");
        assert_eq!(verdict("ts_rewrite", 3), Some(Verdict::Allow));
        assert!(matches!(verdict("sqrt", 1), Some(Verdict::Limit(_))));
    }

    #[test]
    fn an_overload_over_a_banned_type_forbids_nothing_else() {
        assert_eq!(verdict("textcat", 2), Some(Verdict::Allow));
        assert!(matches!(verdict("textin", 1), Some(Verdict::Deny(_))), "there is no other");
        assert!(matches!(verdict("age", 1), Some(Verdict::Filtered(_))), "age(xid) tells the server's counter of transactions");
        assert_eq!(verdict("age", 2), Some(Verdict::Allow));
    }

    #[test]
    fn what_runs_sql_reads_files_sleeps_or_changes_something_is_denied() {
        for (name, arity) in [
            ("query_to_xml", 4),
            ("table_to_xml", 4),
            ("cursor_to_xml", 5),
            ("ts_stat", 1),
            ("pg_read_file", 1),
            ("pg_ls_dir", 1),
            ("lo_get", 1),
            ("lo_import", 1),
            ("pg_sleep", 1),
            ("pg_sleep_for", 1),
            ("pg_sleep_until", 1),
            ("uuidv7", 0),
            ("uuidv7", 1),
            ("pg_terminate_backend", 1),
            ("pg_notify", 2),
            ("nextval", 1),
            ("setval", 2),
            ("currval", 1),
            ("pg_advisory_lock", 1),
            ("pg_stat_get_activity", 1),
            ("pg_input_is_valid", 2),
            ("array_in", 3),
            ("record_in", 3),
            ("domain_in", 3),
            ("enum_in", 2),
            ("textin", 1),
        ] {
            assert!(matches!(verdict(name, arity), Some(Verdict::Deny(_)) | None), "{name}/{arity}: {:?}", verdict(name, arity));
        }
        // The server's counter is not told, and not moved on: what is asked for it is answered with nothing.
        assert!(matches!(verdict("txid_current", 0), Some(Verdict::Filtered(_))));
    }

    #[test]
    fn arity_knows_defaults_and_variadic_arguments() {
        assert_eq!(verdict("make_interval", 0), Some(Verdict::Allow));
        assert_eq!(verdict("make_interval", 8), None);
        assert!(matches!(verdict("format", 9), Some(Verdict::Limit(_))));
        assert_eq!(verdict("concat_ws", 1), None, "at least one value");
        assert_eq!(verdict("concat_ws", 5), Some(Verdict::Allow));
        assert_eq!(verdict("lower", 2), None);
        assert_eq!(verdict("no_such_function", 1), None);
    }

    #[test]
    fn aggregates_windows_and_row_results_are_known() {
        let rank = builtin("rank").unwrap();
        assert!(rank.is_aggregate() && rank.overloads.iter().any(|overload| overload.kind == FunctionKind::Window));
        assert_eq!(verdict("rank", 0), Some(Verdict::Allow));
        assert_eq!(verdict("rank", 4), Some(Verdict::Allow), "two direct, two ordered by");
        assert_eq!(builtin("percentile_cont").unwrap().overloads[0].direct, 1);
        let each = &builtin("json_each").unwrap().overloads[0];
        assert!(each.returns_set);
        assert_eq!(each.out_columns.iter().map(|column| column.name).collect::<Vec<_>>(), ["key", "value"]);
        assert!(crate::catalog::functions::in_information_schema("_pg_expandarray").unwrap().returns_set());
        assert!(builtin("random").unwrap().overloads.iter().any(|overload| overload.since == 17));
    }
}
