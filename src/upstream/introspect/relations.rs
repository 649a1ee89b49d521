//! Relations with their columns and keys.

use std::collections::BTreeMap;

use crate::catalog::{Collation, Column, Generated, Oid, RelationKind, RelationPart, SystemColumns, WarehouseRelation};
use crate::upstream::error::UpstreamError;

use super::queries;
use super::session::{Row, Session};

/// Relations outside the system schemas, by oid.
pub(super) async fn read(session: &Session) -> Result<Vec<WarehouseRelation>, UpstreamError> {
    let mut columns: BTreeMap<Oid, Vec<Column>> = BTreeMap::new();
    for row in session.rows(queries::COLUMNS).await? {
        columns.entry(row.get(0)?).or_default().push(column(&row)?);
    }
    let mut keys: BTreeMap<Oid, Vec<i16>> = BTreeMap::new();
    for row in session.rows(queries::PRIMARY_KEYS).await? {
        keys.insert(row.get(0)?, row.get(1)?);
    }
    let mut relations = Vec::new();
    for row in session.rows(queries::RELATIONS).await? {
        let oid = row.get(0)?;
        let Some(kind) = kind(row.char(3)?) else { continue };
        relations.push(WarehouseRelation {
            oid,
            schema: row.get(1)?,
            name: row.get(2)?,
            kind,
            is_partition: row.get(4)?,
            columns: columns.remove(&oid).unwrap_or_default(),
            primary_key: keys.remove(&oid).unwrap_or_default(),
        });
    }
    Ok(relations)
}

/// Indexes and sequences of the relations.
pub(super) async fn read_parts(session: &Session) -> Result<Vec<RelationPart>, UpstreamError> {
    let mut parts = Vec::new();
    for row in session.rows(queries::PARTS).await? {
        parts.push(RelationPart {
            oid: row.get(0)?,
            schema: row.get(1)?,
            name: row.get(2)?,
            relation: row.get(3)?,
            columns: row.get(4)?,
        });
    }
    Ok(parts)
}

/// Comments on relations (attnum 0) and on their columns.
pub(super) async fn read_comments(session: &Session) -> Result<BTreeMap<(Oid, i16), String>, UpstreamError> {
    let mut comments = BTreeMap::new();
    for row in session.rows(queries::COMMENTS).await? {
        let attnum = i16::try_from(row.get::<i32>(1)?).unwrap_or(0);
        comments.insert((row.get(0)?, attnum), row.get(2)?);
    }
    Ok(comments)
}

fn column(row: &Row) -> Result<Column, UpstreamError> {
    let collation = match (row.get::<Option<String>>(8)?, row.get::<Option<String>>(9)?, row.get::<Option<bool>>(10)?) {
        (Some(schema), Some(name), deterministic) => {
            Some(Collation { schema, name, deterministic: deterministic.unwrap_or(false) })
        }
        (None | Some(_), None | Some(_), None | Some(_)) => None,
    };
    Ok(Column {
        attnum: row.get(1)?,
        name: row.get(2)?,
        type_oid: row.get(3)?,
        typmod: row.get(4)?,
        type_text: row.get(5)?,
        not_null: row.get(6)?,
        generated: generated(row.get(7)?),
        collation,
    })
}

fn generated(attgenerated: &str) -> Option<Generated> {
    match attgenerated {
        "" => None,
        "s" => Some(Generated::Stored),
        // One of a later kind may be computed at any time.
        _ => Some(Generated::Virtual),
    }
}

fn kind(relkind: char) -> Option<RelationKind> {
    match relkind {
        'f' => Some(RelationKind::Foreign),
        'm' => Some(RelationKind::MaterializedView),
        'p' => Some(RelationKind::Partitioned),
        'r' => Some(RelationKind::Table),
        'S' => Some(RelationKind::Sequence),
        'v' => Some(RelationKind::View),
        _ => None,
    }
}

/// The relations of pg_catalog and information_schema.
pub(super) async fn read_system(session: &Session) -> Result<Vec<SystemColumns>, UpstreamError> {
    let mut system: Vec<SystemColumns> = Vec::new();
    for row in session.rows(queries::SYSTEM_COLUMNS).await? {
        let oid: Oid = row.get(0)?;
        let column = (row.get(3)?, row.get(4)?, row.get(5)?);
        match system.last_mut().filter(|last| last.oid == oid) {
            Some(last) => last.columns.push(column),
            None => system.push(SystemColumns { oid, schema: row.get(1)?, name: row.get(2)?, columns: vec![column] }),
        }
    }
    Ok(system)
}
