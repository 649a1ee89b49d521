//! Reading configuration files, within bounds, with names as the user gave them.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::document::{Diagnostics, Node, Span, parse};

/// A file that is larger is not read; the parser's own bound is the same.
const MAX_BYTES: u64 = 4 << 20;
/// More contracts than this are not read.
const MAX_CONTRACTS: usize = 1000;
/// What names of contracts end with.
const CONTRACT_SUFFIX: &str = ".odcs.yaml";

/// `postern.yaml` and its folder; `path` is the one or the other.
pub(super) fn place(path: &Path) -> (PathBuf, PathBuf) {
    let main = if path.is_dir() { path.join("postern.yaml") } else { path.to_owned() };
    let folder = main.parent().map(Path::to_owned).unwrap_or_default();
    (main, folder)
}

/// A file that was read.
pub(super) struct Source {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// `None`: no YAML; told.
    pub(super) document: Option<Node>,
}

/// Reads and parses a file; `None` when it cannot be read, which is told.
pub(super) fn read(path: &Path, diagnostics: &mut Diagnostics) -> Option<Source> {
    let name = path.display().to_string();
    let bytes = match read_bytes(path) {
        Ok(bytes) => bytes,
        Err(message) => {
            diagnostics.push(&Span::start_of(name), message);
            return None;
        }
    };
    let document = match std::str::from_utf8(&bytes) {
        Ok(text) => parse(&name, text, diagnostics),
        Err(_) => {
            diagnostics.push(&Span::start_of(name.clone()), "the file is not text in UTF-8");
            None
        }
    };
    Some(Source { name, bytes, document })
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    let failed = |cause: io::Error| format!("the file cannot be read: {}", reason(&cause));
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(format!("the file is larger than {} MiB", MAX_BYTES >> 20));
    }
    Ok(bytes)
}

/// The contracts of a folder, sorted by name; `None` when that cannot be said, which is told. Other YAML files there are told in `warnings`: they are more likely misnamed than meant.
pub(super) fn contracts(folder: &Path, diagnostics: &mut Diagnostics, warnings: &mut Diagnostics) -> Option<Vec<PathBuf>> {
    let start = Span::start_of(folder.display().to_string());
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) => {
            diagnostics.push(&start, format!("the folder of contracts cannot be read: {}", reason(&cause)));
            return None;
        }
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let is_contract = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(CONTRACT_SUFFIX));
    let (contracts, others): (Vec<PathBuf>, Vec<PathBuf>) = paths.into_iter().partition(is_contract);
    for other in others {
        if other.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            let message = format!("the file is not read: names of contracts end with {CONTRACT_SUFFIX}");
            warnings.push(&Span::start_of(other.display().to_string()), message);
        }
    }
    if contracts.len() > MAX_CONTRACTS {
        diagnostics.push(&start, format!("more than {MAX_CONTRACTS} contracts"));
        return None;
    }
    Some(contracts)
}

/// Why a file cannot be read, in our words for what happens most.
pub(super) fn reason(cause: &io::Error) -> String {
    let known = [
        (io::ErrorKind::NotFound, "no such file"),
        (io::ErrorKind::PermissionDenied, "permission denied"),
        (io::ErrorKind::IsADirectory, "it is a folder"),
        (io::ErrorKind::NotADirectory, "it is not a folder"),
    ];
    known.into_iter().find(|(kind, _)| *kind == cause.kind()).map_or_else(|| cause.to_string(), |(_, words)| words.to_owned())
}
