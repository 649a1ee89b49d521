//! What only newer servers read. To an older one the same text is an error at best; at worst it is a call of a function by a name without a schema.

use crate::parse::syntax::Pos;

use super::Analyzer;
use super::error::AnalyzeError;

/// The first version of PostgreSQL that reads something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V16,
    V17,
}

impl Version {
    /// As `server_version_num` counts.
    const fn number(self) -> u32 {
        self.major() * 10_000
    }

    const fn major(self) -> u32 {
        match self {
            Self::V16 => 16,
            Self::V17 => 17,
        }
    }
}

impl Analyzer<'_> {
    /// Refuses a construct that the warehouse does not read.
    pub(super) fn since(&self, version: Version, construct: &str, at: Pos) -> Result<(), AnalyzeError> {
        let warehouse = self.names.exposed.server_version;
        if warehouse >= version.number() {
            return Ok(());
        }
        let detail = format!(
            "The warehouse runs PostgreSQL {}; only PostgreSQL {} and later read it.",
            warehouse / 10_000,
            version.major()
        );
        Err(AnalyzeError::unsupported(at, format!("{construct} is not supported")).detail(detail))
    }
}
