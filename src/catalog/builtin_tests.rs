//! The reviewed tables against the catalogs of PostgreSQL 13 to 18: nothing is missing, nothing was made up.
//!
//! `tests/fixtures/catalogs/builtin.txt` holds what each version has; `tests/it/catalogs.rs` holds it against the server that is there.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::system::{self, SystemClass};
use crate::catalog::{functions, operators, types};

const LISTING: &str = include_str!("../../tests/fixtures/catalogs/builtin.txt");
const NEWEST: u32 = 18;

/// Types of arguments and results that no SQL expression has: a function over one cannot be called.
const UNCALLABLE: &[&str] = &[
    "event_trigger",
    "fdw_handler",
    "index_am_handler",
    "internal",
    "language_handler",
    "pg_ddl_command",
    "table_am_handler",
    "trigger",
    "tsm_handler",
];

/// The lines of one kind, without it: first version, last version, text.
fn listed(kind: &str) -> Vec<(u32, u32, &'static str)> {
    let lines = LISTING.lines().filter_map(|line| {
        let (versions, text) = line.split_once('\t').unwrap();
        let (since, until) = versions.split_once('-').unwrap();
        let text = text.strip_prefix(kind)?.strip_prefix(' ')?;
        Some((since.parse().unwrap(), until.parse().unwrap(), text))
    });
    lines.collect()
}

/// `name(a, b) result` or `name (a, b) result`: name, arguments, result.
fn signature(text: &str) -> (&str, Vec<&str>, &str) {
    let (name, rest) = text.split_once('(').unwrap();
    let (arguments, result) = rest.rsplit_once(')').unwrap();
    (name.trim_end(), arguments.split(", ").filter(|argument| !argument.is_empty()).collect(), result.trim_start())
}

fn until(last: u32) -> Option<u32> {
    (last != NEWEST).then_some(last)
}

#[test]
fn every_function_of_every_version_is_in_the_table() {
    let mut found = BTreeSet::new();
    for (since, last, text) in listed("function") {
        let Some(text) = text.strip_prefix("pg_catalog.") else {
            let (name, arguments, result) = signature(text.strip_prefix("information_schema.").unwrap());
            let reads_catalogs = ["_pg_index_position", "_pg_keysequal"].contains(&name);
            assert_eq!(functions::in_information_schema(name).is_none(), reads_catalogs, "{text}");
            for overload in functions::in_information_schema(name).iter().flat_map(|found| &found.overloads) {
                let bare: Vec<&str> = arguments.iter().map(|argument| argument.trim_start_matches("pg_catalog.")).collect();
                assert_eq!((&overload.arguments, overload.returns), (&bare, result.trim_start_matches("SETOF ")), "{text}");
            }
            continue;
        };
        let (name, arguments, result) = signature(text);
        let row = functions::builtin(name)
            .and_then(|function| function.overloads.iter().find(|overload| overload.arguments == arguments));
        let uncallable =
            arguments.iter().chain([&result]).any(|name| UNCALLABLE.contains(name)) || result.ends_with(" procedure");
        let Some(row) = row else {
            assert!(uncallable, "{text} of {since}-{last} is not in the table");
            continue;
        };
        assert!(!uncallable, "{text} cannot be called");
        // A result may change from version to version: two lines, one row.
        found.insert((name, arguments.join(", ")));
        assert!(row.since <= since && row.until.is_none_or(|until| last <= until), "{text}: {since}-{last}");
    }
    for function in functions::all() {
        for overload in &function.overloads {
            assert!(found.contains(&(function.name, overload.arguments.join(", "))), "no server has {}", function.name);
        }
    }
}

#[test]
fn every_name_that_nobody_can_call_is_known() {
    let of = |text: &'static str| text.strip_prefix("pg_catalog.").map(|text| signature(text).0);
    let names: BTreeSet<&str> = listed("function").into_iter().filter_map(|(_, _, text)| of(text)).collect();
    let uncallable: Vec<&str> = names.into_iter().filter(|name| functions::builtin(name).is_none()).collect();
    assert_eq!(functions::uncallable().collect::<Vec<_>>(), uncallable);
    assert!(functions::is_builtin_name("array_recv") && functions::is_builtin_name("lower"));
    assert!(!functions::is_builtin_name("no_such_function") && !functions::is_builtin_name(""));
}

