//! What a mask is compiled for: the column as the warehouse has it, and what its contract says of it.

use crate::catalog::{Catalog, Collation, Oid, PgType, TypeKind, numeric_modifier, text_length};

use super::sql;

/// A column that is to be masked.
#[derive(Clone, Copy, Debug)]
pub struct MaskInput<'a> {
    pub catalog: &'a Catalog,
    /// The column as SQL over the relation's inner alias: `t."email"`.
    pub column_sql: &'a str,
    /// The warehouse's name of the column: part of the seed of `noise`.
    pub column_name: &'a str,
    pub type_oid: Oid,
    pub typmod: i32,
    pub not_null: bool,
    /// Of collatable types.
    pub collation: Option<&'a Collation>,
    /// `posternPseudonymDomain` of the column.
    pub domain: Option<&'a str>,
    /// `posternEntityKey` of the relation: what one person is.
    pub entity: &'a [EntityColumn],
}

/// A column of the entity key.
#[derive(Clone, Debug)]
pub struct EntityColumn {
    /// As SQL over the relation's inner alias.
    pub column_sql: String,
    pub type_oid: Oid,
}

/// The column's type as masks see it: a domain counts as its base type.
pub(super) struct Column<'a> {
    pub(super) input: MaskInput<'a>,
    pub(super) found: &'a PgType,
    pub(super) typmod: i32,
    pub(super) family: Family,
}

/// The types that masks treat alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Array(Oid),
    Bool,
    Date,
    Float4,
    Float8,
    Inet,
    Int2,
    Int4,
    Int8,
    Json,
    Jsonb,
    Numeric,
    /// text, varchar, char(n), name.
    Text,
    Timestamp,
    TimestampTz,
    Uuid,
    /// Shown as it is, hidden, made NULL or told whether it is there: nothing else.
    Other,
}

impl<'a> Column<'a> {
    pub(super) fn of(input: MaskInput<'a>) -> Option<Self> {
        let (found, typmod) = input.catalog.under_domains(input.type_oid, input.typmod)?;
        Some(Self { input, found, typmod, family: family(input.catalog, found.oid, found.kind) })
    }

    pub(super) fn sql(&self) -> &'a str {
        self.input.column_sql
    }

    /// A text-like column as text under one fixed collation: nondeterministic ones make functions raise, others make folds differ (M5).
    pub(super) fn text(&self) -> String {
        format!("({} COLLATE pg_catalog.\"C\")", sql::cast(self.sql(), "text"))
    }

    /// The column under its base type: what a mask of the same type starts from.
    pub(super) fn base(&self) -> String {
        if self.found.oid == self.input.type_oid { self.sql().to_owned() } else { self.own(self.sql()) }
    }

    /// A value cast to the column's own type and modifier, with its collation.
    pub(super) fn own(&self, value: &str) -> String {
        let name = self.input.catalog.type_sql(self.found.oid, self.typmod).unwrap_or_else(|| "pg_catalog.\"text\"".to_owned());
        let value = format!("CAST({value} AS {name})");
        match self.input.collation {
            Some(collation) => {
                let schema = crate::base::quote_ident(&collation.schema);
                format!("({value} COLLATE {schema}.{})", crate::base::quote_ident(&collation.name))
            }
            None => value,
        }
    }

    /// The most characters that a value of the column may have.
    pub(super) fn longest_text(&self) -> Option<u32> {
        match self.found.oid {
            // NAMEDATALEN - 1.
            NAME => Some(63),
            BPCHAR | VARCHAR => text_length(self.typmod),
            _ => None,
        }
    }

    /// Precision and scale of a numeric column that declares them.
    pub(super) fn numeric(&self) -> Option<(u32, i32)> {
        numeric_modifier(self.typmod)
    }

    pub(super) fn type_text(&self) -> String {
        self.input.catalog.type_text(self.found.oid, self.typmod)
    }
}

const NAME: Oid = 19;
const BPCHAR: Oid = 1042;
const VARCHAR: Oid = 1043;

pub(super) fn family(catalog: &Catalog, oid: Oid, kind: TypeKind) -> Family {
    if let Some(element) = catalog.element_of_array(oid) {
        return Family::Array(element);
    }
    match (kind, oid) {
        (TypeKind::Base, 16) => Family::Bool,
        (TypeKind::Base, 20) => Family::Int8,
        (TypeKind::Base, 21) => Family::Int2,
        (TypeKind::Base, 23) => Family::Int4,
        (TypeKind::Base, 25 | NAME | BPCHAR | VARCHAR) => Family::Text,
        (TypeKind::Base, 114) => Family::Json,
        (TypeKind::Base, 700) => Family::Float4,
        (TypeKind::Base, 701) => Family::Float8,
        (TypeKind::Base, 869) => Family::Inet,
        (TypeKind::Base, 1082) => Family::Date,
        (TypeKind::Base, 1114) => Family::Timestamp,
        (TypeKind::Base, 1184) => Family::TimestampTz,
        (TypeKind::Base, 1700) => Family::Numeric,
        (TypeKind::Base, 2950) => Family::Uuid,
        (TypeKind::Base, 3802) => Family::Jsonb,
        (
            TypeKind::Base
            | TypeKind::Composite
            | TypeKind::Domain
            | TypeKind::Enum
            | TypeKind::Multirange
            | TypeKind::Pseudo
            | TypeKind::Range,
            _,
        ) => Family::Other,
    }
}
