//! A reader that stalls in the middle of a large result slows only itself: the gate keeps no more of it than its buffers hold.

use std::fs;
use std::time::Duration;

use futures_util::StreamExt;

use crate::harness::{Login, Postgres, Serving, done};

const ROWS: usize = 1_000_000;
/// What the memory of the gate may grow by (invariant 10).
const GROWTH: u64 = 16 * 1024 * 1024;
const READER: Login = Login { user: "reader", password: "reader's password", database: "big" };

#[test]
#[expect(clippy::disallowed_methods, reason = "the client is not the program's")]
fn a_million_rows_to_a_reader_that_sleeps_stay_in_the_warehouse() {
    let server = Postgres::shared();
    server.database("sleeping_reader");
    server.sql(
        "sleeping_reader",
        &format!("CREATE TABLE big AS SELECT n, repeat('x', 100) AS filler FROM generate_series(1, {ROWS}) AS n"),
    );
    let work = tempfile::tempdir().unwrap();
    let (folder, secret) = (work.path().join("conf"), work.path().join("secret"));
    fs::write(&secret, READER.password).unwrap();
    let url = format!("postgres://postgres@127.0.0.1:{}/sleeping_reader", server.port);
    let paths = ["--out", folder.to_str().unwrap(), "--password-file", secret.to_str().unwrap(), "--plaintext-loopback"];
    let who = ["--schemas", "public", "--grant", READER.database, "--user", READER.user, "--expose", "all"];
    done(&[&["scaffold", "--warehouse", &url], &who[..], &paths[..]].concat());
    let gate = Serving::start(folder.to_str().unwrap());
    // Buffers, plans and the connection to the warehouse are there before the large result is.
    gate.answer(&READER, "SELECT n, filler FROM big LIMIT 5000");
    let (before, _) = gate.memory();

    let mut client = tokio_postgres::Config::new();
    client.host("127.0.0.1").port(gate.port).user(READER.user).password(READER.password).dbname(READER.database);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut rows = runtime.block_on(async {
        let (client, connection) = client.connect(tokio_postgres::NoTls).await.unwrap();
        let reading = tokio::spawn(connection);
        let rows = client.query_raw("SELECT n, filler FROM big ORDER BY n", Vec::<i32>::new()).await.unwrap();
        let mut rows = Box::pin(rows);
        assert_eq!(rows.next().await.unwrap().unwrap().get::<_, i32>(0), 1);
        (client, reading, rows)
    });
    // Nobody polls the client now: it sleeps. The warehouse stops when all buffers on the way are full.
    let stopped = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'sleeping_reader' AND wait_event = 'ClientWrite'";
    while server.sql("postgres", stopped) != "1" {
        std::thread::sleep(Duration::from_millis(20));
    }
    let (_, most) = gate.memory();
    assert!(most.saturating_sub(before) < GROWTH, "the gate grew from {before} to {most} bytes while the reader slept");

    let count = runtime.block_on(async { rows.2.as_mut().fold(1, async |count, row| count + usize::from(row.is_ok())).await });
    assert_eq!(count, ROWS);
    let (_, most) = gate.memory();
    assert!(most.saturating_sub(before) < GROWTH, "the gate grew from {before} to {most} bytes while the rows passed");
    gate.stop();
}
