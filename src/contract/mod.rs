//! Data contracts: Open Data Contract Standard v3.1 documents, and what Postern takes from them.
//!
//! Door: [`read`] checks a parsed document against the standard's keys and our own `postern*` properties, and takes the typed
//! [`Contract`] out of it. Descriptive sections load and stay in the file; [`Contract::unwatched`] lists those promises that nothing
//! watches yet. A pure room: the warehouse is not looked at here.
//!
//! | file | what |
//! |---|---|
//! | `odcs` | the key table of the standard |
//! | `properties` | the key table of our custom properties |
//! | `model` | the typed contract |
//! | `read` | document → model |
//! | `version` | semantic versions and the requirements of grants |
//! | `physical_name` | which relation of the warehouse a name may mean |
//! | `lifecycle` | from when to when a contract may be used |

mod lifecycle;
mod model;
mod odcs;
mod physical_name;
mod properties;
mod read;
mod version;

pub use lifecycle::{NotInForce, Status, Term, highest_in_force};
pub use model::{Approvers, Change, Clip, Column, Contract, OnBreak, Reaction, Relation, Role, Server};
pub use odcs::SHAPE;
pub use physical_name::PhysicalName;
pub use read::read;
pub use version::{Requirement, Version};
