//! The mask catalogue: what stands for a column instead of its value. One file per mask, one line each in [`ALL`].
//!
//! Door: [`compile`] makes the expression for a column; [`meets`] holds a mask against a contract's minimum. Expressions are made of
//! builtins of PostgreSQL 13 and later, everything qualified; they never raise, whatever the value, and read no setting that a client
//! can change. Keys are read from settings that travel in the startup packet ([`keys`]).
//!
//! | file | what |
//! |---|---|
//! | `catalogue` | the masks and their table |
//! | `compile` | mask as written × column → expression and result type |
//! | `rank` | strength, `posternMinimumMask` |
//! | `keys` | keys of pseudonym domains |
//! | `keyed` | HMAC in SQL, canonical texts, domains |
//! | `number` | numbers: clamped, computed as numeric, cast back |
//! | `date` | dates and times: clamped, at UTC |
//! | `input` | the column as masks see it |
//! | `parameters` | typed parameters |
//! | `sql` | the words of expressions |
//! | `error` | why a mask cannot be used |

mod catalogue;
mod compile;
mod date;
mod error;
mod input;
mod keyed;
pub mod keys;
mod number;
mod parameters;
mod rank;
mod sql;

pub use catalogue::{ALL, Mask};
pub use compile::{Effect, Masked, compile};
pub use error::MaskError;
pub use input::{EntityColumn, MaskInput};
pub use parameters::Parameter;
pub use rank::{meets, rank};

/// Every name that may be written, `none` and `hidden` too.
pub use crate::document::MASK_NAMES as NAMES;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_that_may_be_written_is_a_mask_and_the_other_way_round() {
        let mut masks: Vec<&str> = ALL.iter().map(|mask| mask.name).chain(["none", "hidden"]).collect();
        let mut names = NAMES.to_vec();
        masks.sort_unstable();
        names.sort_unstable();
        assert_eq!(masks, names);
        assert!(ALL.is_sorted_by_key(|mask| mask.name));
        for mask in ALL {
            assert!(mask.doc.ends_with('.') && !mask.accepts.is_empty(), "{}", mask.name);
        }
    }
}
