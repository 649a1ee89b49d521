//! `postern audit verify`: is the log what was written.

use std::io;

use clap::Args;

use crate::audit;

use super::super::{Failure, Format, Outcome};
use super::place::PlaceArguments;
use super::quiet_when_nobody_reads;

/// Verifies that nothing was changed, lost or moved.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  postern audit verify --config conf
  postern audit verify --dir /evidence/audit --format json | jq '.logs[].ok'

It reads the whole log and checks every record's checksum, number and place in the tree. It finds
accidents: somebody who rewrites the files together with all checksums is found by comparing the
tree root with one that was kept elsewhere.

Exit codes: 0 as written, 1 failed, 2 wrong usage, 3 configuration not valid, 5 not what was written.")]
pub(super) struct Arguments {
    #[command(flatten)]
    place: PlaceArguments,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let dir = match arguments.place.folder() {
        Ok(dir) => dir,
        Err(outcome) => return outcome,
    };
    let report = audit::verify(&dir)?;
    let mut out = io::stdout().lock();
    let printed = match arguments.format {
        Format::Text => report.write_text(&mut out),
        Format::Json => report.write_json(&mut out),
    };
    quiet_when_nobody_reads(printed)?;
    Ok(if report.ok() { Ok(()) } else { Err(Failure::LogInvalid) })
}
