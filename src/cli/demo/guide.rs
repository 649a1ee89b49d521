//! What is printed for people who try it.

use std::fmt::Write;
use std::net::SocketAddr;
use std::time::Duration;

use super::configuration::Configuration;
use super::people::{Person, Who};
use super::tour::TOUR;
use crate::base::Secret;

/// Everything that was set up.
pub(super) struct Stage<'a> {
    pub(super) people: &'a [Person; 2],
    pub(super) configuration: &'a Configuration,
    pub(super) gate: SocketAddr,
    pub(super) admin: Option<SocketAddr>,
    pub(super) warehouse: SocketAddr,
}

impl Stage<'_> {
    /// How psql connects, but for the password. By name: before version 15 libpq compares no address with those of a certificate.
    pub(super) fn connection(&self, who: Who) -> String {
        let (port, certificate) = (self.gate.port(), self.configuration.certificate());
        let (database, user) = (who.database(), who.user());
        format!(
            "host=localhost port={port} dbname={database} user={user} sslmode=verify-full sslrootcert={}",
            certificate.display()
        )
    }

    /// That person's password.
    pub(super) fn password(&self, who: Who) -> &Secret<String> {
        let [first, second] = self.people;
        if first.who == who { &first.password } else { &second.password }
    }
}

/// Writes to standard output. A reader that went away is no reason to end: the warehouse must be stopped and removed.
pub(super) fn show(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _unheard = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// The whole guide.
pub(super) fn text(stage: &Stage<'_>, took: Duration) -> String {
    let mut text = String::new();
    // Writing into a String does not fail.
    let _written = write_guide(&mut text, stage, took);
    text
}

fn write_guide(text: &mut String, stage: &Stage<'_>, took: Duration) -> std::fmt::Result {
    let folder = stage.configuration.path().display();
    writeln!(text, "\nThe gate listens on {} (TLS), ready after {:.1} s.", stage.gate, took.as_secs_f64())?;
    writeln!(text, "Behind it: PostgreSQL on {}, database {}.", stage.warehouse, super::warehouse::DATABASE)?;
    if let Some(admin) = stage.admin {
        writeln!(text, "Numbers and health: http://{admin}/metrics  http://{admin}/readyz")?;
    }
    writeln!(text, "Configuration: {folder}")?;
    for person in stage.people {
        let who = person.who;
        writeln!(text, "\n{}, {}\n", who.name(), who.about())?;
        writeln!(text, "  PGPASSWORD={} psql \"{}\"\n", stage.password(who).reveal(), stage.connection(who))?;
        for stop in TOUR.iter().filter(|stop| stop.who == who && !stop.note.is_empty()) {
            writeln!(text, "    -- {}", stop.note)?;
            for line in stop.input.lines() {
                writeln!(text, "    {line}")?;
            }
        }
    }
    let program = std::env::current_exe().map_or_else(|_| "postern".to_owned(), |path| path.display().to_string());
    writeln!(text, "\nThe record, as it grows (in another terminal):\n\n  {program} audit tail --config {folder}")?;
    write!(text, "\nCtrl-C ends the demo and removes all of it.")
}
