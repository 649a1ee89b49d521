//! The values of a session: what SET, SET LOCAL, RESET, COMMIT, ROLLBACK and ROLLBACK TO make of them (PostgreSQL: `guc.c`, "GUC nest levels").

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::base::{Encoding, SqlState, UserError, join_names, split_names};
use crate::upstream::ServerFacts;
use crate::wire::Spoken;

use super::blocks;
use super::duration;
use super::table::{ALL, DefaultValue, Effect, Kind, OF_THE_OWNER, Setting, find};
use super::validate::{Surroundings, Unprintable, Valid, clean, validate};

/// Values by the setting's name; what is missing has its default.
type Values = Arc<BTreeMap<&'static str, String>>;

/// Values that hold before anybody sets one.
#[derive(Clone, Debug)]
pub(in crate::session) struct Defaults {
    pub facts: Arc<ServerFacts>,
    pub user: String,
    pub application_name: String,
    /// The grant's.
    pub search_path: Vec<String>,
    pub statement_timeout: Duration,
    pub idle_in_transaction: Duration,
    pub idle_session: Duration,
    /// Some relation of the grant has a row filter.
    pub filters_rows: bool,
}

/// How far a SET reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::session) enum Scope {
    /// To the end of the transaction.
    Local,
    Session,
}

/// What a SET does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::session) struct Change {
    pub name: &'static str,
    pub value: String,
    pub effect: Effect,
    /// The gate lowered the value to its own limit.
    pub is_lowered: bool,
}

/// The settings of one session.
#[derive(Debug)]
pub(in crate::session) struct Settings {
    defaults: Defaults,
    /// What the client asked for in its startup packet: RESET goes back to these.
    startup: Values,
    layers: Layers,
    /// Rises with every change, whatever makes it.
    version: u64,
    /// Of this version.
    derived: Derived,
    /// What the client's messages are read and written in, kept as `client_encoding` says.
    spoken: Spoken,
    /// One for the transaction and one for each savepoint, the outermost first.
    saved: Vec<Saved>,
}

#[derive(Clone, Debug, Default)]
struct Layers {
    session: Values,
    local: Values,
}

/// What every statement asks for, read out of the values once for each version.
#[derive(Clone, Debug, Default)]
struct Derived {
    /// `None` is "no limit".
    statement_timeout: Option<Duration>,
    idle_session: Option<Duration>,
    idle_in_transaction: Option<Duration>,
    search_path: Vec<String>,
    refuses_filters: bool,
    refuses_views: bool,
}

impl Layers {
    /// Nobody changed the one since it was the other: a change makes new values where others hold the old ones.
    fn is_same(&self, other: &Self) -> bool {
        let Self { session, local } = self;
        Arc::ptr_eq(session, &other.session) && Arc::ptr_eq(local, &other.local)
    }
}

#[derive(Debug)]
struct Saved {
    /// `None`: the transaction itself.
    savepoint: Option<String>,
    before: Layers,
}

impl Settings {
    /// The settings of a new session.
    pub(in crate::session) fn new(defaults: Defaults, spoken: Spoken) -> Self {
        let (startup, layers, derived) = (Values::default(), Layers::default(), Derived::default());
        let mut settings = Self { defaults, startup, layers, version: 0, derived, spoken, saved: Vec::new() };
        settings.derived = settings.derive();
        settings
    }

    /// What the client asks for in its startup packet.
    ///
    /// # Errors
    /// As [`Settings::propose`].
    pub(in crate::session) fn request(&mut self, name: &str, value: &str) -> Result<(), UserError> {
        if let (Some(Setting { kind: Kind::Encoding, .. }), Some(found)) = (find(name), Encoding::find(value))
            && !found.is_convertible()
        {
            // PostgreSQL looks for the conversion after the rest of the start (`InitializeClientEncoding`).
            let message = format!("conversion between {} and UTF8 is not supported", found.name());
            return Err(UserError::new(SqlState::FEATURE_NOT_SUPPORTED, message));
        }
        let Change { name, value, effect: _, is_lowered: _ } = self.propose_text(name, value)?;
        Arc::make_mut(&mut self.startup).insert(name, value);
        self.changed();
        Ok(())
    }

    /// What a SET would do. Nothing is changed yet: a mirrored setting is told to the warehouse first.
    ///
    /// # Errors
    /// 22023 for a wrong value, 55P02 for what is only shown, 42501 for what cannot be set here.
    pub(in crate::session) fn propose(&self, name: &str, members: &[String]) -> Result<Change, UserError> {
        let setting = self.known(name)?;
        let Valid { value, is_lowered } = self.judge(setting, members)?;
        Ok(Change { name: setting.name, value, effect: setting.effect, is_lowered })
    }

