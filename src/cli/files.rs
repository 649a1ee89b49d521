//! Files that commands write: never over what is there, secrets for their owner alone.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, bail};

/// Makes an empty folder with its parents; one that is there must be empty.
pub(crate) fn make_empty_folder(path: &Path) -> Result<(), anyhow::Error> {
    fs::create_dir_all(path).with_context(|| format!("make the folder {}", path.display()))?;
    let mut entries = fs::read_dir(path).with_context(|| format!("read the folder {}", path.display()))?;
    if entries.next().is_some() {
        bail!("{} is not empty: name a folder that is not there yet", path.display());
    }
    Ok(())
}

/// Makes a folder that only its owner may enter.
pub(crate) fn make_private_folder(path: &Path) -> Result<(), anyhow::Error> {
    DirBuilder::new().mode(0o700).create(path).with_context(|| format!("make the folder {}", path.display()))
}

/// Writes a new file that all may read.
pub(crate) fn write_public(path: &Path, text: &str) -> Result<(), anyhow::Error> {
    write(path, text, 0o644)
}

/// Writes a new file that only its owner may read.
pub(crate) fn write_secret(path: &Path, text: &str) -> Result<(), anyhow::Error> {
    write(path, text, 0o600)
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), anyhow::Error> {
    let written = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.with_context(|| format!("write {}", path.display()))
}
