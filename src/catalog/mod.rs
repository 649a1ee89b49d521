//! What exists: the live warehouse as an immutable snapshot, and the part of it that one grant exposes.
//!
//! | file | what |
//! |---|---|
//! | `snapshot` | `Catalog`: relations, columns, types and the warehouse's own functions, as introspected |
//! | `broken` | what of a contract is refused because the warehouse does not keep it |
//! | `live_views` | what the views back-end finds in the warehouse |
//! | `exposed` | `ExposedCatalog`: what one grant sees, with masks and row filters compiled |
//! | `made` | rows of composite types within values |
//! | `extensions` | extensions that are reviewed: their types, functions, operators and casts |
//! | `functions` | the builtin functions: what a client may call, and what stands for the rest |
//! | `operators` | the builtin operators: what a client may write, and which never raise |
//! | `page` | the page of the manual that is made from the tables |
//! | `text_search` | text search configurations and dictionaries |
//! | `system` | what clients see of pg_catalog and information_schema |
//! | `types` | the builtin types: what a client may name |
//! | `type_name` | the type that a text names |
//! | `type_text` | types as text: as the server shows them, as our SQL names them |

mod broken;
#[cfg(test)]
mod builtin_tests;
mod exposed;
pub mod extensions;
pub mod functions;
mod live_views;
mod made;
pub mod operators;
#[cfg(test)]
mod page;
mod snapshot;
pub mod system;
mod text_search;
mod type_name;
mod type_text;
pub mod types;

pub use broken::{Broken, BrokenColumn, Reach};
pub use exposed::{
    ACCESS_PRIVILEGES, AppliedMask, ExposedCatalog, ExposedColumn, ExposedRelation, Found, Listed, NAMES_OF_TYPES,
    RelationSource, RowFilter, StandIn, UserFunction,
};
pub use live_views::{FunctionDeclaration, LiveLogin, LiveSchema, LiveStandIn, LiveViews};
pub use made::{Attribute, Made};
pub use snapshot::{
    Catalog, Collation, Column, Excess, Function, Generated, Oid, PgType, RelationKind, RelationPart, SystemColumns, TypeKind,
    WarehouseRelation,
};
pub use text_search::{TextSearch, TextSearchKind};
pub use type_text::{numeric_modifier, text_length};
