//! The allow-list of PostgreSQL's builtin functions: reviewed data, by name and arity.
//!
//! A function that is not here does not exist for clients. Name and arity are a safe key as long as the types that `types` does
//! not make nameable cannot be produced (enforcement §3).
//!
//! | file | what |
//! |---|---|
//! | `builtin.txt` | the reviewed rows, PostgreSQL 13 to 18 |
//! | `uncallable.txt` | names that regproc knows and nobody can call |
//! | `review.sql` | lists the functions of a server, for `examples/review_functions.rs` |
//! | `builtin` | `Builtin`, `Overload`: one function and its signatures |
//! | `table` | reads the rows once |
//! | `size` | which argument says how large a result is |
//! | `rules` | why a row is what it is: class, reason |
//! | `replacements.txt`, `replacement` | what stands for a function whose own answer would tell too much |
//! | `complaint` | what replacements say of names that nothing has |
//! | `privileges` | the privileges that functions over access rights take |
//! | `care` | what a caller of some functions must check besides |

mod builtin;
mod care;
mod complaint;
mod privileges;
mod replacement;
mod rules;
mod size;
mod table;

pub use builtin::{Builtin, FunctionKind, OutColumn, Overload, Verdict, Volatility};
pub use care::{Care, care};
pub use complaint::{Complaint, Told};
pub(in crate::catalog) use privileges::pattern as privilege_pattern;
pub use privileges::unknown_privilege;
pub(in crate::catalog) use replacement::raise;
pub use replacement::{Raised, Replacement, Template, raise_no_type, raise_told, reg_text, reg_types, replacement};
pub use rules::{Class, Rule};
pub use size::{SizeArgument, size_argument};
pub(in crate::catalog) use table::signature;

/// The builtin function of that name, every overload of it; `None` when PostgreSQL has none that SQL can call.
pub fn builtin(name: &str) -> Option<&'static Builtin> {
    table::builtins().get(name)
}

/// Whether a call with that many arguments is let through. Arguments of `WITHIN GROUP` count. `None`: there is no such function.
pub fn verdict(name: &str, arity: usize) -> Option<Verdict> {
    builtin(name)?.verdict(arity)
}

/// The function of that name in `information_schema`, where one is allowed.
pub fn in_information_schema(name: &str) -> Option<&'static Builtin> {
    table::in_information_schema(name)
}

/// Whether PostgreSQL has a function of that name, be it one that SQL can call or not: the name is in every server's `pg_proc`.
pub fn is_builtin_name(name: &str) -> bool {
    builtin(name).is_some() || uncallable().any(|found| found == name)
}

/// The names of functions that SQL cannot call, in order.
pub(in crate::catalog) fn uncallable() -> impl Iterator<Item = &'static str> {
    include_str!("uncallable.txt").lines().filter(|line| !line.starts_with('#'))
}

/// Every builtin, in order of names.
pub fn all() -> impl Iterator<Item = &'static Builtin> {
    table::builtins().values()
}
