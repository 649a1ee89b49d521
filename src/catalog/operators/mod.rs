//! The builtin operators: an allow-list by name, and which of them are total for which types.
//!
//! Operators over aclitem are not here: no client can produce a value of that type (`types`). Nor is the postfix `!` of PostgreSQL 13.
//!
//! | file | what |
//! |---|---|
//! | `builtin.txt` | the reviewed rows |

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// One builtin operator. Types as `format_type` writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltinOperator {
    pub name: &'static str,
    /// `None`: a prefix operator.
    pub left: Option<&'static str>,
    pub right: &'static str,
    pub returns: &'static str,
    /// Never raises and tells nothing of its operands by other ways (enforcement §4).
    pub total: bool,
    /// First major version that has it; 13 stands for "13 or older".
    pub since: u32,
    /// Last major version that has it.
    pub until: Option<u32>,
}

/// Operators of points, lines and boxes: neither syntax without a symbol of its own (IN, BETWEEN, LIKE, USING …) nor any text of ours means one of these, and a
/// client's are sent with their schema.
const NEVER_BARE: [&str; 13] = ["##", "&<|", "<->", "<<|", "<^", ">^", "?#", "?-", "?-|", "?||", "@-@", "|&>", "|>>"];

static OPERATORS: LazyLock<BTreeMap<&'static str, Vec<BuiltinOperator>>> = LazyLock::new(|| {
    let mut table: BTreeMap<&'static str, Vec<BuiltinOperator>> = BTreeMap::new();
    for found in include_str!("builtin.txt").lines().filter_map(row) {
        table.entry(found.name).or_default().push(found);
    }
    table
});

/// Pairs of (operator, left type, right type) that are total. Prefix operators have an empty left type.
static TOTAL: LazyLock<BTreeSet<(&'static str, &'static str, &'static str)>> = LazyLock::new(|| {
    let all = OPERATORS.values().flatten();
    all.filter(|found| found.total).map(|found| (found.name, found.left.unwrap_or(""), found.right)).collect()
});

/// The overloads of that operator; `None` when `pg_catalog` has no such operator that a client may use.
pub fn builtin(name: &str) -> Option<&'static [BuiltinOperator]> {
    OPERATORS.get(name).map(Vec::as_slice)
}

/// Whether a client may write that operator.
pub fn allowed(name: &str) -> bool {
    OPERATORS.contains_key(name)
}

/// Whether a text that is sent may hold the operator without a schema, so that one of that name on the search_path would be looked at.
pub fn is_ever_bare(name: &str) -> bool {
    OPERATORS.contains_key(name) && !NEVER_BARE.contains(&name)
}

/// Whether the operator never raises and tells nothing of operands of those types (`format_type` spellings; an empty left type for
/// a prefix operator). False for what is not known.
pub fn total(name: &str, left: &str, right: &str) -> bool {
    TOTAL.contains(&(name, left, right))
}

/// Every operator that a client may write, in order of names.
pub fn all() -> impl Iterator<Item = &'static BuiltinOperator> {
    OPERATORS.values().flatten()
}

/// Every total operator: name, left type, right type.
pub fn total_operators() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    TOTAL.iter().copied()
}

fn row(line: &'static str) -> Option<BuiltinOperator> {
    // Names of operators may hold any of `|#;,`, never a tab.
    let fields: Vec<&'static str> = line.split('\t').collect();
    let [name, left, right, returns, total, versions] = *fields.as_slice() else { return None };
    let (since, until) = versions.split_once('-')?;
    Some(BuiltinOperator {
        name,
        left: (!left.is_empty()).then_some(left),
        right,
        returns,
        total: total == "total",
        since: since.parse().ok()?,
        until: if until.is_empty() { None } else { Some(until.parse().ok()?) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_reads() {
        let rows = include_str!("builtin.txt").lines().filter(|line| !line.starts_with("# "));
        assert_eq!(rows.filter(|line| row(line).is_none()).collect::<Vec<_>>(), Vec::<&str>::new());
        assert!(OPERATORS.values().map(Vec::len).sum::<usize>() > 700);
    }

    #[test]
    fn names_of_pg_catalog_are_allowed_and_no_other() {
        for name in ["=", "<>", "||", "->>", "~~", "~*", "@>", "&&", "#", "?|", "!!", "%", "^", "|/", "@@"] {
            assert!(allowed(name), "{name}");
        }
        assert!(!allowed("===") && !allowed("") && !allowed("~~~"));
        assert!(builtin("=").unwrap().iter().all(|found| found.left != Some("aclitem")));
    }

    #[test]
    fn what_syntax_and_our_own_texts_mean_is_looked_up_by_the_path() {
        for implied in ["=", "<>", "<", "<=", ">", ">=", "~~", "!~~", "~~*", "!~~*", "~", "!~"] {
            assert!(is_ever_bare(implied), "{implied}");
        }
        assert!(!is_ever_bare("@#@") && !is_ever_bare("==="));
        let texts = [
            include_str!("../system/reviewed.txt"),
            include_str!("../system/fragment.rs"),
            include_str!("../functions/replacements.txt"),
            include_str!("../functions/replacement.rs"),
            include_str!("../../mask/sql.rs"),
            include_str!("../../rewrite/relation.rs"),
            include_str!("../../rewrite/envelope.rs"),
            include_str!("../../rewrite/style.rs"),
        ];
        for symbol in NEVER_BARE {
            assert!(allowed(symbol) && !is_ever_bare(symbol), "{symbol}");
            let said = |text: &&str| text.contains(&format!(" {symbol} ")) || text.contains(&format!(") {symbol}"));
            assert_eq!(texts.iter().filter(|text| said(text)).count(), 0, "{symbol}");
        }
    }

    #[test]
    fn comparisons_are_total_and_arithmetic_patterns_and_casts_are_not() {
        assert!(
            total("=", "integer", "integer")
                && total("<", "numeric", "numeric")
                && total(">=", "date", "timestamp with time zone")
        );
        assert!(!total("/", "integer", "integer") && !total("~~", "text", "text") && !total("||", "text", "text"));
        assert!(!total("~", "text", "text") && !total("=", "jsonb", "integer"));
        assert!(total_operators().all(|(name, _, _)| !["+", "-", "*", "/", "%", "^", "~", "||"].contains(&name)));
    }
}
