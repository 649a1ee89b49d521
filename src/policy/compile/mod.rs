//! Contract ∩ grant ∩ live catalog → what each grant exposes, or every reason why not.
//!
//! Door: [`compile`]. Pure: the catalogs are arguments. [`offline_catalog`] makes one of the contracts' own promises, so that `check`
//! and `test` need no warehouse.
//!
//! | file | what |
//! |---|---|
//! | `input` | what a policy compiles against |
//! | `compiled` | what it compiles to |
//! | `grant` | one grant: its relations, schemas, types, functions |
//! | `relation` | one relation: the live one behind it, key, hidden names |
//! | `column` | one column: type, mask, minimum |
//! | `filter` | row filters: the contract's AND the grant's |
//! | `served` | which types may be shown |
//! | `functions` | the warehouse's own functions, by signature |
//! | `system` | the system relations as this grant sees them |
//! | `offline` | a catalog without a warehouse |

mod column;
mod compiled;
mod filter;
mod functions;
mod grant;
mod input;
mod offline;
mod relation;
mod served;
mod system;

pub use compiled::{CompiledGrant, CompiledPolicy};
pub use input::{CompileInput, SessionTexts, UserFunctionName, WarehouseInput};
pub use offline::offline_catalog;
pub use served::why_not_served;

use crate::document::{Diagnostics, quoted};

/// Compiles every grant of the policy that stands on one of the warehouses given. The policy must have passed
/// [`cross_check`](super::document::cross_check).
///
/// # Errors
/// Every mistake of every grant, with file, line and column; and why a warehouse cannot be served at all.
pub fn compile(input: &CompileInput<'_>) -> Result<CompiledPolicy, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut warnings = Diagnostics::new();
    for warehouse in input.warehouses {
        for hazard in &warehouse.catalog.hazards {
            problems.push(warehouse.at, format!("warehouse {} cannot be served: {hazard}", quoted(warehouse.name.as_str())));
        }
    }
    let functions = functions::resolve_all(input, &mut problems, &mut warnings);
    let mut grants = Vec::new();
    for grant in &input.policy.grants {
        grants.extend(grant::compile(input, grant, &functions, &mut problems, &mut warnings));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(CompiledPolicy { revision: input.revision.to_owned(), grants, warnings: warnings.into_sorted() })
}

#[cfg(test)]
#[path = "compile_tests.rs"]
mod tests;
