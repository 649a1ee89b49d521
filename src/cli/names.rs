//! Names and numbers as people read them.

use crate::base::quote_ident;

/// The identifier as people write it in SQL: in quotes where it needs them.
pub(super) fn identifier(name: &str) -> String {
    let plain = |(at, c): (usize, char)| c.is_ascii_lowercase() || c == '_' || (at > 0 && (c.is_ascii_digit() || c == '$'));
    if !name.is_empty() && name.chars().enumerate().all(plain) { name.to_owned() } else { quote_ident(name) }
}

/// `schema.relation`.
pub(super) fn qualified(schema: &str, relation: &str) -> String {
    format!("{}.{}", identifier(schema), identifier(relation))
}

/// `1 grant`, `2 grants`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_sql_needs_it() {
        assert_eq!(qualified("crm", "customers_2024"), "crm.customers_2024");
        assert_eq!(qualified("Odd Schema", "a\"b.c"), "\"Odd Schema\".\"a\"\"b.c\"");
        assert_eq!(
            (identifier(""), identifier("1st"), identifier("größe")),
            ("\"\"".into(), "\"1st\"".into(), "\"größe\"".into())
        );
        assert_eq!((counted(1, "grant"), counted(0, "grant")), ("1 grant".to_owned(), "0 grants".to_owned()));
    }
}
