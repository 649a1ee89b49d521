//! Good manners: pipes, standard input, secrets.

use std::io::{Read, Write};
use std::process::Stdio;

use crate::support::{Folder, postern};

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let folder = Folder::example();
    for arguments in [&["check", "--config", folder.path()][..], &["test", "--config", folder.path()]] {
        let mut child = postern(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_password_comes_from_standard_input_and_is_not_said_again() {
    let mut child = postern(&["password", "--password-file", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all("geheim\nsecond line".as_bytes()).unwrap();
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success());
    let verifier = serde_json::from_str::<serde_json::Value>(&said).unwrap()["verifier"].as_str().unwrap().to_owned();
    assert!(verifier.starts_with("SCRAM-SHA-256$") && !said.contains("geheim"), "{said}");
}

#[test]
fn a_statement_may_come_from_standard_input() {
    let folder = Folder::example();
    let user = "lena@northwind-insights.example";
    let mut child =
        postern(&["explain", "--config", folder.path(), "--as", user, "--database", "churn_study", "--format", "json", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
    child.stdin.take().unwrap().write_all(b"SELECT '\xc3\xa9'").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("SELECT 'é'"));
}

#[test]
fn a_warehouse_url_is_never_repeated() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("conf");
    for url in [
        "postgres://reader:geheim@db.example/shop?sslmode=disable",
        "postgres://reader:geheim@localhost:1/shop",
        "mysql://reader:geheim@localhost/shop",
    ] {
        let output =
            postern(&["scaffold", "--warehouse", url, "--schemas", "a", "--grant", "g", "--user", "u", "--expose", "all"])
                .args(["--out", folder.to_str().unwrap()])
                .output()
                .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.starts_with("postern: ") && !said.contains("geheim"), "{said}");
        assert!(!folder.exists());
    }
}
