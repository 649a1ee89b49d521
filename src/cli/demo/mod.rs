//! `postern demo`: a warehouse, a gate and two people on this machine, made on the spot and removed at the end.
//!
//! | file | what |
//! |---|---|
//! | `folder` | the demo's folder, gone when the demo ends |
//! | `programs` | where PostgreSQL's programs are, and as whom they run |
//! | `postgres` | a throwaway PostgreSQL server |
//! | `warehouse` | the sample data, loaded step by step |
//! | `progress` | what is shown meanwhile |
//! | `configuration` | the gate's folder: policy, contracts, people, keys |
//! | `people` | the two people |
//! | `tour` | what is worth trying, and what must come of it |
//! | `psql` | runs psql as one of them |
//! | `signals` | what ends the demo |
//! | `check` | the tour without anybody watching |
//! | `guide` | what is printed for people who try it |

mod check;
mod configuration;
mod folder;
mod guide;
mod people;
mod postgres;
mod programs;
mod progress;
mod psql;
mod signals;
mod tour;
mod warehouse;

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use clap::Args;

use crate::runtime::Clock;
use crate::server;

use super::output::complain;
use super::{Failure, Outcome};
use configuration::{Configuration, Secrets};
use folder::DemoFolder;
use people::Person;
use postgres::Postgres;
use programs::Programs;
use progress::Progress;
use signals::Signals;

/// Starts a throwaway PostgreSQL with sample data and a gate before it, and tells how two people connect.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  postern demo                 start, print what to type, run until Ctrl-C
  postern demo --port 6432     with the gate on a port of your choice
  postern demo --check         run the tour unattended; exit code 1 when anything differs
  postern demo --keep          leave the folder (configuration, audit log) behind

PostgreSQL's programs are those of POSTERN_PG_BIN, of PATH, or the newest under /usr/lib/postgresql.")]
pub(crate) struct Arguments {
    /// Run the tour and end; exit code 1 when an answer differs from what it should be
    #[arg(long)]
    check: bool,
    /// Where the gate listens on 127.0.0.1; 0 takes a free port
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// Leave the demo's folder behind
    #[arg(long)]
    keep: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the runtime")?;
    runtime.block_on(demo(arguments))
}

async fn demo(arguments: &Arguments) -> Outcome {
    let mut signals = Signals::new()?;
    let clock = Clock::system();
    let begun = clock.monotonic();
    let programs = Programs::find()?;
    let people = Person::both()?;
    let folder = DemoFolder::make(arguments.keep)?;
    let prepared = tokio::select! {
        () = signals.end() => return Ok(Err(Failure::Failed)),
        prepared = prepare(&folder, &programs, &people, arguments.port, &clock) => prepared?,
    };
    let Prepared { postgres, configuration, secrets, gate } = prepared;
    let address = gate.listen().first().copied().context("the gate does not listen")?;
    let (admin, warehouse) = (gate.admin(), postgres.address());
    let stage = guide::Stage { people: &people, configuration: &configuration, gate: address, admin, warehouse };
    let as_expected = if arguments.check {
        let answers = tokio::select! {
            () = signals.end() => return Ok(Err(Failure::Failed)),
            answers = check::run(&stage, &programs, &postgres, &secrets) => answers?,
        };
        gate.shutdown().await;
        check::records(&configuration)? && answers
    } else {
        guide::show(&guide::text(&stage, clock.monotonic().saturating_duration_since(begun)));
        signals.end().await;
        complain("Stopping: sessions, gate, warehouse.");
        gate.shutdown().await;
        true
    };
    postgres.stop()?;
    if arguments.keep {
        complain(&format!("Left behind: {}", folder.path().display()));
    }
    Ok(if as_expected { Ok(()) } else { Err(Failure::Failed) })
}

/// What runs and where it is described.
struct Prepared {
    gate: server::Running,
    postgres: Postgres,
    configuration: Configuration,
    secrets: Secrets,
}

/// Makes the warehouse with its data and the gate's folder, and starts the gate. Dropped halfway, it stops what it started.
async fn prepare(
    folder: &DemoFolder,
    programs: &Programs,
    people: &[Person; 2],
    port: u16,
    clock: &Clock,
) -> Result<Prepared, anyhow::Error> {
    let mut progress = Progress::new();
    progress.step("making a PostgreSQL server");
    let secrets = Secrets::draw(clock.now())?;
    let postgres = Postgres::start(folder, programs, &secrets)?;
    warehouse::load(&postgres, &secrets, &mut progress).await?;
    progress.step("writing the gate's configuration");
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let configuration = Configuration::write(folder, people, &secrets, listen, postgres.address(), clock.now())?;
    progress.step("starting the gate");
    let path = configuration.path().to_owned();
    let gate = server::start(path, server::Options::default(), clock.clone()).await.context("start the gate")?;
    progress.finish();
    Ok(Prepared { gate, postgres, configuration, secrets })
}
