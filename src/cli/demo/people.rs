//! The two people of the demo: one of each vendor, with passwords that are made for this run alone.

use anyhow::Context;

use crate::auth::Verifier;
use crate::base::Secret;

/// Random bytes of a password; 64 letters, digits and signs make 6 bits each.
const PASSWORD_BYTES: usize = 16;

/// Who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// An analyst of vendor Acme.
    Jane,
    /// A planner of vendor Birch.
    Noor,
}

/// One of them.
pub(super) struct Person {
    pub(super) who: Who,
    pub(super) password: Secret<String>,
}

impl Who {
    /// What is typed as user name.
    pub(super) const fn user(self) -> &'static str {
        match self {
            Self::Jane => "jane@acme.example",
            Self::Noor => "noor@birch.example",
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Jane => "Jane Doe",
            Self::Noor => "Noor Aziz",
        }
    }

    /// What the policy matches.
    const fn group(self) -> &'static str {
        match self {
            Self::Jane => "acme_analysts",
            Self::Noor => "birch_planners",
        }
    }

    /// Their grant, as it is typed as database.
    pub(super) const fn database(self) -> &'static str {
        match self {
            Self::Jane => "churn_study",
            Self::Noor => "demand_plan",
        }
    }

    /// Why they are let in.
    pub(super) const fn about(self) -> &'static str {
        match self {
            Self::Jane => "analyst of vendor acme, ticket DATA-4312: customers with masks, orders and visits; EMEA only",
            Self::Noor => "planner of vendor birch, ticket DATA-4377: orders, products and reference data; no customers",
        }
    }
}

impl Person {
    /// Both, each with a password of their own.
    pub(super) fn both() -> Result<[Self; 2], anyhow::Error> {
        Ok([Self { who: Who::Jane, password: password()? }, Self { who: Who::Noor, password: password()? }])
    }

    /// The entry in people.yaml.
    pub(super) fn entry(&self) -> Result<String, anyhow::Error> {
        let verifier = Verifier::make(&self.password).context("make a salt")?;
        let (user, name, group) = (self.who.user(), self.who.name(), self.who.group());
        Ok(format!("  - {{user: {user}, name: {name}, verifier: \"{verifier}\", groups: [{group}]}}\n"))
    }
}

/// A random password of letters and digits, `-` and `_`: nothing that a shell or a connection string would read as its own.
pub(super) fn password() -> Result<Secret<String>, anyhow::Error> {
    use base64::Engine;
    let mut bytes = [0; PASSWORD_BYTES];
    getrandom::fill(&mut bytes).context("draw random bytes")?;
    Ok(Secret::new(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)))
}
