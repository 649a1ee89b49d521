//! The start of a connection, seen from the socket: TLS and its refusals, negotiation, cancel requests, malformed starts.

use std::sync::Arc;

use rustls::client::Resumption;

use super::*;
use crate::wire::test_kit::{Client, GSSENC_REQUEST, Gate, SSL_REQUEST, message, settings, startup_packet};
use crate::wire::tls::{TlsSettings, TlsVersion};
use crate::wire::{Frontend, close};

fn jane() -> Vec<u8> {
    startup_packet(0x0003_0000, &[("user", "jane")])
}

async fn open_gate() -> Gate {
    Gate::new(TlsSettings { plaintext: Plaintext::LoopbackOnly, ..settings() }).await
}

/// What a client that sends these bytes in plain text is told at last.
async fn told(gate: &Gate, bytes: &[u8]) -> String {
    let client = async {
        let mut client = gate.connect().await;
        client.send(bytes).await;
        client.last_words().await
    };
    let (told, accepted) = tokio::join!(client, gate.accept());
    accepted.unwrap_err();
    told
}

#[tokio::test]
async fn tls_after_an_ssl_request() {
    let gate = Gate::new(settings()).await;
    let client = async {
        let mut client = gate.connect().await.upgrade(&gate).await;
        client.send(&jane()).await;
        client
    };
    let (_client, accepted) = tokio::join!(client, gate.accept_client());
    let facts = accepted.tls.unwrap();
    assert_eq!((facts.version, facts.server_name.as_deref()), (TlsVersion::V1_3, Some("localhost")));
    assert!(facts.end_point().is_some() && facts.cipher.starts_with("TLS13_"));
    assert_eq!((accepted.parameters.user.as_str(), accepted.protocol), ("jane", ProtocolVersion::V3_0));
}

#[tokio::test]
async fn direct_tls_must_name_the_protocol() {
    let gate = Gate::new(settings()).await;
    let direct = |alpn: &'static [&'static [u8]]| async {
        let mut client = gate.connect().await.tls(Arc::new(gate.client_config(alpn))).await.unwrap();
        client.send(&jane()).await;
        client
    };
    let (_client, accepted) = tokio::join!(direct(&[b"postgresql"]), gate.accept_client());
    assert!(accepted.tls.is_some());
    let unnamed = async { direct(&[]).await.last_words().await };
    let (told, refused) = tokio::join!(unnamed, gate.accept());
    assert!(told.starts_with("FATAL 08P01 received direct SSL connection request without ALPN"), "{told}");
    refused.unwrap_err();
    let other = async { gate.connect().await.tls(Arc::new(gate.client_config(&[b"http/1.1"]))).await.map(drop) };
    let (refused, handshake) = tokio::join!(other, gate.accept());
    refused.unwrap_err();
    assert!(matches!(handshake, Err(WireError::Tls(_))));
}

#[tokio::test]
async fn gssenc_is_declined_once_and_tls_may_follow() {
    let gate = Gate::new(settings()).await;
    let client = async {
        let mut client = gate.connect().await;
        client.send(GSSENC_REQUEST).await;
        assert_eq!(client.read(1).await, b"N");
        let mut client = client.upgrade(&gate).await;
        client.send(&jane()).await;
        client
    };
    let (_client, accepted) = tokio::join!(client, gate.accept_client());
    assert!(accepted.tls.is_some());
    let twice = async {
        let mut client = gate.connect().await;
        client.send(&[GSSENC_REQUEST, GSSENC_REQUEST].concat()).await;
        assert_eq!(client.read(1).await, b"N");
        client.last_words().await
    };
    let (told, accepted) = tokio::join!(twice, gate.accept());
    assert_eq!(told, "FATAL 0A000 unsupported frontend protocol 1234.5680: server supports 3.0 to 3.2");
    accepted.unwrap_err();
}

