//! The conversation of a login.

use std::sync::Arc;

use arc_swap::ArcSwap;
use bytes::Bytes;
use tokio::time::{Instant, sleep, timeout_at};

use super::error::{AuthError, LoginFailure};
use super::identity::{AuthMethod, Identity};
use super::people::{Account, People};
use super::scram::{self, Exchange};
use super::throttle::{Throttle, Throttled};
use crate::base::Secret;
use crate::runtime::Clock;
use crate::wire::{Backend, Connected, Frontend, SaslInitial, WireError};

/// Proves who clients are. One for the whole gate: it counts their guesses.
#[derive(Debug)]
pub struct Authenticator {
    people: ArcSwap<People>,
    secret: Secret<[u8; 32]>,
    throttle: Throttle,
    clock: Clock,
}

impl Authenticator {
    /// `secret` makes the salts of unknown names. Keep it over restarts: salts that change betray that nobody stands behind them.
    pub fn new(people: Arc<People>, secret: Secret<[u8; 32]>, clock: Clock) -> Self {
        Self { people: ArcSwap::new(people), secret, throttle: Throttle::new(), clock }
    }

    /// Puts other people in force, for the next login.
    pub fn replace_people(&self, people: Arc<People>) {
        self.people.store(people);
    }

    /// Whether the login would still be the same person with the same rights. The name for records may have changed.
    pub fn vouches_for(&self, identity: &Identity) -> bool {
        self.people.load().find(identity.user().as_str()).is_some_and(|person| identity.is_of(person))
    }

    /// Lets the client prove who it is. After success AuthenticationOk waits in the writer's queue, not sent, and the reader takes the
    /// messages of a session. After an error nothing was said to the client about it: [`crate::wire::close`] with it.
    ///
    /// Not cancel safe: an exchange cannot be taken up again.
    ///
    /// # Errors
    /// See [`AuthError`]; [`WireError::DeadlinePassed`] inside it when the login takes too long.
    pub async fn authenticate(&self, client: &mut Connected, deadline: Instant) -> Result<Identity, AuthError> {
        match timeout_at(deadline, self.exchange(client)).await {
            Ok(result) => result,
            Err(_) => Err(AuthError::Wire(WireError::DeadlinePassed)),
        }
    }

    async fn exchange(&self, client: &mut Connected) -> Result<Identity, AuthError> {
        let user = client.parameters.user.clone();
        let address = client.peer.ip();
        let throttled = |_: Throttled| AuthError::Throttled { user: user.clone() };
        self.throttle.admit(address, &user, self.clock.now()).map_err(throttled)?;

        let Account { verifier, person } = self.people.load().account(&user, &self.secret, self.clock.now());
        let end_point = client.tls.as_ref().and_then(|tls| tls.end_point()).map(<[u8]>::to_vec);
        let (method, first) = first_message(client, end_point.as_deref()).await?;
        let exchange = Exchange::begin(method, &first, end_point.as_deref(), verifier, &scram::new_nonce()?)?;
        let server_first = exchange.server_first().as_bytes();
        let last = ask(client, &Backend::AuthenticationSaslContinue(server_first)).await?;

        // Counted only now: psql connects once without a password, only to learn that it must ask for one.
        let delay = self.throttle.count(address, &user, self.clock.now()).map_err(throttled)?;
        // A pool opens all of its connections at once: each guess is looked at before the next one is counted, wherever none has to wait.
        if !delay.is_zero() {
            sleep(delay).await;
        }
        let (server_final, person) = match (exchange.finish(&last)?, person) {
            (Some(server_final), Ok(person)) => (server_final, person),
            (Some(_), Err(failure)) => return Err(AuthError::Failed { user, failure }),
            (None, Ok(_)) => return Err(AuthError::Failed { user, failure: LoginFailure::WrongPassword }),
            (None, Err(failure)) => return Err(AuthError::Failed { user, failure }),
        };
        let now = self.clock.now();
        self.throttle.succeeded(address, &user, now);
        client.writer.queue(&Backend::AuthenticationSaslFinal(server_final.as_bytes())).map_err(AuthError::Wire)?;
        client.writer.queue(&Backend::AuthenticationOk).map_err(AuthError::Wire)?;
        client.reader.authenticated();
        Ok(Identity::new(person, method, client.tls.clone(), now))
    }
}

