//! Reads one message at a time, within limits that hold before memory is taken.

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, ReadHalf};

use super::decode::{decode, over};
use super::error::WireError;
use super::frontend::{Frontend, MessageKind, Rejected};
use super::limits::WireLimits;
use super::stream::ClientStream;
use crate::base::UserError;

/// Bytes asked of the socket at once, and the capacity that an idle connection keeps.
const READ_BYTES: usize = 8 * 1024;
/// Type byte and length.
const HEADER_BYTES: usize = 5;

/// The client's side of a connection.
#[derive(Debug)]
pub struct ClientReader {
    half: ReadHalf<ClientStream>,
    frames: Frames,
}

impl ClientReader {
    pub(super) fn new(half: ReadHalf<ClientStream>, limits: WireLimits) -> Self {
        Self { half, frames: Frames::new(limits) }
    }

    /// The next message; `None` when the client closed the connection between two messages.
    ///
    /// Cancel safe: a half-read message stays in the buffer.
    ///
    /// # Errors
    /// [`WireError::Violation`] when the next message cannot be found, [`WireError::Disconnected`] inside a message, [`WireError::Io`].
    pub async fn next(&mut self) -> Result<Option<Frontend>, WireError> {
        loop {
            if let Some(message) = self.frames.take()? {
                return Ok(Some(message));
            }
            self.frames.make_room();
            if self.half.read_buf(&mut self.frames.buffer).await.map_err(WireError::io)? == 0 {
                return match self.frames.is_between_messages() {
                    true => Ok(None),
                    false => Err(WireError::Disconnected),
                };
            }
        }
    }

    /// A message that has arrived already, without waiting.
    ///
    /// # Errors
    /// [`WireError::Violation`].
    pub fn next_buffered(&mut self) -> Result<Option<Frontend>, WireError> {
        self.frames.take()
    }

    /// From now on the client may send what a logged-in client sends; until then only answers of the login.
    pub fn authenticated(&mut self) {
        self.frames.phase = Phase::Session;
    }

    /// Reads and forgets until the client closes its side.
    pub(super) async fn drain(&mut self) {
        self.frames.buffer = BytesMut::with_capacity(READ_BYTES);
        while let Ok(count) = self.half.read_buf(&mut self.frames.buffer).await {
            if count == 0 {
                return;
            }
            self.frames.buffer.clear();
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Login,
    Session,
}

/// The rest of a message over its limit, to be thrown away, and what to say then.
#[derive(Debug)]
struct Skip {
    remaining: usize,
    rejected: Rejected,
}

/// Finds messages in the bytes that have arrived. No I/O.
#[derive(Debug)]
struct Frames {
    buffer: BytesMut,
    limits: WireLimits,
    phase: Phase,
    skip: Option<Skip>,
}

impl Frames {
    fn new(limits: WireLimits) -> Self {
        Self { buffer: BytesMut::with_capacity(READ_BYTES), limits, phase: Phase::Login, skip: None }
    }

    /// A whole message, when there is one.
    fn take(&mut self) -> Result<Option<Frontend>, WireError> {
        if let Some(skip) = self.skip.take() {
            return Ok(self.continue_skip(skip));
        }
        let Some((kind, length)) = self.header()? else { return Ok(None) };
        let (limit, name) = self.limits.of(kind);
        if length > limit {
            let error = over("message", length as usize, limit, name);
            return self.begin_skip(kind, length, error);
        }
        let total = length as usize + 1;
        if self.buffer.len() < total {
            return Ok(None);
        }
        let mut frame = self.buffer.split_to(total).freeze();
        frame.advance(HEADER_BYTES);
        let message = decode(kind, frame, &self.limits);
        Ok(Some(message.unwrap_or_else(|error| Frontend::Rejected(Rejected { kind, error }))))
    }

    /// Kind and length of the message at the front; the length includes itself and is at least 4.
    fn header(&self) -> Result<Option<(MessageKind, u32)>, WireError> {
        let Some((&tag, rest)) = self.buffer.split_first() else { return Ok(None) };
        let kind = MessageKind::from_tag(tag);
        let kind = match (self.phase, kind) {
            (Phase::Login, Some(MessageKind::Password)) => MessageKind::Password,
            (Phase::Login, Some(MessageKind::Terminate)) => return Err(WireError::Disconnected),
            (Phase::Login, Some(_) | None) => {
                return Err(WireError::violation(format!("expected SASL response, got message type {tag}")));
            }
            (Phase::Session, Some(MessageKind::Password) | None) => {
                return Err(WireError::violation(format!("invalid frontend message type {tag}")));
            }
            (Phase::Session, Some(kind)) => kind,
        };
        let Some(length) = rest.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes)) else { return Ok(None) };
        match length >= 4 {
            true => Ok(Some((kind, length))),
            false => Err(WireError::violation("invalid message length")),
        }
    }

    fn begin_skip(&mut self, kind: MessageKind, length: u32, error: UserError) -> Result<Option<Frontend>, WireError> {
        if self.phase == Phase::Login || length > WireLimits::SKIPPED_BYTES {
            return Err(WireError::violation("invalid message length"));
        }
        Ok(self.continue_skip(Skip { remaining: length as usize + 1, rejected: Rejected { kind, error } }))
    }

    fn continue_skip(&mut self, mut skip: Skip) -> Option<Frontend> {
        let here = skip.remaining.min(self.buffer.len());
        self.buffer.advance(here);
        skip.remaining -= here;
        if skip.remaining == 0 {
            return Some(Frontend::Rejected(skip.rejected));
        }
        self.skip = Some(skip);
        None
    }

    fn is_between_messages(&self) -> bool {
        self.buffer.is_empty() && self.skip.is_none()
    }

    /// Room for the next read. Grows with what has arrived, not with what was announced, and shrinks after a large message.
    fn make_room(&mut self) {
        let length = self.buffer.len();
        if length == 0 && self.buffer.capacity() > 8 * READ_BYTES {
            self.buffer = BytesMut::with_capacity(READ_BYTES);
        }
        if self.buffer.capacity() - length < READ_BYTES / 8 {
            let announced = self.buffer.get(1..HEADER_BYTES).and_then(|bytes| bytes.first_chunk::<4>());
            let missing = announced.map_or(0, |bytes| (u32::from_be_bytes(*bytes) as usize + 1).saturating_sub(length));
            self.buffer.reserve(missing.clamp(READ_BYTES, length.max(READ_BYTES)));
        }
    }
}
