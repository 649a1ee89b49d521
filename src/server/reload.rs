//! What is in force, changed while running: by SIGHUP, and when the warehouse's catalog has changed. A bad revision leaves the old one in force.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Mutex, watch};

use crate::access::Revision;
use crate::audit::NoteEvent;
use crate::auth::Person;
use crate::base::{SqlState, UserError};
use crate::config::Loaded;
use crate::runtime::task::TaskSet;
use crate::session::{Live, Shared, policy_facts};
use crate::telemetry::ReloadResult;

use super::open::{Opened, Warehouses, open};
use super::{read, settings};

/// How often the warehouses' catalogs are read again.
const CATALOG_INTERVAL: Duration = Duration::from_secs(60);

/// Brings a new revision into force, or says why not.
pub(super) struct Reloader {
    path: PathBuf,
    warehouses: Warehouses,
    force: watch::Sender<Arc<Revision>>,
    shared: Arc<Shared>,
    /// The files that are in force: the catalogs are read again against these. One reload at a time.
    loaded: Mutex<Arc<Loaded>>,
    is_bad: AtomicBool,
}

impl Reloader {
    pub(super) fn new(
        path: PathBuf,
        warehouses: Warehouses,
        force: watch::Sender<Arc<Revision>>,
        shared: Arc<Shared>,
        loaded: &Loaded,
    ) -> Self {
        Self { path, warehouses, force, shared, loaded: Mutex::new(Arc::new(loaded.clone())), is_bad: AtomicBool::new(false) }
    }

    /// The files on disk are not those in force, because they are not valid.
    pub(super) fn is_bad(&self) -> bool {
        self.is_bad.load(Ordering::Relaxed)
    }

    /// When the catalogs were read.
    pub(super) fn warehouses(&self) -> &Warehouses {
        &self.warehouses
    }

    /// The revision in force.
    pub(super) fn in_force(&self) -> Arc<Revision> {
        Arc::clone(&self.force.borrow())
    }

    /// Reads the configuration again and brings it into force.
    ///
    /// # Errors
    /// Why the old one stays in force; it is recorded, and the alarm is raised.
    pub(super) async fn reload(&self) -> anyhow::Result<()> {
        let mut held = self.loaded.lock().await;
        let result = self.try_reload().await;
        self.is_bad.store(result.is_err(), Ordering::Relaxed);
        self.shared.metrics.policy_reloaded(if result.is_ok() { ReloadResult::Applied } else { ReloadResult::Rejected });
        match result {
            Ok((loaded, opened)) => {
                self.put_in_force(opened).await;
                *held = Arc::new(loaded);
                Ok(())
            }
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "the new revision is not valid; the old one stays in force");
                let policy = policy_facts(&self.in_force());
                self.note(NoteEvent::ConfigRejected { time: self.shared.clock.now(), policy, reason: format!("{error:#}") })
                    .await;
                Err(error)
            }
        }
    }

    async fn try_reload(&self) -> anyhow::Result<(Loaded, Opened)> {
        let loaded = read(self.path.clone()).await?;
        self.shared.tls.reload(&settings::tls(&loaded.server))?;
        let opened = open(&loaded, &self.warehouses).await?;
        Ok((loaded, opened))
    }

    /// Reads the catalogs again under the files in force. A warehouse that cannot be reached changes nothing: its statements fail by themselves.
    async fn refresh(&self) {
        let held = self.loaded.lock().await;
        match open(&held, &self.warehouses).await {
            Ok(opened) if same_objects(&opened.revision, &self.in_force()) => {}
            Ok(opened) => self.put_in_force(opened).await,
            Err(error) => tracing::warn!(error = format!("{error:#}"), "the warehouse's catalog could not be read again"),
        }
    }

    async fn put_in_force(&self, opened: Opened) {
        let Opened { revision, people } = opened;
        let before = self.shared.authenticator.people();
        let people = Arc::new(people);
        self.shared.authenticator.replace_people(Arc::clone(&people));
        // Grants are looked after by the sessions themselves; a person is known here.
        let ended = UserError::fatal(SqlState::ADMIN_SHUTDOWN, "terminating connection because the login is no longer valid");
        let is_other = |live: &Live| !is_same_person(before.find(live.person.as_str()), people.find(live.person.as_str()));
        self.shared.registry.end_where(&ended, is_other);
        let revision = Arc::new(revision);
        self.note(NoteEvent::ConfigReloaded { time: self.shared.clock.now(), policy: policy_facts(&revision) }).await;
        tracing::info!(revision = revision.version(), digest = revision.digest, "revision in force");
        self.force.send_replace(revision);
    }

    async fn note(&self, event: NoteEvent) {
        if let Err(error) = self.shared.journal.note(&event).await {
            tracing::error!(error = %error, "a reload could not be recorded");
        }
    }

    /// Starts what reloads by itself: SIGHUP and the catalog's interval.
    pub(super) fn watch(self: &Arc<Self>, tasks: &TaskSet) {
        let by_signal = Arc::clone(self);
        tasks.spawn("reload", async move {
            let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
            loop {
                tokio::select! {
                    () = by_signal.shared.shutdown.draining() => return,
                    received = hangup.recv() => match received {
                        // The outcome is logged and recorded where it is known.
                        Some(()) => drop(by_signal.reload().await),
                        None => return,
                    },
                }
            }
        });
        let by_time = Arc::clone(self);
        tasks.spawn("refresh_catalog", async move {
            loop {
                tokio::select! {
                    () = by_time.shared.shutdown.draining() => return,
                    () = tokio::time::sleep(CATALOG_INTERVAL) => by_time.refresh().await,
                }
            }
        });
    }
}

/// Whether a login means the same person with the same rights as before: the name for records may change.
fn is_same_person(before: Option<&Arc<Person>>, now: Option<&Arc<Person>>) -> bool {
    match (before, now) {
        (Some(before), Some(now)) => {
            before.verifier.to_string() == now.verifier.to_string()
                && before.groups == now.groups
                && before.valid_until == now.valid_until
        }
        (Some(_), None) | (None, Some(_)) | (None, None) => false,
    }
}

/// Whether two revisions expose the same objects in the same way.
fn same_objects(one: &Revision, other: &Revision) -> bool {
    one.digest == other.digest
        && one.grants.len() == other.grants.len()
        && one
            .grants
            .iter()
            .zip(&other.grants)
            .all(|((name, grant), (other_name, other_grant))| name == other_name && grant.number == other_grant.number)
}
