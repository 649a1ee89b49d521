//! Settings that hold for every connection of a pool, whatever a client does: given at login, where ROLLBACK, RESET and DISCARD do not reach them.

use std::time::Duration;

use crate::base::{Secret, quote_ident as identifier};

/// The name of a setting and its secret value.
type Key = (String, Secret<String>);

/// What a pool pins besides what is pinned everywhere.
#[derive(Clone, Debug, Default)]
pub struct Pinned {
    /// The warehouse's configured path: schemas without operators that are not classified (enforcement W2, W9).
    pub search_path: Vec<String>,
    /// The grant's limit.
    pub statement_timeout: Duration,
    /// Keys of pseudonyms by setting, `postern.i_customer`: in the startup packet alone, where no log of the server shows them (enforcement L14).
    pub keys: Vec<Key>,
}

impl PartialEq for Pinned {
    fn eq(&self, other: &Self) -> bool {
        let Self { search_path, statement_timeout, keys } = self;
        *statement_timeout == other.statement_timeout && Self::same_keys(keys, &other.keys) && *search_path == other.search_path
    }
}

impl Eq for Pinned {}

/// Pinned everywhere, and read back after the login.
const EVERYWHERE: [(&str, &str); 6] = [
    ("client_encoding", "UTF8"),
    ("default_transaction_deferrable", "off"),
    ("default_transaction_read_only", "on"),
    ("jit", "off"),
    ("row_security", "on"),
    ("standard_conforming_strings", "on"),
];

impl Pinned {
    /// Names and values of the startup packet, in addition to user and database.
    pub(super) fn parameters(&self) -> Vec<(&str, Secret<String>)> {
        let plain = |value: String| Secret::new(value);
        let mut parameters: Vec<(&str, Secret<String>)> =
            EVERYWHERE.iter().map(|(name, value)| (*name, plain((*value).to_owned()))).collect();
        parameters.push(("search_path", plain(self.search_path_text())));
        parameters.push(("statement_timeout", plain(self.statement_timeout.as_millis().to_string())));
        parameters.extend(self.keys.iter().map(|(name, key)| (name.as_str(), key.clone())));
        parameters
    }

    /// What must read back as it was given.
    pub(super) fn expected(&self) -> Vec<(&'static str, String)> {
        let mut expected: Vec<(&'static str, String)> =
            EVERYWHERE.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        expected.push(("search_path", self.search_path_text()));
        expected
    }

    /// A connection with these settings serves the other's grant as well: the same keys and the same path, whatever its time limit.
    pub fn is_as_safe_as(&self, other: &Self) -> bool {
        self.search_path == other.search_path && Self::same_keys(&self.keys, &other.keys)
    }

    fn same_keys(keys: &[Key], others: &[Key]) -> bool {
        let same = |((name, key), (other, other_key)): (&Key, &Key)| name == other && key.reveal() == other_key.reveal();
        keys.len() == others.len() && keys.iter().zip(others).all(same)
    }

    fn search_path_text(&self) -> String {
        match self.search_path.is_empty() {
            true => "pg_catalog".to_owned(),
            false => self.search_path.iter().map(|schema| identifier(schema)).collect::<Vec<_>>().join(", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_pins_path_timeout_and_keys() {
        let pinned = Pinned {
            search_path: vec!["crm".to_owned(), "od\"d".to_owned()],
            statement_timeout: Duration::from_secs(5),
            keys: vec![("postern.i_x".to_owned(), Secret::new("00ff".to_owned()))],
        };
        let parameters = pinned.parameters();
        let value = |name: &str| parameters.iter().find(|(n, _)| *n == name).map(|(_, value)| value.reveal().as_str());
        assert_eq!(value("search_path"), Some("\"crm\", \"od\"\"d\""));
        assert_eq!(value("statement_timeout"), Some("5000"));
        assert_eq!(value("default_transaction_read_only"), Some("on"));
        assert_eq!(value("jit"), Some("off"));
        assert_eq!(value("postern.i_x"), Some("00ff"));
        assert!(!format!("{pinned:?}").contains("00ff"));
    }
}
