//! Which PostgreSQL servers the tests run on: the main one, and every other version that is found.
//!
//! The main one is that of `$POSTERN_PG_BIN`, of PATH, or the newest under /usr/lib/postgresql. Others are those of `$POSTERN_PG_BINS` (folders, `:` between
//! them), those that `./test --versions` fetched, and those under /usr/lib/postgresql: one for each major version, from 13 on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The oldest version that is served.
const OLDEST: u32 = 13;

/// The server programs of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Installation {
    /// 13, 18.
    pub(crate) major: u32,
    /// `15.20`
    pub(crate) version: String,
    /// Holds `postgres` and `initdb`.
    pub(crate) folder: PathBuf,
}

static ALL: LazyLock<Vec<Installation>> = LazyLock::new(find_all);

impl Installation {
    /// The one that most tests run on.
    pub(crate) fn main() -> Self {
        ALL[0].clone()
    }

    /// Every version that is there, the main one first.
    pub(crate) fn all() -> &'static [Self] {
        &ALL
    }

    /// The programs in a folder; `None` when there are none, or of a version that is not served.
    fn of(folder: &Path) -> Option<Self> {
        if !folder.join("initdb").is_file() {
            return None;
        }
        let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
        let said = String::from_utf8(output.stdout).ok()?;
        let version = said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?.to_owned();
        let major = version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        (major >= OLDEST).then(|| Self { major, version, folder: folder.to_owned() })
    }
}

fn find_all() -> Vec<Installation> {
    let main = binary("postgres");
    let main =
        fs::canonicalize(&main).unwrap_or_else(|_| panic!("PostgreSQL's server programs are not found: {}", main.display()));
    let main = Installation::of(main.parent().unwrap()).expect("a PostgreSQL server of version 13 or newer");
    let mut all = vec![main];
    let mut add = |found: Installation| {
        if all.iter().all(|known| known.major != found.major) {
            all.push(found);
        }
    };
    let asked = std::env::var_os("POSTERN_PG_BINS").unwrap_or_default();
    for folder in std::env::split_paths(&asked).filter(|folder| !folder.as_os_str().is_empty()) {
        add(Installation::of(&folder).unwrap_or_else(|| panic!("POSTERN_PG_BINS: no PostgreSQL server in {}", folder.display())));
    }
    let folders = |home: &Path| fs::read_dir(home).into_iter().flatten().flatten().map(|entry| entry.path()).collect::<Vec<_>>();
    let fetched = folders(&cache())
        .into_iter()
        .filter(|folder| folder.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("postgres-")));
    let mut others: Vec<PathBuf> = fetched.chain(folders(Path::new("/usr/lib/postgresql"))).collect();
    others.sort();
    others.iter().filter_map(|folder| Installation::of(&folder.join("bin"))).for_each(add);
    all
}

/// Where tools/prerequisites.sh puts what it fetches.
fn cache() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    if let Some(folder) = variable("POSTERN_CACHE") {
        return folder;
    }
    let user = Command::new("id").arg("-u").output().unwrap();
    match user.stdout.starts_with(b"0\n") {
        true => PathBuf::from("/var/cache/postern"),
        false => variable("XDG_CACHE_HOME")
            .or_else(|| variable("HOME").map(|home| home.join(".cache")))
            .unwrap_or_default()
            .join("postern"),
    }
}

/// A program of the main installation; psql may be elsewhere.
pub(crate) fn binary(name: &str) -> PathBuf {
    // Some packages of server binaries have no client programs: those are then looked for elsewhere.
    if let Some(found) =
        std::env::var_os("POSTERN_PG_BIN").map(|folder| PathBuf::from(folder).join(name)).filter(|file| file.is_file())
    {
        return found;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    if let Some(found) =
        std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| name != "psql" && file.is_file())
    {
        return found;
    }
    let versions =
        fs::read_dir("/usr/lib/postgresql").map(|entries| entries.flatten().map(|entry| entry.path()).collect::<Vec<_>>());
    let newest = versions.unwrap_or_default().into_iter().filter(|folder| folder.join("bin").join(name).is_file());
    let number = |folder: &PathBuf| folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<u32>().ok());
    newest.max_by_key(number).map_or_else(|| PathBuf::from(name), |folder| folder.join("bin").join(name))
}

#[test]
fn every_version_that_is_found_starts_a_server() {
    let versions: Vec<&str> = Installation::all().iter().map(|found| found.version.as_str()).collect();
    eprintln!("PostgreSQL {}", versions.join(", "));
    for installation in Installation::all() {
        let server = super::Postgres::shared_of(installation.clone());
        let said = server.sql("postgres", "SHOW server_version");
        assert!(said.starts_with(&installation.version), "{said} of {installation:?}");
    }
}
