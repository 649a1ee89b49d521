//! Parse: a text becomes a prepared statement of the session, and of the warehouse.

use std::sync::Arc;

use crate::base::{SqlState, ToUserError, UserError};
use crate::enforce::Action;
use crate::parse::syntax::Command;
use crate::session::compile::Message;
use crate::session::control::no_cursor;
use crate::session::conversation::{Session, Via};
use crate::session::cursor::rewritten;
use crate::session::ending::Stop;
use crate::session::origin::Origin;
use crate::session::pending::{Expected, Undo};
use crate::session::plan_cache::CachedPlan;
use crate::session::prepared::{Prepared, UpstreamName, cut};
use crate::session::replies::unexpected;
use crate::session::simple::leaves_failed;
use crate::session::variant::Variant;
use crate::upstream::{Sql, Words};
use crate::wire::{Backend, Parse};

use super::describe::own_columns;
use super::inner;

impl Session {
    /// Parse. The unnamed statement is gone also when no other takes its place (`exec_parse_message`).
    pub(in crate::session) async fn parse(&mut self, parse: Parse) -> Result<(), Stop> {
        let is_unnamed = parse.name.as_str().is_empty();
        let parsed = self.parse_named(parse).await;
        if let (true, Err(Stop::Statement(_))) = (is_unnamed, &parsed) {
            self.settle_before_answer().await?;
            self.model.statements.put("", None);
        }
        parsed
    }

    async fn parse_named(&mut self, parse: Parse) -> Result<(), Stop> {
        let Parse { name, text, parameter_types } = parse;
        let name = cut(name.as_str());
        let plan = self.parse_plan(text.as_str(), &parameter_types).await?;
        self.tell_notices(&plan)?;
        own_columns(&plan, &self.model.settings)?;
        if let Err(error) = self.model.statements.admit(name, &plan.text) {
            self.try_upstream(&plan, &parameter_types).await?;
            return Err(Stop::statement(error));
        }
        let mut prepared = self.prepared_of(&plan, &parameter_types);
        if self.is_sent(&plan) {
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

    /// What the warehouse says of a statement comes before what is wrong with its name (`exec_parse_message`).
    async fn try_upstream(&mut self, plan: &CachedPlan, parameter_types: &[u32]) -> Result<(), Stop> {
        if self.is_sent(plan) {
            let name = self.model.statements.new_name();
            let undo = || Undo::Lost { name: name.as_str().to_owned() };
            self.parse_upstream(plan, Variant::Text, &name, parameter_types).await?;
            self.expect(Expected::ParsedAgain(undo())).await?;
            self.settle_before_answer().await?;
            let Some(warehouse) = &mut self.link.warehouse else { return Err(unexpected().into()) };
            warehouse.close_statement(name.as_str())?;
            self.expect(Expected::ClosedAgain(undo())).await?;
        }
        self.settle_before_answer().await
    }

    /// EXECUTE and FETCH of what is not there are errors where they run, and nowhere before: then the warehouse has not got them.
    pub(in crate::session) fn missing(&self, plan: &CachedPlan) -> Option<UserError> {
        match &plan.plan.action {
            Action::Execute { name, arguments: _, explain: _ } => self.model.statements.find(name).err(),
            Action::Control(Command::Fetch(fetch)) => {
                let cursor = fetch.cursor.name.as_str();
                self.model.portals.find(cursor).is_none().then(|| no_cursor(cursor))
            }
            Action::Configure(_)
            | Action::Control(_)
            | Action::Copy(_)
            | Action::Declare { .. }
            | Action::Explain { .. }
            | Action::Policy(_)
            | Action::Prepare { .. }
            | Action::Query(_) => None,
        }
    }

    /// Whether the warehouse gets the statement: it is not answered here, and what it runs is there.
    fn is_sent(&self, plan: &CachedPlan) -> bool {
        is_sent(plan) && self.missing(plan).is_none() && self.plan_of_no_query(&plan.plan.action).is_none()
    }

    /// What was missing at Parse and is there now: the warehouse gets the statement for this Bind.
    pub(super) async fn parse_late(&mut self, name: &str, statement: Arc<Prepared>) -> Result<Arc<Prepared>, Stop> {
        if statement.upstream.is_some() || !self.is_sent(&statement.plan) {
            return Ok(statement);
        }
        let upstream = self.model.statements.new_name();
        self.parse_upstream(&statement.plan, Variant::Text, &upstream, &statement.parameter_types).await?;
        let generation = self.link.generation;
        let sent = Arc::new(Prepared { upstream: Some(upstream), generation, ..statement.as_ref().clone() });
        self.model.statements.put(name, Some(Arc::clone(&sent)));
        self.expect(Expected::ParsedAgain(Undo::Statement { name: name.to_owned(), before: Some(statement) })).await?;
        Ok(sent)
    }

    async fn parse_plan(&mut self, text: &str, parameter_types: &[u32]) -> Result<Arc<CachedPlan>, Stop> {
        let message = match self.read_message(text, parameter_types) {
            Ok(message) => message,
            Err(refusal) => return Err(self.refuse_in_turn(*refusal).await),
        };
        match message {
            Message::Empty => Ok(CachedPlan::empty()),
            Message::Known(plan) => {
                self.check_block(leaves_failed(&plan))?;
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
                    Err(refusal) => {
                        let stop = self.refuse_in_turn(*refusal).await;
                        Err(self.block_first(only, stop))
                    }
                }
            }
        }
    }

    pub(in crate::session) async fn parse_upstream(
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
            Action::Execute { name, arguments, explain } => {
                self.execution(name, arguments, *explain, Via::Extended).await.map(|(_, words)| Some(words))
            }
            Action::Prepare { name: _, types, rewritten } => Ok(Some(Words::prepare(&inner(name), types, rewritten))),
            Action::Configure(_)
            | Action::Control(_)
            | Action::Copy(_)
            | Action::Declare { .. }
            | Action::Explain { style: _, rewritten: _ }
            | Action::Policy(_)
            | Action::Query(_) => Ok(None),
        }
    }
}

/// Whether the warehouse gets the statement at Parse; the rest the gate answers at Execute.
fn is_sent(plan: &CachedPlan) -> bool {
    match &plan.plan.action {
        Action::Configure(_) | Action::Policy(_) => false,
        Action::Control(command) => matches!(command, Command::Fetch(_)),
        Action::Copy(_)
        | Action::Declare { .. }
        | Action::Execute { .. }
        | Action::Explain { style: _, rewritten: _ }
        | Action::Prepare { .. }
        | Action::Query(_) => true,
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
        | Action::Execute { name: _, arguments: _, explain: _ }
        | Action::Policy(_)
        | Action::Prepare { name: _, types: _, rewritten: _ } => Origin::default(),
    }
}
