//! What an operator's tools read from the admin listener, over real sockets.

use std::sync::Mutex;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::*;
use crate::admin::readiness::healthy_parts;
use crate::audit::JournalState;
use crate::runtime::task;

struct Running {
    address: SocketAddr,
    parts: Arc<Mutex<Parts>>,
    shutdown: Shutdown,
    task: JoinHandle<io::Result<()>>,
}

async fn start(connections: usize, life: Duration) -> Running {
    let admin = Admin::bind_bounded(SocketAddr::from(([127, 0, 0, 1], 0)), connections, life).await.unwrap();
    let address = admin.address();
    let parts = Arc::new(Mutex::new(healthy_parts()));
    let shutdown = Shutdown::new(Duration::from_secs(3600));
    let read = Arc::clone(&parts);
    let serve = admin.serve(Metrics::new().unwrap(), move || read.lock().unwrap().clone(), shutdown.clone());
    Running { address, parts, shutdown, task: task::spawn("admin", serve) }
}

async fn connect(address: SocketAddr, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// The whole answer to a request.
async fn ask(address: SocketAddr, method: &str, path: &str) -> String {
    let mut stream = connect(address, &format!("{method} {path} HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n")).await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn body(answer: &str) -> serde_json::Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn a_healthy_gate_says_so_and_serves_its_metrics() {
    let gate = start(8, CONNECTION_LIFE).await;
    assert!(ask(gate.address, "GET", "/healthz").await.starts_with("HTTP/1.1 200"));
    let ready = ask(gate.address, "GET", "/readyz").await;
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
    assert_eq!(body(&ready)["ready"], true);
    let metrics = ask(gate.address, "GET", "/metrics").await;
    assert!(metrics.contains("text/plain; version=0.0.4") && metrics.contains("\npostern_sessions_active 0\n"), "{metrics}");
}

#[tokio::test]
async fn nothing_else_is_there() {
    let gate = start(8, CONNECTION_LIFE).await;
    assert!(ask(gate.address, "GET", "/").await.starts_with("HTTP/1.1 404"));
    assert!(ask(gate.address, "POST", "/metrics").await.starts_with("HTTP/1.1 405"));
}

#[tokio::test]
async fn a_gate_whose_journal_failed_is_alive_and_not_ready() {
    let gate = start(8, CONNECTION_LIFE).await;
    gate.parts.lock().unwrap().journal.state = JournalState::Failed;
    let ready = ask(gate.address, "GET", "/readyz").await;
    assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
    assert_eq!(body(&ready)["reasons"], serde_json::json!(["audit journal: failed"]));
    assert!(ask(gate.address, "GET", "/healthz").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_draining_gate_says_so_until_its_end_and_then_stops_listening() {
    let gate = start(8, CONNECTION_LIFE).await;
    gate.shutdown.begin();
    let ready = ask(gate.address, "GET", "/readyz").await;
    assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
    assert_eq!(body(&ready)["reasons"], serde_json::json!(["draining"]));
    gate.shutdown.end_now();
    gate.task.await.unwrap().unwrap();
    assert!(TcpStream::connect(gate.address).await.is_err());
}

#[tokio::test]
async fn a_connection_that_says_nothing_loses_its_place() {
    let gate = start(1, Duration::from_secs(1)).await;
    let mut silent = connect(gate.address, "GET /heal").await;
    // The only place is taken; this is answered because the silent connection is closed in time.
    assert!(ask(gate.address, "GET", "/healthz").await.starts_with("HTTP/1.1 200"));
    let mut rest = Vec::new();
    let _closed_or_reset = silent.read_to_end(&mut rest).await;
    assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
}

#[tokio::test]
async fn an_address_that_other_machines_reach_is_refused() {
    let refused = Admin::bind(SocketAddr::from(([0, 0, 0, 0], 0))).await.unwrap_err();
    assert_eq!(refused.to_string(), "the admin listener must have a loopback address, not 0.0.0.0:0");
}
