//! Rows of a result that nobody may read yet.

use bytes::Bytes;

use crate::audit::{Credit, Receipt};

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

    /// Opens the rows when the durable record covers them and what was `released` before them; gives them back closed when it does not.
    ///
    /// # Errors
    /// The receipt's credit is smaller.
    pub fn open(self, receipt: &Receipt, released: Credit) -> Result<Bytes, Self> {
        let here = Credit { rows: self.rows, bytes: self.bytes.len() as u64 };
        match receipt.credit().covers(released.plus(here)) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{IntentEvent, Journal, JournalSettings, ProtocolFacts, StatementFacts, StatementRecord};
    use crate::runtime::{Clock, ids};

    fn sealed(rows: u64, bytes: usize) -> SealedRows {
        SealedRows::new(Bytes::from(vec![0; bytes]), rows, 0)
    }

    #[tokio::test]
    async fn rows_open_on_a_credit_that_covers_them_and_those_before_and_on_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let settings = JournalSettings { reserve_bytes: 0, ..JournalSettings::new(dir.path(), "test") };
        let journal = Journal::open(&settings, Clock::system()).unwrap();
        let event = IntentEvent {
            statement: ids::new_statement_id(),
            session: crate::audit::test_session(),
            facts: StatementRecord::new(&StatementFacts::default()),
            protocol: ProtocolFacts::default(),
            received: Clock::system().now(),
            row_limit: Some(10),
        };
        let receipt = journal.begin(event).await.unwrap().durable().await.unwrap();
        let Credit { rows, bytes } = receipt.credit();
        assert!(sealed(rows, 10).open(&receipt, Credit::default()).is_ok());
        assert!(sealed(1, 10).open(&receipt, Credit { rows, bytes: 10 }).is_err());
        assert!(sealed(1, 11).open(&receipt, Credit { rows: 1, bytes: bytes - 10 }).is_err());
        drop(receipt);
        journal.close().await;
    }
}