#[tokio::test]
async fn inside_tls_neither_request_may_come_again() {
    let gate = Gate::new(settings()).await;
    for request in [SSL_REQUEST, GSSENC_REQUEST] {
        let client = async {
            let mut client = gate.connect().await.upgrade(&gate).await;
            client.send(request).await;
            client.last_words().await
        };
        let (told, accepted) = tokio::join!(client, gate.accept());
        assert!(told.starts_with("FATAL 0A000 unsupported frontend protocol 1234.56"), "{told}");
        accepted.unwrap_err();
    }
}

#[tokio::test]
async fn bytes_before_the_handshake_end_the_connection() {
    let gate = open_gate().await;
    let told = told(&gate, &[SSL_REQUEST, &jane(), &message(b'Q', b"select 1\0")].concat()).await;
    assert!(told.starts_with("FATAL 08P01 received unencrypted data after SSL request"), "{told}");
}

#[tokio::test]
async fn plain_text_is_refused_before_anything_else_is_said() {
    let gate = Gate::new(settings()).await;
    let told = told(&gate, &jane()).await;
    assert_eq!(
        told,
        "FATAL 28000 TLS required: connections without encryption are refused  \
         Connect with sslmode=verify-full, or sslmode=require at least."
    );
    let gate = open_gate().await;
    let client = async {
        let mut client = gate.connect().await;
        client.send(&jane()).await;
        client
    };
    let (_client, accepted) = tokio::join!(client, gate.accept_client());
    assert!(accepted.tls.is_none());
}

#[test]
fn plain_text_may_come_from_loopback_only_and_only_when_allowed() {
    let from = |address: &str| require_tls(None, Plaintext::LoopbackOnly, format!("{address}:1").parse().unwrap()).is_ok();
    assert!(from("127.0.0.1") && from("127.8.8.8") && from("[::1]") && from("[::ffff:127.0.0.1]"));
    assert!(!from("192.0.2.1") && !from("0.0.0.0") && !from("[::ffff:192.0.2.1]") && !from("[fe80::1]"));
    assert!(require_tls(None, Plaintext::Refuse, "127.0.0.1:1".parse().unwrap()).is_err());
}

#[tokio::test]
async fn cancel_requests_of_both_lengths_are_taken_with_and_without_tls_and_close_when_dropped() {
    let gate = Gate::new(settings()).await;
    for key in [&b"four"[..], &[7; 32]] {
        let body = [&80_877_102_u32.to_be_bytes()[..], &42_i32.to_be_bytes(), key].concat();
        let packet = [&(body.len() as u32 + 4).to_be_bytes()[..], &body].concat();
        let plain = async {
            let mut client = gate.connect().await;
            client.send(&packet).await;
            assert_eq!(tokio::io::AsyncReadExt::read(&mut client.0, &mut [0]).await.unwrap(), 0);
        };
        let server = async {
            match gate.accept().await.unwrap() {
                Accepted::Cancel(request) => (request.pid, request.key.clone()),
                Accepted::Client(_) => panic!("a client"),
            }
        };
        let ((), (pid, read)) = tokio::join!(plain, server);
        assert_eq!((pid, &read[..]), (42, key));
        let encrypted = async {
            let mut client = gate.connect().await.upgrade(&gate).await;
            client.send(&packet).await;
            client
        };
        let (_client, accepted) = tokio::join!(encrypted, gate.accept());
        assert!(matches!(accepted.unwrap(), Accepted::Cancel(_)));
    }
}

#[tokio::test]
async fn other_minor_versions_and_extensions_are_negotiated_before_the_login() {
    let gate = open_gate().await;
    for (asked, extension, agreed, expected) in [
        (0x0003_0000, false, ProtocolVersion::V3_0, None),
        (0x0003_0002, false, ProtocolVersion::V3_2, None),
        (0x0003_270f, false, ProtocolVersion::V3_2, Some(&b"\0\x03\0\x02\0\0\0\0"[..])),
        (0x0003_0000, true, ProtocolVersion::V3_0, Some(&b"\0\x03\0\0\0\0\0\x01_pq_.x\0"[..])),
    ] {
        let pairs: &[(&str, &str)] = if extension { &[("user", "jane"), ("_pq_.x", "1")] } else { &[("user", "jane")] };
        let client = async {
            let mut client = gate.connect().await;
            client.send(&startup_packet(asked, pairs)).await;
            client
        };
        let (mut client, mut accepted) = tokio::join!(client, gate.accept_client());
        assert_eq!(accepted.protocol, agreed);
        accepted.writer.queue(&Backend::AuthenticationOk).unwrap();
        accepted.writer.flush().await.unwrap();
        if let Some(expected) = expected {
            assert_eq!(client.message().await, (b'v', expected.to_vec()));
        }
        assert_eq!(client.message().await.0, b'R');
    }
}

