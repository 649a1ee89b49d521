//! Reads the reviewed rows of `builtin.txt`, once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Builtin, FunctionKind, OutColumn, Overload, Rule, Verdict, Volatility};

static BUILTINS: LazyLock<BTreeMap<&'static str, Builtin>> = LazyLock::new(|| {
    let mut table: BTreeMap<&'static str, Builtin> = BTreeMap::new();
    // A row that does not read is left out: what is not in the table is not allowed. A test sees to it that all read.
    for (name, overload) in include_str!("builtin.txt").lines().filter_map(row) {
        table.entry(name).or_insert_with(|| Builtin { name, overloads: Vec::new() }).overloads.push(overload);
    }
    table
});

pub(super) fn builtins() -> &'static BTreeMap<&'static str, Builtin> {
    &BUILTINS
}

/// Callable functions of information_schema: drivers read keys and types with them. Their bodies name everything with its schema, and read nothing but
/// what they are given (PostgreSQL: information_schema.sql).
const INFORMATION_SCHEMA: [&str; 10] = [
    "_pg_char_max_length|oid, integer|integer|f|i|s|0|S6|yes|13-|",
    "_pg_char_octet_length|oid, integer|integer|f|i|s|0|S6|yes|13-|",
    "_pg_datetime_precision|oid, integer|integer|f|i|s|0|S6|yes|13-|",
    "_pg_expandarray|anyarray|SETOF record|f|i|s|0|S6|yes|13-|x anyelement, n integer",
    "_pg_interval_type|oid, integer|text|f|i|s|0|S6|yes|13-|",
    "_pg_numeric_precision|oid, integer|integer|f|i|s|0|S6|yes|13-|",
    "_pg_numeric_precision_radix|oid, integer|integer|f|i|s|0|S6|yes|13-|",
    "_pg_numeric_scale|oid, integer|integer|f|i|s|0|S6|yes|13-|",
    // Rows of what stands for the two relations are of no type that these take.
    "_pg_truetypid|pg_attribute, pg_type|oid|f|i|s|0|C4|filtered|13-|",
    "_pg_truetypmod|pg_attribute, pg_type|integer|f|i|s|0|C4|filtered|13-|",
];

static IN_INFORMATION_SCHEMA: LazyLock<BTreeMap<&'static str, Builtin>> = LazyLock::new(|| {
    let rows = INFORMATION_SCHEMA.into_iter().filter_map(row);
    rows.map(|(name, overload)| (name, Builtin { name, overloads: vec![overload] })).collect()
});

pub(super) fn in_information_schema(name: &str) -> Option<&'static Builtin> {
    IN_INFORMATION_SCHEMA.get(name)
}

fn row(line: &'static str) -> Option<(&'static str, Overload)> {
    if line.starts_with('#') {
        return None;
    }
    signature(&line.split('|').collect::<Vec<_>>())
}

/// A signature from the fields of its row; the tables of extensions hold the same ones.
pub(in crate::catalog) fn signature(fields: &[&'static str]) -> Option<(&'static str, Overload)> {
    let [name, arguments, result, kind, volatility, flags, defaults, rule, verdict, versions, columns] = *fields else {
        return None;
    };
    let rule = Rule::from_code(rule)?;
    let verdict = match verdict {
        "yes" => Verdict::Allow,
        "limit" => Verdict::Limit(rule.reason()),
        "filtered" => Verdict::Filtered(rule.reason()),
        "no" => Verdict::Deny(rule.reason()),
        _ => return None,
    };
    let (since, until) = versions.split_once('-')?;
    let (defaults, direct) = defaults.split_once('/').unwrap_or((defaults, "0"));
    let set = result.strip_prefix("SETOF ");
    let overload = Overload {
        arguments: list(arguments).collect(),
        defaults: defaults.parse().ok()?,
        variadic: flags.contains('v'),
        direct: direct.parse().ok()?,
        returns: set.unwrap_or(result),
        returns_set: set.is_some(),
        out_columns: list(columns).map(out_column).collect::<Option<_>>()?,
        kind: match kind {
            "f" => FunctionKind::Function,
            "a" => FunctionKind::Aggregate,
            "o" => FunctionKind::OrderedSet,
            "h" => FunctionKind::HypotheticalSet,
            "w" => FunctionKind::Window,
            _ => return None,
        },
        volatility: match volatility {
            "i" => Volatility::Immutable,
            "s" => Volatility::Stable,
            "v" => Volatility::Volatile,
            _ => return None,
        },
        strict: flags.contains('s'),
        leakproof: flags.contains('l'),
        rule,
        since: since.parse().ok()?,
        until: if until.is_empty() { None } else { Some(until.parse().ok()?) },
        verdict,
    };
    Some((name, overload))
}

fn list(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(", ").filter(|part| !part.is_empty())
}

fn out_column(text: &'static str) -> Option<OutColumn> {
    let (name, type_name) = text.split_once(' ')?;
    Some(OutColumn { name, type_name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_reads_and_the_rows_are_in_order() {
        let lines: Vec<&str> = include_str!("builtin.txt").lines().filter(|line| !line.starts_with('#')).collect();
        for line in &lines {
            assert!(row(line).is_some(), "{line}");
        }
        let keys: Vec<Vec<&str>> = lines.iter().map(|line| line.split('|').take(2).collect()).collect();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "sorted, each signature once");
        assert!(lines.len() > 2800);
    }

    #[test]
    fn no_allowed_function_makes_or_takes_a_banned_type() {
        for function in builtins().values() {
            for overload in &function.overloads {
                let (Verdict::Allow | Verdict::Limit(_)) = overload.verdict else { continue };
                for type_name in overload.arguments.iter().chain([&overload.returns]) {
                    let bare = type_name.trim_end_matches("[]");
                    assert!(
                        !["aclitem", "cstring", "internal", "pg_node_tree"].contains(&bare),
                        "{}({})",
                        function.name,
                        overload.arguments.join(", ")
                    );
                }
            }
        }
    }
}
