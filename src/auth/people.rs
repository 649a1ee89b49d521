//! Who may log in, and the stand-in for those who may not.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::error::LoginFailure;
use super::mac::hmac_sha256;
use super::verifier::{ITERATIONS, SALT_BYTES, Verifier};
use crate::base::{PersonName, Secret, Timestamp};

/// One person of the provider `local`.
#[derive(Clone, Debug)]
pub struct Person {
    /// What is typed as user name.
    pub user: PersonName,
    /// The person's own name, for records.
    pub name: String,
    pub verifier: Verifier,
    pub groups: Vec<String>,
    /// The first instant at which the password no longer opens.
    pub valid_until: Option<Timestamp>,
}

/// Everybody that the configuration names. Replaced as a whole at a reload.
#[derive(Debug)]
pub struct People {
    by_user: HashMap<PersonName, Arc<Person>>,
    usual: Usual,
}

/// What most verifiers have in common: a stand-in that differed would tell that it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Usual {
    iterations: u32,
    salt_bytes: usize,
}

/// Against whom a login is checked: always a verifier, and perhaps a reason why it fails whatever the proof.
pub(super) struct Account {
    pub(super) verifier: Verifier,
    pub(super) person: Result<Arc<Person>, LoginFailure>,
}

impl People {
    /// Takes all people. Of two with one user name the first stays; the configuration refuses them.
    pub fn new(people: Vec<Person>) -> Self {
        let mut by_user = HashMap::with_capacity(people.len());
        for person in people {
            by_user.entry(person.user.clone()).or_insert_with(|| Arc::new(person));
        }
        let usual = usual(by_user.values().map(|person| &person.verifier));
        Self { by_user, usual }
    }

    /// A person by user name, exactly as typed. For commands and for sessions that look whether their person is still there.
    pub fn find(&self, user: &str) -> Option<&Arc<Person>> {
        self.by_user.get(&PersonName::new(user))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_user.len()
    }

    /// There is nobody.
    pub fn is_empty(&self) -> bool {
        self.by_user.is_empty()
    }

    /// The account that a login is checked against. Unknown names get a verifier that no password fits, with a salt that stays the same.
    pub(super) fn account(&self, user: &str, secret: &Secret<[u8; 32]>, now: Timestamp) -> Account {
        // Made for everybody, so that it takes as long for a known name.
        let stand_in = self.stand_in(user, secret);
        match self.find(user) {
            Some(person) => {
                let is_over = person.valid_until.is_some_and(|end| end <= now);
                let outcome = if is_over { Err(LoginFailure::Expired) } else { Ok(Arc::clone(person)) };
                Account { verifier: person.verifier.clone(), person: outcome }
            }
            None => Account { verifier: stand_in, person: Err(LoginFailure::UnknownUser) },
        }
    }

    fn stand_in(&self, user: &str, secret: &Secret<[u8; 32]>) -> Verifier {
        let part = |label: &[u8]| hmac_sha256(secret.reveal(), &[label, b"\0", user.as_bytes()]);
        let salt = part(b"salt").into_iter().cycle().take(self.usual.salt_bytes).collect();
        Verifier {
            iterations: self.usual.iterations,
            salt,
            stored_key: Secret::new(part(b"stored key")),
            server_key: Secret::new(part(b"server key")),
        }
    }
}

fn usual<'a>(verifiers: impl Iterator<Item = &'a Verifier>) -> Usual {
    let mut counts: BTreeMap<(u32, usize), usize> = BTreeMap::new();
    for verifier in verifiers {
        *counts.entry((verifier.iterations, verifier.salt.len())).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count).map(|(form, _)| form);
    let (iterations, salt_bytes) = most.unwrap_or((ITERATIONS, SALT_BYTES));
    Usual { iterations, salt_bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(user: &str, valid_until: Option<&str>) -> Person {
        Person {
            user: PersonName::new(user),
            name: "Jane Doe".to_owned(),
            verifier: Verifier::derive(&Secret::new("pencil".to_owned()), b"0123456789abcdef0123", 5000),
            groups: vec!["vendor_acme_analysts".to_owned()],
            valid_until: valid_until.map(|text| Timestamp::parse(text).unwrap()),
        }
    }

    fn secret(byte: u8) -> Secret<[u8; 32]> {
        Secret::new([byte; 32])
    }

    const NOW: &str = "2026-11-20T12:00:00Z";

    fn account(people: &People, user: &str, byte: u8) -> Account {
        people.account(user, &secret(byte), Timestamp::parse(NOW).unwrap())
    }

    #[test]
    fn an_unknown_name_gets_a_stand_in_that_looks_like_the_others_and_stays_the_same() {
        let people = People::new(vec![person("jane", None)]);
        let known = account(&people, "jane", 1);
        let unknown = account(&people, "john", 1);
        assert_eq!(unknown.person.unwrap_err(), LoginFailure::UnknownUser);
        assert_eq!(unknown.verifier.iterations, known.verifier.iterations);
        assert_eq!(unknown.verifier.salt.len(), known.verifier.salt.len());
        assert_eq!(unknown.verifier.salt, account(&people, "john", 1).verifier.salt);
        assert_ne!(unknown.verifier.salt, account(&people, "joan", 1).verifier.salt);
        assert_ne!(unknown.verifier.salt, account(&people, "john", 2).verifier.salt);
    }

    #[test]
    fn a_person_is_over_at_the_instant_of_valid_until_and_keeps_the_salt() {
        let people = People::new(vec![person("now", Some(NOW)), person("later", Some("2026-11-20T12:00:00.001Z"))]);
        let over = account(&people, "now", 1);
        assert_eq!(over.person.unwrap_err(), LoginFailure::Expired);
        assert_eq!(over.verifier.salt, b"0123456789abcdef0123");
        assert!(account(&people, "later", 1).person.is_ok());
    }

    #[test]
    fn names_are_compared_exactly_and_without_anybody_there_is_a_stand_in_too() {
        let people = People::new(vec![person("jane", None)]);
        assert!(people.find("Jane").is_none() && people.find("jane ").is_none());
        let nobody = People::new(Vec::new());
        assert!(nobody.is_empty());
        assert_eq!(account(&nobody, "jane", 1).verifier.salt.len(), SALT_BYTES);
    }
}
