//! DECLARE, FETCH and MOVE; PREPARE and EXECUTE as SQL. Whatever they return is recorded as a reading of the statement behind the name.

use std::sync::Arc;

use crate::base::{SqlState, ToUserError, UserError};
use crate::catalog::{ExposedCatalog, types};
use crate::enforce::{Action, ExplainStyle, Rewritten};
use crate::parse::syntax::{CursorOptions, Fetch};
use crate::upstream::{Sql, Words};

use super::answer::{Rows, RowsTag, Values};
use super::control::no_cursor;
use super::conversation::{Flow, Series, Session, Via};
use super::ending::Stop;
use super::explain;
use super::pending::{Expected, Undo};
use super::plan_cache::CachedPlan;
use super::prepared::{Hold, Portal, PortalKind, Prepared, Role, UpstreamName};
use super::replies::unexpected;
use super::statement::Begin;
use super::variant::Variant;

impl Session {
    /// The model after a DECLARE that went through.
    pub(super) fn declared(&mut self, name: &str, options: CursorOptions, plan: &Arc<CachedPlan>) {
        if self.flow == Flow::Failed {
            return;
        }
        let statement = Arc::new(Prepared { role: Role::Query, ..self.prepared_of(plan, &[]) });
        let kind = PortalKind::Cursor(if options.hold { Hold::Wanted } else { Hold::No });
        let portal = Portal { kind, statement, depth: self.model.transaction.depth(), rows: 0 };
        self.model.portals.put(name, Some(portal));
    }

    /// FETCH and MOVE, by the simple protocol.
    pub(super) async fn fetch(&mut self, fetch: &Fetch) -> Result<(), Stop> {
        let name = &fetch.cursor.name;
        let plan = self.cursor_plan(name).await?;
        let Some(rewritten) = rewritten(&plan) else { return Err(Stop::statement(no_cursor(name))) };
        let begin = Begin { portal: Some(name), ..self.begin_of(&plan, rewritten) };
        self.run(Sql::Words(&Words::fetch(fetch)), begin).await
    }

    /// The plan behind a cursor, if it is still the plan of the grant in force.
    pub(super) async fn cursor_plan(&mut self, name: &str) -> Result<Arc<CachedPlan>, Stop> {
        let Some(portal) = self.model.portals.find(name) else { return Err(Stop::statement(no_cursor(name))) };
        let statement = Arc::clone(&portal.statement);
        self.current(&statement, Via::Simple).await.map(|statement| Arc::clone(&statement.plan))
    }

    /// PREPARE, by the simple protocol.
    pub(super) async fn prepare(
        &mut self,
        name: &str,
        types: &[String],
        rewritten: &Rewritten,
        plan: &Arc<CachedPlan>,
    ) -> Result<(), Stop> {
        self.model.statements.admit(name, &plan.text).map_err(Stop::statement)?;
        let upstream = self.model.statements.new_name();
        let words = Words::prepare(upstream.as_str(), types, rewritten);
        let begin = self.begin_of(plan, rewritten);
        self.run(Sql::Words(&words), begin).await?;
        if self.flow == Flow::Serving {
            let prepared = Prepared { role: Role::Query, upstream: Some(upstream), ..self.prepared_of(plan, &[]) };
            self.model.statements.put(name, Some(Arc::new(prepared)));
        }
        Ok(())
    }

    /// EXECUTE, by the simple protocol.
    pub(super) async fn execute_prepared(
        &mut self,
        name: &str,
        arguments: &[String],
        explain: Option<ExplainStyle>,
    ) -> Result<(), Stop> {
        let (plan, words) = self.execution(name, arguments, explain, Via::Simple).await?;
        let Some(rewritten) = rewritten(&plan) else { return Err(not_executable(name)) };
        let Some(style) = explain else {
            let begin = Begin { prepared: name, ..self.begin_of(&plan, rewritten) };
            return self.run(Sql::Words(&words), begin).await;
        };
        let (explain, plan) = (Some(self.explanation(style, &plan)), self.as_explained(&plan));
        let begin = Begin { prepared: name, explain, ..self.begin_of(&plan, rewritten) };
        self.run(Sql::Words(&words), begin).await
    }

