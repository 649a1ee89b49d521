//! The key table of the Open Data Contract Standard v3.1.0 (<https://bitol-io.github.io/open-data-contract-standard/v3.1.0/>), for
//! servers of type postgres. The standard is closed: a key that is not listed is a mistake.

use crate::document::{ANY_TEXT, Form, Key, Kind, NON_EMPTY, Object, Shape};

use super::properties::{COLUMN, CONTRACT, OTHER, RELATION, VERSION};

/// A contract document.
pub static SHAPE: Shape = Shape {
    id: "https://postern.dev/schema/contract/v1.json",
    title: "Open Data Contract Standard v3.1 with Postern's custom properties",
    root: &DOCUMENT,
};

const TEXT: Kind = Kind::Text(&ANY_TEXT);
const WORD: Kind = Kind::Text(&NON_EMPTY);
const TEXTS: Kind = Kind::List { of: &TEXT, min: 0, unique: false };
const INTEGER: Kind = Kind::INTEGER;

static STABLE_ID: Form = Form::new("an id of letters, digits, _ and -", Some("^[A-Za-z0-9_-]+$"), |text| {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
});
static DAY: Form =
    Form::new("a day such as 2026-02-15", Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), |text| text.parse::<jiff::civil::Date>().is_ok());
static INSTANT: Form = Form::new("an instant such as 2026-02-11T09:00:00Z", Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]"), |text| {
    text.parse::<jiff::Timestamp>().is_ok()
});

const ID: Key = Key::optional("id", Kind::Text(&STABLE_ID), "Stable identifier within the list.");
const TAGS: Key = Key::optional("tags", TEXTS, "Tags. The mask rules and guardrails of the policy go by the tags of columns.");
const DESCRIPTION: Key = Key::optional("description", TEXT, "For people.");
const OTHER_PROPERTIES: Key = Key::optional("customProperties", OTHER, "Properties of other tools.");
static ONE_DEFINITION: Kind = Kind::Object(&DEFINITION);
const DEFINITIONS: Key =
    Key::optional("authoritativeDefinitions", Kind::List { of: &ONE_DEFINITION, min: 0, unique: false }, "Links to definitions.");
static ONE_QUALITY_RULE: Kind = Kind::Object(&QUALITY_RULE);
const QUALITY: Key =
    Key::optional("quality", Kind::List { of: &ONE_QUALITY_RULE, min: 0, unique: false }, "Quality rules. Not watched yet.");

static DOCUMENT: Object = Object::closed(
    "contract",
    &[
        Key::required("apiVersion", Kind::Choice(&["v3.1.0"], &["v3.0.2", "v3.0.1", "v3.0.0"]), "Version of the standard."),
        Key::required("kind", Kind::Choice(&["DataContract"], &[]), "Always DataContract."),
        Key::required("id", WORD, "The name by which grants refer to this contract."),
        Key::required("version", Kind::Text(&VERSION), "Version of this contract: major.minor.patch."),
        Key::required(
            "status",
            Kind::Choice(&["proposed", "draft", "active", "deprecated", "retired"], &[]),
            "Only active and deprecated contracts can be used.",
        ),
        Key::optional("name", TEXT, "Name for people."),
        Key::optional("tenant", TEXT, "The organisation that the contract belongs to."),
        TAGS,
        Key::required(
            "servers",
            Kind::List { of: &Kind::Object(&SERVER), min: 1, unique: false },
            "Where the data is: exactly one entry.",
        ),
        Key::optional("dataProduct", TEXT, "Deprecated by the standard."),
        Key::optional("description", Kind::Object(&ABOUT), "Purpose, limits and usage of the data."),
        Key::optional("domain", TEXT, "Business domain."),
        Key::required("schema", Kind::List { of: &Kind::Object(&RELATION_OBJECT), min: 1, unique: false }, "The relations."),
        Key::optional("support", Kind::List { of: &Kind::Object(&SUPPORT), min: 0, unique: false }, "Where to ask."),
        Key::optional("price", Kind::Object(&PRICE), "What the data costs."),
        Key::optional(
            "team",
            Kind::OneOf(&[Kind::Object(&TEAM), Kind::List { of: &Kind::Object(&MEMBER), min: 0, unique: false }]),
            "Who owns the data.",
        ),
        Key::optional("roles", Kind::List { of: &Kind::Object(&ROLE), min: 0, unique: false }, "Roles that grants may name."),
        Key::optional("slaDefaultElement", TEXT, "Deprecated by the standard."),
        Key::optional(
            "slaProperties",
            Kind::List { of: &Kind::Object(&SLA), min: 0, unique: false },
            "Service levels. endOfSupport and endOfLife are acted upon; the others are not watched yet.",
        ),
        DEFINITIONS,
        Key::optional("customProperties", CONTRACT, "Our properties of the contract, and those of other tools."),
        Key::optional("contractCreatedTs", Kind::Text(&INSTANT), "When the contract was made."),
    ],
);

