//! What a session would refuse of the commands that it answers itself: for `explain` and policy tests, which have no session.

use std::sync::Arc;
use std::time::Duration;

use crate::base::UserError;
use crate::enforce::{Action, Configuration, DenialCode, Given, Refusal, SettingCall};
use crate::parse::syntax::{Command, SettingName, SettingValue};
use crate::policy::limits::EffectiveLimits;
use crate::upstream::ServerFacts;
use crate::wire::Spoken;

use super::set::{modes, show_columns, show_refused};
use super::settings::{self, Defaults, Kind, Settings};

/// Why a new session under these limits would refuse a command, where some relation has a row filter or none has; `None` when it would not, or when that depends on what came before
/// it (transactions, cursors, prepared statements).
pub fn foresee(action: &Action, limits: &EffectiveLimits, filters_rows: bool) -> Option<Refusal> {
    match action {
        Action::Configure(configuration) => configured(configuration, limits, filters_rows),
        Action::Control(command) => controlled(command, limits, filters_rows),
        Action::Copy(_)
        | Action::Declare { .. }
        | Action::Execute { .. }
        | Action::Explain { .. }
        | Action::Policy(_)
        | Action::Prepare { .. }
        | Action::Query(_) => None,
    }
}

/// What constants alone decide.
fn configured(configuration: &Configuration, limits: &EffectiveLimits, filters_rows: bool) -> Option<Refusal> {
    let refused = configuration.items.iter().find_map(|item| match &item.does {
        SettingCall::Set { name: Given::Text(name), value: Given::Text(value), local: _ } => {
            set(name, &SettingValue::List(vec![value.clone()]), limits, filters_rows)
        }
        SettingCall::Cancel { .. } | SettingCall::Read { .. } | SettingCall::Set { .. } => None,
    });
    refused.map(|error| Refusal::new(DenialCode::SettingNotAllowed, error))
}

fn controlled(command: &Command, limits: &EffectiveLimits, filters_rows: bool) -> Option<Refusal> {
    let (code, error) = match command {
        Command::Show(_) if !limits.show => (DenialCode::StatementNotAllowed, Some(show_refused())),
        Command::Show(name) => (DenialCode::SettingNotAllowed, show_columns(text(name.as_ref()), None).err()),
        Command::Set { local: _, name, value } => (DenialCode::SettingNotAllowed, set(&name.name, value, limits, filters_rows)),
        Command::Reset(Some(name)) => {
            (DenialCode::SettingNotAllowed, set(&name.name, &SettingValue::Default, limits, filters_rows))
        }
        Command::Begin(_)
        | Command::Close(_)
        | Command::Commit { chain: _ }
        | Command::Copy(_)
        | Command::Deallocate(_)
        | Command::Declare(_)
        | Command::Discard(_)
        | Command::Execute { name: _, arguments: _ }
        | Command::Explain(_)
        | Command::ExplainPolicy(_)
        | Command::Fetch(_)
        | Command::Lock(_)
        | Command::Prepare { name: _, types: _, query: _ }
        | Command::Release(_)
        | Command::Reset(None)
        | Command::Rollback { chain: _ }
        | Command::RollbackTo(_)
        | Command::Savepoint(_)
        | Command::SetCharacteristics(_)
        | Command::SetTransaction(_)
        | Command::Unlisten(_) => return None,
    };
    error.map(|error| Refusal::new(code, error))
}

fn text(name: Option<&SettingName>) -> Option<&str> {
    name.map(|name| name.name.as_str())
}

fn set(name: &str, value: &SettingValue, limits: &EffectiveLimits, filters_rows: bool) -> Option<UserError> {
    if let (Some(setting), SettingValue::List(members)) = (settings::find(name), value)
        && matches!(setting.kind, Kind::Transaction)
    {
        return modes(setting, members).err();
    }
    let defaults = Defaults {
        facts: Arc::new(ServerFacts::default()),
        user: String::new(),
        application_name: String::new(),
        search_path: Vec::new(),
        statement_timeout: limits.statement_timeout,
        idle_in_transaction: Duration::MAX,
        idle_session: limits.idle_timeout,
        filters_rows,
    };
    let settings = Settings::new(defaults, Spoken::default());
    match value {
        SettingValue::Default => settings.propose_default(name).err(),
        SettingValue::List(members) => settings.propose(name, members).err(),
        SettingValue::Offset { text: _, fields: _, zone } => settings.propose(name, std::slice::from_ref(zone)).err(),
    }
}
