//! `--warehouse`: a connection string as libpq takes it, as a URL or as keywords and values. What it cannot do is refused by name.

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};

use crate::base::Secret;

/// Parameters that change nothing here: the gate makes connections of its own.
const IGNORED: &[&str] = &[
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "fallback_application_name",
    "gssencmode",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "target_session_attrs",
    "tcp_user_timeout",
];

/// Where the warehouse is, and as whom.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) database: String,
    pub(super) user: String,
    pub(super) password: Option<Secret<String>>,
    pub(super) ssl_mode: SslMode,
    pub(super) ssl_root_cert: Option<PathBuf>,
}

/// `sslmode`, reduced to what the gate can do: all of it or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SslMode {
    /// disable.
    Disable,
    /// Nothing written, allow, prefer: as the host demands.
    Unsaid,
    /// require, verify-ca, verify-full.
    Demand,
}

#[derive(Default)]
struct Parameters {
    host: Option<String>,
    port: Option<String>,
    database: Option<String>,
    user: Option<String>,
    password: Option<Secret<String>>,
    ssl_mode: Option<String>,
    ssl_root_cert: Option<String>,
}

impl Connection {
    /// Reads a connection string; what it leaves open comes from libpq's variables of the environment.
    ///
    /// # Errors
    /// It is not a connection string, or asks for what cannot be done. The message holds nothing of the string but names of parameters.
    pub(super) fn parse(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, anyhow::Error> {
        let mut parameters = Parameters::default();
        match text.strip_prefix("postgresql://").or_else(|| text.strip_prefix("postgres://")) {
            Some(rest) => parameters.read_url(rest)?,
            None if text.contains("://") => bail!("it begins neither with postgres:// nor with postgresql://"),
            None if text.contains('=') => parameters.read_keywords(text)?,
            None => bail!("write postgres://user@host:port/database or \"host=… port=… user=… dbname=…\""),
        }
        parameters.resolve(environment)
    }
}

impl Parameters {
    /// libpq 34.1.1.2: `[userspec@][hostspec][/dbname][?paramspec]`.
    fn read_url(&mut self, rest: &str) -> Result<(), anyhow::Error> {
        let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, host) = authority.split_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        if let Some(user) = user {
            let (user, password) = user.split_once(':').map_or((user, None), |(user, password)| (user, Some(password)));
            self.set("user", decoded(user)?)?;
            if let Some(password) = password {
                self.set("password", decoded(password)?)?;
            }
        }
        let (host, port) = match host.strip_prefix('[') {
            Some(bracketed) => {
                let (host, port) = bracketed.split_once(']').context("an IPv6 address lacks its closing bracket")?;
                let port =
                    if port.is_empty() { None } else { Some(port.strip_prefix(':').context("a colon must precede the port")?) };
                (host, port)
            }
            None => host.split_once(':').map_or((host, None), |(host, port)| (host, Some(port))),
        };
        self.set("host", decoded(host)?)?;
        self.set("port", decoded(port.unwrap_or_default())?)?;
        self.set("dbname", decoded(database)?)?;
        for pair in query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').context("a parameter behind ? has no value")?;
            self.set(&decoded(name)?, decoded(value)?)?;
        }
        Ok(())
    }

    /// libpq 34.1.1.1: `keyword = value`, values with spaces in single quotes, `\` before `'` and `\`.
    fn read_keywords(&mut self, text: &str) -> Result<(), anyhow::Error> {
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (name, value) = rest.split_once('=').context("a keyword has no value")?;
            let mut value = value.trim_start().chars();
            let quoted = value.as_str().starts_with('\'');
            if quoted {
                value.next();
            }
            let (mut word, mut closed) = (String::new(), !quoted);
            while let Some(c) = value.next() {
                match c {
                    '\\' => word.extend(value.next()),
                    '\'' if quoted => {
                        closed = true;
                        break;
                    }
                    c if !quoted && c.is_ascii_whitespace() => break,
                    c => word.push(c),
                }
            }
            ensure!(closed, "the value of {} lacks its closing quote", name.trim());
            self.set(name.trim(), word)?;
            rest = value.as_str().trim_start();
        }
        Ok(())
    }

    /// The last value holds, as in libpq; an empty one is none.
    fn set(&mut self, name: &str, value: String) -> Result<(), anyhow::Error> {
        let value = Some(value).filter(|value| !value.is_empty());
        let slot = match name {
            "host" | "hostaddr" => &mut self.host,
            "port" => &mut self.port,
            "dbname" => &mut self.database,
            "user" => &mut self.user,
            "sslmode" => &mut self.ssl_mode,
            "sslrootcert" => &mut self.ssl_root_cert,
            "password" => {
                self.password = value.map(Secret::new).or_else(|| self.password.take());
                return Ok(());
            }
            name if IGNORED.contains(&name) => return Ok(()),
            name => bail!("parameter {name:?} is not supported"),
        };
        if value.is_some() {
            *slot = value;
        }
        Ok(())
    }

    fn resolve(self, environment: &dyn Fn(&str) -> Option<String>) -> Result<Connection, anyhow::Error> {
        let or =
            |written: Option<String>, variable: &str| written.or_else(|| environment(variable).filter(|value| !value.is_empty()));
        let host = or(self.host, "PGHOST").unwrap_or_else(|| "localhost".to_owned());
        ensure!(!host.starts_with(['/', '@']), "a Unix socket is not supported: name a host and a port");
        ensure!(!host.contains(','), "several hosts are not supported: name one");
        let port = or(self.port, "PGPORT").map_or(Ok(5432), |port| port.parse::<u16>());
        let port = port.ok().filter(|port| *port > 0).context("the port is not a number from 1 to 65535")?;
        let user = or(self.user, "PGUSER").context("no user: write postgres://USER@host/database, or set PGUSER")?;
        let ssl_mode = match or(self.ssl_mode, "PGSSLMODE").as_deref() {
            None | Some("allow" | "prefer") => SslMode::Unsaid,
            Some("disable") => SslMode::Disable,
            Some("require" | "verify-ca" | "verify-full") => SslMode::Demand,
            Some(other) => bail!("sslmode {other:?} is unknown"),
        };
        Ok(Connection {
            host,
            port,
            database: or(self.database, "PGDATABASE").unwrap_or_else(|| user.clone()),
            user,
            password: self.password.or_else(|| or(None, "PGPASSWORD").map(Secret::new)),
            ssl_mode,
            ssl_root_cert: or(self.ssl_root_cert, "PGSSLROOTCERT").map(PathBuf::from),
        })
    }
}

