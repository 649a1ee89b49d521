//! From a socket to a connection that can be used: startup, SCRAM, and the proof that every pinned setting holds.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::cancel::CancelTarget;
use super::connection::{Connection, read_parameter};
use super::error::UpstreamError;
use super::facts::{READ, ServerFacts};
use super::frame::{Frame, Frames, Received, Tag};
use super::pinned::Pinned;
use super::report::Report;
use super::target::Target;
use super::transport::{self, Transport};
use super::words::{Sql, Words};

/// The longest that connecting and logging in may take.
const LOGIN_TIME: Duration = Duration::from_secs(15);

/// Opens a connection: logged in, pinned settings given in the startup packet and read back.
///
/// Not cancel safe: drop it and the socket is closed.
///
/// # Errors
/// Every [`UpstreamError`] of connecting; [`UpstreamError::Login`] in the server's words; [`UpstreamError::Pinned`] when a setting does not hold.
pub async fn connect(target: &Arc<Target>, pinned: &Pinned) -> Result<Connection, UpstreamError> {
    timeout(LOGIN_TIME, open(target, pinned)).await.map_err(|_| UpstreamError::ConnectTimeout)?
}

async fn open(target: &Arc<Target>, pinned: &Pinned) -> Result<Connection, UpstreamError> {
    let transport = transport::connect(target).await?;
    let mut login = Login { transport, frames: Frames::default() };
    login.send(startup_packet(target, pinned)?).await?;
    login.authenticate(target).await?;
    let mut connection = login.finish(target).await?;
    verify(&mut connection, pinned).await?;
    Ok(connection)
}

fn startup_packet(target: &Target, pinned: &Pinned) -> Result<BytesMut, UpstreamError> {
    let settings = pinned.parameters();
    let parameters = [("user", target.user.as_str()), ("database", target.database.as_str()), ("application_name", "postern")]
        .into_iter()
        .chain(settings.iter().map(|(name, value)| (*name, value.reveal().as_str())));
    let mut packet = BytesMut::new();
    frontend::startup_message(parameters, &mut packet).map_err(|_| UpstreamError::Encode)?;
    Ok(packet)
}

/// A connection before its first ReadyForQuery.
struct Login {
    transport: Transport,
    frames: Frames,
}

impl Login {
    async fn send(&mut self, packet: BytesMut) -> Result<(), UpstreamError> {
        self.transport.write_all(&packet).await.map_err(UpstreamError::Io)?;
        self.transport.flush().await.map_err(UpstreamError::Io)
    }

    /// The next message that is not a notice.
    async fn next(&mut self) -> Result<Frame, UpstreamError> {
        loop {
            match self.frames.take()? {
                Some(Received::Frame(frame)) if frame.tag == Tag::ErrorResponse => {
                    let report = Report::read(frame.body());
                    return Err(UpstreamError::Login { sqlstate: report.sqlstate, message: report.message });
                }
                Some(Received::Frame(frame)) if frame.tag == Tag::NoticeResponse => {}
                Some(Received::Frame(frame)) => return Ok(frame),
                Some(Received::Rows(_)) => return Err(UpstreamError::Desynchronised("rows during the login")),
                None => {
                    self.frames.make_room();
                    if self.transport.read_buf(&mut self.frames.buffer).await.map_err(UpstreamError::Io)? == 0 {
                        return Err(UpstreamError::Closed { sqlstate: None });
                    }
                }
            }
        }
    }

    async fn authentication(&mut self) -> Result<(u32, Bytes), UpstreamError> {
        let frame = self.next().await?;
        let mut body = frame.whole.slice(frame.whole.len() - frame.body().len()..);
        if frame.tag != Tag::Authentication || body.remaining() < 4 {
            return Err(UpstreamError::Desynchronised("something other than an authentication request"));
        }
        let kind = body.get_u32();
        Ok((kind, body))
    }

    /// SCRAM-SHA-256 or, where the server asks for nothing, nothing. Clear-text and MD5 passwords are not sent, whoever asks.
    async fn authenticate(&mut self, target: &Target) -> Result<(), UpstreamError> {
        let (kind, body) = self.authentication().await?;
        match kind {
            0 => Ok(()),
            3 => Err(UpstreamError::Authentication("the warehouse asks for a clear-text password; let it use scram-sha-256")),
            5 => Err(UpstreamError::Authentication("the warehouse asks for an MD5 password; let it use scram-sha-256")),
            10 if offers_scram(&body) => self.scram(target).await,
            _ => Err(UpstreamError::Authentication("the warehouse offers no SCRAM-SHA-256")),
        }
    }

