//! Parse, Bind, Describe, Execute, Close, Flush: sent ahead in a pipeline, one statement running at a time.

use std::sync::Arc;

use crate::base::{SqlState, ToUserError, UserError};
use crate::enforce::{Action, Refusal, Rewritten};
use crate::parse::syntax::Command;
use crate::upstream::{BindValues, Sql, Words};
use crate::wire::{Backend, Bind, Field, Format, Parse, Target};

use super::compile::Message;
use super::configure::given_values;
use super::control::Execution;
use super::conversation::{Series, Session, Via};
use super::cursor::rewritten;
use super::ending::{Ending, Stop};
use super::origin::Origin;
use super::pending::{Expected, Shape, Undo};
use super::plan_cache::CachedPlan;
use super::prepared::{Bound, Portal, PortalKind, Prepared, Role, UpstreamName, cut};
use super::replies::unexpected;
use super::set::show_columns;
use super::statement::Begin;
use super::variant::Variant;

impl Session {
    /// Parse.
    pub(super) async fn parse(&mut self, parse: Parse) -> Result<(), Stop> {
        let Parse { name, text, parameter_types } = parse;
        let name = cut(name.as_str());
        let plan = self.parse_plan(text.as_str(), &parameter_types).await?;
        self.tell_notices(&plan)?;
        self.model.statements.admit(name, &plan.text).map_err(Stop::statement)?;
        let mut prepared = self.prepared_of(&plan, &parameter_types);
        if is_sent(&plan) {
            // What PREPARE makes is named after the statement that holds it.
            let upstream = match name.is_empty() && !matches!(plan.plan.action, Action::Prepare { .. }) {
                true => UpstreamName::Unnamed,
                false => self.model.statements.new_name(),
            };
            self.parse_upstream(&plan, Variant::Text, &upstream, &parameter_types).await?;
            prepared.upstream = Some(upstream);
            let before = self.model.statements.put(name, Some(Arc::new(prepared)));
            let undo = Undo::Statement { name: name.to_owned(), before };
            self.expect(Expected::ParseComplete { undo, origin: origin_of(&plan) }).await
        } else {
            self.settle_before_answer().await?;
            self.model.statements.put(name, Some(Arc::new(prepared)));
            self.client.queue(&Backend::ParseComplete).map_err(Stop::from)
        }
    }

    async fn parse_plan(&mut self, text: &str, parameter_types: &[u32]) -> Result<Arc<CachedPlan>, Stop> {
        let message = match self.read_message(text, parameter_types) {
            Ok(message) => message,
            Err(refusal) => return Err(self.refuse_in_turn(*refusal).await),
        };
        match message {
            Message::Empty => Ok(CachedPlan::empty()),
            Message::Known(plan) => {
                self.check_block(super::simple::leaves_failed(&plan))?;
                Ok(plan)
            }
            Message::Read(statements) => {
                let [only] = statements.as_slice() else {
                    let message = "cannot insert multiple commands into a prepared statement";
                    return Err(Stop::statement(UserError::new(SqlState::SYNTAX_ERROR, message)));
                };
                self.check_block(only.leaves_failed_transaction())?;
                match self.compile(only, text, parameter_types) {
                    Ok(plan) => Ok(plan),
                    Err(refusal) => Err(self.refuse_in_turn(*refusal).await),
                }
            }
        }
    }

    pub(super) async fn parse_upstream(
        &mut self,
        plan: &CachedPlan,
        variant: Variant,
        name: &UpstreamName,
        types: &[u32],
    ) -> Result<(), Stop> {
        let words = self.words_of(plan, name).await?;
        self.take_warehouse().await?;
        let Some(warehouse) = &mut self.link.warehouse else { return Err(unexpected().into()) };
        let sql = match (&words, rewritten(plan), variant) {
            (Some(words), _, _) => Sql::Words(words),
            (None, Some(rewritten), Variant::Text) => Sql::Rewritten(rewritten),
            (None, Some(rewritten), Variant::Binary) => Sql::RewrittenBinary(rewritten),
            (None, None, _) => return Err(unexpected().into()),
        };
        warehouse.parse(name.as_str(), sql, types).map_err(|error| Stop::statement(error.to_user_error()))
    }

