//! The house keeps its order: who may name whom, what every file opens with, what belongs to one room alone. Runs first; needs only std.

#![expect(clippy::expect_used, clippy::panic, clippy::string_slice, reason = "a test that stops is a test that fails")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A room: its layer, the rooms that it may name, the crates that it may name although most rooms may not.
struct Room {
    name: &'static str,
    layer: u8,
    may_name: &'static [&'static str],
    crates: &'static [&'static str],
}

const fn room(name: &'static str, layer: u8, may_name: &'static [&'static str], crates: &'static [&'static str]) -> Room {
    Room { name, layer, may_name, crates }
}

/// The house, from the cellar to the roof. ARCHITECTURE.md says what each room promises.
const ROOMS: &[Room] = &[
    room("base", 0, &[], &[]),
    room("document", 1, &["base"], &["saphyr_parser"]),
    room("parse", 1, &["base"], &["sqlparser"]),
    room("catalog", 1, &["base"], &[]),
    room("contract", 1, &["base", "document"], &[]),
    room("mask", 1, &["base", "document", "catalog"], &[]),
    room("analyze", 1, &["base", "parse", "catalog"], &[]),
    room("rewrite", 1, &["base", "parse", "catalog", "analyze"], &[]),
    room("witness", 1, &["base"], &["pg_raw_parse"]),
    room("enforce", 1, &["base", "parse", "catalog", "analyze", "rewrite", "witness"], &[]),
    room("views", 1, &["base", "catalog", "rewrite"], &[]),
    room(
        "policy",
        1,
        &["base", "document", "contract", "catalog", "mask", "parse", "analyze", "rewrite", "enforce", "views"],
        &[],
    ),
    room("runtime", 2, &["base"], &["socket2"]),
    room("config", 2, &["base", "document", "contract", "policy", "mask", "runtime"], &[]),
    room("telemetry", 2, &["base", "runtime", "enforce", "witness"], &["prometheus", "tracing_subscriber"]),
    room("wire", 2, &["base", "runtime"], &["pgwire", "rustls", "tokio_rustls", "rustls_pki_types", "x509_parser"]),
    room("audit", 2, &["base", "runtime", "telemetry"], &["crc32c"]),
    room("auth", 2, &["base", "runtime", "telemetry", "wire"], &["stringprep", "pbkdf2"]),
    room("access", 2, &["base", "runtime", "telemetry", "auth", "catalog", "policy", "wire"], &[]),
    room(
        "upstream",
        2,
        &["base", "parse", "runtime", "config", "telemetry", "catalog", "enforce", "audit", "policy", "views"],
        &["tokio_postgres", "postgres_protocol", "rustls", "tokio_rustls", "rustls_pki_types"],
    ),
    room(
        "session",
        3,
        &[
            "base",
            "runtime",
            "config",
            "telemetry",
            "catalog",
            "parse",
            "policy",
            "enforce",
            "wire",
            "auth",
            "access",
            "upstream",
            "audit",
        ],
        &["pgwire", "quick_cache", "dashmap"],
    ),
    room("admin", 3, &["base", "runtime", "config", "telemetry", "access", "audit", "session"], &["axum"]),
    room(
        "jobs",
        3,
        &["base", "runtime", "config", "telemetry", "catalog", "policy", "access", "audit", "upstream", "session"],
        &[],
    ),
    room(
        "cli",
        4,
        &[
            "base",
            "document",
            "contract",
            "runtime",
            "config",
            "telemetry",
            "catalog",
            "policy",
            "enforce",
            "mask",
            "access",
            "audit",
            "auth",
            "session",
            "admin",
            "jobs",
            "upstream",
            "wire",
            "server",
            "parse",
            "views",
        ],
        &["clap", "anyhow", "indicatif", "rcgen", "tokio_postgres"],
    ),
    room(
        "server",
        4,
        &[
            "base",
            "runtime",
            "config",
            "telemetry",
            "catalog",
            "policy",
            "access",
            "audit",
            "auth",
            "upstream",
            "session",
            "admin",
            "jobs",
            "wire",
            "enforce",
            "document",
            "mask",
        ],
        &["anyhow"],
    ),
];

/// Crates that only the rooms which list them may name.
const GUARDED_CRATES: &[&str] = &[
    "sqlparser",
    "pg_raw_parse",
    "saphyr_parser",
    "prometheus",
    "tracing_subscriber",
    "pgwire",
    "rustls",
    "tokio_rustls",
    "x509_parser",
    "tokio_postgres",
    "postgres_protocol",
    "axum",
    "clap",
    "anyhow",
    "indicatif",
    "rcgen",
    "quick_cache",
    "socket2",
];

/// What a pure room (layers 0 and 1) may not name: it has no clock, no I/O and no log.
const IMPURE: &[&str] = &["tokio::", "std::fs", "std::net", "std::env", "std::thread", "SystemTime", "Instant::now", "tracing::"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under `dir`, in order.
fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut entries: Vec<PathBuf> = fs::read_dir(dir).expect("source folder").map(|entry| entry.expect("entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The room that a source file belongs to; `None` for lib.rs and main.rs.
fn room_of(path: &Path) -> Option<&'static Room> {
    let relative = path.strip_prefix(root().join("src")).expect("under src");
    let first = relative.components().next()?.as_os_str().to_str()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (!matches!(name, "lib" | "main")).then(|| {
        ROOMS
            .iter()
            .find(|room| room.name == name)
            .unwrap_or_else(|| panic!("{first}: no such room in tests/tidy.rs; see ARCHITECTURE.md"))
    })
}

/// Production lines: without comments, and without the test module at the end. A file that opens with `#![cfg(test)]` has none.
fn production_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let opening = text.lines().find(|line| !line.is_empty() && !line.starts_with("//"));
    let end = match opening {
        Some("#![cfg(test)]") => 0,
        _ => text.find("#[cfg(test)]").unwrap_or(text.len()),
    };
    text[..end].lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")).map(|(n, line)| (n + 1, line))
}

/// The rooms that a line names: `crate::a`, and each of `crate::{a, b::c}`.
fn rooms_named(line: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        if line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &line[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => named.push(std::mem::take(&mut word)),
                    c if depth == 0 => word.push(c),
                    _ => {}
                }
            }
            named.push(word);
        } else {
            named.push(rest.to_owned());
        }
    }
    let first_word = |path: String| path.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    named.into_iter().map(first_word).filter(|word| !word.is_empty()).collect()
}

