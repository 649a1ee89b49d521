//! A client socket with or without TLS, and the end of it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::backend::Backend;
use super::reader::ClientReader;
use super::writer::ClientWriter;
use crate::base::UserError;

/// A silent client is asked after this time whether it is still there, and again at each interval.
const KEEPALIVE_TIME: Duration = Duration::from_secs(60);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
/// How long the last words may take to arrive.
const LINGER: Duration = Duration::from_secs(2);

/// The socket of a client.
#[derive(Debug)]
pub(super) enum ClientStream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// No waiting for more bytes before a packet leaves; dead peers are found.
pub(super) fn set_options(socket: &TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE_TIME).with_interval(KEEPALIVE_INTERVAL);
    SockRef::from(socket).set_tcp_keepalive(&keepalive)
}

/// Ends a connection: sends what is queued and the last words, says that nothing follows, and waits for the client to close its side.
///
/// Without the wait, bytes of the client that nobody read would make the system reset the connection, and the client would read
/// "connection reset" in place of the last words. Ends within two seconds, whatever the client does.
pub async fn close(mut reader: ClientReader, mut writer: ClientWriter, last_words: Option<&UserError>) {
    let farewell = async {
        if let Some(error) = last_words {
            writer.queue(&Backend::Report(error))?;
        }
        writer.flush().await?;
        writer.shutdown().await?;
        reader.drain().await;
        Ok::<(), super::WireError>(())
    };
    // Nobody is left to tell when this fails.
    drop(tokio::time::timeout(LINGER, farewell).await);
}

impl AsyncRead for ClientStream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
