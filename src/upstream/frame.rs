//! The messages of a server, found in a bounded buffer without decoding them.

use bytes::{Buf, Bytes, BytesMut};

use super::error::UpstreamError;
use super::sealed::SealedRows;

/// Bytes asked of the socket at once: what a session holds of a result.
pub(super) const READ_BYTES: usize = 32 * 1024;
/// Type byte and length.
const HEADER_BYTES: usize = 5;
/// The largest message that is kept whole; rows pass in pieces and have their own limits.
const WHOLE_BYTES: usize = 1024 * 1024;

/// The messages that a server may send (PostgreSQL, "Message Formats").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    Authentication,
    BackendKeyData,
    BindComplete,
    CloseComplete,
    CommandComplete,
    CopyDone,
    CopyOutResponse,
    EmptyQueryResponse,
    ErrorResponse,
    NegotiateProtocolVersion,
    NoData,
    NoticeResponse,
    NotificationResponse,
    ParameterDescription,
    ParameterStatus,
    ParseComplete,
    PortalSuspended,
    ReadyForQuery,
    RowDescription,
}

impl Tag {
    /// By the first byte; rows (`D`, `d`) are not among them, nor is what no statement of ours can cause.
    const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            b'R' => Self::Authentication,
            b'K' => Self::BackendKeyData,
            b'2' => Self::BindComplete,
            b'3' => Self::CloseComplete,
            b'C' => Self::CommandComplete,
            b'c' => Self::CopyDone,
            b'H' => Self::CopyOutResponse,
            b'I' => Self::EmptyQueryResponse,
            b'E' => Self::ErrorResponse,
            b'v' => Self::NegotiateProtocolVersion,
            b'n' => Self::NoData,
            b'N' => Self::NoticeResponse,
            b'A' => Self::NotificationResponse,
            b't' => Self::ParameterDescription,
            b'S' => Self::ParameterStatus,
            b'1' => Self::ParseComplete,
            b's' => Self::PortalSuspended,
            b'Z' => Self::ReadyForQuery,
            b'T' => Self::RowDescription,
            _ => return None,
        })
    }
}

/// One whole message that is not a row.
#[derive(Clone, Debug)]
pub struct Frame {
    pub tag: Tag,
    /// Type byte and length included: what is passed on.
    pub whole: Bytes,
}

impl Frame {
    /// Without type byte and length.
    pub fn body(&self) -> &[u8] {
        self.whole.get(HEADER_BYTES..).unwrap_or_default()
    }
}

/// What stands at the front of the buffer.
#[derive(Debug)]
pub enum Received {
    Frame(Frame),
    /// As many rows (DataRow, or CopyData of COPY) as have arrived, in one piece.
    Rows(SealedRows),
}

/// Finds messages in the bytes that have arrived. No I/O.
#[derive(Debug, Default)]
pub(super) struct Frames {
    pub(super) buffer: BytesMut,
    /// What is still to come of a row that passes in pieces.
    row_rest: usize,
}

impl Frames {
    /// The next message or run of rows; `None` when more bytes must arrive first.
    ///
    /// # Errors
    /// [`UpstreamError::Desynchronised`].
    pub(super) fn take(&mut self) -> Result<Option<Received>, UpstreamError> {
        if self.row_rest > 0 {
            return Ok(self.take_rest());
        }
        let Some((tag, total)) = header(&self.buffer)? else { return Ok(None) };
        if is_row(tag) {
            return self.take_rows().map(|rows| Some(Received::Rows(rows)));
        }
        let tag = Tag::from_byte(tag).ok_or(UpstreamError::Desynchronised("a message of an unknown kind"))?;
        if total > WHOLE_BYTES {
            return Err(UpstreamError::Desynchronised("a message that is too long"));
        }
        if self.buffer.len() < total {
            return Ok(None);
        }
        Ok(Some(Received::Frame(Frame { tag, whole: self.buffer.split_to(total).freeze() })))
    }

    /// All rows at the front that are whole, or what has arrived of the first.
    fn take_rows(&mut self) -> Result<SealedRows, UpstreamError> {
        let (mut end, mut rows) = (0, 0);
        while let Some((tag, total)) = header(self.buffer.get(end..).unwrap_or_default())? {
            if !is_row(tag) {
                break;
            }
            if self.buffer.len() - end < total {
                if rows == 0 {
                    rows = 1;
                    self.row_rest = total - self.buffer.len();
                    end = self.buffer.len();
                }
                break;
            }
            rows += 1;
            end += total;
        }
        Ok(SealedRows::new(self.buffer.split_to(end).freeze(), rows, self.row_rest))
    }

