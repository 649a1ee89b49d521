//! The reviewed tables against the server that is there: what it has is in them, as they say it is.

use std::collections::{BTreeMap, BTreeSet};

use postern::catalog::extensions;
use postern::catalog::functions::{self, FunctionKind, Volatility};

use crate::harness::{Installation, Postgres};

const LISTING: &str = include_str!("../fixtures/catalogs/listing.sql");
const LISTED: &str = include_str!("../fixtures/catalogs/builtin.txt");
const EXTENSIONS: &str = include_str!("../../src/catalog/extensions/review.sql");
const FUNCTIONS: &str = include_str!("../../src/catalog/functions/review.sql");

/// What came with a minor release: a server of a listed version has it or not.
const OF_MINOR_RELEASES: [&str; 1] = ["function pg_catalog.binary_upgrade_set_next_attribute_versions(pg_lsn[]) void"];

fn major(server: &Postgres) -> u32 {
    server.sql("postgres", "SHOW server_version_num").parse::<u32>().unwrap() / 10_000
}

#[test]
fn the_server_has_what_the_listing_of_its_version_says() {
    let server = Postgres::shared();
    let version = major(&server);
    let live = server.sql("postgres", LISTING);
    let live: BTreeSet<&str> = live.lines().collect();
    let listed: BTreeSet<&str> = LISTED
        .lines()
        .filter_map(|line| {
            let (versions, text) = line.split_once('\t')?;
            let (since, until) = versions.split_once('-')?;
            (since.parse::<u32>().ok()? <= version && version <= until.parse().ok()?).then_some(text)
        })
        .collect();
    assert_eq!(live.difference(&listed).collect::<Vec<_>>(), Vec::<&&str>::new(), "new in {version}");
    let gone = listed.difference(&live).filter(|text| !OF_MINOR_RELEASES.contains(text));
    assert_eq!(gone.collect::<Vec<_>>(), Vec::<&&str>::new(), "gone from {version}");
}

/// What each reviewed extension makes here, as far as it is installed: all of it is in its table, as the table says it is.
#[test]
fn the_tables_of_extensions_hold_what_the_extensions_make() {
    for installation in Installation::all() {
        let server = Postgres::shared_of(installation.clone());
        let mut checked = Vec::new();
        for extension in extensions::all() {
            let name = extension.name;
            let available = format!("SELECT count(*) FROM pg_available_extensions WHERE name = '{name}'");
            if server.sql("postgres", &available) == "0" {
                continue;
            }
            let database = format!("reviewed_{name}");
            server.sql("postgres", &format!("DROP DATABASE IF EXISTS \"{database}\""));
            server.sql("postgres", &format!("CREATE DATABASE \"{database}\" TEMPLATE template0"));
            server.sql(&database, &format!("CREATE EXTENSION \"{name}\""));
            let live = server.sql(&database, &format!("\\set extension '{name}'\n{EXTENSIONS}"));
            assert!(!live.is_empty(), "{name}");
            for line in live.lines() {
                let fields: Vec<&str> = line.split('\t').collect();
                assert!(is_reviewed(extension, &fields), "PostgreSQL {}: {name}: {line}", server.major);
            }
            checked.push(name);
        }
        assert!(checked.contains(&"citext") && checked.len() >= 5, "PostgreSQL {}: only {checked:?}", server.major);
    }
}

