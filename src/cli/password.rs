//! `postern password`: a SCRAM verifier for people.yaml; the clear password is kept nowhere.

use std::io::{self, BufRead};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use crate::auth::Verifier;
use crate::base::Secret;

use super::output::{complain, say};
use super::{Format, Outcome};

/// Reads a password and prints its verifier.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  postern password                              ask for the password, print the verifier
  postern password --password-file secret.txt   read the first line of a file
  openssl rand -base64 24 | tee jane.secret | postern password --password-file -

The line that it prints is the value of `verifier:` in people.yaml.

Exit codes: 0 done, 1 failed, 2 wrong usage.")]
pub(crate) struct Arguments {
    /// Read the password from the first line of this file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// How the verifier is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let password = match &arguments.password_file {
        Some(path) if path.as_os_str() != "-" => {
            let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
            first_line(&text)
        }
        Some(_) => from_input()?,
        None => {
            complain("Password (will show as you type; use --password-file to keep it off the screen):");
            from_input()?
        }
    };
    if password.reveal().is_empty() {
        bail!("the password is empty");
    }
    let verifier = Verifier::make(&password).context("make a salt")?.to_string();
    match arguments.format {
        Format::Text => say(&verifier),
        Format::Json => say(&serde_json::json!({ "verifier": verifier }).to_string()),
    }
    Ok(Ok(()))
}

fn from_input() -> Result<Secret<String>, anyhow::Error> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).context("read standard input")?;
    Ok(first_line(&line))
}

/// The text up to the end of its first line.
pub(crate) fn first_line(text: &str) -> Secret<String> {
    Secret::new(text.lines().next().unwrap_or_default().to_owned())
}
