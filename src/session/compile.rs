//! From text to plan: the cache, or parse and enforce.

use std::sync::Arc;

use crate::enforce::{Context, Parsed, Plan, Record, Refusal, StatementKind, check_escaped_quotes, enforce, parse_message};
use crate::telemetry::CacheResult;

use super::conversation::Session;
use super::facts::statement_record;
use super::plan_cache::{CachedPlan, PlanKey};

/// Schemas that resolve for everybody.
const SYSTEM_SCHEMAS: [&str; 2] = ["information_schema", "pg_catalog"];

/// A message, read.
#[derive(Debug)]
pub(super) enum Message {
    /// Nothing but white space and comments.
    Empty,
    /// One statement whose plan was made before.
    Known(Arc<CachedPlan>),
    /// The statements in order, none of them judged yet.
    Read(Vec<Parsed>),
}

impl Session {
    /// Reads the text of a message that has just come, or finds that it was read before.
    pub(super) fn read_message(&self, text: &str, parameter_types: &[u32]) -> Result<Message, Box<Refusal>> {
        if self.client.encoding().is_client_only() {
            check_escaped_quotes(text)?;
        }
        self.read_text(text, parameter_types)
    }

    fn read_text(&self, text: &str, parameter_types: &[u32]) -> Result<Message, Box<Refusal>> {
        let path = self.search_path();
        if let Some(plan) = self.known(&self.key(text, parameter_types, &path)) {
            return Ok(Message::Known(plan));
        }
        let statements = parse_message(text, &self.shared.limits.statement)?;
        Ok(if statements.is_empty() { Message::Empty } else { Message::Read(statements) })
    }

    /// The plan of one statement under the grant and path of now. `text`: what it is kept under.
    pub(super) fn compile(&self, parsed: &Parsed, text: &str, parameter_types: &[u32]) -> Result<Arc<CachedPlan>, Box<Refusal>> {
        let path = self.search_path();
        let key = self.key(text, parameter_types, &path);
        if let Some(plan) = self.shared.plans.find(&key) {
            return Ok(plan);
        }
        let plan = enforce(parsed, &self.context(&path, parameter_types))?;
        // The text is the statement, or the whole message that holds no other.
        let before = if text == parsed.text() { 0 } else { parsed.characters_before() };
        let cached = self.cached(plan, text, before);
        self.shared.plans.keep(&key, Arc::clone(&cached));
        Ok(cached)
    }

    /// The plan of a text that holds one statement and was accepted before.
    pub(super) fn compile_again(&self, text: &str, parameter_types: &[u32]) -> Result<Option<Arc<CachedPlan>>, Box<Refusal>> {
        match self.read_text(text, parameter_types)? {
            Message::Known(plan) => Ok(Some(plan)),
            Message::Empty => Ok(None),
            Message::Read(statements) => match statements.as_slice() {
                [only] => self.compile(only, text, parameter_types).map(Some),
                _ => Ok(None),
            },
        }
    }

    /// The schemas in which names resolve: those of search_path that exist for this grant.
    pub(super) fn search_path(&self) -> Vec<String> {
        self.schemas().cloned().collect()
    }

    /// Names resolve in these schemas.
    pub(super) fn is_search_path(&self, path: &[String]) -> bool {
        self.schemas().eq(path)
    }

    fn schemas(&self) -> impl Iterator<Item = &String> {
        let exposed = self.access.admission.grant().exposed();
        let path = self.model.settings.search_path().iter();
        path.filter(|schema| exposed.has_schema(schema) || SYSTEM_SCHEMAS.contains(&schema.as_str()))
    }

    fn known(&self, key: &PlanKey<'_>) -> Option<Arc<CachedPlan>> {
        let found = self.shared.plans.find(key);
        self.shared.metrics.plan_looked_up(if found.is_some() { CacheResult::Hit } else { CacheResult::Miss });
        found
    }

    fn key<'a>(&self, text: &'a str, parameter_types: &'a [u32], search_path: &'a [String]) -> PlanKey<'a> {
        PlanKey { text, parameter_types, grant: self.access.admission.grant().number, search_path }
    }

    fn context<'a>(&'a self, search_path: &'a [String], parameter_types: &'a [u32]) -> Context<'a> {
        let grant = self.access.admission.grant();
        Context {
            exposed: grant.exposed(),
            search_path,
            limits: &self.shared.limits.statement,
            export: grant.compiled.export(),
            parameter_types,
        }
    }

    /// A prepared query as the record tells of it when its plan alone is asked for.
    pub(super) fn as_explained(&self, read: &CachedPlan) -> Arc<CachedPlan> {
        let record = Record { kind: StatementKind::Explain, ..read.plan.record.as_ref().clone() };
        let plan = Plan { record: Arc::new(record), ..read.plan.clone() };
        self.cached(plan, &read.text, read.characters_before)
    }

    fn cached(&self, plan: Plan, text: &str, characters_before: u32) -> Arc<CachedPlan> {
        let facts = statement_record(&plan.record, text, self.shared.statement_text);
        Arc::new(CachedPlan { text: text.into(), characters_before, plan, facts })
    }
}
