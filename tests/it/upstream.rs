//! Warehouse connections against a real server: login, TLS, pinned settings, the pool.

use std::sync::Arc;
use std::time::Duration;

use postern::base::{GrantName, Secret};
use postern::parse::syntax::TransactionModes;
use postern::runtime::Clock;
use postern::upstream::{
    Checkout, Introduction, Lane, Pinned, Pool, PoolLimits, PoolUse, Sql, Status, Tag, Target, Tls, UpstreamError, Words, connect,
};

use crate::harness::{Postgres, block_on, target};

fn pinned() -> Pinned {
    let keys = vec![("postern.i_email".to_owned(), Secret::new("00ff".to_owned()))];
    Pinned { search_path: vec!["pg_catalog".to_owned()], statement_timeout: Duration::from_secs(60), keys }
}

fn lane(grant: &str) -> Arc<Lane> {
    Arc::new(Lane { grant: GrantName::new(grant), pinned: pinned() })
}

fn introduction(zone: &str) -> Introduction {
    Introduction { application_name: "postern test".to_owned(), settings: vec![("TimeZone", zone.to_owned())] }
}

/// Runs one command of the gate's; whether it went through.
async fn run(connection: &mut Checkout, words: &Words) -> bool {
    connection.query(Sql::Words(words)).unwrap();
    connection.send().await.unwrap();
    let mut went_through = true;
    loop {
        if let postern::upstream::Received::Frame(frame) = connection.receive().await.unwrap() {
            went_through &= frame.tag != Tag::ErrorResponse;
            if frame.tag == Tag::ReadyForQuery {
                return went_through;
            }
        }
    }
}

