//! Where a command's words go: results to standard output, complaints to standard error.

use std::io::{self, Write};

/// Writes a line of the result. A reader that went away ends the command quietly, as `head` expects of every program.
pub(crate) fn say(line: &str) {
    let mut out = io::stdout().lock();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Writes a complaint; there is nowhere to complain to when that fails.
pub(crate) fn complain(line: &str) {
    let _unheard = writeln!(io::stderr().lock(), "{line}");
}