    /// What `set_config` would do: one text, of which a list is kept as it is written.
    ///
    /// # Errors
    /// As [`Settings::propose`].
    pub(in crate::session) fn propose_text(&self, name: &str, value: &str) -> Result<Change, UserError> {
        let setting = self.known(name)?;
        let Valid { value, is_lowered } = self.judge_text(setting, value)?;
        Ok(Change { name: setting.name, value, effect: setting.effect, is_lowered })
    }

    /// What SET … TO DEFAULT and RESET would do.
    ///
    /// # Errors
    /// As [`Settings::propose`].
    pub(in crate::session) fn propose_default(&self, name: &str) -> Result<Change, UserError> {
        let setting = self.known(name)?;
        if matches!(setting.kind, Kind::ReadOnly | Kind::Transaction) {
            let message = format!("parameter \"{}\" cannot be changed", setting.name);
            return Err(UserError::new(SqlState::CANT_CHANGE_RUNTIME_PARAM, message));
        }
        Ok(self.default_change(setting))
    }

    /// What RESET ALL would do.
    pub(in crate::session) fn propose_all_defaults(&self) -> Vec<Change> {
        let differs = |setting: &&'static Setting| self.value(setting) != self.start_value(setting);
        self.all().filter(differs).map(|setting| self.default_change(setting)).collect()
    }

    /// Does it.
    pub(in crate::session) fn apply(&mut self, change: &Change, scope: Scope) {
        let Layers { session, local } = &mut self.layers;
        match scope {
            Scope::Local => drop(Arc::make_mut(local).insert(change.name, change.value.clone())),
            Scope::Session => {
                Arc::make_mut(local).remove(change.name);
                Arc::make_mut(session).insert(change.name, change.value.clone());
            }
        }
        self.changed();
    }

    /// The value now.
    pub(in crate::session) fn value(&self, setting: &'static Setting) -> String {
        let Layers { session, local } = &self.layers;
        local.get(setting.name).or_else(|| session.get(setting.name)).cloned().unwrap_or_else(|| self.start_value(setting))
    }

    /// Another number after every change.
    pub(in crate::session) fn version(&self) -> u64 {
        self.version
    }

    /// Where the value comes from, as pg_settings says it.
    pub(in crate::session) fn source(&self, setting: &'static Setting) -> &'static str {
        let Layers { session, local } = &self.layers;
        let is_set = |values: &Values| values.contains_key(setting.name);
        if is_set(local) || is_set(session) && self.value(setting) != self.start(setting) {
            return "session";
        }
        if is_set(&self.startup) { "client" } else { "default" }
    }

    /// What RESET goes back to.
    pub(in crate::session) fn start(&self, setting: &'static Setting) -> String {
        self.start_value(setting)
    }

    /// The value now, by name; empty for what is not in the table.
    pub(in crate::session) fn by_name(&self, name: &str) -> String {
        find(name).map(|setting| self.value(setting)).unwrap_or_default()
    }

    /// `statement_timeout`; `None` for "no limit".
    pub(in crate::session) fn statement_timeout(&self) -> Option<Duration> {
        self.derived.statement_timeout
    }

    /// `idle_session_timeout`; `None` for "no limit".
    pub(in crate::session) fn idle_session_timeout(&self) -> Option<Duration> {
        self.derived.idle_session
    }

    /// `idle_in_transaction_session_timeout`; `None` for "no limit".
    pub(in crate::session) fn idle_in_transaction_timeout(&self) -> Option<Duration> {
        self.derived.idle_in_transaction
    }

    /// A revision came into force under which rows are filtered, or not.
    pub(in crate::session) fn filter_rows(&mut self, filters_rows: bool) {
        self.defaults.filters_rows = filters_rows;
    }

    /// `row_security = off`: what would be filtered is an error.
    pub(in crate::session) fn refuses_filters(&self) -> bool {
        self.derived.refuses_filters
    }

    /// `restrict_nonsystem_relation_kind = view`: no view is read.
    pub(in crate::session) fn refuses_views(&self) -> bool {
        self.derived.refuses_views
    }

    /// The setting of that name, where the warehouse's version has it.
    pub(in crate::session) fn find(&self, name: &str) -> Option<&'static Setting> {
        find(name).filter(|setting| self.is_there(setting))
    }