static ABOUT: Object = Object::closed(
    "description",
    &[
        Key::optional("purpose", TEXT, "What the data is for."),
        Key::optional("limitations", TEXT, "What it must not be used for."),
        Key::optional("usage", TEXT, "How it is used."),
        DEFINITIONS,
        OTHER_PROPERTIES,
    ],
);

static SERVER: Object = Object::closed(
    "server",
    &[
        ID,
        Key::required("server", WORD, "The warehouse of postern.yaml on which the relations stand."),
        Key::required("type", Kind::Choice(&["postgres", "postgresql"], &[]), "Kind of server."),
        Key::required("host", WORD, "Documentation: postern.yaml says where the warehouse is."),
        Key::required("port", Kind::Integer { min: 1, max: 65535 }, "Documentation."),
        Key::required("database", WORD, "Documentation."),
        Key::required("schema", WORD, "The schema that vendors see."),
        DESCRIPTION,
        Key::optional("environment", TEXT, "Documentation, such as prod."),
        Key::optional("roles", Kind::List { of: &Kind::Object(&ROLE), min: 0, unique: false }, "Documentation."),
        OTHER_PROPERTIES,
    ],
);

static RELATION_OBJECT: Object = Object::closed(
    "relation",
    &[
        ID,
        Key::required("name", WORD, "The name that vendors see."),
        Key::optional("physicalName", WORD, "The warehouse's name: of a relation in the server's schema, or schema.relation.")
            .default("the name"),
        Key::optional("physicalType", TEXT, "table, view, sequence …"),
        Key::optional("logicalType", Kind::Choice(&["object"], &["blob"]), "Always object."),
        DESCRIPTION,
        Key::optional("businessName", TEXT, "Name for people."),
        Key::optional("dataGranularityDescription", TEXT, "What one row stands for."),
        DEFINITIONS,
        TAGS,
        Key::required(
            "properties",
            Kind::List { of: &Kind::Object(&COLUMN_OBJECT), min: 1, unique: false },
            "The columns, in order.",
        ),
        Key::optional("relationships", Kind::List { of: &Kind::Object(&RELATIONSHIP), min: 0, unique: false }, "Foreign keys."),
        QUALITY,
        Key::optional("customProperties", RELATION, "Our properties of the relation, and those of other tools."),
    ],
);