/// Reports all that is wrong at once.
fn report(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn every_file_says_in_its_first_line_what_it_is_for() {
    let dirs = [root().join("src"), root().join("tests")];
    let files = dirs.iter().flat_map(|dir| rust_files(dir));
    let silent = files.filter(|path| !fs::read_to_string(path).expect("file").starts_with("//!"));
    report(&silent.map(|path| format!("{}: opens without a //! line", path.display())).collect::<Vec<_>>());
}

#[test]
fn no_room_names_a_room_that_it_may_not() {
    let mut problems = Vec::new();
    for path in rust_files(&root().join("src")) {
        let Some(room) = room_of(&path) else { continue };
        let text = fs::read_to_string(&path).expect("file");
        for (number, line) in production_lines(&text) {
            for named in rooms_named(line) {
                let is_room = ROOMS.iter().any(|other| other.name == named);
                if is_room && named != room.name && !room.may_name.contains(&named.as_str()) {
                    problems.push(format!(
                        "{}:{number}: {} must not name {named}; see ARCHITECTURE.md",
                        path.display(),
                        room.name
                    ));
                }
            }
        }
    }
    report(&problems);
}

#[test]
fn the_arrows_point_down_and_make_no_circle() {
    let layers: BTreeMap<&str, u8> = ROOMS.iter().map(|room| (room.name, room.layer)).collect();
    let mut problems = Vec::new();
    for room in ROOMS {
        for target in room.may_name {
            match layers.get(target) {
                None => problems.push(format!("{} may name {target}, which is no room", room.name)),
                Some(layer) if *layer > room.layer => problems.push(format!("{} must not look up to {target}", room.name)),
                Some(_) => {}
            }
        }
    }
    let mut done: Vec<&str> = Vec::new();
    while done.len() < ROOMS.len() {
        let free = |room: &&Room| !done.contains(&room.name) && room.may_name.iter().all(|target| done.contains(target));
        match ROOMS.iter().find(free) {
            Some(room) => done.push(room.name),
            None => {
                problems.push("the arrows between rooms make a circle".to_owned());
                break;
            }
        }
    }
    report(&problems);
}

#[test]
fn guarded_crates_stay_in_their_rooms() {
    let mut problems = Vec::new();
    for path in rust_files(&root().join("src")) {
        let Some(room) = room_of(&path) else { continue };
        let text = fs::read_to_string(&path).expect("file");
        for (number, line) in production_lines(&text) {
            for guarded in GUARDED_CRATES.iter().filter(|guarded| !room.crates.contains(guarded)) {
                let names_it = line
                    .match_indices(&format!("{guarded}::"))
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
                if names_it {
                    problems.push(format!("{}:{number}: {} must not name the crate {guarded}", path.display(), room.name));
                }
            }
        }
    }
    report(&problems);
}

#[test]
fn pure_rooms_have_no_clock_no_io_and_no_log() {
    let mut problems = Vec::new();
    for path in rust_files(&root().join("src")) {
        let Some(room) = room_of(&path).filter(|room| room.layer <= 1) else { continue };
        let text = fs::read_to_string(&path).expect("file");
        for (number, line) in production_lines(&text) {
            for word in IMPURE.iter().filter(|word| line.contains(**word)) {
                problems.push(format!("{}:{number}: {} is a pure room and must not name {word}", path.display(), room.name));
            }
        }
    }
    report(&problems);
}

#[test]
fn lib_re_exports_nothing() {
    let text = fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs");
    assert!(!text.contains("pub use"), "src/lib.rs: re-exports hide the arrows");
}
