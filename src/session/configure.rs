//! `SELECT set_config('search_path', $1, false)`: settings read and changed by a query.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::base::{Encoding, SqlState, UserError};
use crate::enforce::{Configuration, ConfigurationItem, Given, SettingCall};
use crate::wire::{Backend, Bind, Field, Format, WireError};

use super::answer::{Answer, Row, Rows, RowsTag, Values};
use super::control::Execution;
use super::conversation::{Session, Via};
use super::ending::{Ending, Stop};
use super::settings::{self, Kind, Scope};
use super::wait::administrator_command;

/// The type oids of its parameters.
const BOOL: u32 = 16;
const INTEGER: u32 = 23;
const TEXT: u32 = 25;

impl Session {
    /// Does what the query says, item by item.
    pub(super) async fn configure(&mut self, configuration: &Configuration, execution: &Execution<'_>) -> Result<Answer, Stop> {
        let columns = configuration.items.iter().map(|item| item.column.clone()).collect();
        let mut rows = VecDeque::new();
        let is_known = |name: &String| self.model.settings.find(name).is_some_and(|found| found.name == name);
        if configuration.only_if_known.as_ref().is_none_or(is_known) {
            let mut row = Row::new();
            for item in &configuration.items {
                row.push(self.setting_call(&item.does, execution).await?);
            }
            rows.push_back(row);
        }
        let values = if configuration.cancels() { Values::Booleans } else { Values::Texts };
        Ok(Answer::Rows(Rows { columns, rows, tag: RowsTag::Select, values }))
    }

    async fn setting_call(&mut self, does: &SettingCall, execution: &Execution<'_>) -> Result<Option<String>, Stop> {
        let (given, via) = (execution.given.as_slice(), execution.via);
        match does {
            SettingCall::Cancel { pid, ends } => self.stop_own(pid, *ends, execution),
            SettingCall::Read { name, missing_ok } => {
                let (Some(name), Some(missing_ok)) = (value(name, given), flag(missing_ok, given)?) else { return Ok(None) };
                match self.model.settings.find(&name) {
                    Some(setting) => Ok(Some(self.shown(setting))),
                    None if missing_ok => Ok(None),
                    None => Err(Stop::statement(unknown(&name))),
                }
            }
            SettingCall::Set { name, value: new, local } => {
                let Some(name) = value(name, given) else {
                    let error = UserError::new(SqlState::NULL_VALUE_NOT_ALLOWED, "SET requires parameter name");
                    return Err(Stop::statement(error));
                };
                // A NULL is taken for false there (PostgreSQL: `set_config_by_name`).
                let local = flag(local, given)?.unwrap_or(false);
                self.set_text(&name, value(new, given).as_deref(), local, via).await?;
                Ok(self.model.settings.find(&name).map(|setting| self.shown(setting)))
            }
        }
    }

    /// `pg_cancel_backend` and `pg_terminate_backend`: a session of the same person. Those of others read as missing ones.
    fn stop_own(&mut self, pid: &Given, ends: bool, execution: &Execution<'_>) -> Result<Option<String>, Stop> {
        let own = self.signals.registration().pid();
        let given = if *pid == Given::OwnPid { Some(own.to_string()) } else { value(pid, &execution.given) };
        let Some(text) = given else { return Ok(None) };
        let Ok(pid) = text.trim().parse::<i32>() else {
            let message = format!("invalid input syntax for type integer: \"{text}\"");
            return Err(Stop::statement(UserError::new(SqlState::INVALID_TEXT_REPRESENTATION, message)));
        };
        let (person, shared) = (self.who.identity.user().clone(), Arc::clone(&self.shared));
        if pid == own && ends {
            return Err(Stop::Session(Ending::told(administrator_command())));
        }
        if pid == own {
            let message = "canceling statement due to user request";
            return Err(Stop::statement(UserError::new(SqlState::QUERY_CANCELED, message)));
        }
        // Of other people's sessions PostgreSQL says this, of none it warns: here both are the same.
        let is_own = if ends { shared.registry.end_own(&person, pid) } else { shared.registry.cancel_own(&person, pid) };
        if !is_own {
            let (message, detail) = match ends {
                true => ("permission denied to terminate process", "Only a session of your own can be ended."),
                false => ("permission denied to cancel query", "Only what runs in a session of your own can be canceled."),
            };
            return Err(Stop::statement(UserError::new(SqlState::INSUFFICIENT_PRIVILEGE, message).detail(detail)));
        }
        let is_binary =
            self.model.portals.find(execution.portal).is_some_and(|portal| portal.first_format() == Format::Binary.code());
        let said = match (execution.via, is_binary) {
            (Via::Extended, true) => "\u{1}",
            (Via::Extended, false) | (Via::Simple, _) => "t",
        };
        Ok(Some(said.to_owned()))
    }

    /// `set_config`: NULL is the default.
    async fn set_text(&mut self, name: &str, text: Option<&str>, local: bool, via: Via) -> Result<(), Stop> {
        if let (Some(setting), Some(text)) = (settings::find(name), text)
            && matches!(setting.kind, Kind::Transaction)
        {
            let modes = super::set::modes(setting, &[text.to_owned()]).map_err(Stop::statement)?;
            return self.set_transaction(modes, via).await.map(drop);
        }
        let proposed = match text {
            Some(text) => self.model.settings.propose_text(name, text),
            None => self.model.settings.propose_default(name),
        };
        match proposed {
            Ok(change) => {
                self.change(&change, if local { Scope::Local } else { Scope::Session }, via).await?;
                self.tell_no_effect(&change).map_err(Stop::from)
            }
            Err(error) => Err(self.refuse_setting(name, error, via).await),
        }
    }