    /// All of them that the warehouse's version has, in the order of SHOW ALL.
    pub(in crate::session) fn all(&self) -> impl Iterator<Item = &'static Setting> {
        ALL.iter().filter(|setting| self.is_there(setting))
    }

    /// What the client asked for in its startup packet, and nothing comes of.
    pub(in crate::session) fn without_effect(&self) -> impl Iterator<Item = &'static Setting> {
        let is_asked = |setting: &&'static Setting| self.startup.contains_key(setting.name);
        ALL.iter().filter(|setting| setting.effect == Effect::Nothing).filter(is_asked)
    }

    /// A server tells the values of the settings that it has.
    fn is_there(&self, setting: &Setting) -> bool {
        let facts = &self.defaults.facts;
        !matches!(setting.default, DefaultValue::Server)
            || facts.version_num() == 0
            || facts.value(&setting.name.to_ascii_lowercase()).is_some()
    }

    /// The schemas of search_path, `$user` resolved, in order.
    pub(in crate::session) fn search_path(&self) -> &[String] {
        &self.derived.search_path
    }

    /// What the warehouse must be told when a connection is taken: every mirrored setting that is not as the server has it.
    pub(in crate::session) fn mirrored(&self) -> Vec<(&'static str, String)> {
        let differs = |setting: &&'static Setting| {
            setting.effect == Effect::Mirrored && self.default_value(setting).as_str() != self.value(setting).as_str()
        };
        ALL.iter().filter(differs).map(|setting| (setting.name, self.value(setting))).collect()
    }

    /// A transaction begins: what is set from now on may be taken back.
    pub(in crate::session) fn begin(&mut self) {
        if self.saved.is_empty() {
            self.saved.push(Saved { savepoint: None, before: self.layers.clone() });
        }
    }

    /// The transaction ends. SET LOCAL ends with it either way.
    pub(in crate::session) fn end(&mut self, is_committed: bool) {
        let Some(first) = self.saved.drain(..).next() else { return };
        match is_committed {
            true => self.go_back(Layers { session: Arc::clone(&self.layers.session), local: first.before.local }),
            false => self.go_back(first.before),
        }
    }

    /// A statement failed: what the innermost transaction set is taken back at once (PostgreSQL: `AbortSubTransaction`).
    pub(in crate::session) fn fail(&mut self) {
        if let Some(saved) = self.saved.last() {
            self.go_back(saved.before.clone());
        }
    }

    pub(in crate::session) fn savepoint(&mut self, name: &str) {
        self.saved.push(Saved { savepoint: Some(name.to_owned()), before: self.layers.clone() });
    }

    /// ROLLBACK TO: the savepoint stays.
    pub(in crate::session) fn rollback_to(&mut self, name: &str) {
        let Some(at) = self.position(name) else { return };
        self.saved.truncate(at + 1);
        if let Some(saved) = self.saved.last() {
            self.go_back(saved.before.clone());
        }
    }

    /// RELEASE: what was set stays for the transaction around it.
    pub(in crate::session) fn release(&mut self, name: &str) {
        if let Some(at) = self.position(name) {
            self.saved.truncate(at);
        }
    }

    /// The values as they were; most transactions set nothing, and then nothing has changed.
    fn go_back(&mut self, before: Layers) {
        if !before.is_same(&self.layers) {
            self.layers = before;
            self.changed();
        }
    }

    fn changed(&mut self) {
        self.version += 1;
        self.derived = self.derive();
        self.spoken.change(Encoding::find(&self.by_name("client_encoding")).unwrap_or(Encoding::UTF8));
    }

    fn derive(&self) -> Derived {
        let time = |name| duration::read(&self.by_name(name)).filter(|millis| *millis > 0).map(Duration::from_millis);
        let resolve = |member: String| if member == "$user" { self.defaults.user.clone() } else { member };
        let members = split_names(&self.by_name("search_path")).unwrap_or_default();
        Derived {
            statement_timeout: time("statement_timeout"),
            idle_session: time("idle_session_timeout"),
            idle_in_transaction: time("idle_in_transaction_session_timeout"),
            search_path: members.into_iter().map(resolve).collect(),
            refuses_filters: self.by_name("row_security") == "off",
            refuses_views: self
                .by_name("restrict_nonsystem_relation_kind")
                .split(',')
                .any(|word| word.trim().eq_ignore_ascii_case("view")),
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.saved.iter().rposition(|saved| saved.savepoint.as_deref() == Some(name))
    }

    /// # Errors
    /// 42501: whether a server would know the name or not, it cannot be set here.
    fn known(&self, name: &str) -> Result<&'static Setting, UserError> {
        self.find(name).ok_or_else(|| {
            let error = UserError::new(SqlState::INSUFFICIENT_PRIVILEGE, format!("parameter \"{name}\" cannot be set here"));
            match OF_THE_OWNER.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                true => error
                    .detail("Memory and processes of the warehouse are everybody's, and its owner's to give.")
                    .hint("Ask the data owner, who can set it for the role of this gate."),
                false => error.hint("SHOW ALL lists the parameters of this gate."),
            }
        })
    }

    fn default_change(&self, setting: &'static Setting) -> Change {
        Change { name: setting.name, value: self.start_value(setting), effect: setting.effect, is_lowered: false }
    }

    fn judge(&self, setting: &'static Setting, members: &[String]) -> Result<Valid, UserError> {
        let (current, default) = (self.value(setting), self.start_value(setting));
        let limit = match setting.name {
            "statement_timeout" => Some(self.defaults.statement_timeout),
            "idle_in_transaction_session_timeout" => Some(self.defaults.idle_in_transaction),
            "idle_session_timeout" => Some(self.defaults.idle_session),
            _ => None,
        };
        let (limit_millis, unprintable) = (limit.map(millis), self.unprintable());
        let filters_rows = self.defaults.filters_rows;
        let surroundings = Surroundings { current: &current, default: &default, limit_millis, filters_rows, unprintable };
        validate(setting, members, surroundings)
    }

    fn judge_text(&self, setting: &'static Setting, value: &str) -> Result<Valid, UserError> {
        if !matches!(setting.kind, Kind::SearchPath) {
            return self.judge(setting, &[value.to_owned()]);
        }
        let invalid = || {
            let message = format!("invalid value for parameter \"{}\": \"{value}\"", setting.name);
            UserError::new(SqlState::INVALID_PARAMETER_VALUE, message)
        };
        let members = split_names(value).ok_or_else(invalid)?;
        self.judge(setting, &members).map(|_| Valid::from(value.to_owned()))
    }

    fn unprintable(&self) -> Unprintable {
        let version = self.defaults.facts.value("server_version_num").and_then(|version| version.parse().ok());
        match version {
            Some(160_000_u32..) => Unprintable::Hexadecimal,
            Some(_) | None => Unprintable::QuestionMark,
        }
    }

    /// What RESET goes back to.
    fn start_value(&self, setting: &'static Setting) -> String {
        self.startup.get(setting.name).cloned().unwrap_or_else(|| self.default_value(setting))
    }

    fn default_value(&self, setting: &'static Setting) -> String {
        let defaults = &self.defaults;
        match setting.default {
            DefaultValue::Value(value) => value.to_owned(),
            DefaultValue::Server => defaults.facts.value(&setting.name.to_ascii_lowercase()).unwrap_or_default().to_owned(),
            DefaultValue::Session => match setting.name {
                "application_name" => clean(&defaults.application_name, self.unprintable()),
                "search_path" => join_names(&defaults.search_path),
                "session_authorization" => defaults.user.clone(),
                "statement_timeout" => duration::show(millis(defaults.statement_timeout)),
                "idle_in_transaction_session_timeout" => duration::show(millis(defaults.idle_in_transaction)),
                "idle_session_timeout" => duration::show(millis(defaults.idle_session)),
                _ => String::new(),
            },
        }
    }
}

/// A value as pg_settings has it: times are numbers of their unit.
pub(in crate::session) fn raw(setting: &Setting, shown: &str) -> String {
    match setting.kind {
        Kind::Blocks { min: _, max: _ } => blocks::read(shown).map_or_else(|| shown.to_owned(), |blocks| blocks.to_string()),
        Kind::Duration => duration::read(shown).map_or_else(|| shown.to_owned(), |millis| millis.to_string()),
        Kind::Boolean
        | Kind::DateStyle
        | Kind::Encoding
        | Kind::Enum(_)
        | Kind::Fixed { value: _, why: _ }
        | Kind::Integer { min: _, max: _ }
        | Kind::IntervalStyle
        | Kind::ReadOnly
        | Kind::Real { min: _, max: _ }
        | Kind::RelationKinds
        | Kind::RowSecurity
        | Kind::SearchPath
        | Kind::SessionUser
        | Kind::Text
        | Kind::TimeZone
        | Kind::Transaction => shown.to_owned(),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
