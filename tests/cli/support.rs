//! A configuration to run commands on, and the program that runs them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A copy of a checked-in configuration, with the keys that it names.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    /// A copy of that folder of the repository.
    pub(crate) fn of(source: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(source), folder.path());
        let keys = folder.path().join("keys");
        fs::create_dir_all(&keys).unwrap();
        for (name, text) in [
            ("server.crt", "-----BEGIN CERTIFICATE-----\n"),
            ("server.key", "-----BEGIN PRIVATE KEY-----\n"),
            ("warehouse-ca.crt", "-----BEGIN CERTIFICATE-----\n"),
            ("warehouse.password", "secret\n"),
            ("pseudonym.key", &format!("{}\n", "0f".repeat(32))),
        ] {
            fs::write(keys.join(name), text).unwrap();
            fs::set_permissions(keys.join(name), fs::Permissions::from_mode(0o600)).unwrap();
        }
        Self(folder)
    }

    /// The example configuration of the repository.
    pub(crate) fn example() -> Self {
        Self::of("config")
    }

    /// Its path.
    pub(crate) fn path(&self) -> &str {
        self.0.path().to_str().unwrap()
    }

    /// Changes one place of a file.
    pub(crate) fn replace(&self, file: &str, from: &str, to: &str) {
        let path = self.0.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from}");
        fs::write(&path, text.replace(from, to)).unwrap();
    }

    /// Runs a command on it.
    pub(crate) fn run(&self, command: &str, arguments: &[&str]) -> Ran {
        let config = [command, "--config", self.path()];
        Ran::of(postern(&[&config, arguments].concat()).output().unwrap(), self.path())
    }
}

/// What a command said, the folder's own path left out, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

impl Ran {
    pub(crate) fn of(output: Output, folder: &str) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(&format!("{folder}/"), "");
        Self { out: text(output.stdout), err: text(output.stderr), code: output.status.code().unwrap() }
    }

    /// Its one JSON object.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The program with arguments; nothing on its standard input.
pub(crate) fn postern(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
