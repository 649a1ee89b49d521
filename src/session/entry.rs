//! From a fresh socket to a session, and the end of it.

use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::time::Instant;
use tracing::{debug, info};

use crate::access::{Admission, Caller, OpenGrant, Refused, Revision, admit};
use crate::audit::{Credit, NoteEvent, SessionRecord};
use crate::auth::{AuthError, Identity};
use crate::base::{SessionId, SqlState, Timestamp, ToUserError, UserError};
use crate::runtime::ids;
use crate::telemetry::SessionResult;
use crate::upstream::{Lane, Pinned, Pool, ServerFacts, UpstreamError};
use crate::wire::{Accepted, Backend, Connected, accept};

use super::activity::Activity;
use super::client::Client;
use super::conversation::{Access, Flow, Link, Model, Session, Tally, Who};
use super::deadlines::Deadlines;
use super::ending::Ending;
use super::expiry::{expiry_notice, support_notices};
use super::facts::{self, session_record};
use super::prepared::{Portals, Statements};
use super::set::no_effect;
use super::settings::{Defaults, Settings};
use super::shared::Shared;
use super::signals::Signals;
use super::transaction::Transaction;

/// Serves one socket to its end.
pub(super) async fn run(socket: TcpStream, shared: Arc<Shared>) {
    let deadline = Instant::now() + shared.limits.login_timeout;
    match accept(socket, &shared.tls, &shared.limits.wire, deadline).await {
        Ok(Accepted::Cancel(request)) => {
            shared.registry.cancel(request.pid, &request.key);
        }
        Ok(Accepted::Client(client)) => serve(*client, shared, deadline).await,
        Err(error) => {
            debug!(%error, "a connection did not begin");
            shared.metrics.session_refused(SessionResult::Protocol);
        }
    }
}

async fn serve(mut client: Connected, shared: Arc<Shared>, deadline: Instant) {
    let id = ids::new_session_id();
    match log_in(&mut client, &shared, id, deadline).await {
        Ok(login) => begin(client, shared, id, login).await,
        Err(failed) => refuse(client, &shared, id, failed).await,
    }
}

/// Everything that a login has found out.
struct Login {
    identity: Identity,
    admission: Admission,
    revision: Arc<Revision>,
    facts: Arc<ServerFacts>,
    pool: Pool,
    lane: Arc<Lane>,
    now: Timestamp,
}

/// A login that failed: what the client reads, and what the record keeps.
struct FailedLogin {
    result: SessionResult,
    error: UserError,
    reason: String,
}

impl FailedLogin {
    fn new(result: SessionResult, error: UserError, reason: impl Into<String>) -> Self {
        Self { result, error: UserError { severity: crate::base::Severity::Fatal, ..error }, reason: reason.into() }
    }
}

async fn log_in(client: &mut Connected, shared: &Shared, id: SessionId, deadline: Instant) -> Result<Login, FailedLogin> {
    if shared.shutdown.is_draining() {
        let error = UserError::fatal(SqlState::CANNOT_CONNECT_NOW, "the database system is shutting down");
        return Err(FailedLogin::new(SessionResult::Unavailable, error, "shutting down"));
    }
    let identity = shared
        .authenticator
        .authenticate(client, deadline)
        .await
        .map_err(|error| FailedLogin::new(SessionResult::LoginFailed, error.to_user_error(), failure(&error)))?;
    let (revision, now) = (Arc::clone(&shared.revision.borrow()), shared.clock.now());
    let caller = Caller { identity: &identity, database: &client.parameters.database, address: client.peer.ip(), began: now };
    let admission = admit(&revision, caller, now).map_err(|refused: Refused| {
        info!(session = %id, user = %identity.user(), reason = refused.reason.code(), "not admitted");
        FailedLogin::new(SessionResult::NotAdmitted, refused.to_user_error(), refused.reason.code())
    })?;
    let unreachable =
        |error: UpstreamError| FailedLogin::new(SessionResult::Unavailable, error.to_user_error(), error.to_string());
    let pool = shared.pools.get(admission.grant().warehouse()).cloned().ok_or_else(|| unreachable(UpstreamError::PoolClosed))?;
    let lane = Arc::new(lane(admission.grant()));
    let facts = pool.introduced(&lane).await.map_err(unreachable)?;
    Ok(Login { identity, admission, revision, facts, pool, lane, now })
}

/// The connections that a grant may use.
pub(super) fn lane(grant: &OpenGrant) -> Lane {
    let pinned = Pinned {
        search_path: grant.compiled.pinned_search_path.clone(),
        statement_timeout: grant.limits().statement_timeout,
        keys: grant.keys.clone(),
    };
    Lane { grant: grant.compiled.name().clone(), pinned }
}

