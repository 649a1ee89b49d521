//! The vocabulary of key tables: what may be written where. One table per format serves the checker, the JSON Schema for editors and
//! the reader of this code.

use std::time::Duration;

/// A whole document.
#[derive(Debug)]
pub struct Shape {
    /// `$id` of the JSON Schema.
    pub id: &'static str,
    pub title: &'static str,
    pub root: &'static Object,
}

/// A mapping with known keys.
#[derive(Debug)]
pub struct Object {
    /// Singular noun: names the mapping in messages and in the JSON Schema; unique within a shape.
    pub name: &'static str,
    pub keys: &'static [Key],
    /// What keys that are not listed may hold; `None`: they are mistakes.
    pub others: Option<&'static Kind>,
    /// JSON Schema members (an object's text) for rules that `keys` cannot say; code checks them as well.
    pub schema: Option<&'static str>,
}

/// One key of a mapping.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub name: &'static str,
    pub kind: Kind,
    pub presence: Presence,
    /// The user's manual of this key, one or two sentences.
    pub doc: &'static str,
    /// What holds when the key is absent, as it would be written.
    pub default: Option<&'static str>,
}

/// Whether a key must, may or cannot be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Required,
    Optional,
    /// Part of the format; this version refuses it by name.
    NotImplemented,
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Text of a certain form.
    Text(&'static Form),
    /// One of some words; the second list is part of the format and refused by name.
    Choice(&'static [&'static str], &'static [&'static str]),
    Bool,
    /// `false` only: `true` is part of the format and refused by name.
    False,
    /// A list without items: items are part of the format and refused by name.
    EmptyList,
    Integer {
        min: i64,
        max: i64,
    },
    Number {
        min: f64,
        max: f64,
    },
    /// `30s`, `15m`, `12h`, `180d`.
    Duration {
        min: Duration,
        max: Duration,
    },
    /// Bytes: `256KiB`, `64MiB`, `2GiB`, `1TiB`.
    Size {
        min: u64,
        max: u64,
    },
    /// Text, number or boolean, kept as it is written.
    Scalar,
    Any,
    List {
        of: &'static Self,
        min: usize,
        unique: bool,
    },
    /// Keys are names that the author chooses.
    Map {
        keys: &'static Form,
        of: &'static Self,
        min: usize,
    },
    Object(&'static Object),
    /// A list of `{property, value}` pairs. Names that begin with `prefix` are ours: only `known` are accepted, with their kinds; all
    /// other names are somebody else's and may hold anything.
    Properties {
        prefix: &'static str,
        known: &'static [Key],
        /// Names of ours that belong to another level, and that level.
        elsewhere: &'static [(&'static str, &'static str)],
    },
    /// The first that fits what is written: a scalar, a list or a mapping.
    OneOf(&'static [Self]),
}

/// The form of a text.
#[derive(Debug)]
pub struct Form {
    /// Follows "expected": `a duration such as 30m`.
    pub expected: &'static str,
    /// The same as a regular expression for editors (ECMA-262).
    pub pattern: Option<&'static str>,
    pub accepts: fn(&str) -> bool,
    /// Messages never repeat what is written.
    pub secret: bool,
}

impl Kind {
    /// Any number.
    pub const NUMBER: Self = Self::Number { min: f64::MIN, max: f64::MAX };
    /// Any whole number.
    pub const INTEGER: Self = Self::Integer { min: i64::MIN, max: i64::MAX };
}

impl Object {
    /// A mapping that holds these keys and no others.
    pub const fn closed(name: &'static str, keys: &'static [Key]) -> Self {
        Self { name, keys, others: None, schema: None }
    }

    /// With further rules for editors.
    #[must_use]
    pub const fn with_schema(self, schema: &'static str) -> Self {
        Self { name: self.name, keys: self.keys, others: self.others, schema: Some(schema) }
    }
}

impl Key {
    /// A key that must be there.
    pub const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, presence: Presence::Required, doc, default: None }
    }

    /// A key that may be there.
    pub const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, presence: Presence::Optional, doc, default: None }
    }

    /// A key that this version refuses by name.
    pub const fn not_implemented(name: &'static str, doc: &'static str) -> Self {
        Self { name, kind: Kind::Any, presence: Presence::NotImplemented, doc, default: None }
    }

    /// With what holds when the key is absent.
    #[must_use]
    pub const fn default(self, text: &'static str) -> Self {
        Self { name: self.name, kind: self.kind, presence: self.presence, doc: self.doc, default: Some(text) }
    }
}

impl Form {
    /// A form whose messages may repeat what is written.
    pub const fn new(expected: &'static str, pattern: Option<&'static str>, accepts: fn(&str) -> bool) -> Self {
        Self { expected, pattern, accepts, secret: false }
    }
}

/// One pair of [`Kind::Properties`], as ODCS writes it.
pub(super) static PROPERTY: Object = Object::closed(
    "custom property",
    &[
        Key::optional("id", Kind::Text(&NON_EMPTY), "Stable identifier within the list."),
        Key::required("property", Kind::Text(&NON_EMPTY), "Name of the property, in camelCase."),
        Key::required("value", Kind::Any, "Its value."),
        Key::optional("description", Kind::Text(&ANY_TEXT), "What it means."),
    ],
);

/// Any text, also an empty one.
pub static ANY_TEXT: Form = Form::new("text", None, |_| true);

/// Any text but an empty one.
pub static NON_EMPTY: Form = Form::new("text that is not empty", Some(r"\S"), |text| !text.trim().is_empty());

/// Names of vendors, grants, groups and databases.
pub static NAME: Form = Form::new(
    "a name of a-z, 0-9, _ and -, at most 63 long, that does not begin with _ or -",
    Some("^[a-z0-9][a-z0-9_-]{0,62}$"),
    |text| {
        let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        (1..=63).contains(&text.len()) && text.bytes().enumerate().all(|(i, b)| word(b) || (i > 0 && matches!(b, b'_' | b'-')))
    },
);

/// Where a secret is kept. The secret itself is never written in a configuration file, and messages never repeat what is.
pub static SECRET_REF: Form = Form {
    expected: "file:PATH (mode 0600) or env:NAME; a secret itself is never written here",
    pattern: Some(r"^(file:\S.*|env:[A-Za-z_][A-Za-z0-9_]*)$"),
    accepts: is_secret_reference,
    secret: true,
};

fn is_secret_reference(text: &str) -> bool {
    if let Some(path) = text.strip_prefix("file:") {
        return !path.is_empty() && !path.starts_with(char::is_whitespace);
    }
    let Some(name) = text.strip_prefix("env:") else { return false };
    let word = |b: u8| b.is_ascii_alphabetic() || b == b'_';
    name.bytes().enumerate().all(|(i, b)| word(b) || (i > 0 && b.is_ascii_digit())) && !name.is_empty()
}
