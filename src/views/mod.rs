//! The views back-end: what stands in the warehouse for the relations of a grant, the SQL that makes and removes it, and what differs from it.
//!
//! Each grant has a schema of its own. A view's name ends in a digest of its query, so a plan runs on just those views that it was made for: once others are
//! in force it finds none. The views belong to a role that nobody can log in as and that alone reads the base relations; the gate's login has
//! rights on the views and on nothing else. Keys are no part of any definition: masks read them from the settings of the session (enforcement L14).
//!
//! | file | what |
//! |---|---|
//! | `name` | names of roles and schemas |
//! | `plan` | [`GrantViews`]: what one grant needs |
//! | `difference` | the live warehouse against the plan |
//! | `rights` | what the login may not have |
//! | `script` | the SQL of `postern views` |

mod difference;
mod name;
mod plan;
mod rights;
mod script;

pub use difference::{Concern, Difference, compare, leftovers};
pub use name::{PREFIX, owner_role};
pub use plan::{Function, GrantViews, View};
pub use rights::RIGHTS_OF_LOGIN;
pub use script::{Script, Wish};
