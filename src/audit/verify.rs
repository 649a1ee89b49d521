//! Reads a whole log and tells whether it is what was written: nothing changed, lost, doubled or moved.
//!
//! It finds accidents (checksums, numbers, the tree's roots in segment headers and `head`, the pairing of intents and outcomes). Somebody who
//! rewrites the segments from some record on together with all checksums, roots and `head` is not found by this.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::base::Timestamp;

use super::credit::Credit;
use super::error::LogError;
use super::frame::{Frame, RecordKind};
use super::head::{Head, Heads};
use super::journal::is_being_written;
use super::layout::{LogFolder, SegmentPath};
use super::merkle::{Frontier, hex};
use super::reader::{SegmentReader, Step};
use super::record::Links;

/// Problems listed in full; more are counted.
const LISTED_PROBLEMS: usize = 100;

/// What [`verify`] found, for each log of the folder.
#[derive(Debug, Serialize)]
pub struct VerifyReport {
    pub logs: Vec<LogReport>,
}

/// What was found in one log.
#[derive(Debug, Serialize)]
pub struct LogReport {
    pub origin: String,
    pub folder: String,
    pub ok: bool,
    pub segments: u64,
    pub records: u64,
    pub bytes: u64,
    pub first_sequence: Option<u64>,
    pub last_sequence: Option<u64>,
    pub first_time: Option<Timestamp>,
    pub last_time: Option<Timestamp>,
    /// Root of the tree over all records, hexadecimal; `None` when a record is missing or damaged.
    pub root: Option<String>,
    /// Statements without outcome.
    pub open_intents: u64,
    /// A process writes this log now.
    pub being_written: bool,
    pub problem_count: u64,
    /// The first problems.
    pub problems: Vec<Problem>,
    /// What is odd and still in order.
    pub notes: Vec<String>,
}

/// One thing that is not as it was written.
#[derive(Debug, Serialize)]
pub struct Problem {
    pub file: String,
    pub offset: u64,
    pub what: String,
}

/// Verifies the log in `dir`, or all logs in its subfolders. Reads only; a process may write meanwhile.
///
/// # Errors
/// The folder or a file cannot be read, or there is no log. Damage is not an error but a problem in the report.
pub fn verify(dir: &Path) -> Result<VerifyReport, LogError> {
    let logs = LogFolder::find_all(dir)?;
    Ok(VerifyReport { logs: logs.iter().map(verify_log).collect::<Result<_, _>>()? })
}

impl VerifyReport {
    /// No problem in any log.
    pub fn ok(&self) -> bool {
        self.logs.iter().all(|log| log.ok)
    }

    /// For people.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn write_text(&self, out: &mut dyn Write) -> Result<(), LogError> {
        self.logs.iter().try_for_each(|log| log.write_text(out)).map_err(LogError::Output)
    }

    /// One JSON object.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn write_json(&self, out: &mut dyn Write) -> Result<(), LogError> {
        serde_json::to_writer_pretty(&mut *out, self).map_err(|cause| LogError::Output(cause.into()))?;
        writeln!(out).map_err(LogError::Output)
    }
}

impl LogReport {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "log {} ({}): {}", self.origin, self.folder, if self.ok { "ok" } else { "NOT OK" })?;
        let range = |from: Option<String>, to: Option<String>| match (from, to) {
            (Some(from), Some(to)) => format!("{from} to {to}"),
            _ => "none".to_owned(),
        };
        let number = |seq: Option<u64>| seq.map(|seq| seq.to_string());
        let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
        writeln!(out, "  segments      {} ({} bytes)", self.segments, self.bytes)?;
        writeln!(out, "  records       {} ({})", self.records, range(number(self.first_sequence), number(self.last_sequence)))?;
        writeln!(out, "  times         {}", range(time(self.first_time), time(self.last_time)))?;
        writeln!(out, "  open intents  {}", self.open_intents)?;
        writeln!(out, "  tree root     {}", self.root.as_deref().unwrap_or("unknown: records are missing or damaged"))?;
        self.notes.iter().try_for_each(|note| writeln!(out, "  note: {note}"))?;
        self.problems
            .iter()
            .try_for_each(|problem| writeln!(out, "  PROBLEM {}:{}: {}", problem.file, problem.offset, problem.what))?;
        let unlisted = self.problem_count.saturating_sub(self.problems.len() as u64);
        if unlisted > 0 {
            writeln!(out, "  … and {unlisted} more problems")?;
        }
        Ok(())
    }
}