/// A value as connection strings of keywords and values take it, for lines that people copy.
pub(super) fn quoted_value(value: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The text with `%xx` decoded (RFC 3986 §2.1).
fn decoded(text: &str) -> Result<String, anyhow::Error> {
    let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else {
                bail!("a % in a URL begins two hexadecimal digits: write %25 for itself");
            };
            high << 4 | low
        } else {
            byte
        });
    }
    let text = String::from_utf8(bytes).ok().context("the URL is not text in UTF-8")?;
    ensure!(!text.contains('\0'), "the URL holds %00");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, variables: &[(&str, &str)]) -> String {
        let environment = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        match Connection::parse(text, &environment) {
            Ok(c) => {
                let password = c.password.as_ref().map_or("-", |password| password.reveal());
                let root = c.ssl_root_cert.as_ref().map_or("-".to_owned(), |path| path.display().to_string());
                format!("{}|{}|{}|{}|{password}|{:?}|{root}", c.host, c.port, c.database, c.user, c.ssl_mode)
            }
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn urls_and_keywords_are_read_as_libpq_reads_them() {
        for (text, expected) in [
            ("postgres://u:p@h:1234/d", "h|1234|d|u|p|Unsaid|-"),
            ("postgresql://u@h/d?sslmode=verify-full&sslrootcert=/ca.pem", "h|5432|d|u|-|Demand|/ca.pem"),
            ("postgres://u%40x:p%2F%25@[::1]:7/my%20db", "::1|7|my db|u@x|p/%|Unsaid|-"),
            ("postgres://u@h", "h|5432|u|u|-|Unsaid|-"),
            ("postgres:///d?host=h&user=u&port=9", "h|9|d|u|-|Unsaid|-"),
            ("host=h port=9 user = u dbname='my db' password='it\\'s \\\\' sslmode=disable", "h|9|my db|u|it's \\|Disable|-"),
            ("user=u\napplication_name=x", "localhost|5432|u|u|-|Unsaid|-"),
        ] {
            assert_eq!(shown(text, &[]), expected, "{text}");
        }
        let variables = [("PGUSER", "eu"), ("PGPASSWORD", "ep"), ("PGHOST", "eh"), ("PGPORT", "77"), ("PGDATABASE", "ed")];
        assert_eq!(shown("postgres://", &variables), "eh|77|ed|eu|ep|Unsaid|-");
        assert_eq!(shown("postgres://u:p@h:1/d", &variables), "h|1|d|u|p|Unsaid|-");
    }

    #[test]
    fn what_cannot_be_done_is_refused_without_showing_the_string() {
        for (text, expected) in [
            ("mysql://u:geheim@h/d", "it begins neither with postgres:// nor with postgresql://"),
            ("geheim", "write postgres://user@host:port/database or \"host=… port=… user=… dbname=…\""),
            ("postgres://u:geheim@h/d?service=x", "parameter \"service\" is not supported"),
            ("postgres://u:geheim@h,i/d", "several hosts are not supported: name one"),
            ("host=/run/postgresql user=u password=geheim", "a Unix socket is not supported: name a host and a port"),
            ("postgres://u:geheim%@h/d", "a % in a URL begins two hexadecimal digits: write %25 for itself"),
            ("postgres://u:geheim@h:x/d", "the port is not a number from 1 to 65535"),
            ("postgres://:geheim@h/d", "no user: write postgres://USER@host/database, or set PGUSER"),
            ("user=u password='geheim", "the value of password lacks its closing quote"),
            ("postgres://u@h/d?sslmode=perhaps", "sslmode \"perhaps\" is unknown"),
            ("postgres://u:geheim@[::1/d", "an IPv6 address lacks its closing bracket"),
        ] {
            let said = shown(text, &[]);
            assert_eq!(said, expected, "{text}");
            assert!(!said.contains("geheim"));
        }
    }
}
