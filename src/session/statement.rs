//! The straight line of a statement: judged, recorded, sent; its outcome recorded.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{Credit, DeniedEvent, IntentEvent, Outcome, ProtocolFacts, StatementFacts, StatementRecord, Timings};
use crate::base::{SqlState, StatementId, ToUserError, UserError};
use crate::catalog::RelationKind;
use crate::enforce::{DenialCode, OutputColumn, Refusal, Rewritten, StatementKind};
use crate::runtime::ids;
use crate::telemetry::Decision;

use super::conversation::{Session, Via};
use super::cursor::rewritten;
use super::ending::{Ending, Stop};
use super::explain::Explanation;
use super::origin::Origin;
use super::plan_cache::CachedPlan;
use super::running::{Ended, Output, Proof, Running};

/// The longest name of a portal or statement in a record.
const NAME_BYTES: usize = 63;

/// A statement that is about to be sent.
#[derive(Debug)]
pub(super) struct Begin<'a> {
    /// Whose record it is: the statement's own, or that of the cursor or prepared statement behind it.
    pub plan: &'a Arc<CachedPlan>,
    pub columns: Arc<[OutputColumn]>,
    pub is_opaque: bool,
    /// What its errors point into.
    pub origin: Origin,
    pub via: Via,
    pub portal: Option<&'a str>,
    pub prepared: &'a str,
    pub explain: Option<Explanation>,
}

impl Session {
    /// Appends the intent; after this the statement may be sent, and its result read when the record is durable.
    ///
    /// # Errors
    /// The statement is not to be sent: over a limit of the grant, or it cannot be recorded.
    pub(super) async fn begin(&mut self, begin: Begin<'_>) -> Result<(), Stop> {
        self.look_at_access()?;
        let permit = match self.permit() {
            Ok(permit) => permit,
            Err(error) => return Err(self.refuse(over_limit(error), begin.via).await),
        };
        if let Some(refusal) = self.would_filter(begin.plan).or_else(|| self.would_read_view(begin.plan)) {
            return Err(self.refuse(refusal, begin.via).await);
        }
        let Begin { plan, columns, is_opaque, origin, via, portal, prepared, explain } = begin;
        let received = self.shared.clock.now();
        self.signals.registration().live().activity.runs(plan, received);
        let limit = self.access.admission.grant().limits().rows_per_query;
        let used = portal.and_then(|name| self.model.portals.find(name)).map_or(0, |portal| portal.rows);
        let rows_left = limit.map(|limit| limit.saturating_sub(used));
        let id = ids::new_statement_id();
        let event = IntentEvent {
            statement: id,
            session: Arc::clone(&self.access.record),
            facts: Arc::clone(&plan.facts),
            protocol: protocol(via, portal.unwrap_or_default(), prepared),
            received,
            row_limit: rows_left,
        };
        let journal = self.shared.journal.clone();
        let intent = self.wait_for(journal.begin(event)).await??;
        let timeout = self.model.settings.statement_timeout();
        self.signals.deadlines.statement_within(timeout);
        self.tally.statements += 1;
        self.link.running = Some(Box::new(Running {
            kind: plan.plan.record.kind,
            proof: Proof::Appended(intent),
            columns,
            is_opaque,
            size_limit: rewritten(plan).and_then(Rewritten::size_limit),
            origin,
            output: explain.map_or(Output::Client, |explain| Output::Explain(Box::new(explain))),
            via,
            portal: portal.map(str::to_owned),
            rows_left,
            released: Credit::default(),
            began: self.shared.clock.monotonic(),
            timeout,
            timings: Timings::default(),
            stopped: None,
            cancelled: None,
            _permit: permit,
        }));
        Ok(())
    }

    /// With `row_security = off`, filtered rows are an error (PostgreSQL: check_enable_rls). A session gets there when a filter comes with a new revision.
    fn would_filter(&self, plan: &CachedPlan) -> Option<Refusal> {
        if !self.model.settings.refuses_filters() {
            return None;
        }
        let mut relations = plan.plan.record.footprint.relations.iter();
        let ((schema, name), _) = relations.find(|(_, relation)| !relation.row_filters.is_empty())?;
        let message = format!("query would be affected by row-level security policy for table \"{name}\"");
        let error =
            UserError::new(SqlState::INSUFFICIENT_PRIVILEGE, message).hint("SET row_security = on shows the rows of the grant.");
        let refusal = Refusal::new(DenialCode::SettingNotAllowed, error);
        Some(Refusal { object: Some(format!("{schema}.{name}")), ..refusal })
    }