#[tokio::test]
async fn malformed_starts_are_told_and_ended() {
    let gate = open_gate().await;
    let old = startup_packet(0x0002_0000, &[]);
    assert!(told(&gate, &old).await.starts_with("FATAL 0A000 unsupported frontend protocol 2.0"));
    for bytes in [&b"\0\0\0\x07abc"[..], b"\0\0\x27\x11", b"\0\0\0\0", b"GET / HTTP/1.1\r\n\r\n"] {
        assert_eq!(told(&gate, bytes).await, "FATAL 08P01 invalid length of startup packet", "{bytes:?}");
    }
}

#[tokio::test]
async fn who_says_nothing_or_half_is_let_go_at_the_deadline_or_when_it_leaves() {
    let gate = open_gate().await;
    let accept_until = async |client: Client<TcpStream>, deadline| {
        let (socket, _) = gate.accept_socket().await;
        let result = accept(socket, &gate.tls, &WireLimits::default(), deadline).await;
        drop(client);
        result
    };
    let silent = gate.connect().await;
    assert!(matches!(accept_until(silent, Instant::now()).await, Err(WireError::DeadlinePassed)));
    let mut half = gate.connect().await;
    half.send(&jane()[..9]).await;
    assert!(matches!(accept_until(half, Instant::now()).await, Err(WireError::DeadlinePassed)));
    let mut gone = gate.connect().await;
    gone.send(&jane()[..9]).await;
    drop(gone);
    assert!(matches!(gate.accept().await, Err(WireError::Disconnected)));
    drop(gate.connect().await);
    assert!(matches!(gate.accept().await, Err(WireError::Disconnected)));
}

#[tokio::test]
async fn a_reload_reaches_the_next_connection_and_ends_the_tickets_of_the_old_certificate() {
    let mut gate = Gate::new(settings()).await;
    let mut config = gate.client_config(&[]);
    config.resumption = Resumption::in_memory_sessions(8);
    let config = Arc::new(config);
    let kind = async |gate: &Gate| {
        let client = async {
            let mut client = gate.connect().await;
            client.send(SSL_REQUEST).await;
            client.read(1).await;
            let mut client = client.tls(Arc::clone(&config)).await?;
            client.send(&jane()).await;
            client.message().await;
            Ok::<_, std::io::Error>(client.0.get_ref().1.handshake_kind())
        };
        let server = async {
            let Ok(Accepted::Client(mut accepted)) = gate.accept().await else { return };
            accepted.writer.queue(&Backend::AuthenticationOk).unwrap();
            accepted.writer.flush().await.unwrap();
            close(accepted.reader, accepted.writer, None).await;
        };
        tokio::join!(client, server).0
    };
    assert_eq!(kind(&gate).await.unwrap(), Some(rustls::HandshakeKind::Full));
    assert_eq!(kind(&gate).await.unwrap(), Some(rustls::HandshakeKind::Resumed));
    gate.tls.reload(&gate.settings).unwrap();
    assert_eq!(kind(&gate).await.unwrap(), Some(rustls::HandshakeKind::Full));
    let before = gate.tls.current().config.clone();
    let mismatched = TlsSettings { key: settings().key, ..settings() };
    gate.tls.reload(&mismatched).unwrap_err();
    assert!(Arc::ptr_eq(&before, &gate.tls.current().config), "a bad reload leaves the old one in force");
    gate.settings = settings();
    gate.tls.reload(&gate.settings).unwrap();
    assert!(kind(&gate).await.is_err(), "the client trusts the old certificate alone");
}

