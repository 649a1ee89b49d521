//! Everything that may interrupt a session, whatever it waits for.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::access::Revision;
use crate::runtime::Shutdown;

use super::deadlines::{Deadlines, Due};
use super::registry::Registration;

/// What interrupts.
#[derive(Debug)]
pub(super) enum Signal {
    /// A cancel request with the right key.
    Cancel,
    /// The gate stops now.
    GateEnds,
    /// The gate takes nothing new.
    GateDrains,
    Idle(IdleKind),
    /// Another revision is in force.
    RevisionChanged,
    SessionEnd,
    SessionEndsIn(Duration),
    /// The warehouse has not stopped the statement in time.
    StatementOverdue,
    /// Nor when it was asked to.
    StatementStays,
    /// The person ends it from another session.
    Terminated,
}

/// In which state nothing came from the client for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdleKind {
    InTransaction,
    OutsideTransaction,
}

/// The sources of signals of one session.
#[derive(Debug)]
pub(super) struct Signals {
    pub(super) deadlines: Deadlines,
    registration: Registration,
    revision: watch::Receiver<Arc<Revision>>,
    shutdown: Shutdown,
    /// The drain signal was heard.
    is_draining: bool,
}

impl Signals {
    pub(super) fn new(
        deadlines: Deadlines,
        registration: Registration,
        mut revision: watch::Receiver<Arc<Revision>>,
        shutdown: Shutdown,
    ) -> Self {
        // What came between the admission and now is looked at first.
        revision.mark_changed();
        Self { deadlines, registration, revision, shutdown, is_draining: false }
    }

    pub(super) fn registration(&self) -> &Registration {
        &self.registration
    }

    /// The revision in force, taken as seen.
    pub(super) fn revision(&mut self) -> Arc<Revision> {
        Arc::clone(&self.revision.borrow_and_update())
    }

    /// The revision in force, to name it: whoever has not looked at it still has to.
    pub(super) fn named_revision(&self) -> Arc<Revision> {
        Arc::clone(&self.revision.borrow())
    }

    /// A revision came into force that was not looked at.
    pub(super) fn has_new_revision(&self) -> bool {
        self.revision.has_changed().unwrap_or(false)
    }

    pub(super) fn is_draining(&self) -> bool {
        self.is_draining || self.shutdown.is_draining()
    }

    /// Waits for the next signal. Cancel safe: a signal that was not given is given next time.
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            biased;
            () = self.shutdown.ended() => Signal::GateEnds,
            due = self.deadlines.next() => match due {
                Due::Idle => Signal::Idle(IdleKind::OutsideTransaction),
                Due::IdleInTransaction => Signal::Idle(IdleKind::InTransaction),
                Due::SessionEnd => Signal::SessionEnd,
                Due::SessionEndsIn(left) => Signal::SessionEndsIn(left),
                Due::Statement => Signal::StatementOverdue,
                Due::StatementStays => Signal::StatementStays,
            },
            Ok(()) = self.revision.changed() => Signal::RevisionChanged,
            () = self.registration.live().end.notified() => Signal::Terminated,
            () = self.registration.live().cancel.notified() => Signal::Cancel,
            () = self.shutdown.draining(), if !self.is_draining => {
                self.is_draining = true;
                Signal::GateDrains
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::base::{PersonName, Timestamp};
    use crate::document::{Diagnostics, parse};
    use crate::policy::document::read;
    use crate::runtime::ManualClock;
    use crate::session::activity::Activity;
    use crate::session::registry::{Registry, SessionLimits};
    use crate::wire::ProtocolVersion;

    const POLICY: &str = include_str!("../../tests/fixtures/policy/policy.yaml");

    fn revision(digest: &str) -> Arc<Revision> {
        let mut diagnostics = Diagnostics::new();
        let document = parse("policy.yaml", POLICY, &mut diagnostics).unwrap();
        let policy = Arc::new(read(&document, &mut diagnostics));
        Arc::new(Revision { policy, digest: digest.to_owned(), grants: BTreeMap::new() })
    }

    #[tokio::test]
    async fn a_revision_that_a_record_names_has_still_to_be_looked_at() {
        let start = Timestamp::parse("2026-11-18T12:00:00Z").unwrap();
        let deadlines = Deadlines::new(ManualClock::new(start).clock(), start.plus(Duration::from_secs(3600)));
        let registry = Arc::new(Registry::new(SessionLimits { sessions: 1, sessions_per_subject: 1 }));
        let registration = registry
            .register(PersonName::new("jane"), ProtocolVersion::V3_0, Activity::new("first".to_owned(), "", start))
            .unwrap();
        let (sender, receiver) = watch::channel(revision("one"));
        let mut signals = Signals::new(deadlines, registration, receiver, Shutdown::new(Duration::ZERO));
        assert_eq!(signals.revision().digest, "one");
        assert!(!signals.has_new_revision());
        sender.send(revision("two")).unwrap();
        assert_eq!(signals.named_revision().digest, "two");
        assert!(signals.has_new_revision());
        assert!(matches!(signals.next().await, Signal::RevisionChanged));
    }
}
