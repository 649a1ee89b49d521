//! psql that waits for its next line.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::running::said;

/// A session of psql that a test leads by the hand.
pub(super) struct Interactive {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Interactive {
    /// Connects; returns when the session answers. `psql`: psql with its connection string.
    pub(super) fn start(mut psql: Command) -> Self {
        psql.args(["-A", "-t", "-q", "-v", "VERBOSITY=verbose"]);
        let mut child = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut psql = Self { child, output };
        assert_eq!(psql.answer("SELECT 'here';"), "here");
        psql
    }

    pub(super) fn send(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().unwrap();
        writeln!(stdin, "{line}").unwrap();
        stdin.flush().unwrap();
    }

    pub(super) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The first line that a statement brings.
    pub(super) fn answer(&mut self, statement: &str) -> String {
        self.send(statement);
        self.line()
    }

    /// Closes the input; everything that psql said besides.
    pub(super) fn end(mut self) -> String {
        drop(self.child.stdin.take());
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.output, &mut rest).unwrap();
        format!("{rest}{}", said(&self.child.wait_with_output().unwrap()))
    }

    /// Sends SIGINT, as Ctrl-C does.
    pub(super) fn interrupt(&self) {
        let status = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Ends psql as a crash does.
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
