//! `postern audit tail`: the last records, and those that come.

use std::io;

use clap::Args;

use crate::audit::{TAIL_POLL, TailOptions, tail};

use super::super::{Format, Outcome};
use super::filter::FilterArguments;
use super::place::PlaceArguments;
use super::{quiet_when_nobody_reads, record_format};

/// Prints the last records, then those that come.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  postern audit tail --config conf
  postern audit tail --config conf --decision denied --lines 0
  postern audit tail --config conf --no-follow --lines 100 --format json

Ctrl-C ends it. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 configuration not valid.")]
pub(super) struct Arguments {
    #[command(flatten)]
    place: PlaceArguments,
    #[command(flatten)]
    filter: FilterArguments,
    /// Lines to begin with
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 20)]
    lines: usize,
    /// End after the last record of now
    #[arg(long)]
    no_follow: bool,
    /// How records are printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let dir = match arguments.place.folder() {
        Ok(dir) => dir,
        Err(outcome) => return outcome,
    };
    let options =
        TailOptions { lines: arguments.lines, filter: arguments.filter.filter(), format: record_format(arguments.format) };
    let mut wait = || {
        if !arguments.no_follow {
            std::thread::sleep(TAIL_POLL);
        }
        !arguments.no_follow
    };
    let ended = tail(&dir, &options, &mut io::stdout().lock(), &mut wait);
    quiet_when_nobody_reads(ended)?;
    Ok(Ok(()))
}
