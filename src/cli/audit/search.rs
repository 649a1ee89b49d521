//! `postern audit search`: the records that match.

use std::io::{self, BufWriter};

use clap::Args;

use crate::audit;

use super::super::output::complain;
use super::super::{Failure, Format, Outcome};
use super::filter::FilterArguments;
use super::place::PlaceArguments;
use super::{quiet_when_nobody_reads, record_format};

/// Prints the records that match.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  postern audit search --config conf --column customers.email --since 2026-11-17T00:00:00Z \\
      --until 2026-11-18T00:00:00Z
  postern audit search --config conf --person jane --decision denied
  postern audit search --config conf --statement 01936f2e-6b77-7c55-8a10-aa41f2c0de01
  postern audit search --dir /evidence/audit --format json | jq -r .actor.user.name

Text: a line for each statement with its outcome, and for each refusal, login and other event.
JSON: every record byte for byte as it is stored (OCSF events), one a line.

Exit codes: 0 searched (also when nothing matched), 1 failed, 2 wrong usage, 3 configuration not
valid, 5 the log is damaged: records may be missing.")]
pub(super) struct Arguments {
    #[command(flatten)]
    place: PlaceArguments,
    #[command(flatten)]
    filter: FilterArguments,
    /// How records are printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let dir = match arguments.place.folder() {
        Ok(dir) => dir,
        Err(outcome) => return outcome,
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let found = audit::search(&dir, &arguments.filter.filter(), record_format(arguments.format), &mut out);
    let Some(end) = quiet_when_nobody_reads(found)? else { return Ok(Ok(())) };
    for problem in &end.damage {
        complain(&format!(
            "damaged: {}:{}: {}; records may be missing (see postern audit verify)",
            problem.file, problem.offset, problem.what
        ));
    }
    Ok(if end.damage.is_empty() { Ok(()) } else { Err(Failure::LogInvalid) })
}
