//! Types and the warehouse's own functions.

use std::collections::BTreeMap;

use crate::catalog::{Function, Oid, PgType, TextSearch, TextSearchKind, TypeKind};
use crate::upstream::error::UpstreamError;

use super::queries;
use super::session::Session;

/// Multirange types are new in PostgreSQL 14.
const MULTIRANGES: u32 = 140_000;

/// Every type, by oid.
pub(super) async fn read(session: &Session, server_version: u32) -> Result<BTreeMap<Oid, PgType>, UpstreamError> {
    let mut attributes: BTreeMap<Oid, Vec<(String, Oid)>> = BTreeMap::new();
    for row in session.rows(queries::ATTRIBUTES).await? {
        attributes.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
    }
    let query = if server_version < MULTIRANGES { queries::TYPES_13 } else { queries::TYPES };
    let mut types = BTreeMap::new();
    for row in session.rows(query).await? {
        let oid: Oid = row.get(0)?;
        let some = |oid: Oid| (oid != 0).then_some(oid);
        let found = PgType {
            oid,
            schema: row.get(1)?,
            name: row.get(2)?,
            kind: kind(row.char(3)?),
            category: row.char(4)?,
            element: some(row.get(5)?),
            base: some(row.get(6)?),
            base_typmod: row.get(7)?,
            subtype: some(row.get(8)?),
            array: some(row.get(9)?),
            row_of: some(row.get(10)?),
            attributes: attributes.remove(&oid).unwrap_or_default(),
            extension: row.get(11)?,
        };
        types.insert(oid, found);
    }
    Ok(types)
}

/// The oids that free-standing composite types have among relations.
pub(super) async fn read_composites(session: &Session) -> Result<BTreeMap<Oid, Oid>, UpstreamError> {
    let mut composites = BTreeMap::new();
    for row in session.rows(queries::COMPOSITES).await? {
        composites.insert(row.get(0)?, row.get(1)?);
    }
    Ok(composites)
}

fn kind(typtype: char) -> TypeKind {
    match typtype {
        'b' => TypeKind::Base,
        'c' => TypeKind::Composite,
        'd' => TypeKind::Domain,
        'e' => TypeKind::Enum,
        'm' => TypeKind::Multirange,
        'r' => TypeKind::Range,
        // Pseudo-types are served nowhere: what is not known counts as one.
        _ => TypeKind::Pseudo,
    }
}

/// Text search configurations and dictionaries outside `pg_catalog`.
pub(super) async fn read_text_search(session: &Session) -> Result<Vec<TextSearch>, UpstreamError> {
    let mut found = Vec::new();
    for row in session.rows(queries::TEXT_SEARCH).await? {
        let kind = if row.get(0)? { TextSearchKind::Configuration } else { TextSearchKind::Dictionary };
        found.push(TextSearch { kind, oid: row.get(1)?, schema: row.get(2)?, name: row.get(3)? });
    }
    Ok(found)
}

/// The functions outside the system schemas.
pub(super) async fn read_functions(session: &Session) -> Result<Vec<Function>, UpstreamError> {
    let mut functions = Vec::new();
    for row in session.rows(queries::FUNCTIONS).await? {
        functions.push(Function {
            oid: row.get(0)?,
            schema: row.get(1)?,
            name: row.get(2)?,
            arguments: row.get(3)?,
            defaults: usize::try_from(row.get::<i16>(4)?).unwrap_or(0),
            variadic: row.get(5)?,
            returns: row.get::<Option<String>>(6)?.unwrap_or_default(),
            returns_set: row.get(7)?,
            out_columns: row.get(8)?,
            volatility: row.char(9)?,
            kind: row.char(10)?,
            extension: row.get(11)?,
            security_definer: row.get(12)?,
        });
    }
    Ok(functions)
}
