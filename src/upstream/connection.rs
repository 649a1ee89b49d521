//! One warehouse connection: what can be sent, what is received, and what is known of its state.

use bytes::{Buf, Bytes, BytesMut};
use postgres_protocol::IsNull;
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::runtime::task;

use super::cancel::CancelTarget;
use super::error::UpstreamError;
use super::facts::ServerFacts;
use super::frame::{Frame, Frames, Received, Tag};
use super::pool::Slot;
use super::report::{Report, ReportSeverity};
use super::transport::Transport;
use super::words::Sql;

/// Type byte and length: where the body of a message begins.
const BODY: usize = 5;
/// What waits to be sent before a send is due.
const SEND_BYTES: usize = 64 * 1024;
/// A portal that nobody opens: executing it fails, changes nothing and says in the warehouse's log why.
const NO_PORTAL: &[u8] = b"refused by postern";
/// What a server reports that may change: four settings that are mirrored, the name that each checkout gives, and the end of a standby.
const MAY_CHANGE: [&str; 6] = ["application_name", "client_encoding", "datestyle", "in_hot_standby", "intervalstyle", "timezone"];

/// The status byte of ReadyForQuery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Failed,
    Idle,
    InBlock,
}

/// Values for Bind, as the client sent them.
#[derive(Clone, Copy, Debug)]
pub struct BindValues<'a> {
    pub parameter_formats: &'a [i16],
    /// `None` is NULL.
    pub parameters: &'a [Option<Bytes>],
    pub result_formats: &'a [i16],
}

/// A connection that is logged in and whose pinned settings were verified. Must be dropped within a runtime: what it runs is cancelled then.
#[derive(Debug)]
pub struct Connection {
    transport: Transport,
    frames: Frames,
    outgoing: BytesMut,
    facts: ServerFacts,
    /// Reports of settings since the login.
    reports: u64,
    cancel: CancelTarget,
    status: Status,
    /// ReadyForQuery messages that are still to come.
    owed_syncs: u32,
    /// The place in the pool that this connection takes.
    slot: Option<Slot>,
}

impl Connection {
    pub(super) fn new(transport: Transport, frames: Frames, facts: ServerFacts, cancel: CancelTarget) -> Self {
        Self {
            transport,
            frames,
            outgoing: BytesMut::new(),
            facts,
            reports: 0,
            cancel,
            status: Status::Idle,
            owed_syncs: 0,
            slot: None,
        }
    }

    /// What the server said of itself, kept up to date for what may change.
    pub fn facts(&self) -> &ServerFacts {
        &self.facts
    }

    /// Another number whenever the server has reported a setting.
    pub fn reports(&self) -> u64 {
        self.reports
    }

    pub(super) fn facts_mut(&mut self) -> &mut ServerFacts {
        &mut self.facts
    }

    pub(super) fn occupy(&mut self, slot: Slot) {
        self.slot = Some(slot);
    }

    pub(super) fn leave_slot(&mut self) -> Option<Slot> {
        self.slot.take()
    }

    /// Where and what to cancel.
    pub fn cancel_target(&self) -> &CancelTarget {
        &self.cancel
    }

    /// What the last ReadyForQuery said.
    pub fn status(&self) -> Status {
        self.status
    }

    /// Everything that was sent has been answered.
    pub fn is_settled(&self) -> bool {
        self.owed_syncs == 0 && self.outgoing.is_empty() && self.frames.is_empty()
    }

    /// Query: one statement, in the simple protocol.
    ///
    /// # Errors
    /// [`UpstreamError::Encode`]; nothing was queued.
    pub fn query(&mut self, sql: Sql<'_>) -> Result<(), UpstreamError> {
        let text = sql.ascii()?;
        self.append(|buffer| frontend::query(text, buffer))?;
        self.owed_syncs += 1;
        Ok(())
    }

    /// Parse.
    ///
    /// # Errors
    /// [`UpstreamError::Encode`]; nothing was queued.
    pub fn parse(&mut self, name: &str, sql: Sql<'_>, types: &[u32]) -> Result<(), UpstreamError> {
        let text = sql.ascii()?;
        self.append(|buffer| frontend::parse(name, text, types.iter().copied(), buffer))
    }

    /// Bind.
    ///
    /// # Errors
    /// [`UpstreamError::Encode`]; nothing was queued.
    pub fn bind(&mut self, portal: &[u8], statement: &str, values: BindValues<'_>) -> Result<(), UpstreamError> {
        let BindValues { parameter_formats, parameters, result_formats } = values;
        let write = |value: &Option<Bytes>, buffer: &mut BytesMut| {
            Ok(match value {
                Some(bytes) => {
                    buffer.extend_from_slice(bytes);
                    IsNull::No
                }
                None => IsNull::Yes,
            })
        };
        let formats = parameter_formats.iter().copied();
        let results = result_formats.iter().copied();
        self.append_named(BODY, portal, |buffer| {
            frontend::bind("", statement, formats, parameters, write, results, buffer).map_err(|_| std::io::Error::other("bind"))
        })
    }

