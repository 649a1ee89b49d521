//! SET, RESET and SHOW.

use std::collections::VecDeque;

use crate::base::{Severity, SqlState, UserError};
use crate::enforce::{DenialCode, Refusal};
use crate::parse::syntax::{Isolation, SettingValue, TransactionModes};
use crate::upstream::Words;

use super::answer::{Rows, RowsTag, Values};
use super::configure::unknown;
use super::conversation::{Session, Via};
use super::ending::{Ending, Stop};
use super::settings::{self, Change, Effect, Kind, Scope, Setting, Settings};
use super::transaction::Block;

/// The columns of SHOW ALL.
const ALL_COLUMNS: [&str; 3] = ["name", "setting", "description"];

impl Session {
    pub(super) async fn set(&mut self, name: &str, value: &SettingValue, local: bool, via: Via) -> Result<String, Stop> {
        if let (Some(setting), SettingValue::List(members)) = (settings::find(name), value)
            && matches!(setting.kind, Kind::Transaction)
        {
            let modes = modes(setting, members).map_err(Stop::statement)?;
            return self.set_transaction(modes, via).await;
        }
        let proposed = match value {
            SettingValue::Default => self.model.settings.propose_default(name),
            SettingValue::List(members) => self.model.settings.propose(name, members),
            SettingValue::Offset { text: _, fields: _, zone } => self.model.settings.propose(name, std::slice::from_ref(zone)),
        };
        let change = match proposed {
            Ok(change) => change,
            Err(error) => return Err(self.refuse_setting(name, error, via).await),
        };
        let scope = if local { Scope::Local } else { Scope::Session };
        if local && self.model.transaction.block() == Block::None {
            self.warn(SqlState::NO_ACTIVE_SQL_TRANSACTION, "SET LOCAL can only be used in transaction blocks")?;
            return Ok("SET".to_owned());
        }
        self.change(&change, scope, via).await?;
        if !matches!(value, SettingValue::Default) {
            self.tell_no_effect(&change)?;
        }
        if change.is_lowered {
            let message = format!("parameter \"{}\" is limited to {} here", change.name, change.value);
            let notice = UserError { severity: Severity::Notice, ..UserError::new(SqlState::SUCCESSFUL_COMPLETION, message) };
            self.client.report(&notice).map_err(Ending::from)?;
        }
        Ok("SET".to_owned())
    }

    pub(super) async fn set_characteristics(&mut self, modes: TransactionModes, via: Via) -> Result<String, Stop> {
        let TransactionModes { isolation, read_only, deferrable } = modes;
        let word = |on: bool| if on { "on" } else { "off" }.to_owned();
        let all = [
            isolation.map(|level| ("default_transaction_isolation", level.as_str().to_owned())),
            read_only.map(|on| ("default_transaction_read_only", word(on))),
            deferrable.map(|on| ("default_transaction_deferrable", word(on))),
        ];
        for (name, value) in all.into_iter().flatten() {
            self.set(name, &SettingValue::List(vec![value]), false, via).await?;
        }
        Ok("SET".to_owned())
    }

    pub(super) async fn reset(&mut self, name: Option<&str>, via: Via) -> Result<String, Stop> {
        let changes = match name {
            None => self.model.settings.propose_all_defaults(),
            Some(name) => match self.model.settings.propose_default(name) {
                Ok(change) => vec![change],
                Err(error) => return Err(self.refuse_setting(name, error, via).await),
            },
        };
        for change in changes {
            self.change(&change, Scope::Session, via).await?;
        }
        Ok("RESET".to_owned())
    }

    /// What is only kept and shown is not taken for more.
    pub(super) fn tell_no_effect(&mut self, change: &Change) -> Result<(), Ending> {
        if change.effect == Effect::Nothing { self.client.report(&no_effect(change.name)).map_err(Ending::from) } else { Ok(()) }
    }

    /// In the warehouse first, where it concerns it: what it refuses is not changed here either.
    pub(super) async fn change(&mut self, change: &Change, scope: Scope, via: Via) -> Result<(), Stop> {
        if change.effect == Effect::Mirrored {
            self.command(&Words::set(change.name, &change.value, scope == Scope::Local), via).await?;
        }
        self.model.settings.apply(change, scope);
        Ok(())
    }

