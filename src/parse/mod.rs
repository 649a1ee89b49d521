//! Text to `Statement`, and back to text: syntax only, no name is looked up here.
//!
//! sqlparser parses; our lexer gives it PostgreSQL's tokens, our hooks PostgreSQL's expressions, and `lower` makes our own tree of its tree.
//! What has no node in our tree is refused by its name.
//!
//! | file or folder | what |
//! |---|---|
//! | `message` | the door: a message's text to its statements |
//! | `error` | why a text is not accepted |
//! | `complexity` | how deep a tree can get, told from the tokens |
//! | `lexer` | text to tokens, as PostgreSQL's scan.l |
//! | `normalise` | tokens of PostgreSQL's syntax that sqlparser cannot read, rewritten |
//! | `dialect` | PostgreSQL's expressions as hooks of sqlparser |
//! | `lower` | sqlparser's tree to our own |
//! | `command` | statements other than queries |
//! | `constant` | where a constant stands that an error is about |
//! | `escaped_quote` | `\'` in escape strings |
//! | `truncated` | names that are cut |
//! | `explained` | a text without EXPLAIN POLICY, for PostgreSQL's grammar |
//! | `unsupported` | what is refused by name, for the documentation |
//! | `syntax` | our own tree: the closed set of what is understood |
//! | `print` | the tree as text |

mod command;
mod complexity;
mod constant;
mod corpus_tests;
mod dialect;
mod error;
mod escaped_quote;
mod explained;
mod lexer;
mod lower;
mod message;
mod normalise;
mod print;
pub mod syntax;
mod truncated;
mod unsupported;

pub use complexity::MAX_DEPTH;
pub use constant::{ConstantOf, constant_at};
pub use error::{ParseError, Reason, STRING_BEHIND_COMMENT};
pub use escaped_quote::escaped_quote;
pub use explained::without_explain_policy;
pub use message::{Limits, Parsed, expression, parse_message, with_stack};
pub use print::{
    CallStyle, Plain, Replacement, Style, fingerprint, output_name, parameterise, print_expr, print_query, print_statement,
    print_type,
};
pub use truncated::truncated_names;
pub use unsupported::{UNSUPPORTED, Unsupported};
