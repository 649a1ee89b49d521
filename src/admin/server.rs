//! The admin listener and its routes.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tracing::error;

use super::bounded::BoundedListener;
use super::readiness::Parts;
use crate::runtime::Shutdown;
use crate::telemetry::Metrics;

/// Connections at a time: some scrapers and probes, and a person with curl.
const CONNECTIONS: usize = 64;
/// How long a connection may last; scrapers connect again.
const CONNECTION_LIFE: Duration = Duration::from_secs(300);

/// Prometheus' text format.
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Why there is no admin listener.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// It has neither TLS nor a login, so no other machine may reach it.
    #[error("the admin listener must have a loopback address, not {0}")]
    NotLoopback(SocketAddr),
    #[error("listen on {address}")]
    Listen { address: SocketAddr, source: io::Error },
}

/// The bound admin listener.
#[derive(Debug)]
pub struct Admin {
    listener: BoundedListener,
    address: SocketAddr,
}

#[derive(Clone)]
struct Shared {
    metrics: Metrics,
    parts: Arc<dyn Fn() -> Parts + Send + Sync>,
    shutdown: Shutdown,
}

impl Admin {
    /// Binds; port 0 takes a free one.
    ///
    /// # Errors
    /// When the address is not loopback, or cannot be bound.
    pub async fn bind(address: SocketAddr) -> Result<Self, BindError> {
        Self::bind_bounded(address, CONNECTIONS, CONNECTION_LIFE).await
    }

    async fn bind_bounded(address: SocketAddr, connections: usize, life: Duration) -> Result<Self, BindError> {
        if !address.ip().is_loopback() {
            return Err(BindError::NotLoopback(address));
        }
        let listen = |source| BindError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        Ok(Self { listener: BoundedListener::new(listener, connections, life), address })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until the shutdown signals its end, so that `/readyz` says `draining` for as long as there is something to drain.
    /// `parts` is called for each `/readyz` and must not block.
    ///
    /// # Errors
    /// Those of the listener.
    pub async fn serve(
        self,
        metrics: Metrics,
        parts: impl Fn() -> Parts + Send + Sync + 'static,
        shutdown: Shutdown,
    ) -> io::Result<()> {
        let shared = Shared { metrics, parts: Arc::new(parts), shutdown: shutdown.clone() };
        let routes = Router::new()
            .route("/metrics", get(scrape))
            .route("/healthz", get(alive))
            .route("/readyz", get(ready))
            .with_state(shared);
        let served = axum::serve(self.listener, routes).with_graceful_shutdown({
            let shutdown = shutdown.clone();
            async move { shutdown.ended().await }
        });
        served.await
    }
}

async fn scrape(State(shared): State<Shared>) -> Response {
    match shared.metrics.expose() {
        Ok(text) => ([(header::CONTENT_TYPE, EXPOSITION)], text).into_response(),
        Err(cause) => {
            error!(%cause, "metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn alive() -> &'static str {
    "ok\n"
}

async fn ready(State(shared): State<Shared>) -> Response {
    let told = (shared.parts)().to_json(shared.shutdown.is_draining());
    let status = if told.get("ready").and_then(serde_json::Value::as_bool) == Some(true) {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, [(header::CONTENT_TYPE, "application/json")], format!("{told}\n")).into_response()
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
