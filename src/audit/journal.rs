//! The journal's door: opens a log, takes records, closes it.

use std::fmt;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::base::Timestamp;
use crate::runtime::Clock;

use super::disk::LocalDisk;
use super::draft::Draft;
use super::error::{AuditError, LogError};
use super::facts::{DeniedEvent, IntentEvent, NoteEvent, Outcome};
use super::fields::Fields;
use super::layout::LogFolder;
use super::ocsf::{Durability, LOG_OPENED, Renderer};
use super::queue::{Item, Queue};
use super::receipt::{Intent, Receipt, Written};
use super::recovery::{Recovered, recover};
use super::spent::{Spent, spent};
use super::stats::{JournalState, JournalStats};
use super::writer::{Writer, WriterStart};

/// Where and how a journal is written.
#[derive(Clone, Debug)]
pub struct JournalSettings {
    /// `audit.dir`; the log lies in its subfolder `origin`.
    pub dir: PathBuf,
    /// Name of the log: letters, digits, `.`, `_`, `-`.
    pub origin: String,
    /// Name of this node, in `metadata.product.feature.uid`.
    pub node: String,
    /// Whose log it is, in `metadata.tenant_uid`.
    pub tenant: String,
    pub durability: Durability,
    /// A segment is complete at this size …
    pub segment_bytes: u64,
    /// … or at this age.
    pub segment_age: Duration,
    /// Space kept for the ends of running statements when the disk is full.
    pub reserve_bytes: u64,
    /// New records that may wait for the writer; more wait for a place.
    pub queue_records: usize,
    /// How long the end of a statement may wait for a record that somebody waits for, to be written with it.
    pub linger: Duration,
}

impl JournalSettings {
    /// The usual numbers: 256 MiB or one hour a segment, 64 MiB in reserve, 4,096 records waiting, 10 ms of company, `fsync`.
    pub fn new(dir: impl Into<PathBuf>, origin: impl Into<String>) -> Self {
        let origin = origin.into();
        Self {
            dir: dir.into(),
            node: origin.clone(),
            tenant: origin.clone(),
            origin,
            durability: Durability::Fsync,
            segment_bytes: 256 * 1024 * 1024,
            segment_age: Duration::from_secs(3600),
            reserve_bytes: 64 * 1024 * 1024,
            queue_records: 4096,
            linger: Duration::from_millis(10),
        }
    }
}

/// What opening found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReport {
    /// The log's folder.
    pub folder: PathBuf,
    /// Number of the first record of this process.
    pub first_sequence: u64,
    /// Bytes of a torn record that were cut off.
    pub dropped_bytes: u64,
    /// Intents of an earlier process that were closed as unknown.
    pub closed_intents: u64,
    /// Records that the machine lost (only with durability `os`).
    pub lost_records: u64,
}

/// Takes records. Clones share one writer; the last one that is dropped closes it.
#[derive(Clone)]
pub struct Journal(Arc<Inner>);

struct Inner {
    queue: Arc<Queue>,
    renderer: Arc<Renderer>,
    clock: Clock,
    durability: Durability,
    ended: CancellationToken,
    report: OpenReport,
}

impl Journal {
    /// Opens the log, repairs its torn end, closes what an earlier process left open, and starts the writer. Blocks: call it at start.
    ///
    /// # Errors
    /// The folder cannot be written, is in use, or is damaged (nothing is changed then).
    pub fn open(settings: &JournalSettings, clock: Clock) -> Result<Self, LogError> {
        let folder = LogFolder::open_or_create(&settings.dir, &settings.origin, clock.now())?;
        let lock = lock(&folder)?;
        let recovered = recover(&folder, settings.durability)?;
        let opened = LocalDisk::open(folder.clone(), settings.reserve_bytes, settings.durability);
        let disk = Box::new(opened.map_err(LogError::io("set space aside in", folder.path()))?);
        Self::start(settings, clock, &folder, recovered, disk, Some(lock))
    }

    pub(super) fn start(
        settings: &JournalSettings,
        clock: Clock,
        folder: &LogFolder,
        recovered: Recovered,
        disk: Box<dyn super::disk::Disk>,
        lock: Option<File>,
    ) -> Result<Self, LogError> {
        let failed = |what| LogError::io(what, folder.path());
        let renderer = Arc::new(Renderer::new(&folder.origin, &settings.node, &settings.tenant, settings.durability));
        let queue = Arc::new(Queue::new(settings.queue_records, settings.linger, Arc::new(JournalStats::default())));
        let start = WriterStart {
            log_id: folder.log_id,
            tree: recovered.tree.clone(),
            last_time_us: recovered.last_time_us,
            durability: settings.durability,
            segment_bytes: settings.segment_bytes,
            segment_age_us: u64::try_from(settings.segment_age.as_micros()).unwrap_or(u64::MAX),
            lock,
        };
        let begun = Writer::begin(start, disk, clock.clone(), renderer.clone(), queue.clone());
        let mut writer = begun.map_err(failed("begin a segment in"))?;
        let report = OpenReport {
            folder: folder.path().to_owned(),
            first_sequence: writer.next_seq(),
            dropped_bytes: recovered.dropped_bytes,
            closed_intents: recovered.open.len() as u64,
            lost_records: recovered.lost_records,
        };
        let first = opening_records(&renderer, &clock, settings, &report, recovered);
        writer.write(first).map_err(|error| failed("write the first record in")(std::io::Error::other(error)))?;
        let ended = CancellationToken::new();
        let at_end = ended.clone().drop_guard();
        let body = move || {
            let _at_end = at_end;
            writer.run();
        };
        std::thread::Builder::new().name("audit-writer".to_owned()).spawn(body).map_err(failed("start the writer of"))?;
        Ok(Self(Arc::new(Inner { queue, renderer, clock, durability: settings.durability, ended, report })))
    }

