//! Cancels what a warehouse connection runs: a request on a connection of its own.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::error::UpstreamError;
use super::target::Target;
use super::transport;

/// The longest that a request may take.
const CANCEL_TIME: Duration = Duration::from_secs(5);

/// Which backend of which warehouse.
#[derive(Clone)]
pub struct CancelTarget {
    target: Arc<Target>,
    pid: i32,
    secret: i32,
}

impl CancelTarget {
    pub(super) fn new(target: Arc<Target>, pid: i32, secret: i32) -> Self {
        Self { target, pid, secret }
    }

    /// The pid of the backend, for records.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Asks the backend to cancel, and returns when the server has taken note: after that the connection may be given to somebody else.
    ///
    /// # Errors
    /// The server could not be reached within five seconds.
    pub async fn cancel(&self) -> Result<(), UpstreamError> {
        timeout(CANCEL_TIME, self.request()).await.map_err(|_| UpstreamError::ConnectTimeout)?
    }

    async fn request(&self) -> Result<(), UpstreamError> {
        let mut stream = transport::connect(&self.target).await?;
        let mut message = BytesMut::new();
        frontend::cancel_request(self.pid, self.secret, &mut message);
        stream.write_all(&message).await.map_err(UpstreamError::Io)?;
        stream.flush().await.map_err(UpstreamError::Io)?;
        // The server answers nothing and closes after it has signalled the backend. However it closes, it has.
        let mut nothing = [0];
        drop(stream.read(&mut nothing).await);
        Ok(())
    }
}

impl std::fmt::Debug for CancelTarget {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CancelTarget(pid {} of {})", self.pid, self.target.warehouse)
    }
}
