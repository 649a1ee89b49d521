//! `postern serve`: the gate, until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::config::{LogFormat, LogLevel};
use crate::document::Diagnostics;
use crate::runtime::Clock;
use crate::server::{self, Options, Running};
use crate::telemetry::log;

use super::output::{complain, say};
use super::{Failure, Outcome};

/// Runs the gate.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  postern serve --config /etc/postern
  postern serve --config conf --listen 127.0.0.1:0 --admin 127.0.0.1:0   # free ports, printed when ready

One line on standard output says when it is ready and where it listens:
  postern: ready, clients 127.0.0.1:6432, admin 127.0.0.1:6433

Signals: HUP reads the configuration again (a bad one leaves the old one in force); TERM and INT finish running statements, then stop.
Exit codes: 0 stopped as told, 1 failed, 3 the configuration is not valid.")]
pub(crate) struct Arguments {
    /// Configuration folder, or the postern.yaml in it
    #[arg(long, value_name = "DIR|FILE")]
    config: PathBuf,
    /// Listen here instead of the configuration's addresses; port 0 is a free one; may be repeated
    #[arg(long, value_name = "ADDR")]
    listen: Vec<SocketAddr>,
    /// Serve metrics and health here instead of the configuration's address
    #[arg(long, value_name = "ADDR")]
    admin: Option<SocketAddr>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let loaded = match crate::config::load(&arguments.config) {
        Ok(loaded) => loaded,
        Err(problems) => return Ok(Err(invalid(&problems))),
    };
    init_log(loaded.server.log.format, loaded.server.log.level)?;
    drop(loaded);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("postern").build().context("start the runtime")?;
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: &Arguments) -> Outcome {
    let options = Options { listen: arguments.listen.clone(), admin: arguments.admin };
    let mut stop = StopSignal::listen()?;
    let started = tokio::select! {
        started = server::start(arguments.config.clone(), options, Clock::system()) => started,
        () = stop.received() => return Ok(Ok(())),
    };
    let running = match started {
        Ok(running) => running,
        Err(error) => match error.downcast_ref::<Diagnostics>() {
            Some(problems) => return Ok(Err(invalid(problems))),
            None => return Err(error),
        },
    };
    say(&ready_line(&running));
    stop.received().await;
    running.shutdown().await;
    Ok(Ok(()))
}

/// What `serve` prints when clients can connect.
pub(crate) fn ready_line(running: &Running) -> String {
    let clients: Vec<String> = running.listen().iter().map(SocketAddr::to_string).collect();
    let admin = running.admin().map_or_else(String::new, |admin| format!(", admin {admin}"));
    format!("postern: ready, clients {}{admin}", clients.join(" "))
}

/// TERM and INT, from the moment on at which this is made: before it, they end the process as it stands.
struct StopSignal {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignal {
    fn listen() -> anyhow::Result<Self> {
        let of = |kind| signal(kind).context("wait for signals");
        Ok(Self { terminate: of(SignalKind::terminate())?, interrupt: of(SignalKind::interrupt())? })
    }

    /// Cancel safe.
    async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

fn invalid(problems: &Diagnostics) -> Failure {
    complain(&problems.to_string());
    Failure::ConfigInvalid
}

fn init_log(format: LogFormat, level: LogLevel) -> anyhow::Result<()> {
    let format = match format {
        LogFormat::Json => log::Format::Json,
        LogFormat::Text => log::Format::Text,
    };
    let level = match level {
        LogLevel::Error => log::Level::Error,
        LogLevel::Warn => log::Level::Warn,
        LogLevel::Info => log::Level::Info,
        LogLevel::Debug => log::Level::Debug,
        LogLevel::Trace => log::Level::Trace,
    };
    Ok(log::init(format, level)?)
}
