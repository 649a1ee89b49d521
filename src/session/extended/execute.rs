//! Execute: a portal's rows, or what the gate answers itself.

use std::sync::Arc;

use crate::base::{SqlState, UserError};
use crate::enforce::Action;
use crate::parse::syntax::Command;
use crate::session::control::Execution;
use crate::session::conversation::{Flow, Session, Via};
use crate::session::cursor::rewritten;
use crate::session::ending::{Ending, Stop};
use crate::session::pending::Expected;
use crate::session::plan_cache::CachedPlan;
use crate::session::prepared::{Portal, PortalKind, Prepared, Role, UpstreamName, cut};
use crate::session::replies::unexpected;
use crate::session::simple::{explained, leaves_failed};
use crate::session::statement::Begin;
use crate::wire::Backend;

use super::inner;

impl Session {
    /// Execute.
    pub(in crate::session) async fn execute(&mut self, portal: &str, max_rows: u32) -> Result<(), Stop> {
        let name = cut(portal);
        // One statement at a time, and nothing uncertain before it.
        let found = self.portal(name)?;
        if found.has_failed() {
            self.settle_before_answer().await?;
            return self.client.queue(&Backend::EmptyQueryResponse).map_err(Stop::from);
        }
        let (statement, is_cursor) = (Arc::clone(&found.statement), found.is_cursor());
        self.check_block(leaves_failed(&statement.plan))?;
        let statement = self.current(&statement, Via::Extended).await?;
        if runs_once(&statement) {
            self.run_once(name)?;
        }
        self.model.settings.begin();
        if statement.upstream.is_none() && !is_cursor {
            self.settle_before_answer().await?;
            if statement.plan.is_empty() {
                return self.client.queue(&Backend::EmptyQueryResponse).map_err(Stop::from);
            }
            if let Some(told) = self.answer_rest(name, max_rows) {
                return told;
            }
            if let Some(error) = self.missing(&statement.plan) {
                return Err(Stop::statement(error));
            }
            let given = self.model.portals.find(name).map_or_else(Vec::new, Portal::given);
            let execution = Execution { via: Via::Extended, portal: name, max_rows, given };
            let own = closes_all(&statement.plan).then(|| self.model.portals.find(name).cloned()).flatten();
            self.control(&statement.plan, &execution).await?;
            if own.is_some() {
                self.model.portals.put(name, own);
            }
            return Ok(());
        }
        self.execute_upstream(name, &statement, max_rows).await
    }

