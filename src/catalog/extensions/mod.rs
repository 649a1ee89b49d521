//! Extensions whose types, functions, operators and casts are reviewed: what of them a client may use, and why not the rest.
//!
//! An extension that has no table here is not served: a column of one of its types is left out, and its operators take part in nothing. One that has a
//! table is served where the warehouse keeps to it: `Serving` says so, or why not.
//!
//! | file | what |
//! |---|---|
//! | `citext.txt` … `vector.txt` | the reviewed rows of one extension each, in the form of the tables of builtin functions and operators |
//! | `review.sql` | lists the objects of an extension of a server, for `examples/review_extensions.rs` |
//! | `table` | reads the rows once |
//! | `live` | what an introspected warehouse has of extensions |
//! | `serving` | which extensions a warehouse may serve, and what of them |

mod live;
mod serving;
mod table;

pub use live::{LiveCast, LiveExtension, LiveOperator};
pub use serving::{ExtensionFunction, ServedType, Serving};
pub use table::{Extension, ExtensionCast, ExtensionOperator, ExtensionType};

/// The table of that extension.
pub fn extension(name: &str) -> Option<&'static Extension> {
    table::extensions().get(name)
}

/// Every reviewed extension, in order of names.
pub fn all() -> impl Iterator<Item = &'static Extension> {
    table::extensions().values()
}
