//! Connections that come and go by the thousand beside queries that run: nothing of them stays in the gate, and no query notices.

use std::fs;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_postgres::{Client, Config, NoTls};

use crate::harness::{Login, Postgres, Raw, Serving, done, wait_until};

const WHO: Login = Login { user: "stormy", password: "stormy's password", database: "storm" };
const CONNECTIONS: usize = 2000;
/// That many at a time.
const AT_ONCE: usize = 8;
const QUERIES: usize = 4;
const POOL: usize = 64;

/// Connections to the warehouse that wait for work.
const IDLE: &str = "postern_pool_connections{state=\"idle\"}";
/// What the memory of the gate may grow by between the first quarter of the connections and the last: less than 3 kB for each.
const GROWTH: u64 = 4 * 1024 * 1024;
const SUM: &str = "SELECT sum(n), count(*) FROM big WHERE n % 7 = 3";

#[test]
fn connections_that_come_and_go_leave_nothing_behind_beside_queries_that_run() {
    let (server, gate, _work) = serve("stormy_warehouse");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let backends = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'stormy_warehouse'";
    let clients: Vec<Client> = (0..QUERIES).map(|_| runtime.block_on(connect(gate.port))).collect();
    let expected = runtime.block_on(sum(&clients[0]));
    let stop = Arc::new(AtomicBool::new(false));
    let queries: Vec<_> = clients
        .into_iter()
        .map(|client| {
            let stop = Arc::clone(&stop);
            runtime.spawn(async move {
                let mut run = 0;
                while !stop.load(Ordering::Relaxed) {
                    assert_eq!(sum(&client).await, expected);
                    run += 1;
                }
                run
            })
        })
        .collect();
    let port = gate.port;
    let wave = |connections: usize| {
        runtime.block_on(at_once(connections, |number| come_and_go(port, number)));
        gate.wait_for("postern_sessions_active", QUERIES as f64);
        (gate.memory().0, gate.open_files())
    };
    let (memory, files) = wave(CONNECTIONS / 4);
    let (grown, open) = wave(CONNECTIONS - CONNECTIONS / 4);
    stop.store(true, Ordering::Relaxed);
    let runs: Vec<usize> = queries.into_iter().map(|query| runtime.block_on(query).unwrap()).collect();
    assert!(runs.iter().all(|runs| *runs > 0), "{runs:?}");
    assert!(grown.saturating_sub(memory) < GROWTH, "the gate grew from {memory} to {grown} bytes");
    // Connections to the warehouse may come to be, up to those of the pool.
    assert!(open <= files + QUERIES + AT_ONCE, "{files} open files, then {open}");
    gate.wait_for("postern_sessions_active", 0.0);
    gate.wait_for("postern_audit_open_intents", 0.0);
    let idle = server.sql("postgres", backends).parse::<usize>().unwrap();
    assert!(idle <= QUERIES + AT_ONCE, "{idle} connections to the warehouse");
    drop(runtime);
    gate.stop();
    wait_until("the warehouse is left alone", || server.sql("postgres", backends) == "0");
}

/// As pools do when they start: nobody has guessed a password, so nobody waits, and nobody is turned away.
#[test]
fn a_pool_opens_all_of_its_connections_at_once() {
    let (_server, gate, _work) = serve("pooled_warehouse");
    for _ in 0..3 {
        let mut pool: Vec<_> = (0..POOL).map(|_| Raw::before_the_proof(gate.port, &WHO)).collect();
        pool.iter_mut().for_each(|(connection, proof)| connection.send(proof));
        pool.iter_mut().for_each(|(connection, _)| drop(connection.until_ready()));
        // Nobody has asked anything yet: one connection told all of them what the warehouse is.
        assert!(gate.metric(IDLE) <= 1.0, "{}", gate.metric(IDLE));
        drop(pool);
        gate.wait_for("postern_sessions_active", 0.0);
    }
    gate.stop();
}

fn serve(warehouse: &str) -> (Arc<Postgres>, Serving, tempfile::TempDir) {
    let server = Postgres::shared();
    server.database(warehouse);
    server.sql(warehouse, "CREATE TABLE big AS SELECT n FROM generate_series(1, 300000) AS n");
    let work = tempfile::tempdir().unwrap();
    let (folder, secret) = (work.path().join("conf"), work.path().join("secret"));
    fs::write(&secret, WHO.password).unwrap();
    let url = format!("postgres://postgres@127.0.0.1:{}/{warehouse}", server.port);
    let paths = ["--out", folder.to_str().unwrap(), "--password-file", secret.to_str().unwrap(), "--plaintext-loopback"];
    let who = ["--schemas", "public", "--grant", WHO.database, "--user", WHO.user, "--expose", "all"];
    done(&[&["scaffold", "--warehouse", &url], &who[..], &paths[..]].concat());
    let gate = Serving::start(folder.to_str().unwrap());
    (server, gate, work)
}

fn config(port: u16) -> Config {
    let mut config = Config::new();
    config.host("127.0.0.1").port(port).user(WHO.user).password(WHO.password).dbname(WHO.database);
    config
}

#[expect(clippy::disallowed_methods, reason = "the client is not the program's")]
async fn connect(port: u16) -> Client {
    let (client, connection) = config(port).connect(NoTls).await.unwrap();
    drop(tokio::spawn(connection));
    client
}

async fn sum(client: &Client) -> (i64, i64) {
    let row = client.query_one(SUM, &[]).await.unwrap();
    (row.get(0), row.get(1))
}

/// One connection, in one of the ways in which clients leave.
#[expect(clippy::disallowed_methods, reason = "the client is not the program's")]
async fn come_and_go(port: u16, number: usize) {
    match number % 6 {
        // It asks, is answered, says goodbye.
        0 | 1 => assert_eq!(connect(port).await.query_one("SELECT 7", &[]).await.unwrap().get::<_, i32>(0), 7),
        // It leaves inside a transaction.
        2 => connect(port).await.batch_execute("BEGIN; DECLARE c CURSOR FOR SELECT n FROM big; FETCH 10 FROM c").await.unwrap(),
        // The line is cut while a result is on its way.
        3 => {
            let (client, connection) = config(port).connect(NoTls).await.unwrap();
            let line = tokio::spawn(connection);
            let rows = client.query_raw("SELECT a.n FROM big AS a, big AS b", Vec::<i32>::new()).await.unwrap();
            line.abort();
            drop(rows);
        }
        // The line is cut in the middle of the login.
        4 => {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            stream.write_all(b"\0\0\0\x25\0\x03\0\0user\0stormy\0database\0storm\0").await.unwrap();
        }
        // Nothing is said at all.
        _ => drop(TcpStream::connect(("127.0.0.1", port)).await.unwrap()),
    }
}

/// Runs so many, some at a time.
async fn at_once<F: Future<Output = ()> + Send + 'static>(count: usize, one: impl Fn(usize) -> F) {
    let mut running = tokio::task::JoinSet::new();
    for number in 0..count {
        while running.len() >= AT_ONCE {
            running.join_next().await.unwrap().unwrap();
        }
        running.spawn(one(number));
    }
    while let Some(done) = running.join_next().await {
        done.unwrap();
    }
}