    /// Commands that the warehouse runs in the gate's own words.
    async fn words_of(&mut self, plan: &CachedPlan, name: &UpstreamName) -> Result<Option<Words>, Stop> {
        match &plan.plan.action {
            Action::Control(Command::Fetch(fetch)) => Ok(Some(Words::fetch(fetch))),
            Action::Execute { name, arguments } => {
                self.execution(name, arguments, Via::Extended).await.map(|(_, words)| Some(words))
            }
            Action::Prepare { name: _, types, rewritten } => Ok(Some(Words::prepare(&inner(name), types, rewritten))),
            Action::Configure(_)
            | Action::Control(_)
            | Action::Copy(_)
            | Action::Declare { .. }
            | Action::Explain { style: _, rewritten: _ }
            | Action::Query(_) => Ok(None),
        }
    }

    /// Bind.
    pub(super) async fn bind(&mut self, bind: Bind) -> Result<(), Stop> {
        let (portal, statement) = (cut(bind.portal.as_str()), cut(bind.statement.as_str()));
        let statement = Arc::clone(self.model.statements.find(statement).map_err(Stop::statement)?);
        self.check_block(super::simple::leaves_failed(&statement.plan))?;
        self.model.portals.admit(portal).map_err(Stop::statement)?;
        let statement = self.current(&statement, Via::Extended).await?;
        let variant = self.variant(&statement, &bind.result_formats)?;
        let made = Portal {
            kind: PortalKind::Bound(Bound { formats: bind.result_formats.clone(), ..Bound::default() }),
            statement: Arc::clone(&statement),
            depth: self.model.transaction.depth(),
            rows: 0,
        };
        let Some(upstream) = &statement.upstream else {
            let given = match &statement.plan.plan.action {
                Action::Configure(configuration) => given_values(&bind, configuration).map_err(Stop::statement)?,
                Action::Control(_)
                | Action::Copy(_)
                | Action::Declare { .. }
                | Action::Execute { .. }
                | Action::Explain { .. }
                | Action::Prepare { .. }
                | Action::Query(_) => {
                    check_parameters(&bind)?;
                    Vec::new()
                }
            };
            self.settle_before_answer().await?;
            let kind = PortalKind::Bound(Bound { formats: bind.result_formats.clone(), given, left: None });
            self.model.portals.put(portal, Some(Portal { kind, ..made }));
            return self.client.queue(&Backend::BindComplete).map_err(Stop::from);
        };
        let codes = |formats: &[Format]| formats.iter().map(|format| format.code()).collect::<Vec<i16>>();
        let (parameter_formats, result_formats) = (codes(&bind.parameter_formats), codes(&bind.result_formats));
        let values =
            BindValues { parameter_formats: &parameter_formats, parameters: &bind.parameters, result_formats: &result_formats };
        let made = self.parse_again(made, bind.statement.as_str(), variant).await?;
        let Some(warehouse) = &mut self.link.warehouse else { return Err(unexpected().into()) };
        warehouse.bind(portal, upstream.as_str(), values).map_err(|error| Stop::statement(error.to_user_error()))?;
        let is_opaque = rewritten(&made.statement.plan).is_some_and(Rewritten::opaque_errors);
        let before = self.model.portals.put(portal, Some(made)).map(Box::new);
        let undo = Undo::Portal { name: portal.to_owned(), before };
        self.expect(Expected::BindComplete { undo, is_opaque }).await
    }

    /// A statement that was prepared on a connection which is gone, or whose other text is wanted now, is parsed again under the same name.
    async fn parse_again(&mut self, portal: Portal, name: &str, variant: Variant) -> Result<Portal, Stop> {
        let statement = &portal.statement;
        let is_lost = statement.generation != self.link.generation;
        let Some(upstream) = statement.upstream.clone().filter(|_| is_lost || statement.variant != variant) else {
            return Ok(portal);
        };
        if statement.role == Role::Query {
            self.prepare_again(cut(name), statement, Via::Extended).await?;
            let again = Arc::clone(self.model.statements.find(cut(name)).map_err(Stop::statement)?);
            return Ok(Portal { statement: again, ..portal });
        }
        let name = cut(name);
        if let (false, UpstreamName::Own(own), Some(warehouse)) = (is_lost, &upstream, &mut self.link.warehouse) {
            warehouse.close_statement(own)?;
            let before = Some(Arc::clone(statement));
            self.expect(Expected::ClosedAgain(Undo::Statement { name: name.to_owned(), before })).await?;
        }
        self.parse_upstream(&statement.plan, variant, &upstream, &statement.parameter_types).await?;
        let again = Arc::new(Prepared { generation: self.link.generation, variant, ..statement.as_ref().clone() });
        self.model.statements.put(name, Some(Arc::clone(&again)));
        self.expect(Expected::ParsedAgain(Undo::Lost { name: name.to_owned() })).await?;
        Ok(Portal { statement: again, ..portal })
    }

