//! The command line: one file per command, every command with examples in its help.
//!
//! Exit codes: 0 done; 1 failed; 2 wrong usage; 3 the configuration is not valid; 4 a policy test failed; 5 the log is not what was written.
//!
//! | file | command |
//! |---|---|
//! | `serve` | `postern serve`: the gate |
//! | `demo` | `postern demo`: a warehouse, a gate and two people on this machine |
//! | `password` | `postern password`: a verifier for people.yaml |
//! | `certificate` | a self-signed certificate for this machine |
//! | `files` | files that commands write |
//! | `output` | text or JSON, and where it goes |

mod certificate;
mod demo;
mod files;
mod output;
mod password;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// How a command ended when it did not simply work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    Failed,
    ConfigInvalid,
    PolicyTestFailed,
    LogInvalid,
}

impl Failure {
    const fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::ConfigInvalid => 3,
            Self::PolicyTestFailed => 4,
            Self::LogInvalid => 5,
        }
    }
}

/// A command's end: done, a failure that was already told, or an error to tell.
pub(crate) type Outcome = Result<Result<(), Failure>, anyhow::Error>;

/// The guarded gate between a Postgres-speaking warehouse and third-party data teams.
#[derive(Debug, Parser)]
#[command(name = "postern", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "\
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 configuration not valid, 4 a policy test failed, 5 the audit log is not what was written.

Try it:  postern demo")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// Text for people, JSON for programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the gate
    Serve(serve::Arguments),
    /// Try Postern: a throwaway warehouse, a gate, two people
    Demo(demo::Arguments),
    /// Make a SCRAM verifier for people.yaml from a password
    Password(password::Arguments),
}

/// Reads the arguments, runs the command, tells how it ended.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match &arguments.command {
        Command::Demo(arguments) => demo::run(arguments),
        Command::Password(arguments) => password::run(arguments),
        Command::Serve(arguments) => serve::run(arguments),
    };
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => ExitCode::from(failure.code()),
        Err(error) => {
            output::complain(&format!("postern: {error:#}"));
            ExitCode::from(Failure::Failed.code())
        }
    }
}
