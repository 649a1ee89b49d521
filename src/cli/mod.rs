//! The command line: one file per command, every command with examples in its help.
//!
//! Exit codes: 0 done; 1 failed; 2 wrong usage; 3 the configuration is not valid; 4 a policy test failed; 5 the log is not what was written.
//!
//! | file | command |
//! |---|---|
//! | `serve` | `postern serve`: the gate |
//! | `demo` | `postern demo`: a warehouse, a gate and two people on this machine |
//! | `check` | `postern check`: is a configuration valid, what does it open |
//! | `explain` | `postern explain`: one decision, rule by rule |
//! | `policy_test` | `postern test`: the policy's own cases |
//! | `audit` | `postern audit`: what happened |
//! | `scaffold` | `postern scaffold`: a live database → a configuration folder |
//! | `password` | `postern password`: a verifier for people.yaml |
//! | `views` | `postern views`: the views of the views back-end |
//! | `connection` | `--warehouse` as libpq reads it |
//! | `protection` | TLS towards a warehouse of the command line |
//! | `compiled` | a configuration compiled as `serve` does it |
//! | `decide` | the gate's decision without a session |
//! | `certificate` | a self-signed certificate for this machine |
//! | `files` | files that commands write |
//! | `names` | names and numbers as people read them |
//! | `table` | rows as aligned columns |
//! | `output` | text or JSON, and where it goes |

mod audit;
mod certificate;
mod check;
mod compiled;
mod connection;
mod decide;
mod demo;
mod explain;
mod files;
mod names;
mod output;
mod password;
mod policy_test;
mod protection;
mod scaffold;
mod serve;
mod table;
mod views;

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
    /// Check a configuration and tell what it opens
    Check(check::Arguments),
    /// Explain what the gate decides on a statement, rule by rule
    Explain(explain::Arguments),
    /// Run the policy's own given/when/then cases
    Test(policy_test::Arguments),
    /// Write a configuration folder that opens a live database
    Scaffold(scaffold::Arguments),
    /// Make, check and remove the views that the gate runs on with `backend: views`
    Views(views::Arguments),
    /// Make a SCRAM verifier for people.yaml from a password
    Password(password::Arguments),
    /// Search, follow and verify the audit log
    Audit(audit::Arguments),
}

/// Reads the arguments, runs the command, tells how it ended.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match &arguments.command {
        Command::Audit(arguments) => audit::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Demo(arguments) => demo::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Password(arguments) => password::run(arguments),
        Command::Serve(arguments) => serve::run(arguments),
        Command::Scaffold(arguments) => scaffold::run(arguments),
        Command::Test(arguments) => policy_test::run(arguments),
        Command::Views(arguments) => views::run(arguments),
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