    /// Describe.
    pub(super) async fn describe(&mut self, target: Target) -> Result<(), Stop> {
        let (statement, portal) = match &target {
            Target::Statement(name) => {
                let statement = Arc::clone(self.model.statements.find(cut(name.as_str())).map_err(Stop::statement)?);
                (statement, None)
            }
            Target::Portal(name) => {
                let name = cut(name.as_str());
                (Arc::clone(&self.portal(name)?.statement), Some(name))
            }
        };
        self.check_described(&statement)?;
        let is_cursor = portal.and_then(|name| self.model.portals.find(name)).is_some_and(Portal::is_cursor);
        let shape = self.shape(&statement);
        if portal.is_none() && statement.upstream.is_some() && statement.generation != self.link.generation {
            return self.describe_lost(&target, &statement).await;
        }
        match (&mut self.link.warehouse, portal, &statement.upstream) {
            (Some(warehouse), Some(name), Some(_)) => warehouse.describe_portal(name)?,
            (Some(warehouse), Some(name), None) if is_cursor => warehouse.describe_portal(name)?,
            (Some(warehouse), None, Some(upstream)) => warehouse.describe_statement(upstream.as_str())?,
            (_, _, _) => return self.describe_own(&statement.plan, portal).await,
        }
        self.expect(Expected::Description { shape }).await
    }

    async fn describe_lost(&mut self, target: &Target, statement: &Arc<Prepared>) -> Result<(), Stop> {
        let (Target::Statement(name) | Target::Portal(name)) = target;
        let kind = PortalKind::Bound(Bound::default());
        let portal = Portal { kind, statement: Arc::clone(statement), depth: 0, rows: 0 };
        let found = self.parse_again(portal, name.as_str(), statement.variant).await?.statement;
        let (Some(warehouse), Some(upstream)) = (&mut self.link.warehouse, &found.upstream) else {
            return Err(unexpected().into());
        };
        warehouse.describe_statement(upstream.as_str())?;
        let shape = self.shape(&found);
        self.expect(Expected::Description { shape }).await
    }

    /// The description of what the gate answers itself.
    async fn describe_own(&mut self, plan: &CachedPlan, portal: Option<&str>) -> Result<(), Stop> {
        self.settle_before_answer().await?;
        if let Action::Configure(configuration) = &plan.plan.action {
            let format = portal.map(|name| self.model.portals.find(name).map_or(0, Portal::first_format));
            return self.describe_configuration(configuration, format);
        }
        if portal.is_none() {
            self.client.queue(&Backend::ParameterDescription(&[])).map_err(Ending::from)?;
        }
        let Action::Control(Command::Show(name)) = &plan.plan.action else {
            return self.client.queue(&Backend::NoData).map_err(Stop::from);
        };
        let columns = show_columns(name.as_ref().map(|name| name.name.as_str())).map_err(Stop::statement)?;
        // Text has the same bytes in both formats.
        let format = portal.and_then(|name| self.model.portals.find(name)).map_or(0, Portal::first_format);
        let fields: Vec<Field<'_>> = columns.iter().map(|name| Field { format, ..Field::text(name) }).collect();
        self.client.queue(&Backend::RowDescription(&fields)).map_err(Stop::from)
    }

    /// What a description of this plan's result describes.
    fn shape(&self, statement: &Prepared) -> Shape {
        let plan = statement.plan.as_ref();
        let columns = |plan: Option<&CachedPlan>| {
            Shape::Columns(plan.and_then(rewritten).map_or_else(|| Arc::new([]) as Arc<[_]>, |found| Arc::clone(found.columns())))
        };
        match &plan.plan.action {
            _ if statement.role == Role::Query => columns(Some(plan)),
            Action::Explain { style, rewritten: _ } => Shape::Plan(*style),
            Action::Control(Command::Fetch(fetch)) => {
                columns(self.model.portals.find(&fetch.cursor.name).map(|portal| portal.statement.plan.as_ref()))
            }
            Action::Execute { name, arguments: _ } => {
                columns(self.model.statements.find(name).ok().map(|statement| statement.plan.as_ref()))
            }
            Action::Configure(_)
            | Action::Control(_)
            | Action::Copy(_)
            | Action::Declare { .. }
            | Action::Prepare { .. }
            | Action::Query(_) => columns(Some(plan)),
        }
    }

