//! Files and environment → everything that the gate is told, or all the reasons why not.
//!
//! Door: [`load`] ([`audit_dir`] for who may read the journal alone). It reads `postern.yaml` and what that names (policy, people, contracts, secrets), checks each against its key table
//! and all of them against each other, and tells every mistake of every file at once. Blocking I/O: async callers use a blocking task.
//!
//! | file | what |
//! |---|---|
//! | `load` | the folder → [`Loaded`] |
//! | `audit_dir` | where the journal is, without the rest |
//! | `files` | reading text files, within bounds |
//! | `shape` | the key table of postern.yaml |
//! | `forms` | forms of texts: addresses, signatures |
//! | `server` | the typed server configuration |
//! | `read_server` | postern.yaml → model |
//! | `limits` | the server's limits: defaults and bounds |
//! | `people` | people.yaml: key table and typed entries |
//! | `secret_ref` | `env:NAME` and `file:PATH` |
//! | `signature` | functions by signature |
//! | `schema` | the JSON Schemas of all formats |

mod audit_dir;
mod files;
mod forms;
mod limits;
mod load;
mod people;
mod read_server;
mod schema;
mod secret_ref;
mod server;
mod shape;
mod signature;

pub use audit_dir::audit_dir;
pub use limits::ServerLimits;
pub use load::{Loaded, load};
pub use people::PersonEntry;
pub use schema::json_schemas;
pub use secret_ref::{SecretRef, environment};
pub use server::{
    AuditConfig, Backend, Durability, ListenerTls, Log, LogFormat, LogLevel, Plaintext, Pool, ServerConfig, StatementText,
    UpstreamTls, WarehouseConfig,
};
pub use signature::{FunctionSignature, TypeName};