    /// SHOW.
    pub(super) fn show(&self, name: Option<&str>) -> Result<Rows, UserError> {
        if !self.access.admission.grant().limits().show {
            return Err(show_refused());
        }
        let columns = show_columns(name, Some(&self.model.settings))?.into_iter().map(str::to_owned).collect();
        let rows = match name.and_then(|name| self.model.settings.find(name)) {
            Some(setting) => VecDeque::from([vec![Some(self.shown(setting))]]),
            None => {
                let row = |setting: &'static Setting| {
                    vec![Some(setting.name.to_owned()), Some(self.shown(setting)), Some(setting.about.to_owned())]
                };
                self.model.settings.all().map(row).collect()
            }
        };
        Ok(Rows { columns, rows, tag: RowsTag::Show, values: Values::Texts })
    }

    pub(super) fn shown(&self, setting: &'static Setting) -> String {
        let Kind::Transaction = setting.kind else { return self.model.settings.value(setting) };
        let transaction = &self.model.transaction;
        match setting.name {
            "transaction_isolation" => match transaction.isolation() {
                Some(isolation) => isolation.as_str().to_owned(),
                None => self.model.settings.by_name("default_transaction_isolation"),
            },
            "transaction_deferrable" => match transaction.deferrable() {
                Some(deferrable) => if deferrable { "on" } else { "off" }.to_owned(),
                None => self.model.settings.by_name("default_transaction_deferrable"),
            },
            _ => if self.is_read_only() { "on" } else { "off" }.to_owned(),
        }
    }

    /// Whether the client asked for a transaction that only reads. Every transaction does; this decides how a write is refused.
    pub(super) fn is_read_only(&self) -> bool {
        let default = || self.model.settings.by_name("default_transaction_read_only") == "on";
        self.model.transaction.read_only().unwrap_or_else(default)
    }

    /// What may not be set is a denial and is recorded; a wrong value is a mistake and is not.
    pub(super) async fn refuse_setting(&mut self, name: &str, error: UserError, via: Via) -> Stop {
        if error.sqlstate != SqlState::INSUFFICIENT_PRIVILEGE {
            return Stop::statement(error);
        }
        let refusal = Refusal::new(DenialCode::SettingNotAllowed, error);
        self.refuse(Refusal { object: Some(name.to_owned()), ..refusal }, via).await
    }
}

/// A notice that a setting is kept, and nothing comes of it.
pub(super) fn no_effect(name: &str) -> UserError {
    let message = format!("parameter \"{name}\" has no effect here");
    let notice = UserError { severity: Severity::Notice, ..UserError::new(SqlState::SUCCESSFUL_COMPLETION, message) };
    notice.detail("The warehouse plans queries as its owner has set it.")
}

/// The guardrails do not open SHOW.
pub(super) fn show_refused() -> UserError {
    UserError::new(SqlState::INSUFFICIENT_PRIVILEGE, "SHOW is not open under this grant").hint("Ask the data owner to open it.")
}

/// The columns of a SHOW, as PostgreSQL names them.
///
/// # Errors
/// 42704 for what is not in the table, or not in the session's warehouse.
pub(super) fn show_columns(name: Option<&str>, own: Option<&Settings>) -> Result<Vec<&'static str>, UserError> {
    let Some(name) = name else { return Ok(ALL_COLUMNS.to_vec()) };
    let setting = own.map_or_else(|| settings::find(name), |own| own.find(name)).ok_or_else(|| unknown(name))?;
    Ok(vec![setting.name])
}

/// SET transaction_isolation and its kin are SET TRANSACTION.
pub(super) fn modes(setting: &Setting, members: &[String]) -> Result<TransactionModes, UserError> {
    const LEVELS: [Isolation; 4] =
        [Isolation::ReadCommitted, Isolation::ReadUncommitted, Isolation::RepeatableRead, Isolation::Serializable];
    let value = members.first().map(|value| value.trim().to_ascii_lowercase()).unwrap_or_default();
    let mut modes = TransactionModes::default();
    let is_read = match setting.name {
        "transaction_isolation" => {
            modes.isolation = LEVELS.into_iter().find(|level| level.as_str() == value);
            modes.isolation.is_some()
        }
        name => {
            let on = settings::boolean(&value).map(|word| word == "on");
            match name {
                "transaction_deferrable" => modes.deferrable = on,
                _ => modes.read_only = on,
            }
            on.is_some()
        }
    };
    match is_read {
        true => Ok(modes),
        false => {
            let message = format!("invalid value for parameter \"{}\": \"{value}\"", setting.name);
            Err(UserError::new(SqlState::INVALID_PARAMETER_VALUE, message))
        }
    }
}
