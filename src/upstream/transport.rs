//! The socket to a warehouse: TCP, with TLS where it is configured, agreed on by SSLRequest.

use std::io;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::error::UpstreamError;
use super::target::{Target, Tls};
use crate::runtime::socket::{Socket, set_options};

/// PostgreSQL: `NEGOTIATE_SSL_CODE`, with its length.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// The socket of a warehouse.
pub(super) type Transport = Socket<TlsStream<TcpStream>>;

/// Connects and, where it is configured, agrees on TLS. Not cancel safe: drop it and the socket is closed.
///
/// # Errors
/// [`UpstreamError::Connect`], [`UpstreamError::NotLoopback`], [`UpstreamError::TlsRefused`], [`UpstreamError::Tls`].
pub(super) async fn connect(target: &Target) -> Result<Transport, UpstreamError> {
    let mut socket = TcpStream::connect((target.host.as_str(), target.port)).await.map_err(UpstreamError::Connect)?;
    set_options(&socket).map_err(UpstreamError::Connect)?;
    if !target.tls.allows(socket.peer_addr().map_err(UpstreamError::Connect)?.ip()) {
        return Err(UpstreamError::NotLoopback);
    }
    let config = match &target.tls {
        Tls::Disabled => return Ok(Transport::Plain(socket)),
        Tls::VerifyFull(config) => config.clone(),
    };
    socket.write_all(&SSL_REQUEST).await.map_err(UpstreamError::Connect)?;
    // One byte and no more: what follows belongs to the handshake (CVE-2021-23222).
    if socket.read_u8().await.map_err(UpstreamError::Connect)? != b'S' {
        return Err(UpstreamError::TlsRefused);
    }
    let name = ServerName::try_from(target.host.clone()).map_err(|cause| UpstreamError::Tls(io::Error::other(cause)))?;
    let stream = TlsConnector::from(config).connect(name, socket).await.map_err(UpstreamError::Tls)?;
    Ok(Transport::Tls(Box::new(stream)))
}
