//! `postern audit`: what happened, from the log that the gate wrote.
//!
//! | file | what |
//! |---|---|
//! | `place` | where the log is |
//! | `filter` | which records are wanted |
//! | `search` | `audit search`: records that match |
//! | `tail` | `audit tail`: the last records, and those that come |
//! | `verify` | `audit verify`: is the log what was written |

mod filter;
mod place;
mod search;
mod tail;
mod verify;

use std::io;

use clap::{Args, Subcommand};

use crate::audit::{LogError, RecordFormat};

use super::{Format, Outcome};

/// Reads the audit log.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  postern audit tail --config conf
  postern audit search --config conf --column customers.email --since 7d
  postern audit search --config conf --vendor acme --decision denied --format json | jq .message
  postern audit verify --config conf

Logs are read as they are; the gate may be running. Of the configuration only audit.dir is read: who
reads the log needs no right on keys, people or policy. --dir reads a log's folder without a
configuration, such as a copy kept as evidence.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the records that match, oldest first
    Search(search::Arguments),
    /// Print the last records, then those that come
    Tail(tail::Arguments),
    /// Verify that nothing was changed, lost or moved
    Verify(verify::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::Search(arguments) => search::run(arguments),
        Command::Tail(arguments) => tail::run(arguments),
        Command::Verify(arguments) => verify::run(arguments),
    }
}

const fn record_format(format: Format) -> RecordFormat {
    match format {
        Format::Text => RecordFormat::Text,
        Format::Json => RecordFormat::Json,
    }
}

/// `None` when the reader of our output went away, as `head` does when it has enough: no failure.
fn quiet_when_nobody_reads<T>(result: Result<T, LogError>) -> Result<Option<T>, LogError> {
    match result {
        Err(LogError::Output(cause)) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(None),
        other => other.map(Some),
    }
}
