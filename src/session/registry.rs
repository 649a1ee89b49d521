//! The live sessions of this node: found by cancel key, counted by person.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

use dashmap::DashMap;
use serde_json::Value;
use subtle::ConstantTimeEq;
use tokio::sync::Notify;

use crate::base::{PersonName, Secret, SqlState, ToUserError, UserError};
use crate::wire::ProtocolVersion;

use super::activity::Activity;

/// Bytes of a cancel key: protocol 3.0 has room for four, 3.2 for more.
const KEY_BYTES_3_0: usize = 4;
const KEY_BYTES_3_2: usize = 32;

/// How many sessions there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    pub sessions: usize,
    pub sessions_per_subject: usize,
}

/// All live sessions.
#[derive(Debug)]
pub struct Registry {
    by_pid: DashMap<i32, Arc<Live>>,
    by_person: DashMap<PersonName, usize>,
    open: AtomicUsize,
    next_pid: AtomicI32,
    limits: SessionLimits,
}

/// One live session, as others see it.
#[derive(Debug)]
pub(super) struct Live {
    person: PersonName,
    pid: i32,
    key: Secret<Vec<u8>>,
    pub(super) activity: Activity,
    pub(super) cancel: Notify,
    /// The session is to end.
    pub(super) end: Notify,
}

/// No more sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    All,
    Person(usize),
}

impl ToUserError for Full {
    fn to_user_error(&self) -> UserError {
        match self {
            Self::All => UserError::fatal(SqlState::TOO_MANY_CONNECTIONS, "sorry, too many clients already"),
            Self::Person(limit) => {
                UserError::fatal(SqlState::TOO_MANY_CONNECTIONS, format!("this user has {limit} sessions already"))
                    .detail("The limit is limits.sessions_per_subject.")
            }
        }
    }
}

/// A place in the registry; dropped, it is free.
#[derive(Debug)]
pub(super) struct Registration {
    registry: Arc<Registry>,
    live: Arc<Live>,
}

impl Registry {
    /// An empty registry.
    pub fn new(limits: SessionLimits) -> Self {
        Self { by_pid: DashMap::new(), by_person: DashMap::new(), open: AtomicUsize::new(0), next_pid: AtomicI32::new(1), limits }
    }

    /// A session begins.
    pub(super) fn register(
        self: &Arc<Self>,
        person: PersonName,
        protocol: ProtocolVersion,
        activity: Activity,
    ) -> Result<Registration, Full> {
        self.take_place(&person)?;
        let length = if protocol == ProtocolVersion::V3_0 { KEY_BYTES_3_0 } else { KEY_BYTES_3_2 };
        let mut key = vec![0; length];
        // Without random bytes the key would be known; a machine that has none serves nobody.
        if getrandom::fill(&mut key).is_err() {
            self.leave_place(&person);
            return Err(Full::All);
        }
        let pid = self.free_pid();
        let live = Arc::new(Live { person, pid, key: Secret::new(key), activity, cancel: Notify::new(), end: Notify::new() });
        self.by_pid.insert(pid, Arc::clone(&live));
        Ok(Registration { registry: Arc::clone(self), live })
    }

    /// A cancel request: the session with this pid, if the key is its own. Nobody learns whether it was.
    pub(super) fn cancel(&self, pid: i32, key: &[u8]) {
        if let Some(live) = self.by_pid.get(&pid)
            && bool::from(live.key.reveal().as_slice().ct_eq(key))
        {
            live.cancel.notify_one();
        }
    }

    /// The session with this pid stops what it runs, when it is one of this person's.
    pub(super) fn cancel_own(&self, person: &PersonName, pid: i32) -> bool {
        let live = self.by_pid.get(&pid).filter(|live| live.person == *person);
        live.map(|live| live.cancel.notify_one()).is_some()
    }

    /// The session with this pid ends, when it is one of this person's.
    pub(super) fn end_own(&self, person: &PersonName, pid: i32) -> bool {
        let live = self.by_pid.get(&pid).filter(|live| live.person == *person);
        live.map(|live| live.end.notify_one()).is_some()
    }

