//! A catalog made of what the contracts promise, for `check` and `test` without a warehouse.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::WarehouseName;
use crate::catalog::{Catalog, Collation, Column, Oid, PgType, RelationKind, TypeKind, WarehouseRelation, types};
use crate::contract::{self, Contract};

/// oids of users' objects begin here (`FirstNormalObjectId`).
const FIRST_OID: Oid = 16_384;
/// The version whose rules hold where nothing tells the real one.
const SERVER_VERSION: u32 = 150_000;

/// The catalog that the contracts on one warehouse describe. Types that only the warehouse knows count as enums of their name.
pub fn offline_catalog(contracts: &[Contract], warehouse: &WarehouseName, search_path: &[String]) -> Catalog {
    let mut made = Made { catalog: empty(search_path), next: FIRST_OID };
    for contract in contracts.iter().filter(|contract| contract.server.warehouse.value == *warehouse) {
        for relation in &contract.relations {
            // The last reading is the explicit one: `schema.table`.
            let Some((schema, name)) = relation.physical.value.candidates(&contract.server.schema.value).pop() else { continue };
            made.schema(&contract.server.schema.value);
            made.schema(&schema);
            match made.catalog.relations.iter().position(|other| other.schema == schema && other.name == name) {
                Some(at) => made.widen(at, relation),
                None => made.relation(schema, name, relation),
            }
        }
    }
    made.catalog
}

fn empty(search_path: &[String]) -> Catalog {
    let builtin = types::all().map(|found| {
        let made = PgType {
            oid: found.oid,
            schema: "pg_catalog".to_owned(),
            name: found.name.to_owned(),
            kind: found.kind,
            category: found.category,
            element: found.element,
            base: None,
            base_typmod: -1,
            subtype: None,
            array: found.array,
            row_of: None,
            attributes: Vec::new(),
            extension: None,
        };
        (found.oid, made)
    });
    Catalog {
        server_version: SERVER_VERSION,
        server_version_text: "15.0".to_owned(),
        version: "PostgreSQL 15.0".to_owned(),
        encoding: "UTF8".to_owned(),
        database: "offline".to_owned(),
        search_path: search_path.to_vec(),
        schemas: BTreeMap::from([(11, "pg_catalog".to_owned())]),
        types: builtin.collect(),
        ..Catalog::default()
    }
}

struct Made {
    catalog: Catalog,
    next: Oid,
}

impl Made {
    fn oid(&mut self) -> Oid {
        self.next += 1;
        self.next
    }

    fn schema(&mut self, name: &str) {
        if !self.catalog.schemas.values().any(|known| known == name) {
            let oid = self.oid();
            self.catalog.schemas.insert(oid, name.to_owned());
        }
    }

    fn relation(&mut self, schema: String, name: String, promised: &contract::Relation) {
        let oid = self.oid();
        let is_sequence = promised.physical_type.as_ref().is_some_and(|kind| kind.value.eq_ignore_ascii_case("sequence"));
        self.catalog.relations.push(WarehouseRelation {
            oid,
            schema,
            name,
            kind: if is_sequence { RelationKind::Sequence } else { RelationKind::Table },
            is_partition: false,
            columns: Vec::new(),
            primary_key: Vec::new(),
        });
        self.widen(self.catalog.relations.len() - 1, promised);
    }

    /// Adds the columns that another contract, or another view of the same relation, promises as well.
    fn widen(&mut self, at: usize, promised: &contract::Relation) {
        let Some(found) = self.catalog.relations.get(at) else { return };
        let known: BTreeSet<String> = found.columns.iter().map(|column| column.name.clone()).collect();
        let schema = found.schema.clone();
        let first = i16::try_from(known.len()).unwrap_or(i16::MAX);
        let new = promised.columns.iter().filter(|column| !known.contains(&column.physical.value));
        let columns: Vec<Column> =
            new.zip(first.saturating_add(1)..).map(|(column, attnum)| self.column(column, attnum, &schema)).collect();
        let mut key: Vec<(u32, &str)> =
            promised.columns.iter().filter_map(|column| Some((column.primary_key?, column.physical.value.as_str()))).collect();
        key.sort_unstable();
        if let Some(found) = self.catalog.relations.get_mut(at) {
            found.columns.extend(columns);
            let attnums = key
                .iter()
                .filter_map(|(_, name)| found.columns.iter().find(|column| column.name == *name))
                .map(|column| column.attnum);
            found.primary_key = attnums.collect();
        }
    }

    fn column(&mut self, promised: &contract::Column, attnum: i16, schema: &str) -> Column {
        let written = promised
            .physical_type
            .as_ref()
            .map_or_else(|| of_logical(promised.logical_type.as_deref()), |text| text.value.as_str());
        let (type_oid, typmod) = match self.catalog.type_named(written) {
            Some(found) => found,
            None => (self.unknown_type(written, schema), -1),
        };
        let collatable = types::builtin_by_oid(type_oid).is_some_and(|found| found.collatable);
        Column {
            attnum,
            name: promised.physical.value.clone(),
            type_oid,
            typmod,
            type_text: self.catalog.type_text(type_oid, typmod),
            not_null: promised.required,
            generated: None,
            collation: collatable.then(|| Collation {
                schema: "pg_catalog".to_owned(),
                name: "default".to_owned(),
                deterministic: true,
            }),
        }
    }

    /// A type that only the warehouse knows, so that a later column of the same type finds it.
    fn unknown_type(&mut self, written: &str, schema: &str) -> Oid {
        let element = written.trim().trim_end_matches("[]").to_owned();
        let (oid, array) = (self.oid(), self.oid());
        let (schema, name) = match element.replace('"', "").split_once('.') {
            Some((schema, name)) => (schema.to_owned(), name.to_owned()),
            None => (schema.to_owned(), element.replace('"', "")),
        };
        self.schema(&schema);
        let made = PgType {
            oid,
            schema,
            name,
            kind: TypeKind::Enum,
            category: 'E',
            element: None,
            base: None,
            base_typmod: -1,
            subtype: None,
            array: Some(array),
            row_of: None,
            attributes: Vec::new(),
            extension: None,
        };
        let over = PgType {
            oid: array,
            name: format!("_{}", made.name),
            kind: TypeKind::Base,
            category: 'A',
            element: Some(oid),
            array: None,
            ..made.clone()
        };
        self.catalog.types.insert(oid, made);
        self.catalog.types.insert(array, over);
        if written.trim().ends_with(']') { array } else { oid }
    }
}

/// The type that a logical type usually has.
pub(super) fn of_logical(logical: Option<&str>) -> &'static str {
    match logical {
        Some("integer") => "bigint",
        Some("number") => "numeric",
        Some("boolean") => "boolean",
        Some("date") => "date",
        Some("timestamp") => "timestamptz",
        Some("time") => "time",
        Some("object") => "jsonb",
        Some("array") => "text[]",
        Some(_) | None => "text",
    }
}
