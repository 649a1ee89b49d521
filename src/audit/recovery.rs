//! Finds the end of a log that was not closed in order: cuts a torn batch off, refuses damage, lists intents without outcome.
//!
//! A torn batch is what the end of the process or machine leaves of the last write. It was never reported durable, so cutting it loses
//! nothing that anybody relied on. Anything else that is not sound is damage, and damage is left alone for whoever investigates.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io;

use serde_json::{Map, Value};

use super::credit::Credit;
use super::disk::{remove_empty, seal};
use super::error::LogError;
use super::frame::{Frame, HEADER_BYTES, RecordKind};
use super::head::{Head, Heads};
use super::layout::{LogFolder, SegmentPath};
use super::merkle::Frontier;
use super::ocsf::Durability;
use super::reader::{SegmentReader, Step};
use super::record::Links;

/// The log as the next process continues it.
#[derive(Debug, Default)]
pub(super) struct Recovered {
    pub(super) tree: Frontier,
    pub(super) last_time_us: u64,
    /// Intents without outcome, oldest first.
    pub(super) open: Vec<OpenIntent>,
    pub(super) dropped_bytes: u64,
    /// Records that were written and are gone; always 0 with `fsync`, where that is an error.
    pub(super) lost_records: u64,
    /// `head` could not be read and is made anew.
    pub(super) head_damaged: bool,
}

/// An intent without outcome.
#[derive(Debug)]
pub(super) struct OpenIntent {
    pub(super) seq: u64,
    pub(super) record: Map<String, Value>,
    /// The last durable credit.
    pub(super) credit: Credit,
}

/// Repairs the end of the log. The caller holds the lock.
///
/// # Errors
/// Damage or loss; nothing was changed then.
pub(super) fn recover(folder: &LogFolder, durability: Durability) -> Result<Recovered, LogError> {
    let heads = match fs::read(folder.head_path()) {
        Ok(bytes) => Heads::read(&bytes),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Heads::default(),
        Err(cause) => return Err(LogError::io("read", folder.head_path())(cause)),
    };
    let segments = folder.segments()?;
    // An empty `head` beside no segment is a log whose first start was interrupted.
    let head_damaged = heads.newest.is_none() && !segments.is_empty() || heads.newest.is_some() && heads.damaged > 0;
    if let Some(head) = heads.newest.as_ref().filter(|head| head.log_id != folder.log_id) {
        let why = format!("belongs to another log, of {} records", head.size());
        return Err(LogError::Damaged { path: folder.head_path(), offset: 0, why });
    }
    let mut scan = Scan::new(folder, durability, heads.newest.clone());
    scan.run(&segments)?;
    let written = heads.newest.map_or(0, |head| head.size());
    if scan.next_seq < written {
        if durability == Durability::Fsync || segments.is_empty() {
            return Err(LogError::Lost { path: folder.path().to_owned(), found: scan.next_seq, written });
        }
        // `os` does not promise more: take what is there, from the beginning, since the stored edge of the tree is beyond it.
        scan = Scan::new(folder, durability, None);
        scan.run(&segments)?;
    }
    let lost_records = written.saturating_sub(scan.next_seq);
    scan.finish(lost_records, head_damaged)
}

struct Scan<'a> {
    folder: &'a LogFolder,
    durability: Durability,
    head: Option<Head>,
    tree: Frontier,
    next_seq: u64,
    last_time_us: u64,
    open: BTreeMap<u64, (Vec<u8>, Credit)>,
    /// Where each scanned segment's records end, and where its bytes end.
    ends: Vec<(SegmentPath, u64, u64)>,
}

impl<'a> Scan<'a> {
    fn new(folder: &'a LogFolder, durability: Durability, head: Option<Head>) -> Self {
        let tree = head.as_ref().map(|head| head.tree.clone()).unwrap_or_default();
        Self { folder, durability, head, tree, next_seq: 0, last_time_us: 0, open: BTreeMap::new(), ends: Vec::new() }
    }

    /// Reads from the segment of the oldest open intent on, at least the last two (the last but one may not have been sealed).
    fn run(&mut self, segments: &[SegmentPath]) -> Result<(), LogError> {
        let oldest_open = self.head.as_ref().map_or(0, |head| head.oldest_open.min(head.size()));
        let behind = segments.iter().take_while(|segment| segment.first_seq <= oldest_open).count();
        let begin = behind.saturating_sub(1).min(segments.len().saturating_sub(2));
        let scanned = segments.get(begin..).unwrap_or_default();
        let Some(first) = scanned.first() else { return Ok(()) };
        if first.first_seq > oldest_open {
            let why = format!("segments before it are missing, from record {oldest_open} on");
            return Err(LogError::Damaged { path: first.path.clone(), offset: 0, why });
        }
        self.next_seq = first.first_seq;
        for (at, segment) in scanned.iter().enumerate() {
            self.segment(segment, at + 1 == scanned.len())?;
        }
        Ok(())
    }

