//! The recipes of docs/connect against the demo that they are written for: what the page on psql shows is run as it stands there.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::harness::{binary, text, wait_until};

/// The first person of the demo, and where the gate listens in the recipes.
const DATABASE: &str = "churn_study";
const USERS: [&str; 2] = ["jane@acme.example", "jane%40acme.example"];
const PORT: &str = "6432";

/// `postern demo`, until it is dropped.
struct Demo {
    child: Child,
    /// What it says: how it can be tried.
    said: String,
}

/// A fenced block, and the prose before it.
struct Block {
    before: String,
    language: String,
    text: String,
}

impl Demo {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
        command.args(["demo", "--port", "0"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut demo = Self { child: command.spawn().unwrap(), said: String::new() };
        for line in BufReader::new(demo.child.stdout.take().unwrap()).lines().map(Result::unwrap) {
            demo.said.push_str(&line);
            demo.said.push('\n');
            if line.starts_with("Ctrl-C ends") {
                break;
            }
        }
        assert!(demo.said.contains(USERS[0]), "the demo ended before it was ready: {}", demo.said);
        demo
    }

    /// A word of the command that it prints for the first person, by what stands before it.
    fn word(&self, before: &str) -> &str {
        let line = self.said.lines().find(|line| line.contains(USERS[0])).unwrap();
        let after = line.split_once(before).unwrap_or_else(|| panic!("{before} in {line}")).1;
        after.split([' ', '"']).next().unwrap()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let stopped = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        if stopped.is_ok_and(|status| status.success()) {
            wait_until("the demo ends", || self.child.try_wait().unwrap().is_some());
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/connect")
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut before, mut open) = (String::new(), None);
    for line in page.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => {
                open = Some(Block { before: std::mem::take(&mut before), language: language.to_owned(), text: String::new() });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {
                before.push_str(line);
                before.push('\n');
            }
        }
    }
    assert!(open.is_none(), "{page}");
    blocks
}

/// The file of the home folder that the prose says a block goes into.
fn file(prose: &str) -> Option<&str> {
    prose.split_once("in `~/")?.1.split_once('`').map(|(name, _)| name)
}

#[test]
fn what_the_page_on_psql_shows_is_what_psql_prints() {
    let demo = Demo::start();
    let home = tempfile::tempdir().unwrap();
    fs::copy(demo.word("sslrootcert="), home.path().join("postern.crt")).unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = binary("psql").parent().map(Path::to_owned).into_iter().chain(std::env::split_paths(&path));
    let path = std::env::join_paths(folders).unwrap();
    let (mut printed, mut files, mut answers): (Option<(String, String)>, usize, usize) = (None, 0, 0);
    for Block { before, language, text: shown } in blocks(&fs::read_to_string(folder().join("psql.md")).unwrap()) {
        let here = shown
            .replace(PORT, demo.word("port="))
            .replace("/home/you", home.path().to_str().unwrap())
            .replace("PASSWORD", demo.word("PGPASSWORD="));
        if let Some(name) = file(&before) {
            fs::write(home.path().join(name), here).unwrap();
            files += 1;
        } else if language == "sh" {
            let mut command = Command::new("sh");
            command.args(["-eu", "-c", &here]).env_clear().env("PATH", &path).env("LC_ALL", "C").env("HOME", home.path());
            // Where libpq looks by itself from version 15 on; before, it takes the home of the account instead of HOME.
            command.env("PGPASSFILE", home.path().join(".pgpass")).env("PGSERVICEFILE", home.path().join(".pg_service.conf"));
            let output = command.stdin(Stdio::null()).output().unwrap();
            assert!(output.status.success(), "{here}: {}", text(&output.stderr));
            printed = Some((here, text(&output.stdout)));
        } else {
            let (command, printed) = printed.take().expect("a command before what it prints");
            assert_eq!(printed, shown, "{command}");
            answers += 1;
        }
    }
    assert!(files == 2 && answers > 3, "{files} files, {answers} answers");
}

#[test]
fn every_recipe_names_what_the_demo_has_and_stands_in_the_table() {
    let index = fs::read_to_string(folder().with_extension("md")).unwrap();
    let mut recipes = 0;
    for page in fs::read_dir(folder()).unwrap() {
        let page = page.unwrap().path();
        let name = page.file_name().unwrap().to_str().unwrap();
        assert!(index.contains(&format!("(connect/{name})")), "{name} does not stand in docs/connect.md");
        for block in blocks(&fs::read_to_string(&page).unwrap()) {
            if block.text.contains("localhost") {
                let knows = |word: &str| assert!(block.text.contains(word), "{name}: no {word} in\n{}", block.text);
                [PORT, DATABASE].into_iter().for_each(knows);
                assert!(USERS.iter().any(|user| block.text.contains(user)), "{name}: no user in\n{}", block.text);
                recipes += 1;
            }
        }
    }
    assert!(recipes > 15, "{recipes}");
}