    /// The description of such a query.
    pub(super) fn describe_configuration(&mut self, configuration: &Configuration, format: Option<i16>) -> Result<(), Stop> {
        if format.is_none() {
            let of = |number: u32| match (configuration.cancels(), configuration.is_boolean(number)) {
                (true, _) => INTEGER,
                (false, true) => BOOL,
                (false, false) => TEXT,
            };
            let types: Vec<u32> = (1..=configuration.parameters).map(of).collect();
            self.client.queue(&Backend::ParameterDescription(&types)).map_err(Ending::from)?;
        }
        // Text has the same bytes in both formats.
        let format = format.unwrap_or(0);
        let fields: Vec<Field<'_>> = configuration.items.iter().map(|item| Field { format, ..field(item) }).collect();
        self.client.queue(&Backend::RowDescription(&fields)).map_err(|error| match error {
            WireError::Untranslatable(error) => Stop::Statement(error),
            other @ (WireError::DeadlinePassed
            | WireError::Disconnected
            | WireError::Io(_)
            | WireError::QueueFull { bytes: _ }
            | WireError::Refused(_)
            | WireError::Tls(_)
            | WireError::Violation(_)) => Stop::from(other),
        })
    }
}

/// The values of a Bind for such a query, as texts.
///
/// # Errors
/// 22P03, 22021 and 22P05 for bytes that are no boolean and no text in the client's encoding.
pub(super) fn given_values(
    bind: &Bind,
    configuration: &Configuration,
    encoding: Encoding,
) -> Result<Vec<Option<String>>, UserError> {
    let format = |at: usize| match bind.parameter_formats.as_slice() {
        [] => Format::Text,
        [one] => *one,
        several => several.get(at).copied().unwrap_or(Format::Text),
    };
    let mut given = Vec::with_capacity(bind.parameters.len());
    for ((at, value), number) in bind.parameters.iter().enumerate().zip(1_u32..) {
        given.push(match value {
            None => None,
            Some(bytes) if configuration.cancels() && format(at) == Format::Binary => {
                let pid = match *bytes.as_ref() {
                    [a, b] => Some(i32::from(i16::from_be_bytes([a, b]))),
                    [a, b, c, d] => Some(i32::from_be_bytes([a, b, c, d])),
                    _ => None,
                };
                let message = format!("incorrect binary data format in bind parameter {number}");
                let error = || UserError::new(SqlState::INVALID_BINARY_REPRESENTATION, message);
                Some(pid.ok_or_else(error)?.to_string())
            }
            Some(bytes) => Some(match (format(at), configuration.is_boolean(number), bytes.as_ref()) {
                (Format::Binary, true, [0]) => "off".to_owned(),
                (Format::Binary, true, [1]) => "on".to_owned(),
                (Format::Binary, true, _) => {
                    let message = format!("incorrect binary data format in bind parameter {number}");
                    return Err(UserError::new(SqlState::INVALID_BINARY_REPRESENTATION, message));
                }
                (Format::Binary | Format::Text, _, bytes) => text(bytes, encoding)?,
            }),
        });
    }
    Ok(given)
}

/// The column of an item, in text format.
fn field(item: &ConfigurationItem) -> Field<'_> {
    if item.does.cancels() { Field::boolean(&item.column) } else { Field::text(&item.column) }
}

fn text(bytes: &[u8], encoding: Encoding) -> Result<String, UserError> {
    if bytes.contains(&0) {
        let message = format!("invalid byte sequence for encoding \"{}\": 0x00", encoding.name());
        return Err(UserError::new(SqlState::CHARACTER_NOT_IN_REPERTOIRE, message));
    }
    encoding.decode(bytes).map(Cow::into_owned)
}

fn value(argument: &Given, given: &[Option<String>]) -> Option<String> {
    match argument {
        Given::Null | Given::OwnPid => None,
        Given::Parameter(number) => {
            let at = usize::try_from(*number).ok()?.checked_sub(1)?;
            given.get(at).cloned().flatten()
        }
        Given::Text(text) => Some(text.clone()),
    }
}

fn flag(argument: &Given, given: &[Option<String>]) -> Result<Option<bool>, Stop> {
    let Some(text) = value(argument, given) else { return Ok(None) };
    match settings::boolean(&text) {
        Some(word) => Ok(Some(word == "on")),
        None => {
            let message = format!("invalid input syntax for type boolean: \"{text}\"");
            Err(Stop::statement(UserError::new(SqlState::INVALID_TEXT_REPRESENTATION, message)))
        }
    }
}

/// As PostgreSQL says it.
pub(super) fn unknown(name: &str) -> UserError {
    UserError::new(SqlState::UNDEFINED_OBJECT, format!("unrecognized configuration parameter \"{name}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_texts_of_the_session_or_nothing() {
        assert_eq!(text("crm, public".as_bytes(), Encoding::UTF8).unwrap(), "crm, public");
        assert_eq!(text(b"\xfc", Encoding::find("LATIN1").unwrap()).unwrap(), "ü");
        for bytes in [&b"crm\0, public"[..], b"\xff", b"\xc3"] {
            assert_eq!(text(bytes, Encoding::UTF8).unwrap_err().sqlstate, SqlState::CHARACTER_NOT_IN_REPERTOIRE, "{bytes:?}");
        }
    }
}
