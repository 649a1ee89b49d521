//! Brings the reviewed table of builtin functions in step with live servers: what is new arrives denied, as "not reviewed yet".
//!
//! Usage: see `src/catalog/functions/review.sql`. Arguments are `VERSION=FILE`, a listing each; the versions that are not given keep what the table says of
//! them. Facts are those of the newest version that has the function, except that it is leakproof only where every version says so and as volatile as in
//! the worst. Rule and verdict are never touched.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

const TABLE: &str = include_str!("../src/catalog/functions/builtin.txt");

/// The newest version that the table speaks of; the first is 13, which stands for "13 or older".
const NEWEST: u32 = 18;

/// One signature in one version: result, kind, volatility, flags, defaults, columns.
type Facts = [String; 6];

/// One signature: rule and verdict, and the versions that have it.
#[derive(Default)]
struct Row {
    reviewed: Option<[String; 2]>,
    facts: Option<Facts>,
    versions: BTreeSet<u32>,
}

fn main() -> anyhow::Result<()> {
    let mut rows = table();
    let mut listings = BTreeMap::new();
    for argument in std::env::args().skip(1) {
        let given = argument.split_once('=').and_then(|(version, file)| Some((version.parse::<u32>().ok()?, file)));
        let (version, file) = given.ok_or_else(|| anyhow::anyhow!("give the arguments as VERSION=FILE"))?;
        listings.insert(version, std::fs::read_to_string(file)?);
    }
    let newest = listings.keys().copied().chain([NEWEST]).max().unwrap_or(NEWEST);
    for row in rows.values_mut() {
        row.versions.retain(|version| !listings.contains_key(version));
        if row.versions.is_empty() {
            row.facts = None;
        }
    }
    for (version, listing) in &listings {
        add(&mut rows, *version, listing);
    }
    let mut out = std::io::stdout().lock();
    for comment in TABLE.lines().take_while(|line| line.starts_with('#')) {
        writeln!(out, "{comment}")?;
    }
    for ((name, arguments), row) in rows {
        let (Some(since), Some(until), Some([result, kind, volatility, flags, defaults, columns])) =
            (row.versions.first(), row.versions.last(), row.facts)
        else {
            continue;
        };
        let until = if *until == newest { String::new() } else { until.to_string() };
        let [rule, verdict] = row.reviewed.unwrap_or_else(|| ["U".to_owned(), "no".to_owned()]);
        writeln!(
            out,
            "{name}|{arguments}|{result}|{kind}|{volatility}|{flags}|{defaults}|{rule}|{verdict}|{since}-{until}|{columns}"
        )?;
    }
    Ok(())
}

/// The table as it is.
fn table() -> BTreeMap<(String, String), Row> {
    let mut rows = BTreeMap::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('|').collect();
        let [name, arguments, result, kind, volatility, flags, defaults, rule, verdict, versions, columns] = *fields.as_slice()
        else {
            continue;
        };
        let Some((since, until)) = versions.split_once('-') else { continue };
        let row = Row {
            reviewed: Some([rule.to_owned(), verdict.to_owned()]),
            facts: Some([result, kind, volatility, flags, defaults, columns].map(str::to_owned)),
            versions: (since.parse().unwrap_or(NEWEST)..=until.parse().unwrap_or(NEWEST)).collect(),
        };
        rows.insert((name.to_owned(), arguments.to_owned()), row);
    }
    rows
}

/// Takes in the listing of one version.
fn add(rows: &mut BTreeMap<(String, String), Row>, version: u32, listing: &str) {
    for line in listing.lines() {
        let fields: Vec<&str> = line.split('|').collect();
        let [name, arguments, result, kind, volatility, flags, defaults, columns] = *fields.as_slice() else { continue };
        let row = rows.entry((name.to_owned(), arguments.to_owned())).or_default();
        let is_newest = row.versions.iter().all(|other| *other <= version);
        row.versions.insert(version);
        let live = [result, kind, volatility, flags, defaults, columns].map(str::to_owned);
        row.facts = Some(match row.facts.take() {
            None => live,
            Some(known) if is_newest => strictest(live, &known),
            Some(known) => strictest(known, &live),
        });
    }
}

/// Facts of one version, with what is worse in the other.
fn strictest(facts: Facts, other: &Facts) -> Facts {
    let [result, kind, volatility, flags, defaults, columns] = facts;
    let [_, _, other_volatility, other_flags, _, _] = other;
    // i, s, v: in the order of the alphabet.
    let volatility = volatility.max(other_volatility.clone());
    let flags = if other_flags.contains('l') { flags } else { flags.replace('l', "") };
    [result, kind, volatility, if flags.is_empty() { "-".to_owned() } else { flags }, defaults, columns]
}
