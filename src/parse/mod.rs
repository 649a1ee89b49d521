//! Text to `Statement`, and back to text: syntax only, no name is looked up here.
//!
//! | folder | what |
//! |---|---|
//! | `syntax` | our own tree: the closed set of what is understood |
//! | `print` | the tree as text |

mod print;
pub mod syntax;

pub use print::{
    CallStyle, Plain, Style, fingerprint, output_name, parameterise, print_expr, print_query, print_statement, print_type,
};
