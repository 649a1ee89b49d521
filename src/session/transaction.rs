//! Where the session stands in a transaction, as the client sees it.

use crate::parse::syntax::{Isolation, TransactionModes};
use crate::wire::TransactionStatus;

/// The transaction block, if any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Block {
    /// BEGIN was given.
    Explicit,
    /// As `Explicit`, and a statement in it failed.
    Failed,
    /// The block that PostgreSQL puts around the statements of one message; the gate has opened it in the warehouse.
    Implicit,
    #[default]
    None,
}

/// The model of the running transaction.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    block: Block,
    /// Names of savepoints, the outermost first; names may repeat.
    savepoints: Vec<String>,
    modes: TransactionModes,
}

impl Transaction {
    pub(super) fn block(&self) -> Block {
        self.block
    }

    /// What ReadyForQuery says.
    pub(super) fn status(&self) -> TransactionStatus {
        match self.block {
            Block::Explicit => TransactionStatus::InBlock,
            Block::Failed => TransactionStatus::Failed,
            // An implicit block ends before ReadyForQuery.
            Block::Implicit | Block::None => TransactionStatus::Idle,
        }
    }

    /// BEGIN was accepted, or an implicit block became explicit.
    pub(super) fn begin(&mut self, modes: TransactionModes) {
        self.block = Block::Explicit;
        self.set_modes(modes);
    }

    /// The gate opened a block around the statements of a message.
    pub(super) fn begin_implicit(&mut self) {
        self.block = Block::Implicit;
    }

    /// A statement failed.
    pub(super) fn fail(&mut self) {
        if self.block == Block::Explicit {
            self.block = Block::Failed;
        }
    }

    /// The block ended, however.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    /// COMMIT or ROLLBACK with AND CHAIN: a new block with the same modes.
    pub(super) fn chain(&mut self) {
        self.block = Block::Explicit;
        self.savepoints.clear();
    }

    pub(super) fn savepoint(&mut self, name: &str) {
        self.savepoints.push(name.to_owned());
    }

    /// ROLLBACK TO: the block works again, the savepoint stays. Gives the depth of what was before it.
    pub(super) fn rollback_to(&mut self, name: &str) -> Option<usize> {
        let at = self.position(name)?;
        self.savepoints.truncate(at + 1);
        self.block = Block::Explicit;
        Some(at)
    }

    /// RELEASE. Gives the depth that is left.
    pub(super) fn release(&mut self, name: &str) -> Option<usize> {
        let at = self.position(name)?;
        self.savepoints.truncate(at);
        Some(at)
    }

    /// Number of savepoints around what is done now.
    pub(super) fn depth(&self) -> usize {
        self.savepoints.len()
    }

    /// BEGIN with modes, SET TRANSACTION.
    pub(super) fn set_modes(&mut self, modes: TransactionModes) {
        let TransactionModes { isolation, read_only, deferrable } = modes;
        self.modes.isolation = isolation.or(self.modes.isolation);
        self.modes.read_only = read_only.or(self.modes.read_only);
        self.modes.deferrable = deferrable.or(self.modes.deferrable);
    }

    /// The isolation level that was asked for.
    pub(super) fn isolation(&self) -> Option<Isolation> {
        self.modes.isolation
    }

    /// Whether READ ONLY or READ WRITE was asked for.
    pub(super) fn read_only(&self) -> Option<bool> {
        self.modes.read_only
    }

    /// The deferrable mode that was asked for.
    pub(super) fn deferrable(&self) -> Option<bool> {
        self.modes.deferrable
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.savepoints.iter().rposition(|savepoint| savepoint == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_block_works_again_after_rollback_to() {
        let mut transaction = Transaction::default();
        transaction.fail();
        assert_eq!(transaction.status(), TransactionStatus::Idle);
        transaction.begin(TransactionModes::default());
        transaction.savepoint("a");
        transaction.savepoint("b");
        transaction.fail();
        assert_eq!(transaction.status(), TransactionStatus::Failed);
        assert_eq!(transaction.rollback_to("a"), Some(0));
        assert_eq!((transaction.status(), transaction.depth()), (TransactionStatus::InBlock, 1));
        assert_eq!(transaction.rollback_to("b"), None);
        assert_eq!(transaction.release("a"), Some(0));
        transaction.end();
        assert_eq!((transaction.block(), transaction.depth()), (Block::None, 0));
    }

    #[test]
    fn an_implicit_block_is_not_shown() {
        let mut transaction = Transaction::default();
        transaction.begin_implicit();
        assert_eq!(transaction.status(), TransactionStatus::Idle);
        transaction.begin(TransactionModes { isolation: Some(Isolation::Serializable), ..TransactionModes::default() });
        assert_eq!((transaction.status(), transaction.isolation()), (TransactionStatus::InBlock, Some(Isolation::Serializable)));
    }
}
