//! The registry types: regclass and its kin, whose values are oids and whose text is the name of an object.

use crate::catalog::Oid;

/// A registry type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Registry {
    Class,
    Collation,
    Configuration,
    Dictionary,
    Namespace,
    Operator,
    OperatorSignature,
    Procedure,
    ProcedureSignature,
    Role,
    Type,
}

/// A value of a registry type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RegistryValue {
    /// An array of one dimension or, by a cast, of several.
    Array(Registry),
    One(Registry),
}

/// What may stand where an expression is about to be walked, of the values whose text names objects of the catalog (enforcement L7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum MayStand {
    #[default]
    Nothing,
    /// A registry value: its text is not made here, or made by the gate, and nothing that it meets is read as the name of an object.
    Value,
    /// A row that holds one, too: it is taken apart, counted, or asked whether it is null.
    Row,
    /// A cast to a registry type, of which nothing but the text is used: that text stands for it, as the client knows it.
    Text,
}

impl MayStand {
    /// A registry value may stand where that holds.
    pub(super) const fn value_if(holds: bool) -> Self {
        if holds { Self::Value } else { Self::Nothing }
    }
}

impl Registry {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Class,
        Self::Collation,
        Self::Configuration,
        Self::Dictionary,
        Self::Namespace,
        Self::Operator,
        Self::OperatorSignature,
        Self::Procedure,
        Self::ProcedureSignature,
        Self::Role,
        Self::Type,
    ];

    /// The type's name in `pg_catalog`.
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Class => "regclass",
            Self::Collation => "regcollation",
            Self::Configuration => "regconfig",
            Self::Dictionary => "regdictionary",
            Self::Namespace => "regnamespace",
            Self::Operator => "regoper",
            Self::OperatorSignature => "regoperator",
            Self::Procedure => "regproc",
            Self::ProcedureSignature => "regprocedure",
            Self::Role => "regrole",
            Self::Type => "regtype",
        }
    }

    /// The type's oid: the same in every server (pg_type.dat).
    pub const fn type_oid(self) -> Oid {
        match self {
            Self::Class => 2205,
            Self::Collation => 4191,
            Self::Configuration => 3734,
            Self::Dictionary => 3769,
            Self::Namespace => 4089,
            Self::Operator => 2203,
            Self::OperatorSignature => 2204,
            Self::Procedure => 24,
            Self::ProcedureSignature => 2202,
            Self::Role => 4096,
            Self::Type => 2206,
        }
    }

    /// The oid of the array type over it (pg_type.dat).
    pub const fn array_oid(self) -> Oid {
        match self {
            Self::Class => 2210,
            Self::Collation => 4192,
            Self::Configuration => 3735,
            Self::Dictionary => 3770,
            Self::Namespace => 4090,
            Self::Operator => 2208,
            Self::OperatorSignature => 2209,
            Self::Procedure => 1008,
            Self::ProcedureSignature => 2207,
            Self::Role => 4097,
            Self::Type => 2211,
        }
    }

    /// The registry type of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name.strip_prefix("pg_catalog.").unwrap_or(name);
        Self::ALL.into_iter().find(|kind| kind.type_name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Registry;
    use crate::catalog::types;

    #[test]
    fn every_registry_type_of_postgresql_is_known_by_its_oid() {
        let mut builtin: Vec<(&str, u32)> =
            types::all().filter(|found| found.name.starts_with("reg")).map(|found| (found.name, found.oid)).collect();
        let mut ours: Vec<(&str, u32)> = Registry::ALL.iter().map(|kind| (kind.type_name(), kind.type_oid())).collect();
        builtin.sort_unstable();
        ours.sort_unstable();
        assert_eq!(ours, builtin);
        for kind in Registry::ALL {
            let array = types::builtin_by_oid(kind.array_oid()).unwrap();
            assert_eq!(array.element, Some(kind.type_oid()), "{}", kind.type_name());
        }
    }
}
