//! What exists: the live warehouse as an immutable snapshot, and the part of it that one grant exposes.
//!
//! | file | what |
//! |---|---|
//! | `snapshot` | `Catalog`: relations, columns, types and the warehouse's own functions, as introspected |
//! | `exposed` | `ExposedCatalog`: what one grant sees, with masks and row filters compiled |

mod exposed;
mod snapshot;

pub use exposed::{AppliedMask, ExposedCatalog, ExposedColumn, ExposedRelation, RelationSource, RowFilter, UserFunction};
pub use snapshot::{Catalog, Collation, Column, Function, Oid, PgType, RelationKind, SystemColumns, TypeKind, WarehouseRelation};
