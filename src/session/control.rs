//! Commands that the gate's own model answers: transactions, settings, DEALLOCATE, CLOSE, DISCARD. The warehouse is told in the gate's own words.

use std::sync::Arc;

use crate::audit::Credit;
use crate::base::{Severity, SqlState, UserError};
use crate::enforce::{Action, Parsed};
use crate::parse::syntax::{Begin, Command, Discard, TransactionModes};
use crate::upstream::Words;

use super::answer::{Answer, POLICY_COLUMNS, Rows, RowsTag, Values};
use super::conversation::{Session, Via};
use super::ending::{Ending, Stop};
use super::plan_cache::CachedPlan;
use super::settings::{self, Effect, Kind};
use super::transaction::Block;

impl Session {
    /// Runs what the gate itself answers, records it and tells the answer.
    pub(super) async fn control(&mut self, plan: &Arc<CachedPlan>, execution: &Execution<'_>) -> Result<(), Stop> {
        let via = execution.via;
        if let Action::Control(Command::Fetch(fetch)) = &plan.plan.action {
            return self.fetch(fetch).await;
        }
        let record = self.record_control(plan, via, self.rows_of_answer(&plan.plan.action)).await?;
        let answered = self.answered(&plan.plan.action, execution).await;
        match answered.and_then(|answer| self.check_answer(answer, via)) {
            Ok(answer) => {
                self.finish_control(record, Some(&answer.tag()), None, answer.credit());
                self.answer(answer, via, execution.portal, execution.max_rows).map_err(Stop::from)
            }
            Err(Stop::Statement(error)) => {
                self.finish_control(record, None, Some(&error), Credit::default());
                Err(Stop::Statement(error))
            }
            Err(Stop::Session(ending)) => {
                self.finish_control(record, None, ending.last_words().as_ref(), Credit::default());
                Err(Stop::Session(ending))
            }
            Err(Stop::Skipped) => Err(Stop::Skipped),
        }
    }

    /// How many rows of the gate's own an answer may have: they are recorded before any of them leaves.
    fn rows_of_answer(&self, action: &Action) -> u64 {
        match action {
            Action::Configure(_) => 1,
            Action::Control(Command::Show(name)) => {
                self.show(name.as_ref().map(|name| name.name.as_str())).map_or(0, |rows| rows.count())
            }
            Action::Execute { .. } => self.plan_of_no_query(action).map_or(0, |rows| rows.count()),
            Action::Policy(lines) => lines.len() as u64,
            Action::Control(_)
            | Action::Copy(_)
            | Action::Declare { .. }
            | Action::Explain { .. }
            | Action::Prepare { .. }
            | Action::Query(_) => 0,
        }
    }

    async fn answered(&mut self, action: &Action, execution: &Execution<'_>) -> Result<Answer, Stop> {
        match action {
            Action::Configure(configuration) => self.configure(configuration, execution).await,
            Action::Control(Command::Show(name)) => {
                self.show(name.as_ref().map(|name| name.name.as_str())).map(Answer::Rows).map_err(Stop::statement)
            }
            Action::Control(command) => self.perform(command, execution.via).await.map(Answer::Tag),
            Action::Policy(lines) => Ok(Answer::Rows(Rows {
                columns: POLICY_COLUMNS.map(str::to_owned).into(),
                rows: lines.iter().map(|line| vec![Some(line.clone())]).collect(),
                tag: RowsTag::Explain,
                values: Values::Texts,
            })),
            Action::Execute { .. } => self.plan_of_no_query(action).map(Answer::Rows).ok_or_else(misplaced),
            Action::Copy(_) | Action::Declare { .. } | Action::Explain { .. } | Action::Prepare { .. } | Action::Query(_) => {
                Err(misplaced())
            }
        }
    }