    async fn scram(&mut self, target: &Target) -> Result<(), UpstreamError> {
        let Some(password) = &target.password else {
            return Err(UpstreamError::Authentication("the warehouse asks for a password, and none is configured"));
        };
        let failed = |_| UpstreamError::Authentication("the SCRAM exchange failed");
        let mut scram = ScramSha256::new(password.reveal().as_bytes(), ChannelBinding::unsupported());
        let mut message = BytesMut::new();
        frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), &mut message).map_err(|_| UpstreamError::Encode)?;
        self.send(message).await?;
        scram.update(&self.expect_sasl(11).await?).map_err(failed)?;
        let mut message = BytesMut::new();
        frontend::sasl_response(scram.message(), &mut message).map_err(|_| UpstreamError::Encode)?;
        self.send(message).await?;
        // The server proves that it knows the password, too.
        scram.finish(&self.expect_sasl(12).await?).map_err(failed)?;
        self.expect_sasl(0).await.map(drop)
    }

    async fn expect_sasl(&mut self, expected: u32) -> Result<Bytes, UpstreamError> {
        let (kind, body) = self.authentication().await?;
        match kind == expected {
            true => Ok(body),
            false => Err(UpstreamError::Authentication("the warehouse left the SCRAM exchange")),
        }
    }

    /// Reads what follows AuthenticationOk up to ReadyForQuery.
    async fn finish(mut self, target: &Arc<Target>) -> Result<Connection, UpstreamError> {
        let mut facts = ServerFacts::default();
        let mut key = None;
        loop {
            let frame = self.next().await?;
            match frame.tag {
                Tag::ParameterStatus => {
                    let malformed = UpstreamError::Desynchronised("a malformed ParameterStatus");
                    let (name, value) = read_parameter(frame.body()).ok_or(malformed)?;
                    facts.report(&name, value);
                }
                Tag::BackendKeyData => key = Some(read_key(frame.body())?),
                Tag::ReadyForQuery => break,
                Tag::Authentication
                | Tag::BindComplete
                | Tag::CloseComplete
                | Tag::CommandComplete
                | Tag::CopyDone
                | Tag::CopyOutResponse
                | Tag::EmptyQueryResponse
                | Tag::ErrorResponse
                | Tag::NegotiateProtocolVersion
                | Tag::NoData
                | Tag::NoticeResponse
                | Tag::NotificationResponse
                | Tag::ParameterDescription
                | Tag::ParseComplete
                | Tag::PortalSuspended
                | Tag::RowDescription => return Err(UpstreamError::Desynchronised("something else than the end of the login")),
            }
        }
        // Without a key nothing could be cancelled.
        let (pid, secret) = key.ok_or(UpstreamError::Desynchronised("no BackendKeyData"))?;
        Ok(Connection::new(self.transport, self.frames, facts, CancelTarget::new(Arc::clone(target), pid, secret)))
    }
}

/// The mechanisms are strings that end in NUL.
fn offers_scram(mechanisms: &[u8]) -> bool {
    mechanisms.split(|byte| *byte == 0).any(|name| name == SCRAM_SHA_256.as_bytes())
}

fn read_key(mut body: &[u8]) -> Result<(i32, i32), UpstreamError> {
    match body.len() {
        8 => Ok((body.get_i32(), body.get_i32())),
        _ => Err(UpstreamError::Desynchronised("a malformed BackendKeyData")),
    }
}

/// Reads the pinned settings back, and the facts with them.
async fn verify(connection: &mut Connection, pinned: &Pinned) -> Result<(), UpstreamError> {
    let expected = pinned.expected();
    let names: Vec<&'static str> = expected.iter().map(|(name, _)| *name).chain(READ).collect();
    let values = read_settings(connection, &names).await?;
    for ((name, expected), value) in expected.into_iter().zip(&values) {
        if value.as_deref() != Some(expected.as_str()) {
            return Err(UpstreamError::Pinned { name: name.to_owned(), value: value.clone().unwrap_or_default() });
        }
    }
    let facts = connection.facts_mut();
    for (name, value) in names.iter().zip(values) {
        if let Some(value) = value {
            facts.note(name, value);
        }
    }
    match facts.value("server_encoding") {
        // Masks cut characters, not bytes (enforcement W10).
        Some("UTF8") => Ok(()),
        value => Err(UpstreamError::Pinned { name: "server_encoding".to_owned(), value: value.unwrap_or_default().to_owned() }),
    }
}

async fn read_settings(connection: &mut Connection, names: &[&'static str]) -> Result<Vec<Option<String>>, UpstreamError> {
    connection.query(Sql::Words(&Words::read_settings(names)))?;
    connection.send().await?;
    let mut row = BytesMut::new();
    loop {
        match connection.receive().await? {
            Received::Rows(rows) => row.extend_from_slice(&rows.into_bytes()),
            Received::Frame(frame) if frame.tag == Tag::ErrorResponse => {
                let report = Report::read(frame.body());
                return Err(UpstreamError::Login { sqlstate: report.sqlstate, message: report.message });
            }
            Received::Frame(frame) if frame.tag == Tag::ReadyForQuery => break,
            Received::Frame(_) => {}
        }
    }
    let values = read_row(&row).ok_or(UpstreamError::Desynchronised("a malformed row"))?;
    match values.len() == names.len() {
        true => Ok(values),
        false => Err(UpstreamError::Desynchronised("a row of another width")),
    }
}

/// The values of one DataRow in text format.
fn read_row(message: &[u8]) -> Option<Vec<Option<String>>> {
    let mut body = message.get(5..)?;
    let columns = body.try_get_u16().ok()?;
    let mut values = Vec::with_capacity(usize::from(columns));
    for _ in 0..columns {
        let length = body.try_get_i32().ok()?;
        let Ok(length) = usize::try_from(length) else {
            values.push(None);
            continue;
        };
        values.push(Some(std::str::from_utf8(body.get(..length)?).ok()?.to_owned()));
        body.advance(length);
    }
    Some(values)
}
