//! What is broken lets nothing through, and says so.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::running::Gate;
use super::shop::Shop;
use crate::harness::{Postgres, done, postern};

#[test]
fn a_log_that_is_lost_lets_no_row_out_and_nobody_in() {
    for statement in [
        "SELECT n FROM numbers",
        "COPY (SELECT n FROM numbers) TO STDOUT",
        "EXPLAIN SELECT n FROM numbers",
        "SHOW DateStyle",
        "SELECT * FROM vault",
    ] {
        let gate = Gate::start(1_000_000);
        let mut session = gate.interactive("jane");
        fs::remove_dir_all(gate.folder.path().join("audit")).unwrap();
        // The first finds out, the second knows.
        session.send(&format!("{statement};"));
        session.send(&format!("{statement};"));
        let told = session.end();
        let error = "ERROR:  58030: the audit journal cannot be written";
        assert!(told.starts_with(error) && told.matches(error).count() == 2, "{statement}: {told}");
        let told = gate.psql(&["SELECT 1"]);
        assert!(told.contains("FATAL:  the audit journal cannot be written"), "{statement}: {told}");
    }
}

#[test]
fn a_warehouse_that_is_away_is_told_and_the_gate_stays() {
    let server = Arc::new(Postgres::builder().start());
    let mut shop = Shop::before(Arc::clone(&server), &[]);
    let mut session = shop.interactive("jane");
    shop.server = Postgres::shared();
    drop(server);
    session.send("SELECT n FROM numbers;");
    let told = session.end();
    assert!(told.starts_with("FATAL:  08006: "), "{told}");
    let told = shop.psql("john", &["SELECT n FROM numbers"]);
    assert!(told.starts_with("ERROR:  08006: the warehouse cannot be reached"), "{told}");
    assert!(shop.gate.page("/healthz").starts_with("HTTP/1.1 200"));
    let Shop { gate, server: _, database: _, folder } = shop;
    gate.stop();
    assert!(done(&["audit", "verify", "--config", folder.path().to_str().unwrap()]).contains("open intents  0\n"));
}

/// `serve` must end by itself before it listens: its exit code and what it says.
fn does_not_start(folder: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--config"]).arg(folder);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0];
    if child.stdout.take().unwrap().read(&mut first).unwrap() > 0 {
        child.kill().unwrap();
        panic!("it serves: {}", String::from_utf8_lossy(&child.wait_with_output().unwrap().stderr));
    }
    let ended = child.wait_with_output().unwrap();
    (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
}

#[test]
fn a_gate_that_cannot_keep_its_word_does_not_start() {
    let server = Arc::new(Postgres::builder().start());
    let mut shop = Shop::before(Arc::clone(&server), &[]);
    shop.server = Postgres::shared();
    shop.psql("jane", &["SELECT 1", "SELECT 2", "SELECT 3"]);
    let folder = shop.folder.path();

    let (code, told) = does_not_start(folder);
    assert!(code == Some(1) && told.contains("audit/postern is in use by another process"), "{told}");

    shop.gate.signal("TERM");
    let Shop { gate, server: _, database: _, folder: kept } = shop;
    assert!(gate.ended().success());
    let folder = kept.path();

    for (file, from, to, says) in [
        ("policy.yaml", "mask: {name: email", "mask: {name: emial", "policy.yaml:"),
        ("postern.yaml", "key: file:server.key", "key: file:none.key", "postern.yaml:"),
        ("postern.yaml", "statement_text: parameterised", "statement_text: sealed", "postern.yaml:"),
    ] {
        super::folder::change(folder, file, from, to);
        let (code, told) = does_not_start(folder);
        assert!(code == Some(3) && told.contains(says), "{to}: {told}");
        super::folder::change(folder, file, to, from);
    }

    let segment = fs::read_dir(folder.join("audit/postern/seg")).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read(&segment).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    fs::remove_file(&segment).unwrap();
    for (bytes, says) in [(Some(damaged), "the log is damaged"), (None, "records were lost")] {
        if let Some(bytes) = bytes {
            fs::write(&segment, bytes).unwrap();
        }
        let (code, told) = does_not_start(folder);
        assert!(code == Some(1) && told.contains(says), "{told}");
        drop(fs::remove_file(&segment));
    }
    fs::write(&segment, whole).unwrap();

    fs::rename(folder.join("audit"), folder.join("elsewhere")).unwrap();
    fs::write(folder.join("audit"), "").unwrap();
    let (code, told) = does_not_start(folder);
    assert!(code == Some(1) && told.contains("make folder"), "{told}");
    fs::remove_file(folder.join("audit")).unwrap();
    fs::rename(folder.join("elsewhere"), folder.join("audit")).unwrap();

    drop(server);
    let (code, told) = does_not_start(folder);
    assert!(code == Some(1) && told.contains("read the catalog of warehouse shop"), "{told}");
}

#[test]
fn who_reads_the_log_needs_no_secret() {
    let shop = Shop::start(&[]);
    shop.psql("jane", &["SELECT n FROM numbers LIMIT 3"]);
    let Shop { gate, server: _, database: _, folder } = shop;
    gate.stop();
    // What nobody can read as a file, whoever runs the test.
    for secret in ["server.key", "warehouse.password", "pseudonym.key", "people.yaml", "policy.yaml"] {
        let path = folder.path().join(secret);
        fs::remove_file(&path).unwrap();
        fs::create_dir(path).unwrap();
    }
    let conf = folder.path().to_str().unwrap();
    assert!(done(&["audit", "verify", "--config", conf]).contains(": ok\n"));
    assert!(done(&["audit", "search", "--config", conf, "--relation", "numbers"]).contains("rows=3"));
    let file = format!("{conf}/postern.yaml");
    assert!(done(&["audit", "tail", "--config", &file, "--no-follow"]).contains("jane"));
    assert_eq!(postern(&["check", "--config", conf]).status.code(), Some(3));
}
