//! Reads the reviewed rows of the extensions, once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::catalog::functions::{Overload, Rule, Verdict, signature};

/// One reviewed extension. Its own types are written without a schema, others as `format_type` writes them.
#[derive(Debug)]
pub struct Extension {
    pub name: &'static str,
    /// Signatures by name.
    pub functions: BTreeMap<&'static str, Vec<Overload>>,
    pub operators: Vec<ExtensionOperator>,
    pub casts: Vec<ExtensionCast>,
    pub types: Vec<ExtensionType>,
}

/// An operator of an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtensionOperator {
    pub name: &'static str,
    /// Empty: a prefix operator.
    pub left: &'static str,
    pub right: &'static str,
    pub returns: &'static str,
    pub verdict: Verdict,
}

/// A cast of an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtensionCast {
    pub source: &'static str,
    pub target: &'static str,
    /// `castcontext`.
    pub context: char,
}

/// A type of an extension; its array goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtensionType {
    pub name: &'static str,
    /// Values of it may be shown, and a client may name it.
    pub served: bool,
}

const TEXTS: &[(&str, &str)] = &[
    ("citext", include_str!("citext.txt")),
    ("hstore", include_str!("hstore.txt")),
    ("ltree", include_str!("ltree.txt")),
    ("pg_trgm", include_str!("pg_trgm.txt")),
    ("postgis", include_str!("postgis.txt")),
    ("uuid-ossp", include_str!("uuid-ossp.txt")),
    ("vector", include_str!("vector.txt")),
];

static EXTENSIONS: LazyLock<BTreeMap<&'static str, Extension>> =
    LazyLock::new(|| TEXTS.iter().map(|(name, text)| (*name, read(name, text))).collect());

pub(super) fn extensions() -> &'static BTreeMap<&'static str, Extension> {
    &EXTENSIONS
}

/// A row that does not read is left out: what is not in the table is refused. A test sees to it that all read.
fn read(name: &'static str, text: &'static str) -> Extension {
    let (functions, operators, casts, types) = (BTreeMap::new(), Vec::new(), Vec::new(), Vec::new());
    let mut extension = Extension { name, functions, operators, casts, types };
    for line in text.lines() {
        let _is_row = add(&mut extension, line);
    }
    extension
}

