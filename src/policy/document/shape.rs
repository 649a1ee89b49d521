//! The key table of the policy file.

use std::time::Duration;

use crate::document::{ANY_TEXT, Key, Kind, MASK, NAME, NON_EMPTY, Object, SECRET_REF, Shape};

use super::forms::{ADDRESS, CLOCK, COLUMN, DAY, INSTANT, NETWORK, PURPOSE, RELATION, REQUIREMENT, SQLSTATE, TAG, ZONE};

/// A policy file.
pub static SHAPE: Shape = Shape { id: "https://postern.dev/schema/policy/v1.json", title: "Postern policy v1", root: &POLICY };

const HOUR: u64 = 60 * 60;
const DAY_SECS: u64 = 24 * HOUR;
/// Most rows that a limit can name: far beyond any result, far below what sums could overflow.
const MAX_ROWS: i64 = 1_000_000_000_000_000;
/// Most bytes that a limit can name.
const MAX_BYTES: u64 = 1 << 50;

const WORD: Kind = Kind::Text(&NON_EMPTY);
const A_NAME: Kind = Kind::Text(&NAME);
const A_MASK: Kind = Kind::Object(&MASK);

const fn duration(min_secs: u64, max_secs: u64) -> Kind {
    Kind::Duration { min: Duration::from_secs(min_secs), max: Duration::from_secs(max_secs) }
}

static POLICY: Object = Object::closed(
    "policy",
    &[
        Key::required("apiVersion", Kind::Choice(&["postern.dev/v1"], &[]), "Version of this format."),
        Key::required("kind", Kind::Choice(&["Policy"], &[]), "Always Policy."),
        Key::required("metadata", Kind::Object(&METADATA), "Name and revision of the policy."),
        Key::required(
            "identity_providers",
            Kind::List { of: &Kind::Object(&PROVIDER), min: 1, unique: false },
            "Who can prove who people are.",
        ),
        Key::required(
            "vendors",
            Kind::List { of: &Kind::Object(&VENDOR), min: 0, unique: false },
            "Companies, their people and groups.",
        ),
        Key::required("guardrails", Kind::Object(&GUARDRAILS), "Hard limits that nothing below can loosen."),
        Key::required(
            "mask_rules",
            Kind::List { of: &Kind::Object(&MASK_RULE), min: 0, unique: false },
            "Masks by tag: what a column gets when its grant names none. The most specific rule holds.",
        ),
        Key::required("untagged_columns", Kind::Object(&UNTAGGED), "Columns that nobody has classified."),
        Key::optional("pseudonyms", Kind::Object(&PSEUDONYMS), "How keyed masks are keyed; needed when one is used."),
        Key::required(
            "grants",
            Kind::List { of: &Kind::Object(&GRANT), min: 0, unique: false },
            "What opens a door; nothing else does.",
        ),
        Key::not_implemented("break_glass", "Emergency access."),
        Key::optional("tests", Kind::List { of: &Kind::Object(&TEST), min: 0, unique: false }, "Cases that `postern test` runs."),
    ],
);

static METADATA: Object = Object::closed(
    "metadata",
    &[
        Key::required("name", WORD, "Name of the policy."),
        Key::optional("revision", Kind::Scalar, "What people call this revision; the record has the files' digest as well."),
        Key::optional("description", Kind::Text(&ANY_TEXT), "For people."),
    ],
);

static PROVIDER: Object = Object::closed(
    "identity provider",
    &[
        Key::required("name", A_NAME, "The name that vendor groups refer to."),
        Key::required(
            "kind",
            Kind::Choice(&["local"], &["oidc", "oidc_workload", "mtls", "spiffe"]),
            "local: people.yaml with SCRAM verifiers.",
        ),
        Key::not_implemented("issuer", "Of oidc."),
        Key::not_implemented("client_id", "Of oidc."),
        Key::not_implemented("audiences", "Of oidc."),
        Key::not_implemented("algorithms", "Of oidc."),
        Key::not_implemented("subject_claim", "Of oidc."),
        Key::not_implemented("display_claims", "Of oidc."),
        Key::not_implemented("groups_claim", "Of oidc."),
        Key::not_implemented("require_claims", "Of oidc."),
        Key::not_implemented("max_token_lifetime", "Of oidc."),
    ],
);