#[test]
fn every_operator_of_every_version_is_in_the_table() {
    let mut found = 0;
    for (since, last, text) in listed("operator") {
        let (name, rest) = text.split_once(" (").unwrap();
        let (operands, returns) = rest.rsplit_once(") ").unwrap();
        let (left, right) = operands.split_once(", ").unwrap();
        let banned = operands.contains("aclitem") || right.is_empty();
        let row =
            operators::builtin(name).unwrap_or_default().iter().find(|row| row.left.unwrap_or("") == left && row.right == right);
        assert_eq!(row.is_none(), banned, "{text}");
        let Some(row) = row else { continue };
        assert_eq!((row.since, row.until, row.returns), (since, until(last), returns), "{text}");
        found += 1;
    }
    assert_eq!(operators::all().count(), found, "a row that no server has");
}

#[test]
fn every_type_of_every_version_is_in_the_table() {
    let mut found = BTreeMap::new();
    for (since, last, text) in listed("type") {
        let (oid, rest) = text.split_once(' ').unwrap();
        let fields: Vec<&str> = rest.split('|').collect();
        let row = types::builtin_by_oid(oid.parse().unwrap()).unwrap_or_else(|| panic!("{text} is not in the table"));
        let array = row.array.map(|array| array.to_string()).unwrap_or_default();
        assert_eq!(fields, [row.name, row.spelling, fields[2], array.as_str(), if row.collatable { "c" } else { "" }], "{text}");
        assert_eq!(last, NEWEST, "{text} is gone");
        found.insert(row.oid, since);
    }
    for row in types::all() {
        assert_eq!(found.get(&row.oid), Some(&row.since), "{}", row.name);
    }
}

/// A cast is asked for by the name of its target, so the types decide; what runs is a function of the table.
#[test]
fn a_cast_between_nameable_types_runs_an_allowed_function_or_none() {
    let casts = listed("cast");
    assert!(casts.len() > 220);
    for (_, _, text) in casts {
        let [pair, context, function, arity] = *text.split('|').collect::<Vec<_>>().as_slice() else { panic!("{text}") };
        let (source, target) = pair.split_once(" > ").unwrap();
        assert!(["a", "e", "i"].contains(&context), "{text}");
        let nameable = |name: &str| types::builtin_by_name(name).is_some_and(|found| found.nameable);
        if function.is_empty() || !nameable(target) || !nameable(source) {
            continue;
        }
        // By its first argument: the verdict on the name and number would speak of the strictest overload.
        let overloads = &functions::builtin(function).unwrap().overloads;
        let run = overloads
            .iter()
            .filter(|overload| overload.arguments.first() == Some(&source) && overload.arguments.len().to_string() == arity);
        for overload in run {
            let allowed = matches!(overload.verdict, functions::Verdict::Allow | functions::Verdict::Limit(_));
            assert!(allowed, "{text} runs {function}({})", overload.arguments.join(", "));
        }
    }
}

/// Types whose operators the planner runs on statistics: a bare column of such would open them (enforcement L1).
const PATTERNS: &[&str] = &["text", "name", "character varying", "character", "bytea"];

#[test]
fn every_system_relation_is_reviewed_and_every_column_of_what_is_filtered() {
    let mut relations: BTreeMap<(&str, &str), BTreeMap<&str, &str>> = BTreeMap::new();
    for (_, _, text) in listed("column") {
        let (column, type_name) = text.split_once(' ').unwrap();
        let [schema, relation, column] = *column.split('.').collect::<Vec<_>>().as_slice() else { panic!("{text}") };
        relations.entry((schema, relation)).or_default().insert(column, type_name);
    }
    for ((schema, name), columns) in &relations {
        let reviewed = system::relation(schema, name).unwrap_or_else(|| panic!("{schema}.{name} is not reviewed"));
        if reviewed.class != SystemClass::Filtered {
            continue;
        }
        for (column, type_name) in columns {
            assert!(reviewed.shows(column), "{schema}.{name}.{column} is not reviewed");
            let bare = reviewed.shows_bare(column) && PATTERNS.contains(type_name);
            assert!(!bare, "{schema}.{name}.{column}: the planner knows its values");
        }
    }
    for reviewed in system::all() {
        assert!(relations.contains_key(&(reviewed.schema, reviewed.name)), "no server has {}", reviewed.name);
    }
}

/// The text of an array of registry values is the warehouse's: no such array may hold anything but the names that the client knows.
#[test]
fn no_system_relation_with_rows_shows_an_array_of_registry_values() {
    let mut found = 0;
    for (_, _, text) in listed("column") {
        let (name, of) = text.split_once(' ').unwrap();
        let mut parts = name.splitn(3, '.');
        let (schema, relation, column) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        let Some(reviewed) = system::relation(schema, relation).filter(|reviewed| reviewed.shows(column)) else { continue };
        if of.starts_with("reg") && of.ends_with("[]") {
            found += 1;
            assert!(reviewed.class == SystemClass::Empty || reviewed.tells_names(column), "{text}");
        }
    }
    assert!(found > 0);
}
