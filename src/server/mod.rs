//! The only wiring: builds every part from the configuration, starts the listeners and what runs beside them, and ends all of it in order.
//!
//! | file | what |
//! |---|---|
//! | `settings` | the configuration's words as each room takes them |
//! | `open` | one load of the configuration, compiled against the live warehouses |
//! | `reload` | what is in force, changed while running |
//! | `listen` | sockets |
//! | `observe` | numbers and health |

mod listen;
mod observe;
mod open;
mod reload;
mod settings;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch;

use crate::access::UsageBook;
use crate::audit::{Journal, LogError, Spent};
use crate::auth::Authenticator;
use crate::base::{GrantName, PersonName, Timestamp};
use crate::config;
use crate::document::Diagnostics;
use crate::policy::compile::{Drift, DriftObject};
use crate::runtime::task::TaskSet;
use crate::runtime::{Clock, Shutdown};
use crate::session::{CatalogDoubt, PlanCache, Registry, Shared};
use crate::telemetry::Metrics;
use crate::wire::TlsState;

pub use open::compile_policy;
use open::{Files, Opened, Warehouses, open};
use reload::{Reloader, tell_drift, tell_warnings};
pub use settings::{statement_limits, target};

/// The longest that running statements are waited for at shutdown.
const GRACE: Duration = Duration::from_secs(10);

/// Memory for plans, bytes.
const PLAN_CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// What the command line says over the configuration.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Instead of `listen`.
    pub listen: Vec<SocketAddr>,
    /// Instead of `admin`.
    pub admin: Option<SocketAddr>,
}

/// A gate that runs.
pub struct Running {
    listen: Vec<SocketAddr>,
    admin: Option<SocketAddr>,
    reloader: Arc<Reloader>,
    journal: Journal,
    shutdown: Shutdown,
    tasks: TaskSet,
}

/// Loads the configuration, checks it against the warehouses, opens the journal and starts to listen.
///
/// # Errors
/// Everything that keeps the gate from starting, as it is to be told to the operator.
pub async fn start(path: PathBuf, options: Options, clock: Clock) -> anyhow::Result<Running> {
    let loaded = read(path.clone()).await?;
    let warehouses = Warehouses::new(&loaded.server, &clock)?;
    let catalogs = warehouses.read_all(&loaded.server).await?;
    let opened = open(&loaded, Files::New, &catalogs, &warehouses)?;
    refuse_unsafe(&opened.drift)?;
    tell_warnings(&opened.warnings);
    tell_drift(&[], &opened.drift);
    let (journal, usage) = open_journal(&loaded.server, clock.clone()).await?;
    let shutdown = Shutdown::new(GRACE);
    let tasks = TaskSet::new();
    let metrics = Metrics::new().context("register the metrics")?;
    let tls = TlsState::load(&settings::tls(&loaded.server)).context("load tls.certificate and tls.key")?;
    if let Some(note) = tls.channel_binding_note() {
        tracing::warn!(note, "channel binding is not offered");
    }
    metrics.certificate_ends(tls.not_after());
    let secret = settings::login_secret(&loaded.server.state)?;
    let Opened { revision, people, warnings: _, drift } = opened;
    let (force, in_force) = watch::channel(Arc::new(revision));
    let shared = Arc::new(Shared {
        authenticator: Authenticator::new(Arc::new(people), secret, clock.clone()),
        clock: clock.clone(),
        doubt: CatalogDoubt::default(),
        journal: journal.clone(),
        limits: settings::gate_limits(&loaded.server.limits),
        metrics,
        plans: PlanCache::new(PLAN_CACHE_BYTES),
        pools: warehouses.pools(),
        registry: Arc::new(Registry::new(settings::session_limits(&loaded.server.limits))),
        revision: in_force,
        shutdown: shutdown.clone(),
        statement_text: settings::statement_text(loaded.server.audit.statement_text),
        tls,
        usage,
    });
    let addresses = if options.listen.is_empty() { loaded.server.listen.clone() } else { options.listen };
    let sessions_max = settings::session_limits(&loaded.server.limits).sessions;
    let listen = listen::clients(&addresses, &shared, sessions_max, &tasks)?;
    let reloader = Arc::new(Reloader::new(path, warehouses, force, Arc::clone(&shared), &loaded, drift));
    observe::sample(&shared, &reloader);
    let admin = match options.admin.or(loaded.server.admin) {
        Some(address) => Some(observe::serve(address, listen.clone(), &shared, &reloader).await?),
        None => None,
    };
    reloader.watch(&tasks)?;
    Ok(Running { listen, admin, reloader, journal, shutdown, tasks })
}

impl Running {
    /// Where clients connect.
    pub fn listen(&self) -> &[SocketAddr] {
        &self.listen
    }

    /// Where metrics and health are.
    pub fn admin(&self) -> Option<SocketAddr> {
        self.admin
    }

    /// Loads the configuration again; a bad one leaves the old one in force.
    ///
    /// # Errors
    /// Why the old one stays.
    pub async fn reload(&self) -> anyhow::Result<()> {
        self.reloader.reload().await
    }

    /// Reads the catalogs of the warehouses again, as happens every minute: what they no longer keep is refused from here on, what they keep again is served.
    pub async fn refresh(&self) {
        self.reloader.refresh().await;
    }

    /// Ends: takes nothing new, lets running statements finish for a while, closes the journal.
    pub async fn shutdown(self) {
        self.shutdown.finish(&self.tasks).await;
        self.journal.close().await;
    }
}

/// Nothing starts on a warehouse of which nothing can be served.
fn refuse_unsafe(drift: &[Drift]) -> Result<(), Diagnostics> {
    let mut hazards = Diagnostics::new();
    for found in drift.iter().filter(|found| matches!(found.object, DriftObject::Warehouse(_))) {
        hazards.push(&found.why.at, found.why.message.as_str());
    }
    if hazards.is_empty() { Ok(()) } else { Err(hazards) }
}

/// Reads the configuration; files are read off the async threads.
async fn read(path: PathBuf) -> anyhow::Result<config::Loaded> {
    let loaded = tokio::task::spawn_blocking(move || config::load(&path)).await.context("read the configuration")?;
    Ok(loaded?)
}

/// Opens the journal, which repairs and closes what an earlier process left; and what was read today, so that limits of the day go on.
async fn open_journal(server: &config::ServerConfig, clock: Clock) -> anyhow::Result<(Journal, UsageBook)> {
    let settings = settings::journal(server);
    let opened = tokio::task::spawn_blocking(move || {
        let journal = Journal::open(&settings, clock.clone())?;
        let usage = usage_of_today(&journal, clock.now())?;
        Ok::<_, LogError>((journal, usage))
    });
    let (journal, usage) = opened.await.context("open the journal")?.context("open the journal")?;
    let report = journal.open_report();
    if report.closed_intents > 0 || report.dropped_bytes > 0 {
        let (closed, dropped) = (report.closed_intents, report.dropped_bytes);
        tracing::warn!(
            closed_intents = closed,
            dropped_bytes = dropped,
            "an earlier process did not end in order; its open statements are recorded as unknown"
        );
    }
    Ok((journal, usage))
}

fn usage_of_today(journal: &Journal, now: Timestamp) -> Result<UsageBook, LogError> {
    let book = UsageBook::default();
    for Spent { grant, person, read } in journal.spent_since(UsageBook::day_began(now))? {
        book.restore(&GrantName::new(grant), &PersonName::new(person), read.rows, read.bytes, now);
    }
    Ok(book)
}
