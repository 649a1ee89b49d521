//! Where a log lies on disk: `DIR/<origin>/` with `log.toml`, `seg/<first record>.plog`, `head`, `lock`, `reserve`.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::base::Timestamp;
use crate::runtime::ids;

use super::error::LogError;
use super::merkle::{LEAF_VERSION, hex};
use super::reader::SegmentReader;

/// Mode of the log's files: the operator's group may read them.
pub(super) const FILE_MODE: u32 = 0o640;
const FOLDER_MODE: u32 = 0o750;
const SEGMENT_SUFFIX: &str = ".plog";

/// The folder of one log and what its `log.toml` says.
#[derive(Clone, Debug)]
pub(super) struct LogFolder {
    path: PathBuf,
    pub(super) origin: String,
    pub(super) log_id: [u8; 16],
}

/// A segment's file.
#[derive(Clone, Debug)]
pub(super) struct SegmentPath {
    pub(super) first_seq: u64,
    pub(super) path: PathBuf,
}

impl LogFolder {
    /// Opens the log of `origin` below `dir`; makes it when there is none.
    pub(super) fn open_or_create(dir: &Path, origin: &str, now: Timestamp) -> Result<Self, LogError> {
        check_origin(origin)?;
        let path = dir.join(origin);
        let segments = path.join("seg");
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(&segments).map_err(LogError::io("make folder", &segments))?;
        let description = path.join("log.toml");
        if !description.try_exists().map_err(LogError::io("look for", &description))? {
            let folder = Self { path: path.clone(), origin: origin.to_owned(), log_id: *ids::new_event_id().as_bytes() };
            if let Some(first) = folder.segments()?.first() {
                let why = "there are segments, but log.toml is missing".to_owned();
                return Err(LogError::Damaged { path: first.path.clone(), offset: 0, why });
            }
            write_whole(&description, describe(origin, &folder.log_id, now).as_bytes())?;
            sync_folder(dir)?;
        }
        Self::open(&path)
    }

    /// Opens the log in exactly this folder.
    pub(super) fn open(path: &Path) -> Result<Self, LogError> {
        let description = path.join("log.toml");
        let text = match fs::read_to_string(&description) {
            Ok(text) => text,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Err(LogError::Missing { path: path.to_owned() }),
            Err(cause) => return Err(LogError::io("read", &description)(cause)),
        };
        let Some((origin, log_id)) = read_description(&text) else {
            let why = "log.toml is not what was written".to_owned();
            return Err(LogError::Damaged { path: description, offset: 0, why });
        };
        Ok(Self { path: path.to_owned(), origin, log_id })
    }

    /// All logs of a folder: itself, or its subfolders by name.
    pub(super) fn find_all(dir: &Path) -> Result<Vec<Self>, LogError> {
        if dir.join("log.toml").exists() {
            return Ok(vec![Self::open(dir)?]);
        }
        let entries = fs::read_dir(dir).map_err(LogError::io("read folder", dir))?;
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(LogError::io("read folder", dir))?.path();
            if path.join("log.toml").exists() || path.join("seg").is_dir() {
                paths.push(path);
            }
        }
        paths.sort();
        if paths.is_empty() {
            return Err(LogError::Missing { path: dir.to_owned() });
        }
        paths.iter().map(|path| Self::open(path)).collect()
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn head_path(&self) -> PathBuf {
        self.path.join("head")
    }

    pub(super) fn lock_path(&self) -> PathBuf {
        self.path.join("lock")
    }

    pub(super) fn reserve_path(&self) -> PathBuf {
        self.path.join("reserve")
    }

    pub(super) fn segment_folder(&self) -> PathBuf {
        self.path.join("seg")
    }

    pub(super) fn segment_path(&self, first_seq: u64) -> PathBuf {
        self.segment_folder().join(format!("{first_seq:020}{SEGMENT_SUFFIX}"))
    }

    /// The segments in order; files with other names do not count (see [`LogFolder::strangers`]).
    pub(super) fn segments(&self) -> Result<Vec<SegmentPath>, LogError> {
        let mut segments: Vec<SegmentPath> = self
            .segment_files()?
            .into_iter()
            .filter_map(|path| segment_number(&path).map(|first_seq| SegmentPath { first_seq, path }))
            .collect();
        segments.sort_by_key(|segment| segment.first_seq);
        Ok(segments)
    }

