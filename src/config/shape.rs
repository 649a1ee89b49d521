//! The key table of postern.yaml.

use std::time::Duration;

use crate::document::{Key, Kind, NAME, NON_EMPTY, Object, SECRET_REF, Shape};

use super::forms::{ADDRESS, PUBLIC_FILE, SIGNATURE, TEXT_SEARCH_NAME, TYPE};
use super::limits::LIMITS;

/// postern.yaml.
pub(super) static SHAPE: Shape =
    Shape { id: "https://postern.dev/schema/config/v1.json", title: "Postern server configuration v1", root: &CONFIG };

const WORD: Kind = Kind::Text(&NON_EMPTY);
const PUBLIC: Kind = Kind::Text(&PUBLIC_FILE);
const SECRET: Kind = Kind::Text(&SECRET_REF);

static CONFIG: Object = Object::closed(
    "configuration",
    &[
        Key::required("apiVersion", Kind::Choice(&["postern.dev/v1"], &[]), "Version of this format."),
        Key::required("kind", Kind::Choice(&["Config"], &[]), "Always Config."),
        Key::optional("node", Kind::Text(&NAME), "Name of this node in records and of its journal.").default("postern"),
        Key::required("listen", Kind::List { of: &Kind::Text(&ADDRESS), min: 1, unique: true }, "Where clients connect."),
        Key::optional(
            "admin",
            Kind::Text(&ADDRESS),
            "/metrics, /healthz, /readyz; on a loopback address, because it has neither TLS nor a login.",
        )
        .default("none"),
        Key::required("tls", Kind::Object(&TLS), "TLS towards clients."),
        Key::required(
            "warehouses",
            Kind::Map { keys: &NAME, of: &Kind::Object(&WAREHOUSE), min: 1 },
            "What is guarded, by the names that contracts use (servers[].server).",
        ),
        Key::optional("policy", WORD, "The policy file.").default("policy.yaml"),
        Key::optional("contracts", WORD, "The folder of contracts: *.odcs.yaml.").default("contracts"),
        Key::optional("people", WORD, "The people of the identity provider of kind local.").default("people.yaml"),
        Key::optional("state", Kind::OneOf(&[WORD, Kind::Object(&STATE)]), "Folder of the embedded store.").default("state"),
        Key::required("audit", Kind::Object(&AUDIT), "The journal of everything that happens."),
        Key::optional(
            "limits",
            Kind::Object(&LIMITS),
            "Whatever is over a limit gets an error that names it; nothing is cut short.",
        ),
        Key::optional("log", Kind::Object(&LOG), "The server's own log, on standard error."),
    ],
);

static STATE: Object = Object::closed("store", &[Key::not_implemented("postgres", "A store that several nodes share.")]);

static TLS: Object = Object::closed(
    "TLS setting",
    &[
        Key::required("certificate", PUBLIC, "PEM file, the gate's own certificate first."),
        Key::required("key", SECRET, "Its private key in PEM: file:PATH (mode 0600) or env:NAME."),
        Key::optional("min_version", Kind::Choice(&["1.2", "1.3"], &[]), "Least TLS version.").default("\"1.2\""),
        Key::optional(
            "plaintext",
            Kind::Choice(&["refuse", "loopback_only"], &[]),
            "loopback_only lets clients on a loopback address in without TLS: for development.",
        )
        .default("refuse"),
    ],
);