static COLUMN_OBJECT: Object = Object::closed(
    "column",
    &[
        ID,
        Key::required("name", WORD, "The name that vendors see."),
        Key::optional("physicalName", WORD, "The warehouse's name.").default("the name"),
        Key::optional("physicalType", WORD, "The warehouse's type, such as numeric(12,2)."),
        Key::optional("logicalType", LOGICAL_TYPE, "The standard's type."),
        Key::optional("logicalTypeOptions", Kind::Object(&TYPE_OPTIONS), "More about the standard's type."),
        DESCRIPTION,
        Key::optional("businessName", TEXT, "Name for people."),
        DEFINITIONS,
        TAGS,
        Key::optional("primaryKey", Kind::Bool, "Part of the primary key.").default("false"),
        Key::optional("primaryKeyPosition", INTEGER, "Position in the primary key, from 1."),
        Key::optional("required", Kind::Bool, "Holds no NULL.").default("false"),
        Key::optional("unique", Kind::Bool, "Holds no value twice.").default("false"),
        Key::optional("partitioned", Kind::Bool, "The relation is partitioned by this column."),
        Key::optional("partitionKeyPosition", INTEGER, "Position in the partition key, from 1."),
        Key::optional("classification", WORD, "public, internal, confidential, pii, restricted …"),
        Key::optional("encryptedName", TEXT, "Column that holds the encrypted value."),
        Key::optional("transformSourceObjects", TEXTS, "Where the values come from."),
        Key::optional("transformLogic", TEXT, "How they are made."),
        Key::optional("transformDescription", TEXT, "How they are made, for people."),
        Key::optional("examples", Kind::List { of: &Kind::Any, min: 0, unique: false }, "Example values."),
        Key::optional("criticalDataElement", Kind::Bool, "Critical for the business."),
        Key::optional(
            "relationships",
            Kind::List { of: &Kind::Object(&COLUMN_RELATIONSHIP), min: 0, unique: false },
            "Foreign keys.",
        ),
        QUALITY,
        Key::optional("properties", Kind::List { of: &Kind::Object(&NESTED), min: 0, unique: false }, "Parts of an object."),
        Key::optional("items", Kind::Object(&NESTED_ITEM), "Items of an array."),
        Key::optional("customProperties", COLUMN, "Our properties of the column, and those of other tools."),
    ],
);

const LOGICAL_TYPE: Kind =
    Kind::Choice(&["string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean"], &[]);

/// What parts of a column have: as a column's keys, without our properties.
macro_rules! part {
    ($noun:literal, $name:expr) => {
        Object::closed(
            $noun,
            &[
                $name,
                ID,
                Key::optional("physicalName", TEXT, "The warehouse's name."),
                Key::optional("physicalType", TEXT, "The warehouse's type."),
                Key::optional("logicalType", LOGICAL_TYPE, "The standard's type."),
                Key::optional("logicalTypeOptions", Kind::Object(&TYPE_OPTIONS), "More about the standard's type."),
                DESCRIPTION,
                Key::optional("businessName", TEXT, "Name for people."),
                DEFINITIONS,
                TAGS,
                Key::optional("primaryKey", Kind::Bool, "Part of the primary key."),
                Key::optional("primaryKeyPosition", INTEGER, "Position in the primary key."),
                Key::optional("required", Kind::Bool, "Always there."),
                Key::optional("unique", Kind::Bool, "Holds no value twice."),
                Key::optional("partitioned", Kind::Bool, "The relation is partitioned by it."),
                Key::optional("partitionKeyPosition", INTEGER, "Position in the partition key."),
                Key::optional("classification", TEXT, "Sensitivity."),
                Key::optional("encryptedName", TEXT, "Where the encrypted value is."),
                Key::optional("transformSourceObjects", TEXTS, "Where the values come from."),
                Key::optional("transformLogic", TEXT, "How they are made."),
                Key::optional("transformDescription", TEXT, "How they are made, for people."),
                Key::optional("examples", Kind::List { of: &Kind::Any, min: 0, unique: false }, "Example values."),
                Key::optional("criticalDataElement", Kind::Bool, "Critical for the business."),
                Key::optional(
                    "properties",
                    Kind::List { of: &Kind::Object(&NESTED), min: 0, unique: false },
                    "Parts of an object.",
                ),
                Key::optional("items", Kind::Object(&NESTED_ITEM), "Items of an array."),
                Key::optional(
                    "relationships",
                    Kind::List { of: &Kind::Object(&COLUMN_RELATIONSHIP), min: 0, unique: false },
                    "Foreign keys.",
                ),
                QUALITY,
                OTHER_PROPERTIES,
            ],
        )
    };
}

