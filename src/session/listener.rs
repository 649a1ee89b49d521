//! Takes sockets until the gate drains.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tracing::warn;

use crate::runtime::task::TaskSet;

use super::entry;
use super::shared::Shared;

/// Connections that may be on their way through the login besides those of running sessions.
const LOGINS: usize = 256;
/// After an error of accept (too many open files) the loop rests, so that it does not spin.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves every client of this listener; returns when the gate drains. The sessions are tasks of `tasks`.
pub async fn serve(listener: TcpListener, shared: Arc<Shared>, sessions_max: usize, tasks: TaskSet) {
    let places = Arc::new(Semaphore::new(sessions_max.saturating_add(LOGINS).min(Semaphore::MAX_PERMITS)));
    loop {
        // Nobody is accepted who could not be served: the backlog of the system holds them.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let accepted = tokio::select! {
            biased;
            () = shared.shutdown.draining() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((socket, _)) => {
                let shared = Arc::clone(&shared);
                tasks.spawn("session", async move {
                    entry::run(socket, shared).await;
                    drop(place);
                });
            }
            Err(error) => {
                warn!(%error, "cannot accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
