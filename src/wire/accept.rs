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
use super::startup::{self, Packet, ProtocolVersion, Startup};
use super::stream::{self, ClientStream};
use super::tls::{ALPN, Loaded, Plaintext, TlsFacts, TlsState};
use super::writer::ClientWriter;
use crate::base::{SqlState, ToUserError, UserError};

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
    stream::set_options(&socket).map_err(WireError::io).map_err(silent)?;
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
    (ClientReader::new(read, *limits), ClientWriter::new(write))
}

/// Sends the error to whoever can still read it. An unfinished cancel request is told nothing, as PostgreSQL does.
async fn tell(error: &WireError, connection: Option<ClientStream>, limits: &WireLimits) {
    let Some(connection) = connection.filter(|_| error.can_be_told()) else { return };
    let (reader, writer) = halves(connection, limits);
    stream::close(reader, writer, Some(&error.to_user_error())).await;
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::client::Resumption;

    use super::*;
    use crate::wire::test_kit::{Client, GSSENC_REQUEST, Gate, SSL_REQUEST, message, settings, startup_packet};
    use crate::wire::tls::{TlsSettings, TlsVersion};
    use crate::wire::{Frontend, close};

    fn jane() -> Vec<u8> {
        startup_packet(0x0003_0000, &[("user", "jane")])
    }

    async fn open_gate() -> Gate {
        Gate::new(TlsSettings { plaintext: Plaintext::LoopbackOnly, ..settings() }).await
    }

    /// What a client that sends these bytes in plain text is told at last.
    async fn told(gate: &Gate, bytes: &[u8]) -> String {
        let client = async {
            let mut client = gate.connect().await;
            client.send(bytes).await;
            client.last_words().await
        };
        let (told, accepted) = tokio::join!(client, gate.accept());
        accepted.unwrap_err();
        told
    }

    #[tokio::test]
    async fn tls_after_an_ssl_request() {
        let gate = Gate::new(settings()).await;
        let client = async {
            let mut client = gate.connect().await.upgrade(&gate).await;
            client.send(&jane()).await;
            client
        };
        let (_client, accepted) = tokio::join!(client, gate.accept_client());
        let facts = accepted.tls.unwrap();
        assert_eq!((facts.version, facts.server_name.as_deref()), (TlsVersion::V1_3, Some("localhost")));
        assert!(facts.end_point().is_some() && facts.cipher.starts_with("TLS13_"));
        assert_eq!((accepted.parameters.user.as_str(), accepted.protocol), ("jane", ProtocolVersion::V3_0));
    }

    #[tokio::test]
    async fn direct_tls_must_name_the_protocol() {
        let gate = Gate::new(settings()).await;
        let direct = |alpn: &'static [&'static [u8]]| async {
            let mut client = gate.connect().await.tls(Arc::new(gate.client_config(alpn))).await.unwrap();
            client.send(&jane()).await;
            client
        };
        let (_client, accepted) = tokio::join!(direct(&[b"postgresql"]), gate.accept_client());
        assert!(accepted.tls.is_some());
        let unnamed = async { direct(&[]).await.last_words().await };
        let (told, refused) = tokio::join!(unnamed, gate.accept());
        assert!(told.starts_with("FATAL 08P01 received direct SSL connection request without ALPN"), "{told}");
        refused.unwrap_err();
        let other = async { gate.connect().await.tls(Arc::new(gate.client_config(&[b"http/1.1"]))).await.map(drop) };
        let (refused, handshake) = tokio::join!(other, gate.accept());
        refused.unwrap_err();
        assert!(matches!(handshake, Err(WireError::Tls(_))));
    }

    #[tokio::test]
    async fn gssenc_is_declined_once_and_tls_may_follow() {
        let gate = Gate::new(settings()).await;
        let client = async {
            let mut client = gate.connect().await;
            client.send(GSSENC_REQUEST).await;
            assert_eq!(client.read(1).await, b"N");
            let mut client = client.upgrade(&gate).await;
            client.send(&jane()).await;
            client
        };
        let (_client, accepted) = tokio::join!(client, gate.accept_client());
        assert!(accepted.tls.is_some());
        let twice = async {
            let mut client = gate.connect().await;
            client.send(&[GSSENC_REQUEST, GSSENC_REQUEST].concat()).await;
            assert_eq!(client.read(1).await, b"N");
            client.last_words().await
        };
        let (told, accepted) = tokio::join!(twice, gate.accept());
        assert_eq!(told, "FATAL 0A000 unsupported frontend protocol 1234.5680: server supports 3.0 to 3.2");
        accepted.unwrap_err();
    }

    #[tokio::test]
    async fn inside_tls_neither_request_may_come_again() {
        let gate = Gate::new(settings()).await;
        for request in [SSL_REQUEST, GSSENC_REQUEST] {
            let client = async {
                let mut client = gate.connect().await.upgrade(&gate).await;
                client.send(request).await;
                client.last_words().await
            };
            let (told, accepted) = tokio::join!(client, gate.accept());
            assert!(told.starts_with("FATAL 0A000 unsupported frontend protocol 1234.56"), "{told}");
            accepted.unwrap_err();
        }
    }

    #[tokio::test]
    async fn bytes_before_the_handshake_end_the_connection() {
        let gate = open_gate().await;
        let told = told(&gate, &[SSL_REQUEST, &jane(), &message(b'Q', b"select 1\0")].concat()).await;
        assert!(told.starts_with("FATAL 08P01 received unencrypted data after SSL request"), "{told}");
    }

    #[tokio::test]
    async fn plain_text_is_refused_before_anything_else_is_said() {
        let gate = Gate::new(settings()).await;
        let told = told(&gate, &jane()).await;
        assert_eq!(
            told,
            "FATAL 28000 TLS required: connections without encryption are refused  \
             Connect with sslmode=verify-full, or sslmode=require at least."
        );
        let gate = open_gate().await;
        let client = async {
            let mut client = gate.connect().await;
            client.send(&jane()).await;
            client
        };
        let (_client, accepted) = tokio::join!(client, gate.accept_client());
        assert!(accepted.tls.is_none());
    }

    #[test]
    fn plain_text_may_come_from_loopback_only_and_only_when_allowed() {
        let from = |address: &str| require_tls(None, Plaintext::LoopbackOnly, format!("{address}:1").parse().unwrap()).is_ok();
        assert!(from("127.0.0.1") && from("127.8.8.8") && from("[::1]") && from("[::ffff:127.0.0.1]"));
        assert!(!from("192.0.2.1") && !from("0.0.0.0") && !from("[::ffff:192.0.2.1]") && !from("[fe80::1]"));
        assert!(require_tls(None, Plaintext::Refuse, "127.0.0.1:1".parse().unwrap()).is_err());
    }

    #[tokio::test]
    async fn cancel_requests_of_both_lengths_are_taken_with_and_without_tls_and_close_when_dropped() {
        let gate = Gate::new(settings()).await;
        for key in [&b"four"[..], &[7; 32]] {
            let body = [&80_877_102_u32.to_be_bytes()[..], &42_i32.to_be_bytes(), key].concat();
            let packet = [&(body.len() as u32 + 4).to_be_bytes()[..], &body].concat();
            let plain = async {
                let mut client = gate.connect().await;
                client.send(&packet).await;
                assert_eq!(tokio::io::AsyncReadExt::read(&mut client.0, &mut [0]).await.unwrap(), 0);
            };
            let server = async {
                match gate.accept().await.unwrap() {
                    Accepted::Cancel(request) => (request.pid, request.key.clone()),
                    Accepted::Client(_) => panic!("a client"),
                }
            };
            let ((), (pid, read)) = tokio::join!(plain, server);
            assert_eq!((pid, &read[..]), (42, key));
            let encrypted = async {
                let mut client = gate.connect().await.upgrade(&gate).await;
                client.send(&packet).await;
                client
            };
            let (_client, accepted) = tokio::join!(encrypted, gate.accept());
            assert!(matches!(accepted.unwrap(), Accepted::Cancel(_)));
        }
    }

    #[tokio::test]
    async fn other_minor_versions_and_extensions_are_negotiated_before_the_login() {
        let gate = open_gate().await;
        for (asked, extension, agreed, expected) in [
            (0x0003_0000, false, ProtocolVersion::V3_0, None),
            (0x0003_0002, false, ProtocolVersion::V3_2, None),
            (0x0003_270f, false, ProtocolVersion::V3_2, Some(&b"\0\x03\0\x02\0\0\0\0"[..])),
            (0x0003_0000, true, ProtocolVersion::V3_0, Some(&b"\0\x03\0\0\0\0\0\x01_pq_.x\0"[..])),
        ] {
            let pairs: &[(&str, &str)] = if extension { &[("user", "jane"), ("_pq_.x", "1")] } else { &[("user", "jane")] };
            let client = async {
                let mut client = gate.connect().await;
                client.send(&startup_packet(asked, pairs)).await;
                client
            };
            let (mut client, mut accepted) = tokio::join!(client, gate.accept_client());
            assert_eq!(accepted.protocol, agreed);
            accepted.writer.queue(&Backend::AuthenticationOk).unwrap();
            accepted.writer.flush().await.unwrap();
            if let Some(expected) = expected {
                assert_eq!(client.message().await, (b'v', expected.to_vec()));
            }
            assert_eq!(client.message().await.0, b'R');
        }
    }

    #[tokio::test]
    async fn malformed_starts_are_told_and_ended() {
        let gate = open_gate().await;
        let old = startup_packet(0x0002_0000, &[]);
        assert!(told(&gate, &old).await.starts_with("FATAL 0A000 unsupported frontend protocol 2.0"));
        for bytes in [&b"\0\0\0\x07abc"[..], b"\0\0\x27\x11", b"\0\0\0\0", b"GET / HTTP/1.1\r\n\r\n"] {
            assert_eq!(told(&gate, bytes).await, "FATAL 08P01 invalid length of startup packet", "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn who_says_nothing_or_half_is_let_go_at_the_deadline_or_when_it_leaves() {
        let gate = open_gate().await;
        let accept_until = async |client: Client<TcpStream>, deadline| {
            let (socket, _) = gate.accept_socket().await;
            let result = accept(socket, &gate.tls, &WireLimits::default(), deadline).await;
            drop(client);
            result
        };
        let silent = gate.connect().await;
        assert!(matches!(accept_until(silent, Instant::now()).await, Err(WireError::DeadlinePassed)));
        let mut half = gate.connect().await;
        half.send(&jane()[..9]).await;
        assert!(matches!(accept_until(half, Instant::now()).await, Err(WireError::DeadlinePassed)));
        let mut gone = gate.connect().await;
        gone.send(&jane()[..9]).await;
        drop(gone);
        assert!(matches!(gate.accept().await, Err(WireError::Disconnected)));
        drop(gate.connect().await);
        assert!(matches!(gate.accept().await, Err(WireError::Disconnected)));
    }

    #[tokio::test]
    async fn a_reload_reaches_the_next_connection_and_ends_the_tickets_of_the_old_certificate() {
        let mut gate = Gate::new(settings()).await;
        let mut config = gate.client_config(&[]);
        config.resumption = Resumption::in_memory_sessions(8);
        let config = Arc::new(config);
        let kind = async |gate: &Gate| {
            let client = async {
                let mut client = gate.connect().await;
                client.send(SSL_REQUEST).await;
                client.read(1).await;
                let mut client = client.tls(Arc::clone(&config)).await?;
                client.send(&jane()).await;
                client.message().await;
                Ok::<_, std::io::Error>(client.0.get_ref().1.handshake_kind())
            };
            let server = async {
                let Ok(Accepted::Client(mut accepted)) = gate.accept().await else { return };
                accepted.writer.queue(&Backend::AuthenticationOk).unwrap();
                accepted.writer.flush().await.unwrap();
                close(accepted.reader, accepted.writer, None).await;
            };
            tokio::join!(client, server).0
        };
        assert_eq!(kind(&gate).await.unwrap(), Some(rustls::HandshakeKind::Full));
        assert_eq!(kind(&gate).await.unwrap(), Some(rustls::HandshakeKind::Resumed));
        gate.tls.reload(&gate.settings).unwrap();
        assert_eq!(kind(&gate).await.unwrap(), Some(rustls::HandshakeKind::Full));
        let before = gate.tls.current().config.clone();
        let mismatched = TlsSettings { key: settings().key, ..settings() };
        gate.tls.reload(&mismatched).unwrap_err();
        assert!(Arc::ptr_eq(&before, &gate.tls.current().config), "a bad reload leaves the old one in force");
        gate.settings = settings();
        gate.tls.reload(&gate.settings).unwrap();
        assert!(kind(&gate).await.is_err(), "the client trusts the old certificate alone");
    }

    #[tokio::test]
    async fn the_least_version_of_tls_is_kept() {
        let gate = Gate::new(TlsSettings { min_version: TlsVersion::V1_3, ..settings() }).await;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let old =
            rustls::ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&rustls::version::TLS12]).unwrap();
        let old = Arc::new(old.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth());
        let client = async {
            let mut client = gate.connect().await;
            client.send(SSL_REQUEST).await;
            client.read(1).await;
            client.tls(old).await.map(drop)
        };
        let (refused, accepted) = tokio::join!(client, gate.accept());
        refused.unwrap_err();
        assert!(matches!(accepted, Err(WireError::Tls(_))));
    }

    #[tokio::test]
    async fn the_gate_leaves_after_the_client_so_that_last_words_arrive() {
        let gate = Gate::new(settings()).await;
        let client = async {
            let mut client = gate.connect().await.upgrade(&gate).await;
            client.send(&jane()).await;
            for _ in 0..4 {
                client.send(&message(b'p', &[0; 60_000])).await;
            }
            client
        };
        let server = async {
            let mut accepted = gate.accept_client().await;
            assert!(matches!(accepted.reader.next().await, Ok(Some(Frontend::Password(_)))));
            accepted
        };
        let (mut client, accepted) = tokio::join!(client, server);
        let error = UserError::fatal(SqlState::ADMIN_SHUTDOWN, "terminating connection due to administrator command");
        let closing = close(accepted.reader, accepted.writer, Some(&error));
        tokio::pin!(closing);
        let told = tokio::select! {
            biased;
            () = &mut closing => panic!("left first: what the client still sends would reset the connection"),
            told = client.last_words() => told,
        };
        assert_eq!(told, "FATAL 57P01 terminating connection due to administrator command");
        drop(client);
        closing.await;
    }

    #[tokio::test]
    async fn a_half_read_message_survives_a_dropped_read() {
        let gate = open_gate().await;
        let client = async {
            let mut client = gate.connect().await;
            client.send(&jane()).await;
            client
        };
        let (mut client, mut accepted) = tokio::join!(client, gate.accept_client());
        accepted.reader.authenticated();
        let query = message(b'Q', b"select 1\0");
        for piece in query.chunks(3) {
            client.send(piece).await;
            // Reads what has arrived, then is dropped.
            tokio::select! {
                biased;
                read = accepted.reader.next() => {
                    assert!(matches!(read, Ok(Some(Frontend::Query(text))) if text.as_str() == "select 1"));
                    return;
                }
                () = tokio::task::yield_now() => {}
            }
        }
        assert!(matches!(accepted.reader.next().await, Ok(Some(Frontend::Query(text))) if text.as_str() == "select 1"));
    }

    #[tokio::test]
    async fn a_relay_keeps_what_was_not_sent_when_it_is_dropped() {
        let gate = open_gate().await;
        let client = async {
            let mut client = gate.connect().await;
            client.send(&jane()).await;
            client
        };
        let (mut client, mut accepted) = tokio::join!(client, gate.accept_client());
        let expected: Vec<u8> = (0..40_000_000_u32).map(|number| (number % 251) as u8).collect();
        let mut bytes = Bytes::from(expected.clone());
        accepted.writer.queue_raw(b"first").unwrap();
        // Nobody reads yet: it fills what the system buffers, and stands.
        tokio::select! {
            biased;
            result = accepted.writer.relay(&mut bytes) => panic!("{result:?}"),
            () = async { for _ in 0..64 { tokio::task::yield_now().await } } => {}
        }
        assert!(!bytes.is_empty());
        let server = async {
            accepted.writer.relay(&mut bytes).await.unwrap();
            accepted.writer.relay(&mut Bytes::from_static(b"last")).await.unwrap();
            accepted.writer.flush().await.unwrap();
        };
        let (read, ()) = tokio::join!(client.read(expected.len() + 9), server);
        assert!(read == [b"first", &expected[..], b"last"].concat());
        assert!(accepted.writer.queue_raw(&[0; 5_000_000]).is_err());
        assert_eq!(accepted.writer.queued(), 0);
    }
}
