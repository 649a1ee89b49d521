//! The demo's folder: made under the system's temporary folder, gone when the demo ends unless it is to be kept.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Attempts to find a name that is not taken.
const ATTEMPTS: u32 = 16;

/// A folder that others may walk through and not list: PostgreSQL may run under another account, below it.
#[derive(Debug)]
pub(super) struct DemoFolder {
    path: PathBuf,
    keep: bool,
}

impl DemoFolder {
    /// Makes the folder.
    pub(super) fn make(keep: bool) -> Result<Self, anyhow::Error> {
        let parent = std::env::temp_dir();
        for attempt in 0..ATTEMPTS {
            let path = parent.join(format!("postern-demo-{}-{attempt}", std::process::id()));
            // `create` fails on what is there, symbolic links too: nobody can have prepared it.
            match DirBuilder::new().mode(0o711).create(&path) {
                Ok(()) => return Ok(Self { path, keep }),
                Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(cause) => return Err(cause).with_context(|| format!("make the folder {}", path.display())),
            }
        }
        anyhow::bail!("no free name for a folder in {}", parent.display())
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The account that this process acts as: it owns what it made.
    pub(super) fn owner(&self) -> Result<u32, anyhow::Error> {
        Ok(fs::metadata(&self.path).with_context(|| format!("look at {}", self.path.display()))?.uid())
    }
}

impl Drop for DemoFolder {
    fn drop(&mut self) {
        if !self.keep
            && let Err(cause) = fs::remove_dir_all(&self.path)
        {
            crate::cli::output::complain(&format!("{} is left behind: {cause}", self.path.display()));
        }
    }
}
