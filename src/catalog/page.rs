//! The page of the manual that tells which functions, operators, casts and types may be used: made from the tables, and held to them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::functions::{Class, Overload, Rule, Verdict};
use super::{extensions, functions, operators, types};

const HEAD: &str = "\
# Functions, operators, casts and types

<!-- Made from the tables in src/catalog by src/catalog/page.rs, and held to them by its test, which prints it. -->

What is not in a reviewed table does not exist for a client. Functions are looked up by name and number of arguments, in PostgreSQL 13 to 18; the strictest
overload that a call could mean decides. Each table is held against the catalogs of the servers by a test.

- **allowed**: computes on its arguments;
- **limited**: allowed, and its cost is bounded by the limits of time, rows and bytes, and what one size argument asks for by `limits.value_bytes` ([sizes](sql.md#sizes));
- **answered**: the gate answers in its place, or sends it over what the grant shows;
- **refused**: 42501, with the reason. Functions that nobody can call (over `internal` and the like) are in no table;
  regproc knows their names.

## Builtin functions, by class

Signatures, as `allowed / limited / answered / refused`.

";

const VERSIONS: std::ops::RangeInclusive<u32> = 13..=18;

const CLASSES: &[(Class, &str)] = &[
    (Class::Pure, "pure"),
    (Class::ResourceHeavy, "heavy on resources"),
    (Class::CatalogRead, "read the catalogs"),
    (Class::DataRead, "read data"),
    (Class::Session, "session"),
    (Class::Server, "server"),
];

fn overloads() -> impl Iterator<Item = (&'static str, &'static Overload)> {
    functions::all().flat_map(|function| function.overloads.iter().map(|overload| (function.name, overload)))
}

/// How many of each verdict, in the order of the page.
fn counts(verdicts: impl Iterator<Item = Verdict>) -> [usize; 4] {
    let mut counts = [0; 4];
    for verdict in verdicts {
        counts[match verdict {
            Verdict::Allow => 0,
            Verdict::Limit(_) => 1,
            Verdict::Filtered(_) => 2,
            Verdict::Deny(_) => 3,
        }] += 1;
    }
    counts
}

fn told(counts: [usize; 4]) -> String {
    counts.map(|count| count.to_string()).join(" / ")
}

fn has(since: u32, until: Option<u32>, version: u32) -> bool {
    since <= version && until.is_none_or(|until| version <= until)
}

/// The names of a rule that are never allowed, with those that are in some overload.
fn refused<'o>(overloads: impl Iterator<Item = (&'o str, &'o Overload)>) -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut refused: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let all: Vec<_> = overloads.collect();
    for (name, overload) in &all {
        let Verdict::Deny(_) = overload.verdict else { continue };
        let always = all.iter().filter(|(other, _)| other == name).all(|(_, other)| matches!(other.verdict, Verdict::Deny(_)));
        let told = if always { format!("`{name}`") } else { format!("`{name}({})`", overload.arguments.join(", ")) };
        refused.entry(overload.rule.code).or_default().insert(told);
    }
    refused
}

fn refused_table(page: &mut String, refused: &BTreeMap<&str, BTreeSet<String>>) {
    page.push_str("| reason | functions |\n|---|---|\n");
    for (code, names) in refused {
        let reason = Rule::from_code(code).unwrap().reason();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        writeln!(page, "| {reason} ({code}, {}) | {} |", names.len(), names.join(", ")).unwrap();
    }
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    let titles: Vec<String> = VERSIONS.map(|version| format!("PostgreSQL {version}")).collect();
    writeln!(page, "| class | {} |\n|---|{}", titles.join(" | "), "---|".repeat(titles.len())).unwrap();
    let row = |page: &mut String, name: &str, wanted: &dyn Fn(&Overload) -> bool| {
        let of = |version| overloads().filter(move |(_, found)| has(found.since, found.until, version));
        let cells: Vec<String> = VERSIONS
            .map(|version| told(counts(of(version).filter(|(_, found)| wanted(found)).map(|(_, found)| found.verdict))))
            .collect();
        writeln!(page, "| {name} | {} |", cells.join(" | ")).unwrap();
    };
    for (class, name) in CLASSES {
        row(&mut page, name, &|found| found.rule.class == *class);
    }
    row(&mut page, "all", &|_| true);
    page.push_str("\n## Operators and types\n\n| | ");
    writeln!(page, "{} |\n|---|{}", titles.join(" | "), "---|".repeat(titles.len())).unwrap();
    let cells = |count: &dyn Fn(u32) -> usize| VERSIONS.map(|version| count(version).to_string()).collect::<Vec<_>>().join(" | ");
    let of_operators = cells(&|version| operators::all().filter(|found| has(found.since, found.until, version)).count());
    let total = cells(&|version| operators::all().filter(|found| found.total && has(found.since, found.until, version)).count());
    let nameable = cells(&|version| types::all().filter(|found| found.nameable && found.since <= version).count());
    let other = cells(&|version| types::all().filter(|found| !found.nameable && found.since <= version).count());
    writeln!(page, "| operators | {of_operators} |\n| of these, never raise | {total} |").unwrap();
    writeln!(page, "| types that can be named | {nameable} |\n| types that cannot | {other} |").unwrap();
    page.push_str("\nA cast is asked for by the type that it gives, so the types decide; what it runs is an allowed function.\n");
    page.push_str("\n## Builtin functions that are refused\n\n");
    refused_table(&mut page, &refused(overloads()));
    page.push_str("\n## Extensions\n\nServed where the warehouse keeps to the table ([operations](operations.md#extensions)); functions and operators as `allowed / limited / answered / refused`.\n\n");
    page.push_str("| extension | functions | operators | casts | types served | types kept |\n|---|---|---|---|---|---|\n");
    for extension in extensions::all() {
        let of_functions = counts(extension.functions.values().flatten().map(|found| found.verdict));
        let of_operators = counts(extension.operators.iter().map(|found| found.verdict));
        let names = |served| {
            let names: Vec<String> =
                extension.types.iter().filter(|found| found.served == served).map(|found| format!("`{}`", found.name)).collect();
            names.join(", ")
        };
        writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} |",
            extension.name,
            told(of_functions),
            told(of_operators),
            extension.casts.len(),
            names(true),
            names(false)
        )
        .unwrap();
    }
    for extension in extensions::all() {
        let list = extension.functions.iter().flat_map(|(name, list)| list.iter().map(move |found| (*name, found)));
        let refused = refused(list);
        if !refused.is_empty() {
            writeln!(page, "\n### {}: functions that are refused\n", extension.name).unwrap();
            refused_table(&mut page, &refused);
        }
        for operator in &extension.operators {
            if let Verdict::Deny(reason) = operator.verdict {
                writeln!(page, "\nThe operator `{}` is refused: it {reason}.", operator.name).unwrap();
            }
        }
    }
    page
}

#[test]
fn the_page_is_that_of_the_tables() {
    let made = page();
    assert!(include_str!("../../docs/functions.md") == made, "docs/functions.md is out of date; it reads:\n{made}");
}
