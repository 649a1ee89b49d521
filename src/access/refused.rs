//! Why a person is not let in: one wording for the client, the reason for the record.

use crate::base::{SqlState, ToUserError, UserError};
use crate::policy::conditions::ConditionDenial;
use crate::policy::session_end::NotLive;

/// A person who has proven to be that person and may not use this database now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub reason: NotAdmitted,
    /// What the client asked for.
    pub database: String,
    /// The person's own grants, by the name that is typed as database, and when each is open; it is the person's own to know.
    pub own: Vec<(String, String)>,
}

/// Why not. The client does not learn it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAdmitted {
    /// There is no grant of that database that has the person among its members.
    NoGrant,
    /// No vendor claims the person, or more than one does.
    NoVendor,
    NotLive(NotLive),
    Condition(ConditionDenial),
    /// The policy wants a newer TLS.
    Tls,
    /// The person's own time is over.
    PersonEnded,
    /// The grant is in the policy and could not be compiled: its contract or warehouse is broken.
    NotCompiled,
}

impl NotAdmitted {
    /// One word for records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoGrant => "no_grant",
            Self::NoVendor => "no_vendor",
            Self::NotLive(NotLive::NotStarted) => "not_started",
            Self::NotLive(NotLive::Ended) => "ended",
            Self::NotLive(NotLive::VendorContractEnded) => "vendor_contract_ended",
            Self::NotLive(NotLive::ContractNotInForce) => "contract_not_in_force",
            Self::NotLive(NotLive::ContractEnded) => "contract_ended",
            Self::Condition(denial) => denial.code(),
            Self::Tls => "tls",
            Self::PersonEnded => "person_ended",
            Self::NotCompiled => "not_compiled",
        }
    }
}

impl Refused {
    /// The same where the policy opens the database, and what it stands on does not.
    pub(super) fn closed(mut self, by: NotLive) -> Self {
        let own = self.own.iter_mut().filter(|(database, _)| *database == self.database);
        own.for_each(|(_, open)| by.word().clone_into(open));
        self
    }
}

impl ToUserError for Refused {
    /// FATAL 28000: the same whatever the reason; the person's own grants in DETAIL.
    fn to_user_error(&self) -> UserError {
        let own: Vec<String> = self.own.iter().map(|(database, open)| format!("\"{database}\" ({open})")).collect();
        let detail = match own.is_empty() {
            true => "There is no database for this user.".to_owned(),
            false => format!("The databases of this user: {}.", own.join(", ")),
        };
        let message = format!("access to database \"{}\" is not open for this user now", self.database);
        UserError::fatal(SqlState::INVALID_AUTHORIZATION_SPECIFICATION, message).detail(detail)
    }
}
