//! The client's side of a session: messages in, answers out, and what is half done of either.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;

use crate::base::{Encoding, UserError};
use crate::wire::{Backend, ClientReader, ClientWriter, Frontend, Unread, WireError};

/// A client that will say no more is spoken to this often while a statement runs: one that is gone answers with a reset.
const LISTENS: Duration = Duration::from_secs(1);
/// What it is told then: what it knows already.
const KNOWN: Backend<'static> = Backend::ParameterStatus { name: "integer_datetimes", value: "on" };

/// The two directions of a client.
#[derive(Debug)]
pub(super) struct Client {
    reader: ClientReader,
    writer: ClientWriter,
    /// A message that arrived while a statement ran, to notice that the client leaves. That statement may change how its texts are read.
    ahead: Option<Unread>,
    /// The client has said goodbye or closed its half of the line. It may still hear the answers, as from PostgreSQL.
    has_said_all: bool,
    /// A row was begun and not ended: nothing but its rest may be sent.
    is_in_row: bool,
}

impl Client {
    pub(super) fn new(reader: ClientReader, writer: ClientWriter) -> Self {
        Self { reader, writer, ahead: None, has_said_all: false, is_in_row: false }
    }

    /// A message that is here already.
    pub(super) fn take_arrived(&mut self) -> Result<Option<Frontend>, WireError> {
        let unread = match self.ahead.take() {
            Some(unread) => Some(unread),
            None => self.reader.buffered()?,
        };
        Ok(unread.map(|unread| self.reader.read(unread)))
    }

    /// The next message; `None` when the client has said all. Cancel safe.
    pub(super) async fn next(&mut self) -> Result<Option<Frontend>, WireError> {
        match self.ahead.take() {
            Some(unread) => Ok(Some(self.reader.read(unread))),
            None if self.has_said_all => Ok(None),
            None => self.reader.next().await,
        }
    }

    /// Waits until nobody listens any more. Keeps one message for later and reads no further. Cancel safe.
    pub(super) async fn gone(&mut self) -> WireError {
        match self.listens_no_more().await {
            Err(error) => error,
            Ok(never) => match never {},
        }
    }

    async fn listens_no_more(&mut self) -> Result<Infallible, WireError> {
        if self.ahead.is_some() {
            return std::future::pending().await;
        }
        if !self.has_said_all {
            match self.reader.next_unread().await? {
                Some(unread) if !unread.is_goodbye() => {
                    self.ahead = Some(unread);
                    return std::future::pending().await;
                }
                Some(_) | None => self.has_said_all = true,
            }
        }
        // A client that is gone closes its half of the line just as one does that only listens. To say something is the one way to know.
        loop {
            tokio::time::sleep(LISTENS).await;
            if !self.is_in_row && !self.has_queued() {
                self.writer.queue(&KNOWN)?;
            }
            self.writer.flush().await?;
        }
    }

    /// What the client speaks now.
    pub(super) fn encoding(&self) -> Encoding {
        self.reader.spoken().encoding()
    }

    pub(super) fn queue(&mut self, message: &Backend<'_>) -> Result<(), WireError> {
        self.writer.queue(message)
    }

    pub(super) fn report(&mut self, error: &UserError) -> Result<(), WireError> {
        self.writer.queue(&Backend::Report(error))
    }

    /// Whole messages of the warehouse.
    pub(super) fn queue_raw(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        self.writer.queue_raw(bytes)
    }

    /// Sends what waits and then these bytes. Cancel safe: `bytes` keeps what is left.
    pub(super) async fn relay(&mut self, bytes: &mut Bytes) -> Result<(), WireError> {
        self.writer.relay(bytes).await
    }

    /// Sends what waits. Cancel safe.
    pub(super) async fn flush(&mut self) -> Result<(), WireError> {
        self.writer.flush().await
    }

    pub(super) fn is_flush_due(&self) -> bool {
        self.writer.is_due()
    }

    pub(super) fn has_queued(&self) -> bool {
        self.writer.queued() > 0
    }

    pub(super) fn is_in_row(&self) -> bool {
        self.is_in_row
    }

    pub(super) fn set_in_row(&mut self, is_in_row: bool) {
        self.is_in_row = is_in_row;
    }

    /// Ends the connection with these words, unless they would stand in the middle of a row.
    pub(super) async fn close(self, last_words: Option<&UserError>) {
        let last_words = last_words.filter(|_| !self.is_in_row);
        crate::wire::close(self.reader, self.writer, last_words).await;
    }
}