    fn take_rest(&mut self) -> Option<Received> {
        let here = self.row_rest.min(self.buffer.len());
        if here == 0 {
            return None;
        }
        self.row_rest -= here;
        Some(Received::Rows(SealedRows::new(self.buffer.split_to(here).freeze(), 0, self.row_rest)))
    }

    /// Nothing has arrived that was not taken.
    pub(super) fn is_empty(&self) -> bool {
        self.buffer.is_empty() && self.row_rest == 0
    }

    /// Room for the next read; whole messages that are larger than a read get what they announce, up to their limit.
    pub(super) fn make_room(&mut self) {
        let announced = match header(&self.buffer) {
            Ok(Some((tag, total))) if !is_row(tag) => total.min(WHOLE_BYTES),
            Ok(Some(_) | None) | Err(_) => 0,
        };
        let missing = announced.saturating_sub(self.buffer.len());
        if self.buffer.capacity() - self.buffer.len() < READ_BYTES / 4 {
            self.buffer.reserve(missing.max(READ_BYTES));
        }
    }

    /// Gives the memory back while nothing is expected.
    pub(super) fn rest(&mut self) {
        if self.is_empty() && self.buffer.capacity() > 0 {
            self.buffer = BytesMut::new();
        }
    }
}

const fn is_row(tag: u8) -> bool {
    matches!(tag, b'D' | b'd')
}

/// Type byte and whole length of the message at the front.
fn header(bytes: &[u8]) -> Result<Option<(u8, usize)>, UpstreamError> {
    let Some((&tag, rest)) = bytes.split_first() else { return Ok(None) };
    let Some(mut length) = rest.get(..4) else { return Ok(None) };
    let length = length.get_u32();
    if length < 4 || length > i32::MAX.cast_unsigned() {
        return Err(UpstreamError::Desynchronised("a message with an impossible length"));
    }
    Ok(Some((tag, length as usize + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::BufMut;

    fn message(tag: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![tag];
        bytes.put_u32(body.len() as u32 + 4);
        bytes.extend_from_slice(body);
        bytes
    }

    fn rows(received: Option<Received>) -> (u64, usize, bool) {
        let Some(Received::Rows(rows)) = received else { panic!("not rows: {received:?}") };
        (rows.rows(), rows.bytes(), rows.is_whole())
    }

    fn frame(received: Option<Received>) -> Tag {
        let Some(Received::Frame(frame)) = received else { panic!("not a frame: {received:?}") };
        frame.tag
    }

    #[test]
    fn rows_come_in_runs_and_other_messages_one_by_one() {
        let mut frames = Frames::default();
        for part in [message(b'T', b"xx"), message(b'D', b"abc"), message(b'D', b"de"), message(b'C', b"SELECT 2\0")] {
            frames.buffer.extend_from_slice(&part);
        }
        assert_eq!(frame(frames.take().unwrap()), Tag::RowDescription);
        assert_eq!(rows(frames.take().unwrap()), (2, 15, true));
        assert_eq!(frame(frames.take().unwrap()), Tag::CommandComplete);
        assert!(frames.take().unwrap().is_none() && frames.is_empty());
    }

    #[test]
    fn a_row_that_has_not_arrived_whole_passes_in_pieces_and_counts_once() {
        let mut frames = Frames::default();
        let row = message(b'D', &[7; 100]);
        frames.buffer.extend_from_slice(&row[..40]);
        assert_eq!(rows(frames.take().unwrap()), (1, 40, false));
        assert!(frames.take().unwrap().is_none() && !frames.is_empty());
        frames.buffer.extend_from_slice(&row[40..]);
        frames.buffer.extend_from_slice(&message(b'D', b"x"));
        assert_eq!(rows(frames.take().unwrap()), (0, 65, true));
        assert_eq!(rows(frames.take().unwrap()), (1, 6, true));
    }

    #[test]
    fn whole_rows_pass_before_a_half_one() {
        let mut frames = Frames::default();
        frames.buffer.extend_from_slice(&message(b'd', b"x"));
        frames.buffer.extend_from_slice(&message(b'd', b"yy")[..6]);
        assert_eq!(rows(frames.take().unwrap()), (1, 6, true));
        assert_eq!(rows(frames.take().unwrap()), (1, 6, false));
    }

    #[test]
    fn what_no_statement_of_ours_causes_ends_the_connection() {
        for bytes in
            [message(b'W', b""), message(b'G', b""), message(b'V', b""), vec![b'T', 0, 0, 0, 3], vec![b'E', 0x7f, 0, 0, 0]]
        {
            let mut frames = Frames { buffer: BytesMut::from(bytes.as_slice()), row_rest: 0 };
            assert!(frames.take().is_err(), "{bytes:?}");
        }
    }
}