    /// As PostgreSQL: in a failed transaction nothing that returns rows can be described.
    fn check_described(&self, statement: &Prepared) -> Result<(), Stop> {
        match &statement.plan.plan.action {
            _ if statement.role == Role::Query => self.check_block(false),
            Action::Control(command) => self.check_block(!matches!(command, Command::Show(_) | Command::Fetch(_))),
            Action::Copy(_) | Action::Declare { .. } | Action::Prepare { .. } => Ok(()),
            Action::Configure(_) | Action::Execute { .. } | Action::Explain { style: _, rewritten: _ } | Action::Query(_) => {
                self.check_block(false)
            }
        }
    }

    /// Execute.
    pub(super) async fn execute(&mut self, portal: &str, max_rows: u32) -> Result<(), Stop> {
        let name = cut(portal);
        // One statement at a time, and nothing uncertain before it.
        let found = self.portal(name)?;
        let (statement, is_cursor) = (Arc::clone(&found.statement), found.is_cursor());
        self.check_block(super::simple::leaves_failed(&statement.plan))?;
        let statement = self.current(&statement, Via::Extended).await?;
        self.model.settings.begin();
        if statement.upstream.is_none() && !is_cursor {
            self.settle_before_answer().await?;
            if statement.plan.is_empty() {
                return self.client.queue(&Backend::EmptyQueryResponse).map_err(Stop::from);
            }
            if let Some(told) = self.answer_rest(name, max_rows) {
                return told;
            }
            let given = self.model.portals.find(name).map_or_else(Vec::new, Portal::given);
            let execution = Execution { via: Via::Extended, portal: name, max_rows, given };
            return self.control(&statement.plan, &execution).await;
        }
        self.execute_upstream(name, &statement, max_rows).await
    }

    async fn execute_upstream(&mut self, portal: &str, statement: &Prepared, max_rows: u32) -> Result<(), Stop> {
        let plan = &statement.plan;
        let Behind { plan: read, portal: counted } = match statement.role {
            Role::Query => Behind { plan: Arc::clone(plan), portal: portal.to_owned() },
            Role::Statement => self.behind(plan, portal).await?,
        };
        let Some(rewritten) = rewritten(&read) else { return Err(unexpected().into()) };
        let explain = self.explanation(plan);
        let begin = Begin { via: Via::Extended, portal: Some(&counted), explain, ..self.begin_of(&read, rewritten) };
        self.tell_model(&read, Via::Extended).await?;
        self.begin(begin).await?;
        let Some(warehouse) = &mut self.link.warehouse else { return Err(unexpected().into()) };
        // More rows than fit the message's number are all rows.
        warehouse.execute(portal, i32::try_from(max_rows).unwrap_or(0)).map_err(Ending::from)?;
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
            Action::Execute { name, arguments } => {
                let (plan, _) = self.execution(name, arguments, Via::Extended).await?;
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
            | Action::Query(_) => Ok(Behind { plan: Arc::clone(plan), portal: portal.to_owned() }),
        }
    }

