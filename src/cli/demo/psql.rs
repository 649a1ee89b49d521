//! Runs psql as one of the people, as they would.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::guide::Stage;
use super::people::Who;

/// Longest time for one input, logging in included.
const LIMIT: Duration = Duration::from_secs(60);

/// What psql said.
#[derive(Debug)]
pub(super) struct Said {
    /// Rows, unaligned, without headers.
    pub(super) out: String,
    /// Errors with their SQLSTATE.
    pub(super) err: String,
}

/// Gives psql an input and takes what it says.
///
/// # Errors
/// psql cannot be run, or takes longer than a minute.
pub(super) async fn run(program: &Path, stage: &Stage<'_>, who: Who, input: &str) -> Result<Said, anyhow::Error> {
    run_with(program, &stage.connection(who), stage.password(who).reveal(), input).await
}

/// The same, with a password of the caller's choice.
pub(super) async fn run_with(program: &Path, connection: &str, password: &str, input: &str) -> Result<Said, anyhow::Error> {
    let mut child = Command::new(program)
        .args(["-X", "-A", "-t", "-q", "-v", "VERBOSITY=verbose", "-f", "-"])
        .arg(connection)
        .env("PGPASSWORD", password)
        .env("PGCONNECT_TIMEOUT", "20")
        .env("PGCLIENTENCODING", "UTF8")
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("run {}", program.display()))?;
    let mut stdin = child.stdin.take().context("psql takes no input")?;
    // Some lines: they fit the pipe, whatever psql does meanwhile.
    stdin.write_all(format!("{input}\n").as_bytes()).await.context("write to psql")?;
    drop(stdin);
    let output = tokio::time::timeout(LIMIT, child.wait_with_output()).await.context("psql takes longer than a minute")?;
    let output = output.context("read from psql")?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    Ok(Said { out: text(&output.stdout), err: text(&output.stderr) })
}
