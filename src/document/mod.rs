//! YAML documents with places: text → tree → checked against a table of keys → typed values, and every mistake told at once.
//!
//! Door: [`parse`] reads the text; [`check`] holds the tree against a [`Shape`]; what is left to the rooms that own a format is
//! to take values out of a checked [`Node`] and to tell what the table cannot say. The same tables make the JSON Schemas.
//!
//! | file | what |
//! |---|---|
//! | `span` | file, line, column |
//! | `diagnostic` | one mistake and the list of all mistakes |
//! | `suggest` | "did you mean" |
//! | `node` | the tree and the typed values that its scalars hold |
//! | `parse` | YAML text → tree; refuses what YAML can do and a policy must not |
//! | `units` | durations, sizes, instants, dates, times of day |
//! | `shape` | the vocabulary of key tables |
//! | `check` | tree × table → mistakes |
//! | `schema` | table → JSON Schema |
//! | `mask_spec` | a mask as it is written: name and parameters |

mod check;
mod diagnostic;
mod mask_spec;
mod node;
mod parse;
mod schema;
mod shape;
mod span;
mod suggest;
mod units;

pub use check::check;
pub use diagnostic::{Diagnostic, Diagnostics, quoted};
pub use mask_spec::{MASK, MASK_NAMES, MaskSpec, Value};
pub use node::{Entry, Node};
pub use parse::parse;
pub use schema::json_schema;
pub use shape::{ANY_TEXT, Form, Key, Kind, NAME, NON_EMPTY, Object, Presence, SECRET_REF, Shape};
pub use span::{Span, Spanned};
pub use suggest::suggest;
pub use units::{TimeOfDay, parse_duration, parse_size};