fn verify_log(folder: &LogFolder) -> Result<LogReport, LogError> {
    // What `head` says is read before the segments: whatever is written meanwhile comes on top.
    let being_written = is_being_written(folder);
    let heads = match fs::read(folder.head_path()) {
        Ok(bytes) => Some(Heads::read(&bytes)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
        Err(cause) => return Err(LogError::io("read", folder.head_path())(cause)),
    };
    let segments = folder.segments()?;
    let mut check = Check::new(folder, being_written, heads.as_ref().and_then(|heads| heads.newest.clone()));
    for stranger in folder.strangers()? {
        check.problem(&stranger, 0, "not a segment of this log".to_owned());
    }
    let head_path = folder.head_path();
    match heads {
        None if segments.is_empty() => {}
        None => check.problem(&head_path, 0, "missing, so a lost end of the log cannot be noticed".to_owned()),
        // A slot may be seen half written while a process writes.
        Some(heads) if heads.damaged > 0 && !being_written => check.problem(&head_path, 0, "not what was written".to_owned()),
        Some(_) => {}
    }
    for (at, segment) in segments.iter().enumerate() {
        check.segment(segment, at + 1 == segments.len())?;
    }
    check.finish();
    Ok(check.report)
}

struct Check<'a> {
    folder: &'a LogFolder,
    head: Option<Head>,
    report: LogReport,
    next_seq: u64,
    last_time_us: u64,
    tree: Frontier,
    /// A record is missing or damaged: roots and pairs cannot be checked any more, and would only repeat it.
    broken: bool,
    open: HashMap<u64, (String, Credit)>,
}

impl<'a> Check<'a> {
    fn new(folder: &'a LogFolder, being_written: bool, head: Option<Head>) -> Self {
        let report = LogReport {
            origin: folder.origin.clone(),
            folder: folder.path().display().to_string(),
            ok: true,
            segments: 0,
            records: 0,
            bytes: 0,
            first_sequence: None,
            last_sequence: None,
            first_time: None,
            last_time: None,
            root: None,
            open_intents: 0,
            being_written,
            problem_count: 0,
            problems: Vec::new(),
            notes: Vec::new(),
        };
        let (tree, open) = (Frontier::default(), HashMap::new());
        Self { folder, head, report, next_seq: 0, last_time_us: 0, tree, broken: false, open }
    }

    fn problem(&mut self, file: &Path, offset: u64, what: String) {
        self.report.ok = false;
        self.report.problem_count += 1;
        if self.report.problems.len() < LISTED_PROBLEMS {
            self.report.problems.push(Problem { file: file.display().to_string(), offset, what });
        }
    }

    fn segment(&mut self, segment: &SegmentPath, last: bool) -> Result<(), LogError> {
        let path = &segment.path;
        let mut reader = SegmentReader::open(path)?;
        self.report.segments += 1;
        if !self.header(segment, &reader, last)? {
            return Ok(());
        }
        loop {
            let fault = match reader.next()? {
                Step::Record { offset, frame } => {
                    self.record(path, offset, &frame);
                    continue;
                }
                Step::End => {
                    let (end, data_end) = (reader.offset(), reader.end_of_data(reader.offset())?);
                    if data_end == end {
                        self.report.bytes += end;
                        return Ok(());
                    }
                    (end, "bytes behind the last record")
                }
                Step::Fault { offset, why } => (offset, why),
            };
            if !self.go_on_behind(&mut reader, fault, last)? {
                return Ok(());
            }
        }
    }

    /// False when nothing of this segment was ever reported durable.
    fn header(&mut self, segment: &SegmentPath, reader: &SegmentReader, last: bool) -> Result<bool, LogError> {
        let path = &segment.path;
        match reader.header()? {
            Err(why) => {
                let unused = last && self.head.as_ref().is_some_and(|head| head.size() <= segment.first_seq);
                if unused && reader.end_of_data(super::frame::HEADER_BYTES as u64)? == super::frame::HEADER_BYTES as u64 {
                    self.report.notes.push(format!("{}: begun and not used", path.display()));
                    return Ok(false);
                }
                self.problem(path, 0, why.to_owned());
            }
            Ok(header) => {
                if header.log_id != self.folder.log_id {
                    self.problem(path, 16, "segment of another log".to_owned());
                }
                if header.first_seq != segment.first_seq {
                    self.problem(
                        path,
                        32,
                        format!("file name says record {}, header says {}", segment.first_seq, header.first_seq),
                    );
                }
                if header.created_us < self.last_time_us {
                    self.problem(path, 40, "begun before the last record of the segment before".to_owned());
                }
                if !self.broken && header.first_seq == self.next_seq && header.root != self.tree.root() {
                    self.problem(path, 48, "the records before this segment are not those that were written".to_owned());
                }
            }
        }
        if segment.first_seq != self.next_seq {
            let what = format!(
                "begins with record {}, but {} comes next: segments are missing or double",
                segment.first_seq, self.next_seq
            );
            self.problem(path, 32, what);
            self.broken = true;
            self.next_seq = segment.first_seq;
        }
        Ok(true)
    }