static VENDOR: Object = Object::closed(
    "vendor",
    &[
        Key::required("name", A_NAME, "The name that grants refer to."),
        Key::optional("kind", Kind::Choice(&["vendor", "internal"], &[]), "internal: own staff and auditors, without contract and DPA.")
            .default("vendor"),
        Key::optional("legal_entity", WORD, "The company."),
        Key::optional("contract", Kind::Object(&VENDOR_CONTRACT), "The contract with the company. No grant outlives it."),
        Key::optional("contacts", Kind::Object(&CONTACTS), "Whom to ask."),
        Key::optional("groups", Kind::List { of: &Kind::Object(&GROUP), min: 0, unique: false }, "Groups of people that grants name."),
        Key::not_implemented("workloads", "Jobs that prove who they are with a token."),
    ],
)
.with_schema(
    r#"{"if": {"properties": {"kind": {"const": "internal"}}, "required": ["kind"]}, "else": {"required": ["legal_entity", "contract", "contacts"]}}"#,
);

static VENDOR_CONTRACT: Object = Object::closed(
    "vendor contract",
    &[
        Key::required("id", WORD, "Its number."),
        Key::required(
            "dpa_signed",
            Kind::Bool,
            "The data processing agreement is signed; without it the vendor can have no grant.",
        ),
        Key::required("ends", Kind::Text(&DAY), "The last day (UTC)."),
    ],
);

static CONTACTS: Object = Object::closed(
    "contacts",
    &[
        Key::required("security", WORD, "The vendor's security contact."),
        Key::required("owner", WORD, "Who answers for the vendor on our side."),
    ],
);

static GROUP: Object = Object::closed(
    "group",
    &[
        Key::required("name", A_NAME, "The name that grants refer to."),
        Key::required("idp", Kind::List { of: &A_NAME, min: 1, unique: true }, "Identity providers whose word counts."),
        Key::required("match", Kind::Object(&GROUP_MATCH), "Who belongs to it."),
    ],
);

static GROUP_MATCH: Object =
    Object::closed("group match", &[Key::required("groups", WORD, "A group as the identity provider (people.yaml) calls it.")]);

static GUARDRAILS: Object = Object::closed(
    "guardrail list",
    &[
        Key::optional(
            "deny_tags",
            Kind::List { of: &Kind::Text(&TAG), min: 0, unique: true },
            "Columns with such a tag are never shown.",
        )
        .default("none"),
        Key::optional(
            "statements",
            Kind::List { of: &Kind::Choice(&["select", "show", "explain_plan", "copy_out"], &[]), min: 1, unique: true },
            "Upper bound of what a grant's export may open. select is always needed.",
        )
        .default("[select, show]"),
        Key::optional("max_grant_duration", duration(HOUR, 3660 * DAY_SECS), "Longest time from a grant's start to its end.")
            .default("180d"),
        Key::optional("max_session", duration(60, 30 * DAY_SECS), "A session ends after this time.").default("12h"),
        Key::optional("idle_timeout", duration(1, DAY_SECS), "A session without statements ends after this time.").default("30m"),
        Key::optional("statement_timeout", duration(1, DAY_SECS), "Longest time that a statement may run.").default("15m"),
        Key::optional("require", Kind::Object(&REQUIRE), "What every login must show."),
        Key::optional(
            "min_group_size",
            Kind::Integer { min: 2, max: 1_000_000 },
            "Lower bound of min_entities of aggregate-only products.",
        )
        .default("10"),
        Key::optional("functions", Kind::Object(&FUNCTIONS), "Which functions vendors may call."),
    ],
);

static REQUIRE: Object = Object::closed(
    "requirement",
    &[
        Key::optional("mfa", Kind::False, "Two factors. Only false can be written: provider local has one.").default("false"),
        Key::optional("tls", Kind::Choice(&["1.2", "1.3"], &[]), "Least TLS version; the listener must ask for as much.")
            .default("\"1.2\""),
    ],
);

static FUNCTIONS: Object = Object::closed(
    "function rule",
    &[Key::optional("allow", Kind::Choice(&["builtin_safe"], &[]), "The list that is shipped with Postern.")
        .default("builtin_safe")],
);

static MASK_RULE: Object = Object::closed(
    "mask rule",
    &[
        Key::required("tag", Kind::Text(&TAG), "A tag, or tag.* for every tag below it."),
        Key::required("mask", A_MASK, "The mask."),
    ],
);