fn add(extension: &mut Extension, line: &'static str) -> Option<()> {
    let fields: Vec<&'static str> = line.split('\t').collect();
    let (kind, fields) = fields.split_first()?;
    match (*kind, fields) {
        ("function", fields) => {
            let (name, overload) = signature(fields)?;
            extension.functions.entry(name).or_default().push(overload);
        }
        ("operator", [name, left, right, returns, rule, verdict, _versions]) => {
            let verdict = match *verdict {
                "yes" => Verdict::Allow,
                "no" => Verdict::Deny(Rule::from_code(rule)?.reason()),
                _ => return None,
            };
            extension.operators.push(ExtensionOperator { name, left, right, returns, verdict });
        }
        ("cast", [source, target, context, _method, _versions]) => {
            extension.casts.push(ExtensionCast { source, target, context: context.chars().next()? });
        }
        ("type", [name, _kind, _category, served, _versions]) => {
            let served = match *served {
                "yes" => true,
                "no" => false,
                _ => return None,
            };
            extension.types.push(ExtensionType { name, served });
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::functions::Volatility;
    use crate::catalog::{functions, operators};

    #[test]
    fn every_row_reads_and_the_rows_are_in_order() {
        for (name, text) in TEXTS {
            let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("# ")).collect();
            let mut extension = read(name, "");
            for line in &lines {
                assert!(add(&mut extension, line).is_some(), "{name}: {line}");
            }
            // Kind, name, types.
            let keys: Vec<Vec<&str>> = lines.iter().map(|line| line.split('\t').take(4).collect()).collect();
            assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "{name}: sorted, each object once");
        }
        assert!(TEXTS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn no_allowed_function_makes_or_takes_a_type_that_no_client_may_have() {
        for extension in all() {
            let banned: Vec<&str> = extension.types.iter().filter(|found| !found.served).map(|found| found.name).collect();
            for (name, overload) in extension.functions.iter().flat_map(|(name, list)| list.iter().map(move |row| (name, row))) {
                let (Verdict::Allow | Verdict::Limit(_)) = overload.verdict else { continue };
                for type_name in overload.arguments.iter().chain([&overload.returns]) {
                    let bare = type_name.trim_end_matches("[]");
                    let is_banned = matches!(bare, "cstring" | "internal" | "oid" | "name") || bare.starts_with("reg");
                    assert!(
                        !is_banned && !banned.contains(&bare),
                        "{}: {name}({})",
                        extension.name,
                        overload.arguments.join(", ")
                    );
                }
            }
        }
    }

    #[test]
    fn what_writes_takes_names_or_tells_of_the_server_is_refused() {
        for (extension, names) in [
            ("hstore", &["populate_record", "hstore_version_diag"][..]),
            ("pg_trgm", &["set_limit", "show_limit"]),
            ("uuid-ossp", &["uuid_generate_v1", "uuid_generate_v1mc"]),
            (
                "postgis",
                &[
                    "addgeometrycolumn",
                    "dropgeometrytable",
                    "populate_geometry_columns",
                    "updategeometrysrid",
                    "find_srid",
                    "st_estimatedextent",
                    "st_findextent",
                    "st_fromflatgeobuftotable",
                    "st_asmvt",
                    "st_asgeobuf",
                    "_postgis_stats",
                    "_postgis_selectivity",
                    "_postgis_index_extent",
                    "lockrow",
                    "checkauth",
                    "gettransactionid",
                    "postgis_full_version",
                    "postgis_extensions_upgrade",
                    "get_proj4_from_srid",
                    "st_geomfromgml",
                ],
            ),
            ("vector", &["vector_accum", "vector_in"]),
        ] {
            let functions = &extensions()[extension].functions;
            for name in names {
                let denied = functions[name].iter().all(|row| matches!(row.verdict, Verdict::Deny(_)));
                assert!(denied, "{extension}: {name}");
            }
        }
        let transform = &extensions()["postgis"].functions["st_transform"];
        let allowed = transform.iter().filter(|row| !matches!(row.verdict, Verdict::Deny(_)));
        assert_eq!(allowed.map(|row| row.arguments.as_slice()).collect::<Vec<_>>(), [["geometry", "integer"]]);
        // What writes or draws lots is volatile; of that, only what makes a number up is allowed.
        for (name, row) in
            all().flat_map(|found| &found.functions).flat_map(|(name, list)| list.iter().map(move |row| (name, row)))
        {
            let harmless = ["uuid_generate_v4", "st_generatepoints", "st_clusterkmeans", "st_symmetricdifference"].contains(name);
            let denied = matches!(row.verdict, Verdict::Deny(_));
            assert!(row.volatility != Volatility::Volatile || denied || harmless, "{name}");
        }
    }

    /// Which of both is meant is decided by arguments of the extension's types: with none of them, PostgreSQL takes the builtin one.
    #[test]
    fn a_function_that_shares_its_name_with_a_builtin_one_takes_a_type_of_its_extension() {
        for extension in all() {
            let own: Vec<&str> = extension.types.iter().map(|found| found.name).collect();
            for (name, overload) in extension.functions.iter().flat_map(|(name, list)| list.iter().map(move |row| (name, row))) {
                let arity = overload.arguments.len();
                if functions::verdict(name, arity).is_none() || matches!(overload.verdict, Verdict::Deny(_)) {
                    continue;
                }
                let takes_own = overload.arguments.iter().any(|argument| own.contains(&argument.trim_end_matches("[]")));
                assert!(takes_own, "{}: {name}({})", extension.name, overload.arguments.join(", "));
            }
        }
    }

    /// Refusing a symbol must not take a builtin operator from anybody.
    #[test]
    fn a_refused_operator_shares_its_symbol_with_none_that_is_allowed() {
        for found in all().flat_map(|extension| &extension.operators) {
            let Verdict::Deny(_) = found.verdict else { continue };
            let mut others = all().flat_map(|extension| &extension.operators).filter(|other| other.name == found.name);
            assert!(others.all(|other| matches!(other.verdict, Verdict::Deny(_))), "{}", found.name);
            assert!(!operators::allowed(found.name), "{}", found.name);
        }
    }

    fn all() -> impl Iterator<Item = &'static Extension> {
        extensions().values()
    }
}