async fn begin(client: Connected, shared: Arc<Shared>, id: SessionId, login: Login) {
    let Connected { reader, writer, peer, protocol, parameters, tls: _ } = client;
    let mut settings = Settings::new(defaults(&login, &parameters.application_name, &shared), reader.spoken().clone());
    let side = Client::new(reader, writer);
    for (name, value) in &parameters.settings {
        if let Err(error) = settings.request(name, value) {
            side.close(Some(&UserError { severity: crate::base::Severity::Fatal, ..error })).await;
            return;
        }
    }
    let activity = Activity::new(parameters.database.clone(), &parameters.application_name, login.now);
    let registration = match shared.registry.register(login.identity.user().clone(), protocol, activity) {
        Ok(registration) => registration,
        Err(full) => {
            shared.metrics.session_refused(SessionResult::TooMany);
            return side.close(Some(&full.to_user_error())).await;
        }
    };
    let deadlines = Deadlines::new(shared.clock.clone(), login.admission.end().at);
    let signals = Signals::new(deadlines, registration, shared.revision.clone(), shared.shutdown.clone());
    let who = Who { id, identity: login.identity, database: parameters.database, peer, began: login.now };
    let record = record(&who, &login.admission, &login.revision, &login.pool, &parameters.application_name);
    let grant = &login.admission.grant().compiled.grant.name;
    let usage = shared.usage.of(grant, who.identity.user());
    let active = shared.metrics.session_established();
    let mut session = Session {
        _active: active,
        access: Access { admission: login.admission, lane: login.lane, record, recorded_settings: 0, usage },
        shared,
        who,
        client: side,
        signals,
        link: Link::default(),
        model: Model {
            portals: Portals::default(),
            settings,
            statements: Statements::default(),
            transaction: Transaction::default(),
            reported: Vec::new(),
            reported_version: None,
        },
        flow: Flow::Serving,
        tally: Tally::default(),
    };
    let ending = match session.greet().await {
        Ok(()) => session.serve().await,
        Err(ending) => ending,
    };
    session.end(ending).await;
}

fn defaults(login: &Login, application_name: &str, shared: &Shared) -> Defaults {
    let grant = login.admission.grant();
    Defaults {
        facts: Arc::clone(&login.facts),
        user: login.identity.user().to_string(),
        application_name: application_name.to_owned(),
        search_path: grant.exposed().search_path_setting.clone(),
        statement_timeout: grant.limits().statement_timeout,
        idle_in_transaction: shared.limits.idle_in_transaction,
        idle_session: grant.limits().idle_timeout,
        filters_rows: grant.exposed().filters_rows(),
    }
}

fn record(who: &Who, admission: &Admission, revision: &Revision, pool: &Pool, application_name: &str) -> Arc<SessionRecord> {
    let who = facts::Connected { session: who.id, identity: &who.identity, peer: who.peer, started: who.began, application_name };
    session_record(&who, admission, revision, pool.target())
}

impl Session {
    /// From AuthenticationOk, which waits in the queue, to ReadyForQuery. The login is recorded before the client reads any of it.
    async fn greet(&mut self) -> Result<(), Ending> {
        let (session, time) = (Arc::clone(&self.access.record), self.who.began);
        let started = NoteEvent::SessionStarted { session, time };
        self.shared.journal.note(&started).await.map(drop).map_err(|error| Ending::told(error.to_user_error()))?;
        info!(session = %self.who.id, user = %self.who.identity.user(), grant = %self.access.admission.grant().compiled.grant.name, "session begins");
        self.report_settings()?;
        let registration = self.signals.registration();
        let (pid, key) = (registration.pid(), registration.key().to_vec());
        self.client.queue(&Backend::BackendKeyData { pid, key: &key })?;
        let Access { admission, .. } = &self.access;
        let (compiled, now) = (&admission.grant().compiled, self.shared.clock.now());
        let of_access = expiry_notice(&self.who.database, admission.access_end(), &compiled.grant.engagement, now);
        let idle: Vec<UserError> = self.model.settings.without_effect().map(|setting| no_effect(setting.name)).collect();
        for notice in idle.into_iter().chain(of_access).chain(support_notices(&compiled.contracts, now)) {
            self.client.report(&notice)?;
        }
        self.ready().await
    }

    /// The record of this session under another revision or application_name.
    pub(super) fn session_record(&self, revision: &Revision) -> Arc<SessionRecord> {
        let Some(pool) = self.shared.pools.get(self.access.admission.grant().warehouse()) else {
            return Arc::clone(&self.access.record);
        };
        let application_name = self.model.settings.by_name("application_name");
        record(&self.who, &self.access.admission, revision, pool, &application_name)
    }

    async fn end(mut self, ending: Ending) {
        self.abandon_statement(&ending);
        let Tally { statements, released: Credit { rows, bytes } } = self.tally;
        let (sqlstate, reason) = (ending.sqlstate(), ending.reason());
        info!(session = %self.who.id, %sqlstate, statements, rows, "session ends");
        let ended = NoteEvent::SessionEnded {
            session: Arc::clone(&self.access.record),
            time: self.shared.clock.now(),
            sqlstate,
            reason,
            statements,
            rows,
            bytes,
        };
        // A journal that takes nothing more says so to the operator itself.
        drop(self.shared.journal.note(&ended).await);
        let Self { client, link, .. } = self;
        client.close(ending.last_words().as_ref()).await;
        if let Some(warehouse) = link.warehouse {
            warehouse.give_back().await;
        }
    }
}

async fn refuse(client: Connected, shared: &Shared, id: SessionId, failed: FailedLogin) {
    let Connected { reader, writer, peer, protocol: _, parameters, tls } = client;
    let FailedLogin { result, error, reason } = failed;
    shared.metrics.session_refused(result);
    let event = NoteEvent::LoginFailed {
        session: id,
        time: shared.clock.now(),
        user: parameters.user,
        database: parameters.database,
        application_name: parameters.application_name,
        client_ip: peer.ip().to_canonical().to_string(),
        client_port: peer.port(),
        auth_method: if tls.is_some() { "scram-sha-256 over TLS" } else { "scram-sha-256" }.to_owned(),
        sqlstate: error.sqlstate,
        reason,
    };
    drop(shared.journal.note(&event).await);
    crate::wire::close(reader, writer, Some(&error)).await;
}

/// For the record: the true cause.
fn failure(error: &AuthError) -> String {
    match error {
        AuthError::Failed { user: _, failure } => failure.as_str().to_owned(),
        AuthError::Random(_) | AuthError::Sasl(_) | AuthError::Throttled { user: _ } | AuthError::Wire(_) => error.to_string(),
    }
}
