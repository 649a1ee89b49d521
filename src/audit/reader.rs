//! Reads a segment record by record, in bounded memory, also while another process writes it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::error::LogError;
use super::frame::{FRAME_PREFIX_BYTES, Frame, FramePrefix, HEADER_BYTES, SegmentHeader};

/// Bytes read at a time; a larger record makes the window grow to its size for that record.
const WINDOW_BYTES: usize = 256 * 1024;

/// A segment's file and a window into it.
pub(super) struct SegmentReader {
    file: File,
    path: PathBuf,
    offset: u64,
    window: Vec<u8>,
    window_start: u64,
}

/// What stands at the reader's place.
pub(super) enum Step<'a> {
    /// A sound record, from `offset` on.
    Record { offset: u64, frame: Frame<'a> },
    /// The file ends here, or the space set aside begins (at least as many zeros as a record's prefix is long).
    End,
    /// Something else: a torn or damaged record.
    Fault { offset: u64, why: &'static str },
}

impl SegmentReader {
    /// Opens a segment at its first record; the header is read with [`SegmentReader::header`].
    pub(super) fn open(path: &Path) -> Result<Self, LogError> {
        let file = File::open(path).map_err(LogError::io("open", path))?;
        Ok(Self { file, path: path.to_owned(), offset: HEADER_BYTES as u64, window: Vec::new(), window_start: 0 })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the next record begins.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// Goes on at another place.
    pub(super) fn seek(&mut self, offset: u64) {
        self.offset = offset;
    }

    pub(super) fn file_bytes(&self) -> Result<u64, LogError> {
        Ok(self.file.metadata().map_err(LogError::io("read", &self.path))?.len())
    }

    /// The header; the inner error says what is wrong with it.
    pub(super) fn header(&self) -> Result<Result<SegmentHeader, &'static str>, LogError> {
        let mut bytes = Vec::new();
        read_up_to(&self.file, 0, HEADER_BYTES, &mut bytes).map_err(LogError::io("read", &self.path))?;
        Ok(SegmentHeader::decode(&bytes))
    }

    /// The record at this place; the reader moves on only over a sound one, so a torn one can be tried again later.
    pub(super) fn next(&mut self) -> Result<Step<'_>, LogError> {
        let offset = self.offset;
        self.fill(FRAME_PREFIX_BYTES)?;
        let start = self.here();
        if start.is_empty() || start.iter().take(FRAME_PREFIX_BYTES).all(|byte| *byte == 0) {
            return Ok(Step::End);
        }
        let Some(prefix) = FramePrefix::read(start).filter(|_| start.len() >= FRAME_PREFIX_BYTES) else {
            return Ok(Step::Fault { offset, why: "no record begins here" });
        };
        self.fill(prefix.total_bytes)?;
        let at = usize::try_from(offset - self.window_start).unwrap_or(usize::MAX);
        let Some(bytes) = self.window.get(at..).and_then(|here| here.get(..prefix.total_bytes)) else {
            return Ok(Step::Fault { offset, why: "record is cut short" });
        };
        match Frame::decode(bytes) {
            Ok(frame) => {
                self.offset += prefix.total_bytes as u64;
                Ok(Step::Record { offset, frame })
            }
            Err(why) => Ok(Step::Fault { offset, why }),
        }
    }

    /// What the record at this place says of itself, sound or not.
    pub(super) fn prefix(&mut self) -> Result<Option<FramePrefix>, LogError> {
        self.fill(FRAME_PREFIX_BYTES)?;
        Ok(FramePrefix::read(self.here()))
    }

    /// Forgets what was read, so that bytes written since are seen.
    pub(super) fn refresh(&mut self) {
        self.window.clear();
    }

    /// The end of what is not zero at or behind `offset`; `offset` itself when only zeros of the space set aside follow.
    pub(super) fn end_of_data(&self, offset: u64) -> Result<u64, LogError> {
        let (mut at, mut end, mut piece) = (offset, offset, Vec::new());
        loop {
            read_up_to(&self.file, at, WINDOW_BYTES, &mut piece).map_err(LogError::io("read", &self.path))?;
            if piece.is_empty() {
                return Ok(end);
            }
            if let Some(last) = piece.iter().rposition(|byte| *byte != 0) {
                end = at + last as u64 + 1;
            }
            at += piece.len() as u64;
        }
    }

    /// The next sound record at or behind `from` whose number is at least `least_seq`. Leaves the reader there.
    pub(super) fn find_sound(&mut self, from: u64, least_seq: u64) -> Result<Option<u64>, LogError> {
        let end = self.file_bytes()?;
        let mut offset = from.next_multiple_of(8);
        while offset + (FRAME_PREFIX_BYTES as u64) <= end {
            self.offset = offset;
            self.fill(FRAME_PREFIX_BYTES)?;
            let plausible = FramePrefix::read(self.here()).is_some_and(|prefix| prefix.seq >= least_seq);
            if plausible && let Step::Record { .. } = self.next()? {
                self.offset = offset;
                return Ok(Some(offset));
            }
            offset += 8;
        }
        Ok(None)
    }

    fn here(&self) -> &[u8] {
        let at = usize::try_from(self.offset.saturating_sub(self.window_start)).unwrap_or(usize::MAX);
        self.window.get(at..).unwrap_or_default()
    }

    /// Makes `need` bytes from the place on visible, as far as the file goes.
    fn fill(&mut self, need: usize) -> Result<(), LogError> {
        let start = self.window_start;
        let inside = !self.window.is_empty() && start <= self.offset;
        if inside && self.offset + need as u64 <= start + self.window.len() as u64 {
            return Ok(());
        }
        self.window_start = self.offset;
        read_up_to(&self.file, self.offset, need.max(WINDOW_BYTES), &mut self.window).map_err(LogError::io("read", &self.path))
    }
}

/// Reads up to `limit` bytes from `offset` on; fewer at the end of the file.
fn read_up_to(file: &File, offset: u64, limit: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.clear();
    bytes.resize(limit, 0);
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
    bytes.truncate(filled);
    Ok(())
}
