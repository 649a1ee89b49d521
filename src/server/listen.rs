//! Sockets: each accepted client becomes a session of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::net::{TcpListener, TcpStream};

use crate::runtime::TaskSet;
use crate::session::{self, Shared};

/// After a failed accept (no file descriptors left, say) the next try waits so long.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Connections that the operating system keeps waiting.
const BACKLOG: u32 = 1024;

/// Listens on every address, each in a task of its own.
pub(super) async fn clients(addresses: &[SocketAddr], shared: &Arc<Shared>, tasks: &TaskSet) -> anyhow::Result<Vec<SocketAddr>> {
    let mut bound = Vec::new();
    for address in addresses {
        let listener = bind(*address).with_context(|| format!("listen on {address}"))?;
        bound.push(listener.local_addr().with_context(|| format!("listen on {address}"))?);
        let (shared, sessions) = (Arc::clone(shared), tasks.clone());
        tasks.spawn("listen", accept(listener, shared, sessions));
    }
    Ok(bound)
}

/// A listening socket that a restarted process can bind at once.
pub(super) fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { tokio::net::TcpSocket::new_v4()? } else { tokio::net::TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, sessions: TaskSet) {
    loop {
        let accepted = tokio::select! {
            () = shared.shutdown.draining() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((socket, _peer)) => spawn(socket, &shared, &sessions),
            Err(error) => {
                tracing::warn!(error = %error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn spawn(socket: TcpStream, shared: &Arc<Shared>, sessions: &TaskSet) {
    let shared = Arc::clone(shared);
    sessions.spawn("session", async move { session::run(socket, shared).await });
}
