//! What the warehouse answers, matched with what was asked.

use std::sync::Arc;

use crate::base::{Severity, SqlState, UserError};
use crate::upstream::{Frame, Received, Report, Tag, UpstreamError, recorded, redact, redact_notice};
use crate::wire::Backend;

use super::conversation::{Flow, Series, Session};
use super::describe;
use super::ending::Ending;
use super::explain;
use super::origin::Origin;
use super::pending::{CommandReplies, Expected, Shape, Undo};
use super::plan_cache::CachedPlan;
use super::prepared::PortalKind;
use super::transaction::Block;

impl Session {
    /// One message of the warehouse, or a run of rows.
    pub(super) async fn on_received(&mut self, received: Received) -> Result<(), Ending> {
        let frame = match received {
            Received::Rows(rows) => return self.on_rows(rows).await,
            Received::Frame(frame) => frame,
        };
        match frame.tag {
            // The connection has judged and kept it; the client is told at ReadyForQuery, from the model.
            Tag::ParameterStatus => Ok(()),
            Tag::NoticeResponse => self.on_notice(&frame),
            // Nothing can be listened to.
            Tag::NotificationResponse => Ok(()),
            Tag::ErrorResponse => self.on_error(&frame).await,
            Tag::Authentication
            | Tag::BackendKeyData
            | Tag::BindComplete
            | Tag::CloseComplete
            | Tag::CommandComplete
            | Tag::CopyDone
            | Tag::CopyOutResponse
            | Tag::EmptyQueryResponse
            | Tag::NegotiateProtocolVersion
            | Tag::NoData
            | Tag::ParameterDescription
            | Tag::ParseComplete
            | Tag::PortalSuspended
            | Tag::ReadyForQuery
            | Tag::RowDescription => self.on_reply(frame).await,
        }?;
        match self.client.is_flush_due() {
            true => self.flush_client().await,
            false => Ok(()),
        }
    }

    fn on_notice(&mut self, frame: &Frame) -> Result<(), Ending> {
        let is_opaque = match (&self.link.running, self.link.pending.front()) {
            (Some(running), _) => running.is_opaque,
            (None, Some(Expected::BindComplete { undo: _, is_opaque, size_limit: _ })) => *is_opaque,
            (None, _) => false,
        };
        let level = self.model.settings.by_name("client_min_messages");
        let notice = redact_notice(&Report::read(frame.body()), is_opaque);
        match notice.filter(|notice| !self.client.is_in_row() && is_wanted(notice.severity, &level)) {
            Some(notice) => self.client.report(&notice).map_err(Ending::from),
            None => Ok(()),
        }
    }

    /// What a statement's text gives rise to tell, before anything of it runs.
    pub(super) fn tell_notices(&mut self, plan: &CachedPlan) -> Result<(), Ending> {
        if plan.plan.notices.is_empty() || self.client.is_in_row() {
            return Ok(());
        }
        let level = self.model.settings.by_name("client_min_messages");
        let wanted = plan.plan.notices.iter().filter(|notice| is_wanted(notice.severity, &level));
        for notice in wanted {
            self.client.report(notice)?;
        }
        Ok(())
    }

    async fn on_reply(&mut self, frame: Frame) -> Result<(), Ending> {
        let Some(expected) = self.link.pending.front() else { return Err(unexpected()) };
        let (answer, is_last) = match (expected, frame.tag) {
            (Expected::ParseComplete { undo: _, origin: _ }, Tag::ParseComplete) => (Some(Backend::ParseComplete), true),
            (Expected::ParsedAgain(_), Tag::ParseComplete) | (Expected::ClosedAgain(_), Tag::CloseComplete) => (None, true),
            (Expected::BindComplete { undo: _, is_opaque: _, size_limit: _ }, Tag::BindComplete) => {
                (Some(Backend::BindComplete), true)
            }
            (Expected::CloseComplete(_), Tag::CloseComplete) => (Some(Backend::CloseComplete), true),
            (Expected::Ready, Tag::ReadyForQuery) => {
                self.link.series = Series::Clean;
                (None, true)
            }
            (Expected::Description { shape: _, parameters }, Tag::ParameterDescription) => {
                if self.flow == Flow::Serving {
                    match describe::parameters(&frame.whole, parameters) {
                        Some(told) => self.client.queue_raw(&told)?,
                        None => return Err(unexpected()),
                    }
                }
                (None, false)
            }
            (Expected::Description { shape: _, parameters: _ }, Tag::NoData) => (Some(Backend::NoData), true),
            (Expected::Description { shape: Shape::Plan(style), parameters: _ }, Tag::RowDescription) => {
                if self.flow == Flow::Serving {
                    self.client.queue(&Backend::RowDescription(&[explain::column(*style)]))?;
                }
                (None, true)
            }
            (Expected::Description { shape: Shape::Columns(columns), parameters: _ }, Tag::RowDescription) => {
                match describe::rewrite(&frame.whole, columns) {
                    Some(told) if self.flow == Flow::Serving => self.client.queue_raw(&told)?,
                    Some(_) => {}
                    None => {
                        self.link.pending.pop();
                        return self.misdescribed().await;
                    }
                }
                (None, true)
            }
            (Expected::Command(replies), tag) => {
                let is_last = replies.take(tag).ok_or_else(unexpected)?;
                if tag == Tag::CommandComplete {
                    self.link.command = Some(Ok(tag_text(&frame)));
                }
                (None, is_last)
            }
            (Expected::Statement, _) => return self.on_result(frame).await,
            (_, _) => return Err(unexpected()),
        };
        // After an error of the gate's own, what the warehouse still answers is not for the client.
        if let Some(answer) = answer.filter(|_| self.flow == Flow::Serving) {
            self.client.queue(&answer)?;
        }
        if is_last {
            self.link.pending.pop();
        }
        Ok(())
    }