    /// What the sessions of the same person under the same database do, this one's among them.
    pub(super) fn own_activity(&self, live: &Live) -> Vec<Value> {
        let is_own = |other: &Live| other.person == live.person && other.activity.database() == live.activity.database();
        let mut own: Vec<Arc<Live>> = self.by_pid.iter().filter(|other| is_own(other)).map(|other| Arc::clone(&other)).collect();
        own.sort_by_key(|other| other.pid);
        own.iter().map(|other| other.activity.told(other.pid)).collect()
    }

    /// Sessions now.
    pub fn len(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// There is no session.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn take_place(&self, person: &PersonName) -> Result<(), Full> {
        let (all, each) = (self.limits.sessions, self.limits.sessions_per_subject);
        if self.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |open| (open < all).then_some(open + 1)).is_err() {
            return Err(Full::All);
        }
        let mut own = self.by_person.entry(person.clone()).or_insert(0);
        if *own >= each {
            self.open.fetch_sub(1, Ordering::Relaxed);
            return Err(Full::Person(each));
        }
        *own += 1;
        Ok(())
    }

    fn leave_place(&self, person: &PersonName) {
        self.open.fetch_sub(1, Ordering::Relaxed);
        if let Some(mut own) = self.by_person.get_mut(person) {
            *own = own.saturating_sub(1);
        }
        self.by_person.remove_if(person, |_, own| *own == 0);
    }

    /// Positive, and not in use.
    fn free_pid(&self) -> i32 {
        loop {
            let pid = self.next_pid.fetch_add(1, Ordering::Relaxed) & i32::MAX;
            if pid > 0 && !self.by_pid.contains_key(&pid) {
                return pid;
            }
        }
    }
}

impl Registration {
    pub(super) fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// What BackendKeyData tells.
    pub(super) fn pid(&self) -> i32 {
        self.live.pid
    }

    pub(super) fn key(&self) -> &[u8] {
        self.live.key.reveal()
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.registry.by_pid.remove(&self.live.pid);
        self.registry.leave_place(&self.live.person);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Timestamp;

    fn registry() -> Arc<Registry> {
        Arc::new(Registry::new(SessionLimits { sessions: 3, sessions_per_subject: 2 }))
    }

    fn register(registry: &Arc<Registry>, person: &str) -> Result<Registration, Full> {
        connect(registry, person, "first")
    }

    fn connect(registry: &Arc<Registry>, person: &str, database: &str) -> Result<Registration, Full> {
        let activity = Activity::new(database.to_owned(), "", Timestamp::from_micros(0));
        registry.register(PersonName::new(person), ProtocolVersion::V3_0, activity)
    }

    #[test]
    fn sessions_are_limited_together_and_for_each_person() {
        let registry = registry();
        let first = register(&registry, "a").unwrap();
        let second = register(&registry, "a").unwrap();
        assert_eq!(register(&registry, "a").unwrap_err(), Full::Person(2));
        let third = register(&registry, "b").unwrap();
        assert_eq!(register(&registry, "c").unwrap_err(), Full::All);
        drop((first, third));
        assert_eq!(registry.len(), 1);
        drop(register(&registry, "a").unwrap());
        drop(second);
        assert!(registry.is_empty() && registry.by_person.is_empty());
    }

    #[test]
    fn what_sessions_do_is_told_to_their_person_under_their_database() {
        let registry = registry();
        let sessions = [("a", "first"), ("a", "second"), ("b", "first")];
        let open = sessions.map(|(person, database)| connect(&registry, person, database).unwrap());
        for session in &open {
            let told = registry.own_activity(session.live());
            assert_eq!(told.iter().map(|told| told["pid"].clone()).collect::<Vec<_>>(), [session.pid()]);
        }
    }

    #[tokio::test]
    async fn only_the_own_key_cancels() {
        let registry = registry();
        let (one, other) = (register(&registry, "a").unwrap(), register(&registry, "b").unwrap());
        assert!(!registry.cancel_own(&PersonName::new("nobody"), one.pid()) && !registry.cancel_own(&PersonName::new("a"), -1));
        assert!(!registry.end_own(&PersonName::new("nobody"), one.pid()) && !registry.end_own(&PersonName::new("a"), -1));
        registry.cancel(one.pid(), other.key());
        registry.cancel(one.pid(), b"");
        registry.cancel(other.pid(), other.key());
        other.live().cancel.notified().await;
        let undisturbed = tokio::select! {
            biased;
            () = one.live().cancel.notified() => false,
            () = std::future::ready(()) => true,
        };
        assert!(undisturbed);
    }
}