    /// The model after DECLARE and PREPARE.
    fn executed(&mut self, plan: &Arc<CachedPlan>, statement: &Prepared) {
        if self.flow == super::conversation::Flow::Failed {
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

    /// Close: of what does not exist too, as PostgreSQL.
    pub(super) async fn close_target(&mut self, target: Target) -> Result<(), Stop> {
        let undo = match &target {
            Target::Statement(name) => {
                let name = cut(name.as_str());
                let before = self.model.statements.put(name, None);
                let upstream = before.as_ref().and_then(|statement| statement.upstream.clone());
                if let (Some(warehouse), Some(upstream)) = (&mut self.link.warehouse, &upstream) {
                    warehouse.close_statement(upstream.as_str())?;
                    Some(Undo::Statement { name: name.to_owned(), before })
                } else {
                    None
                }
            }
            Target::Portal(name) => {
                let name = cut(name.as_str());
                let before = self.model.portals.put(name, None);
                let is_upstream = before.as_ref().is_some_and(Portal::is_upstream);
                if let (Some(warehouse), true) = (&mut self.link.warehouse, is_upstream) {
                    warehouse.close_portal(name)?;
                    Some(Undo::Portal { name: name.to_owned(), before: before.map(Box::new) })
                } else {
                    None
                }
            }
        };
        match undo {
            Some(undo) => self.expect(Expected::CloseComplete(undo)).await,
            None => {
                self.settle_before_answer().await?;
                self.client.queue(&Backend::CloseComplete).map_err(Stop::from)
            }
        }
    }

    /// Flush.
    pub(super) async fn flush_request(&mut self) -> Result<(), Ending> {
        if self.link.pending.needs_flush()
            && let Some(warehouse) = &mut self.link.warehouse
        {
            warehouse.flush_request();
        }
        Ok(())
    }

    /// Something more is to be answered by the warehouse.
    pub(super) async fn expect(&mut self, expected: Expected) -> Result<(), Stop> {
        self.link.series = Series::Open;
        self.link.pending.push(expected);
        if self.link.pending.is_full() {
            self.settle().await?;
        }
        if self.link.warehouse.as_ref().is_some_and(|warehouse| warehouse.is_send_due()) {
            self.send_upstream().await?;
        }
        Ok(())
    }

    /// Before the gate answers by itself, everything before it must have been answered, without an error.
    pub(super) async fn settle_before_answer(&mut self) -> Result<(), Stop> {
        self.settle().await?;
        match self.flow {
            super::conversation::Flow::Serving => Ok(()),
            // The error was told; this message was never read.
            super::conversation::Flow::Failed => Err(Stop::Skipped),
        }
    }

    /// A refusal, unless something before it failed: then this message was never read.
    async fn refuse_in_turn(&mut self, refusal: Refusal) -> Stop {
        match self.settle_before_answer().await {
            Ok(()) => self.refuse(refusal, Via::Extended).await,
            Err(stop) => stop,
        }
    }

    fn portal(&self, name: &str) -> Result<&Portal, Stop> {
        self.model.portals.find(name).ok_or_else(|| {
            Stop::statement(match name.is_empty() {
                true => UserError::new(SqlState::INVALID_CURSOR_NAME, "portal \"\" does not exist"),
                false => UserError::new(SqlState::INVALID_CURSOR_NAME, format!("portal \"{name}\" does not exist")),
            })
        })
    }
}

/// Whose data a statement reads.
struct Behind {
    plan: Arc<CachedPlan>,
    portal: String,
}

impl Portal {
    /// The format of the first column of its result, as RowDescription writes it.
    fn first_format(&self) -> i16 {
        match &self.kind {
            PortalKind::Bound(bound) => bound.formats.first().map_or(0, |format| format.code()),
            PortalKind::Cursor(_) => 0,
        }
    }

    /// The values that Bind gave, of what the gate answers itself.
    fn given(&self) -> Vec<Option<String>> {
        match &self.kind {
            PortalKind::Bound(bound) => bound.given.clone(),
            PortalKind::Cursor(_) => Vec::new(),
        }
    }

    fn is_cursor(&self) -> bool {
        matches!(self.kind, PortalKind::Cursor(_))
    }

    /// The warehouse has it too.
    fn is_upstream(&self) -> bool {
        match self.kind {
            PortalKind::Bound(_) => self.statement.upstream.is_some(),
            PortalKind::Cursor(_) => true,
        }
    }
}

/// The name of the statement that a PREPARE in a prepared statement makes.
fn inner(name: &UpstreamName) -> String {
    format!("{}_prepared", if name.as_str().is_empty() { "postern" } else { name.as_str() })
}

/// Whether the warehouse gets the statement at Parse; the rest the gate answers at Execute.
fn is_sent(plan: &CachedPlan) -> bool {
    match &plan.plan.action {
        Action::Configure(_) => false,
        Action::Control(command) => matches!(command, Command::Fetch(_)),
        Action::Copy(_)
        | Action::Declare { .. }
        | Action::Execute { .. }
        | Action::Explain { style: _, rewritten: _ }
        | Action::Prepare { .. }
        | Action::Query(_) => true,
    }
}

/// Whether the model changes with the statement.
fn has_effect(plan: &CachedPlan) -> bool {
    matches!(plan.plan.action, Action::Declare { .. } | Action::Prepare { .. })
}

fn check_parameters(bind: &Bind) -> Result<(), Stop> {
    match bind.parameters.len() {
        0 => Ok(()),
        count => {
            let message = format!(
                "bind message supplies {count} parameters, but prepared statement \"{}\" requires 0",
                bind.statement.as_str()
            );
            Err(Stop::statement(UserError::new(SqlState::PROTOCOL_VIOLATION, message)))
        }
    }
}

/// What the errors of Parse point into; what the gate words itself has no place.
fn origin_of(plan: &CachedPlan) -> Origin {
    match &plan.plan.action {
        Action::Copy(rewritten)
        | Action::Declare { name: _, options: _, rewritten }
        | Action::Explain { style: _, rewritten }
        | Action::Query(rewritten) => Origin::of(plan, rewritten, 0),
        Action::Configure(_)
        | Action::Control(_)
        | Action::Execute { name: _, arguments: _ }
        | Action::Prepare { name: _, types: _, rewritten: _ } => Origin::default(),
    }
}
