//! Sockets of clients.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use tokio::net::{TcpListener, TcpSocket};

use crate::runtime::task::TaskSet;
use crate::session::{Shared, listener};

/// Connections that the operating system keeps waiting.
const BACKLOG: u32 = 1024;

/// Listens on every address, each in a task of its own; gives the addresses with their true ports.
pub(super) fn clients(
    addresses: &[SocketAddr],
    shared: &Arc<Shared>,
    sessions_max: usize,
    tasks: &TaskSet,
) -> anyhow::Result<Vec<SocketAddr>> {
    let mut bound = Vec::new();
    for address in addresses {
        let listener = bind(*address).with_context(|| format!("listen on {address}"))?;
        bound.push(listener.local_addr().with_context(|| format!("listen on {address}"))?);
        tasks.spawn("listen", listener::serve(listener, Arc::clone(shared), sessions_max, tasks.clone()));
    }
    Ok(bound)
}

/// A listening socket that a restarted process can bind at once.
fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
