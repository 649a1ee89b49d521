//! From the first byte of a socket to its startup packet (PostgreSQL: `ProcessStartupPacket`, `ProcessSSLStartup`).

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsAcceptor;

use super::backend::Backend;
use super::error::WireError;
use super::limits::WireLimits;
use super::parameters::StartupParameters;
use super::reader::ClientReader;
use super::spoken::Spoken;
use super::startup::{self, Packet, ProtocolVersion, Startup};
use super::stream::{self, ClientStream};
use super::tls::{ALPN, Loaded, Plaintext, TlsFacts, TlsState};
use super::writer::ClientWriter;
use crate::base::{SqlState, ToUserError, UserError};
use crate::runtime::socket::set_options;

/// The first byte of a TLS handshake; no startup packet is that long.
const TLS_HANDSHAKE: u8 = 0x16;

/// What a socket turned out to be.
#[derive(Debug)]
pub enum Accepted {
    /// A request to cancel the statement of another connection.
    Cancel(CancelRequest),
    /// A client that wants to log in.
    Client(Box<Connected>),
}

/// Who is to be cancelled. Drop it after the cancellation went out: the client waits for the connection to close.
#[derive(Debug)]
pub struct CancelRequest {
    pub pid: i32,
    /// 4 bytes in protocol 3.0, up to 256 in 3.2. Compare in constant time.
    pub key: Bytes,
    _connection: ClientStream,
}

/// A client whose startup packet was read. Nothing was sent to it but, in the queue, NegotiateProtocolVersion where it is due.
#[derive(Debug)]
pub struct Connected {
    pub reader: ClientReader,
    pub writer: ClientWriter,
    pub peer: SocketAddr,
    pub protocol: ProtocolVersion,
    pub parameters: StartupParameters,
    /// `None`: plain text, from a loopback address.
    pub tls: Option<TlsFacts>,
}

/// Takes a fresh socket as far as its startup packet.
///
/// Not cancel safe: drop it and the socket is closed. A client that can still be told why it is refused has been told when this returns.
///
/// # Errors
/// [`WireError::DeadlinePassed`], [`WireError::Disconnected`], [`WireError::Io`], [`WireError::Tls`]; [`WireError::Violation`] 08P01;
/// [`WireError::Refused`] 28000 (no TLS, no user), 0A000 (version, replication), 22021, 22023, 42601 (parameters).
pub async fn accept(socket: TcpStream, tls: &TlsState, limits: &WireLimits, deadline: Instant) -> Result<Accepted, WireError> {
    let tls = tls.current();
    match timeout_at(deadline, begin(socket, &tls, limits)).await {
        Ok(Ok(accepted)) => Ok(accepted),
        Ok(Err((error, connection))) => {
            tell(&error, connection, limits).await;
            Err(error)
        }
        // As PostgreSQL: who says nothing is told nothing.
        Err(_) => Err(WireError::DeadlinePassed),
    }
}

/// An error, with the connection when it can carry one.
type Failed = (WireError, Option<ClientStream>);

async fn begin(socket: TcpStream, tls: &Arc<Loaded>, limits: &WireLimits) -> Result<Accepted, Failed> {
    let silent = |error| (error, None);
    set_options(&socket).map_err(WireError::io).map_err(silent)?;
    let peer = socket.peer_addr().map_err(WireError::io).map_err(silent)?;
    let mut first = [0];
    if socket.peek(&mut first).await.map_err(WireError::io).map_err(silent)? == 0 {
        return Err(silent(WireError::Disconnected));
    }
    let mut start = Start { stream: ClientStream::Plain(socket), facts: None, is_ssl_done: false, is_gss_done: false };
    if first == [TLS_HANDSHAKE] {
        start = start.handshake(tls).await?.require_alpn()?;
    }
    loop {
        match start.packet().await {
            Ok(Packet::Cancel { pid, key }) => {
                return Ok(Accepted::Cancel(CancelRequest { pid, key, _connection: start.stream }));
            }
            Ok(Packet::GssEncRequest) if !start.is_gss_done => start.refuse_gss().await.map_err(silent)?,
            Ok(Packet::SslRequest) if !start.is_ssl_done => start = start.accept_ssl(tls).await?,
            Ok(Packet::GssEncRequest) => return Err(start.fail(repeated(5680))),
            Ok(Packet::SslRequest) => return Err(start.fail(repeated(5679))),
            Ok(Packet::Startup(startup)) => return start.finish(startup, tls.plaintext, peer, limits),
            Err(error) => return Err(start.fail(error)),
        }
    }
}

/// PostgreSQL takes a second request for the version number 1234.`minor`.
fn repeated(minor: u16) -> WireError {
    let message = format!("unsupported frontend protocol 1234.{minor}: server supports 3.0 to 3.2");
    WireError::refused(UserError::fatal(SqlState::FEATURE_NOT_SUPPORTED, message))
}

/// The connection while packets without a type byte are read.
struct Start {
    stream: ClientStream,
    facts: Option<TlsFacts>,
    is_ssl_done: bool,
    is_gss_done: bool,
}

