//! What the journal keeps of a statement, apart from who and when.

use sha2::{Digest, Sha256};

use crate::analyze::Analyzed;
use crate::parse::syntax::Statement;
use crate::parse::{fingerprint, parameterise};

use super::{Parsed, Record, StatementKind};

/// The record of an accepted statement; `sql` is what is sent, empty when nothing is.
pub(super) fn record(
    parsed: &Parsed,
    statement: &Statement,
    kind: StatementKind,
    sql: &str,
    analyzed: Option<&Analyzed>,
) -> Record {
    let parameterised = parameterise(statement);
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0'));
    let sha256 = |text: &str| Sha256::digest(text.as_bytes()).iter().flat_map(digits).collect();
    Record {
        kind,
        fingerprint: fingerprint(&parameterised),
        parameterised,
        original_bytes: parsed.text.len(),
        rewritten_sha256: if sql.is_empty() { String::new() } else { sha256(sql) },
        footprint: analyzed.map(|analyzed| analyzed.footprint().clone()).unwrap_or_default(),
        rule_path: rules::path(kind, analyzed),
    }
}

/// The rules that allowed a statement.
pub(super) mod rules {
    use super::{Analyzed, StatementKind};

    /// Rule by rule: the kind of statement, each relation with its filter, each mask.
    pub(in crate::enforce) fn path(kind: StatementKind, analyzed: Option<&Analyzed>) -> Vec<String> {
        let mut path = vec![format!("statement:{}", kind.as_str())];
        let Some(analyzed) = analyzed else { return path };
        for ((schema, name), relation) in &analyzed.footprint().relations {
            path.push(format!("relation:{schema}.{name}"));
            if !relation.row_filters.is_empty() {
                path.push(format!("row_filter:{schema}.{name}"));
            }
            let masked = relation.columns.iter().filter_map(|(column, entry)| Some((column, entry.mask.as_ref()?)));
            path.extend(masked.map(|(column, mask)| format!("mask:{schema}.{name}.{column}={mask}")));
        }
        path
    }

    /// Whether a row filter of the statement may raise, so that any error of the statement could tell of hidden rows (enforcement L13).
    pub(in crate::enforce) fn may_raise(analyzed: &Analyzed) -> bool {
        let filters = analyzed.bindings().relations.values().filter_map(|bound| bound.relation.filter());
        filters.into_iter().any(|filter| !filter.total)
    }
}
