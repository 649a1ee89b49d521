//! The one thread that writes: takes what has gathered in the queue, writes it as one batch, makes it durable, tells who waits.
//!
//! While one batch is being synced the next one gathers, so the number of syncs follows the disk and not the number of statements.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tracing::{error, warn};

use crate::base::Timestamp;
use crate::runtime::Clock;

use super::disk::{Disk, SegmentFile};
use super::draft::Draft;
use super::error::AuditError;
use super::fields::Fields;
use super::frame::{HEADER_BYTES, Label, RecordKind, SALT_BYTES, SegmentHeader, append, frame_bytes};
use super::head::{Head, SLOTS};
use super::merkle::{Frontier, Hash, hex};
use super::ocsf::{Durability, Renderer};
use super::queue::{Item, Queue};
use super::stats::JournalState;

/// Space is set aside in steps of this size, so that a full disk is met before a record is written.
const ALLOCATION_BYTES: u64 = 1024 * 1024;

/// What the writer needs to know of the log that it continues.
pub(super) struct WriterStart {
    pub(super) log_id: [u8; 16],
    pub(super) tree: Frontier,
    pub(super) last_time_us: u64,
    pub(super) durability: Durability,
    pub(super) segment_bytes: u64,
    pub(super) segment_age_us: u64,
    /// Held as long as the writer lives.
    #[expect(dead_code, reason = "the lock ends when the file is closed")]
    pub(super) lock: Option<File>,
}

/// Owner of the open segment.
pub(super) struct Writer {
    start: WriterStart,
    disk: Box<dyn Disk>,
    clock: Clock,
    renderer: Arc<Renderer>,
    queue: Arc<Queue>,
    segment: OpenSegment,
    tree: Frontier,
    last_time_us: u64,
    /// Intents without outcome.
    open: BTreeSet<u64>,
    head_slot: usize,
    full: bool,
}

struct OpenSegment {
    file: Box<dyn SegmentFile>,
    first_seq: u64,
    created_us: u64,
    /// Where the next record goes.
    end: u64,
    /// How far space is set aside.
    allocated: u64,
}

/// A batch in the form in which it is stored.
struct Batch {
    bytes: Vec<u8>,
    leaves: Vec<Hash>,
    time_us: u64,
}

enum StoreError {
    /// No room; nothing of the batch counts as written.
    NoRoom(io::Error),
    /// Never try again.
    Broken(io::Error),
}

impl StoreError {
    fn of_write(cause: io::Error) -> Self {
        if is_full(&cause) { Self::NoRoom(cause) } else { Self::Broken(cause) }
    }
}

impl Writer {
    /// Begins a segment. Nothing else is written yet.
    pub(super) fn begin(
        start: WriterStart,
        mut disk: Box<dyn Disk>,
        clock: Clock,
        renderer: Arc<Renderer>,
        queue: Arc<Queue>,
    ) -> io::Result<Self> {
        let (tree, last_time_us) = (start.tree.clone(), start.last_time_us);
        let segment = begin_segment(disk.as_mut(), &start, &tree, micros(clock.now()).max(last_time_us))?;
        queue.stats.segments.fetch_add(1, Ordering::Relaxed);
        let open = BTreeSet::new();
        Ok(Self { start, disk, clock, renderer, queue, segment, tree, last_time_us, open, head_slot: 0, full: false })
    }

    /// Number of the next record.
    pub(super) const fn next_seq(&self) -> u64 {
        self.tree.size()
    }

    /// Writes until the queue is closed or writing fails.
    pub(super) fn run(mut self) {
        let guard = PanicGuard(self.queue.clone());
        while let Some(items) = self.queue.take() {
            if self.write(items).is_err() {
                drop(guard);
                return;
            }
        }
        self.queue.stats.set_state(JournalState::Closed);
        if let Err(cause) = self.segment.file.seal(self.segment.end) {
            error!(%cause, "audit journal: sealing the last segment failed");
        }
    }

    /// Writes one batch. After an error nothing is written any more.
    pub(super) fn write(&mut self, items: Vec<Item>) -> Result<(), AuditError> {
        let items = if self.full { without_new_statements(&self.queue, items) } else { items };
        let items = match self.rotate_if_due(items) {
            Ok(items) => number(items, self.tree.size()),
            Err((items, cause)) => return Err(self.fail(items, cause)),
        };
        if items.is_empty() {
            return Ok(());
        }
        let stored = self.encode(&items).map_err(StoreError::Broken).and_then(|batch| {
            let begun = self.clock.monotonic();
            self.store(&batch.bytes)?;
            let micros = self.clock.micros_since(begun);
            self.queue.stats.batch_written(items.len() as u64, batch.bytes.len() as u64, micros);
            Ok(batch)
        });
        match stored {
            Ok(batch) => self.commit(items, batch),
            Err(StoreError::NoRoom(cause)) if !self.full => match self.become_full(&cause) {
                // The batch begins again at the same place: what a short write left there is overwritten.
                Ok(()) => self.write(items),
                Err(cause) => Err(self.fail(items, cause)),
            },
            Err(StoreError::NoRoom(cause) | StoreError::Broken(cause)) => Err(self.fail(items, cause)),
        }
    }