    /// An ErrorResponse: the warehouse skips to Sync, and so does everything that was asked meanwhile.
    async fn on_error(&mut self, frame: &Frame) -> Result<(), Ending> {
        let report = Report::read(frame.body());
        // Every name of a plan was in the catalog: it is not any more, or stands for something else.
        if matches!(report.sqlstate, SqlState::UNDEFINED_COLUMN | SqlState::UNDEFINED_TABLE) {
            self.shared.doubt.raise();
        }
        if self.link.series == Series::Open {
            self.link.series = Series::Failed;
        }
        let error = match self.link.pending.front() {
            None => return Err(unexpected()),
            Some(Expected::Failure) => {
                self.link.pending.pop();
                return Ok(());
            }
            Some(Expected::Command(_)) => {
                self.link.command = Some(Err(Box::new(redact(&report, false))));
                self.link.pending.take_skipped();
                return Ok(());
            }
            // The end of an implicit transaction failed.
            Some(Expected::Ready) => return self.fail_once(redact(&report, false)),
            Some(Expected::Statement) => {
                self.prove().await?;
                let error = self.statement_error(&report);
                self.finish_statement(None, Some(&recorded(&report, &error)));
                self.undo(report.sqlstate);
                return self.fail_once(error);
            }
            Some(Expected::BindComplete { undo: _, is_opaque, size_limit }) => {
                let (is_opaque, size_limit) = (*is_opaque, *size_limit);
                over_size(&report, is_opaque, size_limit).unwrap_or_else(|| self.told(&report, is_opaque, &Origin::default()))
            }
            Some(Expected::ParseComplete { undo: _, origin }) => {
                let origin = std::mem::take(origin);
                self.told(&report, false, &origin)
            }
            Some(
                Expected::CloseComplete(_)
                | Expected::ClosedAgain(_)
                | Expected::Description { shape: _, parameters: _ }
                | Expected::ParsedAgain(_),
            ) => self.told(&report, false, &Origin::default()),
        };
        if self.link.running.is_some() {
            // Its Execute is among what is skipped.
            self.prove().await?;
            self.finish_statement(None, Some(&recorded(&report, &error)));
        }
        self.undo(report.sqlstate);
        self.fail_once(error)
    }

    /// An error, unless the client was told one already.
    pub(super) fn fail_once(&mut self, error: UserError) -> Result<(), Ending> {
        match self.flow {
            Flow::Failed => Ok(()),
            Flow::Serving => self.fail(error),
        }
    }

    /// The warehouse describes another result than the plan: nothing of it is passed on.
    pub(super) async fn misdescribed(&mut self) -> Result<(), Ending> {
        tracing::error!(session = %self.who.id, "the warehouse describes another result than the plan");
        let error = UserError::new(SqlState::INTERNAL_ERROR, "the result is not the one that was planned");
        if self.link.running.is_some() {
            self.stop_statement(error).await;
            return Ok(());
        }
        self.fail_once(error)
    }

    /// The model as it was before everything that the warehouse skips.
    fn undo(&mut self, sqlstate: SqlState) {
        let mut skipped = self.link.pending.take_skipped().into_iter().peekable();
        while let Some(expected) = skipped.next() {
            // The last one is the message that failed: what it was to replace is gone all the same.
            let failed = skipped.peek().is_none().then_some(sqlstate);
            match expected {
                Expected::BindComplete { undo, is_opaque: _, size_limit: _ }
                | Expected::CloseComplete(undo)
                | Expected::ClosedAgain(undo)
                | Expected::ParseComplete { undo, origin: _ }
                | Expected::ParsedAgain(undo) => self.model.undo(undo, failed),
                Expected::Command(_)
                | Expected::Description { shape: _, parameters: _ }
                | Expected::Failure
                | Expected::Ready
                | Expected::Statement => {}
            }
        }
    }
}

