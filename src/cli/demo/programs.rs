//! Where PostgreSQL's programs are, and as whom they run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::config::environment;

/// What is written when the programs are missing.
const MISSING: &str = "PostgreSQL's server programs (initdb, pg_ctl, postgres) were not found: install them (apt-get install postgresql), \
    or set POSTERN_PG_BIN to the folder that holds them";

/// The programs.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    /// The folder of the server's.
    server: PathBuf,
    psql: Option<PathBuf>,
}

/// Another account to run as: PostgreSQL refuses to run as root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) user: u32,
    pub(super) group: u32,
}

impl Programs {
    /// Looks in `POSTERN_PG_BIN`, in PATH, and in the newest folder under /usr/lib/postgresql.
    pub(super) fn find() -> Result<Self, anyhow::Error> {
        let path: Vec<PathBuf> = environment("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
        let named = environment("POSTERN_PG_BIN").map(PathBuf::from);
        let server = match &named {
            Some(folder) if is_server(folder) => folder.clone(),
            Some(folder) => bail!("POSTERN_PG_BIN={} holds no initdb, pg_ctl and postgres", folder.display()),
            None => path.iter().cloned().chain(installed()).find(|folder| is_server(folder)).context(MISSING)?,
        };
        let psql = path.iter().chain([&server]).map(|folder| folder.join("psql")).find(|file| file.is_file());
        Ok(Self { server, psql })
    }

    /// A program of the server, to be run as `account`, in its language of origin.
    pub(super) fn server(&self, name: &str, account: Option<Account>) -> Command {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new(self.server.join(name));
        command.current_dir("/").env("LC_ALL", "C").env("TZ", "UTC").stdin(std::process::Stdio::null());
        if let Some(account) = account {
            command.uid(account.user).gid(account.group);
        }
        command
    }

    /// psql.
    pub(super) fn psql(&self) -> Result<&Path, anyhow::Error> {
        self.psql.as_deref().context("psql was not found: install it (apt-get install postgresql-client)")
    }
}

/// The account for PostgreSQL when we are root: `postgres`, else `nobody`.
pub(super) fn account_for(owner: u32) -> Result<Option<Account>, anyhow::Error> {
    if owner != 0 {
        return Ok(None);
    }
    let accounts = fs::read_to_string("/etc/passwd").context("read /etc/passwd")?;
    let found = ["postgres", "nobody"].iter().find_map(|name| account(&accounts, name));
    Ok(Some(found.context("PostgreSQL does not run as root, and there is no account postgres or nobody")?))
}

/// The line of an account in passwd(5): name, password, user, group, …
fn account(accounts: &str, name: &str) -> Option<Account> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        Some(Account { user: fields.nth(1)?.parse().ok()?, group: fields.next()?.parse().ok()? })
    })
}

fn is_server(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file())
}

/// The folders of Debian's packages, newest first.
fn installed() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    let mut versions: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_from_passwd_lines() {
        let lines = "root:x:0:0:root:/root:/bin/sh\npostgresql-ish:x:7:7::/:\npostgres:x:101:103:PostgreSQL:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(account(lines, "postgres"), Some(Account { user: 101, group: 103 }));
        assert_eq!(account(lines, "nobody"), None);
        assert_eq!(account("postgres:x:many:1::/:", "postgres"), None);
    }

    #[test]
    fn only_root_needs_another_account() {
        assert_eq!(account_for(1000).unwrap(), None);
    }
}