static NESTED: Object = part!("part of a column", Key::required("name", WORD, "Name of the part."));
static NESTED_ITEM: Object = part!("item of a column", Key::optional("name", WORD, "Name of the item."));

static TYPE_OPTIONS: Object = Object::closed(
    "type options",
    &[
        Key::optional("minLength", INTEGER, "Of a string."),
        Key::optional("maxLength", INTEGER, "Of a string."),
        Key::optional("pattern", TEXT, "Of a string."),
        Key::optional("format", TEXT, "Of a string, number, date or time."),
        Key::optional("timezone", Kind::Bool, "The timestamp has a time zone."),
        Key::optional("defaultTimezone", TEXT, "Zone of a timestamp without one."),
        Key::optional("multipleOf", Kind::NUMBER, "Of a number."),
        Key::optional("minimum", Kind::Scalar, "Least value."),
        Key::optional("maximum", Kind::Scalar, "Greatest value."),
        Key::optional("exclusiveMinimum", Kind::Scalar, "Values are greater."),
        Key::optional("exclusiveMaximum", Kind::Scalar, "Values are less."),
        Key::optional("minProperties", INTEGER, "Of an object."),
        Key::optional("maxProperties", INTEGER, "Of an object."),
        Key::optional("required", TEXTS, "Properties that an object has."),
        Key::optional("minItems", INTEGER, "Of an array."),
        Key::optional("maxItems", INTEGER, "Of an array."),
        Key::optional("uniqueItems", Kind::Bool, "Of an array."),
    ],
);

const ENDS: Kind = Kind::OneOf(&[WORD, Kind::List { of: &WORD, min: 1, unique: false }]);
const FOREIGN_KEY: Key = Key::optional("type", Kind::Choice(&["foreignKey"], &[]), "Always foreignKey.");

static RELATIONSHIP: Object = Object::closed(
    "relationship",
    &[
        FOREIGN_KEY,
        Key::required("from", ENDS, "relation.column"),
        Key::required("to", ENDS, "relation.column"),
        OTHER_PROPERTIES,
    ],
);
static COLUMN_RELATIONSHIP: Object =
    Object::closed("relationship of a column", &[FOREIGN_KEY, Key::required("to", ENDS, "relation.column"), OTHER_PROPERTIES]);

static DEFINITION: Object = Object::closed(
    "definition",
    &[ID, Key::required("url", TEXT, "Where it is."), Key::required("type", TEXT, "What kind of definition it is."), DESCRIPTION],
);

static QUALITY_RULE: Object = Object::closed(
    "quality rule",
    &[
        ID,
        DEFINITIONS,
        Key::optional("businessImpact", TEXT, "What a failure means."),
        OTHER_PROPERTIES,
        DESCRIPTION,
        Key::optional(
            "dimension",
            Kind::Choice(&["accuracy", "completeness", "conformity", "consistency", "coverage", "timeliness", "uniqueness"], &[]),
            "Kind of quality.",
        ),
        Key::optional("method", TEXT, "How it is checked."),
        Key::optional("name", TEXT, "Name of the rule."),
        Key::optional("schedule", TEXT, "When it is checked."),
        Key::optional("scheduler", TEXT, "What starts the check."),
        Key::optional("severity", TEXT, "How bad a failure is."),
        TAGS,
        Key::optional("type", Kind::Choice(&["text", "library", "sql", "custom"], &[]), "Kind of rule.").default("library"),
        Key::optional("unit", TEXT, "rows or percent."),
        Key::optional(
            "metric",
            Kind::Choice(&["nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount"], &[]),
            "Of a library rule.",
        ),
        Key::optional("rule", TEXT, "Deprecated by the standard."),
        Key::optional("arguments", Kind::Any, "Of a library rule."),
        Key::optional("query", TEXT, "Of a sql rule."),
        Key::optional("engine", TEXT, "Of a custom rule."),
        Key::optional("implementation", Kind::Any, "Of a custom rule."),
        Key::optional("mustBe", Kind::Any, "Bound."),
        Key::optional("mustNotBe", Kind::Any, "Bound."),
        Key::optional("mustBeGreaterThan", Kind::NUMBER, "Bound."),
        Key::optional("mustBeGreaterOrEqualTo", Kind::NUMBER, "Bound."),
        Key::optional("mustBeLessThan", Kind::NUMBER, "Bound."),
        Key::optional("mustBeLessOrEqualTo", Kind::NUMBER, "Bound."),
        Key::optional("mustBeBetween", Kind::List { of: &Kind::NUMBER, min: 2, unique: true }, "Bounds."),
        Key::optional("mustNotBeBetween", Kind::List { of: &Kind::NUMBER, min: 2, unique: true }, "Bounds."),
    ],
);