    /// The segments without those that ended before `since`: nothing in them can have happened later than the next one began.
    pub(super) fn segments_since(&self, since: Option<Timestamp>) -> Result<Vec<SegmentPath>, LogError> {
        let mut segments = self.segments()?;
        let Some(since) = since else { return Ok(segments) };
        let mut begin = 0;
        for (at, segment) in segments.iter().enumerate().skip(1) {
            let header = SegmentReader::open(&segment.path)?.header()?;
            if !header.is_ok_and(|header| i64::try_from(header.created_us).is_ok_and(|created| created < since.micros())) {
                break;
            }
            begin = at;
        }
        Ok(segments.split_off(begin))
    }

    /// Files among the segments that are none.
    pub(super) fn strangers(&self) -> Result<Vec<PathBuf>, LogError> {
        Ok(self.segment_files()?.into_iter().filter(|path| segment_number(path).is_none()).collect())
    }

    fn segment_files(&self) -> Result<Vec<PathBuf>, LogError> {
        let folder = self.segment_folder();
        let entries = fs::read_dir(&folder).map_err(LogError::io("read folder", &folder))?;
        entries.map(|entry| entry.map(|entry| entry.path()).map_err(LogError::io("read folder", &folder))).collect()
    }
}

fn segment_number(path: &Path) -> Option<u64> {
    let digits = path.file_name()?.to_str()?.strip_suffix(SEGMENT_SUFFIX)?;
    let whole = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole { digits.parse().ok() } else { None }
}

fn check_origin(origin: &str) -> Result<(), LogError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if (1..=100).contains(&origin.len()) && origin.bytes().all(allowed) && !origin.starts_with('.') {
        return Ok(());
    }
    Err(LogError::BadOrigin { origin: origin.to_owned() })
}

fn describe(origin: &str, log_id: &[u8; 16], now: Timestamp) -> String {
    let lines = format!(
        "# This folder is one audit log; do not edit anything in it.\norigin = \"{origin}\"\nlog_id = \"{}\"\nhash = \"sha256\"\ncreated = \"{now}\"\nleaf_version = {LEAF_VERSION}\n",
        hex(log_id)
    );
    let checksum = crc32c::crc32c(lines.as_bytes());
    format!("{lines}crc32c = \"{checksum:08x}\"\n")
}

fn read_description(text: &str) -> Option<(String, [u8; 16])> {
    let (lines, last) = text.strip_suffix('\n')?.rsplit_once('\n')?;
    if last != format!("crc32c = \"{:08x}\"", crc32c::crc32c(format!("{lines}\n").as_bytes())) {
        return None;
    }
    let value = |key: &str| {
        lines.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = ").map(|value| value.trim_matches('"').to_owned()))
    };
    if value("leaf_version")? != LEAF_VERSION.to_string() || value("hash")? != "sha256" {
        return None;
    }
    Some((value("origin")?, *Uuid::parse_str(&value("log_id")?).ok()?.as_bytes()))
}

/// Writes a file so that it is there whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), LogError> {
    let fresh = path.with_extension("new");
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(FILE_MODE).open(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    };
    write().map_err(LogError::io("write", path))?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(path: &Path) -> Result<(), LogError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(LogError::io("sync folder", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_found_again_and_a_changed_description_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let now = Timestamp::parse("2026-11-18T13:59:04Z").unwrap();
        let made = LogFolder::open_or_create(dir.path(), "retail-prod", now).unwrap();
        let found = LogFolder::find_all(dir.path()).unwrap();
        assert_eq!((found.len(), &found[0].log_id, found[0].origin.as_str()), (1, &made.log_id, "retail-prod"));
        assert_eq!(LogFolder::find_all(made.path()).unwrap().len(), 1);
        let description = made.path().join("log.toml");
        let text = fs::read_to_string(&description).unwrap();
        fs::write(&description, text.replace("2026", "2025")).unwrap();
        assert!(matches!(LogFolder::open(made.path()), Err(LogError::Damaged { .. })));
    }

    #[test]
    fn an_origin_cannot_leave_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        for origin in ["", "..", ".hidden", "a/b", "ü"] {
            let made = LogFolder::open_or_create(dir.path(), origin, Timestamp::from_micros(0));
            assert!(matches!(made, Err(LogError::BadOrigin { .. })), "{origin}");
        }
    }

    #[test]
    fn only_segment_names_are_segments() {
        let dir = tempfile::tempdir().unwrap();
        let folder = LogFolder::open_or_create(dir.path(), "a", Timestamp::from_micros(0)).unwrap();
        for name in ["00000000000000000010.plog", "00000000000000000002.plog", "2.plog", "x"] {
            fs::write(folder.segment_folder().join(name), b"").unwrap();
        }
        let numbers: Vec<u64> = folder.segments().unwrap().iter().map(|segment| segment.first_seq).collect();
        assert_eq!(numbers, [2, 10]);
        assert_eq!(folder.strangers().unwrap().len(), 2);
    }
}
