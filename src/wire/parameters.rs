//! What a startup packet asks for: the names that mean something here, and settings for the session to judge.

use super::error::WireError;
use super::options;
use crate::base::{SqlState, UserError};

/// The parameters of a startup packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartupParameters {
    pub user: String,
    /// As PostgreSQL: the user's name when the client names none.
    pub database: String,
    /// Empty when the client names none.
    pub application_name: String,
    /// Settings that the client asks for, in the order in which PostgreSQL applies them (`options` first; a later one wins), names as
    /// the client wrote them. `application_name` is not among them. Nothing is applied yet.
    pub settings: Vec<(String, String)>,
    /// `_pq_.…` parameters, none of which the gate knows: already answered by NegotiateProtocolVersion.
    pub unsupported_options: Vec<String>,
}

impl StartupParameters {
    /// Reads the pairs of a startup packet.
    ///
    /// # Errors
    /// FATAL 28000 without a user, 0A000 for replication, 42601 for malformed `options`.
    pub(super) fn read(pairs: Vec<(String, String)>) -> Result<Self, WireError> {
        let mut user = String::new();
        let mut database = String::new();
        let mut requested = Vec::new();
        let mut from_options = Vec::new();
        let mut unsupported_options = Vec::new();
        for (name, value) in pairs {
            match name.as_str() {
                "user" => user = value,
                "database" => database = value,
                "options" => from_options = options::settings(&value).map_err(WireError::refused)?,
                "replication" => refuse_replication(&value)?,
                extension if extension.starts_with("_pq_.") => unsupported_options.push(name),
                _ => requested.push((name, value)),
            }
        }
        if user.is_empty() {
            let message = "no PostgreSQL user name specified in startup packet";
            return Err(WireError::refused(UserError::fatal(SqlState::INVALID_AUTHORIZATION_SPECIFICATION, message)));
        }
        if database.is_empty() {
            database.clone_from(&user);
        }
        let mut parameters = Self { user, database, application_name: String::new(), settings: Vec::new(), unsupported_options };
        for (name, value) in from_options.into_iter().chain(requested) {
            parameters.request(name, value);
        }
        Ok(parameters)
    }

    fn request(&mut self, name: String, value: String) {
        if name.eq_ignore_ascii_case("application_name") {
            self.application_name = value;
        } else {
            self.settings.push((name, value));
        }
    }
}

/// PostgreSQL reads `replication` as a boolean or the word `database`.
fn refuse_replication(value: &str) -> Result<(), WireError> {
    match value.to_ascii_lowercase().as_str() {
        "false" | "off" | "no" | "0" => Ok(()),
        "true" | "on" | "yes" | "1" | "database" => Err(WireError::refused(
            UserError::fatal(SqlState::FEATURE_NOT_SUPPORTED, "replication is not available here")
                .hint("Connect without the parameter \"replication\"."),
        )),
        _ => Err(invalid_value("replication", value, "Valid values are: \"false\", 0, \"true\", 1, \"database\".")),
    }
}

fn invalid_value(name: &str, value: &str, hint: &'static str) -> WireError {
    let message = format!("invalid value for parameter \"{name}\": \"{value}\"");
    WireError::refused(UserError::fatal(SqlState::INVALID_PARAMETER_VALUE, message).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ToUserError;

    fn read(pairs: &[(&str, &str)]) -> Result<StartupParameters, WireError> {
        StartupParameters::read(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn refusal(pairs: &[(&str, &str)]) -> String {
        let error = read(pairs).unwrap_err().to_user_error();
        format!("{} {} {}", error.severity.as_str(), error.sqlstate, error.message)
    }

    #[test]
    fn what_jdbc_sends_is_sorted_into_its_places() {
        let read = read(&[
            ("user", "analyst"),
            ("database", "warehouse"),
            ("client_encoding", "UTF8"),
            ("DateStyle", "ISO"),
            ("application_name", "PostgreSQL JDBC Driver"),
            ("options", "-c statement_timeout=60000"),
            ("search_path", "analytics"),
        ]);
        let read = read.unwrap();
        let settings: Vec<(&str, &str)> = read.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let asked =
            [("statement_timeout", "60000"), ("client_encoding", "UTF8"), ("DateStyle", "ISO"), ("search_path", "analytics")];
        assert_eq!(settings, asked);
        assert_eq!((read.user.as_str(), read.database.as_str()), ("analyst", "warehouse"));
        assert_eq!(read.application_name, "PostgreSQL JDBC Driver");
    }

    #[test]
    fn the_database_is_the_user_s_name_when_none_is_given() {
        assert_eq!(read(&[("user", "jane")]).unwrap().database, "jane");
        assert_eq!(read(&[("user", "jane"), ("database", "")]).unwrap().database, "jane");
    }

    #[test]
    fn a_later_application_name_wins_as_in_postgresql() {
        let pairs = [("application_name", "psql"), ("user", "jane"), ("options", "-c application_name=other")];
        assert_eq!(read(&pairs).unwrap().application_name, "psql");
        assert_eq!(read(&pairs[1..]).unwrap().application_name, "other");
    }

    #[test]
    fn replication_no_user_and_broken_options_are_refused() {
        for value in ["true", "ON", "1", "database"] {
            assert_eq!(refusal(&[("user", "jane"), ("replication", value)]), "FATAL 0A000 replication is not available here");
        }
        assert!(refusal(&[("user", "jane"), ("replication", "maybe")]).starts_with("FATAL 22023 invalid value"));
        assert!(read(&[("user", "jane"), ("replication", "off")]).is_ok());
        assert_eq!(refusal(&[("database", "x")]), "FATAL 28000 no PostgreSQL user name specified in startup packet");
        assert!(refusal(&[("user", "jane"), ("options", "-W 10")]).starts_with("FATAL 42601"));
    }

    #[test]
    fn protocol_extensions_are_set_aside() {
        let read = read(&[("user", "jane"), ("_pq_.compression", "zstd"), ("_PQ_.x", "y")]).unwrap();
        assert_eq!(read.unsupported_options, ["_pq_.compression"]);
        assert_eq!(read.settings, [("_PQ_.x".to_owned(), "y".to_owned())]);
    }
}
