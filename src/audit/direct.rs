//! Writes that go from memory to the disk, past the page cache: what is written once and not read soon is not copied, and a sync finds nothing left to do but
//! to empty the disk's own cache.
//!
//! Such writes are whole blocks at whole blocks' places, from memory that is aligned alike. The last block of the log is not full, so it is written again with
//! the records that come after; its older bytes are the same then, so whatever the end of the machine leaves of it, they are what they were.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;

/// What disks and file systems ask for at most.
const BLOCK_BYTES: usize = 4096;

/// The end of no write.
const UNKNOWN: u64 = u64::MAX;

/// A file that is written in whole blocks.
pub(super) struct Direct {
    file: File,
    memory: Vec<u8>,
    /// The bytes of the last block up to `end`.
    tail: Vec<u8>,
    /// Where the last write ended.
    end: u64,
}

impl Direct {
    /// `None` where the file system knows no such writes.
    pub(super) fn open(path: &Path) -> Option<Self> {
        let flags = i32::try_from(OFlags::DIRECT.bits()).ok()?;
        let file = OpenOptions::new().write(true).custom_flags(flags).open(path).ok()?;
        Some(Self { file, memory: Vec::new(), tail: Vec::new(), end: 0 })
    }

    /// Writes `bytes`, and zeros behind them up to the end of a block. `cached` is the same file, to read what stands before `offset` where that is not known.
    ///
    /// # Errors
    /// Of the system; [`io::ErrorKind::InvalidInput`] where it wants another alignment. The same write may be tried again.
    pub(super) fn write_at(&mut self, cached: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        let before = usize::try_from(offset % BLOCK_BYTES as u64).unwrap_or(0);
        let start = offset - before as u64;
        if self.end != offset {
            self.end = UNKNOWN;
            self.tail.resize(before, 0);
            cached.read_exact_at(&mut self.tail, start)?;
            self.end = offset;
        }
        let (filled, length) = (before + bytes.len(), (before + bytes.len()).next_multiple_of(BLOCK_BYTES));
        let blocks = aligned(&mut self.memory, length)?;
        let (old, rest) = blocks.split_at_mut_checked(before).ok_or(io::ErrorKind::InvalidInput)?;
        let (new, zeros) = rest.split_at_mut_checked(bytes.len()).ok_or(io::ErrorKind::InvalidInput)?;
        old.copy_from_slice(&self.tail);
        new.copy_from_slice(bytes);
        zeros.fill(0);
        self.file.write_all_at(blocks, start)?;
        self.tail.clear();
        self.tail.extend_from_slice(blocks.get(filled - filled % BLOCK_BYTES..filled).unwrap_or_default());
        self.end = offset + bytes.len() as u64;
        Ok(())
    }

    /// Writes zeros over whole blocks.
    ///
    /// # Errors
    /// As [`Direct::write_at`].
    pub(super) fn zero(&self, offset: u64, length: u64) -> io::Result<()> {
        let mut memory = Vec::new();
        let zeros = aligned(&mut memory, usize::try_from(length).map_err(io::Error::other)?)?;
        self.file.write_all_at(zeros, offset)
    }
}

/// So many bytes of `memory` that begin at a multiple of a block.
fn aligned(memory: &mut Vec<u8>, length: usize) -> io::Result<&mut [u8]> {
    if memory.len() < length + BLOCK_BYTES {
        memory.resize(length + BLOCK_BYTES, 0);
    }
    let skipped = memory.as_ptr().align_offset(BLOCK_BYTES);
    memory.get_mut(skipped..).and_then(|rest| rest.get_mut(..length)).ok_or_else(|| io::ErrorKind::InvalidInput.into())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn pieces_of_any_length_stand_behind_each_other_and_zeros_behind_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let cached = File::options().read(true).write(true).create_new(true).open(&path).unwrap();
        let Some(mut direct) = Direct::open(&path) else { return };
        let mut expected = Vec::new();
        for (number, length) in [88, 1, 4007, 4096, 5000, 3, 12_288, 70_000, 0, 4095, 8].into_iter().enumerate() {
            let piece: Vec<u8> = (0..length).map(|at| (at + number * 31) as u8).collect();
            if number % 3 == 2 {
                // Another piece was there, or the file was opened anew.
                direct.write_at(&cached, &vec![9; length], expected.len() as u64).unwrap();
                direct = Direct::open(&path).unwrap();
            }
            direct.write_at(&cached, &piece, expected.len() as u64).unwrap();
            direct.write_at(&cached, &piece, expected.len() as u64).unwrap();
            expected.extend_from_slice(&piece);
            let written = fs::read(&path).unwrap();
            assert_eq!(written.get(..expected.len()), Some(expected.as_slice()), "piece {number}");
            assert!(written.len().is_multiple_of(BLOCK_BYTES) && written.iter().skip(expected.len()).all(|byte| *byte == 0));
        }
        direct.zero(0, 1 << 17).unwrap();
        assert_eq!(fs::read(&path).unwrap(), vec![0; 1 << 17]);
    }
}
