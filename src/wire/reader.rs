//! Reads one message at a time, within limits that hold before memory is taken.

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, ReadHalf};

use super::decode::{decode, over};
use super::error::WireError;
use super::frontend::{Frontend, MessageKind, Rejected};
use super::limits::WireLimits;
use super::spoken::Spoken;
use super::stream::ClientStream;
use crate::base::{Encoding, UserError};

/// Bytes asked of the socket at once, and the capacity that an idle connection keeps.
const READ_BYTES: usize = 8 * 1024;
/// Type byte and length.
const HEADER_BYTES: usize = 5;

/// The client's side of a connection.
#[derive(Debug)]
pub struct ClientReader {
    half: ReadHalf<ClientStream>,
    frames: Frames,
    spoken: Spoken,
}

/// A message that has arrived and is not read yet: its texts are in the encoding that the client speaks when its turn has come, not before.
#[derive(Debug)]
pub struct Unread(Arrived);

#[derive(Debug)]
enum Arrived {
    Whole { kind: MessageKind, body: Bytes },
    Rejected(Rejected),
}

impl Unread {
    /// Terminate.
    pub fn is_goodbye(&self) -> bool {
        matches!(&self.0, Arrived::Whole { kind: MessageKind::Terminate, body } if body.is_empty())
    }
}

impl ClientReader {
    pub(super) fn new(half: ReadHalf<ClientStream>, limits: WireLimits, spoken: Spoken) -> Self {
        Self { half, frames: Frames::new(limits), spoken }
    }

    /// The encoding that its client speaks.
    pub fn spoken(&self) -> &Spoken {
        &self.spoken
    }

    /// The next message, read; `None` when the client closed the connection between two messages. Cancel safe, errors as [`Self::next_unread`].
    ///
    /// # Errors
    /// As [`Self::next_unread`].
    pub async fn next(&mut self) -> Result<Option<Frontend>, WireError> {
        let unread = self.next_unread().await?;
        Ok(unread.map(|unread| self.read(unread)))
    }

