//! Rows of a result that nobody may read yet.

use bytes::Bytes;

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

    /// The bytes, for an answer that the gate makes of them itself and that names nothing of the rows of a relation (EXPLAIN, its own questions).
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