    /// Notes that the portal runs (PostgreSQL: PORTAL_DONE).
    fn run_once(&mut self, name: &str) -> Result<(), Stop> {
        let Some(PortalKind::Bound(bound)) = self.model.portals.find_mut(name).map(|portal| &mut portal.kind) else {
            return Ok(());
        };
        match std::mem::replace(&mut bound.is_done, true) {
            false => Ok(()),
            true => {
                let message = format!("portal \"{name}\" cannot be run");
                Err(Stop::statement(UserError::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, message)))
            }
        }
    }

    async fn execute_upstream(&mut self, portal: &str, statement: &Prepared, max_rows: u32) -> Result<(), Stop> {
        if explained(&statement.plan).is_none() {
            return self.send_execute(portal, statement, max_rows).await;
        }
        let switched = self.switch_to_utf8(Via::Extended).await?;
        let mut sent = self.send_execute(portal, statement, max_rows).await;
        if sent.is_ok() && switched.is_some() {
            sent = self.settle().await.map_err(Stop::from);
        }
        self.switch_back(switched, sent.is_err(), Via::Extended).await?;
        sent
    }

    async fn send_execute(&mut self, portal: &str, statement: &Prepared, max_rows: u32) -> Result<(), Stop> {
        let plan = &statement.plan;
        let Behind { plan: read, portal: counted } = match statement.role {
            Role::Query => Behind { plan: Arc::clone(plan), portal: portal.to_owned() },
            Role::Statement => self.behind(plan, portal).await?,
        };
        let explain = explained(plan).map(|style| self.explanation(style, &read));
        let read = if is_explain_execute(plan) { self.as_explained(&read) } else { read };
        let Some(rewritten) = rewritten(&read) else { return Err(unexpected().into()) };
        let begin = Begin { via: Via::Extended, portal: Some(&counted), explain, ..self.begin_of(&read, rewritten) };
        self.tell_model(&read, Via::Extended).await?;
        let name = self.name_upstream(portal)?;
        self.begin(begin).await?;
        let Some(warehouse) = &mut self.link.warehouse else { return Err(unexpected().into()) };
        // More rows than fit the message's number are all rows.
        warehouse.execute(&name, i32::try_from(max_rows).unwrap_or(0)).map_err(Ending::from)?;
        self.expect(Expected::Statement).await?;
        if statement.role == Role::Statement && has_effect(plan) {
            self.settle().await?;
            self.executed(plan, statement);
        }
        Ok(())
    }

    /// Whose data a statement reads, and which portal's rows are counted.
    async fn behind(&mut self, plan: &Arc<CachedPlan>, portal: &str) -> Result<Behind, Stop> {
        match &plan.plan.action {
            Action::Control(Command::Fetch(fetch)) => {
                let cursor = fetch.cursor.name.clone();
                Ok(Behind { plan: self.cursor_plan(&cursor).await?, portal: cursor })
            }
            Action::Execute { name, arguments, explain } => {
                let (plan, _) = self.execution(name, arguments, *explain, Via::Extended).await?;
                Ok(Behind { plan, portal: portal.to_owned() })
            }
            Action::Declare { name, .. } => {
                self.model.portals.admit(name).map_err(Stop::statement)?;
                Ok(Behind { plan: Arc::clone(plan), portal: portal.to_owned() })
            }
            Action::Prepare { name, .. } => {
                self.model.statements.admit(name, &plan.text).map_err(Stop::statement)?;
                Ok(Behind { plan: Arc::clone(plan), portal: portal.to_owned() })
            }
            Action::Configure(_)
            | Action::Control(_)
            | Action::Copy(_)
            | Action::Explain { style: _, rewritten: _ }
            | Action::Policy(_)
            | Action::Query(_) => Ok(Behind { plan: Arc::clone(plan), portal: portal.to_owned() }),
        }
    }

    /// The model after DECLARE and PREPARE.
    fn executed(&mut self, plan: &Arc<CachedPlan>, statement: &Prepared) {
        if self.flow == Flow::Failed {
            return;
        }
        match (&plan.plan.action, &statement.upstream) {
            (Action::Declare { name, options, rewritten: _ }, _) => self.declared(name, *options, plan),
            (Action::Prepare { name, .. }, Some(upstream)) => {
                let upstream = Some(UpstreamName::Own(inner(upstream).into()));
                let prepared = Prepared { role: Role::Query, upstream, ..self.prepared_of(plan, &[]) };
                self.model.statements.put(name, Some(Arc::new(prepared)));
            }
            (_, _) => {}
        }
    }
}

/// What is told of the query behind it is its plan alone.
fn is_explain_execute(plan: &CachedPlan) -> bool {
    matches!(plan.plan.action, Action::Execute { name: _, arguments: _, explain: Some(_) })
}

/// Whose data a statement reads.
struct Behind {
    plan: Arc<CachedPlan>,
    portal: String,
}

impl Portal {
    /// The values that Bind gave, of what the gate answers itself.
    fn given(&self) -> Vec<Option<String>> {
        match &self.kind {
            PortalKind::Bound(bound) => bound.given.clone(),
            PortalKind::Cursor(_) => Vec::new(),
        }
    }
}

/// Commands that give no rows; the rows of the others go on where the last Execute ended.
fn runs_once(statement: &Prepared) -> bool {
    match &statement.plan.plan.action {
        Action::Control(command) => !statement.plan.is_empty() && !matches!(command, Command::Fetch(_) | Command::Show(_)),
        Action::Declare { name: _, options: _, rewritten: _ } => true,
        Action::Prepare { name: _, types: _, rewritten: _ } => statement.role == Role::Statement,
        // Of COPY the warehouse says so itself.
        Action::Configure(_)
        | Action::Copy(_)
        | Action::Execute { name: _, arguments: _, explain: _ }
        | Action::Explain { style: _, rewritten: _ }
        | Action::Policy(_)
        | Action::Query(_) => false,
    }
}

/// The command that closes every portal but its own (`PortalHashTableDeleteAll`). DISCARD ALL does so too, and then commits at once, which ends its own
/// (`XACT_FLAGS_NEEDIMMEDIATECOMMIT` in `exec_execute_message`).
fn closes_all(plan: &CachedPlan) -> bool {
    matches!(plan.plan.action, Action::Control(Command::Close(None)))
}

/// Whether the model changes with the statement.
fn has_effect(plan: &CachedPlan) -> bool {
    matches!(plan.plan.action, Action::Declare { .. } | Action::Prepare { .. })
}
