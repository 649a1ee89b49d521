//! Reads the reviewed rows of `builtin.txt`, once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::catalog::{Oid, TypeKind};

/// A builtin type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltinType {
    pub oid: Oid,
    /// `pg_type.typname`.
    pub name: &'static str,
    /// As `format_type` writes it.
    pub spelling: &'static str,
    pub kind: TypeKind,
    /// `typcategory`.
    pub category: char,
    /// Element type of an array.
    pub element: Option<Oid>,
    /// The array type over it.
    pub array: Option<Oid>,
    pub collatable: bool,
    /// A client may name it.
    pub nameable: bool,
    /// First major version that has it; 13 stands for "13 or older".
    pub since: u32,
}

pub(super) struct Types {
    pub(super) by_oid: BTreeMap<Oid, BuiltinType>,
    pub(super) by_typname: BTreeMap<&'static str, Oid>,
    pub(super) by_spelling: BTreeMap<&'static str, Oid>,
}

static TYPES: LazyLock<Types> = LazyLock::new(|| {
    let by_oid: BTreeMap<Oid, BuiltinType> =
        include_str!("builtin.txt").lines().filter_map(row).map(|found| (found.oid, found)).collect();
    let by_typname = by_oid.values().map(|found| (found.name, found.oid)).collect();
    let by_spelling = by_oid.values().map(|found| (found.spelling, found.oid)).collect();
    Types { by_oid, by_typname, by_spelling }
});

pub(super) fn types() -> &'static Types {
    &TYPES
}

fn row(line: &'static str) -> Option<BuiltinType> {
    let fields: Vec<&'static str> = line.split('|').collect();
    let [oid, name, spelling, kind, category, element, array, collatable, nameable, since] = *fields.as_slice() else {
        return None;
    };
    let oid_or_none = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
    Some(BuiltinType {
        oid: oid.parse().ok()?,
        name,
        spelling,
        kind: match kind {
            "b" => TypeKind::Base,
            "m" => TypeKind::Multirange,
            "p" => TypeKind::Pseudo,
            "r" => TypeKind::Range,
            _ => return None,
        },
        category: category.chars().next()?,
        element: oid_or_none(element)?,
        array: oid_or_none(array)?,
        collatable: collatable == "c",
        nameable: nameable == "yes",
        since: since.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_reads() {
        let rows = include_str!("builtin.txt").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(rows.filter(|line| row(line).is_none()).collect::<Vec<_>>(), Vec::<&str>::new());
        assert!(types().by_oid.len() > 180);
    }
}
