//! The builtin types: oids, names, and which of them a client may name.
//!
//! One allow-list for every slot of a statement or message that names a type: casts, column definition lists, RETURNING, PREPARE,
//! the parameter types of Parse (enforcement L8). Never nameable: reg* (constants are handled where they are read), aclitem,
//! cstring, pseudo-types, row types. `record` is nameable under a cast alone. Values of xid and its kin are numbers; what tells of transactions by them is refused
//! by name (`functions`). A Parse message may also say 0 or [`UNKNOWN`]: the type is inferred.
//!
//! | file | what |
//! |---|---|
//! | `builtin.txt` | the reviewed rows |
//! | `table` | reads the rows once |

mod table;

pub use table::BuiltinType;

use super::Oid;

/// `unknown`: in a Parse message the same as no type.
pub const UNKNOWN: Oid = 705;

pub const BOOL: Oid = 16;
pub const INT2: Oid = 21;
pub const INT4: Oid = 23;
pub const OID: Oid = 26;
pub const TEXT: Oid = 25;
pub const VARCHAR: Oid = 1043;
/// Whether the builtin type of that oid is an array.
pub fn is_array(oid: Oid) -> bool {
    builtin_by_oid(oid).is_some_and(|found| found.element.is_some())
}

/// `aclitem[]`
pub const ACLITEM_ARRAY: Oid = 1034;
/// `regtype[]`
pub const REGTYPE_ARRAY: Oid = 2211;

/// `void`: as the type of a parameter it says that there is none, and PostgreSQL leaves it out of the arguments of a function (`ParseFuncOrColumn`); JDBC
/// writes the place of a function's result so.
pub const VOID: Oid = 2278;

/// The builtin type of that oid.
pub fn builtin_by_oid(oid: Oid) -> Option<&'static BuiltinType> {
    table::types().by_oid.get(&oid)
}

/// The builtin type of that name: as `pg_type` has it (`int4`, `_int4`), as `format_type` writes it (`timestamp with time zone`,
/// `integer[]`, `"char"`), or another spelling of SQL's (`int`, `decimal`). Folded already; `char` is SQL's keyword, `"char"` the type.
pub fn builtin_by_name(name: &str) -> Option<&'static BuiltinType> {
    if let Some(element) = name.strip_suffix("[]") {
        return builtin_by_oid(builtin_by_name(element)?.array?);
    }
    let types = table::types();
    types.by_spelling.get(spelling(name)).or_else(|| types.by_typname.get(name)).and_then(|oid| builtin_by_oid(*oid))
}

/// The builtin type of exactly that `pg_type.typname`: what a quoted or schema-qualified name means. `char` is the one-byte type.
pub fn builtin_by_typname(name: &str) -> Option<&'static BuiltinType> {
    table::types().by_typname.get(name).and_then(|oid| builtin_by_oid(*oid))
}

/// Whether a client may name the type of that oid, when it is a builtin one.
pub fn nameable(oid: Oid) -> bool {
    builtin_by_oid(oid).is_some_and(|found| found.nameable)
}

/// Every builtin type, in order of oids.
pub fn all() -> impl Iterator<Item = &'static BuiltinType> {
    table::types().by_oid.values()
}

/// SQL's other spellings, as `format_type` writes them.
fn spelling(name: &str) -> &str {
    match name {
        "bool" => "boolean",
        "char" | "national character" | "national char" | "nchar" => "character",
        "char varying" | "national character varying" | "national char varying" | "nchar varying" => "character varying",
        "dec" | "decimal" => "numeric",
        "float" => "double precision",
        "int" => "integer",
        "time" => "time without time zone",
        "timestamp" => "timestamp without time zone",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_finds_its_type() {
        for (name, oid) in [
            ("int", 23),
            ("integer", 23),
            ("int4", 23),
            ("bigint", 20),
            ("character varying", 1043),
            ("varchar", 1043),
            ("char", 1042),
            ("bpchar", 1042),
            ("\"char\"", 18),
            ("double precision", 701),
            ("float", 701),
            ("real", 700),
            ("decimal", 1700),
            ("timestamp", 1114),
            ("timestamp with time zone", 1184),
            ("timestamptz", 1184),
            ("time with time zone", 1266),
            ("bool", 16),
            ("integer[]", 1007),
            ("_int4", 1007),
            ("bit varying", 1562),
            ("text[]", 1009),
        ] {
            assert_eq!(builtin_by_name(name).map(|found| found.oid), Some(oid), "{name}");
        }
        assert_eq!(builtin_by_typname("char").map(|found| found.oid), Some(18));
        assert!(builtin_by_name("no_such_type").is_none());
    }

    #[test]
    fn no_type_that_opens_a_side_door_is_nameable() {
        for name in [
            "regclass",
            "regtype[]",
            "regproc",
            "regrole",
            "regnamespace",
            "regconfig",
            "regdictionary",
            "regcollation",
            "regoper",
            "regoperator",
            "regprocedure",
            "aclitem",
            "aclitem[]",
            "cstring",
            "record",
            "record[]",
            "internal",
            "anyelement",
            "void",
            "pg_node_tree",
            "pg_mcv_list",
            "unknown",
        ] {
            assert!(!builtin_by_name(name).expect(name).nameable, "{name}");
        }
        assert!(all().filter(|found| found.nameable).all(|found| !found.name.trim_start_matches('_').starts_with("reg")));
        assert!(
            nameable(25)
                && nameable(3802)
                && nameable(1007)
                && nameable(28)
                && nameable(5069)
                && !nameable(2205)
                && !nameable(99_999)
        );
    }

    #[test]
    fn arrays_and_elements_point_at_each_other() {
        for found in all() {
            if let Some(array) = found.array {
                let array = builtin_by_oid(array).unwrap();
                assert_eq!((array.element, array.nameable), (Some(found.oid), found.nameable), "{}", found.name);
            }
        }
    }
}
