//! Rows of a result that nobody may read yet.

use bytes::Bytes;

use crate::audit::Receipt;

/// Rows as they came from the warehouse: counted, and closed until a durable record covers them.
pub struct SealedRows {
    bytes: Bytes,
    rows: u64,
    rest: usize,
}

impl SealedRows {
    pub(super) fn new(bytes: Bytes, rows: u64, rest: usize) -> Self {
        Self { bytes, rows, rest }
    }

    /// Rows that begin in this piece.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of this piece.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Bytes of the last row that are still to come: nothing else may be sent to the client before them.
    pub fn rest(&self) -> usize {
        self.rest
    }

    /// The piece ends where a row ends.
    pub fn is_whole(&self) -> bool {
        self.rest == 0
    }

    /// Opens the rows when the durable record covers them and the `released` rows before them; gives them back closed when it does not.
    ///
    /// # Errors
    /// The receipt's credit is smaller.
    pub fn open(self, receipt: &Receipt, released: u64) -> Result<Bytes, Self> {
        match released.saturating_add(self.rows) <= receipt.credit() {
            true => Ok(self.bytes),
            false => Err(self),
        }
    }

    /// The bytes of an answer to a question of the gate's own, about settings.
    pub(super) fn into_bytes(self) -> Bytes {
        self.bytes
    }
}

impl std::fmt::Debug for SealedRows {
    /// Without the rows.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedRows({} rows, {} bytes, {} to come)", self.rows, self.bytes.len(), self.rest)
    }
}
