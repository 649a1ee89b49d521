//! A throwaway PostgreSQL server: its own data folder, loopback only, TLS and passwords as a warehouse has them; durability off.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::configuration::Secrets;
use super::folder::DemoFolder;
use super::programs::{Account, Programs, account_for};
use crate::cli::files;

/// Attempts to find a port that nobody took between our look and the server's bind.
const PORT_ATTEMPTS: usize = 8;

const SETTINGS: &str = "\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
ssl = on
ssl_cert_file = 'server.crt'
ssl_key_file = 'server.key'
password_encryption = 'scram-sha-256'
fsync = off
full_page_writes = off
synchronous_commit = off
max_wal_size = '2GB'
max_connections = 60
timezone = 'UTC'
log_timezone = 'UTC'
";

/// A running server; dropping it stops it.
#[derive(Debug)]
pub(super) struct Postgres {
    programs: Programs,
    account: Option<Account>,
    data: PathBuf,
    address: SocketAddr,
    running: bool,
}

impl Postgres {
    /// Makes the data folder and starts the server; returns when it takes connections. Blocking, for some seconds.
    pub(super) fn start(folder: &DemoFolder, programs: &Programs, secrets: &Secrets) -> Result<Self, anyhow::Error> {
        let account = account_for(folder.owner()?)?;
        let home = folder.path().join("warehouse");
        fs::DirBuilder::new().mode(0o700).create(&home).context("make the warehouse's folder")?;
        let data = home.join("data");
        let password_file = home.join("password");
        files::write_secret(&password_file, secrets.superuser.reveal())?;
        give(&home, account)?;
        give(&password_file, account)?;
        initialise(programs, account, &data, &password_file)?;
        fs::remove_file(&password_file).context("remove the password file")?;
        for (name, text) in [("server.crt", &secrets.warehouse.certificate), ("server.key", secrets.warehouse.key.reveal())] {
            files::write_secret(&data.join(name), text)?;
            give(&data.join(name), account)?;
        }
        fs::write(data.join("postgresql.auto.conf"), SETTINGS).context("write the warehouse's settings")?;
        let mut server = Self {
            programs: programs.clone(),
            account,
            data,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            running: false,
        };
        server.bind()?;
        Ok(server)
    }

    /// Where it listens.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it and tells whether that worked.
    pub(super) fn stop(mut self) -> Result<(), anyhow::Error> {
        self.end()
    }

    fn bind(&mut self) -> Result<(), anyhow::Error> {
        let log = self.data.with_file_name("log");
        for _ in 0..PORT_ATTEMPTS {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .and_then(|listener| listener.local_addr())
                .context("find a free port")?;
            let mut start = self.control();
            start.args(["start", "-w", "-s", "-t", "60", "-o"]).arg(format!("-p {}", free.port())).arg("-l").arg(&log);
            // Nobody reads what it prints: the server would keep a pipe open for as long as it runs.
            start.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
            if start.status().context("run pg_ctl")?.success() {
                self.address = free;
                self.running = true;
                return Ok(());
            }
            let said = fs::read_to_string(&log).unwrap_or_default();
            if !said.contains("could not bind") {
                bail!("the warehouse did not start:\n{said}");
            }
        }
        bail!("no free port in {PORT_ATTEMPTS} attempts")
    }

    fn end(&mut self) -> Result<(), anyhow::Error> {
        if !std::mem::take(&mut self.running) {
            return Ok(());
        }
        let output = self.control().args(["stop", "-s", "-m", "immediate"]).output().context("run pg_ctl")?;
        if !output.status.success() {
            bail!("the warehouse does not stop: {}", String::from_utf8_lossy(&output.stderr).trim_end());
        }
        Ok(())
    }

    fn control(&self) -> std::process::Command {
        let mut command = self.programs.server("pg_ctl", self.account);
        command.arg("-D").arg(&self.data);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(cause) = self.end() {
            crate::cli::output::complain(&format!("{cause:#}"));
        }
    }
}

fn initialise(programs: &Programs, account: Option<Account>, data: &Path, password: &Path) -> Result<(), anyhow::Error> {
    let mut initdb = programs.server("initdb", account);
    initdb.arg("-D").arg(data).args(["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]);
    let output = initdb.arg("--pwfile").arg(password).output().context("run initdb")?;
    if !output.status.success() {
        bail!("initdb: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(())
}

/// Makes the account the owner.
fn give(path: &Path, account: Option<Account>) -> Result<(), anyhow::Error> {
    let Some(account) = account else { return Ok(()) };
    chown(path, Some(account.user), Some(account.group)).with_context(|| format!("give {} to PostgreSQL", path.display()))
}