    /// Appends the record of a statement that is about to be sent. Waits only when the queue is full.
    ///
    /// Cancel safe: dropped before it is ready, nothing was appended.
    ///
    /// # Errors
    /// The journal takes no statement: do not send it.
    pub async fn begin(&self, event: IntentEvent) -> Result<Intent, AuditError> {
        let slot = self.0.queue.slot().await?;
        Intent::append(self, event, slot)
    }

    /// Appends how a statement ended. Never waits; ordered behind everything that the statement appended before.
    pub fn finish(&self, receipt: Receipt, outcome: &Outcome) -> Written {
        receipt.close(outcome)
    }

    /// The same for a statement whose intent was not waited for: nothing of it has left.
    pub fn finish_unread(&self, intent: Intent, outcome: &Outcome) -> Written {
        intent.close(outcome)
    }

    /// Appends a refusal and waits until it is durable: tell the client only then. Gives the record's number.
    ///
    /// # Errors
    /// It cannot be recorded: tell the client this error instead.
    pub async fn deny(&self, event: &DeniedEvent) -> Result<u64, AuditError> {
        self.append(self.0.renderer.denied(event)).await?.durable().await
    }

    /// Appends a login, its end, a reload. Waits only when the queue is full; wait for the result to have it durable.
    ///
    /// # Errors
    /// The journal takes nothing: a login must fail then.
    pub async fn note(&self, event: &NoteEvent) -> Result<Written, AuditError> {
        self.append(self.0.renderer.note(event)).await
    }

    async fn append(&self, draft: Draft) -> Result<Written, AuditError> {
        let item = self.0.queue.slot().await?.item(draft)?;
        Ok(Written::new(self.clone(), self.0.queue.push_unhurried(item)?))
    }

    /// Writes what waits, seals the segment and ends the writer. Later records are refused.
    pub async fn close(&self) {
        self.0.queue.refuse(AuditError::Closed);
        self.0.ended.cancelled().await;
    }

    /// What was read at `since` or later, by everybody, as the log says. Blocks: call it at start, before there are sessions.
    ///
    /// # Errors
    /// The log cannot be read, or is damaged.
    pub fn spent_since(&self, since: Timestamp) -> Result<Vec<Spent>, LogError> {
        spent(&LogFolder::open(&self.0.report.folder)?, since)
    }

    /// Whether new statements are taken.
    pub fn state(&self) -> JournalState {
        self.0.queue.stats.state()
    }

    /// How far a durable record reaches.
    pub fn durability(&self) -> Durability {
        self.0.durability
    }

    /// Counters, for metrics.
    pub fn stats(&self) -> Arc<JournalStats> {
        self.0.queue.stats.clone()
    }

    /// What opening found.
    pub fn open_report(&self) -> &OpenReport {
        &self.0.report
    }

    pub(super) fn queue(&self) -> &Queue {
        &self.0.queue
    }

    pub(super) fn renderer(&self) -> &Renderer {
        &self.0.renderer
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.clock
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue.refuse(AuditError::Closed);
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("report", &self.0.report).field("state", &self.state()).finish()
    }
}

fn lock(folder: &LogFolder) -> Result<File, LogError> {
    let path = folder.lock_path();
    let file = File::options().write(true).create(true).truncate(false).open(&path).map_err(LogError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LogError::InUse { path: folder.path().to_owned() }),
        Err(TryLockError::Error(cause)) => Err(LogError::io("lock", &path)(cause)),
    }
}

/// Another process writes this log now.
pub(super) fn is_being_written(folder: &LogFolder) -> bool {
    let shared = |path: &Path| File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)));
    shared(&folder.lock_path())
}

/// What this process has to say before anybody else: opened, recovered, and the ends of what was left open.
fn opening_records(
    renderer: &Renderer,
    clock: &Clock,
    settings: &JournalSettings,
    report: &OpenReport,
    recovered: Recovered,
) -> Vec<Item> {
    let now = clock.now();
    let mut details = Fields::new();
    details.text("origin", &settings.origin).add("first_sequence", &report.first_sequence);
    details.text("durability", settings.durability.as_str()).text("root", &super::merkle::hex(&recovered.tree.root()));
    let message = match settings.durability {
        Durability::Fsync => "the audit log is open; records survive the machine",
        Durability::Os => "the audit log is open; records survive the end of the process, not of the machine",
    };
    let mut items = vec![Item::essential(renderer.log(LOG_OPENED, (3, "Start"), message, &details, now))];
    if report.dropped_bytes > 0 || report.closed_intents > 0 || report.lost_records > 0 || recovered.head_damaged {
        let mut details = Fields::new();
        details.add("dropped_bytes", &report.dropped_bytes).add("closed_intents", &report.closed_intents);
        details.add("lost_records", &report.lost_records).add("head_damaged", &recovered.head_damaged);
        let message = "the audit log was not closed in order and has been repaired";
        items.push(Item::essential(renderer.log("log.recovered", (5, "Restart"), message, &details, now)));
    }
    items.extend(
        recovered
            .open
            .into_iter()
            .map(|intent| Item::essential(renderer.closed_by_recovery(intent.record, intent.credit, now, intent.seq))),
    );
    items
}
