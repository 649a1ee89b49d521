//! The system relations as one grant sees them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::system::{self, Comment, SystemContext};
use crate::catalog::{
    Catalog, Collation, ExposedCatalog, ExposedColumn, ExposedRelation, NAMES_OF_TYPES, Oid, RelationPart, RelationSource,
    SystemColumns, TypeKind,
};

use crate::contract::Contract;

use super::SessionTexts;

/// text, name.
const COLLATABLE_C: Oid = 19;
const TEXT_LIKE: &[Oid] = &[25, 1043, 1042, 19, 17];

/// Puts the system relations into the exposed catalog, which must have everything else already.
pub(super) fn add(exposed: &mut ExposedCatalog, catalog: &Catalog, contracts: &[Contract], texts: &SessionTexts) {
    let context = SystemContext {
        user: texts.user.clone(),
        databases: texts.databases.clone(),
        backend_pid: texts.backend_pid.clone(),
        settings: texts.settings.clone(),
        statements: texts.statements.clone(),
        cursors: texts.cursors.clone(),
        sessions: texts.sessions.clone(),
        version: catalog.version.clone(),
        comments: exposed.relations.values().flat_map(|relation| comments(relation, contracts)).collect(),
        ..SystemContext::of(exposed, catalog)
    };
    for live in &catalog.system {
        if let Some(relation) = relation(live, catalog, &context) {
            exposed.relations.insert((live.schema.clone(), live.name.clone()), Arc::new(relation));
        }
    }
    exposed.parts = parts(catalog, &context);
    exposed.system = Arc::new(context);
}

/// Indexes whose columns all show, sequences of relations that are exposed whole, and composite types that show: as the system relations show them, under the
/// warehouse's own names.
fn parts(catalog: &Catalog, context: &SystemContext) -> BTreeMap<(String, String), Oid> {
    let shows = |part: &&RelationPart| {
        let relation = context.relations.iter().find(|relation| relation.oid == part.relation && !relation.renamed);
        relation.is_some_and(|relation| match &part.columns {
            Some(columns) => columns.iter().all(|attnum| relation.columns.iter().any(|column| column.attnum == *attnum)),
            None => relation.whole,
        })
    };
    let named = catalog.parts.iter().filter(shows);
    let named = named.map(|part| ((part.schema.clone(), part.name.clone()), part.oid));
    let composites = context.types.iter().filter_map(|shown| {
        let oid = catalog.composites.get(&shown.oid)?;
        Some(((shown.schema.clone(), shown.name.clone()), *oid))
    });
    named.chain(composites).collect()
}

/// What its contract says of a relation and of its columns.
fn comments(relation: &ExposedRelation, contracts: &[Contract]) -> Vec<Comment> {
    let RelationSource::Warehouse { oid, schema: _, name: _, kind: _, contract, contract_version, filter: _ } = &relation.source
    else {
        return Vec::new();
    };
    let is_its = |found: &&Contract| found.id == *contract && found.version.to_string() == *contract_version;
    let Some(written) = contracts.iter().find(is_its).and_then(|found| found.relation(&relation.name)) else { return Vec::new() };
    let comment = |attnum, text: &Option<String>| text.clone().map(|text| Comment { relation: *oid, attnum, text });
    let of_columns = relation.columns.iter().filter_map(|shown| comment(shown.attnum, &written.column(&shown.name)?.description));
    comment(0, &written.description).into_iter().chain(of_columns).collect()
}

/// `text[]`
const TEXT_ARRAY: Oid = 1009;

fn relation(live: &SystemColumns, catalog: &Catalog, context: &SystemContext) -> Option<ExposedRelation> {
    let reviewed = system::relation(&live.schema, &live.name)?;
    let names: Vec<&str> = live.columns.iter().map(|(name, _, _)| name.as_str()).collect();
    let query = reviewed.render(context, &names)?;
    let shown = live.columns.iter().filter(|(name, _, _)| reviewed.shows(name));
    Some(ExposedRelation {
        schema: live.schema.clone(),
        name: live.name.clone(),
        source: RelationSource::System { oid: live.oid, query: query.into() },
        columns: shown
            .map(|(name, attnum, oid)| match reviewed.tells_names(name) {
                true => ExposedColumn { type_text: NAMES_OF_TYPES.to_owned(), ..column(catalog, name, *attnum, TEXT_ARRAY) },
                false => column(catalog, name, *attnum, *oid),
            })
            .collect(),
        broken_columns: Vec::new(),
        primary_key: Vec::new(),
        aggregate_only: false,
        hidden_columns: live
            .columns
            .iter()
            .filter(|(name, _, _)| !reviewed.shows(name))
            .map(|(name, _, _)| name.clone())
            .collect(),
        stand_in: None,
    })
}

/// A column of a relation that is no relation of the warehouse.
pub(super) fn column(catalog: &Catalog, name: &str, attnum: i16, oid: Oid) -> ExposedColumn {
    let base = catalog.base_type(oid);
    let collatable = base.and_then(|base| crate::catalog::types::builtin_by_oid(base.oid)).is_some_and(|base| base.collatable);
    // PostgreSQL 12 and later: names and the texts of the catalogs are compared byte by byte.
    let collation = if oid == COLLATABLE_C { "C" } else { "default" };
    ExposedColumn {
        name: name.to_owned(),
        physical: name.to_owned(),
        attnum,
        type_oid: oid,
        typmod: -1,
        type_text: catalog.type_text(oid, -1),
        type_kind: base.map_or(TypeKind::Base, |base| base.kind),
        made: None,
        text_like: base.is_some_and(|base| TEXT_LIKE.contains(&base.oid)),
        collation: collatable.then(|| Collation {
            schema: "pg_catalog".to_owned(),
            name: collation.to_owned(),
            deterministic: true,
        }),
        generated: None,
        mask: None,
    }
}
