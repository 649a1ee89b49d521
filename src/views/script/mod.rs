//! The SQL of `postern views`: one transaction that can be run again at any time, and one that takes everything back.
//!
//! What depends on the warehouse as it is when the script runs (rights that are there, roles that exist) stands in DO blocks; everything else is plain.
//! Every name of the configuration becomes part of the text through a quoting helper.
//!
//! | file | what |
//! |---|---|
//! | `block` | DO blocks |
//! | `roles` | the login and the owner of the views |
//! | `rights` | what the login loses and gets, and notes about both |
//! | `objects` | schemas, views, functions |
//! | `proof` | what must hold at the end, or nothing is changed |
//! | `removal` | taking everything back |

mod block;
mod objects;
mod proof;
mod removal;
mod rights;
mod roles;

use crate::base::{GrantName, Secret};

use super::GrantViews;

pub(super) use block::dollar_quoted;

/// Statements to be run in order by an administrator. Made here alone.
#[derive(Clone, Debug)]
pub struct Script {
    statements: Vec<String>,
    /// A statement with what must not be printed: run before the last one.
    secret: Option<Secret<String>>,
}

/// What a script is for.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// The database that it must run in.
    pub database: &'a str,
    /// The role that the gate logs in as.
    pub login: &'a str,
    /// What is made.
    pub grants: Vec<&'a GrantViews>,
    /// The grants whose former views go; `None`: all of the login's, of whatever grant.
    pub of: Option<&'a [GrantName]>,
}

/// Names are found where they are written to be, quotes are what they look like, and nobody waits for long behind a lock.
const BEGIN: [&str; 5] = [
    "BEGIN",
    "SET LOCAL standard_conforming_strings = on",
    "SET LOCAL search_path = ''",
    "SET LOCAL client_min_messages = warning",
    "SET LOCAL lock_timeout = '10s'",
];

impl Script {
    /// Makes roles, rights, schemas and views as they must be, whatever is there.
    pub fn apply(wish: &Wish<'_>) -> Self {
        let mut statements: Vec<String> = BEGIN.iter().map(|text| (*text).to_owned()).collect();
        statements.push(roles::make(wish));
        statements.extend(rights::notes());
        statements.push(rights::take(wish));
        statements.push(objects::drop_former(wish));
        if wish.of.is_none() {
            statements.push(rights::take_from_owner(wish));
        }
        statements.extend(rights::of_owner(wish));
        statements.push(rights::of_login(wish));
        for grant in &wish.grants {
            statements.extend(objects::make(grant));
        }
        statements.push(objects::seal(wish));
        statements.push(proof::of_rights(wish));
        statements.push(proof::of_views(wish));
        statements.push(roles::step_back(wish));
        statements.push("COMMIT".to_owned());
        Self { statements, secret: None }
    }

    /// Removes what `apply` made for the grants of the wish; when they are all, the roles and the changed rights too.
    pub fn drop(wish: &Wish<'_>) -> Self {
        let mut statements: Vec<String> = BEGIN.iter().map(|text| (*text).to_owned()).collect();
        statements.push(removal::check(wish));
        statements.push(objects::drop_former(wish));
        if wish.of.is_none() {
            statements.push(removal::rights(wish));
            statements.push(removal::roles(wish));
        } else {
            statements.push(roles::step_back(wish));
        }
        statements.push("COMMIT".to_owned());
        Self { statements, secret: None }
    }

    /// Gives the login its password, as a SCRAM verifier.
    #[must_use]
    pub fn with_password(self, login: &str, verifier: &str) -> Self {
        Self { secret: Some(Secret::new(roles::password(login, verifier))), ..self }
    }

    /// The statements in order, without terminators.
    pub fn statements(&self) -> impl Iterator<Item = &str> {
        let (last, all) = self.statements.split_last().map_or(("", [].as_slice()), |(last, all)| (last.as_str(), all));
        let secret = self.secret.iter().map(|secret| secret.reveal().as_str());
        all.iter().map(String::as_str).chain(secret).chain([last])
    }

    /// The script as a file for psql; without the password.
    pub fn text(&self) -> String {
        self.statements.iter().map(|statement| format!("{statement};\n")).collect()
    }
}