impl super::conversation::Model {
    /// `failed`: with what, where it is the message that failed.
    fn undo(&mut self, undo: Undo, failed: Option<SqlState>) {
        match undo {
            Undo::Lost { name } => {
                let lost = self.statements.find(&name).map(|statement| Arc::new(statement.lost()));
                if let Ok(lost) = lost {
                    self.statements.put(&name, Some(lost));
                }
            }
            // What a message of another form than the statement's is refused for, comes before the portal is made.
            Undo::Portal { name, before: _ }
                if self.transaction.block() == Block::Explicit
                    && failed.is_some_and(|code| code != SqlState::PROTOCOL_VIOLATION) =>
            {
                if let Some(PortalKind::Bound(bound)) = self.portals.find_mut(&name).map(|portal| &mut portal.kind) {
                    bound.has_failed = true;
                }
            }
            Undo::Portal { name, before } => {
                let before = before.filter(|_| failed.is_none());
                self.portals.put(&name, before.map(|portal| *portal));
            }
            Undo::Statement { name, before } => {
                self.statements.put(&name, before.filter(|_| failed.is_none()));
            }
        }
    }
}

/// The text of a CommandComplete.
pub(super) fn tag_text(frame: &Frame) -> String {
    String::from_utf8_lossy(frame.body().strip_suffix(b"\0").unwrap_or(frame.body())).into_owned()
}

/// Whether a session with that `client_min_messages` hears a message of the warehouse of that severity.
fn is_wanted(severity: Severity, level: &str) -> bool {
    match severity {
        Severity::Error | Severity::Fatal => true,
        Severity::Notice => !matches!(level, "warning" | "error"),
        Severity::Warning => level != "error",
    }
}

/// Something came that nobody waits for: where the conversation stands is not known any more.
pub(super) fn unexpected() -> Ending {
    UpstreamError::Desynchronised("a reply that nobody waits for").into()
}

impl CommandReplies {
    /// Takes one reply; whether it was the last. `None` when it is not the next one.
    fn take(&mut self, tag: Tag) -> Option<bool> {
        /// What each of the messages answers, in order.
        const EXTENDED: [Tag; 5] =
            [Tag::ParseComplete, Tag::BindComplete, Tag::CommandComplete, Tag::CloseComplete, Tag::CloseComplete];
        match self {
            Self::Simple => (tag == Tag::CommandComplete).then_some(true),
            Self::Extended(taken) => {
                let next = EXTENDED.get(usize::from(*taken))?;
                *taken += 1;
                (tag == *next).then_some(usize::from(*taken) == EXTENDED.len())
            }
        }
    }
}

/// An error in the words that this statement may tell.
impl Session {
    fn statement_error(&self, report: &Report) -> UserError {
        let Some(running) = &self.link.running else { return self.told(report, false, &Origin::default()) };
        if let Some(stopped) = &running.stopped {
            return stopped.as_ref().clone();
        }
        let over = over_size(report, running.is_opaque, running.size_limit);
        let error = over.unwrap_or_else(|| self.told(report, running.is_opaque, &running.origin));
        match error.sqlstate == SqlState::QUERY_CANCELED {
            true => running.cancellation(self.shared.clock.monotonic().saturating_duration_since(running.began)),
            false => error,
        }
    }

    /// An error of the warehouse as the client reads it. The schema of a view is named after what is in it: a plan that finds none was made for views that
    /// are not in force any more. What functions miss is another matter.
    fn told(&self, report: &Report, is_opaque: bool, origin: &Origin) -> UserError {
        let has_views = self.access.admission.grant().compiled.views.is_some();
        if has_views && report.is_of_statement() && report.sqlstate == SqlState::UNDEFINED_TABLE {
            return UserError::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, "a relation of the statement cannot be read now")
                .detail("What the warehouse holds of it was changed since the statement was planned.")
                .hint("Try again in a minute.");
        }
        let error = redact(report, is_opaque);
        let position = origin.position(report).filter(|_| !is_opaque);
        error.at(position)
    }
}

/// The error of a count that is over the limit: nothing else of a guarded statement raises it but a `width_bucket` of the client's own.
fn over_size(report: &Report, is_opaque: bool, size_limit: Option<u32>) -> Option<UserError> {
    let limit = size_limit.filter(|_| !is_opaque && report.sqlstate == SqlState::INVALID_ARGUMENT_FOR_WIDTH_BUCKET)?;
    let message = format!("a function is asked for more than {limit} bytes");
    let error = UserError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message);
    Some(error.detail("The limit is limits.value_bytes of the gate.").hint("Ask for less."))
}
