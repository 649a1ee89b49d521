//! Our custom properties: everything of a contract that the standard has no word for. Names begin with `postern`.

use crate::document::{ANY_TEXT, Form, Key, Kind, MASK_NAMES, NON_EMPTY, Object};

use super::version::Version;

/// What our property names begin with.
pub(super) const PREFIX: &str = "postern";

pub(super) static VERSION: Form =
    Form::new("a version such as 2.1.0", Some(r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$"), |text| {
        Version::parse(text).is_some()
    });

static DOMAIN: Form = Form::new("a word of a-z, 0-9 and _, such as customer", Some("^[a-z][a-z0-9_]{0,62}$"), |text| {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 63
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
});

const REACTION: Kind = Kind::Choice(&["warn", "deny_object", "deny"], &[]);

static ON_BREAK: Object = Object::closed(
    "break rule",
    &[
        Key::optional("schemaDrift", REACTION, "The live catalog differs from the contract.").default("deny_object"),
        Key::optional("freshness", REACTION, "The newest row is older than promised.").default("warn"),
        Key::optional("qualityError", REACTION, "A quality rule of severity error fails.").default("warn"),
        Key::optional("unreachable", REACTION, "The warehouse cannot be asked.").default("deny"),
    ],
);

static CHANGE: Object = Object::closed(
    "change",
    &[
        Key::required("version", Kind::Text(&VERSION), "The version that brought the change."),
        Key::required("date", Kind::Text(&NON_EMPTY), "When."),
        Key::required("change", Kind::Text(&NON_EMPTY), "What a vendor must know."),
        Key::optional("breaking", Kind::Bool, "Statements may stop to work."),
        Key::optional("replaces", Kind::Text(&VERSION), "The version that ends."),
        Key::optional("sunset", Kind::Text(&NON_EMPTY), "When the replaced version ends."),
    ],
);

static MINIMUM_MASK: Object = Object {
    name: "minimum mask",
    keys: &[Key::required(
        "mask",
        Kind::Choice(MASK_NAMES, &[]),
        "A mask of the catalogue; its parameters are written beside it.",
    )],
    others: Some(&Kind::Any),
    schema: None,
};

static CLIP: Object = Object::closed(
    "clip",
    &[
        Key::required("lower", Kind::NUMBER, "Least contribution."),
        Key::required("upper", Kind::NUMBER, "Greatest contribution."),
    ],
);

static OF_CONTRACT: [Key; 2] = [
    Key::optional("posternOnBreak", Kind::Object(&ON_BREAK), "What the gate does per kind of break."),
    Key::optional(
        "posternChangelog",
        Kind::List { of: &Kind::Object(&CHANGE), min: 0, unique: false },
        "Changes that vendors are told.",
    ),
];

static OF_RELATION: [Key; 2] = [
    Key::optional(
        "posternEntityKey",
        Kind::List { of: &Kind::Text(&ANY_TEXT), min: 1, unique: true },
        "Columns that tell one person from another: what thresholds count.",
    ),
    Key::optional("posternRowFilter", Kind::Text(&NON_EMPTY), "SQL condition over physical names that every visible row meets."),
];

static OF_COLUMN: [Key; 4] = [
    Key::optional("posternPseudonymDomain", Kind::Text(&DOMAIN), "Columns of one domain keep joining after pseudonymisation."),
    Key::optional("posternMinimumMask", Kind::Object(&MINIMUM_MASK), "Floor: no grant may show more than this mask does."),
    Key::optional("posternDimension", Kind::Bool, "May be grouped by and filtered on in aggregate-only grants."),
    Key::optional("posternClip", Kind::Object(&CLIP), "Bounds of one entity's contribution to an aggregate."),
];

/// Which level each of our properties belongs to.
static LEVELS: [(&str, &str); 8] = [
    ("posternOnBreak", "contract"),
    ("posternChangelog", "contract"),
    ("posternEntityKey", "relation"),
    ("posternRowFilter", "relation"),
    ("posternPseudonymDomain", "column"),
    ("posternMinimumMask", "column"),
    ("posternDimension", "column"),
    ("posternClip", "column"),
];

/// `customProperties` of the document.
pub(super) const CONTRACT: Kind = Kind::Properties { prefix: PREFIX, known: &OF_CONTRACT, elsewhere: &LEVELS };
/// `customProperties` of an object of `schema`.
pub(super) const RELATION: Kind = Kind::Properties { prefix: PREFIX, known: &OF_RELATION, elsewhere: &LEVELS };
/// `customProperties` of a property of an object.
pub(super) const COLUMN: Kind = Kind::Properties { prefix: PREFIX, known: &OF_COLUMN, elsewhere: &LEVELS };
/// `customProperties` anywhere else: we have none there.
pub(super) const OTHER: Kind = Kind::Properties { prefix: PREFIX, known: &[], elsewhere: &LEVELS };
