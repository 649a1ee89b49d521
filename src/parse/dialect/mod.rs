//! PostgreSQL's expression grammar as hooks of sqlparser's `Dialect`, where sqlparser itself lacks or misreads it.
//!
//! sqlparser drives: queries, precedence climbing, joins, set operations are its own. Where an expression begins (`parse_prefix`) and where an
//! operator of PostgreSQL follows (`parse_infix`), these hooks read PostgreSQL's syntax and keep the node of our own tree aside; sqlparser's tree
//! holds an identifier with a quote that no text can have, which `lower` exchanges for the node.
//!
//! | file | what |
//! |---|---|
//! | `state` | nodes kept aside, node numbers, the first error |
//! | `cursor` | reading tokens |
//! | `hooks` | the `Dialect` itself |
//! | `precedence` | how tightly each operator binds |
//! | `prefix` | where an expression begins |
//! | `infix` | operators that sqlparser does not read as PostgreSQL does |
//! | `name` | columns, fields, subscripts |
//! | `call` | function calls |
//! | `window` | windows and frames |
//! | `special` | functions with syntax of their own |
//! | `json` | SQL/JSON |
//! | `xml` | SQL/XML |
//! | `table_function` | functions with syntax of their own in FROM |
//! | `recursion` | SEARCH and CYCLE of WITH RECURSIVE |
//! | `literal` | constants with a type in front |
//! | `types` | type names |
//! | `from` | what the normaliser marked: grouping, sampling, FETCH, ROWS FROM, column definitions |

mod call;
mod cursor;
mod from;
mod hooks;
mod infix;
mod json;
mod literal;
mod name;
mod precedence;
mod prefix;
mod recursion;
mod special;
mod state;
mod table_function;
mod types;
mod window;
mod xml;

pub(super) use cursor::Cursor;
pub(super) use from::{as_group_item, column_definitions, mark};
pub(super) use name::sql_value;
pub(super) use recursion::recursion;
pub(super) use state::{Hooks, Piece};
pub(super) use table_function::SPECIAL_FUNCTIONS;
