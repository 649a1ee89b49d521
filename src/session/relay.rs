//! The result of a statement on its way to the client: closed until its record is durable, counted, within limits, as bytes.

use std::mem;
use std::time::Duration;

use crate::audit::{AuditError, Credit};
use crate::base::{SqlState, ToUserError, UserError};
use crate::upstream::{Frame, SealedRows, Tag};
use crate::wire::{Backend, Field};

use super::conversation::{Session, TagHold, Via};
use super::describe;
use super::ending::Ending;
use super::pending::Expected;
use super::replies::{tag_text, unexpected};
use super::running::{CancelCause, Output, Proof};

/// The rest of a row that is not passed on is read up to this size; beyond it, another connection is cheaper.
const WORTH_READING: usize = 1024 * 1024;

impl Session {
    /// Waits until the record of the running statement is durable. When it never will be, the statement is stopped.
    pub(super) async fn prove(&mut self) -> Result<(), Ending> {
        let Some(running) = &mut self.link.running else { return Err(unexpected()) };
        if !matches!(running.proof, Proof::Appended(_)) {
            return Ok(());
        }
        let Proof::Appended(intent) = mem::replace(&mut running.proof, Proof::Pending) else { return Ok(()) };
        let answered = self.shared.clock.monotonic();
        running.timings.upstream_first_byte = self.shared.clock.micros_since(running.began);
        let durable = self.wait_for(intent.durable()).await?;
        let waited = self.shared.clock.micros_since(answered);
        match (durable, &mut self.link.running) {
            (Ok(receipt), Some(running)) => {
                running.timings.audit_barrier = waited;
                running.proof = Proof::Durable(receipt);
                Ok(())
            }
            (Err(error), _) => {
                self.stop_statement(error.to_user_error()).await;
                Ok(())
            }
            (Ok(_), None) => Err(unexpected()),
        }
    }

    /// Rows: passed on when the record covers them.
    pub(super) async fn on_rows(&mut self, rows: SealedRows) -> Result<(), Ending> {
        if !matches!(self.link.pending.front(), Some(Expected::Statement)) {
            return Err(unexpected());
        }
        self.prove().await?;
        // A row that was begun is ended, whatever has happened since.
        if !self.client.is_in_row() {
            if self.is_stopped() {
                return Ok(());
            }
            if let Err(error) = self.admit_rows(&rows).await? {
                match rows.rest() > WORTH_READING {
                    true => self.drop_warehouse(error)?,
                    false => self.stop_statement(error).await,
                }
                return Ok(());
            }
        }
        let Some(running) = &mut self.link.running else { return Err(unexpected()) };
        let Proof::Durable(receipt) = &mut running.proof else { return Err(unexpected()) };
        let (count, is_whole) = (rows.rows(), rows.is_whole());
        let bytes = rows.open(receipt, running.released).map_err(|_| unexpected())?;
        if running.released.rows == 0 && count > 0 {
            self.shared.metrics.first_row(Duration::from_micros(self.shared.clock.micros_since(running.began)));
        }
        running.released = running.released.plus(Credit { rows: count, bytes: bytes.len() as u64 });
        let asked = receipt.ask_ahead(running.released);
        match &mut running.output {
            Output::Client => {
                self.client.set_in_row(!is_whole);
                self.relay(bytes).await?;
            }
            Output::Explain(explanation) => {
                if !explanation.take(&bytes) {
                    self.stop_statement(too_large()).await;
                }
            }
        }
        if let Err(error) = asked {
            self.stop_statement(error.to_user_error()).await;
        }
        Ok(())
    }

    /// Whether these rows may leave: limits of the grant and the gate, and credit for them.
    async fn admit_rows(&mut self, rows: &SealedRows) -> Result<Result<(), UserError>, Ending> {
        let Some(running) = &mut self.link.running else { return Err(unexpected()) };
        let bytes = (rows.bytes() + rows.rest()) as u64;
        let value_bytes = u64::from(self.shared.limits.wire.value_bytes);
        if !rows.is_whole() && bytes > value_bytes {
            return Ok(Err(over_value(value_bytes)));
        }
        let limit = self.shared.limits.result_bytes;
        let total = running.released.plus(Credit { rows: rows.rows(), bytes });
        if total.bytes > limit {
            return Ok(Err(over("bytes", limit, "limits.result_bytes of the gate")));
        }
        if running.rows_left.is_some_and(|left| total.rows > left) {
            return Ok(Err(self.over_rows()));
        }
        let limits = self.access.admission.grant().limits();
        if let Err(over) = self.access.usage.charge(rows.rows(), bytes, limits, self.shared.clock.now()) {
            return Ok(Err(over.to_user_error()));
        }
        let Proof::Durable(receipt) = &mut running.proof else { return Err(unexpected()) };
        if receipt.credit().covers(total) {
            return Ok(Ok(()));
        }
        // The receipt leaves the session while it waits; whatever interrupts the wait ends the session.
        let Proof::Durable(mut receipt) = mem::replace(&mut running.proof, Proof::Pending) else { return Err(unexpected()) };
        let granted = self.wait_for(async { receipt.credit_for(total).await }).await;
        if let Some(running) = &mut self.link.running {
            running.proof = Proof::Durable(receipt);
        }
        Ok(match granted? {
            Ok(_) => Ok(()),
            Err(AuditError::OverRowLimit { limit: _ }) => Err(self.over_rows()),
            Err(error) => Err(error.to_user_error()),
        })
    }

