//! From when to when a contract may be used: its status and its ends.

use std::time::Duration;

use crate::base::Timestamp;

use super::model::{Contract, Status};

/// The vendor is told this long before support ends.
const NOTICE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What a contract's status and ends mean at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// In force.
    Live,
    /// In force, and the vendor must be told when support ends.
    EndsSoon(Timestamp),
    /// Proposed or draft: nobody may use it yet.
    NotInForce,
    /// Retired, or past its end of life: nobody may use it any more.
    Ended,
}

impl Contract {
    /// Whether the contract may be used at that instant.
    pub fn lifecycle(&self, now: Timestamp) -> Lifecycle {
        if self.status == Status::Retired || self.end_of_life.is_some_and(|end| end <= now) {
            return Lifecycle::Ended;
        }
        match self.status {
            Status::Proposed | Status::Draft => Lifecycle::NotInForce,
            Status::Active | Status::Retired => Lifecycle::Live,
            Status::Deprecated => match self.end_of_support {
                Some(end) if end <= now.plus(NOTICE) => Lifecycle::EndsSoon(end),
                Some(_) | None => Lifecycle::Live,
            },
        }
    }
}
