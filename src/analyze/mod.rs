//! Names to objects, as PostgreSQL's parse analysis finds them: every relation, column, function, type and operator is bound, or the statement is refused.
mod footprint;
pub use footprint::{ColumnUse, Footprint, FootprintColumn, FootprintRelation};
