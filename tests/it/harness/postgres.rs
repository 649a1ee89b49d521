//! A throwaway PostgreSQL server on a free loopback port: its own data folder, stopped and removed when it is dropped.
//!
//! The binaries are those of the main installation unless a test asks for another one. PostgreSQL refuses to run as root: then the server runs as the
//! user `postgres`. Role `postgres` needs no password; every other role logs in by SCRAM-SHA-256.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use super::installation::{Installation, binary};

/// Attempts to find a port that nobody took between our look and the server's bind.
const PORT_ATTEMPTS: usize = 8;

const HBA: &str = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n";

/// Fast, small, loopback only.
const SETTINGS: &[(&str, &str)] = &[
    ("listen_addresses", "127.0.0.1"),
    ("unix_socket_directories", ""),
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("synchronous_commit", "off"),
    ("shared_buffers", "16MB"),
    ("max_connections", "100"),
    ("password_encryption", "scram-sha-256"),
    ("lc_messages", "C"),
    ("log_timezone", "UTC"),
    ("timezone", "UTC"),
];

/// How long a line that the server has written may take to reach us, before the test fails.
const LOG_WAIT: Duration = Duration::from_secs(60);

static LOG_MARKER: AtomicUsize = AtomicUsize::new(0);
static SHARED: Mutex<BTreeMap<u32, Weak<Postgres>>> = Mutex::new(BTreeMap::new());
static TEMPLATE: Mutex<()> = Mutex::new(());

/// A running server.
pub(crate) struct Postgres {
    pub(crate) port: u16,
    /// Major version: 13, 18.
    pub(crate) major: u32,
    child: Child,
    log: Arc<(Mutex<String>, Condvar)>,
    reader: Option<JoinHandle<()>>,
    folder: tempfile::TempDir,
}

/// Settings and files of a server to be started.
pub(crate) struct PostgresBuilder {
    installation: Installation,
    settings: Vec<(String, String)>,
    files: Vec<(String, Vec<u8>)>,
    hba: Option<String>,
}

impl PostgresBuilder {
    /// Adds a line to the server's configuration.
    pub(crate) fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Puts a file (a certificate, a key) into the data folder, readable by the server alone.
    pub(crate) fn file(mut self, name: &str, content: &[u8]) -> Self {
        self.files.push((name.to_owned(), content.to_vec()));
        self
    }

    /// Replaces pg_hba.conf.
    pub(crate) fn hba(mut self, lines: &str) -> Self {
        self.hba = Some(lines.to_owned());
        self
    }

    /// Starts the server; returns when it accepts connections.
    pub(crate) fn start(self) -> Postgres {
        let account = Account::of_server();
        let folder = tempfile::Builder::new().prefix("postern-pg-").tempdir().unwrap();
        account.own(folder.path());
        let data = folder.path().join("data");
        assert!(
            account.command("cp").arg("-a").arg(template(&account, &self.installation)).arg(&data).status().unwrap().success()
        );
        for (name, content) in &self.files {
            let path = data.join(name);
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            account.own(&path);
        }
        fs::write(data.join("pg_hba.conf"), self.hba.as_deref().unwrap_or(HBA)).unwrap();
        let own = self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let lines =
            SETTINGS.iter().copied().chain(own).map(|(name, value)| format!("{name} = '{}'\n", value.replace('\'', "''")));
        fs::write(data.join("postgresql.auto.conf"), lines.collect::<String>()).unwrap();
        for _ in 0..PORT_ATTEMPTS {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut child = account
                .command(self.installation.folder.join("postgres"))
                .args(["-D", data.to_str().unwrap(), "-p", &port.to_string()])
                .stderr(Stdio::piped())
                .stdout(Stdio::null())
                .stdin(Stdio::null())
                .spawn()
                .unwrap();
            let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
            let mut begun = String::new();
            let ready = lines.by_ref().any(|line| {
                begun.push_str(&line);
                begun.push('\n');
                line.contains("ready to accept connections")
            });
            if ready {
                let log = Arc::new((Mutex::new(begun), Condvar::new()));
                let shared_log = Arc::clone(&log);
                let reader = std::thread::spawn(move || {
                    for line in lines {
                        let mut log = shared_log.0.lock().unwrap();
                        log.push_str(&line);
                        log.push('\n');
                        shared_log.1.notify_all();
                    }
                });
                return Postgres { port, major: self.installation.major, child, log, reader: Some(reader), folder };
            }
            child.wait().unwrap();
            assert!(begun.contains("could not bind"), "the server did not start:\n{begun}");
        }
        panic!("no free port in {PORT_ATTEMPTS} attempts");
    }
}

impl Postgres {
    /// A server with settings of its own.
    pub(crate) fn builder() -> PostgresBuilder {
        Self::builder_of(Installation::main())
    }

    /// A server of that version, with settings of its own.
    pub(crate) fn builder_of(installation: Installation) -> PostgresBuilder {
        PostgresBuilder { installation, settings: Vec::new(), files: Vec::new(), hba: None }
    }

    /// The server that tests share which only need databases of their own. It stops when the last of them ends.
    pub(crate) fn shared() -> Arc<Self> {
        Self::shared_of(Installation::main())
    }

