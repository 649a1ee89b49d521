//! Why a mask cannot be used on a column.

use std::fmt;

/// All that is wrong with one use of a mask; each a phrase for a diagnostic: lower case, no full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskError {
    pub problems: Vec<String>,
}

impl MaskError {
    pub(super) fn one(problem: impl Into<String>) -> Self {
        Self { problems: vec![problem.into()] }
    }
}

impl fmt::Display for MaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("; "))
    }
}

impl std::error::Error for MaskError {}
