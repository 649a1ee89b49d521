//! A client socket with or without TLS, and the end of it.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::backend::Backend;
use super::reader::ClientReader;
use super::writer::ClientWriter;
use crate::base::UserError;
use crate::runtime::socket::Socket;

/// How long the last words may take to arrive.
const LINGER: Duration = Duration::from_secs(2);

/// The socket of a client.
pub(super) type ClientStream = Socket<TlsStream<TcpStream>>;

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
