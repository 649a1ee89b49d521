//! A gate as `postern serve` runs it, with reloads and an admin listener.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use postern::runtime::Clock;
use postern::server::{Options, Running, start};
use tokio::runtime::Runtime;

use super::folder;
use super::running::said;
use super::wire::Speaker;
use crate::harness::Postgres;

static GATES: AtomicU64 = AtomicU64::new(0);

/// A warehouse and a configuration folder for it; nothing runs yet.
pub(super) struct Ground {
    pub(super) database: String,
    pub(super) server: Arc<Postgres>,
    folder: tempfile::TempDir,
    runtime: Runtime,
}

/// A running gate on it.
pub(super) struct Served<'g> {
    ground: &'g Ground,
    running: Option<Running>,
}

impl Ground {
    pub(super) fn new() -> Self {
        let server = Postgres::shared();
        let database = format!("served_{}", GATES.fetch_add(1, Ordering::Relaxed));
        server.database(&database);
        server.sql(&database, folder::WAREHOUSE);
        let folder = tempfile::tempdir().unwrap();
        folder::write_shop(folder.path(), server.port, &database, 1_000_000);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { database, server, folder, runtime }
    }

    /// Another warehouse than the small shop, with its policy and contracts: `@LOGIN@` stands for a login of its own.
    pub(super) fn of(warehouse: &str, search_path: &str, policy: &str, contracts: &[String]) -> Self {
        let server = Postgres::shared();
        let database = format!("views_{}", GATES.fetch_add(1, Ordering::Relaxed));
        let login = format!("{database}_gate");
        server.database(&database);
        server.sql(&database, &warehouse.replace("@LOGIN@", &login));
        let folder = tempfile::tempdir().unwrap();
        let texts = folder::Texts { port: server.port, database: &database, search_path, policy, contracts };
        folder::write(folder.path(), &texts);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let ground = Self { database, server, folder, runtime };
        ground.edit("postern.yaml", "user: postern_svc", &format!("user: {login}"));
        ground
    }

    /// The role that the gate logs in as, where `of` made it.
    pub(super) fn login(&self) -> String {
        format!("{}_gate", self.database)
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Replaces a text of a file by another.
    pub(super) fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Something happens to the warehouse.
    pub(super) fn warehouse(&self, sql: &str) -> String {
        self.server.sql(&self.database, sql)
    }

    /// Starts the gate, or tells why it does not start.
    pub(super) fn try_serve(&self) -> Result<Served<'_>, String> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let options = Options { listen: vec![any], admin: Some(any) };
        let running = self.runtime.block_on(start(self.path().to_owned(), options, Clock::system()));
        running.map(|running| Served { ground: self, running: Some(running) }).map_err(|error| format!("{error:#}"))
    }

    pub(super) fn serve(&self) -> Served<'_> {
        self.try_serve().unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Served<'_> {
    fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// Reads the catalog again, as happens every minute.
    pub(super) fn refresh(&self) {
        self.ground.runtime.block_on(self.running().refresh());
    }

    /// Reads the files again, as SIGHUP does.
    pub(super) fn reload(&self) -> Result<(), String> {
        self.ground.runtime.block_on(self.running().reload()).map_err(|error| format!("{error:#}"))
    }

    /// A session that speaks messages.
    pub(super) fn session(&self) -> Speaker {
        let port = self.running().listen()[0].port();
        Speaker::log_in(port, "jane", folder::PASSWORD, &[("database", "analysis")])
    }

    /// What psql says to one statement, all of it.
    pub(super) fn psql(&self, text: &str) -> String {
        let port = self.running().listen()[0].port();
        let conninfo = format!("host=127.0.0.1 port={port} dbname=analysis user=jane sslmode=disable connect_timeout=20");
        let mut command = Command::new(crate::harness::binary("psql"));
        command.args(["-X", "-A", "-t", "-q", "-v", "VERBOSITY=verbose", "-d", &conninfo, "-c", text]);
        said(&command.env("PGPASSWORD", folder::PASSWORD).output().unwrap())
    }

    /// What the admin listener answers.
    pub(super) fn admin(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.running().admin().unwrap()).unwrap();
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.ground.runtime.block_on(running.shutdown());
        }
    }
}