fn is_reviewed(extension: &extensions::Extension, fields: &[&str]) -> bool {
    match *fields {
        ["cast", source, target, context, ..] => extension
            .casts
            .iter()
            .any(|row| (row.source, row.target, context) == (source, target, row.context.to_string().as_str())),
        ["function", name, arguments, result, _kind, volatility, flags, defaults, columns] => {
            let rows = extension.functions.get(name).map(Vec::as_slice).unwrap_or_default();
            let Some(row) = rows.iter().find(|row| row.arguments.join(", ") == arguments) else { return false };
            let set = if row.returns_set { "SETOF " } else { "" };
            let own: Vec<String> = row.out_columns.iter().map(|column| format!("{} {}", column.name, column.type_name)).collect();
            let steady = match volatility {
                "i" => Volatility::Immutable,
                "s" => Volatility::Stable,
                _ => Volatility::Volatile,
            };
            // What is denied may differ between versions in what it gives.
            matches!(row.verdict, functions::Verdict::Deny(_))
                || (format!("{set}{}", row.returns) == result
                    && own.join(", ") == columns
                    && row.defaults.to_string() == defaults
                    && row.variadic == flags.contains('v')
                    && row.volatility >= steady)
        }
        ["operator", name, left, right, result, ..] => {
            extension.operators.iter().any(|row| (row.name, row.left, row.right, row.returns) == (name, left, right, result))
        }
        ["type", name, ..] => extension.types.iter().any(|row| row.name == name),
        _ => false,
    }
}

/// The facts that decide: kind, set or not, result columns, defaults, how volatile, leakproof or not.
#[test]
fn the_facts_of_every_function_are_the_servers() {
    let server = Postgres::shared();
    let version = major(&server);
    let listing = server.sql("postgres", FUNCTIONS);
    let mut checked = 0;
    for line in listing.lines() {
        let fields: Vec<&str> = line.split('|').collect();
        let [name, arguments, result, kind, volatility, flags, defaults, columns] = *fields.as_slice() else { panic!("{line}") };
        let function = functions::builtin(name).unwrap_or_else(|| panic!("{line}"));
        let row = function.overloads.iter().find(|row| row.arguments.join(", ") == arguments).unwrap_or_else(|| panic!("{line}"));
        assert!(row.since <= version && row.until.is_none_or(|until| version <= until), "{line}");
        let letter = match row.kind {
            FunctionKind::Aggregate => "a",
            FunctionKind::Function => "f",
            FunctionKind::HypotheticalSet => "h",
            FunctionKind::OrderedSet => "o",
            FunctionKind::Window => "w",
        };
        assert_eq!(letter, kind, "{line}");
        let live = match volatility {
            "i" => Volatility::Immutable,
            "s" => Volatility::Stable,
            _ => Volatility::Volatile,
        };
        assert!(row.volatility >= live, "{line}: the table takes it for steadier than it is");
        assert!(!row.leakproof || flags.contains('l'), "{line}: the table takes it for leakproof");
        // What is denied may differ between versions in what it returns; `pg_get_keywords` has two columns more since 14.
        if matches!(row.verdict, functions::Verdict::Deny(_)) || name == "pg_get_keywords" {
            continue;
        }
        let set = if row.returns_set { "SETOF " } else { "" };
        assert_eq!(format!("{set}{}", row.returns), result, "{line}");
        assert_eq!((row.variadic, row.strict), (flags.contains('v'), flags.contains('s')), "{line}");
        let (count, direct) = defaults.split_once('/').unwrap_or((defaults, "0"));
        assert_eq!((row.defaults.to_string().as_str(), row.direct.to_string().as_str()), (count, direct), "{line}");
        let own: Vec<String> = row.out_columns.iter().map(|column| format!("{} {}", column.name, column.type_name)).collect();
        assert_eq!(own.join(", "), columns, "{line}");
        checked += 1;
    }
    assert!(checked > 1_500, "{checked}");
}

/// No builtin function of this server that a call could mean is missing: by name and number of arguments, as PostgreSQL counts them.
#[test]
fn every_arity_of_every_function_has_a_verdict() {
    let server = Postgres::shared();
    let listing = server.sql("postgres", FUNCTIONS);
    let mut arities: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for line in listing.lines() {
        let fields: Vec<&str> = line.split('|').collect();
        let count = fields[1].split(", ").filter(|argument| !argument.is_empty()).count();
        let defaults: usize = fields[6].split('/').next().unwrap().parse().unwrap();
        arities.entry(fields[0]).or_default().extend(count - defaults..=count);
    }
    for (name, arities) in arities {
        for arity in arities {
            assert!(functions::verdict(name, arity).is_some(), "{name}/{arity}");
        }
    }
}