    async fn perform(&mut self, command: &Command, via: Via) -> Result<String, Stop> {
        match command {
            Command::Begin(begin) => self.begin_block(*begin, via).await,
            Command::Commit { chain } => {
                self.end_block(&EndBlock { word: "COMMIT", chain: *chain, words: Words::commit(*chain) }, via).await
            }
            Command::Rollback { chain } => {
                self.end_block(&EndBlock { word: "ROLLBACK", chain: *chain, words: Words::rollback(*chain) }, via).await
            }
            Command::Savepoint(name) => {
                self.require_block("SAVEPOINT")?;
                let tag = self.command(&Words::savepoint(&name.name), via).await?;
                self.model.transaction.savepoint(&name.name);
                self.model.settings.savepoint(&name.name);
                Ok(tag)
            }
            Command::Release(name) => {
                self.require_block("RELEASE SAVEPOINT")?;
                let tag = self.command(&Words::release(&name.name), via).await?;
                if let Some(depth) = self.model.transaction.release(&name.name) {
                    self.model.portals.release(depth);
                }
                self.model.settings.release(&name.name);
                Ok(tag)
            }
            Command::RollbackTo(name) => {
                self.require_block("ROLLBACK TO SAVEPOINT")?;
                let tag = self.command(&Words::rollback_to(&name.name), via).await?;
                if let Some(depth) = self.model.transaction.rollback_to(&name.name) {
                    self.model.portals.rollback_to(depth);
                }
                self.model.settings.rollback_to(&name.name);
                Ok(tag)
            }
            Command::Lock(lock) => {
                if self.model.transaction.block() == Block::None {
                    return Err(only_in_block("LOCK TABLE"));
                }
                match lock.relations.is_empty() {
                    true => Ok("LOCK TABLE".to_owned()),
                    false => self.command(&Words::lock(lock), via).await,
                }
            }
            Command::SetTransaction(modes) => self.set_transaction(*modes, via).await,
            Command::SetCharacteristics(modes) => self.set_characteristics(*modes, via).await,
            Command::Set { local, name, value } => self.set(&name.name, value, *local, via).await,
            Command::Reset(name) => self.reset(name.as_ref().map(|name| name.name.as_str()), via).await,
            Command::Close(name) => self.close_cursor(name.as_ref().map(|name| name.name.as_str()), via).await,
            Command::Deallocate(name) => self.deallocate(name.as_ref().map(|name| name.name.as_str()), via).await,
            Command::Discard(what) => self.discard(*what, via).await,
            // Nothing can be listened to, so there is nothing to end.
            Command::Unlisten(_) => Ok("UNLISTEN".to_owned()),
            Command::Copy(_)
            | Command::Declare(_)
            | Command::Execute { name: _, arguments: _ }
            | Command::Explain(_)
            | Command::ExplainPolicy(_)
            | Command::Fetch(_)
            | Command::Prepare { name: _, types: _, query: _ }
            | Command::Show(_) => Err(misplaced()),
        }
    }

    async fn begin_block(&mut self, begin: Begin, via: Via) -> Result<String, Stop> {
        let Begin { start, modes } = begin;
        let sent = read_only(modes);
        match self.model.transaction.block() {
            Block::None => {
                self.command(&Words::begin(sent), via).await?;
            }
            block @ (Block::Explicit | Block::Failed | Block::Implicit) => {
                if block == Block::Explicit {
                    self.warn(SqlState::ACTIVE_SQL_TRANSACTION, "there is already a transaction in progress")?;
                }
                if sent != TransactionModes::default() {
                    self.command(&Words::set_transaction(sent), via).await?;
                }
            }
        }
        self.model.transaction.begin(modes);
        Ok(if start { "START TRANSACTION" } else { "BEGIN" }.to_owned())
    }

