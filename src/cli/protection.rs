//! How the way to the warehouse is protected: plain text on loopback, everything verified elsewhere.

use std::fs;
use std::net::IpAddr;

use anyhow::{Context, bail};

use crate::upstream::Tls;

use super::connection::{Connection, SslMode};

/// Where systems keep the certificates of the authorities that they trust.
const SYSTEM_AUTHORITIES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// What the configuration will say about TLS towards the warehouse.
pub(super) enum Protection {
    /// None: the host is a loopback one.
    Loopback,
    /// verify-full against these authorities (PEM).
    Verified(String),
}

impl Protection {
    /// Chooses for a host. Everything or nothing: `sslmode=require` without an authority would trust anybody.
    ///
    /// # Errors
    /// Plain text to another machine, or no authority.
    pub(super) fn choose(connection: &Connection) -> Result<Self, anyhow::Error> {
        let loopback = is_loopback(&connection.host);
        match (connection.ssl_mode, loopback) {
            (SslMode::Disable | SslMode::Unsaid, true) => Ok(Self::Loopback),
            (SslMode::Disable, false) => bail!("sslmode=disable: plain text is accepted for a loopback host only"),
            (SslMode::Demand, true) if connection.ssl_root_cert.is_none() => {
                bail!(
                    "sslmode without sslrootcert=FILE would trust anybody: name the authority's certificates, or leave sslmode out"
                )
            }
            (SslMode::Demand, true) | (SslMode::Demand | SslMode::Unsaid, false) => authorities(connection).map(Self::Verified),
        }
    }

    /// The same for a connection.
    pub(super) fn tls(&self) -> Result<Tls, anyhow::Error> {
        match self {
            Self::Loopback => Ok(Tls::Disabled),
            Self::Verified(authorities) => Ok(Tls::verify_full(authorities.as_bytes())?),
        }
    }
}

fn authorities(connection: &Connection) -> Result<String, anyhow::Error> {
    let named = connection.ssl_root_cert.as_ref().filter(|path| path.as_os_str() != "system");
    if let Some(path) = named {
        return fs::read_to_string(path).with_context(|| format!("read the certificates in {}", path.display()));
    }
    let found = SYSTEM_AUTHORITIES.iter().find_map(|path| fs::read_to_string(path).ok());
    found.context("no certificates of authorities on this system: name a file with sslrootcert=FILE")
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(text: &str) -> String {
        match Protection::choose(&Connection::parse(text, &|_| None).unwrap()) {
            Ok(Protection::Loopback) => "loopback".to_owned(),
            Ok(Protection::Verified(authorities)) => format!("verified {authorities}"),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn plain_text_stays_on_this_machine() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "PEM").unwrap();
        let root = format!("sslrootcert={}", file.path().display());
        assert_eq!(chosen("postgres://u@127.0.0.1/d"), "loopback");
        assert_eq!(chosen("postgres://u@[::1]/d?sslmode=prefer"), "loopback");
        assert_eq!(chosen(&format!("postgres://u@localhost/d?sslmode=verify-full&{root}")), "verified PEM");
        assert_eq!(chosen(&format!("postgres://u@db.example/d?{root}")), "verified PEM");
        assert!(chosen("postgres://u@db.example/d?sslmode=disable").contains("loopback host only"));
        assert!(chosen("postgres://u@localhost/d?sslmode=require").contains("would trust anybody"));
        assert!(chosen("postgres://u@db.example/d?sslrootcert=/nowhere").contains("read the certificates in /nowhere"));
    }
}
