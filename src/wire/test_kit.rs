//! For tests of this room and of those above it: certificates, packets, mutations, and both ends of a loopback connection.
#![cfg(test)]

use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, SignatureAlgorithm};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::accept::{Accepted, Connected, accept};
use super::error::WireError;
use super::limits::WireLimits;
use super::tls::{Plaintext, TlsSettings, TlsState, TlsVersion};
use crate::base::Secret;

/// A small generator of numbers that are the same at each run (xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// The bytes with one to three changes: a byte replaced, inserted, removed, a piece cut off or repeated.
    pub(crate) fn mutate(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len().max(1));
            let byte = [0, 1, 4, b'=', b',', 0x7f, 0xff, self.next() as u8][self.below(8)];
            match self.below(6) {
                0 | 1 if !bytes.is_empty() => bytes[at] = byte,
                2 if !bytes.is_empty() => drop(bytes.remove(at)),
                3 => bytes.truncate(at.max(1)),
                4 => bytes.extend_from_within(at.min(bytes.len())..),
                _ => bytes.insert(at.min(bytes.len()), byte),
            }
        }
        bytes
    }
}

/// A message with its type byte and length.
pub(crate) fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    [&[tag][..], &(body.len() as u32 + 4).to_be_bytes(), body].concat()
}

/// A StartupMessage.
pub(crate) fn startup_packet(version: u32, pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    for text in pairs.iter().flat_map(|(name, value)| [name, value]) {
        body.extend_from_slice(text.as_bytes());
        body.push(0);
    }
    body.push(0);
    [&(body.len() as u32 + 4).to_be_bytes()[..], &body].concat()
}

/// SSLRequest.
pub(crate) const SSL_REQUEST: &[u8] = b"\0\0\0\x08\x04\xd2\x16\x2f";
/// GSSENCRequest.
pub(crate) const GSSENC_REQUEST: &[u8] = b"\0\0\0\x08\x04\xd2\x16\x30";

/// Certificate and key for `localhost`.
pub(crate) fn settings_with(algorithm: &'static SignatureAlgorithm) -> TlsSettings {
    let key = KeyPair::generate_for(algorithm).unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    TlsSettings {
        certificate: certificate.pem().into_bytes(),
        key: Secret::new(key.serialize_pem().into_bytes()),
        min_version: TlsVersion::V1_2,
        plaintext: Plaintext::Refuse,
    }
}

/// An ECDSA certificate for `localhost`.
pub(crate) fn settings() -> TlsSettings {
    settings_with(&PKCS_ECDSA_P256_SHA256)
}

/// A listening gate on a free port of 127.0.0.1.
pub(crate) struct Gate {
    pub(crate) settings: TlsSettings,
    pub(crate) tls: TlsState,
    listener: TcpListener,
}

impl Gate {
    pub(crate) async fn new(settings: TlsSettings) -> Self {
        let tls = TlsState::load(&settings).unwrap();
        Self { settings, tls, listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    pub(crate) async fn accept(&self) -> Result<Accepted, WireError> {
        let (socket, _) = self.accept_socket().await;
        accept(socket, &self.tls, &WireLimits::default(), deadline()).await
    }

    pub(crate) async fn accept_socket(&self) -> (TcpStream, std::net::SocketAddr) {
        self.listener.accept().await.unwrap()
    }

    pub(crate) async fn accept_client(&self) -> Connected {
        match self.accept().await.unwrap() {
            Accepted::Client(client) => *client,
            Accepted::Cancel(_) => panic!("a cancel request"),
        }
    }

    pub(crate) async fn connect(&self) -> Client<TcpStream> {
        Client(TcpStream::connect(("127.0.0.1", self.port())).await.unwrap())
    }

    /// A TLS client that trusts this gate's certificate.
    pub(crate) fn client_config(&self, alpn: &[&[u8]]) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(&self.settings.certificate).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let mut config = builder.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        config
    }
}

/// Far enough away that no test meets it unless something hangs.
pub(crate) fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(30)
}

/// The client's end, by hand.
pub(crate) struct Client<S>(pub(crate) S);

/// A client inside TLS.
pub(crate) type TlsClient = Client<TlsStream<TcpStream>>;

impl Client<TcpStream> {
    pub(crate) async fn tls(self, config: Arc<ClientConfig>) -> std::io::Result<Client<TlsStream<TcpStream>>> {
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(config).connect(name, self.0).await.map(Client)
    }

    /// SSLRequest, its answer, and the handshake.
    pub(crate) async fn upgrade(mut self, gate: &Gate) -> Client<TlsStream<TcpStream>> {
        self.send(SSL_REQUEST).await;
        assert_eq!(self.read(1).await, b"S");
        self.tls(Arc::new(gate.client_config(&[]))).await.unwrap()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
        self.0.flush().await.unwrap();
    }

    pub(crate) async fn read(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        timeout_at(deadline(), self.0.read_exact(&mut bytes)).await.unwrap().unwrap();
        bytes
    }

    /// Type byte and body of the next message.
    pub(crate) async fn message(&mut self) -> (u8, Vec<u8>) {
        let header = self.read(5).await;
        let length = u32::from_be_bytes(header[1..].try_into().unwrap());
        (header[0], self.read(length as usize - 4).await)
    }

    /// The next message as an error: "SEVERITY SQLSTATE message", then detail and hint where there are any; then nothing may follow.
    pub(crate) async fn last_words(&mut self) -> String {
        let (tag, body) = self.message().await;
        assert_eq!(tag, b'E', "{}", String::from_utf8_lossy(&body));
        let fields: Vec<String> = body.split(|byte| *byte == 0).map(|field| String::from_utf8(field.to_vec()).unwrap()).collect();
        let field = |code: char| fields.iter().find_map(|field| field.strip_prefix(code)).unwrap_or_default();
        assert_eq!(field('S'), field('V'));
        let mut rest = Vec::new();
        timeout_at(deadline(), self.0.read_to_end(&mut rest)).await.unwrap().unwrap();
        assert_eq!(rest, b"");
        format!("{} {} {} {} {}", field('S'), field('C'), field('M'), field('D'), field('H')).trim_end().to_owned()
    }
}
