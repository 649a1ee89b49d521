//! Who it is, proven.

use std::sync::Arc;

use super::people::Person;
use crate::base::{PersonName, Timestamp};
use crate::wire::TlsFacts;

/// A person who has proven to be that person. Only a login of this room makes one:
///
/// ```compile_fail
/// let forged = postern::auth::Identity::new();
/// ```
#[derive(Clone, Debug)]
pub struct Identity {
    person: Arc<Person>,
    method: AuthMethod,
    tls: Option<TlsFacts>,
    authenticated_at: Timestamp,
}

/// How it was proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMethod {
    ScramSha256,
    /// Bound to the TLS connection: nobody stood in between.
    ScramSha256Plus,
}

impl AuthMethod {
    /// The mechanism's name in small letters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ScramSha256 => "scram-sha-256",
            Self::ScramSha256Plus => "scram-sha-256-plus",
        }
    }
}

impl Identity {
    pub(super) fn new(person: Arc<Person>, method: AuthMethod, tls: Option<TlsFacts>, authenticated_at: Timestamp) -> Self {
        Self { person, method, tls, authenticated_at }
    }

    /// The person proved this with the same verifier, and has the same rights.
    pub(super) fn is_of(&self, person: &Person) -> bool {
        let Person { user, name: _, verifier, groups, valid_until } = person;
        let own = &self.person;
        own.user == *user
            && own.verifier.to_string() == verifier.to_string()
            && own.groups == *groups
            && own.valid_until == *valid_until
    }

    /// What was typed as user name.
    pub fn user(&self) -> &PersonName {
        &self.person.user
    }

    /// The person's own name.
    pub fn name(&self) -> &str {
        &self.person.name
    }

    /// The identity provider that vouches for it.
    pub fn provider(&self) -> &'static str {
        "local"
    }

    /// The provider's groups that the person belongs to.
    pub fn groups(&self) -> &[String] {
        &self.person.groups
    }

    /// How it was proven.
    pub fn method(&self) -> AuthMethod {
        self.method
    }

    /// The TLS connection of the login; `None` for plain text.
    pub fn tls(&self) -> Option<&TlsFacts> {
        self.tls.as_ref()
    }

    /// When it was proven.
    pub fn authenticated_at(&self) -> Timestamp {
        self.authenticated_at
    }

    /// The first instant at which the credential no longer holds.
    pub fn valid_until(&self) -> Option<Timestamp> {
        self.person.valid_until
    }
}