/// Offers the mechanisms; the one that the client chose and client-first-message.
async fn first_message(client: &mut Connected, end_point: Option<&[u8]>) -> Result<(AuthMethod, Bytes), AuthError> {
    let offer = Backend::AuthenticationSasl { mechanisms: scram::mechanisms(end_point) };
    let answer = ask(client, &offer).await?;
    let initial = SaslInitial::decode(answer).map_err(AuthError::Wire)?;
    let method = scram::method(initial.mechanism.as_str(), end_point)?;
    match initial.response {
        Some(response) => Ok((method, response)),
        // RFC 4422 §5, as PostgreSQL: a client that sent no initial response is asked for it.
        None => Ok((method, ask(client, &Backend::AuthenticationSaslContinue(b"")).await?)),
    }
}

/// Sends a question and waits for the answer.
async fn ask(client: &mut Connected, question: &Backend<'_>) -> Result<Bytes, AuthError> {
    client.writer.queue(question).map_err(AuthError::Wire)?;
    client.writer.flush().await.map_err(AuthError::Wire)?;
    match client.reader.next().await.map_err(AuthError::Wire)? {
        Some(Frontend::Password(answer)) => Ok(answer),
        // Before `authenticated()` the reader gives nothing else; a client without a password leaves here.
        Some(_) | None => Err(AuthError::Wire(WireError::Disconnected)),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Output;

    use rcgen::PKCS_ED25519;
    use tokio::process::Command;

    use super::*;
    use crate::auth::people::Person;
    use crate::auth::verifier::Verifier;
    use crate::base::{PersonName, Timestamp, ToUserError};
    use crate::runtime::ManualClock;
    use crate::wire::test_kit::{Gate, Random, deadline, message, settings, settings_with, startup_packet};
    use crate::wire::{Field, TransactionStatus, close};

    const NOW: &str = "2026-11-20T12:00:00Z";

    fn authenticator() -> (Arc<Authenticator>, ManualClock) {
        let person = |user: &str, valid_until: &str| Person {
            user: PersonName::new(user),
            name: "Jane Doe".to_owned(),
            verifier: Verifier::make(&Secret::new("correct horse".to_owned())).unwrap(),
            groups: vec!["vendor_acme_analysts".to_owned()],
            valid_until: Some(Timestamp::parse(valid_until).unwrap()),
        };
        let people = People::new(vec![person("jane", "2026-12-31T00:00:00Z"), person("old", "2026-01-01T00:00:00Z")]);
        let clock = ManualClock::new(Timestamp::parse(NOW).unwrap());
        (Arc::new(Authenticator::new(Arc::new(people), Secret::new([7; 32]), clock.clock())), clock)
    }

    /// Takes one client as far as its end: answers any query with the user and the method.
    async fn serve(gate: &Gate, authenticator: &Authenticator) -> Result<Identity, AuthError> {
        let mut client = gate.accept_client().await;
        let identity = match authenticator.authenticate(&mut client, deadline()).await {
            Ok(identity) => identity,
            Err(error) => {
                close(client.reader, client.writer, Some(&error.to_user_error())).await;
                return Err(error);
            }
        };
        let answer = format!("{} {}", identity.user(), identity.method().as_str());
        client.writer.queue(&Backend::ParameterStatus { name: "client_encoding", value: "UTF8" }).unwrap();
        client.writer.queue(&Backend::BackendKeyData { pid: 7, key: b"keys" }).unwrap();
        client.writer.queue(&Backend::ReadyForQuery(TransactionStatus::Idle)).unwrap();
        client.writer.flush().await.unwrap();
        while let Ok(Some(Frontend::Query(_))) = client.reader.next().await {
            client.writer.queue(&Backend::RowDescription(&[Field::text("who")])).unwrap();
            client.writer.queue(&Backend::DataRow(&[Some(answer.as_str())])).unwrap();
            client.writer.queue(&Backend::CommandComplete("SELECT 1")).unwrap();
            client.writer.queue(&Backend::ReadyForQuery(TransactionStatus::Idle)).unwrap();
            client.writer.flush().await.unwrap();
        }
        close(client.reader, client.writer, None).await;
        Ok(identity)
    }

    async fn psql(gate: &Gate, user: &str, password: &str, options: &str) -> Output {
        let folder = tempfile::tempdir().unwrap();
        let certificate = folder.path().join("ca.crt");
        std::fs::write(&certificate, &gate.settings.certificate).unwrap();
        let connection = format!(
            "host=localhost hostaddr=127.0.0.1 port={} user={user} dbname=churn sslrootcert={} {options}",
            gate.port(),
            certificate.display()
        );
        let mut command = Command::new("psql");
        command.args(["-X", "-A", "-t", "-c", "select who()", &connection]).env("PGPASSWORD", password).env("LC_ALL", "C");
        command.output().await.unwrap()
    }

    fn stderr(output: &Output) -> &str {
        std::str::from_utf8(&output.stderr).unwrap()
    }

    #[tokio::test]
    async fn psql_logs_in_bound_to_the_certificate() {
        let gate = Gate::new(settings()).await;
        let (authenticator, _) = authenticator();
        let options = "sslmode=verify-full channel_binding=require";
        let (output, identity) = tokio::join!(psql(&gate, "jane", "correct horse", options), serve(&gate, &authenticator));
        assert_eq!(String::from_utf8_lossy(&output.stdout), "jane scram-sha-256-plus\n", "{}", stderr(&output));
        let identity = identity.unwrap();
        assert_eq!((identity.name(), identity.provider()), ("Jane Doe", "local"));
        assert_eq!(identity.groups(), ["vendor_acme_analysts"]);
        assert_eq!(identity.authenticated_at(), Timestamp::parse(NOW).unwrap());
        assert_eq!(identity.valid_until(), Some(Timestamp::parse("2026-12-31T00:00:00Z").unwrap()));
        assert!(identity.tls().is_some());
    }

    #[tokio::test]
    async fn psql_logs_in_without_binding_when_it_cannot_or_the_certificate_cannot() {
        let (authenticator, _) = authenticator();
        let gate = Gate::new(settings()).await;
        let options = "sslmode=require channel_binding=disable";
        let (output, identity) = tokio::join!(psql(&gate, "jane", "correct horse", options), serve(&gate, &authenticator));
        assert_eq!(String::from_utf8_lossy(&output.stdout), "jane scram-sha-256\n", "{}", stderr(&output));
        identity.unwrap();

        let gate = Gate::new(settings_with(&PKCS_ED25519)).await;
        assert!(gate.tls.channel_binding_note().unwrap().contains("SCRAM-SHA-256-PLUS is not offered"));
        let options = "sslmode=verify-full channel_binding=prefer";
        let (output, identity) = tokio::join!(psql(&gate, "jane", "correct horse", options), serve(&gate, &authenticator));
        assert_eq!(String::from_utf8_lossy(&output.stdout), "jane scram-sha-256\n", "{}", stderr(&output));
        identity.unwrap();
    }

    #[tokio::test]
    async fn whoever_fails_reads_the_same_sentence_and_the_record_knows_why() {
        let gate = Gate::new(settings()).await;
        let (authenticator, _) = authenticator();
        for (user, password, expected) in [
            ("jane", "wrong horse", LoginFailure::WrongPassword),
            ("nobody", "correct horse", LoginFailure::UnknownUser),
            ("old", "correct horse", LoginFailure::Expired),
            ("old", "wrong horse", LoginFailure::Expired),
        ] {
            let client = psql(&gate, user, password, "sslmode=verify-full");
            let (output, identity) = tokio::join!(client, serve(&gate, &authenticator));
            let sentence = format!("FATAL:  password authentication failed for user \"{user}\"\n");
            assert!(stderr(&output).ends_with(&sentence), "{}", stderr(&output));
            assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]));
            assert!(matches!(identity, Err(AuthError::Failed { failure, .. }) if failure == expected));
        }
    }

    #[tokio::test]
    async fn without_tls_psql_is_told_to_use_it() {
        let gate = Gate::new(settings()).await;
        let (output, accepted) = tokio::join!(psql(&gate, "jane", "correct horse", "sslmode=disable"), gate.accept());
        assert!(stderr(&output).contains("FATAL:  TLS required"), "{}", stderr(&output));
        accepted.unwrap_err();
    }

    /// A client that speaks by hand, at the offer of mechanisms; the mechanisms as they came.
    async fn by_hand(gate: &Gate, user: &str) -> (crate::wire::test_kit::TlsClient, Vec<u8>) {
        let mut client = gate.connect().await.upgrade(gate).await;
        client.send(&startup_packet(0x0003_0000, &[("user", user)])).await;
        let (tag, offer) = client.message().await;
        assert_eq!(tag, b'R');
        (client, offer)
    }

    fn initial(mechanism: &str, response: &[u8]) -> Vec<u8> {
        message(b'p', &[mechanism.as_bytes(), b"\0", &(response.len() as i32).to_be_bytes(), response].concat())
    }

    #[tokio::test]
    async fn a_client_that_was_not_shown_plus_is_refused() {
        let gate = Gate::new(settings()).await;
        let (authenticator, _) = authenticator();
        let client = async {
            let (mut client, offer) = by_hand(&gate, "jane").await;
            assert_eq!(offer, b"\0\0\0\x0aSCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0");
            client.send(&initial("SCRAM-SHA-256", b"y,,n=,r=abc")).await;
            client.last_words().await
        };
        let (told, identity) = tokio::join!(client, serve(&gate, &authenticator));
        assert!(told.starts_with("FATAL 28000 SCRAM channel binding negotiation error"), "{told}");
        assert!(matches!(identity, Err(AuthError::Sasl(_))));
    }

    /// server-first-message for a user.
    async fn server_first(gate: &Gate, authenticator: &Authenticator, user: &str, with_initial: bool) -> String {
        let client = async {
            let (mut client, _) = by_hand(gate, user).await;
            let first = b"n,,n=,r=abc";
            if with_initial {
                client.send(&initial("SCRAM-SHA-256", first)).await;
            } else {
                client.send(&message(b'p', b"SCRAM-SHA-256\0\xff\xff\xff\xff")).await;
                assert_eq!(client.message().await.1, b"\0\0\0\x0b");
                client.send(&message(b'p', first)).await;
            }
            String::from_utf8(client.message().await.1[4..].to_vec()).unwrap()
        };
        let (first, identity) = tokio::join!(client, serve(gate, authenticator));
        assert!(matches!(identity, Err(AuthError::Wire(WireError::Disconnected))), "{identity:?}");
        first
    }

    #[tokio::test]
    async fn an_unknown_user_is_asked_as_a_known_one_and_always_with_the_same_salt() {
        let gate = Gate::new(settings()).await;
        let (authenticator, _) = authenticator();
        let mut salts = Vec::new();
        for (user, with_initial) in [("nobody", true), ("nobody", false), ("jane", true), ("jane", false)] {
            let first = server_first(&gate, &authenticator, user, with_initial).await;
            let (nonce, rest) = first.split_once(",s=").unwrap();
            assert!(nonce.len() == 29 && nonce.starts_with("r=abc"), "{nonce}");
            assert_eq!(rest.split_once(",i=").unwrap().1, "4096");
            salts.push(rest.to_owned());
        }
        assert_eq!((&salts[0], &salts[2]), (&salts[1], &salts[3]));
        assert_ne!(salts[0], salts[2]);
        assert_eq!(salts[0].len(), salts[2].len());
        // Who looked and left has guessed nothing.
        for _ in 0..30 {
            server_first(&gate, &authenticator, "jane", true).await;
        }
    }

    #[tokio::test]
    async fn guesses_are_counted_refused_and_forgotten_with_time() {
        let gate = Gate::new(settings()).await;
        let (authenticator, clock) = authenticator();
        let address = std::net::IpAddr::from([127, 0, 0, 1]);
        while authenticator.throttle.count(address, "jane", authenticator.clock.now()).is_ok() {}
        for user in ["jane", "nobody"] {
            while authenticator.throttle.count(address, user, authenticator.clock.now()).is_ok() {}
            let client = psql(&gate, user, "correct horse", "sslmode=verify-full");
            let (output, identity) = tokio::join!(client, serve(&gate, &authenticator));
            let sentence = format!("FATAL:  too many failed logins for user \"{user}\" or from this address\n");
            assert!(stderr(&output).contains(&sentence), "{}", stderr(&output));
            assert!(matches!(identity, Err(AuthError::Throttled { .. })));
        }
        // Whoever is refused is not even asked.
        let client = async {
            let mut client = gate.connect().await.upgrade(&gate).await;
            client.send(&startup_packet(0x0003_0000, &[("user", "jane")])).await;
            client.last_words().await
        };
        let (told, identity) = tokio::join!(client, serve(&gate, &authenticator));
        assert!(told.starts_with("FATAL 28000 too many failed logins"), "{told}");
        identity.unwrap_err();
        clock.advance(std::time::Duration::from_secs(3600));
        let client = psql(&gate, "jane", "correct horse", "sslmode=verify-full");
        let (output, identity) = tokio::join!(client, serve(&gate, &authenticator));
        assert!(identity.is_ok(), "{}", stderr(&output));
    }

    #[tokio::test]
    async fn guesses_at_the_same_moment_see_each_other() {
        let gate = Gate::new(settings()).await;
        let (authenticator, _) = authenticator();
        let address = std::net::IpAddr::from([127, 0, 0, 1]);
        let client = async {
            let (mut client, _) = by_hand(&gate, "jane").await;
            client.send(&initial("SCRAM-SHA-256", b"n,,n=,r=abc")).await;
            let first = String::from_utf8(client.message().await.1[4..].to_vec()).unwrap();
            // Meanwhile others use up the guesses.
            while authenticator.throttle.count(address, "jane", authenticator.clock.now()).is_ok() {}
            let nonce = first.split(',').next().unwrap();
            let proof = "A".repeat(43);
            client.send(&message(b'p', format!("c=biws,{nonce},p={proof}=").as_bytes())).await;
            client.last_words().await
        };
        let (told, identity) = tokio::join!(client, serve(&gate, &authenticator));
        assert!(told.starts_with("FATAL 28000 too many failed logins"), "{told}");
        assert!(matches!(identity, Err(AuthError::Throttled { .. })));
    }

    #[tokio::test]
    async fn a_login_that_takes_too_long_is_told_so() {
        let gate = Gate::new(settings()).await;
        let (authenticator, _) = authenticator();
        let server = async {
            let mut client = gate.accept_client().await;
            let error = authenticator.authenticate(&mut client, Instant::now()).await.unwrap_err();
            close(client.reader, client.writer, Some(&error.to_user_error())).await;
        };
        let client = async {
            let (mut client, _) = by_hand(&gate, "jane").await;
            client.last_words().await
        };
        let (told, ()) = tokio::join!(client, server);
        assert_eq!(told, "FATAL 57014 canceling authentication due to timeout");
    }

    #[tokio::test]
    async fn the_gate_still_serves_after_broken_answers() {
        let gate = Gate::new(settings()).await;
        let (authenticator, _) = authenticator();
        let answer = initial("SCRAM-SHA-256", b"n,,n=,r=abc");
        let mut random = Random::new(3);
        for _ in 0..50 {
            let client = async {
                let (mut client, _) = by_hand(&gate, "jane").await;
                client.send(&random.mutate(&answer)).await;
            };
            let ((), identity) = tokio::join!(client, serve(&gate, &authenticator));
            identity.unwrap_err();
        }
        let client = psql(&gate, "jane", "correct horse", "sslmode=verify-full");
        let (output, identity) = tokio::join!(client, serve(&gate, &authenticator));
        assert!(identity.is_ok(), "{}", stderr(&output));
    }
}
