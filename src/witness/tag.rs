//! The kind of a statement, as PostgreSQL's grammar sees it.

use pg_raw_parse::Node;

/// Kinds of statement, so that what the gate answers or mirrors itself is cross-checked too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementTag {
    Close,
    Copy,
    Deallocate,
    Declare,
    Discard,
    Execute,
    Explain,
    Fetch,
    Lock,
    /// Everything that the gate never runs.
    Other,
    Prepare,
    /// SELECT, VALUES, TABLE, WITH
    Select,
    Transaction,
    Unlisten,
    /// SET and RESET
    VariableSet,
    VariableShow,
}

/// The kind of a statement.
#[expect(clippy::wildcard_enum_match_arm, reason = "all that the gate never runs")]
pub(super) fn of(statement: Node<'_>) -> StatementTag {
    match statement {
        Node::ClosePortalStmt(_) => StatementTag::Close,
        Node::CopyStmt(_) => StatementTag::Copy,
        Node::DeallocateStmt(_) => StatementTag::Deallocate,
        Node::DeclareCursorStmt(_) => StatementTag::Declare,
        Node::DiscardStmt(_) => StatementTag::Discard,
        Node::ExecuteStmt(_) => StatementTag::Execute,
        Node::ExplainStmt(_) => StatementTag::Explain,
        Node::FetchStmt(_) => StatementTag::Fetch,
        Node::LockStmt(_) => StatementTag::Lock,
        Node::PrepareStmt(_) => StatementTag::Prepare,
        Node::SelectStmt(_) => StatementTag::Select,
        Node::TransactionStmt(_) => StatementTag::Transaction,
        Node::UnlistenStmt(_) => StatementTag::Unlisten,
        Node::VariableSetStmt(_) => StatementTag::VariableSet,
        Node::VariableShowStmt(_) => StatementTag::VariableShow,
        _ => StatementTag::Other,
    }
}
