//! What a statement reads of the session's own model, told to the warehouse before it runs: settings, prepared statements, cursors, the person's sessions.
//!
//! Each part travels as the value of a setting that the catalogs read, as JSON in base64: not a character of it can be taken for SQL.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::base::quote_literal;
use crate::catalog::system::SystemContext;
use crate::enforce::{Action, Rewritten, SessionPart};
use crate::upstream::Words;

use super::conversation::{Session, Via};
use super::cursor::rewritten;
use super::ending::Stop;
use super::plan_cache::CachedPlan;
use super::settings;

/// The setting that carries a part.
const fn carrier(part: SessionPart) -> &'static str {
    match part {
        SessionPart::Cursors => "postern.cursors",
        SessionPart::Sessions => "postern.sessions",
        SessionPart::Settings => "postern.settings",
        SessionPart::Statements => "postern.statements",
    }
}

/// SQL of type json that reads a part.
pub(super) fn part_text(part: SessionPart) -> String {
    format!(
        "CAST(pg_catalog.convert_from(pg_catalog.decode(pg_catalog.current_setting({}), 'base64'), 'UTF8') AS pg_catalog.json)",
        quote_literal(carrier(part))
    )
}

impl Session {
    /// Tells what the statement reads, when it reads anything of the model.
    pub(super) async fn tell_model(&mut self, plan: &Arc<CachedPlan>, via: Via) -> Result<(), Stop> {
        let Some(parts) = rewritten(plan).map(Rewritten::session_parts).filter(|parts| !parts.is_empty()) else { return Ok(()) };
        for part in parts {
            let text = match part {
                SessionPart::Cursors => self.told_cursors(),
                SessionPart::Sessions => self.told_sessions(plan),
                SessionPart::Settings => self.told_settings(),
                SessionPart::Statements => self.told_statements(),
            };
            let words = Words::set(carrier(*part), &STANDARD.encode(text.to_string()), false);
            self.command(&words, via).await?;
        }
        Ok(())
    }

    fn told_settings(&self) -> Value {
        let told = self.model.settings.all().map(|setting| {
            let shown = self.shown(setting);
            let (raw, reset) = (settings::raw(setting, &shown), settings::raw(setting, &self.model.settings.start(setting)));
            let source = self.model.settings.source(setting);
            (setting.name.to_ascii_lowercase(), json!({"shown": shown, "setting": raw, "reset": reset, "source": source}))
        });
        Value::Object(told.collect::<Map<_, _>>())
    }

    fn told_statements(&self) -> Value {
        let named = self.model.statements.all().filter(|(name, _)| !name.is_empty());
        let told = named.map(|(name, statement)| {
            let is_here = statement.generation == self.link.generation;
            let upstream = statement.upstream.as_ref().filter(|_| is_here).map(|upstream| upstream.as_str().to_owned());
            let from_sql = statement.role == super::prepared::Role::Query
                && matches!(statement.plan.plan.action, Action::Prepare { name: _, types: _, rewritten: _ });
            json!({"name": name, "statement": &*statement.plan.text, "upstream": upstream, "sql": from_sql})
        });
        let shown = self.access.admission.grant().exposed().system.as_ref();
        let system = SystemContext { search_path: self.search_path().to_vec(), ..shown.clone() };
        let types = system.type_names().map(|(oid, name)| (oid.to_string(), Value::String(name)));
        json!({"all": told.collect::<Vec<_>>(), "types": types.collect::<Map<_, _>>()})
    }

    /// Of the statement that asks, too: it runs from here on.
    fn told_sessions(&self, plan: &Arc<CachedPlan>) -> Value {
        let live = self.signals.registration().live();
        live.activity.runs(plan, self.shared.clock.now());
        Value::Array(self.shared.registry.own_activity(live))
    }

    fn told_cursors(&self) -> Value {
        let told =
            self.model.portals.all().map(|(name, portal)| json!({"name": name, "statement": &*portal.statement.plan.text}));
        Value::Array(told.collect())
    }
}
