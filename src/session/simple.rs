//! Query messages: one statement, or several that PostgreSQL puts into one implicit transaction block.

use std::sync::Arc;

use crate::base::{SqlState, ToUserError, UserError};
use crate::enforce::{Action, ExplainStyle, Parsed, Rewritten};
use crate::parse::syntax::TransactionModes;
use crate::upstream::{Sql, Words};
use crate::wire::{Backend, Text};

use super::compile::Message;
use super::control::Execution;
use super::conversation::{Flow, Series, Session, TagHold, Via};
use super::ending::{Ending, Stop};
use super::explain::Explanation;
use super::origin::Origin;
use super::pending::Expected;
use super::plan_cache::CachedPlan;
use super::replies::unexpected;
use super::statement::Begin;
use super::transaction::Block;

/// The first version in which a Query does not end the transaction of messages before it.
const QUERY_IS_NO_SYNC: u32 = 180_000;

impl Session {
    /// Query.
    pub(super) async fn query(&mut self, text: &Text) -> Result<(), Ending> {
        self.settle().await?;
        if self.flow == Flow::Failed {
            return Ok(());
        }
        self.end_series_before_query().await?;
        // As PostgreSQL: a simple query ends the unnamed statement and portal.
        self.model.statements.put("", None);
        self.model.portals.put("", None);
        let result = self.message(text.as_str()).await;
        self.settle_error(result).await?;
        self.end_implicit().await?;
        self.end_series(self.flow == Flow::Serving).await?;
        self.ready().await
    }

    /// Behind messages without a Sync, PostgreSQL 18 leaves their transaction open at the end of a Query, and loses its way at the Sync that follows
    /// ("unexpected state STARTED"). There the Query stands for the Sync that is missing; until 17 it is one itself.
    async fn end_series_before_query(&mut self) -> Result<(), Ending> {
        let is_open = self.link.series == Series::Open && self.model.transaction.block() == Block::None;
        let version = || self.model.settings.by_name("server_version_num").parse::<u32>();
        if !is_open || version().is_ok_and(|version| version < QUERY_IS_NO_SYNC) {
            return Ok(());
        }
        self.end_series(true).await?;
        self.model.settings.end(true);
        self.model.portals.end_transaction(true);
        Ok(())
    }

    async fn message(&mut self, text: &str) -> Result<(), Stop> {
        let message = match self.read_message(text, &[]) {
            Ok(message) => message,
            Err(refusal) => return Err(self.refuse(*refusal, Via::Simple).await),
        };
        match message {
            Message::Empty => self.client.queue(&Backend::EmptyQueryResponse).map_err(Stop::from),
            Message::Known(plan) => {
                self.check_block(leaves_failed(&plan))?;
                self.simple_statement(&plan, 0).await
            }
            Message::Read(statements) => match statements.as_slice() {
                [only] => {
                    let plan = self.judge(only, text).await?;
                    self.simple_statement(&plan, 0).await
                }
                several => self.several(several).await,
            },
        }
    }

    /// One after the other: each is read under what those before it have set.
    async fn several(&mut self, statements: &[Parsed]) -> Result<(), Stop> {
        for (at, statement) in statements.iter().enumerate() {
            let plan = self.judge(statement, statement.text()).await?;
            if self.model.transaction.block() == Block::None {
                self.begin_implicit(&plan).await?;
            }
            if at + 1 == statements.len() && self.model.transaction.block() == Block::Implicit {
                self.link.tag = TagHold::Wanted;
            }
            self.simple_statement(&plan, statement.characters_before()).await?;
            if self.flow == Flow::Failed {
                break;
            }
        }
        Ok(())
    }

    async fn judge(&mut self, statement: &Parsed, text: &str) -> Result<Arc<CachedPlan>, Stop> {
        self.check_block(statement.leaves_failed_transaction())?;
        match self.compile(statement, text, &[]) {
            Ok(plan) => Ok(plan),
            Err(refusal) => {
                let stop = self.refuse(*refusal, Via::Simple).await;
                Err(self.block_first(statement, stop))
            }
        }
    }

    /// `before`: characters of the message before the text that the plan is kept under.
    async fn simple_statement(&mut self, plan: &Arc<CachedPlan>, before: u32) -> Result<(), Stop> {
        self.model.settings.begin();
        self.tell_notices(plan)?;
        match &plan.plan.action {
            Action::Query(rewritten) | Action::Copy(rewritten) | Action::Explain { style: _, rewritten } => {
                let begin = Begin { origin: Origin::of(plan, rewritten, before), ..self.begin_of(plan, rewritten) };
                self.run(Sql::Rewritten(rewritten), begin).await
            }
            Action::Declare { name, options, rewritten } => {
                self.model.portals.admit(name).map_err(Stop::statement)?;
                let begin = Begin { origin: Origin::of(plan, rewritten, before), ..self.begin_of(plan, rewritten) };
                self.run(Sql::Rewritten(rewritten), begin).await?;
                self.declared(name, *options, plan);
                Ok(())
            }
            Action::Prepare { name, types, rewritten } => self.prepare(name, types, rewritten, plan).await,
            Action::Execute { .. } if self.plan_of_no_query(&plan.plan.action).is_some() => {
                self.control(plan, &Execution::simple()).await
            }
            Action::Execute { name, arguments, explain } => self.execute_prepared(name, arguments, *explain).await,
            Action::Configure(_) | Action::Control(_) | Action::Policy(_) => self.control(plan, &Execution::simple()).await,
        }
    }

    /// Sends a statement by the simple protocol and passes its result on.
    pub(super) async fn run(&mut self, sql: Sql<'_>, begin: Begin<'_>) -> Result<(), Stop> {
        if begin.explain.is_none() {
            return self.send(sql, begin).await;
        }
        let switched = self.switch_to_utf8(Via::Simple).await?;
        let sent = self.send(sql, begin).await;
        self.switch_back(switched, sent.is_err(), Via::Simple).await?;
        sent
    }