    fn record(&mut self, path: &Path, offset: u64, frame: &Frame<'_>) {
        if frame.seq != self.next_seq {
            self.problem(
                path,
                offset,
                format!("record {} where {} comes next: records are missing, double or moved", frame.seq, self.next_seq),
            );
            self.broken = true;
        }
        if frame.time_us < self.last_time_us {
            self.problem(path, offset, "older than the record before".to_owned());
        }
        self.next_seq = frame.seq + 1;
        self.last_time_us = frame.time_us;
        let time = Some(Timestamp::from_micros(i64::try_from(frame.time_us).unwrap_or(i64::MAX)));
        self.report.records += 1;
        self.report.first_sequence.get_or_insert(frame.seq);
        self.report.last_sequence = Some(frame.seq);
        self.report.first_time = self.report.first_time.or(time);
        self.report.last_time = time;
        self.tree.push(frame.leaf());
        match Links::read(frame.public) {
            Ok(links) if links.sequence != frame.seq => {
                self.problem(path, offset, format!("record {} says it is {}", frame.seq, links.sequence));
            }
            Ok(links) => self.pair(path, offset, frame, &links),
            Err(why) => self.problem(path, offset, why),
        }
        let at_head = self.head.as_ref().filter(|head| head.size() == self.next_seq);
        if at_head.is_some_and(|head| !self.broken && head.tree.root() != self.tree.root()) {
            self.problem(path, offset, "the records up to here are not those that were written".to_owned());
        }
    }

    fn pair(&mut self, path: &Path, offset: u64, frame: &Frame<'_>, links: &Links<'_>) {
        let statement = links.statement.as_ref();
        match frame.kind {
            RecordKind::Intent => drop(self.open.insert(frame.seq, (statement.to_owned(), links.credit.unwrap_or_default()))),
            RecordKind::Progress | RecordKind::Outcome => {
                let intent = links.intent.unwrap_or(u64::MAX);
                let Some((_, credit)) = self.open.get_mut(&intent).filter(|(opened, _)| opened == statement) else {
                    if !self.broken {
                        self.problem(path, offset, format!("belongs to no open intent (statement {statement})"));
                    }
                    return;
                };
                if frame.kind == RecordKind::Progress {
                    *credit = links.credit.unwrap_or(*credit);
                    return;
                }
                let (read, credit) = (links.result.unwrap_or_default(), *credit);
                self.open.remove(&intent);
                if !credit.covers(read) && !self.broken {
                    let Credit { rows, bytes } = credit;
                    let what = format!(
                        "statement {statement} read {} rows and {} bytes, but {rows} and {bytes} were recorded before they left",
                        read.rows, read.bytes
                    );
                    self.problem(path, offset, what);
                }
            }
            RecordKind::Denied | RecordKind::Session | RecordKind::Admin | RecordKind::Finding | RecordKind::Log => {}
        }
    }

    /// Reports a fault and finds the next sound record behind it; false when there is none.
    fn go_on_behind(&mut self, reader: &mut SegmentReader, fault: (u64, &'static str), last: bool) -> Result<bool, LogError> {
        let (offset, why) = fault;
        let (end, path) = (reader.end_of_data(offset)?, reader.path().to_owned());
        let next = reader.find_sound(offset + 8, self.next_seq)?;
        let durable = self.head.as_ref().is_none_or(|head| head.size() > self.next_seq);
        if next.is_none() && last && !durable {
            self.report.bytes += offset;
            let what = if self.report.being_written { "being written" } else { "torn; the next start cuts it off" };
            self.report.notes.push(format!("{}:{offset}: {} bytes of a record, {what}", path.display(), end - offset));
            return Ok(false);
        }
        self.problem(&path, offset, format!("{why} (record {})", self.next_seq));
        self.broken = true;
        self.report.bytes += if next.is_none() { end } else { 0 };
        Ok(next.is_some())
    }

    fn finish(&mut self) {
        if let Some(written) = self.head.as_ref().map(Head::size).filter(|written| *written > self.next_seq) {
            let what =
                format!("the log ends before record {}, but {written} records were written: its end is lost", self.next_seq);
            self.problem(&self.folder.head_path(), 0, what);
            self.broken = true;
        }
        if self.head.as_ref().is_some_and(|head| head.log_id != self.folder.log_id) {
            self.problem(&self.folder.head_path(), 0, "belongs to another log".to_owned());
        }
        self.report.open_intents = self.open.len() as u64;
        if !self.open.is_empty() && !self.report.being_written {
            self.report.notes.push("statements without outcome are closed as unknown by the next start".to_owned());
        }
        self.report.root = (!self.broken).then(|| hex(&self.tree.root()));
    }
}
