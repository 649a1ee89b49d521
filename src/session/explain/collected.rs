//! The warehouse's answer to EXPLAIN while it arrives: one JSON document in the first column of its rows.

use bytes::{Buf, BytesMut};
use serde_json::Value;

/// The largest plan that is read.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The rows so far.
#[derive(Debug, Default)]
pub(super) struct Collected {
    rows: BytesMut,
}

impl Collected {
    /// Takes rows as they come; false when it is too much.
    pub(super) fn take(&mut self, bytes: &[u8]) -> bool {
        if self.rows.len() + bytes.len() > MAX_BYTES {
            return false;
        }
        self.rows.extend_from_slice(bytes);
        true
    }

    /// The document; `None` when the rows hold none, or one that is nested deeper than serde_json reads.
    pub(super) fn document(&self) -> Option<Value> {
        serde_json::from_str(&first_column(&self.rows)?).ok()
    }
}

/// The first column of all rows, in text.
fn first_column(mut rows: &[u8]) -> Option<String> {
    let mut text = String::new();
    while rows.has_remaining() {
        if rows.try_get_u8().ok()? != b'D' {
            return None;
        }
        let length = usize::try_from(rows.try_get_u32().ok()?).ok()?.checked_sub(4)?;
        let mut row = rows.get(..length)?;
        rows.advance(length);
        if row.try_get_u16().ok()? != 1 {
            return None;
        }
        let length = usize::try_from(row.try_get_i32().ok()?).ok()?;
        text.push_str(std::str::from_utf8(row.get(..length)?).ok()?);
    }
    Some(text)
}
