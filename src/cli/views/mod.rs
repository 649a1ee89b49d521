//! `postern views`: the views of the views back-end, printed, made, checked and removed.
//!
//! | file | what |
//! |---|---|
//! | `selection` | which grants, on which warehouse |
//! | `administrator` | `--warehouse` and its password |
//! | `told` | results as text and as JSON |

mod administrator;
mod selection;
mod told;

use std::path::PathBuf;

use anyhow::Context;
use clap::{ArgGroup, Args};

use crate::auth::Verifier;
use crate::config::{self, Loaded};
use crate::policy::compile::{CompiledPolicy, Views};
use crate::server::{compile_policy, target};
use crate::upstream::{Target, administer};
use crate::views::{Difference, GrantViews, Script, Wish, leftovers};

use super::compiled::{ConfigArgument, NotCompiled, read_catalog_with_views};
use super::output::complain;
use super::{Failure, Format, Outcome};
use selection::Selection;

/// Makes, checks and removes the views that the gate runs on with `backend: views`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("action").required(true).args(["print", "apply", "check", "drop"]))]
#[command(after_help = "\
Examples:
  postern views --config conf --print > views.sql        to read it, or to run it with psql
  postern views --config conf --apply --warehouse postgres://dba@db.example/shop \\
      --password-file dba.secret
  postern views --config conf --check
  postern views --config conf --grant churn-study --print
  postern views --config conf --drop --warehouse \"host=db.example user=dba dbname=shop\"

For each grant of a warehouse with backend: views it makes views that hold exactly what the grant
shows, masked and filtered, in schemas of Postern's own, and two roles: the login of the gate, which
can read the views and nothing else, and their owner, which nobody can log in as. What is made of
other grants is removed. With --grant it looks at those grants alone, whatever the back-end is.

What it does is one transaction that can be repeated. A login that is there loses the rights on
relations that it was given; --drop gives them back. A new one gets the configured password.

Exit codes: 0 done, or the warehouse holds just what is configured; 1 failed, or it does not;
2 wrong usage; 3 the configuration is not valid.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArgument,
    /// Only these grants
    #[arg(long = "grant", value_name = "NAME", num_args = 1..)]
    grants: Vec<String>,
    /// Print the SQL that makes them
    #[arg(long)]
    print: bool,
    /// Make them, as the administrator of --warehouse
    #[arg(long, requires = "warehouse")]
    apply: bool,
    /// Tell what differs from the configuration
    #[arg(long)]
    check: bool,
    /// Remove them, as the administrator of --warehouse
    #[arg(long, requires = "warehouse")]
    drop: bool,
    /// The warehouse as an administrator: a libpq URL or "host=… user=… dbname=…" without a password; libpq's PG* variables fill what is left open
    #[arg(long, value_name = "URL")]
    warehouse: Option<String>,
    /// Read the administrator's password from the first line of this file
    #[arg(long, value_name = "FILE", requires = "warehouse")]
    password_file: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let loaded = match config::load(&arguments.config.path) {
        Ok(loaded) => loaded,
        Err(problems) => return NotCompiled::Invalid(problems).tell(),
    };
    let selection = Selection::choose(&loaded, &arguments.grants)?;
    let target = match &arguments.warehouse {
        Some(text) => administrator::target(text, arguments.password_file.as_deref(), selection.warehouse)?,
        None => target(selection.warehouse)?,
    };
    if arguments.drop {
        return drop_views(&selection, &target, arguments.format);
    }
    let seen = match Seen::now(&loaded, &selection, &target) {
        Ok(seen) => seen,
        Err(not_compiled) => return not_compiled.tell(),
    };
    if arguments.print {
        let script = Script::apply(&seen.wish(&selection));
        told::printed(&selection, &seen.planned(&selection), &script, arguments.format);
        return Ok(Ok(()));
    }
    if arguments.apply {
        return apply(&loaded, &selection, &target, &seen, arguments.format);
    }
    let differences = seen.differences(&selection);
    told::differences(&selection, &differences, arguments.format);
    Ok(if differences.is_empty() { Ok(()) } else { Err(Failure::Failed) })
}

