//! Applies what analysis found: every relation becomes its masked, filtered sub-select, every name is written in full.
//!
//! | file | what |
//! |---|---|
//! | `envelope` | the query around the whole, by which registry values leave as names |
//! | `relation` | the sub-select that stands for a relation, and the view that can stand in for it |
//! | `style` | how everything else is printed for the warehouse |
//! | `total` | which row filters are proven never to raise |

mod envelope;
mod relation;
mod style;
mod total;

pub use envelope::{Envelope, Target};
pub use relation::{Reading, substitution, view_definition};
pub use style::{Bound, Parts, Printed, is_replaced};
pub use total::{has_subselect, is_total};
