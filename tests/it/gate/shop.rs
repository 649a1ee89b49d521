//! A gate as a process of its own before the shop: what ends, restarts and reloads it.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use serde_json::Value;

use super::folder::{self, PASSWORD};
use super::interactive::Interactive;
use super::running::{new_database, said};
use crate::harness::{Postgres, Serving, binary, done, wait_until};

/// The gate, its warehouse, its folder.
pub(super) struct Shop {
    pub(super) gate: Serving,
    pub(super) server: Arc<Postgres>,
    pub(super) database: String,
    pub(super) folder: tempfile::TempDir,
}

impl Shop {
    /// Serves the shop, with these changes (from, to) of `policy.yaml`.
    pub(super) fn start(changes: &[(&str, &str)]) -> Self {
        Self::before(Postgres::shared(), changes)
    }

    /// The same with a warehouse of its own.
    pub(super) fn before(server: Arc<Postgres>, changes: &[(&str, &str)]) -> Self {
        let database = new_database(&server);
        let folder = tempfile::tempdir().unwrap();
        folder::write_shop(folder.path(), server.port, &database, 1_000_000);
        for (from, to) in changes {
            folder::change(folder.path(), "policy.yaml", from, to);
        }
        let gate = Serving::start(folder.path().to_str().unwrap());
        Self { gate, server, database, folder }
    }

    /// The gate after a crash, started again on the same folder.
    pub(super) fn killed_and_started_again(self) -> Self {
        let Self { gate, server, database, folder } = self;
        gate.kill();
        let gate = Serving::start(folder.path().to_str().unwrap());
        Self { gate, server, database, folder }
    }

    /// The same once every statement is on record with its outcome: what is open counts with all that it might have read.
    pub(super) fn killed_when_settled_and_started_again(self) -> Self {
        self.gate.wait_for("postern_audit_open_intents", 0.0);
        self.killed_and_started_again()
    }

    /// Changes a file of the configuration; nobody is told yet.
    pub(super) fn change(&self, file: &str, from: &str, to: &str) {
        folder::change(self.folder.path(), file, from, to);
    }

    /// A file of the configuration as it is.
    pub(super) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.path().join(file)).unwrap()
    }

    /// Tells the gate to read its configuration again, and waits until it has taken it (`applied`) or not (`rejected`).
    pub(super) fn reload(&self, result: &str) {
        let count = format!("postern_policy_reload_total{{result=\"{result}\"}}");
        let before = self.gate.metric(&count);
        self.gate.signal("HUP");
        self.gate.wait_for(&count, before + 1.0);
    }

    /// psql on a grant of this gate.
    pub(super) fn psql_command(&self, user: &str, grant: &str) -> Command {
        let port = self.gate.port;
        let conninfo = format!("host=127.0.0.1 port={port} dbname={grant} user={user} sslmode=require connect_timeout=20");
        let mut command = Command::new(binary("psql"));
        command.args(["-X", "-d", &conninfo]).env("PGPASSWORD", PASSWORD);
        command
    }

    /// Runs each text with psql as one session of this person, stdout and stderr in one, as a person sees it.
    pub(super) fn psql(&self, user: &str, texts: &[&str]) -> String {
        let mut command = self.psql_command(user, "analysis");
        for text in texts {
            command.args(["-c", text]);
        }
        said(&command.args(["-A", "-t", "-q", "-v", "VERBOSITY=verbose"]).output().unwrap())
    }

    pub(super) fn interactive(&self, user: &str) -> Interactive {
        Interactive::start(self.psql_command(user, "analysis"))
    }

    /// Keeps everybody from reading a table of the warehouse, until it is dropped.
    pub(super) fn lock(&self, table: &str) -> Lock {
        let port = self.server.port.to_string();
        let mut child = Command::new(binary("psql"))
            .args(["-X", "-q", "-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-d", &self.database])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let statement = format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE;\n");
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), statement.as_bytes()).unwrap();
        self.wait_until(&format!("SELECT count(*) FROM pg_locks WHERE relation = '{table}'::regclass AND granted"), "1");
        Lock(child)
    }

    /// Waits until so many statements of the gate wait for a lock in the warehouse.
    pub(super) fn wait_until_blocked(&self, statements: usize) {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'postern_svc' AND wait_event_type = 'Lock' \
                   AND datname = current_database()";
        self.wait_until(sql, &statements.to_string());
    }

    fn wait_until(&self, sql: &str, answer: &str) {
        wait_until(sql, || self.server.sql(&self.database, sql) == answer);
    }

    /// The records that match, oldest first.
    pub(super) fn records(&self, event_code: &str) -> Vec<Value> {
        let stored = done(&["audit", "search", "--config", &self.gate.folder, "--format", "json"]);
        let all = stored.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        all.filter(|record| record["metadata"]["event_code"] == event_code).collect()
    }
}

/// A lock on a table; dropped, it is free again.
pub(super) struct Lock(Child);

impl Drop for Lock {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        drop(self.0.wait());
    }
}