#[tokio::test]
async fn the_least_version_of_tls_is_kept() {
    let gate = Gate::new(TlsSettings { min_version: TlsVersion::V1_3, ..settings() }).await;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let old = rustls::ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&rustls::version::TLS12]).unwrap();
    let old = Arc::new(old.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth());
    let client = async {
        let mut client = gate.connect().await;
        client.send(SSL_REQUEST).await;
        client.read(1).await;
        client.tls(old).await.map(drop)
    };
    let (refused, accepted) = tokio::join!(client, gate.accept());
    refused.unwrap_err();
    assert!(matches!(accepted, Err(WireError::Tls(_))));
}

#[tokio::test]
async fn the_gate_leaves_after_the_client_so_that_last_words_arrive() {
    let gate = Gate::new(settings()).await;
    let client = async {
        let mut client = gate.connect().await.upgrade(&gate).await;
        client.send(&jane()).await;
        for _ in 0..4 {
            client.send(&message(b'p', &[0; 60_000])).await;
        }
        client
    };
    let server = async {
        let mut accepted = gate.accept_client().await;
        assert!(matches!(accepted.reader.next().await, Ok(Some(Frontend::Password(_)))));
        accepted
    };
    let (mut client, accepted) = tokio::join!(client, server);
    let error = UserError::fatal(SqlState::ADMIN_SHUTDOWN, "terminating connection due to administrator command");
    let closing = close(accepted.reader, accepted.writer, Some(&error));
    tokio::pin!(closing);
    let told = tokio::select! {
        biased;
        () = &mut closing => panic!("left first: what the client still sends would reset the connection"),
        told = client.last_words() => told,
    };
    assert_eq!(told, "FATAL 57P01 terminating connection due to administrator command");
    drop(client);
    closing.await;
}

#[tokio::test]
async fn a_half_read_message_survives_a_dropped_read() {
    let gate = open_gate().await;
    let client = async {
        let mut client = gate.connect().await;
        client.send(&jane()).await;
        client
    };
    let (mut client, mut accepted) = tokio::join!(client, gate.accept_client());
    accepted.reader.authenticated();
    let query = message(b'Q', b"select 1\0");
    for piece in query.chunks(3) {
        client.send(piece).await;
        // Reads what has arrived, then is dropped.
        tokio::select! {
            biased;
            read = accepted.reader.next() => {
                assert!(matches!(read, Ok(Some(Frontend::Query(text))) if text.as_str() == "select 1"));
                return;
            }
            () = tokio::task::yield_now() => {}
        }
    }
    assert!(matches!(accepted.reader.next().await, Ok(Some(Frontend::Query(text))) if text.as_str() == "select 1"));
}

#[tokio::test]
async fn a_relay_keeps_what_was_not_sent_when_it_is_dropped() {
    let gate = open_gate().await;
    let client = async {
        let mut client = gate.connect().await;
        client.send(&jane()).await;
        client
    };
    let (mut client, mut accepted) = tokio::join!(client, gate.accept_client());
    let expected: Vec<u8> = (0..40_000_000_u32).map(|number| (number % 251) as u8).collect();
    let mut bytes = Bytes::from(expected.clone());
    accepted.writer.queue_raw(b"first").unwrap();
    // Nobody reads yet: it fills what the system buffers, and stands.
    tokio::select! {
        biased;
        result = accepted.writer.relay(&mut bytes) => panic!("{result:?}"),
        () = async { for _ in 0..64 { tokio::task::yield_now().await } } => {}
    }
    assert!(!bytes.is_empty());
    let server = async {
        accepted.writer.relay(&mut bytes).await.unwrap();
        accepted.writer.relay(&mut Bytes::from_static(b"last")).await.unwrap();
        accepted.writer.flush().await.unwrap();
    };
    let (read, ()) = tokio::join!(client.read(expected.len() + 9), server);
    assert!(read == [b"first", &expected[..], b"last"].concat());
    assert!(accepted.writer.queue_raw(&[0; 5_000_000]).is_err());
    assert_eq!(accepted.writer.queued(), 0);
}
