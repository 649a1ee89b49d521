//! What a decision depends on, all of it: two equal contexts and texts give equal plans.

use crate::catalog::ExposedCatalog;

/// Everything that `enforce` reads besides the text.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub exposed: &'a ExposedCatalog,
    /// The session's effective search_path, `$user` resolved, exposed and system schemas only.
    pub search_path: &'a [String],
    pub limits: &'a StatementLimits,
    pub export: Export,
    /// Types that Parse declared for `$1` …; 0 where it left them open.
    pub parameter_types: &'a [u32],
}

/// Limits on the text of one statement. Over one: 54000 or 54001, before anything recursive runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatementLimits {
    /// Bytes of one message's text.
    pub statement_bytes: usize,
    /// Depth of the syntax tree that brackets, CASE and sub-selects make.
    pub nesting: usize,
    /// Highest `$n`.
    pub parameters: usize,
    /// What one size argument (`repeat('x', n)`) may ask for; of characters, elements and rows as of bytes.
    pub value_bytes: u32,
}

/// What a grant opens beyond plain SELECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Export {
    pub copy_out: bool,
    pub cursor_fetch: bool,
    pub explain: bool,
}