    /// With `restrict_nonsystem_relation_kind = view`, whoever reads a view gets an error (PostgreSQL: `ApplyRetrieveRule`). What is a table to the client is none.
    fn would_read_view(&self, plan: &CachedPlan) -> Option<Refusal> {
        if !self.model.settings.refuses_views() {
            return None;
        }
        let exposed = self.access.admission.grant().exposed();
        let is_view = |(schema, name): &&(String, String)| {
            exposed.relation(schema, name).is_some_and(|found| found.kind() == Some(RelationKind::View))
        };
        let (schema, name) = plan.plan.record.footprint.relations.keys().find(is_view)?;
        let message = format!("access to non-system view \"{name}\" is restricted");
        let error = UserError::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, message)
            .hint("RESET restrict_nonsystem_relation_kind lets views be read.");
        let refusal = Refusal::new(DenialCode::SettingNotAllowed, error);
        Some(Refusal { object: Some(format!("{schema}.{name}")), ..refusal })
    }

    /// Appends the outcome. `error`: as the client reads it.
    pub(super) fn finish_statement(&mut self, tag: Option<String>, error: Option<&UserError>) {
        self.signals.deadlines.statement_within(None);
        let Some(running) = self.link.running.take() else { return };
        self.tally.released = self.tally.released.plus(running.released);
        let took = Duration::from_micros(self.shared.clock.micros_since(running.began));
        let decision = if error.is_some() { Decision::Failed } else { Decision::Allowed };
        self.shared.metrics.statement(running.kind, decision, took);
        self.shared.metrics.relayed(running.released.rows, running.released.bytes);
        if let Some(portal) = running.portal.as_deref().and_then(|name| self.model.portals.find_mut(name)) {
            portal.rows += running.released.rows;
        }
        let outcome = running.outcome(Ended {
            tag,
            error: error.cloned(),
            at: self.shared.clock.now(),
            total_micros: self.shared.clock.micros_since(running.began),
            upstream: self.link.upstream.clone(),
        });
        self.close_record(running.proof, &outcome);
    }

    /// A statement that the gate itself answers with so many rows of its own: recorded like the others. Where there are no rows, its answer
    /// does not wait for the record.
    ///
    /// # Errors
    /// The journal takes no statement.
    pub(super) async fn record_control(&mut self, plan: &Arc<CachedPlan>, via: Via, rows: u64) -> Result<Control, Stop> {
        self.look_at_access()?;
        let received = self.shared.clock.now();
        self.signals.registration().live().activity.runs(plan, received);
        let event = IntentEvent {
            statement: ids::new_statement_id(),
            session: Arc::clone(&self.access.record),
            facts: Arc::clone(&plan.facts),
            protocol: protocol(via, "", ""),
            received,
            row_limit: Some(rows),
        };
        let journal = self.shared.journal.clone();
        let intent = self.wait_for(journal.begin(event)).await??;
        self.tally.statements += 1;
        let (kind, began) = (plan.plan.record.kind, self.shared.clock.monotonic());
        let proof = match rows {
            0 => Proof::Appended(intent),
            _ => Proof::Durable(self.wait_for(intent.durable()).await??),
        };
        Ok(Control { proof, kind, began })
    }

    /// How the gate's answer ended, and what of it was rows.
    pub(super) fn finish_control(&mut self, control: Control, tag: Option<&str>, error: Option<&UserError>, rows: Credit) {
        let Control { proof, kind, began } = control;
        let micros = self.shared.clock.micros_since(began);
        let decision = if error.is_some() { Decision::Failed } else { Decision::Allowed };
        self.shared.metrics.statement(kind, decision, Duration::from_micros(micros));
        let outcome = Outcome {
            rows: rows.rows,
            bytes: rows.bytes,
            complete: error.is_none(),
            command_tag: tag.map(str::to_owned),
            sqlstate: error.map_or(SqlState::SUCCESSFUL_COMPLETION, |error| error.sqlstate),
            error: error.map(|error| error.message.to_string()),
            ended: self.shared.clock.now(),
            timings: Timings { total: micros, ..Timings::default() },
            upstream: None,
        };
        self.close_record(proof, &outcome);
    }

    /// When it cannot be written the journal says so to the operator, and takes no further statement.
    fn close_record(&self, proof: Proof, outcome: &Outcome) {
        match proof {
            Proof::Durable(receipt) => drop(self.shared.journal.finish(receipt, outcome)),
            Proof::Appended(intent) => drop(self.shared.journal.finish_unread(intent, outcome)),
            Proof::Pending => {}
        }
    }

    /// A refusal: durable before the client reads it. Gives the error with the reference.
    pub(super) async fn refuse(&mut self, refusal: Refusal, via: Via) -> Stop {
        let id = ids::new_statement_id();
        let recorded = refusal.recorded_message().to_owned();
        self.look_at_application_name();
        let rule = refusal.rule();
        let Refusal { error, code, rule_path, object, recorded: _, in_read_only, disagreement } = refusal;
        let (error, recorded) = match in_read_only.filter(|_| self.is_read_only()) {
            Some(error) => (error.clone(), error.message.into_owned()),
            None => (error, recorded),
        };
        if let Some(kind) = disagreement {
            self.shared.metrics.witness_disagreed(kind);
        }
        let event = DeniedEvent {
            statement: id,
            session: Arc::clone(&self.access.record),
            facts: StatementRecord::new(&StatementFacts { kind: "other".to_owned(), ..StatementFacts::default() }),
            protocol: protocol(via, "", ""),
            received: self.shared.clock.now(),
            code: code.as_str().to_owned(),
            object,
            rule_path,
            sqlstate: error.sqlstate,
            error: recorded,
        };
        self.tally.statements += 1;
        self.shared.metrics.statement(StatementKind::Other, Decision::Denied, Duration::ZERO);
        self.shared.metrics.denied(code);
        let journal = self.shared.journal.clone();
        match self.wait_for(async { journal.deny(&event).await }).await {
            Ok(Ok(_)) => Stop::statement(with_reference(error, rule, id)),
            Ok(Err(error)) => Stop::statement(error.to_user_error()),
            Err(ending) => Stop::Session(ending),
        }
    }

    /// Before each statement: a revision that came into force holds from here on, and nothing begins after the end of the access.
    fn look_at_access(&mut self) -> Result<(), Ending> {
        let is_over = self.access.admission.end().at <= self.shared.clock.now();
        if is_over || self.signals.has_new_revision() {
            self.readmit()?;
        }
        self.look_at_application_name();
        Ok(())
    }

    /// The record names the application as the session does now, whatever set the name or took it back.
    pub(super) fn look_at_application_name(&mut self) {
        let version = self.model.settings.version();
        if std::mem::replace(&mut self.access.recorded_settings, version) != version {
            let revision = self.signals.named_revision();
            self.access.record = self.session_record(&revision);
            self.signals.registration().live().activity.named(&self.model.settings.by_name("application_name"));
        }
    }

    /// What a statement ended with: told to the client, unless it ends the session.
    pub(super) async fn settle_error(&mut self, result: Result<(), Stop>) -> Result<(), Ending> {
        match result {
            Ok(()) | Err(Stop::Skipped) => Ok(()),
            Err(Stop::Session(ending)) => Err(ending),
            Err(Stop::Statement(error)) => {
                // Answers to what was sent before come first; when one of them is an error, this message was never read.
                self.settle().await?;
                match self.flow {
                    super::conversation::Flow::Failed => Ok(()),
                    super::conversation::Flow::Serving => self.fail(*error),
                }
            }
        }
    }

    /// The session ends while a statement runs: what has left is recorded.
    pub(super) fn abandon_statement(&mut self, ending: &Ending) {
        let error = ending.last_words().unwrap_or_else(client_left);
        if self.link.running.is_some() {
            self.finish_statement(None, Some(&error));
        }
    }
}

/// The record of a command of the gate's own, until it has ended.
#[derive(Debug)]
pub(super) struct Control {
    proof: Proof,
    kind: StatementKind,
    began: std::time::Instant,
}

fn protocol(via: Via, portal: &str, prepared: &str) -> ProtocolFacts {
    let cut = |name: &str| name.chars().take(NAME_BYTES).collect();
    ProtocolFacts {
        message: match via {
            Via::Extended => "extended",
            Via::Simple => "simple",
        },
        portal: cut(portal),
        prepared: cut(prepared),
        parameter_types: Vec::new(),
    }
}

fn over_limit(error: UserError) -> Refusal {
    Refusal::new(DenialCode::Limit, error)
}

/// Rule and reference are the last line of DETAIL.
fn with_reference(error: UserError, rule: &str, id: StatementId) -> UserError {
    let reference = format!("Rule {rule}. Reference {id}.");
    let detail = match &error.detail {
        Some(detail) => format!("{detail}\n{reference}"),
        None => reference,
    };
    error.detail(detail)
}

fn client_left() -> UserError {
    UserError::fatal(SqlState::CONNECTION_FAILURE, "connection to client lost")
}
