//! LOCK TABLE of a relation that shows as one of what stands behind it.

use crate::analyze::{AnalyzeError, Names};
use crate::catalog::{RelationKind, RelationSource};
use crate::parse::syntax::{Ident, Locked, Pos};

/// What to lock instead; `None` for a foreign table, which shows as a table and cannot be locked: reading it locks it as this would. Of views, ONLY says nothing.
///
/// # Errors
/// As for a query, at no place; 42501 for a system relation.
pub(super) fn locked_relation(locked: &Locked, names: Names<'_>) -> Result<Option<Locked>, AnalyzeError> {
    let relation = names.relation(&locked.name, Pos::NONE)?;
    let (schema, name) = match (&relation.source, &relation.stand_in) {
        (RelationSource::System { oid: _, query: _ }, _) => return Err(AnalyzeError::cannot_lock(&relation.name)),
        (RelationSource::Warehouse { .. }, Some(stand_in)) => {
            (&stand_in.schema, stand_in.only.as_ref().filter(|_| locked.only).unwrap_or(&stand_in.name))
        }
        (RelationSource::Warehouse { kind: RelationKind::Foreign, .. }, None) => return Ok(None),
        (RelationSource::Warehouse { schema, name, oid: _, kind: _, contract: _, contract_version: _, filter: _ }, None) => {
            (schema, name)
        }
    };
    let part = |name: &String| Ident { name: name.clone(), at: Pos::NONE };
    Ok(Some(Locked { only: locked.only, name: vec![part(schema), part(name)] }))
}