    /// The next message; `None` when the client closed the connection between two messages.
    ///
    /// Cancel safe: a half-read message stays in the buffer.
    ///
    /// # Errors
    /// [`WireError::Violation`] when the next message cannot be found, [`WireError::Disconnected`] inside a message, [`WireError::Io`].
    pub async fn next_unread(&mut self) -> Result<Option<Unread>, WireError> {
        loop {
            if let Some(unread) = self.frames.take()? {
                return Ok(Some(unread));
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
    pub fn buffered(&mut self) -> Result<Option<Unread>, WireError> {
        self.frames.take()
    }

    /// Reads a message whose turn has come.
    pub fn read(&self, unread: Unread) -> Frontend {
        self.frames.read(unread, self.spoken.encoding())
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
    fn take(&mut self) -> Result<Option<Unread>, WireError> {
        if let Some(skip) = self.skip.take() {
            return Ok(self.continue_skip(skip));
        }
        let Some((kind, length)) = self.header()? else { return Ok(None) };
        let (length_max, name, limit) = self.limits.of(kind);
        if length > length_max {
            let error = over("message", length as usize, limit, name);
            return self.begin_skip(kind, length, error);
        }
        let total = length as usize + 1;
        if self.buffer.len() < total {
            return Ok(None);
        }
        let mut frame = self.buffer.split_to(total).freeze();
        frame.advance(HEADER_BYTES);
        Ok(Some(Unread(Arrived::Whole { kind, body: frame })))
    }

    fn read(&self, unread: Unread, encoding: Encoding) -> Frontend {
        match unread.0 {
            Arrived::Whole { kind, body } => {
                decode(kind, body, encoding, &self.limits).unwrap_or_else(|error| Frontend::Rejected(Rejected { kind, error }))
            }
            Arrived::Rejected(rejected) => Frontend::Rejected(rejected),
        }
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

    fn begin_skip(&mut self, kind: MessageKind, length: u32, error: UserError) -> Result<Option<Unread>, WireError> {
        if self.phase == Phase::Login || length > WireLimits::SKIPPED_BYTES {
            return Err(WireError::violation("invalid message length"));
        }
        Ok(self.continue_skip(Skip { remaining: length as usize + 1, rejected: Rejected { kind, error } }))
    }

    fn continue_skip(&mut self, mut skip: Skip) -> Option<Unread> {
        let here = skip.remaining.min(self.buffer.len());
        self.buffer.advance(here);
        skip.remaining -= here;
        if skip.remaining == 0 {
            return Some(Unread(Arrived::Rejected(skip.rejected)));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{SqlState, ToUserError};
    use crate::wire::frontend::{Format, Target};
    use crate::wire::test_kit::{Random, message};

    const LIMITS: WireLimits = WireLimits { statement_bytes: 100, value_bytes: 1000, parameters: 4 };

    impl Frames {
        /// The next message, read as UTF-8.
        fn message(&mut self) -> Result<Option<Frontend>, WireError> {
            let unread = self.take()?;
            Ok(unread.map(|unread| self.read(unread, Encoding::UTF8)))
        }
    }

    fn session(bytes: &[u8]) -> Frames {
        let mut frames = Frames::new(LIMITS);
        frames.phase = Phase::Session;
        frames.buffer.extend_from_slice(bytes);
        frames
    }

    fn one(tag: u8, body: &[u8]) -> Frontend {
        let mut frames = session(&message(tag, body));
        let read = frames.message().unwrap().unwrap();
        assert!(frames.is_between_messages());
        read
    }

    fn rejected(tag: u8, body: &[u8]) -> String {
        let Frontend::Rejected(Rejected { kind, error }) = one(tag, body) else { panic!() };
        assert_eq!(Some(kind), MessageKind::from_tag(tag));
        format!("{} {} {}", error.severity.as_str(), error.sqlstate, error.message)
    }

    fn violation(frames: &mut Frames) -> String {
        let error = frames.message().unwrap_err().to_user_error();
        format!("{} {} {}", error.severity.as_str(), error.sqlstate, error.message)
    }

    #[test]
    fn bind_is_read_with_its_values_as_slices() {
        let body = b"c\0s\0\0\x02\0\x01\0\0\0\x02\0\0\0\x02hi\xff\xff\xff\xff\0\x01\0\x01";
        let Frontend::Bind(bind) = one(b'B', body) else { panic!() };
        assert_eq!((bind.portal.as_str(), bind.statement.as_str()), ("c", "s"));
        assert_eq!(bind.parameter_formats, [Format::Binary, Format::Text]);
        assert_eq!(bind.parameters, [Some(bytes::Bytes::from_static(b"hi")), None]);
        assert_eq!(bind.result_formats, [Format::Binary]);
    }

    #[test]
    fn the_other_messages_are_read() {
        let Frontend::Parse(parse) = one(b'P', b"s\0select $1\0\0\x01\0\0\0\x17") else { panic!() };
        assert_eq!((parse.name.as_str(), parse.text.as_str(), parse.parameter_types), ("s", "select $1", vec![23]));
        assert!(matches!(one(b'Q', b"select 'a'\0"), Frontend::Query(text) if text.as_bytes() == b"select 'a'"));
        assert!(matches!(one(b'D', b"Pc\0"), Frontend::Describe(Target::Portal(name)) if name.as_str() == "c"));
        assert!(matches!(one(b'C', b"Ss\0"), Frontend::Close(Target::Statement(name)) if name.as_str() == "s"));
        assert!(matches!(one(b'E', b"c\0\0\0\0\x05"), Frontend::Execute { max_rows: 5, .. }));
        assert!(matches!(one(b'E', b"c\0\xff\xff\xff\xff"), Frontend::Execute { max_rows: 0, .. }));
        assert_eq!(one(b'd', b"1\t2\n"), Frontend::CopyData(bytes::Bytes::from_static(b"1\t2\n")));
        let bare = [(b'H', Frontend::Flush), (b'S', Frontend::Sync), (b'X', Frontend::Terminate), (b'c', Frontend::CopyDone)];
        for (tag, expected) in bare {
            assert_eq!(one(tag, b""), expected);
        }
        assert_eq!(one(b'f', b"gone\0"), Frontend::CopyFail);
        assert_eq!(one(b'F', b"\0\0\0\x2a\0\0\0\x01\0\0\0\x01x\0\0"), Frontend::FunctionCall);
    }

    #[test]
    fn malformed_bodies_are_rejected_and_the_stream_stays_in_step() {
        assert_eq!(rejected(b'Q', b"select 1"), "ERROR 08P01 invalid string in message");
        assert_eq!(rejected(b'Q', b"select 1\0; drop\0"), "ERROR 08P01 invalid message format");
        assert_eq!(rejected(b'Q', b"select '\xc3('\0"), "ERROR 22021 invalid byte sequence for encoding \"UTF8\": 0xc3 0x28");
        assert_eq!(rejected(b'S', b"x"), "ERROR 08P01 invalid message format");
        assert_eq!(rejected(b'D', b""), "ERROR 08P01 no data left in message");
        assert_eq!(rejected(b'D', b"Xs\0"), "ERROR 08P01 invalid DESCRIBE message subtype 88");
        assert_eq!(rejected(b'C', b"\0s\0"), "ERROR 08P01 invalid CLOSE message subtype 0");
        assert_eq!(rejected(b'P', b"s\0select 1\0\0\x02\0\0\0\x17"), "ERROR 08P01 insufficient data left in message");
        assert_eq!(rejected(b'E', b"c\0\0\0"), "ERROR 08P01 insufficient data left in message");
        assert_eq!(rejected(b'B', b"\0\0\0\0\0\x01\x7f\xff\xff\xff\0\0"), "ERROR 08P01 insufficient data left in message");
        assert_eq!(rejected(b'B', b"\0\0\0\0\0\x01\xff\xff\xff\xfe\0\0"), "ERROR 08P01 insufficient data left in message");
        assert_eq!(rejected(b'B', b"\0\0\xff\xff\0\0"), "ERROR 08P01 insufficient data left in message");
        let formats = b"\0\0\0\x02\0\0\0\0\0\x01\xff\xff\xff\xff\0\0";
        assert_eq!(rejected(b'B', formats), "ERROR 08P01 bind message has 2 parameter formats but 1 parameters");
        assert_eq!(rejected(b'B', b"\0\0\0\0\0\0\0\x01\0\x07"), "ERROR 22023 unsupported format code: 7");
    }

    #[test]
    fn messages_over_a_limit_are_skipped_and_named_without_being_stored() {
        let statement = [&[b'x'; 101][..], b"\0"].concat();
        assert_eq!(rejected(b'P', &[b"\0", &statement[..], b"\0\0"].concat()), "ERROR 54000 statement of 101 bytes is too large");
        let many = [&b"\0\0\0\x05"[..], &[0; 20]].concat();
        assert_eq!(rejected(b'P', &many), "ERROR 54000 statement has 5 parameters");
        let value = [&b"\0\0\0\0\0\x01\0\0\x03\xe9"[..], &[b'x'; 1001], b"\0\0"].concat();
        assert_eq!(rejected(b'B', &value), "ERROR 54000 value of 1001 bytes is too large");

        let mut frames = session(&[&b"Q"[..], &50_000_004_u32.to_be_bytes()].concat());
        assert!(frames.message().unwrap().is_none());
        let chunk = [b'x'; 8192];
        let mut sent = 0;
        while sent < 50_000_000 {
            let size = chunk.len().min(50_000_000 - sent);
            frames.buffer.extend_from_slice(&chunk[..size]);
            sent += size;
            frames.make_room();
            match frames.message().unwrap() {
                None => assert!(frames.buffer.capacity() <= 8 * READ_BYTES && !frames.is_between_messages()),
                Some(Frontend::Rejected(Rejected { kind: MessageKind::Query, error })) => {
                    assert_eq!(sent, 50_000_000);
                    assert_eq!(error.sqlstate, SqlState::PROGRAM_LIMIT_EXCEEDED);
                    assert_eq!(error.detail.unwrap(), "limits.statement_bytes is 100 bytes.");
                }
                Some(other) => panic!("{other:?}"),
            }
        }
        frames.buffer.extend_from_slice(&message(b'S', b""));
        assert_eq!(frames.message().unwrap(), Some(Frontend::Sync));
    }

    #[test]
    fn what_cannot_be_followed_ends_the_session() {
        assert_eq!(violation(&mut session(b"z\0\0\0\x04")), "FATAL 08P01 invalid frontend message type 122");
        assert_eq!(violation(&mut session(b"p\0\0\0\x04")), "FATAL 08P01 invalid frontend message type 112");
        assert_eq!(violation(&mut session(b"Q\0\0\0\x03")), "FATAL 08P01 invalid message length");
        assert_eq!(violation(&mut session(b"Q\xff\xff\xff\xff")), "FATAL 08P01 invalid message length");
    }

    #[test]
    fn a_client_that_is_not_logged_in_may_only_answer() {
        let login = |bytes: &[u8]| {
            let mut frames = Frames::new(LIMITS);
            frames.buffer.extend_from_slice(bytes);
            frames
        };
        assert_eq!(
            violation(&mut login(&message(b'Q', b"select 1\0"))),
            "FATAL 08P01 expected SASL response, got message type 81"
        );
        assert_eq!(violation(&mut login(b"p\0\x01\0\0")), "FATAL 08P01 invalid message length");
        assert!(matches!(login(&message(b'p', b"x")).message(), Ok(Some(Frontend::Password(_)))));
        assert!(matches!(login(b"X\0\0\0\x04").take(), Err(WireError::Disconnected)));
    }

    #[test]
    fn memory_follows_what_arrives_not_what_is_announced() {
        let mut frames = Frames::new(WireLimits::default());
        frames.phase = Phase::Session;
        frames.buffer.extend_from_slice(&[&b"B"[..], &60_000_000_u32.to_be_bytes()].concat());
        assert!(frames.message().unwrap().is_none());
        frames.make_room();
        assert!(frames.buffer.capacity() <= 4 * READ_BYTES);
    }

    /// All messages of a stream, and the sentence that ended it, when it arrives in pieces.
    fn read_in_pieces(stream: &[u8], mut next_size: impl FnMut() -> usize) -> (Vec<Frontend>, Option<String>) {
        let mut frames = session(b"");
        let mut read = Vec::new();
        let mut rest = stream;
        loop {
            match frames.message() {
                Ok(Some(message)) => read.push(message),
                Ok(None) if rest.is_empty() => return (read, None),
                Ok(None) => {
                    let (piece, later) = rest.split_at(next_size().clamp(1, rest.len()));
                    frames.make_room();
                    frames.buffer.extend_from_slice(piece);
                    rest = later;
                }
                Err(error) => return (read, Some(error.to_user_error().message.into_owned())),
            }
        }
    }

    #[test]
    fn ten_thousand_mutated_streams_are_read_alike_whole_and_in_pieces() {
        let stream = [
            message(b'P', b"s\0select $1, $2\0\0\x02\0\0\0\x17\0\0\0\x19"),
            message(b'B', b"c\0s\0\0\x02\0\x01\0\0\0\x02\0\0\0\x02hi\xff\xff\xff\xff\0\x01\0\x01"),
            message(b'D', b"Pc\0"),
            message(b'E', b"c\0\0\0\0\0"),
            message(b'S', b""),
            message(b'Q', "select 'größer'\0".as_bytes()),
        ]
        .concat();
        let mut random = Random::new(2);
        let (mut read, mut rejected, mut ended) = (0, 0, 0);
        for _ in 0..10_000 {
            let mutated = random.mutate(&stream);
            let whole = read_in_pieces(&mutated, || usize::MAX);
            assert_eq!(read_in_pieces(&mutated, || random.below(40)), whole);
            read += whole.0.len();
            rejected += whole.0.iter().filter(|message| matches!(message, Frontend::Rejected(_))).count();
            ended += usize::from(whole.1.is_some());
        }
        assert!(read > 10_000 && rejected > 1000 && ended > 1000, "{read} read, {rejected} rejected, {ended} ended");
    }
}