    /// What EXPLAIN EXECUTE says of a statement that is no query, as PostgreSQL does (`ExplainOneUtility`): the warehouse is not asked. `None` for others.
    pub(super) fn plan_of_no_query(&self, action: &Action) -> Option<Rows> {
        let Action::Execute { name, arguments: _, explain: Some(style) } = action else { return None };
        let statement = self.model.statements.find(name).ok()?;
        let is_query = match &statement.plan.plan.action {
            _ if statement.plan.is_empty() => false,
            Action::Configure(_) | Action::Declare { .. } | Action::Query(_) => true,
            // Of EXECUTE the plan of what it runs is told.
            Action::Execute { name: _, arguments: _, explain } => explain.is_none(),
            Action::Prepare { name: _, types: _, rewritten: _ } => statement.role == Role::Query,
            Action::Control(_) | Action::Copy(_) | Action::Explain { style: _, rewritten: _ } | Action::Policy(_) => false,
        };
        (!is_query).then(|| Rows {
            columns: vec![explain::PLAN_COLUMN.to_owned()],
            rows: explain::of_no_query(*style, statement.plan.is_empty()).into_iter().map(|line| vec![Some(line)]).collect(),
            tag: RowsTag::Explain,
            values: Values::Plan(*style),
        })
    }

    /// What an EXECUTE runs.
    pub(super) async fn execution(
        &mut self,
        name: &str,
        arguments: &[String],
        explain: Option<ExplainStyle>,
        via: Via,
    ) -> Result<(Arc<CachedPlan>, Words), Stop> {
        let statement = Arc::clone(self.model.statements.find(name).map_err(Stop::statement)?);
        let statement = self.current_or_stale(&statement, Via::Simple).await?;
        // What these make would be unknown to the model.
        let makes = match &statement.plan.plan.action {
            Action::Declare { .. } => explain.is_none(),
            Action::Prepare { .. } => true,
            Action::Configure(_)
            | Action::Control(_)
            | Action::Copy(_)
            | Action::Execute { .. }
            | Action::Explain { .. }
            | Action::Policy(_)
            | Action::Query(_) => false,
        };
        let upstream = statement.upstream.as_ref().filter(|_| !makes || statement.role == Role::Query);
        let Some(upstream) = upstream else { return Err(not_executable(name)) };
        // EXECUTE gives text; a Bind may have asked for the text whose values are binary.
        if statement.generation != self.link.generation || statement.is_stale || statement.variant != Variant::Text {
            self.prepare_again(name, &statement, via).await?;
        }
        let words = match explain {
            Some(_) => Words::explain_execute(upstream.as_str(), arguments),
            None => Words::execute(upstream.as_str(), arguments),
        };
        Ok((Arc::clone(&statement.plan), words))
    }

    /// What was prepared on a connection that is gone, with its other text, or on another search_path, made again on this one under the same name.
    pub(super) async fn prepare_again(&mut self, name: &str, statement: &Prepared, via: Via) -> Result<(), Stop> {
        self.take_warehouse().await?;
        match (&statement.plan.plan.action, &statement.upstream) {
            (Action::Prepare { name: _, types, rewritten }, Some(upstream)) => {
                if statement.generation == self.link.generation {
                    // Until it is made again there is none.
                    self.model.statements.put(name, Some(Arc::new(statement.lost())));
                    self.command(&Words::deallocate(upstream.as_str()), via).await?;
                }
                self.command(&Words::prepare(upstream.as_str(), types, rewritten), via).await?;
            }
            (_, Some(upstream)) => {
                let Some(rewritten) = rewritten(&statement.plan) else { return Err(not_executable(name)) };
                let is_here = statement.generation == self.link.generation;
                let Some(warehouse) = &mut self.link.warehouse else { return Err(unexpected().into()) };
                if let (true, UpstreamName::Own(own)) = (is_here, upstream) {
                    warehouse.close_statement(own)?;
                    let before = Some(Arc::new(statement.clone()));
                    self.link.pending.push(Expected::ClosedAgain(Undo::Statement { name: name.to_owned(), before }));
                }
                let sent = warehouse.parse(upstream.as_str(), Sql::Rewritten(rewritten), &statement.parameter_types);
                sent.map_err(|error| Stop::statement(error.to_user_error()))?;
                self.link.pending.push(Expected::ParsedAgain(Undo::Lost { name: name.to_owned() }));
                match via {
                    Via::Extended => self.link.series = Series::Open,
                    Via::Simple => {
                        warehouse.sync();
                        self.link.pending.push(Expected::Ready);
                    }
                }
                self.settle_before_answer().await?;
            }
            (_, None) => {}
        }
        let again = Prepared { generation: self.link.generation, variant: Variant::Text, is_stale: false, ..statement.clone() };
        self.model.statements.put(name, Some(Arc::new(again)));
        Ok(())
    }

    /// A statement made under an older revision or another path is read again: it must still be the same (DESIGN, "Plans").
    pub(super) async fn current(&mut self, statement: &Arc<Prepared>, via: Via) -> Result<Arc<Prepared>, Stop> {
        match self.current_or_stale(statement, via).await? {
            again if again.is_stale => Err(Stop::statement(another_revision())),
            again => Ok(again),
        }
    }