#[test]
fn only_scram_proves_and_pinned_settings_hold() {
    let server = Postgres::builder()
        .hba("host all postgres 127.0.0.1/32 trust\nhost all clear 127.0.0.1/32 password\nhost all hashed 127.0.0.1/32 md5\nhost all all 127.0.0.1/32 scram-sha-256\n")
        .start();
    server.sql(
        "postgres",
        "CREATE ROLE svc LOGIN PASSWORD 'right'; CREATE ROLE clear LOGIN PASSWORD 'right'; ALTER ROLE svc SET jit = on",
    );
    server.sql("postgres", "SET password_encryption = md5; CREATE ROLE hashed LOGIN PASSWORD 'right'");
    server.sql("postgres", "CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
    let open = |database: &str, user: &str, password: &str| {
        let target = target(&server, database, user, Some(password));
        block_on(async move { connect(&target, &pinned()).await })
    };
    let connection = open("postgres", "svc", "right").unwrap();
    assert_eq!(connection.status(), Status::Idle);
    assert_eq!(connection.facts().value("default_transaction_read_only"), Some("on"));
    assert_eq!(connection.facts().value("jit"), Some("off"));
    assert!(connection.facts().version_num() >= 130_000);
    let wrong = open("postgres", "svc", "wrong").unwrap_err();
    assert!(matches!(&wrong, UpstreamError::Login { sqlstate, .. } if sqlstate.as_str() == "28P01"), "{wrong}");
    assert!(matches!(open("postgres", "clear", "right").unwrap_err(), UpstreamError::Authentication(_)));
    assert!(matches!(open("postgres", "hashed", "right").unwrap_err(), UpstreamError::Authentication(_)));
    let ascii = open("ascii", "svc", "right").unwrap_err();
    assert!(matches!(&ascii, UpstreamError::Pinned { name, .. } if name == "server_encoding"), "{ascii}");
}

#[test]
fn tls_checks_the_certificate_and_the_name() {
    let authority = rcgen::CertifiedIssuer::self_signed(
        {
            let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
            parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            parameters
        },
        rcgen::KeyPair::generate().unwrap(),
    )
    .unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let server = Postgres::builder()
        .file("server.crt", certificate.pem().as_bytes())
        .file("server.key", key.serialize_pem().as_bytes())
        .setting("ssl", "on")
        .hba("hostssl all all 127.0.0.1/32 trust\nhost all postgres 127.0.0.1/32 trust\n")
        .start();
    let open = |host: &str, authority: &str| {
        let tls = Tls::verify_full(authority.as_bytes()).unwrap();
        let plain = target(&server, "postgres", "postgres", None);
        let target = Arc::new(Target { host: host.to_owned(), tls, ..Target::clone(&plain) });
        block_on(async move { connect(&target, &pinned()).await.map(drop) })
    };
    open("localhost", &authority.pem()).unwrap();
    assert!(matches!(open("127.0.0.1", &authority.pem()).unwrap_err(), UpstreamError::Tls(_)));
    let stranger = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    assert!(matches!(open("localhost", &stranger.cert.pem()).unwrap_err(), UpstreamError::Tls(_)));
    let plain = Postgres::shared();
    let no_tls = Arc::new(Target {
        host: "localhost".to_owned(),
        tls: Tls::verify_full(authority.pem().as_bytes()).unwrap(),
        ..Target::clone(&target(&plain, "postgres", "postgres", None))
    });
    let refused = block_on(async move { connect(&no_tls, &pinned()).await.map(drop) });
    assert!(matches!(refused.unwrap_err(), UpstreamError::TlsRefused));
}

#[test]
fn the_pool_keeps_grants_apart_within_its_limit() {
    let server = Postgres::shared();
    let target = Target::clone(&target(&server, "postgres", "postgres", None));
    block_on(async move {
        let limits = PoolLimits {
            max_connections: 2,
            min_idle: 0,
            max_idle_time: Duration::from_secs(600),
            connection_wait: Duration::from_secs(20),
        };
        let pool = Pool::new(target, limits, Clock::system());
        let mut first = pool.take(&lane("a"), &introduction("Asia/Tokyo")).await.unwrap();
        let pid = first.cancel_target().pid();
        assert_eq!(first.facts().value("timezone"), Some("Asia/Tokyo"));
        assert!(run(&mut first, &Words::begin(TransactionModes::default())).await);
        first.give_back().await;
        assert_eq!(pool.usage(), PoolUse { open: 1, idle: 1, waiting: 0 });

        // The same grant gets it back, clean; another grant never does.
        let again = pool.take(&lane("a"), &introduction("UTC")).await.unwrap();
        assert_eq!((again.cancel_target().pid(), again.status()), (pid, Status::Idle));
        assert_eq!(again.facts().value("timezone"), Some("UTC"));
        again.give_back().await;
        let other = pool.take(&lane("b"), &introduction("UTC")).await.unwrap();
        assert_ne!(other.cancel_target().pid(), pid);
        assert_eq!(pool.usage(), PoolUse { open: 2, idle: 1, waiting: 0 });

        // No room: the idle connection of the other grant makes some.
        let third = pool.take(&lane("b"), &introduction("UTC")).await.unwrap();
        assert_eq!(pool.usage(), PoolUse { open: 2, idle: 0, waiting: 0 });

        // Full: who waits gets the next that comes back, and opens its own when it is another grant's.
        let waiting = {
            let pool = pool.clone();
            postern::runtime::task::spawn("waits", async move {
                pool.take(&lane("c"), &introduction("UTC")).await.map(|c| c.lane().clone())
            })
        };
        while pool.usage().waiting == 0 {
            tokio::task::yield_now().await;
        }
        third.give_back().await;
        assert_eq!(waiting.await.unwrap().unwrap().grant, GrantName::new("c"));

        // A connection in the middle of something is not handed on.
        let mut busy = other;
        busy.query(Sql::Words(&Words::begin(TransactionModes::default()))).unwrap();
        busy.give_back().await;
        while pool.usage().open > 0 {
            tokio::task::yield_now().await;
        }
        pool.close();
        assert!(matches!(pool.take(&lane("a"), &introduction("UTC")).await.unwrap_err(), UpstreamError::PoolClosed));
    });
}

#[test]
fn a_pool_without_room_says_so_in_time() {
    let server = Postgres::shared();
    let target = Target::clone(&target(&server, "postgres", "postgres", None));
    block_on(async move {
        let limits = PoolLimits {
            max_connections: 1,
            min_idle: 0,
            max_idle_time: Duration::from_secs(600),
            connection_wait: Duration::from_millis(1),
        };
        let pool = Pool::new(target, limits, Clock::system());
        let held = pool.take(&lane("a"), &introduction("UTC")).await.unwrap();
        assert!(matches!(pool.take(&lane("a"), &introduction("UTC")).await.unwrap_err(), UpstreamError::PoolExhausted));
        held.give_back().await;
        drop(pool.take(&lane("a"), &introduction("UTC")).await.unwrap());
    });
}

#[test]
fn a_connection_that_the_server_ended_is_not_handed_out() {
    let server = Postgres::shared();
    let target = Target::clone(&target(&server, "postgres", "postgres", None));
    let admin = Arc::clone(&server);
    block_on(async move {
        let limits = PoolLimits {
            max_connections: 1,
            min_idle: 0,
            max_idle_time: Duration::from_secs(600),
            connection_wait: Duration::from_secs(20),
        };
        let pool = Pool::new(target, limits, Clock::system());
        let first = pool.take(&lane("a"), &introduction("UTC")).await.unwrap();
        let pid = first.cancel_target().pid();
        first.give_back().await;
        admin.sql("postgres", &format!("SELECT pg_terminate_backend({pid}, 20000)"));
        let second = pool.take(&lane("a"), &introduction("UTC")).await.unwrap();
        assert_ne!(second.cancel_target().pid(), pid);
    });
}
