//! What the warehouse still has to answer, in order, and what to undo when it answers with an error.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::enforce::{ExplainStyle, OutputColumn};

use super::origin::Origin;
use super::prepared::{Portal, Prepared};

/// The queue is settled before it grows beyond this: each entry is a reply that may be on its way.
pub(super) const MAX_PENDING: usize = 256;

/// One expected reply.
#[derive(Debug)]
pub(super) enum Expected {
    /// `is_opaque`: planning may run a row filter that may raise.
    BindComplete {
        undo: Undo,
        is_opaque: bool,
        /// What a size argument is held against: planning may compute it.
        size_limit: Option<u32>,
    },
    CloseComplete(Undo),
    /// CloseComplete of a statement whose other text gets its name: the client does not read it.
    ClosedAgain(Undo),
    /// A command of the gate's own: its replies are swallowed, its tag is kept.
    Command(CommandReplies),
    /// ParameterDescription (of a statement), then RowDescription or NoData.
    Description {
        shape: Shape,
        /// Parameters that the warehouse reads as texts, and the types that they are of to the client.
        parameters: Arc<[(usize, u32)]>,
    },
    /// The ErrorResponse that the gate asked for to make the transaction fail.
    Failure,
    /// With what its errors point into.
    ParseComplete {
        undo: Undo,
        origin: Origin,
    },
    Ready,
    /// ParseComplete of a statement that is parsed again, on another connection or with its other text: the client does not read it.
    ParsedAgain(Undo),
    /// The result of the running statement, to its CommandComplete, EmptyQueryResponse or PortalSuspended.
    Statement,
}

/// What a description may describe.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// These columns, with their origins.
    Columns(Arc<[OutputColumn]>),
    /// The one column of EXPLAIN, in the gate's own words.
    Plan(ExplainStyle),
}

/// How a command of the gate's own was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CommandReplies {
    /// Parse, Bind, Execute, Close, Close: five replies, the number of those that came.
    Extended(u8),
    /// Query: one reply (Ready is an entry of its own).
    Simple,
}

/// How the model was before a message that is not confirmed yet.
#[derive(Debug)]
pub(super) enum Undo {
    /// The statement that has the name is not known to the warehouse.
    Lost {
        name: String,
    },
    Portal {
        name: String,
        before: Option<Box<Portal>>,
    },
    Statement {
        name: String,
        before: Option<Arc<Prepared>>,
    },
}

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Pending {
    queue: VecDeque<Expected>,
}

impl Pending {
    pub(super) fn push(&mut self, expected: Expected) {
        self.queue.push_back(expected);
    }

    pub(super) fn front(&mut self) -> Option<&mut Expected> {
        self.queue.front_mut()
    }

    pub(super) fn pop(&mut self) -> Option<Expected> {
        self.queue.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.queue.len() >= MAX_PENDING
    }

    /// Nothing that was sent makes the server send its answers by itself.
    pub(super) fn needs_flush(&self) -> bool {
        !self.queue.is_empty() && !self.queue.iter().any(|expected| matches!(expected, Expected::Ready))
    }

    /// After an error the server skips everything to Sync: takes out what it skips, the last first, the failed one at the end.
    pub(super) fn take_skipped(&mut self) -> Vec<Expected> {
        let end = self.queue.iter().position(|expected| matches!(expected, Expected::Ready)).unwrap_or(self.queue.len());
        let mut skipped: Vec<Expected> = self.queue.drain(..end).collect();
        skipped.reverse();
        skipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_skips_everything_up_to_sync_from_the_end() {
        let mut pending = Pending::default();
        let undo = Undo::Statement { name: "a".to_owned(), before: None };
        pending.push(Expected::ParseComplete { undo, origin: Origin::default() });
        let undo = Undo::Portal { name: "b".to_owned(), before: None };
        pending.push(Expected::BindComplete { undo, is_opaque: false, size_limit: None });
        assert!(pending.needs_flush());
        pending.push(Expected::Ready);
        assert!(!pending.needs_flush());
        let skipped = pending.take_skipped();
        assert!(matches!(skipped.as_slice(), [Expected::BindComplete { .. }, Expected::ParseComplete { .. }]));
        assert!(matches!(pending.pop(), Some(Expected::Ready)) && pending.is_empty());
    }
}