    /// The same for a Bind and an EXECUTE. As in PostgreSQL, another search_path gives the statement another meaning, as long as its rows have the same columns.
    pub(super) async fn current_or_stale(&mut self, statement: &Arc<Prepared>, via: Via) -> Result<Arc<Prepared>, Stop> {
        let is_current = statement.grant == self.access.admission.grant().number && self.is_search_path(&statement.search_path);
        if is_current {
            return Ok(Arc::clone(statement));
        }
        let again = match self.compile_again(&statement.plan.text, &statement.parameter_types) {
            Ok(again) => again,
            Err(refusal) => return Err(self.refuse(*refusal, via).await),
        };
        let exposed = self.access.admission.grant().exposed();
        let is_only_moved = |again: &CachedPlan| {
            let is_same_grant = statement.grant == self.access.admission.grant().number;
            is_same_grant && has_same_rows(&statement.plan, again, exposed)
        };
        let found = again.and_then(|again| match sent(&again) == sent(&statement.plan) {
            true => Some((again, statement.is_stale)),
            false => is_only_moved(&again).then_some((again, true)),
        });
        let Some((plan, is_stale)) = found else { return Err(Stop::statement(another_revision())) };
        Ok(Arc::new(Prepared {
            plan,
            grant: self.access.admission.grant().number,
            search_path: self.search_path().into(),
            is_stale,
            ..statement.as_ref().clone()
        }))
    }
}

impl Session {
    /// A statement under the grant and path of now, without a name in the warehouse.
    pub(super) fn prepared_of(&self, plan: &Arc<CachedPlan>, parameter_types: &[u32]) -> Prepared {
        Prepared {
            parameter_types: parameter_types.into(),
            plan: Arc::clone(plan),
            grant: self.access.admission.grant().number,
            search_path: self.search_path().into(),
            role: Role::Statement,
            generation: self.link.generation,
            upstream: None,
            variant: Variant::Text,
            is_stale: false,
        }
    }
}

/// What the warehouse runs for a plan.
pub(super) fn rewritten(plan: &CachedPlan) -> Option<&Rewritten> {
    match &plan.plan.action {
        Action::Copy(rewritten) | Action::Explain { style: _, rewritten } | Action::Query(rewritten) => Some(rewritten),
        Action::Declare { name: _, options: _, rewritten } | Action::Prepare { name: _, types: _, rewritten } => Some(rewritten),
        Action::Configure(_) | Action::Control(_) | Action::Execute { name: _, arguments: _, explain: _ } | Action::Policy(_) => {
            None
        }
    }
}

/// The text that the warehouse was given for a plan.
fn sent(plan: &CachedPlan) -> Option<String> {
    match &plan.plan.action {
        Action::Execute { name: _, arguments, explain: _ } => Some(arguments.join(", ")),
        Action::Prepare { name: _, types, rewritten } => Some(format!("({}) {}", types.join(", "), rewritten.sql())),
        Action::Configure(_)
        | Action::Control(_)
        | Action::Copy(_)
        | Action::Declare { .. }
        | Action::Explain { style: _, rewritten: _ }
        | Action::Policy(_)
        | Action::Query(_) => rewritten(plan).map(|rewritten| rewritten.sql().to_string()),
    }
}

fn another_revision() -> UserError {
    let message = "the statement was prepared under another revision of the grant";
    UserError::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, message).hint("Prepare it again.")
}

/// Whether two readings of one query under one grant have rows of the same columns and types: they read the same of the same relations and call the same
/// functions, and no name of a type could mean two types.
fn has_same_rows(before: &CachedPlan, again: &CachedPlan, exposed: &ExposedCatalog) -> bool {
    let (old, new) = match (&before.plan.action, &again.plan.action) {
        (Action::Query(old), Action::Query(new)) => (old, new),
        // The types of its parameters stay what they were.
        (
            Action::Prepare { name: _, types: before, rewritten: old },
            Action::Prepare { name: _, types: again, rewritten: new },
        ) if before == again => (old, new),
        (_, _) => return false,
    };
    let mut names: Vec<&str> = exposed.types.keys().map(|(_, name)| name.as_str()).collect();
    names.sort_unstable();
    let is_ambiguous = names.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
        || names.iter().any(|name| types::builtin_by_typname(name).is_some());
    !is_ambiguous
        && old.columns() == new.columns()
        && old.parameters() == new.parameters()
        && old.registry_parameters() == new.registry_parameters()
        && before.plan.record.footprint == again.plan.record.footprint
}

fn not_executable(name: &str) -> Stop {
    let message = format!("prepared statement \"{name}\" is not a query");
    Stop::statement(UserError::new(SqlState::WRONG_OBJECT_TYPE, message))
}