    /// Everything of a result that is not a row.
    pub(super) async fn on_result(&mut self, frame: Frame) -> Result<(), Ending> {
        self.prove().await?;
        match frame.tag {
            Tag::RowDescription => self.on_row_description(&frame).await,
            Tag::CopyOutResponse | Tag::CopyDone => match self.is_stopped() {
                true => Ok(()),
                false => self.client.queue_raw(&frame.whole).map_err(Ending::from),
            },
            Tag::CommandComplete | Tag::EmptyQueryResponse | Tag::PortalSuspended => self.on_end(&frame),
            Tag::Authentication
            | Tag::BackendKeyData
            | Tag::BindComplete
            | Tag::CloseComplete
            | Tag::ErrorResponse
            | Tag::NegotiateProtocolVersion
            | Tag::NoData
            | Tag::NoticeResponse
            | Tag::NotificationResponse
            | Tag::ParameterDescription
            | Tag::ParameterStatus
            | Tag::ParseComplete
            | Tag::ReadyForQuery => Err(unexpected()),
        }
    }

    async fn on_row_description(&mut self, frame: &Frame) -> Result<(), Ending> {
        let Some(running) = &self.link.running else { return Err(unexpected()) };
        match &running.output {
            Output::Client if running.stopped.is_none() => match describe::rewrite(&frame.whole, &running.columns) {
                Some(told) => self.client.queue_raw(&told).map_err(Ending::from),
                None => self.misdescribed().await,
            },
            Output::Client | Output::Explain(_) => Ok(()),
        }
    }

    /// The statement ended without an error of the warehouse.
    fn on_end(&mut self, frame: &Frame) -> Result<(), Ending> {
        self.link.pending.pop();
        let Some(running) = &mut self.link.running else { return Err(unexpected()) };
        if let Some(error) = running.stopped.take() {
            self.finish_statement(None, Some(&error));
            return self.fail_once(*error);
        }
        let tag = (frame.tag == Tag::CommandComplete).then(|| tag_text(frame));
        if let Output::Explain(explanation) = &running.output {
            let (rows, column, via) = (explanation.rows(), explanation.column(), running.via);
            let encoding = self.client.encoding();
            let rows = rows.and_then(|rows| rows.iter().try_for_each(|row| encoding.encode(row).map(drop)).map(|()| rows));
            // What leaves is the gate's own rows, in place of those that the warehouse answered.
            running.released = Credit::default();
            let rows = match (rows, &running.proof) {
                (Ok(rows), Proof::Durable(receipt)) => {
                    let bytes = rows.iter().map(|row| row.len() as u64).sum();
                    let told = Credit { rows: rows.len() as u64, bytes };
                    match receipt.credit().covers(told) {
                        true => {
                            running.released = told;
                            Ok(rows)
                        }
                        false => Err(too_large()),
                    }
                }
                (Ok(_), Proof::Appended(_) | Proof::Pending) => return Err(unexpected()),
                (Err(error), _) => Err(error),
            };
            self.finish_statement(tag, rows.as_ref().err());
            return match rows {
                Ok(rows) => self.tell_plan(&rows, column, via),
                Err(error) => self.fail_once(error),
            };
        }
        self.finish_statement(tag, None);
        if let TagHold::No = self.link.tag {
            return self.client.queue_raw(&frame.whole).map_err(Ending::from);
        }
        self.link.tag = TagHold::Held(frame.whole.clone());
        Ok(())
    }

    fn tell_plan(&mut self, rows: &[String], column: Field<'_>, via: Via) -> Result<(), Ending> {
        if via == Via::Simple {
            self.client.queue(&Backend::RowDescription(&[column]))?;
        }
        for row in rows {
            self.client.queue(&Backend::DataRow(&[Some(row)]))?;
        }
        self.complete("EXPLAIN")
    }

    /// Nothing more of the result is passed on; the client reads the error when the warehouse has ended the statement.
    pub(super) async fn stop_statement(&mut self, error: UserError) {
        let Some(running) = &mut self.link.running else { return };
        if running.stopped.is_none() {
            running.stopped = Some(Box::new(error));
            self.cancel_warehouse(CancelCause::Gate).await;
        }
    }

    fn is_stopped(&self) -> bool {
        self.link.running.as_ref().is_some_and(|running| running.stopped.is_some())
    }

    fn over_rows(&self) -> UserError {
        let limit = self.access.admission.grant().limits().rows_per_query.unwrap_or(u64::MAX);
        over("rows", limit, "rows_per_query of the grant")
    }
}

fn over_value(limit: u64) -> UserError {
    UserError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, format!("a row is larger than {limit} bytes"))
        .detail("The limit is limits.value_bytes of the gate.")
}

fn over(unit: &str, limit: u64, name: &str) -> UserError {
    UserError::new(SqlState::CONFIGURATION_LIMIT_EXCEEDED, format!("statement returns more than {limit} {unit}"))
        .detail(format!("The limit is {name}."))
        .hint("Ask for less: aggregate, add a WHERE clause or a LIMIT.")
}

fn too_large() -> UserError {
    UserError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "the plan is too large to be shown")
}
