//! The statements of the case files, of the attacks, and of the parser's own.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::bed::policies;
use crate::case_file::{CaseFile, Piece};

use super::choices::Choices;

static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut texts = of_cases();
    let tests = policies();
    let tests = tests.parent().unwrap();
    let attacks = sorted(&tests.join("bypass"), "sql").into_iter().map(|path| {
        let text = fs::read_to_string(path).unwrap();
        let lines: Vec<&str> = text.lines().skip_while(|line| line.starts_with("-- ")).collect();
        lines.join("\n")
    });
    texts.extend(attacks);
    let parsed = fs::read_to_string(tests.join("fixtures/parse/accepted.sql")).unwrap();
    texts.extend(parsed.split("\n\n").filter(|text| !text.starts_with("-- ")).map(|text| text.trim().to_owned()));
    let refused = fs::read_to_string(tests.join("fixtures/parse/refused.txt")).unwrap();
    texts.extend(refused.lines().filter_map(|line| Some(line.rsplit_once(" | ")?.1.to_owned())));
    texts.retain(|text| !text.is_empty() && text.len() < 4_000);
    assert!(texts.len() > 1_000, "{} texts", texts.len());
    texts
});

fn of_cases() -> Vec<String> {
    let mut texts = Vec::new();
    for path in sorted(&policies(), "md").iter().filter(|path| !path.ends_with("README.md")) {
        let file = CaseFile::read(&fs::read_to_string(path).unwrap());
        let statements = file.pieces.into_iter().filter_map(|piece| match piece {
            Piece::Block(block) if block.kind() == "sql" => Some(block.body),
            Piece::Block(_) | Piece::Prose(_) => None,
        });
        texts.extend(statements);
    }
    texts
}

fn sorted(folder: &Path, extension: &str) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths
}

/// One of them.
pub(super) fn text(choices: &mut Choices<'_>) -> &'static str {
    choices.one::<String>(&TEXTS)
}

/// One of them with a stretch of another one's words in the place of some of its own.
pub(super) fn spliced(choices: &mut Choices<'_>) -> String {
    let mut words: Vec<&str> = text(choices).split(' ').collect();
    let other: Vec<&str> = text(choices).split(' ').collect();
    let (at, from) = (choices.below(words.len()), choices.below(other.len()));
    let (removed, taken) = (choices.below(4), 1 + choices.below(6));
    let end = (at + removed).min(words.len());
    words.splice(at..end, other.into_iter().skip(from).take(taken));
    words.join(" ")
}
