//! The last records, and those that come.

use std::collections::VecDeque;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use super::error::LogError;
use super::filter::SearchFilter;
use super::layout::{LogFolder, SegmentPath};
use super::reader::{SegmentReader, Step};
use super::search::{Printer, RecordFormat};

/// How often a followed log is looked at.
pub const TAIL_POLL: Duration = Duration::from_millis(200);
/// Most lines that are kept to be shown first.
const MOST_LINES: usize = 10_000;

/// What `tail` shows.
#[derive(Clone, Debug)]
pub struct TailOptions {
    /// Lines shown first; at most 10,000.
    pub lines: usize,
    pub filter: SearchFilter,
    pub format: RecordFormat,
}

/// Prints the last lines of each log below `dir`, then new ones as they come.
///
/// `wait` is called whenever everything was shown: it sleeps ([`TAIL_POLL`]) and says whether to go on. With `|| false` nothing is followed.
///
/// # Errors
/// A file cannot be read, or `out` cannot be written.
pub fn tail(dir: &Path, options: &TailOptions, out: &mut dyn Write, wait: &mut dyn FnMut() -> bool) -> Result<(), LogError> {
    let folders = LogFolder::find_all(dir)?;
    let mut followed = folders.iter().map(|folder| Follower::begin(folder, options, out)).collect::<Result<Vec<_>, _>>()?;
    loop {
        out.flush().map_err(LogError::Output)?;
        if !wait() {
            return Ok(());
        }
        for follower in &mut followed {
            follower.advance(&mut |line| write_line(out, line))?;
        }
    }
}

fn write_line(out: &mut dyn Write, line: &[u8]) -> Result<(), LogError> {
    out.write_all(line).and_then(|()| out.write_all(b"\n")).map_err(LogError::Output)
}

/// A place in a log that grows.
struct Follower<'a> {
    folder: &'a LogFolder,
    printer: Printer,
    reader: Option<SegmentReader>,
    next_seq: u64,
}

impl<'a> Follower<'a> {
    /// Shows the last lines: reads the last segment, and twice as many as long as they hold too few.
    fn begin(folder: &'a LogFolder, options: &TailOptions, out: &mut dyn Write) -> Result<Self, LogError> {
        let (segments, limit) = (folder.segments()?, options.lines.min(MOST_LINES));
        let mut count = 1;
        loop {
            let scanned = segments.get(segments.len().saturating_sub(count)..).unwrap_or_default();
            let (follower, shown) = Self::scan(folder, options, scanned, limit)?;
            if shown.len() >= limit || scanned.len() == segments.len() {
                shown.iter().try_for_each(|line| write_line(out, line))?;
                return Ok(follower);
            }
            count *= 2;
        }
    }

    fn scan(
        folder: &'a LogFolder,
        options: &TailOptions,
        segments: &[SegmentPath],
        limit: usize,
    ) -> Result<(Self, VecDeque<Vec<u8>>), LogError> {
        let printer = Printer::new(options.filter.clone(), options.format);
        let next_seq = segments.first().map_or(0, |segment| segment.first_seq);
        let reader = segments.first().map(|segment| SegmentReader::open(&segment.path)).transpose()?;
        let (mut follower, mut shown) = (Self { folder, printer, reader, next_seq }, VecDeque::new());
        follower.advance(&mut |line| {
            shown.push_back(line.to_vec());
            if shown.len() > limit {
                shown.pop_front();
            }
            Ok(())
        })?;
        Ok((follower, shown))
    }

    /// Shows what has come since, over as many segments as there are.
    fn advance(&mut self, show: &mut dyn FnMut(&[u8]) -> Result<(), LogError>) -> Result<(), LogError> {
        loop {
            // Asked before reading on: once the next segment is there, this one grows no more.
            let next = self
                .folder
                .segments()?
                .into_iter()
                .find(|segment| self.reader.is_none() || segment.first_seq > self.segment_start());
            self.read_on(next.is_some(), show)?;
            let Some(next) = next else { return Ok(()) };
            self.next_seq = next.first_seq;
            self.reader = Some(SegmentReader::open(&next.path)?);
        }
    }

    /// The first record of the segment at hand is at most this one.
    fn segment_start(&self) -> u64 {
        let name = self.reader.as_ref().and_then(|reader| reader.path().file_stem()).and_then(|stem| stem.to_str());
        name.and_then(|digits| digits.parse().ok()).unwrap_or(0)
    }

    fn read_on(&mut self, complete: bool, show: &mut dyn FnMut(&[u8]) -> Result<(), LogError>) -> Result<(), LogError> {
        let Some(reader) = &mut self.reader else { return Ok(()) };
        reader.refresh();
        loop {
            let offset = match reader.next()? {
                Step::Record { frame, .. } => {
                    self.next_seq = frame.seq + 1;
                    if let Some(line) = self.printer.print(&frame) {
                        show(&line)?;
                    }
                    continue;
                }
                Step::End => return Ok(()),
                Step::Fault { offset, .. } => offset,
            };
            // In a complete segment it is damage: go on behind it. In a growing one, the record may be half written: try again later.
            if !complete || reader.find_sound(offset + 8, self.next_seq)?.is_none() {
                reader.seek(offset);
                return Ok(());
            }
        }
    }
}
