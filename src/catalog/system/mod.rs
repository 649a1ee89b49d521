//! What clients see of `pg_catalog` and `information_schema`: a filtered query for each of their relations.
//!
//! Only exposed relations, columns, types, schemas and functions show, in the contract's words; no statistics, no source text, no
//! other session, one role as the owner of everything. Every query carries its own fence (`OFFSET 0`), and no column of a type with
//! pattern operators leaves it as a bare column (enforcement L1): substitute the text as it is.
//!
//! | file | what |
//! |---|---|
//! | `reviewed.txt` | the reviewed relations: class, rows, columns |
//! | `table` | reads them once |
//! | `context` | `SystemContext`: what a grant exposes, as the queries need it |
//! | `fragment` | writes the placeholders out |
//! | `pieces`, `rows` | what they stand for: SQL that is the same for all, and what the grant exposes |
//! | `lists` | rows as SQL |
//! | `render` | writes the query of one relation |

mod context;
mod fragment;
mod lists;
mod pieces;
mod render;
mod rows;
mod table;

pub use context::{Comment, ShownColumn, ShownFunction, ShownRelation, ShownType, SystemContext};
pub use table::{SystemClass, SystemRelation};

pub(super) use fragment::Expansion;
pub use rows::ident as shown_name;

/// The reviewed system relation of that name; `None` when there is none that a client may know of.
pub fn relation(schema: &str, name: &str) -> Option<&'static SystemRelation> {
    table::relations().get(schema)?.get(name)
}

/// Every reviewed system relation.
pub fn all() -> impl Iterator<Item = &'static SystemRelation> {
    table::relations().values().flat_map(|schema| schema.values())
}
