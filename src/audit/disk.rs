//! The few things that the writer asks of the operating system; tests hand in a disk that fails.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};

use rustix::fs::{FallocateFlags, fallocate};

use super::direct::Direct;
use super::head::{SLOT_BYTES, SLOTS};
use super::layout::{FILE_MODE, LogFolder};
use super::ocsf::Durability;

/// Written ahead of the records.
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

/// The folder of a log.
pub(super) trait Disk: Send {
    /// Makes a new segment; its name is durable when this returns.
    fn create_segment(&mut self, first_seq: u64) -> io::Result<Box<dyn SegmentFile>>;
    /// Writes one slot of `head`; not synced.
    fn write_head(&mut self, slot: usize, bytes: &[u8]) -> io::Result<()>;
    /// Gives the reserved space back, for the ends of running statements.
    fn release_reserve(&mut self) -> io::Result<()>;
}

/// A segment that is being written.
pub(super) trait SegmentFile: Send {
    /// Makes sure that `len` bytes from `offset` on have room on the disk; they read as zeros. A later write there changes nothing but the bytes:
    /// its sync has no block to find and no length to note.
    fn allocate(&mut self, offset: u64, len: u64) -> io::Result<()>;
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// What was written survives the machine when this returns.
    fn sync(&mut self) -> io::Result<()>;
    /// The file has still a name: what is written to it will be found.
    fn is_there(&self) -> io::Result<bool>;
    /// Cuts the segment to `len` bytes, syncs it and makes it read-only.
    fn seal(&mut self, len: u64) -> io::Result<()>;
}

/// The disk of the machine.
pub(super) struct LocalDisk {
    folder: LogFolder,
    head: File,
    reserve: File,
    durability: Durability,
}

impl LocalDisk {
    /// Opens `head` and sets `reserve_bytes` aside.
    pub(super) fn open(folder: LogFolder, reserve_bytes: u64, durability: Durability) -> io::Result<Self> {
        let head = open(&folder.head_path())?;
        head.set_len((SLOT_BYTES * SLOTS) as u64)?;
        allocate(&head, 0, (SLOT_BYTES * SLOTS) as u64)?;
        let reserve = open(&folder.reserve_path())?;
        reserve.set_len(0)?;
        if reserve_bytes > 0 {
            allocate(&reserve, 0, reserve_bytes)?;
        }
        Ok(Self { folder, head, reserve, durability })
    }
}

impl Disk for LocalDisk {
    fn create_segment(&mut self, first_seq: u64) -> io::Result<Box<dyn SegmentFile>> {
        let path = self.folder.segment_path(first_seq);
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(FILE_MODE).open(&path)?;
        File::open(self.folder.segment_folder())?.sync_all()?;
        let direct = match self.durability {
            Durability::Fsync => Direct::open(&path),
            // Nobody waits for the disk.
            Durability::Os => None,
        };
        Ok(Box::new(LocalSegment { file, direct }))
    }

    fn write_head(&mut self, slot: usize, bytes: &[u8]) -> io::Result<()> {
        self.head.write_all_at(bytes, (slot * SLOT_BYTES) as u64)
    }

    fn release_reserve(&mut self) -> io::Result<()> {
        self.reserve.set_len(0)?;
        self.reserve.sync_all()
    }
}

struct LocalSegment {
    file: File,
    /// The same file, where every record goes to the disk at once and the file system can.
    direct: Option<Direct>,
}

impl LocalSegment {
    /// Writes past the page cache, or through it where the system does not take that after all.
    fn write(
        &mut self,
        direct: impl FnOnce(&mut Direct, &File) -> io::Result<()>,
        cached: impl FnOnce(&File) -> io::Result<()>,
    ) -> io::Result<()> {
        if let Some(file) = &mut self.direct {
            match direct(file, &self.file) {
                Err(cause) if cause.kind() == io::ErrorKind::InvalidInput => self.direct = None,
                written => return written,
            }
        }
        cached(&self.file)
    }
}

impl SegmentFile for LocalSegment {
    fn allocate(&mut self, offset: u64, len: u64) -> io::Result<()> {
        allocate(&self.file, offset, len)?;
        // Blocks that were only set aside become the file's with the first write, which each sync would then have to note.
        self.write(|direct, _| direct.zero(offset, len), |file| zero(file, offset, len))
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.write(|direct, file| direct.write_at(file, bytes, offset), |file| file.write_all_at(bytes, offset))
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn is_there(&self) -> io::Result<bool> {
        Ok(self.file.metadata()?.nlink() > 0)
    }

    fn seal(&mut self, len: u64) -> io::Result<()> {
        seal(&self.file, len)
    }
}

/// Cuts a segment to its records and makes it read-only.
pub(super) fn seal(file: &File, len: u64) -> io::Result<()> {
    file.set_len(len)?;
    file.set_permissions(Permissions::from_mode(FILE_MODE & 0o444))?;
    file.sync_all()
}

/// Removes a segment that holds no record.
pub(super) fn remove_empty(folder: &LogFolder, first_seq: u64) -> io::Result<()> {
    fs::remove_file(folder.segment_path(first_seq))?;
    File::open(folder.segment_folder())?.sync_all()
}

fn open(path: &std::path::Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(FILE_MODE).open(path)
}

fn zero(file: &File, offset: u64, len: u64) -> io::Result<()> {
    let (mut at, end) = (offset, offset + len);
    while at < end {
        let piece = usize::try_from(end - at).ok().and_then(|left| ZEROS.get(..left)).unwrap_or(&ZEROS);
        file.write_all_at(piece, at)?;
        at += piece.len() as u64;
    }
    Ok(())
}

fn allocate(file: &File, offset: u64, len: u64) -> io::Result<()> {
    match fallocate(file, FallocateFlags::empty(), offset, len) {
        Ok(()) => Ok(()),
        // A file system that cannot set space aside: a full disk is then met by the write, with the same consequence.
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}
