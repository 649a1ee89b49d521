//! The `postern` binary: reads arguments, runs one command, reports how it ended.

use std::process::ExitCode;

fn main() -> ExitCode {
    postern::cli::run()
}