    /// The shared server of that version.
    pub(crate) fn shared_of(installation: Installation) -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let slot = shared.entry(installation.major).or_default();
        slot.upgrade().unwrap_or_else(|| {
            let started = Arc::new(Self::builder_of(installation).start());
            *slot = Arc::downgrade(&started);
            started
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What the server logged so far, complete: a marker of ours is logged and waited for.
    pub(crate) fn log(&self) -> String {
        let marker = format!("marker {}", LOG_MARKER.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("DO $$ BEGIN RAISE LOG '{marker}'; END $$"));
        let log = self.log.0.lock().unwrap();
        let logged = format!("LOG:  {marker}");
        let (log, waited) = self.log.1.wait_timeout_while(log, LOG_WAIT, |log| !log.contains(&logged)).unwrap();
        assert!(!waited.timed_out(), "the server's log does not arrive:\n{log}");
        log.clone()
    }

    /// Makes an empty UTF8 database of that name, C collation.
    pub(crate) fn database(&self, name: &str) {
        let quoted = name.replace('"', "\"\"");
        self.sql("postgres", &format!("CREATE DATABASE \"{quoted}\" TEMPLATE template0 ENCODING 'UTF8'"));
    }

    /// Runs SQL as the superuser and returns unaligned rows (`|` between columns, nothing for NULL); a server error fails the test.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        let output = self.psql(database, "postgres", sql);
        assert!(output.status.success(), "{}\n{sql}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end_matches('\n').to_owned()
    }

    /// Runs SQL with psql (stops at the first error, no psqlrc) and returns what it said.
    pub(crate) fn psql(&self, database: &str, user: &str, sql: &str) -> Output {
        let mut child = Command::new(binary("psql"))
            .args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", user])
            .args(["-d", database, "-f", "-"])
            .env("PGCONNECT_TIMEOUT", "20")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let text = sql.to_owned();
        // Written beside the reading: psql may fill its output before it has read everything.
        let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
        let output = child.wait_with_output().unwrap();
        // A psql that stopped at an error closes its input early.
        drop(writer.join().unwrap());
        output
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGQUIT: immediate shutdown; the data folder goes with it.
        let told = Command::new("kill").args(["-QUIT", &self.child.id().to_string()]).status();
        if !told.is_ok_and(|status| status.success()) {
            drop(self.child.kill());
        }
        drop(self.child.wait());
        if let Some(reader) = self.reader.take() {
            drop(reader.join());
        }
    }
}

/// The account that the server runs as: ours, or `postgres` when we are root.
struct Account(Option<(u32, u32)>);

impl Account {
    fn of_server() -> Self {
        let id = |arguments: &[&str]| -> u32 {
            let output = Command::new("id").args(arguments).output().unwrap();
            String::from_utf8(output.stdout).unwrap().trim().parse().expect("the user postgres is needed when tests run as root")
        };
        if id(&["-u"]) != 0 { Self(None) } else { Self(Some((id(&["-u", "postgres"]), id(&["-g", "postgres"])))) }
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").env("TZ", "UTC").env("LC_ALL", "C");
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
        command
    }

    fn own(&self, path: &Path) {
        if let Some((user, group)) = self.0 {
            chown(path, Some(user), Some(group)).unwrap();
        }
    }

    fn name(&self) -> String {
        self.0.map_or_else(|| "own".to_owned(), |(user, _)| user.to_string())
    }
}

/// An initialised data folder, made once per machine and server version and copied for each server.
fn template(account: &Account, installation: &Installation) -> PathBuf {
    let _one_at_a_time = TEMPLATE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let user = Command::new("id").arg("-u").output().unwrap();
    let user = String::from_utf8_lossy(&user.stdout).trim().to_owned();
    let home = std::env::temp_dir().join(format!("postern-test-templates-{user}-{}", account.name()));
    fs::create_dir_all(&home).unwrap();
    account.own(&home);
    let ready = home.join(format!("pg-{}", installation.version));
    if ready.exists() {
        return ready;
    }
    let making = tempfile::Builder::new().prefix("making-").tempdir_in(&home).unwrap();
    account.own(making.path());
    let data = making.path().join("data");
    let output = account
        .command(installation.folder.join("initdb"))
        .args(["-D", data.to_str().unwrap(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"])
        .output()
        .unwrap();
    assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
    // Another process may have been faster: its folder is as good as ours.
    if fs::rename(&data, &ready).is_err() {
        assert!(ready.exists());
    }
    ready
}

#[test]
fn a_server_starts_answers_and_leaves_nothing_behind() {
    let server = Postgres::builder().setting("log_statement", "all").start();
    server.database("own db");
    assert_eq!(server.sql("own db", "SELECT current_database(), 1 + 1, NULL"), "own db|2|");
    assert!(server.log().contains("SELECT current_database()"));
    server.sql("postgres", "CREATE ROLE reader LOGIN PASSWORD 'secret'");
    assert!(!server.psql("postgres", "reader", "SELECT 1").status.success(), "a role other than postgres needs its password");
    let (folder, address) = (server.data(), server.address());
    drop(server);
    assert!(!folder.exists());
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn shared_servers_are_one_server() {
    let (one, two) = (Postgres::shared(), Postgres::shared());
    assert_eq!(one.port, two.port);
}