    /// Describe of a prepared statement.
    ///
    /// # Errors
    /// [`UpstreamError::Encode`].
    pub fn describe_statement(&mut self, name: &str) -> Result<(), UpstreamError> {
        self.append(|buffer| frontend::describe(b'S', name, buffer))
    }

    /// Describe of a portal.
    ///
    /// # Errors
    /// [`UpstreamError::Encode`].
    pub fn describe_portal(&mut self, name: &[u8]) -> Result<(), UpstreamError> {
        self.append_named(BODY + 1, name, |buffer| frontend::describe(b'P', "", buffer))
    }

    /// Execute; 0 rows: all.
    ///
    /// # Errors
    /// [`UpstreamError::Encode`].
    pub fn execute(&mut self, portal: &[u8], max_rows: i32) -> Result<(), UpstreamError> {
        self.append_named(BODY, portal, |buffer| frontend::execute("", max_rows, buffer))
    }

    /// Close of a prepared statement.
    ///
    /// # Errors
    /// [`UpstreamError::Encode`].
    pub fn close_statement(&mut self, name: &str) -> Result<(), UpstreamError> {
        self.append(|buffer| frontend::close(b'S', name, buffer))
    }

    /// Close of a portal.
    ///
    /// # Errors
    /// [`UpstreamError::Encode`].
    pub fn close_portal(&mut self, name: &[u8]) -> Result<(), UpstreamError> {
        self.append_named(BODY + 1, name, |buffer| frontend::close(b'P', "", buffer))
    }

    /// Flush: asks for the answers so far.
    pub fn flush_request(&mut self) {
        frontend::flush(&mut self.outgoing);
    }

    /// Sync: ends a series of extended messages.
    pub fn sync(&mut self) {
        frontend::sync(&mut self.outgoing);
        self.owed_syncs += 1;
    }

    /// Makes the transaction fail, as the gate's refusal of a statement demands: an ErrorResponse (34000) will come. A Sync must follow.
    ///
    /// # Errors
    /// [`UpstreamError::Encode`].
    pub fn fail_transaction(&mut self) -> Result<(), UpstreamError> {
        self.execute(NO_PORTAL, 1)
    }

