//! Runs `tests/bypass/*.sql`: statements that someone would try. Each is refused, or stays within the grant.
//!
//! A file begins with `-- ` and why it matters; `-- database: …` and `-- search_path: …` choose the session; `-- says: …` tells that the statement
//! itself spells a hidden name, which may then stand in the text as a string or a name of the client's own; `-- witness: …` tells why the second
//! parser alone stops it.

use std::fs;
use std::path::Path;

use postern::enforce::DenialCode;

use super::bed::{Bed, SHOP, SHOP_ON_VIEWS, Session};
use super::permit;

/// A file and what it says of itself.
struct Attack {
    name: String,
    session: Session,
    says: Vec<String>,
    /// Only the second parser stops it, and that is known.
    by_witness: bool,
    sql: String,
}

fn attacks() -> Vec<Attack> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bypass");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Attack {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let text = fs::read_to_string(path).unwrap();
    let mut session = Session { database: "analysis".to_owned(), ..Session::default() };
    let (mut says, mut by_witness) = (Vec::new(), false);
    let (why, mut rest) = text.split_once('\n').unwrap();
    assert!(why.starts_with("-- ") && why.len() > 12, "{name} says why it matters");
    while let Some((line, after)) = rest.split_once('\n') {
        if let Some(database) = line.strip_prefix("-- database: ") {
            session.database = database.to_owned();
        } else if let Some(search_path) = line.strip_prefix("-- search_path: ") {
            session.search_path = Some(search_path.split(',').map(str::to_owned).collect());
        } else if let Some(word) = line.strip_prefix("-- says: ") {
            says.push(word.to_owned());
        } else if line.starts_with("-- witness: ") {
            by_witness = true;
        } else {
            break;
        }
        rest = after;
    }
    Attack { name, session, says, by_witness, sql: rest.strip_suffix('\n').unwrap_or(rest).to_owned() }
}

#[test]
fn every_attack_is_refused_or_stays_within_the_grant() {
    every_attack_on(&SHOP);
}

#[test]
fn every_attack_is_refused_or_stays_within_the_grant_on_views() {
    every_attack_on(&SHOP_ON_VIEWS);
}

fn every_attack_on(bed: &Bed) {
    let attacks = attacks();
    assert!(attacks.len() >= 120, "{} attacks", attacks.len());
    let mut through = Vec::new();
    for attack in &attacks {
        let grant = bed.grant(&attack.session.database);
        let spoken = attack.says.join(" ");
        if let Ok(plans) = bed.judge(&attack.session, &attack.sql) {
            let beyond = plans.iter().find_map(|plan| permit::within(bed, grant, plan, &spoken).err());
            through.extend(beyond.map(|why| format!("{}: {why}", attack.name)));
        }
    }
    assert!(through.is_empty(), "{} of {} attacks got through\n{}", through.len(), attacks.len(), through.join("\n\n"));
}

#[test]
fn a_refusal_names_nothing_that_the_client_did_not() {
    for attack in attacks() {
        let Err(refusal) = SHOP.judge(&attack.session, &attack.sql) else { continue };
        let error = &refusal.error;
        let told = format!("{} {:?} {:?}", error.message, error.detail, error.hint).to_lowercase();
        let written = format!("{} {}", attack.sql, attack.says.join(" ")).to_lowercase();
        for name in SHOP.hidden_names.iter().filter(|name| !written.contains(name.as_str())) {
            assert!(!told.contains(name.as_str()), "{}: {told}", attack.name);
        }
    }
}

/// The back-end decides how a relation is read, not what is refused.
#[test]
fn views_refuse_what_sub_selects_refuse() {
    for attack in attacks().iter().filter(|attack| !attack.sql.to_lowercase().contains("tablesample")) {
        let told =
            |bed: &Bed| bed.judge(&attack.session, &attack.sql).map(drop).map_err(|refusal| format!("{:?}", refusal.error));
        assert_eq!(told(&SHOP_ON_VIEWS), told(&SHOP), "{}", attack.name);
    }
}

/// The two parsers agree on every attack: a disagreement would be a hole that luck has closed.
#[test]
fn no_attack_is_stopped_by_the_witness_alone() {
    let by_witness: Vec<String> = attacks()
        .iter()
        .filter(|attack| !attack.by_witness)
        .filter(|attack| SHOP.judge(&attack.session, &attack.sql).is_err_and(|refusal| refusal.code == DenialCode::Witness))
        .map(|attack| attack.name.clone())
        .collect();
    assert_eq!(by_witness, Vec::<String>::new());
}