static UNTAGGED: Object = Object::closed(
    "rule for untagged columns",
    &[
        Key::optional("classification_required", Kind::Bool, "A column without tags needs a classification to be shown.")
            .default("true"),
        Key::optional("otherwise", Kind::Choice(&["hidden"], &[]), "What the others are.").default("hidden"),
    ],
);

static PSEUDONYMS: Object = Object::closed(
    "pseudonym rule",
    &[
        Key::optional("algorithm", Kind::Choice(&["hmac-sha256"], &[]), "How a pseudonym is made.").default("hmac-sha256"),
        Key::optional(
            "scope",
            Kind::Choice(&["engagement"], &["vendor", "global"]),
            "Pseudonyms are the same within an engagement only.",
        )
        .default("engagement"),
        Key::required(
            "key",
            Kind::Text(&SECRET_REF),
            "The master key: file:PATH (mode 0600) or env:NAME; 64 hexadecimal digits.",
        ),
        Key::not_implemented("on_engagement_end", "What happens to the key."),
    ],
);

static GRANT: Object = Object::closed(
    "grant",
    &[
        Key::required("name", A_NAME, "Name of the grant."),
        Key::required("vendor", A_NAME, "The vendor."),
        Key::required("members", Kind::List { of: &A_NAME, min: 1, unique: true }, "Groups of that vendor."),
        Key::not_implemented("workloads", "Jobs of that vendor."),
        Key::required("engagement", Kind::Object(&ENGAGEMENT), "Why, for whom, from when to when."),
        Key::optional("conditions", Kind::Object(&CONDITIONS), "On which days, at which hours, from which networks."),
        Key::required("database", A_NAME, "What the vendor types as database name; picks the grant."),
        Key::required("products", Kind::List { of: &Kind::Object(&PRODUCT), min: 1, unique: false }, "What the grant opens."),
        Key::optional("limits", Kind::Object(&LIMITS), "How much of it."),
        Key::not_implemented("jit", "Elevation by approval."),
    ],
);

static ENGAGEMENT: Object = Object::closed(
    "engagement",
    &[
        Key::required("ticket", WORD, "The ticket that asked for it."),
        Key::required("purpose", Kind::Text(&PURPOSE), "What the data is used for."),
        Key::required("owner", WORD, "Who answers for it on our side; named in refusals."),
        Key::required("starts", Kind::Text(&INSTANT), "From this instant."),
        Key::required("ends", Kind::Text(&INSTANT), "Up to this instant."),
    ],
);

static CONDITIONS: Object = Object::closed(
    "condition list",
    &[
        Key::optional(
            "days",
            Kind::List { of: &Kind::Choice(&["mon", "tue", "wed", "thu", "fri", "sat", "sun"], &[]), min: 1, unique: true },
            "Days of the week, in the time zone of hours (UTC without hours).",
        ),
        Key::optional("hours", Kind::Object(&HOURS), "Hours of the day."),
        Key::optional("networks", Kind::List { of: &Kind::Text(&NETWORK), min: 1, unique: true }, "Client addresses."),
        Key::not_implemented("auth", "Strength of the login."),
    ],
);

static HOURS: Object = Object::closed(
    "hour window",
    &[
        Key::required("from", Kind::Text(&CLOCK), "First minute."),
        Key::required("to", Kind::Text(&CLOCK), "End; earlier than from: on the next day."),
        Key::required("timezone", Kind::Text(&ZONE), "Where the clock hangs."),
    ],
);

static PRODUCT: Object = Object::closed(
    "product",
    &[
        Key::required("contract", WORD, "id of a contract."),
        Key::required("version", Kind::Text(&REQUIREMENT), "Which versions of it; the highest that fits is used."),
        Key::required("role", WORD, "A role of the contract."),
        Key::optional("aggregate_only", Kind::Object(&AGGREGATE), "No rows, only statistics over groups."),
        Key::required(
            "relations",
            Kind::Map { keys: &NON_EMPTY, of: &Kind::Object(&RELATION_RULE), min: 1 },
            "Relations of the contract, by the names that vendors see.",
        ),
    ],
);

