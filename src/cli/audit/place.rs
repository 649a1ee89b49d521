//! Where the log is: in a configuration's audit.dir, or in a folder that is named.

use std::path::PathBuf;

use clap::Args;

use crate::config;

use super::super::Outcome;
use super::super::compiled::NotCompiled;

/// `--config` or `--dir`.
#[derive(Debug, Args)]
pub(super) struct PlaceArguments {
    /// The configuration whose audit.dir is read: a folder with postern.yaml in it, or that file
    #[arg(long, value_name = "DIR|FILE", default_value = ".", conflicts_with = "dir")]
    config: PathBuf,
    /// The log's own folder, or a folder of logs
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl PlaceArguments {
    /// The folder; `Err` is how the command ends when the configuration does not tell it.
    pub(super) fn folder(&self) -> Result<PathBuf, Outcome> {
        match &self.dir {
            Some(dir) => Ok(dir.clone()),
            None => config::audit_dir(&self.config).map_err(|diagnostics| NotCompiled::Invalid(diagnostics).tell()),
        }
    }
}
