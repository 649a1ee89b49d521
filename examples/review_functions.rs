//! Brings the reviewed table of builtin functions in step with a newer PostgreSQL: what is new arrives denied, as "not reviewed yet".
//!
//! Usage: see `src/catalog/functions/review.sql`. Reads the listing of that query, prints the table; rows that were reviewed keep rule,
//! verdict and versions, rows that the listing lacks keep all.

use std::collections::BTreeMap;
use std::io::{Read, Write};

const TABLE: &str = include_str!("../src/catalog/functions/builtin.txt");

fn main() -> anyhow::Result<()> {
    let version = std::env::args().nth(1).ok_or_else(|| anyhow::anyhow!("name the major version of the listing"))?;
    let mut listing = String::new();
    std::io::stdin().read_to_string(&mut listing)?;
    let mut out = std::io::stdout().lock();
    for comment in TABLE.lines().take_while(|line| line.starts_with('#')) {
        writeln!(out, "{comment}")?;
    }
    for row in merge(&listing, &version).into_values() {
        writeln!(out, "{}", row.join("|"))?;
    }
    Ok(())
}

/// Rows by name and arguments.
fn merge(listing: &str, version: &str) -> BTreeMap<(String, String), Vec<String>> {
    let mut rows = BTreeMap::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let row: Vec<String> = line.split('|').map(str::to_owned).collect();
        if let [name, arguments, ..] = row.as_slice() {
            rows.insert((name.clone(), arguments.clone()), row);
        }
    }
    for line in listing.lines() {
        let fields: Vec<&str> = line.split('|').collect();
        let [name, arguments, result, kind, volatility, flags, defaults, columns] = *fields.as_slice() else { continue };
        let known = rows.get(&(name.to_owned(), arguments.to_owned())).cloned();
        let reviewed = known.as_ref().and_then(|row| row.get(7..10)).map(<[String]>::to_vec);
        let reviewed = reviewed.unwrap_or_else(|| vec!["U".to_owned(), "no".to_owned(), format!("{version}-")]);
        // Leakproof means leakproof in every version.
        let leakproof = known.as_ref().and_then(|row| row.get(5)).is_none_or(|flags| flags.contains('l'));
        let flags = if leakproof { flags.to_owned() } else { flags.replace('l', "") };
        let flags = if flags.is_empty() { "-".to_owned() } else { flags };
        let mut row: Vec<String> = [name, arguments, result, kind, volatility, &flags, defaults].map(str::to_owned).to_vec();
        row.extend(reviewed);
        row.push(columns.to_owned());
        rows.insert((name.to_owned(), arguments.to_owned()), row);
    }
    rows
}
