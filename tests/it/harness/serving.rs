//! The program itself as a gate, started on a folder, and psql through it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use super::installation::binary;
use super::wait_until;

/// Runs the program to its end.
pub(crate) fn postern(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
    command.args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// What a command that works prints.
pub(crate) fn done(arguments: &[&str]) -> String {
    let output = postern(arguments);
    assert!(output.status.success(), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Who logs in, and to which grant.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub user: &'static str,
    pub password: &'static str,
    pub database: &'static str,
}

/// A gate that serves a folder, until it is dropped.
pub(crate) struct Serving {
    child: Child,
    pub port: u16,
    pub folder: String,
    admin: SocketAddr,
}

impl Serving {
    pub(crate) fn start(folder: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
        command.args(["serve", "--config", folder, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.next().expect("the gate ended before it was ready").unwrap();
        let (clients, admin) =
            ready.strip_prefix("postern: ready, clients ").and_then(|rest| rest.split_once(", admin ")).expect("the ready line");
        let clients: SocketAddr = clients.parse().unwrap();
        Self { child, port: clients.port(), folder: folder.to_owned(), admin: admin.parse().unwrap() }
    }

    /// Runs one statement as psql does, checking the gate's certificate.
    pub(crate) fn psql(&self, login: &Login, sql: &str) -> Output {
        let conninfo = format!(
            "host=localhost port={} dbname='{}' user='{}' sslmode=verify-full sslrootcert='{}/keys/server.crt'",
            self.port, login.database, login.user, self.folder
        );
        let mut command = Command::new(binary("psql"));
        command.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", &conninfo, "-c", sql]);
        command.env("PGPASSWORD", login.password).env("PGCONNECT_TIMEOUT", "20").output().unwrap()
    }

    /// What a statement that works answers.
    pub(crate) fn answer(&self, login: &Login, sql: &str) -> String {
        let output = self.psql(login, sql);
        assert!(output.status.success(), "{sql}: {}", text(&output.stderr));
        text(&output.stdout).trim_end_matches('\n').to_owned()
    }

    /// Bytes of memory: now, and the most so far (`proc(5)`: `VmRSS`, `VmHWM`).
    pub(crate) fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let of = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
        };
        (of("VmRSS"), of("VmHWM"))
    }

    /// How many files and sockets it has open.
    pub(crate) fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }

    pub(crate) fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Asks it to end, and waits for it to have ended well.
    pub(crate) fn stop(self) {
        self.signal("TERM");
        assert!(self.ended().success());
    }

    /// Waits for the process to end.
    pub(crate) fn ended(mut self) -> ExitStatus {
        wait_until("the gate ends", || self.child.try_wait().unwrap().is_some());
        self.child.wait().unwrap()
    }

    /// Ends it as a crash does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// What a page of the admin listener says.
    pub(crate) fn page(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.admin).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n").unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).unwrap();
        page
    }

    /// The value of a metric, labels included in its name as the page shows them.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let page = self.page("/metrics");
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no metric {name}:\n{page}")).parse().unwrap()
    }

    /// Waits until a metric has this value.
    pub(crate) fn wait_for(&self, name: &str, value: f64) {
        wait_until(&format!("{name} {value}"), || (self.metric(name) - value).abs() < 0.1);
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