fn apply(loaded: &Loaded, selection: &Selection<'_>, target: &Target, seen: &Seen, format: Format) -> Outcome {
    if seen.differences(selection).is_empty() {
        told::applied(selection, &seen.planned(selection), false, format);
        return Ok(Ok(()));
    }
    let login = &selection.warehouse.user;
    let mut script = Script::apply(&seen.wish(selection));
    if !seen.has_login {
        match &selection.warehouse.password {
            Some(password) => {
                script = script.with_password(login, &Verifier::make(password).context("make a salt")?.to_string());
            }
            None => complain(&format!("role {login} has no password, as none is configured")),
        }
    }
    run_script(target, &script)?;
    let seen = match Seen::now(loaded, selection, target) {
        Ok(seen) => seen,
        Err(not_compiled) => return not_compiled.tell(),
    };
    let differences = seen.differences(selection);
    if !differences.is_empty() {
        told::differences(selection, &differences, format);
        return Ok(Err(Failure::Failed));
    }
    told::applied(selection, &seen.planned(selection), true, format);
    Ok(Ok(()))
}

fn drop_views(selection: &Selection<'_>, target: &Target, format: Format) -> Outcome {
    let wish = Wish { database: &target.database, login: &selection.warehouse.user, grants: Vec::new(), of: selection.of() };
    run_script(target, &Script::drop(&wish))?;
    told::dropped(selection, format);
    Ok(Ok(()))
}

fn run_script(target: &Target, script: &Script) -> Result<(), anyhow::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    runtime.block_on(administer(target, script)).with_context(|| format!("warehouse {}", target.warehouse))
}

/// The policy compiled against the warehouse as it is.
struct Seen {
    policy: CompiledPolicy,
    live: crate::catalog::LiveViews,
    has_login: bool,
    database: String,
}

impl Seen {
    fn now(loaded: &Loaded, selection: &Selection<'_>, target: &Target) -> Result<Self, NotCompiled> {
        let login = &selection.warehouse.user;
        let catalog = read_catalog_with_views(target, login).map_err(NotCompiled::Unreachable)?;
        let policy = compile_policy(&selection.alone(loaded), std::slice::from_ref(&catalog), false);
        let live = catalog.views.unwrap_or_default();
        Ok(Self {
            policy: policy.map_err(NotCompiled::Invalid)?,
            has_login: live.login.is_some(),
            live,
            database: target.database.clone(),
        })
    }

    /// The views of the selected grants.
    fn views(&self, selection: &Selection<'_>) -> impl Iterator<Item = &Views> {
        let selected = self.policy.grants.iter().filter(|grant| selection.has(grant.name()));
        selected.filter_map(|grant| grant.views.as_ref())
    }

    fn planned(&self, selection: &Selection<'_>) -> Vec<&GrantViews> {
        self.views(selection).map(|views| &views.planned).collect()
    }

    fn wish<'a>(&'a self, selection: &'a Selection<'_>) -> Wish<'a> {
        Wish { database: &self.database, login: &selection.warehouse.user, grants: self.planned(selection), of: selection.of() }
    }

    /// What differs of the selected grants; when they are all of the warehouse, what is left over of others too.
    fn differences(&self, selection: &Selection<'_>) -> Vec<Difference> {
        let mut differences: Vec<Difference> = Vec::new();
        // What is wrong with the login is wrong for every grant, and told once.
        for difference in self.views(selection).flat_map(|views| &views.differences) {
            if !differences.contains(difference) {
                differences.push(difference.clone());
            }
        }
        if selection.of().is_none() {
            differences.extend(leftovers(&self.planned(selection), &selection.warehouse.user, &self.live));
        }
        differences
    }
}
