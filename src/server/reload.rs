//! What is in force, changed while running: by SIGHUP, and when the warehouse's catalog has changed. A bad revision leaves the old one in force; an object that
//! the warehouse does not keep is refused by itself.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Mutex, watch};

use crate::access::Revision;
use crate::audit::NoteEvent;
use crate::config::Loaded;
use crate::document::{Diagnostic, Diagnostics};
use crate::policy::compile::Drift;
use crate::runtime::task::TaskSet;
use crate::session::{Shared, policy_facts};
use crate::telemetry::ReloadResult;

use super::open::{Files, Opened, Warehouses, drift_of, open};
use super::{read, settings};

/// How often the warehouses' catalogs are read again.
const CATALOG_INTERVAL: Duration = Duration::from_secs(60);
/// The shortest time between two readings, however often statements fail for want of an object: whoever can make them fail must not make the warehouse read.
const CATALOG_PAUSE: Duration = Duration::from_secs(5);

/// Brings a new revision into force, or says why not.
pub(super) struct Reloader {
    path: PathBuf,
    warehouses: Warehouses,
    force: watch::Sender<Arc<Revision>>,
    shared: Arc<Shared>,
    /// The files that are in force: the catalogs are read again against these. One reload at a time.
    loaded: Mutex<Arc<Loaded>>,
    is_bad: AtomicBool,
    /// What the warehouses do not keep of what is in force.
    drift: StdMutex<Arc<[Drift]>>,
}

impl Reloader {
    pub(super) fn new(
        path: PathBuf,
        warehouses: Warehouses,
        force: watch::Sender<Arc<Revision>>,
        shared: Arc<Shared>,
        loaded: &Loaded,
        drift: Arc<[Drift]>,
    ) -> Self {
        let loaded = Mutex::new(Arc::new(loaded.clone()));
        Self { path, warehouses, force, shared, loaded, is_bad: AtomicBool::new(false), drift: StdMutex::new(drift) }
    }

    /// What the warehouses do not keep of what is in force.
    pub(super) fn drift(&self) -> Arc<[Drift]> {
        Arc::clone(&self.drift.lock().unwrap_or_else(PoisonError::into_inner))
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
        match self.try_reload(&held).await {
            Ok((loaded, opened)) => {
                tell_warnings(&opened.warnings);
                self.put_in_force(opened).await;
                *held = Arc::new(loaded);
                self.told(ReloadResult::Applied);
                Ok(())
            }
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "the new revision is not valid; the old one stays in force");
                let policy = policy_facts(&self.in_force());
                self.note(NoteEvent::ConfigRejected { time: self.shared.clock.now(), policy, reason: format!("{error:#}") })
                    .await;
                self.told(ReloadResult::Rejected);
                Err(error)
            }
        }
    }

    /// Whether the files on disk are in force, for metrics and health.
    fn told(&self, result: ReloadResult) {
        self.is_bad.store(result == ReloadResult::Rejected, Ordering::Relaxed);
        self.shared.metrics.policy_reloaded(result);
    }

    async fn try_reload(&self, held: &Loaded) -> anyhow::Result<(Loaded, Opened)> {
        let loaded = read(self.path.clone()).await?;
        let catalogs = self.warehouses.read_all(&loaded.server).await?;
        let opened = open(&loaded, Files::New, &catalogs, &self.warehouses)?;
        // What the warehouse does not keep of the files in force either must not hold back the new ones: they may take somebody's access away.
        let known = drift_of(held, &self.warehouses.last_read(&held.server));
        let mut brought = Diagnostics::new();
        for drift in opened.drift.iter().filter(|drift| !known.iter().any(|known| known.is_as(drift))) {
            brought.push(&drift.why.at, drift.why.message.as_str());
        }
        if !brought.is_empty() {
            return Err(brought.into());
        }
        // Last: what comes before it may fail, and then nothing has changed.
        self.shared.tls.reload(&settings::tls(&loaded.server))?;
        self.shared.metrics.certificate_ends(self.shared.tls.not_after());
        Ok((loaded, opened))
    }

    /// Reads the catalogs again under the files in force.
    pub(super) async fn refresh(&self) {
        let held = self.loaded.lock().await;
        let opened = match self.warehouses.read_again(&held.server).await {
            Ok(catalogs) => open(&held, Files::InForce, &catalogs, &self.warehouses),
            Err(error) => Err(error),
        };
        match opened {
            Ok(opened) if same_objects(&opened.revision, &self.in_force()) => self.keep_drift(&opened.drift),
            Ok(opened) => {
                tell_warnings(&opened.warnings);
                self.put_in_force(opened).await;
            }
            Err(error) => tracing::error!(error = format!("{error:#}"), "the warehouse's catalog as it is now cannot be used"),
        }
    }

    /// Tells what is broken now and was not before, and the other way round.
    fn keep_drift(&self, drift: &Arc<[Drift]>) {
        let mut held = self.drift.lock().unwrap_or_else(PoisonError::into_inner);
        tell_drift(&held, drift);
        *held = Arc::clone(drift);
    }

    async fn put_in_force(&self, opened: Opened) {
        let Opened { revision, people, warnings: _, drift } = opened;
        self.keep_drift(&drift);
        // Every session looks after itself when the revision changes: at its grant, and at its person among those of now.
        self.shared.authenticator.replace_people(Arc::new(people));
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

    /// Starts what reloads by itself: SIGHUP, the catalog's interval, and statements that fail for want of an object.
    ///
    /// # Errors
    /// The signal cannot be listened to.
    pub(super) fn watch(self: &Arc<Self>, tasks: &TaskSet) -> anyhow::Result<()> {
        let by_signal = Arc::clone(self);
        // Here and not in the task: a signal that comes before anybody listens ends the process.
        let mut hangup = signal(SignalKind::hangup()).context("wait for signals")?;
        tasks.spawn("reload", async move {
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
                    () = tokio::time::sleep(CATALOG_INTERVAL) => {}
                    () = by_time.shared.doubt.raised() => {}
                }
                by_time.refresh().await;
                tokio::select! {
                    () = by_time.shared.shutdown.draining() => return,
                    () = tokio::time::sleep(CATALOG_PAUSE) => {}
                }
            }
        });
        Ok(())
    }
}

/// Tells what is valid and worth knowing.
pub(super) fn tell_warnings(warnings: &[Diagnostic]) {
    for warning in warnings {
        tracing::warn!(place = %warning.at, "{}", warning.message);
    }
}

/// Tells what is broken now and was not `before`, and what is mended.
pub(super) fn tell_drift(before: &[Drift], now: &[Drift]) {
    for drift in now.iter().filter(|drift| !before.iter().any(|known| known.is_as(drift))) {
        tracing::warn!(object = %drift.object, place = %drift.why.at, reason = drift.why.message, "an object is refused: the warehouse does not keep it");
    }
    for drift in before.iter().filter(|drift| !now.iter().any(|known| known.is_as(drift))) {
        tracing::info!(object = %drift.object, reason = drift.why.message, "a reason to refuse an object is gone");
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
