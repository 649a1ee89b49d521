//! Is a grant live, and when must a session under it end: the earliest of all ends, with its reason.

use crate::base::Timestamp;

use super::conditions::next_change;
use super::document::{Grant, Guardrails, Vendor};

/// Why a grant cannot be used at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotLive {
    /// Its engagement begins later.
    NotStarted,
    /// Its engagement is over.
    Ended,
    /// The contract with the vendor is over.
    VendorContractEnded,
    /// A data contract of it is proposed or a draft.
    ContractNotInForce,
    /// A data contract of it is retired, or past its end of life.
    ContractEnded,
}

impl NotLive {
    /// For the person whose grant it is.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotStarted | Self::ContractNotInForce => "not open yet",
            Self::Ended | Self::VendorContractEnded | Self::ContractEnded => "ended",
        }
    }
}

/// What ends a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    GrantEnds,
    VendorContractEnds,
    /// A data contract reaches its end of life.
    ContractEnds,
    PersonEnds,
    HoursEnd,
    MaxSession,
}

impl EndReason {
    /// The reason as records name it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::GrantEnds => "grant_ends",
            Self::VendorContractEnds => "vendor_contract_ends",
            Self::ContractEnds => "contract_ends",
            Self::PersonEnds => "person_ends",
            Self::HoursEnd => "hours_end",
            Self::MaxSession => "max_session",
        }
    }
}

/// When a session must end, and why then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    pub at: Timestamp,
    pub reason: EndReason,
}

impl SessionEnd {
    /// The earlier of two; of two at the same time the first.
    fn first(self, other: Self) -> Self {
        if other.at < self.at { other } else { self }
    }
}

impl Grant {
    /// Checks that the engagement runs and the vendor's contract is alive.
    ///
    /// # Errors
    /// It does not, or is not.
    pub fn check_live(&self, vendor: &Vendor, now: Timestamp) -> Result<(), NotLive> {
        if now < self.engagement.starts {
            return Err(NotLive::NotStarted);
        }
        if self.engagement.ends <= now {
            return Err(NotLive::Ended);
        }
        match &vendor.contract {
            Some(contract) if contract.ends <= now => Err(NotLive::VendorContractEnded),
            Some(_) | None => Ok(()),
        }
    }
}

/// When a session that began at `began` must end, seen from `now`: the end of the access, of the hours that are open, or of the longest session.
/// Asked again after a reload and whenever a session outlives the answer.
pub fn session_end(access: SessionEnd, grant: &Grant, guardrails: &Guardrails, began: Timestamp, now: Timestamp) -> SessionEnd {
    let hours = next_change(&grant.conditions, now).map(|at| SessionEnd { at, reason: EndReason::HoursEnd });
    let longest = SessionEnd { at: began.plus(guardrails.max_session), reason: EndReason::MaxSession };
    [Some(access), hours].into_iter().flatten().fold(longest, SessionEnd::first)
}

/// When no session can begin any more: the end of the grant, of the vendor's contract, of a data contract or of the person.
pub fn access_end(
    grant: &Grant,
    vendor: &Vendor,
    end_of_contracts: Option<Timestamp>,
    person_valid_until: Option<Timestamp>,
) -> SessionEnd {
    let of_grant = SessionEnd { at: grant.engagement.ends, reason: EndReason::GrantEnds };
    let vendor = vendor.contract.as_ref().map(|contract| SessionEnd { at: contract.ends, reason: EndReason::VendorContractEnds });
    let person = person_valid_until.map(|at| SessionEnd { at, reason: EndReason::PersonEnds });
    let contracts = end_of_contracts.map(|at| SessionEnd { at, reason: EndReason::ContractEnds });
    [vendor, contracts, person].into_iter().flatten().fold(of_grant, SessionEnd::first)
}