static AGGREGATE: Object = Object::closed(
    "aggregate rule",
    &[
        Key::required("min_entities", Kind::Integer { min: 2, max: 1_000_000 }, "Smallest group that is shown."),
        Key::optional("round_to", Kind::Integer { min: 1, max: 1_000_000 }, "Counts are rounded to multiples."),
        Key::optional("small_groups", Kind::Choice(&["suppress", "merge"], &[]), "What happens to smaller groups.")
            .default("suppress"),
        Key::optional("distinct_queries_per_day", Kind::Integer { min: 1, max: 1_000_000 }, "Budget of different statements."),
    ],
);

static RELATION_RULE: Object = Object::closed(
    "relation rule",
    &[
        Key::required("columns", Kind::List { of: &Kind::Text(&COLUMN), min: 1, unique: true }, "The columns that are opened."),
        Key::optional("row_filter", WORD, "SQL condition over physical names that every visible row meets, with the contract's."),
        Key::optional(
            "reference",
            Kind::List { of: &Kind::Text(&RELATION), min: 0, unique: true },
            "Relations of the warehouse that sub-selects of row filters may read, unmasked.",
        ),
        Key::optional(
            "masks",
            Kind::Map { keys: &NON_EMPTY, of: &A_MASK, min: 0 },
            "Masks by column, in place of the tags' ones.",
        ),
    ],
);

static LIMITS: Object = Object::closed(
    "limit list",
    &[
        Key::optional("rows_per_query", Kind::Integer { min: 1, max: MAX_ROWS }, "Rows of one result."),
        Key::optional("rows_per_day", Kind::Integer { min: 1, max: MAX_ROWS }, "Rows of one person in one day (UTC)."),
        Key::optional("bytes_per_day", Kind::Size { min: 1 << 10, max: MAX_BYTES }, "Bytes of one person in one day (UTC)."),
        Key::optional("statement_timeout", duration(1, DAY_SECS), "Longest time that a statement may run."),
        Key::optional(
            "concurrent_statements",
            Kind::Integer { min: 1, max: 10_000 },
            "Statements of one person at the same time.",
        ),
        Key::optional("export", Kind::Object(&EXPORT), "Ways to take more than a screenful away."),
    ],
);

static EXPORT: Object = Object::closed(
    "export rule",
    &[
        Key::optional("copy_out", Kind::Bool, "COPY … TO STDOUT.").default("false"),
        Key::optional("cursor_fetch", Kind::Bool, "Cursors.").default("true"),
        Key::optional("explain", Kind::Bool, "EXPLAIN, without costs and row estimates.").default("false"),
    ],
);

static TEST: Object = Object::closed(
    "test",
    &[
        Key::required("name", WORD, "A sentence about what must hold."),
        Key::required("given", Kind::Object(&GIVEN), "Who asks, from where, when."),
        Key::required("when", WORD, "The statement."),
        Key::required("then", Kind::Object(&THEN), "What must come of it."),
    ],
);

static GIVEN: Object = Object::closed(
    "test's given",
    &[
        Key::required("database", WORD, "Database name that the person types."),
        Key::required("subject", Kind::Object(&SUBJECT), "The person."),
        Key::required("from", Kind::Text(&ADDRESS), "Client address."),
        Key::required("at", Kind::Text(&INSTANT), "Instant."),
        Key::not_implemented("elevated", "An elevation is active."),
    ],
);

static SUBJECT: Object = Object::closed(
    "subject",
    &[
        Key::required("vendor", WORD, "The vendor that the person works for."),
        Key::required("groups", Kind::List { of: &WORD, min: 0, unique: true }, "Groups as the identity provider calls them."),
        Key::optional("user", WORD, "User name, for filters that use :subject."),
        Key::not_implemented("acr", "Strength of the login."),
        Key::not_implemented("auth_age", "Age of the login."),
    ],
);

static THEN: Object = Object::closed(
    "test's then",
    &[
        Key::required("decision", Kind::Choice(&["allow", "deny"], &[]), "Answered or refused."),
        Key::optional("code", WORD, "Reason of the refusal, as the record names it."),
        Key::optional("sqlstate", Kind::Text(&SQLSTATE), "SQLSTATE of the refusal, in quotes."),
        Key::optional(
            "columns",
            Kind::Map { keys: &NON_EMPTY, of: &WORD, min: 1 },
            "Mask by column that the statement reads; none = unmasked.",
        ),
        Key::optional(
            "row_filters",
            Kind::Map { keys: &NON_EMPTY, of: &Kind::List { of: &WORD, min: 0, unique: false }, min: 1 },
            "Row filters by relation.",
        ),
    ],
);
