//! A bounded queue of messages to the client, and bytes that pass through.

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncWriteExt, WriteHalf};

use super::backend::Backend;
use super::error::WireError;
use super::spoken::Spoken;
use super::stream::ClientStream;

/// What the queue holds before it asks to be flushed; PostgreSQL's send buffer.
const FLUSH_BYTES: usize = 8 * 1024;
/// What the queue holds at most, in messages of the gate's own.
const QUEUE_BYTES: usize = 4 * 1024 * 1024;

/// The gate's side of a connection.
#[derive(Debug)]
pub struct ClientWriter {
    half: WriteHalf<ClientStream>,
    queue: BytesMut,
    spoken: Spoken,
}

impl ClientWriter {
    pub(super) fn new(half: WriteHalf<ClientStream>, spoken: Spoken) -> Self {
        Self { half, queue: BytesMut::new(), spoken }
    }

    /// Appends a message to the queue, in the encoding that the client speaks now. Nothing is sent before [`Self::flush`].
    ///
    /// # Errors
    /// [`WireError::QueueFull`], [`WireError::Untranslatable`]; the queue is as it was.
    pub fn queue(&mut self, message: &Backend<'_>) -> Result<(), WireError> {
        let before = self.queue.len();
        message.encode(self.spoken.encoding(), &mut self.queue)?;
        if self.queue.len() > QUEUE_BYTES {
            let bytes = self.queue.len() - before;
            self.queue.truncate(before);
            return Err(WireError::QueueFull { bytes });
        }
        Ok(())
    }

    /// Appends bytes of whole messages to the queue.
    ///
    /// # Errors
    /// [`WireError::QueueFull`]; the queue is as it was.
    pub fn queue_raw(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        match self.queue.len().saturating_add(bytes.len()) > QUEUE_BYTES {
            true => Err(WireError::QueueFull { bytes: bytes.len() }),
            false => {
                self.queue.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// Bytes that wait in the queue.
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Enough waits that a flush is due even when more messages will follow.
    pub fn is_due(&self) -> bool {
        self.queue.len() >= FLUSH_BYTES
    }

    /// Sends the queue.
    ///
    /// Cancel safe: what was not sent stays in the queue.
    ///
    /// # Errors
    /// [`WireError::Io`].
    pub async fn flush(&mut self) -> Result<(), WireError> {
        self.drain_queue().await?;
        self.half.flush().await.map_err(WireError::Io)
    }

    /// Sends the queue and then these bytes, without copying them when they are many; few are queued. Flush at the end.
    ///
    /// Cancel safe: `bytes` keeps what was neither sent nor queued.
    ///
    /// # Errors
    /// [`WireError::Io`].
    pub async fn relay(&mut self, bytes: &mut Bytes) -> Result<(), WireError> {
        if self.queue.len() + bytes.len() <= FLUSH_BYTES {
            self.queue.extend_from_slice(bytes);
            bytes.clear();
            return Ok(());
        }
        self.drain_queue().await?;
        while bytes.has_remaining() {
            write_some(&mut self.half, bytes).await?;
        }
        Ok(())
    }

    async fn drain_queue(&mut self) -> Result<(), WireError> {
        while self.queue.has_remaining() {
            write_some(&mut self.half, &mut self.queue).await?;
        }
        if self.queue.capacity() > 8 * FLUSH_BYTES {
            self.queue = BytesMut::new();
        }
        Ok(())
    }

    /// Tells the client that nothing follows: close_notify in TLS, then the end of the stream.
    pub(super) async fn shutdown(&mut self) -> Result<(), WireError> {
        self.half.shutdown().await.map_err(WireError::Io)
    }
}

/// One write; what was taken leaves `bytes`.
async fn write_some(half: &mut WriteHalf<ClientStream>, bytes: &mut impl Buf) -> Result<(), WireError> {
    match half.write_buf(bytes).await.map_err(WireError::Io)? {
        0 => Err(WireError::Disconnected),
        _ => Ok(()),
    }
}
