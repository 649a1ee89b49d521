//! Contract ∩ grant ∩ live catalog → what each grant exposes, or every reason why not. What the warehouse does not keep breaks the object that it is about;
//! what the files get wrong breaks the whole.
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
//! | `drift` | what is told: mistakes of the files, and what the warehouse does not keep |
//! | `promise` | masks on the columns as the contract promises them |
//! | `filter` | row filters: the contract's AND the grant's |
//! | `served` | which types may be shown |
//! | `functions` | the warehouse's own functions, by signature |
//! | `text_search` | the warehouse's own text search configurations and dictionaries that may be named |
//! | `user_types` | the warehouse's own types that may be named besides those of columns |
//! | `own` | what the gate tells a person of their own access, as relations |
//! | `system` | the system relations as this grant sees them |
//! | `offline` | a catalog without a warehouse |
//! | `stand_ins` | the views of a grant, and which relations they may be read through |

mod column;
mod compiled;
mod drift;
mod filter;
mod functions;
mod grant;
mod input;
mod offline;
mod own;
mod promise;
mod relation;
mod served;
mod stand_ins;
mod system;
mod text_search;
mod user_types;

pub use compiled::{CompiledGrant, CompiledPolicy, UsedContract, Views};
pub use drift::{Drift, DriftObject};
pub use functions::rival;
pub use input::{CompileInput, SessionTexts, UserFunctionName, WarehouseInput};
pub use offline::offline_catalog;
pub use served::{why_function_not_served, why_not_served};
pub use user_types::why_type_not_named;

use crate::document::{Diagnostics, quoted};
use drift::Findings;

/// Compiles every grant of the policy that stands on one of the warehouses given. The policy must have passed
/// [`cross_check`](super::document::cross_check).
///
/// What the warehouse does not keep is left out, refused by name, and told in [`CompiledPolicy::drift`]; [`CompiledPolicy::whole`] asks for a policy without.
///
/// # Errors
/// Every mistake of every grant, with file, line and column; and with them all that the warehouses do not keep.
pub fn compile(input: &CompileInput<'_>) -> Result<CompiledPolicy, Diagnostics> {
    let mut findings = Findings::new(input.compiled_before);
    for warehouse in input.warehouses {
        for hazard in &warehouse.catalog.hazards {
            let message = format!("warehouse {} cannot be served: {hazard}", quoted(warehouse.name.as_str()));
            findings.drift(&DriftObject::Warehouse(warehouse.name.clone()), warehouse.at, message);
        }
        if let Some(excess) = warehouse.catalog.excess.as_ref().filter(|excess| warehouse.is_gates_own(&excess.role)) {
            for sentence in &excess.sentences {
                findings.warnings.push(warehouse.at, format!("warehouse {}: {sentence}", quoted(warehouse.name.as_str())));
            }
        }
    }
    let functions = functions::resolve_all(input, &mut findings);
    let mut grants = Vec::new();
    for grant in &input.policy.grants {
        grants.extend(grant::compile(input, grant, &functions, &mut findings));
    }
    let (warnings, drift) = findings.finish()?;
    Ok(CompiledPolicy { revision: input.revision.to_owned(), grants, warnings, drift })
}

#[cfg(test)]
#[path = "compile_tests.rs"]
mod tests;

#[cfg(test)]
mod drift_tests;
