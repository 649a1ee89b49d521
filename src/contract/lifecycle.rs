//! From when to when a contract may be used: its status and its ends.

use std::time::Duration;

use crate::base::Timestamp;

use super::model::Contract;

/// The vendor is told this long before support ends.
const NOTICE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Proposed,
    Draft,
    Active,
    Deprecated,
    Retired,
}

/// What a contract says of its own life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    pub status: Status,
    /// `slaProperties` endOfSupport.
    pub end_of_support: Option<Timestamp>,
    /// `slaProperties` endOfLife.
    pub end_of_life: Option<Timestamp>,
}

/// Why a contract cannot be used at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotInForce {
    /// Proposed or draft: nobody may use it yet.
    NotYet,
    /// Retired, or past its end of life: nobody may use it any more.
    Ended,
}

impl Status {
    /// The status of this word.
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Proposed, Self::Draft, Self::Active, Self::Deprecated, Self::Retired];
        all.into_iter().find(|status| status.word() == word)
    }

    /// The standard's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Deprecated => "deprecated",
            Self::Retired => "retired",
        }
    }

    /// Whether the status lets the contract be used.
    ///
    /// # Errors
    /// It does not.
    pub const fn check(self) -> Result<(), NotInForce> {
        match self {
            Self::Proposed | Self::Draft => Err(NotInForce::NotYet),
            Self::Active | Self::Deprecated => Ok(()),
            Self::Retired => Err(NotInForce::Ended),
        }
    }
}

impl Term {
    /// Whether the contract may be used at that instant.
    ///
    /// # Errors
    /// It may not.
    pub fn check(&self, now: Timestamp) -> Result<(), NotInForce> {
        match self.end_of_life {
            Some(end) if end <= now => Err(NotInForce::Ended),
            Some(_) | None => self.status.check(),
        }
    }

    /// The end of support that whoever uses the contract must be told of at that instant: it is deprecated, and support ends soon or has ended.
    pub fn support_to_tell(&self, now: Timestamp) -> Option<Timestamp> {
        self.end_of_support.filter(|end| self.status == Status::Deprecated && *end <= now.plus(NOTICE))
    }
}

/// The highest version of them that may be used as far as its status goes; the highest of all when none may.
pub fn highest_in_force<'c>(contracts: impl Iterator<Item = &'c Contract>) -> Option<&'c Contract> {
    contracts.max_by_key(|contract| (contract.term.status.check().is_ok(), contract.version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_is_used_between_its_beginning_and_its_end() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let (support, life) = (at("2027-06-30T00:00:00Z"), at("2027-09-30T00:00:00Z"));
        let term = |status| Term { status, end_of_support: Some(support), end_of_life: Some(life) };
        let check = |status, now| term(status).check(at(now));
        assert_eq!(check(Status::Active, "2027-09-29T23:59:59Z"), Ok(()));
        assert_eq!(check(Status::Active, "2027-09-30T00:00:00Z"), Err(NotInForce::Ended));
        assert_eq!(check(Status::Deprecated, "2026-11-18T00:00:00Z"), Ok(()));
        assert_eq!(check(Status::Proposed, "2026-11-18T00:00:00Z"), Err(NotInForce::NotYet));
        assert_eq!(check(Status::Draft, "2026-11-18T00:00:00Z"), Err(NotInForce::NotYet));
        assert_eq!(check(Status::Retired, "2026-11-18T00:00:00Z"), Err(NotInForce::Ended));
        assert_eq!(term(Status::Deprecated).support_to_tell(at("2027-05-30T00:00:00Z")), None);
        assert_eq!(term(Status::Deprecated).support_to_tell(at("2027-06-01T00:00:00Z")), Some(support));
        assert_eq!(term(Status::Deprecated).support_to_tell(at("2027-07-01T00:00:00Z")), Some(support));
        assert_eq!(term(Status::Active).support_to_tell(at("2027-06-01T00:00:00Z")), None);
    }
}
