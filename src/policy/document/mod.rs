//! The policy file: identity, vendors, guardrails, mask rules, grants and their tests, as typed values with places.
//!
//! Door: [`read`] checks the key table and takes the values; [`cross_check`] needs the contracts as well. What belongs to the format
//! and is not built yet is refused with its name and place.
//!
//! | file | what |
//! |---|---|
//! | `shape` | the key table |
//! | `forms` | forms of texts: tags, networks, zones, owners |
//! | `model` | the typed policy |
//! | `network` | address ranges |
//! | `tag` | tag patterns and how specific they are |
//! | `read` | document → model: identity, vendors, guardrails, masks |
//! | `read_grant` | document → model: grants |
//! | `read_test` | document → model: tests |
//! | `cross_check` | names that must exist, windows that must fit, conflicts |

mod cross_check;
mod forms;
mod model;
mod network;
pub(in crate::policy) mod read;
mod read_grant;
mod read_test;
mod shape;
mod tag;

pub use cross_check::{Surroundings, cross_check, find_contract};
pub use model::{
    AggregateOnly, Conditions, Contacts, Engagement, Expectation, Export, Given, Grant, GrantLimits, GrantRelation, Group,
    Guardrails, Hours, IdentityProvider, MaskRule, Policy, PolicyTest, Product, ProviderKind, Pseudonyms, SmallGroups, Then,
    TlsVersion, UntaggedColumns, Vendor, VendorContract, VendorKind,
};
pub use network::Network;
pub use read::read;
pub use shape::SHAPE;
pub use tag::TagPattern;