    /// Renders the batch. Its time is later than that of the batch before: recovery tells batches apart by it.
    fn encode(&self, items: &[Item]) -> io::Result<Batch> {
        let time_us = micros(self.clock.now()).max(self.last_time_us + 1);
        let mut salts = vec![0; items.len() * SALT_BYTES];
        getrandom::fill(&mut salts).map_err(io::Error::other)?;
        let room = items.iter().map(|item| frame_bytes(item.draft.bytes(), 0)).sum();
        let mut batch = Batch { bytes: Vec::with_capacity(room), leaves: Vec::with_capacity(items.len()), time_us };
        for ((item, salt), seq) in items.iter().zip(salts.chunks_exact(SALT_BYTES)).zip(self.tree.size()..) {
            let label = Label { kind: item.draft.kind, seq, time_us };
            let leaf = append(&mut batch.bytes, label, |out| item.draft.complete(seq, time_us, out), salt, &[]);
            batch.leaves.push(leaf);
        }
        Ok(batch)
    }

    fn store(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let segment = &mut self.segment;
        let end = segment.end + bytes.len() as u64;
        if end > segment.allocated {
            let step = (end - segment.allocated).next_multiple_of(ALLOCATION_BYTES);
            segment.file.allocate(segment.allocated, step).map_err(StoreError::of_write)?;
            segment.allocated += step;
        }
        segment.file.write_at(bytes, segment.end).map_err(StoreError::of_write)?;
        match self.start.durability {
            // A failed sync may have dropped the pages: whatever its reason, this file is not trusted again.
            Durability::Fsync => segment.file.sync().map_err(StoreError::Broken)?,
            Durability::Os => {}
        }
        if !segment.file.is_there().map_err(StoreError::Broken)? {
            return Err(StoreError::Broken(io::Error::new(io::ErrorKind::NotFound, "the segment was removed")));
        }
        segment.end = end;
        Ok(())
    }

    /// The batch is durable: says so.
    fn commit(&mut self, items: Vec<Item>, batch: Batch) -> Result<(), AuditError> {
        let first_seq = self.tree.size();
        self.last_time_us = batch.time_us;
        for ((item, leaf), seq) in items.into_iter().zip(batch.leaves).zip(first_seq..) {
            match (item.draft.kind, &item.draft.intent) {
                (RecordKind::Intent, _) => drop(self.open.insert(seq)),
                (RecordKind::Outcome, Some(intent)) => drop(self.open.remove(&intent.value())),
                _ => {}
            }
            if let Some((granted, credit)) = item.credit {
                granted.raise(credit);
            }
            if let Some(done) = item.done {
                // Nobody waits any more: fine.
                let _gone = done.send(Ok(seq));
            }
            self.tree.push(leaf);
        }
        self.queue.stats.open_intents.store(self.open.len() as u64, Ordering::Relaxed);
        let written = self.write_head();
        written.map_err(|cause| self.fail(Vec::new(), cause))
    }

    fn write_head(&mut self) -> io::Result<()> {
        let oldest_open = self.open.first().copied().unwrap_or(self.tree.size());
        let head = Head { log_id: self.start.log_id, oldest_open, last_time_us: self.last_time_us, tree: self.tree.clone() };
        self.head_slot = (self.head_slot + 1) % SLOTS;
        self.disk.write_head(self.head_slot, &head.encode())
    }

    /// Begins the next segment when this one is large or old enough; the batch then starts with the record of the seal.
    fn rotate_if_due(&mut self, mut items: Vec<Item>) -> Result<Vec<Item>, (Vec<Item>, io::Error)> {
        let now_us = micros(self.clock.now()).max(self.last_time_us);
        let due = self.segment.end >= self.start.segment_bytes || now_us - self.segment.created_us >= self.start.segment_age_us;
        if !due || self.full || self.segment.first_seq == self.tree.size() || items.is_empty() {
            return Ok(items);
        }
        let next = match begin_segment(self.disk.as_mut(), &self.start, &self.tree, now_us) {
            Ok(next) => next,
            Err(cause) if is_full(&cause) => {
                // Go on in the old segment; the batch will find out whether the disk has room for it.
                warn!(%cause, "audit journal: no room for the next segment");
                return match self.become_full(&cause) {
                    Ok(()) => Ok(without_new_statements(&self.queue, items)),
                    Err(cause) => Err((items, cause)),
                };
            }
            Err(cause) => return Err((items, cause)),
        };
        let mut sealed = std::mem::replace(&mut self.segment, next);
        self.queue.stats.segments.fetch_add(1, Ordering::Relaxed);
        if let Err(cause) = sealed.file.seal(sealed.end) {
            return Err((items, cause));
        }
        items.insert(0, Item::essential(self.seal_record(&sealed)));
        Ok(items)
    }