    async fn send(&mut self, sql: Sql<'_>, begin: Begin<'_>) -> Result<(), Stop> {
        self.take_warehouse().await?;
        self.tell_model(begin.plan, Via::Simple).await?;
        self.begin(begin).await?;
        let Some(warehouse) = &mut self.link.warehouse else { return Err(unexpected().into()) };
        if let Err(error) = warehouse.query(sql) {
            let error = error.to_user_error();
            self.finish_statement(None, Some(&error));
            return Err(Stop::statement(error));
        }
        self.link.pending.push(Expected::Statement);
        self.link.pending.push(Expected::Ready);
        self.settle().await.map_err(Stop::from)
    }

    /// The usual beginning of a statement that `enforce` has rewritten; its errors have no place.
    pub(super) fn begin_of<'a>(&self, plan: &'a Arc<CachedPlan>, rewritten: &Rewritten) -> Begin<'a> {
        Begin {
            plan,
            columns: Arc::clone(rewritten.columns()),
            is_opaque: rewritten.opaque_errors(),
            origin: Origin::default(),
            via: Via::Simple,
            portal: None,
            prepared: "",
            explain: explained(plan).map(|style| self.explanation(style, plan)),
        }
    }

    /// How the plan of a query is told: `read` is what is explained, or what is prepared under the name that is.
    pub(super) fn explanation(&self, style: ExplainStyle, read: &CachedPlan) -> Explanation {
        Explanation::new(style, &read.plan.record.footprint, self.access.admission.grant().exposed())
    }

    /// In a failed transaction only its end is served.
    pub(super) fn check_block(&self, leaves_failed: bool) -> Result<(), Stop> {
        match self.model.transaction.block() {
            Block::Failed if !leaves_failed => Err(Stop::statement(UserError::new(
                SqlState::IN_FAILED_SQL_TRANSACTION,
                "current transaction is aborted, commands ignored until end of transaction block",
            ))),
            Block::Explicit | Block::Failed | Block::Implicit | Block::None => Ok(()),
        }
    }

    /// The block that PostgreSQL puts around several statements, as soon as one of them needs the warehouse. BEGIN opens its own.
    async fn begin_implicit(&mut self, plan: &CachedPlan) -> Result<(), Stop> {
        if !needs_warehouse(plan) {
            return Ok(());
        }
        self.command(&Words::begin(TransactionModes::default()), Via::Simple).await?;
        self.model.transaction.begin_implicit();
        Ok(())
    }

    /// Ends the implicit block of a message, as its statements have deserved.
    pub(super) async fn end_implicit(&mut self) -> Result<(), Ending> {
        let held = std::mem::take(&mut self.link.tag);
        if self.model.transaction.block() != Block::Implicit {
            return match held {
                TagHold::Held(tag) => self.client.queue_raw(&tag).map_err(Ending::from),
                TagHold::No | TagHold::Wanted => Ok(()),
            };
        }
        let words = if self.flow == Flow::Serving { Words::commit(false) } else { Words::rollback(false) };
        let ended = match self.link.warehouse {
            Some(_) => self.command(&words, Via::Simple).await,
            // Lost with its connection; the client was told.
            None => Ok(String::new()),
        };
        self.model.transaction.end();
        match (ended, held) {
            (Ok(_), TagHold::Held(tag)) => self.client.queue_raw(&tag).map_err(Ending::from),
            (Ok(_), TagHold::No | TagHold::Wanted) => Ok(()),
            (Err(Stop::Statement(error)), _) => self.fail(*error),
            (Err(Stop::Skipped), _) => Ok(()),
            (Err(Stop::Session(ending)), _) => Err(ending),
        }
    }
}

/// How an EXPLAIN wants its plan told; `None` for other statements.
pub(super) fn explained(plan: &CachedPlan) -> Option<ExplainStyle> {
    match &plan.plan.action {
        Action::Execute { name: _, arguments: _, explain } => *explain,
        Action::Explain { style, rewritten: _ } => Some(*style),
        Action::Configure(_)
        | Action::Control(_)
        | Action::Copy(_)
        | Action::Declare { name: _, options: _, rewritten: _ }
        | Action::Policy(_)
        | Action::Prepare { name: _, types: _, rewritten: _ }
        | Action::Query(_) => None,
    }
}

/// Whether the statement is served in a failed transaction.
pub(super) fn leaves_failed(plan: &CachedPlan) -> bool {
    if plan.is_empty() {
        return true;
    }
    match &plan.plan.action {
        Action::Control(command) => command.leaves_failed_transaction(),
        Action::Configure(_)
        | Action::Copy(_)
        | Action::Declare { name: _, options: _, rewritten: _ }
        | Action::Execute { name: _, arguments: _, explain: _ }
        | Action::Explain { style: _, rewritten: _ }
        | Action::Policy(_)
        | Action::Prepare { name: _, types: _, rewritten: _ }
        | Action::Query(_) => false,
    }
}

/// Whether the statement reads or changes anything there: a block must stand around it.
fn needs_warehouse(plan: &CachedPlan) -> bool {
    match &plan.plan.action {
        Action::Control(command) => super::control::needs_block(command),
        Action::Policy(_) => false,
        Action::Configure(_)
        | Action::Copy(_)
        | Action::Declare { name: _, options: _, rewritten: _ }
        | Action::Execute { name: _, arguments: _, explain: _ }
        | Action::Explain { style: _, rewritten: _ }
        | Action::Prepare { name: _, types: _, rewritten: _ }
        | Action::Query(_) => true,
    }
}