    /// COMMIT and ROLLBACK.
    async fn end_block(&mut self, end: &EndBlock, via: Via) -> Result<String, Stop> {
        let block = self.model.transaction.block();
        if matches!(block, Block::Implicit | Block::None) {
            if end.chain {
                return Err(only_in_block(&format!("{} AND CHAIN", end.word)));
            }
            self.warn(SqlState::NO_ACTIVE_SQL_TRANSACTION, "there is no transaction in progress")?;
            if block == Block::None {
                let is_committed = end.word == "COMMIT";
                self.end_series(is_committed).await?;
                self.end_transaction(is_committed);
                return Ok(end.word.to_owned());
            }
        }
        // A block whose connection is gone was rolled back with it.
        let is_lost = block == Block::Failed && self.link.warehouse.is_none();
        let ended = if is_lost { Ok("ROLLBACK".to_owned()) } else { self.command(&end.words, via).await };
        // A COMMIT that fails has ended the transaction all the same.
        let is_committed = ended.as_ref().is_ok_and(|tag| tag == "COMMIT");
        self.end_transaction(is_committed);
        match end.chain && ended.is_ok() {
            true => self.model.transaction.chain(),
            false => self.model.transaction.end(),
        }
        ended
    }

    /// Settings and cursors at the end of a transaction.
    fn end_transaction(&mut self, is_committed: bool) {
        self.model.settings.end(is_committed);
        self.model.portals.end_transaction(is_committed);
        self.model.settings.begin();
    }

    pub(super) async fn set_transaction(&mut self, modes: TransactionModes, via: Via) -> Result<String, Stop> {
        let sent = read_only(modes);
        match self.model.transaction.block() {
            Block::None => {
                self.warn(SqlState::NO_ACTIVE_SQL_TRANSACTION, "SET TRANSACTION can only be used in transaction blocks")?;
            }
            Block::Explicit | Block::Failed | Block::Implicit => {
                if sent != TransactionModes::default() {
                    self.command(&Words::set_transaction(sent), via).await?;
                }
                self.model.transaction.set_modes(modes);
            }
        }
        Ok("SET".to_owned())
    }

    async fn deallocate(&mut self, name: Option<&str>, via: Via) -> Result<String, Stop> {
        let Some(name) = name else {
            let is_any_upstream = !self.model.statements.clear().is_empty();
            if is_any_upstream && self.link.warehouse.is_some() {
                self.command(&Words::deallocate_all(), via).await?;
            }
            return Ok("DEALLOCATE ALL".to_owned());
        };
        let statement = Arc::clone(self.model.statements.find(name).map_err(Stop::statement)?);
        if let Some(upstream) = statement.upstream.as_ref().filter(|_| statement.generation == self.link.generation) {
            self.command(&Words::deallocate(upstream.as_str()), via).await?;
        }
        self.model.statements.put(name, None);
        Ok("DEALLOCATE".to_owned())
    }

    async fn close_cursor(&mut self, name: Option<&str>, via: Via) -> Result<String, Stop> {
        if let Some(name) = name
            && self.model.portals.find(name).is_none()
        {
            return Err(Stop::statement(no_cursor(name)));
        }
        if self.link.warehouse.is_some() {
            self.command(&Words::close_cursor(name), via).await?;
        }
        match name {
            Some(name) => drop(self.model.portals.put(name, None)),
            None => self.model.portals.clear(),
        }
        Ok(if name.is_some() { "CLOSE CURSOR" } else { "CLOSE CURSOR ALL" }.to_owned())
    }

    async fn discard(&mut self, what: Discard, via: Via) -> Result<String, Stop> {
        let word = match what {
            // Temporary tables and sequences cannot be made here; plans belong to the gate.
            Discard::Plans => return Ok("DISCARD PLANS".to_owned()),
            Discard::Sequences => return Ok("DISCARD SEQUENCES".to_owned()),
            Discard::Temp => return Ok("DISCARD TEMP".to_owned()),
            Discard::All => "DISCARD ALL",
        };
        if self.model.transaction.block() != Block::None {
            let message = format!("{word} cannot run inside a transaction block");
            return Err(Stop::statement(UserError::new(SqlState::ACTIVE_SQL_TRANSACTION, message)));
        }
        self.close_cursor(None, via).await?;
        self.reset(None, via).await?;
        self.deallocate(None, via).await?;
        Ok(word.to_owned())
    }