impl Start {
    /// Reads one packet and not one byte more: what follows may belong to the TLS handshake.
    async fn packet(&mut self) -> Result<Packet, WireError> {
        let length = self.stream.read_u32().await.map_err(WireError::io)?;
        if !(8..=WireLimits::STARTUP_BYTES).contains(&length) {
            return Err(WireError::violation("invalid length of startup packet"));
        }
        let mut packet = vec![0; length as usize];
        let (head, body) = packet.split_at_mut(4);
        head.copy_from_slice(&length.to_be_bytes());
        self.stream.read_exact(body).await.map_err(WireError::io)?;
        startup::decode(&packet)
    }

    async fn refuse_gss(&mut self) -> Result<(), WireError> {
        self.is_gss_done = true;
        self.stream.write_all(b"N").await.map_err(WireError::io)
    }

    async fn accept_ssl(mut self, tls: &Arc<Loaded>) -> Result<Self, Failed> {
        if let ClientStream::Plain(socket) = &mut self.stream {
            // CVE-2021-23222: bytes that came before the handshake were not encrypted, and nobody knows who sent them.
            if has_arrived(socket).await {
                let error = UserError::fatal(SqlState::PROTOCOL_VIOLATION, "received unencrypted data after SSL request")
                    .detail("This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.");
                return Err(self.fail(WireError::Violation(Box::new(error))));
            }
            socket.write_all(b"S").await.map_err(|error| (WireError::io(error), None))?;
        }
        self.handshake(tls).await
    }

    async fn handshake(self, tls: &Arc<Loaded>) -> Result<Self, Failed> {
        let ClientStream::Plain(socket) = self.stream else { return Err(self.fail(repeated(5679))) };
        let acceptor = TlsAcceptor::from(Arc::clone(&tls.config));
        let stream = acceptor.accept(socket).await.map_err(|error| (WireError::Tls(error), None))?;
        let facts = tls.facts(stream.get_ref().1);
        Ok(Self { stream: ClientStream::Tls(Box::new(stream)), facts, is_ssl_done: true, is_gss_done: true })
    }

    /// Direct TLS must name the protocol, so that no other server's client can be sent here (ALPACA).
    fn require_alpn(self) -> Result<Self, Failed> {
        let is_named = match &self.stream {
            ClientStream::Tls(stream) => stream.get_ref().1.alpn_protocol() == Some(ALPN),
            ClientStream::Plain(_) => false,
        };
        match is_named {
            true => Ok(self),
            false => Err(self.fail(WireError::violation(
                "received direct SSL connection request without ALPN protocol negotiation extension",
            ))),
        }
    }

    fn finish(self, startup: Startup, plaintext: Plaintext, peer: SocketAddr, limits: &WireLimits) -> Result<Accepted, Failed> {
        let Startup { version, is_other_minor, pairs } = startup;
        if let Err(error) = require_tls(self.facts.as_ref(), plaintext, peer) {
            return Err(self.fail(error));
        }
        let parameters = match StartupParameters::read(pairs) {
            Ok(parameters) => parameters,
            Err(error) => return Err(self.fail(error)),
        };
        let (reader, mut writer) = halves(self.stream, limits);
        if is_other_minor || !parameters.unsupported_options.is_empty() {
            let unsupported_options = &parameters.unsupported_options;
            let message = Backend::NegotiateProtocolVersion { newest: version, unsupported_options };
            writer.queue(&message).map_err(|error| (error, None))?;
        }
        let tls = self.facts;
        Ok(Accepted::Client(Box::new(Connected { reader, writer, peer, protocol: version, parameters, tls })))
    }

    fn fail(self, error: WireError) -> Failed {
        (error, Some(self.stream))
    }
}

fn require_tls(facts: Option<&TlsFacts>, plaintext: Plaintext, peer: SocketAddr) -> Result<(), WireError> {
    let is_open = match plaintext {
        Plaintext::LoopbackOnly => peer.ip().to_canonical().is_loopback(),
        Plaintext::Refuse => false,
    };
    match facts.is_some() || is_open {
        true => Ok(()),
        false => Err(WireError::refused(
            UserError::fatal(
                SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
                "TLS required: connections without encryption are refused",
            )
            .hint("Connect with sslmode=verify-full, or sslmode=require at least."),
        )),
    }
}

/// Something can be read right now.
async fn has_arrived(socket: &TcpStream) -> bool {
    std::future::poll_fn(|context| {
        let mut byte = [0];
        let mut buffer = tokio::io::ReadBuf::new(&mut byte);
        let peeked = socket.poll_peek(context, &mut buffer);
        std::task::Poll::Ready(matches!(peeked, std::task::Poll::Ready(Ok(count)) if count > 0))
    })
    .await
}

fn halves(stream: ClientStream, limits: &WireLimits) -> (ClientReader, ClientWriter) {
    let (read, write) = tokio::io::split(stream);
    let spoken = Spoken::default();
    (ClientReader::new(read, *limits, spoken.clone()), ClientWriter::new(write, spoken))
}

/// Sends the error to whoever can still read it. An unfinished cancel request is told nothing, as PostgreSQL does.
async fn tell(error: &WireError, connection: Option<ClientStream>, limits: &WireLimits) {
    let Some(connection) = connection.filter(|_| error.can_be_told()) else { return };
    let (reader, writer) = halves(connection, limits);
    stream::close(reader, writer, Some(&error.to_user_error())).await;
}

#[cfg(test)]
#[path = "accept_tests.rs"]
mod tests;
