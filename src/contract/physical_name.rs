//! Which relation of the warehouse a contract's `physicalName` means.

use crate::base::unquote_ident;
use std::fmt;

/// `physicalName` of a relation: a name in the server's schema, or `schema.table`, each part quoted where it holds a dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhysicalName(String);

impl PhysicalName {
    /// Takes the name as it is written.
    pub fn new(written: impl Into<String>) -> Self {
        Self(written.into())
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The (schema, name) pairs that it may mean, the likelier first: a relation of `schema` may itself be called `a.b`. When more
    /// than one of them exists in the warehouse the name is ambiguous and must be refused.
    pub fn candidates(&self, schema: &str) -> Vec<(String, String)> {
        let mut candidates = vec![(schema.to_owned(), self.0.clone())];
        candidates.extend(split(&self.0));
        candidates
    }
}

impl fmt::Display for PhysicalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `a.b`, `"a".b`, `a."b.c"` … into two names; anything else is no pair.
fn split(written: &str) -> Option<(String, String)> {
    let (schema, rest) = part(written)?;
    let (name, rest) = part(rest.strip_prefix('.')?)?;
    rest.is_empty().then_some((schema, name))
}

/// The first part and what follows it.
fn part(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(['.', '"']).unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(end)?;
        return (!name.is_empty()).then(|| (name.to_owned(), rest));
    };
    unquote_ident(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_up_whole_and_then_in_its_parts() {
        let candidates = |written: &str| {
            PhysicalName::new(written).candidates("crm").into_iter().map(|(s, n)| format!("{s} | {n}")).collect::<Vec<_>>()
        };
        assert_eq!(candidates("orders"), ["crm | orders"]);
        assert_eq!(candidates("sales.orders"), ["crm | sales.orders", "sales | orders"]);
        assert_eq!(candidates("\"Sales\".\"my.orders\""), ["crm | \"Sales\".\"my.orders\"", "Sales | my.orders"]);
        assert_eq!(candidates("s.\"a\"\"b\""), ["crm | s.\"a\"\"b\"", "s | a\"b"]);
        for single in ["odd.table\"x", "a.b.c", "a.", ".a", "a.\"b", "Customer Notes"] {
            assert_eq!(candidates(single), [format!("crm | {single}")], "{single}");
        }
    }
}
