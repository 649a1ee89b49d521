//! The gate's folder: server, policy, contracts, people and keys, made for this run.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::folder::DemoFolder;
use super::people::{Person, password};
use crate::base::{Secret, Timestamp};
use crate::cli::certificate::{SelfSigned, self_signed};
use crate::cli::files;

const POSTERN: &str = include_str!("config/postern.yaml");
const POLICY: &str = include_str!("config/policy.yaml");
const CONTRACTS: [(&str, &str); 4] = [
    ("crm.odcs.yaml", include_str!("config/contracts/crm.odcs.yaml")),
    ("reference.odcs.yaml", include_str!("config/contracts/reference.odcs.yaml")),
    ("sales.odcs.yaml", include_str!("config/contracts/sales.odcs.yaml")),
    ("web.odcs.yaml", include_str!("config/contracts/web.odcs.yaml")),
];

/// How long the grants of the demo last, and the contract with the vendors.
const GRANT_DAYS: i64 = 90;
const CONTRACT_DAYS: i64 = 365;

/// What nobody has to remember.
pub(super) struct Secrets {
    /// Of the warehouse's owner.
    pub(super) superuser: Secret<String>,
    /// Of the gate's role in the warehouse.
    pub(super) service: Secret<String>,
    pub(super) gate: SelfSigned,
    pub(super) warehouse: SelfSigned,
    pseudonym_key: Secret<String>,
}

impl Secrets {
    /// Draws them all.
    pub(super) fn draw(now: Timestamp) -> Result<Self, anyhow::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).context("draw random bytes")?;
        Ok(Self {
            superuser: password()?,
            service: password()?,
            gate: self_signed(now)?,
            warehouse: self_signed(now)?,
            pseudonym_key: Secret::new(key.iter().map(|byte| format!("{byte:02x}")).collect()),
        })
    }
}

/// The folder.
#[derive(Debug)]
pub(super) struct Configuration {
    path: PathBuf,
}

impl Configuration {
    /// Writes everything that `serve --config` reads.
    pub(super) fn write(
        folder: &DemoFolder,
        people: &[Person; 2],
        secrets: &Secrets,
        listen: SocketAddr,
        warehouse: SocketAddr,
        now: Timestamp,
    ) -> Result<Self, anyhow::Error> {
        let path = folder.path().join("config");
        for name in ["", "keys", "contracts", "audit", "state"] {
            files::make_private_folder(&path.join(name))?;
        }
        let server = POSTERN
            .replace("@LISTEN@", &listen.to_string())
            .replace("@ADMIN@", "127.0.0.1:0")
            .replace("@WAREHOUSE_PORT@", &warehouse.port().to_string());
        let policy = POLICY
            .replace("@STARTS@", &instant(now, -1)?)
            .replace("@NOW@", &instant(now, 0)?)
            .replace("@ENDS@", &instant(now, GRANT_DAYS)?)
            .replace("@CONTRACT_ENDS@", instant(now, CONTRACT_DAYS)?.split('T').next().unwrap_or_default());
        let mut entries = "people:\n".to_owned();
        for person in people {
            entries.push_str(&person.entry()?);
        }
        files::write_public(&path.join("postern.yaml"), &server)?;
        files::write_public(&path.join("policy.yaml"), &policy)?;
        files::write_secret(&path.join("people.yaml"), &entries)?;
        for (name, text) in CONTRACTS {
            files::write_public(&path.join("contracts").join(name), text)?;
        }
        let keys = path.join("keys");
        files::write_public(&keys.join("server.crt"), &secrets.gate.certificate)?;
        files::write_public(&keys.join("warehouse-ca.crt"), &secrets.warehouse.certificate)?;
        files::write_secret(&keys.join("server.key"), secrets.gate.key.reveal())?;
        files::write_secret(&keys.join("warehouse.password"), secrets.service.reveal())?;
        files::write_secret(&keys.join("pseudonym.key"), secrets.pseudonym_key.reveal())?;
        Ok(Self { path })
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What clients take as root.
    pub(super) fn certificate(&self) -> PathBuf {
        self.path.join("keys/server.crt")
    }

    /// The audit log.
    pub(super) fn audit(&self) -> PathBuf {
        self.path.join("audit")
    }
}

/// The instant some days after `now`, at the full second.
fn instant(now: Timestamp, days: i64) -> Result<String, anyhow::Error> {
    let second = jiff::Timestamp::from_second(now.millis().div_euclid(1000) + days * 86_400)
        .context("the clock is beyond the calendar")?;
    Ok(second.to_string())
}

#[cfg(test)]
#[path = "configuration_tests.rs"]
mod tests;
