//! Brings the reviewed table of one extension in step with live servers: what is new arrives denied, as "not reviewed yet".
//!
//! Usage: see `src/catalog/extensions/review.sql`. The first argument is the extension, the others are `VERSION=FILE`, a listing each; the versions that are
//! not given keep what the table says of them. Facts are those of the newest version that has the object, except that a function is as volatile as in the
//! worst. Rules, verdicts and what is served are never touched.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// The newest version that the tables speak of; the first is 13, which stands for "13 or older".
const NEWEST: u32 = 18;

/// One object: its facts, what was decided of it, the versions that have it.
#[derive(Default)]
struct Row {
    facts: Vec<String>,
    reviewed: Vec<String>,
    versions: BTreeSet<u32>,
}

/// How the fields of a kind of row lie: how many name the object (its kind counted), how many are facts, how many are decisions; then come the versions.
const fn layout(kind: &str) -> Option<(usize, usize, usize)> {
    match kind.as_bytes() {
        b"cast" => Some((3, 2, 0)),
        // Name and arguments; result, kind, volatility, flags, defaults; rule and verdict. The columns of a row result stand behind the versions.
        b"function" => Some((3, 5, 2)),
        b"operator" => Some((4, 1, 2)),
        b"type" => Some((2, 2, 1)),
        _ => None,
    }
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let extension = arguments.next().ok_or_else(|| anyhow::anyhow!("name the extension"))?;
    let table = std::fs::read_to_string(format!("src/catalog/extensions/{extension}.txt")).unwrap_or_default();
    let mut rows: BTreeMap<Vec<String>, Row> = table.lines().filter_map(reviewed).collect();
    let mut listings = BTreeMap::new();
    for argument in arguments {
        let given = argument.split_once('=').and_then(|(version, file)| Some((version.parse::<u32>().ok()?, file)));
        let (version, file) = given.ok_or_else(|| anyhow::anyhow!("give the arguments as VERSION=FILE"))?;
        listings.insert(version, std::fs::read_to_string(file)?);
    }
    let newest = listings.keys().copied().chain([NEWEST]).max().unwrap_or(NEWEST);
    for row in rows.values_mut() {
        row.versions.retain(|version| !listings.contains_key(version));
    }
    for (version, listing) in &listings {
        listing.lines().for_each(|line| add(&mut rows, *version, line));
    }
    let mut out = std::io::stdout().lock();
    for comment in table.lines().take_while(|line| line.starts_with("# ")) {
        writeln!(out, "{comment}")?;
    }
    for (key, row) in rows {
        let (Some(since), Some(until)) = (row.versions.first(), row.versions.last()) else { continue };
        let until = if *until == newest { String::new() } else { until.to_string() };
        let is_function = key.first().is_some_and(|kind| kind == "function");
        let (facts, columns) = row.facts.split_at(if is_function { 5.min(row.facts.len()) } else { row.facts.len() });
        let versions = [format!("{since}-{until}")];
        let fields: Vec<&str> =
            key.iter().chain(facts).chain(&row.reviewed).chain(&versions).chain(columns).map(String::as_str).collect();
        writeln!(out, "{}", fields.join("\t"))?;
    }
    Ok(())
}

/// A row of the table.
fn reviewed(line: &str) -> Option<(Vec<String>, Row)> {
    let fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
    let (named, facts, decided) = layout(fields.first()?)?;
    let (since, until) = fields.get(named + facts + decided)?.split_once('-')?;
    let row = Row {
        facts: [fields.get(named..named + facts)?, fields.get(named + facts + decided + 1..)?].concat(),
        reviewed: fields.get(named + facts..named + facts + decided)?.to_vec(),
        versions: (since.parse().ok()?..=until.parse().unwrap_or(NEWEST)).collect(),
    };
    Some((fields.get(..named)?.to_vec(), row))
}

/// A line of the listing of one version.
fn add(rows: &mut BTreeMap<Vec<String>, Row>, version: u32, line: &str) {
    let fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
    let Some(kind) = fields.first().cloned() else { return };
    let Some((named, facts, _)) = layout(&kind) else { return };
    let columns = usize::from(kind == "function");
    let (Some(key), Some(live)) = (fields.get(..named), fields.get(named..named + facts + columns)) else { return };
    let row = rows.entry(key.to_vec()).or_default();
    if row.reviewed.is_empty() {
        let undecided: &[&str] = match kind.as_str() {
            "function" | "operator" => &["U", "no"],
            "type" => &["no"],
            _ => &[],
        };
        row.reviewed = undecided.iter().map(|field| (*field).to_owned()).collect();
    }
    let is_newest = row.versions.iter().all(|other| *other <= version);
    row.versions.insert(version);
    let mut live = live.to_vec();
    // i, s, v: in the order of the alphabet.
    if kind == "function"
        && let (Some(now), Some(known)) = (live.get_mut(2), row.facts.get(2))
    {
        *now = now.clone().max(known.clone());
    }
    if is_newest || row.facts.is_empty() {
        row.facts = live;
    }
}