    fn seal_record(&self, sealed: &OpenSegment) -> Draft {
        let mut details = Fields::new();
        details.add("first_sequence", &sealed.first_seq).add("last_sequence", &self.tree.size().saturating_sub(1));
        details.add("bytes", &sealed.end).text("root", &hex(&self.tree.root()));
        let message = format!("segment {:020} is complete", sealed.first_seq);
        self.renderer.log("log.sealed", (8, "Update"), &message, &details, self.clock.now())
    }

    fn become_full(&mut self, cause: &io::Error) -> io::Result<()> {
        error!(%cause, "audit journal: the disk is full; no new statement is taken until the gate is started again with room");
        self.full = true;
        self.queue.stats.set_state(JournalState::Full);
        self.queue.refuse(AuditError::Full);
        self.disk.release_reserve()
    }

    /// The end of this journal: whoever waits learns it, nothing is tried again.
    fn fail(&self, items: Vec<Item>, cause: io::Error) -> AuditError {
        error!(%cause, "audit journal: writing failed; no statement is taken any more");
        let failed = AuditError::Io(Arc::new(cause));
        self.queue.stats.set_state(JournalState::Failed);
        self.queue.refuse(failed.clone());
        refuse_all(&self.queue, items, &failed);
        refuse_all(&self.queue, self.queue.abandon(), &failed);
        failed
    }
}

fn begin_segment(disk: &mut dyn Disk, start: &WriterStart, tree: &Frontier, now_us: u64) -> io::Result<OpenSegment> {
    let mut file = disk.create_segment(tree.size())?;
    let header = SegmentHeader { log_id: start.log_id, first_seq: tree.size(), created_us: now_us, root: tree.root() };
    file.allocate(0, ALLOCATION_BYTES)?;
    file.write_at(&header.encode(), 0)?;
    if start.durability == Durability::Fsync {
        file.sync()?;
    }
    let (end, allocated) = (HEADER_BYTES as u64, ALLOCATION_BYTES);
    Ok(OpenSegment { file, first_seq: tree.size(), created_us: now_us, end, allocated })
}

/// Tells intents their numbers. The end of a statement whose intent was refused is dropped: it never was in the log.
fn number(items: Vec<Item>, first_seq: u64) -> Vec<Item> {
    let mut kept: Vec<Item> = Vec::with_capacity(items.len());
    for item in items {
        match (item.draft.kind, &item.draft.intent) {
            (RecordKind::Intent, Some(intent)) => intent.set(first_seq + kept.len() as u64),
            (_, Some(intent)) if !intent.is_written() => continue,
            _ => {}
        }
        kept.push(item);
    }
    kept
}

/// Keeps the ends of statements and refuses the rest.
fn without_new_statements(queue: &Queue, items: Vec<Item>) -> Vec<Item> {
    let (kept, refused): (Vec<Item>, Vec<Item>) = items.into_iter().partition(Item::is_essential);
    refuse_all(queue, refused, &AuditError::Full);
    kept
}

fn refuse_all(queue: &Queue, items: Vec<Item>, reason: &AuditError) {
    queue.stats.lost.fetch_add(items.len() as u64, Ordering::Relaxed);
    for item in items {
        if let (RecordKind::Intent, Some(intent)) = (item.draft.kind, &item.draft.intent) {
            intent.clear();
        }
        let Some(done) = item.done else { continue };
        // Nobody waits any more: fine.
        let _gone = done.send(Err(reason.clone()));
    }
}

fn is_full(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn micros(time: Timestamp) -> u64 {
    u64::try_from(time.micros()).unwrap_or(0)
}

/// A panic of the writer must not leave statements waiting.
struct PanicGuard(Arc<Queue>);

impl Drop for PanicGuard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let failed = AuditError::Io(Arc::new(io::Error::other("the writer ended")));
            self.0.stats.set_state(JournalState::Failed);
            self.0.refuse(failed.clone());
            refuse_all(&self.0, self.0.abandon(), &failed);
        }
    }
}