    fn require_block(&self, word: &str) -> Result<(), Stop> {
        match self.model.transaction.block() {
            Block::Explicit | Block::Failed => Ok(()),
            Block::Implicit | Block::None => Err(only_in_block(word)),
        }
    }

    /// What the client hears of a refused statement: where it is a LOCK outside a block, that, whatever it names. The refusal is recorded.
    pub(super) fn block_first(&self, statement: &Parsed, stop: Stop) -> Stop {
        let is_outside = statement.locks() && self.model.transaction.block() == Block::None;
        if is_outside && matches!(stop, Stop::Statement(_)) { only_in_block("LOCK TABLE") } else { stop }
    }

    /// A warning in PostgreSQL's own words.
    pub(super) fn warn(&mut self, sqlstate: SqlState, message: &'static str) -> Result<(), Ending> {
        let warning = UserError { severity: Severity::Warning, ..UserError::new(sqlstate, message) };
        self.client.report(&warning).map_err(Ending::from)
    }
}

/// How a block is to end.
struct EndBlock {
    word: &'static str,
    chain: bool,
    words: Words,
}

/// Whether a block must stand around the command when it comes with others in one message.
pub(super) fn needs_block(command: &Command) -> bool {
    let is_mirrored = |name: &str| {
        settings::find(name)
            .is_some_and(|setting| setting.effect == Effect::Mirrored || matches!(setting.kind, Kind::Transaction))
    };
    match command {
        Command::Fetch(_)
        | Command::Lock(_)
        | Command::SetCharacteristics(_)
        | Command::SetTransaction(_)
        | Command::Reset(None) => true,
        Command::Set { local: _, name, value: _ } | Command::Reset(Some(name)) => is_mirrored(&name.name),
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
        | Command::Prepare { name: _, types: _, query: _ }
        | Command::Release(_)
        | Command::Rollback { chain: _ }
        | Command::RollbackTo(_)
        | Command::Savepoint(_)
        | Command::Show(_)
        | Command::Unlisten(_) => false,
    }
}

fn only_in_block(word: &str) -> Stop {
    let message = format!("{word} can only be used in transaction blocks");
    Stop::statement(UserError::new(SqlState::NO_ACTIVE_SQL_TRANSACTION, message))
}

/// As PostgreSQL says it.
pub(super) fn no_cursor(name: &str) -> UserError {
    UserError::new(SqlState::INVALID_CURSOR_NAME, format!("cursor \"{name}\" does not exist"))
}

/// The modes as the warehouse is told them. READ WRITE is the client's own idea of its transaction, which stays read-only there.
fn read_only(modes: TransactionModes) -> TransactionModes {
    TransactionModes { read_only: modes.read_only.filter(|only| *only), ..modes }
}

fn misplaced() -> Stop {
    Stop::statement(UserError::new(SqlState::INTERNAL_ERROR, "the statement reached a place where it is not served"))
}

/// How a statement that the gate itself answers is executed.
#[derive(Debug)]
pub(super) struct Execution<'a> {
    pub via: Via,
    pub portal: &'a str,
    /// 0: all.
    pub max_rows: u32,
    /// The values of its parameters.
    pub given: Vec<Option<String>>,
}

impl Execution<'_> {
    /// By the simple protocol.
    pub(super) const fn simple() -> Self {
        Self { via: Via::Simple, portal: "", max_rows: 0, given: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_transaction_of_the_warehouse_is_ever_asked_to_write() {
        let modes = |read_only| TransactionModes { read_only, ..TransactionModes::default() };
        assert_eq!(read_only(modes(Some(false))), modes(None));
        assert_eq!(read_only(modes(Some(true))), modes(Some(true)));
        assert_eq!(read_only(modes(None)), modes(None));
    }
}
