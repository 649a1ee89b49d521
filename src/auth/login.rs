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

    /// The people in force now.
    pub fn people(&self) -> Arc<People> {
        self.people.load_full()
    }

    /// Puts other people in force, for the next login.
    pub fn replace_people(&self, people: Arc<People>) {
        self.people.store(people);
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
        sleep(delay).await;
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