static WAREHOUSE: Object = Object::closed(
    "warehouse",
    &[
        Key::required("host", WORD, "Host name or address."),
        Key::optional("port", Kind::Integer { min: 1, max: 65535 }, "Port.").default("5432"),
        Key::required("database", WORD, "Database."),
        Key::required("user", WORD, "A role that can read what the contracts name, and nothing that it does not need."),
        Key::optional("password", SECRET, "Its password: file:PATH (mode 0600) or env:NAME.").default("none"),
        Key::required("tls", Kind::Object(&UPSTREAM_TLS), "TLS towards the warehouse."),
        Key::optional("pool", Kind::Object(&POOL), "Connections that are kept."),
        Key::optional(
            "search_path",
            Kind::List { of: &WORD, min: 0, unique: true },
            "How unqualified names resolve, as the warehouse's own default would.",
        )
        .default("[public]"),
        Key::optional("functions", Kind::Object(&FUNCTIONS), "The warehouse's own functions."),
        Key::optional("types", Kind::Object(&TYPES), "The warehouse's own types."),
        Key::optional(
            "text_search",
            Kind::Object(&TEXT_SEARCH),
            "The warehouse's own text search configurations and dictionaries.",
        ),
        Key::optional(
            "backend",
            Kind::Choice(&["inline", "views"], &[]),
            "inline: statements are rewritten into sub-queries; views: they run on views made by postern views --apply.",
        )
        .default("inline"),
    ],
);

static UPSTREAM_TLS: Object = Object::closed(
    "TLS setting of a warehouse",
    &[
        Key::required("mode", Kind::Choice(&["verify-full", "disable"], &[]), "disable is accepted for a loopback host only."),
        Key::optional("ca", PUBLIC, "PEM file of the authority that signed the warehouse's certificate; verify-full needs it."),
    ],
);

static POOL: Object = Object::closed(
    "pool",
    &[
        Key::optional("max_connections", Kind::Integer { min: 1, max: 10_000 }, "Connections at the same time.").default("40"),
        Key::optional("min_idle", Kind::Integer { min: 0, max: 10_000 }, "Idle connections that are kept ready.").default("0"),
        Key::optional(
            "max_idle_time",
            Kind::Duration { min: Duration::from_secs(1), max: Duration::from_secs(24 * 60 * 60) },
            "An idle connection is closed after this time.",
        )
        .default("10m"),
    ],
);

static FUNCTIONS: Object = Object::closed(
    "function list",
    &[Key::optional(
        "user_allow",
        Kind::List { of: &Kind::Text(&SIGNATURE), min: 0, unique: true },
        "Functions that vendors may call, by signature.",
    )],
);

static TYPES: Object = Object::closed(
    "type list",
    &[Key::optional(
        "user_allow",
        Kind::List { of: &Kind::Text(&TYPE), min: 0, unique: true },
        "Enums, domains, composites and ranges that vendors may name though no column that they see is of one, by schema and name.",
    )],
);

static TEXT_SEARCH: Object = Object::closed(
    "text search list",
    &[
        Key::optional(
            "configurations",
            Kind::List { of: &Kind::Text(&TEXT_SEARCH_NAME), min: 0, unique: true },
            "Configurations that vendors may name, by schema and name.",
        ),
        Key::optional(
            "dictionaries",
            Kind::List { of: &Kind::Text(&TEXT_SEARCH_NAME), min: 0, unique: true },
            "Dictionaries that vendors may name (ts_lexize), by schema and name.",
        ),
    ],
);

static AUDIT: Object = Object::closed(
    "journal setting",
    &[
        Key::required("dir", WORD, "Folder of the journal."),
        Key::optional(
            "durability",
            Kind::Choice(&["fsync", "os"], &[]),
            "fsync survives the machine; os survives the process only.",
        )
        .default("fsync"),
        Key::optional(
            "statement_text",
            Kind::Choice(&["fingerprint", "parameterised", "plain"], &["sealed"]),
            "What the record keeps of a statement's text.",
        )
        .default("parameterised"),
        Key::optional("sinks", Kind::EmptyList, "Copies of the journal elsewhere."),
    ],
);

static LOG: Object = Object::closed(
    "log setting",
    &[
        Key::optional("format", Kind::Choice(&["text", "json"], &[]), "json is for collectors.").default("text"),
        Key::optional("level", Kind::Choice(&["error", "warn", "info", "debug", "trace"], &[]), "What is logged.")
            .default("info"),
    ],
);
