//! Finds records, and prints them as lines or as they are stored; also in a log that another process is writing.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use super::error::LogError;
use super::filter::SearchFilter;
use super::frame::Frame;
use super::layout::{LogFolder, SegmentPath};
use super::line;
use super::reader::{SegmentReader, Step};
use super::record::Entry;
use super::verify::Problem;

/// Running statements that a text search remembers, to show those that have not ended; more are shown at once.
const REMEMBERED_INTENTS: usize = 10_000;
/// Damaged places that are named.
const NAMED_DAMAGE: usize = 100;

/// How records are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordFormat {
    /// One line for each statement, refusal, login and other event.
    Text,
    /// Every record, byte for byte as it is stored, one a line.
    Json,
}

/// How a search ended.
#[derive(Debug, Default)]
pub struct SearchEnd {
    /// Lines printed.
    pub printed: u64,
    /// Places that could not be read: the answer may lack records. `verify` says more.
    pub damage: Vec<Problem>,
}

/// Prints the records of the log in `dir` (or of all logs in its subfolders) that match, oldest first within each log.
///
/// Memory is bounded by one record and the statements that run at one time.
///
/// # Errors
/// A file cannot be read, or `out` cannot be written.
pub fn search(dir: &Path, filter: &SearchFilter, format: RecordFormat, out: &mut dyn Write) -> Result<SearchEnd, LogError> {
    let mut end = SearchEnd::default();
    for folder in LogFolder::find_all(dir)? {
        let mut printer = Printer::new(filter.clone(), format);
        let wanted = folder.segments_since(filter.since)?;
        for (at, segment) in wanted.iter().enumerate() {
            search_segment(segment, at + 1 == wanted.len(), &mut printer, out, &mut end)?;
        }
        for line in printer.running() {
            end.printed += 1;
            writeln!(out, "{line}").map_err(LogError::Output)?;
        }
    }
    out.flush().map_err(LogError::Output)?;
    Ok(end)
}

fn search_segment(
    segment: &SegmentPath,
    last: bool,
    printer: &mut Printer,
    out: &mut dyn Write,
    end: &mut SearchEnd,
) -> Result<(), LogError> {
    let mut reader = SegmentReader::open(&segment.path)?;
    loop {
        let (offset, why) = match reader.next()? {
            Step::Record { frame, .. } => {
                if let Some(line) = printer.print(&frame) {
                    end.printed += 1;
                    out.write_all(&line).and_then(|()| out.write_all(b"\n")).map_err(LogError::Output)?;
                }
                continue;
            }
            Step::End => return Ok(()),
            Step::Fault { offset, why } => (offset, why),
        };
        let found = reader.find_sound(offset + 8, segment.first_seq)?;
        // At the very end it is a record that is being written, or a torn one.
        if (found.is_some() || !last) && end.damage.len() < NAMED_DAMAGE {
            end.damage.push(Problem { file: segment.path.display().to_string(), offset, what: why.to_owned() });
        }
        if found.is_none() {
            return Ok(());
        }
    }
}

/// Turns records into lines.
pub(super) struct Printer {
    filter: SearchFilter,
    format: RecordFormat,
    /// Lines of statements that have not ended, by the number of their intent.
    running: BTreeMap<u64, String>,
}

impl Printer {
    pub(super) fn new(filter: SearchFilter, format: RecordFormat) -> Self {
        Self { filter, format, running: BTreeMap::new() }
    }

    /// The line of a record, when it is wanted.
    pub(super) fn print(&mut self, frame: &Frame<'_>) -> Option<Vec<u8>> {
        // A sound frame holds what we wrote; what cannot be read anyway matches nothing.
        let entry: Entry = serde_json::from_slice(frame.public).ok()?;
        let matches = self.filter.matches(&entry);
        match self.format {
            RecordFormat::Json => matches.then(|| frame.public.to_vec()),
            RecordFormat::Text => self.text(&entry, matches).map(String::into_bytes),
        }
    }

    /// Lines of matching statements that have not ended, oldest first.
    pub(super) fn running(self) -> impl Iterator<Item = String> {
        self.running.into_values()
    }

    fn text(&mut self, entry: &Entry, matches: bool) -> Option<String> {
        match entry.metadata.event_code.as_str() {
            "statement.intent" => {
                let credit = entry.postern.credit.as_ref().map_or(0, |credit| credit.rows);
                let line = matches.then(|| line::statement(entry, "running", &format!("<={credit}")))?;
                if self.running.len() >= REMEMBERED_INTENTS {
                    return Some(line);
                }
                self.running.insert(entry.metadata.sequence, line);
                None
            }
            "statement.progress" => {
                let line = self.running.get_mut(&entry.postern.intent_sequence)?;
                let credit = entry.postern.credit.as_ref().map_or(0, |credit| credit.rows);
                *line = line::statement(entry, "running", &format!("<={credit}"));
                None
            }
            "statement.outcome" => {
                self.running.remove(&entry.postern.intent_sequence);
                let rows = entry.postern.result.as_ref().map_or_else(String::new, |result| {
                    format!("{}{}", result.rows, if result.complete { "" } else { " incomplete" })
                });
                matches.then(|| line::statement(entry, "allowed", &rows))
            }
            "statement.denied" => matches.then(|| line::statement(entry, "denied", "")),
            _ => matches.then(|| line::other(entry)),
        }
    }
}