static SUPPORT: Object = Object::closed(
    "support channel",
    &[
        ID,
        Key::required("channel", TEXT, "Name of the channel."),
        Key::optional("url", TEXT, "Where it is."),
        DESCRIPTION,
        Key::optional("tool", TEXT, "email, slack …"),
        Key::optional("scope", TEXT, "interactive, notifications …"),
        Key::optional("invitationUrl", TEXT, "How to join."),
        OTHER_PROPERTIES,
    ],
);

static PRICE: Object = Object::closed(
    "price",
    &[
        ID,
        Key::optional("priceAmount", Kind::NUMBER, "How much."),
        Key::optional("priceCurrency", TEXT, "Of what."),
        Key::optional("priceUnit", TEXT, "For what."),
    ],
);

static TEAM: Object = Object::closed(
    "team",
    &[
        ID,
        Key::optional("name", TEXT, "Name of the team: whom a broken object is reported to."),
        DESCRIPTION,
        Key::optional("members", Kind::List { of: &Kind::Object(&MEMBER), min: 0, unique: false }, "Its people."),
        TAGS,
        OTHER_PROPERTIES,
        DEFINITIONS,
    ],
);

static MEMBER: Object = Object::closed(
    "team member",
    &[
        ID,
        Key::required("username", TEXT, "Who."),
        Key::optional("name", TEXT, "Name for people."),
        DESCRIPTION,
        Key::optional("role", TEXT, "What the person does."),
        Key::optional("dateIn", Kind::Text(&DAY), "Since when."),
        Key::optional("dateOut", Kind::Text(&DAY), "Until when."),
        Key::optional("replacedByUsername", TEXT, "By whom."),
        TAGS,
        OTHER_PROPERTIES,
        DEFINITIONS,
    ],
);

static ROLE: Object = Object::closed(
    "role",
    &[
        ID,
        Key::required("role", WORD, "The name by which grants refer to it."),
        DESCRIPTION,
        Key::optional("access", TEXT, "read, aggregate …"),
        Key::optional("firstLevelApprovers", TEXT, "Who approves first."),
        Key::optional("secondLevelApprovers", TEXT, "Who approves then."),
        OTHER_PROPERTIES,
    ],
);

static SLA: Object = Object::closed(
    "service level",
    &[
        ID,
        Key::required("property", WORD, "freshness, latency, retention, endOfSupport, endOfLife …"),
        Key::required("value", Kind::Any, "How much."),
        Key::optional("valueExt", Kind::Any, "Upper end of a range."),
        Key::optional("unit", TEXT, "d, h, m, y …"),
        Key::optional("element", TEXT, "relation.column"),
        Key::optional("driver", TEXT, "regulatory, analytics, operational."),
        DESCRIPTION,
        Key::optional("scheduler", TEXT, "What starts the check."),
        Key::optional("schedule", TEXT, "When it is checked."),
    ],
);
