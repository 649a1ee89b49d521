//! What `--help` promises.

use crate::support::postern;

const COMMANDS: &[&[&str]] = &[
    &[],
    &["serve"],
    &["check"],
    &["explain"],
    &["test"],
    &["scaffold"],
    &["password"],
    &["views"],
    &["audit"],
    &["audit", "search"],
    &["audit", "tail"],
    &["audit", "verify"],
];

fn help(command: &[&str]) -> String {
    let output = postern(command).arg("--help").env("COLUMNS", "100").output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_command_tells_examples_and_exit_codes() {
    for command in COMMANDS {
        let text = help(command);
        let is_leaf = !command.is_empty() && *command != ["audit"];
        assert!(!is_leaf || text.contains("Exit codes: 0 "), "{command:?}\n{text}");
        assert!(command.is_empty() || text.contains("Examples:\n  postern "), "{command:?}\n{text}");
        let examples = text.split_once("Examples:").map_or("", |(_, examples)| examples);
        assert!(examples.lines().all(|line| line.chars().count() <= 100), "{command:?}\n{text}");
        assert!(!text.contains('\u{1b}'), "no colour where nobody looks: {command:?}");
    }
}

#[test]
fn help_says_what_it_said() {
    for command in COMMANDS.iter().filter(|command| **command != ["serve"]) {
        let name = ["help"].iter().chain(*command).copied().collect::<Vec<_>>().join("-");
        insta::assert_snapshot!(name, help(command));
    }
}

#[test]
fn wrong_usage_is_told_on_standard_error() {
    for arguments in [&["chek"][..], &["explain"], &["audit"], &["audit", "search", "--since", "yesterday"], &[]] {
        let output = postern(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
    let output = postern(&["chek"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("'check'"));
}
