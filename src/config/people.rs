//! people.yaml: who logs in with a password, kept as a SCRAM verifier. The clear password is nowhere.

use std::collections::BTreeSet;

use crate::base::{PersonName, Secret, Timestamp};
use crate::document::{ANY_TEXT, Diagnostics, Form, Key, Kind, NON_EMPTY, Node, Object, Shape, Span, Spanned, check, quoted};

use super::forms::{USER, VERIFIER};

/// people.yaml.
pub(super) static SHAPE: Shape =
    Shape { id: "https://postern.dev/schema/people/v1.json", title: "Postern people v1", root: &PEOPLE };

/// User names that choose another way to log in, now or later.
const RESERVED: [&str; 3] = ["jwt", "sso", "spiffe"];
const RESERVED_BEGINNINGS: [&str; 3] = ["pe_", "pa_", "jwt:"];

static PEOPLE: Object = Object::closed(
    "people file",
    &[Key::required("people", Kind::List { of: &Kind::Object(&PERSON), min: 0, unique: false }, "Everybody.")],
);

static INSTANT: Form =
    Form::new("an instant such as 2026-12-31T23:59:59Z", Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}"), |text| {
        Timestamp::parse(text).is_ok()
    });

static PERSON: Object = Object::closed(
    "person",
    &[
        Key::required("user", Kind::Text(&USER), "What is typed as user name."),
        Key::optional("name", Kind::Text(&ANY_TEXT), "The person's own name, for records.").default("the user name"),
        Key::required("verifier", Kind::Text(&VERIFIER), "Made by `postern password`."),
        Key::required(
            "groups",
            Kind::List { of: &Kind::Text(&NON_EMPTY), min: 0, unique: true },
            "Groups, as vendor groups match them.",
        ),
        Key::optional("valid_until", Kind::Text(&INSTANT), "From this instant on the password opens nothing."),
    ],
);

/// One person of the provider `local`.
#[derive(Clone, Debug)]
pub struct PersonEntry {
    /// What is typed as user name.
    pub user: PersonName,
    /// The person's own name, for records.
    pub name: String,
    /// `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, its form checked.
    pub verifier: Spanned<Secret<String>>,
    pub groups: Vec<Spanned<String>>,
    /// The first instant at which the password no longer opens.
    pub valid_until: Option<Timestamp>,
    /// The place of the user name.
    pub at: Span,
}

/// Reads the people and tells every mistake.
pub(super) fn read_people(document: &Node, diagnostics: &mut Diagnostics) -> Vec<PersonEntry> {
    check(document, &SHAPE, diagnostics);
    let people = document.get("people").map(Node::items).unwrap_or_default();
    let people: Vec<PersonEntry> = people.iter().filter_map(person).collect();
    let mut users = BTreeSet::new();
    for person in &people {
        let user = person.user.as_str();
        if !users.insert(user) {
            diagnostics.push(&person.at, format!("user {} is defined twice", quoted(user)));
        }
        if RESERVED.contains(&user) || RESERVED_BEGINNINGS.iter().any(|beginning| user.starts_with(beginning)) {
            diagnostics.push(&person.at, format!("user name {} is reserved for other ways to log in", quoted(user)));
        }
    }
    people
}

fn person(node: &Node) -> Option<PersonEntry> {
    let user = node.get("user")?.spanned_text()?;
    let verifier = node.get("verifier")?;
    Some(PersonEntry {
        name: node.get("name").and_then(Node::text).unwrap_or(&user.value).to_owned(),
        verifier: Spanned::new(Secret::new(verifier.text()?.to_owned()), verifier.at.clone()),
        groups: node.get("groups").map(Node::texts).unwrap_or_default(),
        valid_until: node.get("valid_until").and_then(Node::instant),
        user: PersonName::new(user.value),
        at: user.at,
    })
}