    fn segment(&mut self, segment: &SegmentPath, last: bool) -> Result<(), LogError> {
        let damaged = |offset: u64, why: String| LogError::Damaged { path: segment.path.clone(), offset, why };
        let mut reader = SegmentReader::open(&segment.path)?;
        match reader.header()? {
            Ok(header) if header.log_id != self.folder.log_id => return Err(damaged(16, "segment of another log".to_owned())),
            Ok(header) if header.first_seq != segment.first_seq => {
                return Err(damaged(32, format!("file name says {}, header says {}", segment.first_seq, header.first_seq)));
            }
            Ok(header) if header.first_seq != self.next_seq => {
                return Err(damaged(32, format!("begins with record {}, expected {}", header.first_seq, self.next_seq)));
            }
            Ok(_) => {}
            // The process ended between making the file and writing its header.
            Err(_) if last && self.is_new(segment) && reader.find_sound(HEADER_BYTES as u64, 0)?.is_none() => {
                let data_end = reader.end_of_data(0)?;
                self.ends.push((segment.clone(), 0, data_end));
                return Ok(());
            }
            Err(why) => return Err(damaged(0, why.to_owned())),
        }
        loop {
            match reader.next()? {
                Step::Record { offset, frame } => self.record(offset, &frame).map_err(|why| damaged(offset, why))?,
                Step::End => break,
                Step::Fault { offset, why } => {
                    if !last || !self.is_torn(&mut reader, offset)? {
                        return Err(damaged(offset, why.to_owned()));
                    }
                    reader.seek(offset);
                    break;
                }
            }
        }
        let end = reader.offset();
        let data_end = reader.end_of_data(end)?;
        if data_end > end && !(last && self.is_torn(&mut reader, end)?) {
            return Err(damaged(end, "bytes behind the last record".to_owned()));
        }
        self.ends.push((segment.clone(), end, data_end));
        Ok(())
    }

    /// No record of this segment was reported durable.
    fn is_new(&self, segment: &SegmentPath) -> bool {
        segment.first_seq == self.next_seq && self.head.as_ref().is_none_or(|head| head.size() <= segment.first_seq)
    }

    /// What stands at `offset` can be the remains of the last write: nothing of it was reported durable, and no later batch follows.
    fn is_torn(&self, reader: &mut SegmentReader, offset: u64) -> Result<bool, LogError> {
        // With `os` the machine may have lost records that were written: they are counted as lost, see `recover`.
        let durable = self.durability == Durability::Fsync && self.head.as_ref().is_some_and(|head| head.size() > self.next_seq);
        if durable {
            return Ok(false);
        }
        reader.seek(offset);
        // A record that says it belongs to the batch before, which was complete when the next one began.
        let earlier = reader.prefix()?.is_some_and(|prefix| prefix.seq == self.next_seq && prefix.time_us == self.last_time_us);
        let (mut from, mut batch) = (offset + 8, None);
        while let Some(found) = reader.find_sound(from, self.next_seq)? {
            let Step::Record { frame, .. } = reader.next()? else { break };
            // All records of a batch carry the same time, later batches a later one; a batch is written when the one before is durable.
            if batch.is_some_and(|time_us| time_us != frame.time_us) || (earlier && frame.time_us != self.last_time_us) {
                return Ok(false);
            }
            batch = Some(frame.time_us);
            from = reader.offset().max(found + 8);
        }
        Ok(true)
    }

    fn record(&mut self, _offset: u64, frame: &Frame<'_>) -> Result<(), String> {
        if frame.seq != self.next_seq {
            return Err(format!("record {} where {} was expected", frame.seq, self.next_seq));
        }
        if frame.time_us < self.last_time_us {
            return Err("record is older than the one before".to_owned());
        }
        self.last_time_us = frame.time_us;
        self.next_seq += 1;
        if frame.seq >= self.tree.size() {
            self.tree.push(frame.leaf());
        }
        let links = Links::read(frame.public)?;
        match frame.kind {
            RecordKind::Intent => drop(self.open.insert(frame.seq, (frame.public.to_vec(), links.credit.unwrap_or_default()))),
            RecordKind::Progress => {
                if let Some((_, credit)) = links.intent.and_then(|intent| self.open.get_mut(&intent)) {
                    *credit = links.credit.unwrap_or(*credit);
                }
            }
            RecordKind::Outcome => drop(links.intent.and_then(|intent| self.open.remove(&intent))),
            RecordKind::Denied | RecordKind::Session | RecordKind::Admin | RecordKind::Finding | RecordKind::Log => {}
        }
        Ok(())
    }

    /// Cuts what is torn, seals the rest.
    fn finish(self, lost_records: u64, head_damaged: bool) -> Result<Recovered, LogError> {
        let mut open = Vec::with_capacity(self.open.len());
        for (seq, (json, credit)) in self.open {
            let record = serde_json::from_slice(&json).map_err(|cause| LogError::Damaged {
                path: self.folder.path().to_owned(),
                offset: 0,
                why: format!("intent {seq} is not JSON: {cause}"),
            })?;
            open.push(OpenIntent { seq, record, credit });
        }
        let mut dropped_bytes = 0;
        for (segment, end, data_end) in self.ends {
            dropped_bytes += data_end.saturating_sub(end.max(HEADER_BYTES as u64));
            if end <= HEADER_BYTES as u64 {
                remove_empty(self.folder, segment.first_seq).map_err(LogError::io("remove", &segment.path))?;
                continue;
            }
            let length = fs::metadata(&segment.path).map_err(LogError::io("read", &segment.path))?.len();
            if length != end {
                let file = OpenOptions::new().write(true).open(&segment.path).map_err(LogError::io("open", &segment.path))?;
                seal(&file, end).map_err(LogError::io("cut", &segment.path))?;
            }
        }
        Ok(Recovered { tree: self.tree, last_time_us: self.last_time_us, open, dropped_bytes, lost_records, head_damaged })
    }
}
