//! Every mask on every type that it accepts, on a real server: never raises, has the type that it says, reads no setting.
//!
//! | file | what |
//! |---|---|
//! | `edges` | a table for each type |
//! | `uses` | uses of every mask |
//! | `rules` | what holds for all |
//! | `meaning` | what each makes of a value |

mod edges;
mod meaning;
mod rules;
mod uses;
