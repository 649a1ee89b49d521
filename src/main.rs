//! The `postern` binary: reads arguments, runs one command, reports how it ended.

fn main() {}
