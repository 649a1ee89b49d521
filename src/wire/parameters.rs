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
    /// the client wrote them. Neither `application_name` nor `client_encoding` is among them. Nothing is applied yet.
    pub settings: Vec<(String, String)>,
    /// `_pq_.…` parameters, none of which the gate knows: already answered by NegotiateProtocolVersion.
    pub unsupported_options: Vec<String>,
}

impl StartupParameters {
    /// Reads the pairs of a startup packet.
    ///
    /// # Errors
    /// FATAL 28000 without a user, 22023 for an encoding other than UTF-8, 0A000 for replication, 42601 for malformed `options`.
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
            parameters.request(name, value)?;
        }
        Ok(parameters)
    }

    fn request(&mut self, name: String, value: String) -> Result<(), WireError> {
        if name.eq_ignore_ascii_case("application_name") {
            self.application_name = value;
        } else if name.eq_ignore_ascii_case("client_encoding") {
            require_utf8(&value)?;
        } else {
            self.settings.push((name, value));
        }
        Ok(())
    }
}

/// PostgreSQL compares letters and digits only (`clean_encoding_name`), so that `'utf-8'` with its quotes is UTF-8 too.
fn require_utf8(encoding: &str) -> Result<(), WireError> {
    let cleaned: String = encoding.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    match cleaned.as_str() {
        "utf8" | "unicode" => Ok(()),
        _ => Err(invalid_value("client_encoding", encoding, "Set client_encoding to UTF8.")),
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