    /// Something waits to be sent.
    pub fn has_queued(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// Bytes have arrived that were not taken.
    pub fn has_arrived(&self) -> bool {
        !self.frames.buffer.is_empty()
    }

    /// What has arrived already, without waiting.
    ///
    /// # Errors
    /// As [`Connection::receive`].
    pub fn arrived(&mut self) -> Result<Option<Received>, UpstreamError> {
        let received = self.frames.take()?;
        if let Some(received) = &received {
            self.note(received)?;
        }
        Ok(received)
    }

    /// So much is queued that it should be sent before more follows.
    pub fn is_send_due(&self) -> bool {
        self.outgoing.len() >= SEND_BYTES
    }

    /// Sends what is queued. Cancel safe: what was not sent stays queued.
    ///
    /// # Errors
    /// [`UpstreamError::Io`].
    pub async fn send(&mut self) -> Result<(), UpstreamError> {
        while self.outgoing.has_remaining() {
            if self.transport.write_buf(&mut self.outgoing).await.map_err(UpstreamError::Io)? == 0 {
                return Err(UpstreamError::Closed { sqlstate: None });
            }
        }
        if self.outgoing.capacity() > 2 * SEND_BYTES {
            self.outgoing = BytesMut::new();
        }
        self.transport.flush().await.map_err(UpstreamError::Io)
    }

    /// The next message or run of rows. Cancel safe.
    ///
    /// # Errors
    /// [`UpstreamError::Io`], [`UpstreamError::Desynchronised`], [`UpstreamError::Closed`] also after a FATAL report, [`UpstreamError::Pinned`] when
    /// the server reports a setting that must hold. The connection is not used again.
    pub async fn receive(&mut self) -> Result<Received, UpstreamError> {
        loop {
            if let Some(received) = self.arrived()? {
                return Ok(received);
            }
            self.frames.make_room();
            if self.transport.read_buf(&mut self.frames.buffer).await.map_err(UpstreamError::Io)? == 0 {
                return Err(UpstreamError::Closed { sqlstate: None });
            }
        }
    }

    /// Gives the buffers' memory back while the session is idle.
    pub fn rest(&mut self) {
        self.frames.rest();
    }

    /// Says goodbye; the server ends the session.
    pub async fn close(mut self) {
        frontend::terminate(&mut self.outgoing);
        // The server notices the end of the stream as well.
        drop(self.send().await);
        drop(self.transport.shutdown().await);
    }

    /// Says goodbye and waits for the end, whatever the server still sends.
    pub(super) async fn run_out(&mut self) {
        // What was not sent yet is not to be done.
        self.outgoing.clear();
        frontend::terminate(&mut self.outgoing);
        drop(self.send().await);
        drop(self.transport.shutdown().await);
        while self.receive().await.is_ok() {}
        self.owed_syncs = 0;
        self.frames = Frames::default();
    }

    fn note(&mut self, received: &Received) -> Result<(), UpstreamError> {
        let Received::Frame(frame) = received else { return Ok(()) };
        match frame.tag {
            Tag::ReadyForQuery => self.note_status(frame),
            Tag::ParameterStatus => self.note_parameter(frame),
            Tag::ErrorResponse => {
                let report = Report::read(frame.body());
                match report.severity {
                    ReportSeverity::Fatal => Err(UpstreamError::Closed { sqlstate: Some(report.sqlstate) }),
                    ReportSeverity::Error | ReportSeverity::Notice | ReportSeverity::Warning => Ok(()),
                }
            }
            Tag::Authentication | Tag::BackendKeyData | Tag::NegotiateProtocolVersion => {
                Err(UpstreamError::Desynchronised("a message of the login"))
            }
            Tag::BindComplete
            | Tag::CloseComplete
            | Tag::CommandComplete
            | Tag::CopyDone
            | Tag::CopyOutResponse
            | Tag::EmptyQueryResponse
            | Tag::NoData
            | Tag::NoticeResponse
            | Tag::NotificationResponse
            | Tag::ParameterDescription
            | Tag::ParseComplete
            | Tag::PortalSuspended
            | Tag::RowDescription => Ok(()),
        }
    }

    fn note_status(&mut self, frame: &Frame) -> Result<(), UpstreamError> {
        self.status = match frame.body() {
            b"I" => Status::Idle,
            b"T" => Status::InBlock,
            b"E" => Status::Failed,
            _ => return Err(UpstreamError::Desynchronised("an unknown transaction status")),
        };
        self.owed_syncs = self.owed_syncs.checked_sub(1).ok_or(UpstreamError::Desynchronised("ReadyForQuery unasked"))?;
        Ok(())
    }

    fn note_parameter(&mut self, frame: &Frame) -> Result<(), UpstreamError> {
        let (name, value) = read_parameter(frame.body()).ok_or(UpstreamError::Desynchronised("a malformed ParameterStatus"))?;
        let lower = name.to_ascii_lowercase();
        if !MAY_CHANGE.contains(&lower.as_str()) && self.facts.value(&lower) != Some(value.as_str()) {
            return Err(UpstreamError::Pinned { name, value });
        }
        self.facts.note(&lower, value);
        self.reports += 1;
        Ok(())
    }

    /// Appends a message whose name of a portal was left empty, and puts the name there: the bytes of it in the encoding that the connection speaks,
    /// which need not be UTF-8. `at`: where in the message the name stands.
    fn append_named(
        &mut self,
        at: usize,
        name: &[u8],
        write: impl FnOnce(&mut BytesMut) -> std::io::Result<()>,
    ) -> Result<(), UpstreamError> {
        if name.is_empty() {
            return self.append(write);
        }
        let mut message = BytesMut::new();
        write(&mut message).map_err(|_| UpstreamError::Encode)?;
        let (head, tail) = message.split_at_checked(at).ok_or(UpstreamError::Encode)?;
        let length = i32::try_from(message.len() + name.len() - 1).map_err(|_| UpstreamError::Encode)?;
        let head = head.get(..1).zip(head.get(BODY..)).filter(|_| !name.contains(&0)).ok_or(UpstreamError::Encode)?;
        for part in [head.0, &length.to_be_bytes(), head.1, name, tail] {
            self.outgoing.extend_from_slice(part);
        }
        Ok(())
    }

    /// After an error the buffer is as it was.
    fn append(&mut self, write: impl FnOnce(&mut BytesMut) -> std::io::Result<()>) -> Result<(), UpstreamError> {
        let before = self.outgoing.len();
        write(&mut self.outgoing).map_err(|_| {
            self.outgoing.truncate(before);
            UpstreamError::Encode
        })
    }
}

impl Drop for Connection {
    /// The server would go on with a statement until it notices that nobody listens, so it is told; the place in the pool is free after that.
    fn drop(&mut self) {
        if self.is_settled() {
            return;
        }
        let (target, slot) = (self.cancel.clone(), self.slot.take());
        task::spawn("cancel abandoned statement", async move {
            // When it fails, the server finds the closed socket.
            drop(target.cancel().await);
            drop(slot);
        });
    }
}

/// Name and value of a ParameterStatus.
pub(super) fn read_parameter(body: &[u8]) -> Option<(String, String)> {
    let mut parts = body.split(|byte| *byte == 0);
    let name = std::str::from_utf8(parts.next()?).ok()?;
    let value = std::str::from_utf8(parts.next()?).ok()?;
    Some((name.to_owned(), value.to_owned()))
}
