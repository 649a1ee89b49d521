//! One client connection after its login: what it holds, and the loop that serves it.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::access::{Admission, Permit, Usage};
use crate::audit::{Credit, SessionRecord, UpstreamRecord};
use crate::auth::Identity;
use crate::base::{SessionId, SqlState, Timestamp, UserError};
use crate::telemetry::ActiveSession;
use crate::upstream::{Checkout, Lane};
use crate::wire::{Backend, Frontend, MessageKind, Rejected};

use super::client::Client;
use super::ending::Ending;
use super::pending::Pending;
use super::prepared::{Portals, Statements};
use super::running::Running;
use super::settings::Settings;
use super::shared::Shared;
use super::signals::Signals;
use super::transaction::Transaction;

/// One session.
#[derive(Debug)]
pub(super) struct Session {
    pub shared: Arc<Shared>,
    pub who: Who,
    pub access: Access,
    pub client: Client,
    pub signals: Signals,
    pub link: Link,
    pub model: Model,
    pub flow: Flow,
    pub tally: Tally,
    pub _active: ActiveSession,
}

/// Whose session it is; never changes.
#[derive(Debug)]
pub(super) struct Who {
    pub id: SessionId,
    pub identity: Identity,
    pub database: String,
    pub peer: SocketAddr,
    pub began: Timestamp,
}

/// Under which grant, as of the revision that was looked at last.
#[derive(Debug)]
pub(super) struct Access {
    pub admission: Admission,
    pub lane: Arc<Lane>,
    pub record: Arc<SessionRecord>,
    /// Of the settings that the record was made under.
    pub recorded_settings: u64,
    pub usage: Arc<Usage>,
}

/// The way to the warehouse.
#[derive(Debug, Default)]
pub(super) struct Link {
    /// Taken at first need.
    pub warehouse: Option<Checkout>,
    /// The same, for records.
    pub upstream: Option<Arc<UpstreamRecord>>,
    /// Number of the connection: prepared statements of an earlier one are gone.
    pub generation: u64,
    pub pending: Pending,
    pub running: Option<Box<Running>>,
    /// How the gate's own last command ended: its tag, or the error.
    pub command: Option<Result<String, Box<UserError>>>,
    pub series: Series,
    pub tag: TagHold,
    /// At which versions of the session's settings and of the connection's reports both were found to print values in the same way.
    pub agreed: Option<(u64, u64)>,
}

/// Extended messages in the warehouse since the last Sync.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Series {
    #[default]
    Clean,
    /// One failed there: it skips to Sync.
    Failed,
    Open,
}

/// Whether the CommandComplete of a message's last statement waits for the COMMIT of its implicit block, as PostgreSQL has it: a COMMIT that fails
/// stands in its place.
#[derive(Debug, Default)]
pub(super) enum TagHold {
    Held(bytes::Bytes),
    #[default]
    No,
    Wanted,
}

/// The gate's own model of what the client has made.
#[derive(Debug)]
pub(super) struct Model {
    pub portals: Portals,
    pub settings: Settings,
    pub statements: Statements,
    pub transaction: Transaction,
    /// Values that the client was told by ParameterStatus.
    pub reported: Vec<(&'static str, String)>,
    /// Of which version of the settings.
    pub reported_version: Option<u64>,
}

/// Whether messages are served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Flow {
    /// The client was told an error: the rest of the message, or everything up to Sync, is skipped.
    Failed,
    #[default]
    Serving,
}

/// For the record of the session's end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub statements: u64,
    pub released: Credit,
}

/// Which of the two protocols a statement came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Via {
    Extended,
    Simple,
}

impl Session {
    /// Serves the client until the session ends.
    pub(super) async fn serve(&mut self) -> Ending {
        loop {
            let ended = match self.next_message().await {
                Ok(Some(message)) => self.serve_message(message).await,
                Ok(None) => Err(Ending::Left),
                Err(ending) => Err(ending),
            };
            if let Err(ending) = ended {
                return ending;
            }
        }
    }

    async fn serve_message(&mut self, message: Frontend) -> Result<(), Ending> {
        // What follows a running statement waits for its end; Sync and Flush only hasten it.
        if self.link.running.is_some() && !matches!(message, Frontend::Sync | Frontend::Flush) {
            self.settle().await?;
        }
        match message {
            Frontend::Terminate => Err(Ending::Left),
            Frontend::Sync => self.sync().await,
            Frontend::Query(text) if self.flow == Flow::Serving => self.query(&text).await,
            Frontend::Parse(parse) if self.flow == Flow::Serving => {
                let result = self.parse(parse).await;
                self.settle_error(result).await
            }
            Frontend::Bind(bind) if self.flow == Flow::Serving => {
                let result = self.bind(bind).await;
                self.settle_error(result).await
            }
            Frontend::Describe(target) if self.flow == Flow::Serving => {
                let result = self.describe(target).await;
                self.settle_error(result).await
            }
            Frontend::Execute { portal, max_rows } if self.flow == Flow::Serving => {
                let result = self.execute(portal.as_str(), max_rows).await;
                self.settle_error(result).await
            }
            Frontend::Close(target) if self.flow == Flow::Serving => {
                let result = self.close_target(target).await;
                self.settle_error(result).await
            }
            Frontend::Flush if self.flow == Flow::Serving => self.flush_request().await,
            Frontend::FunctionCall if self.flow == Flow::Serving => {
                let error = UserError::new(SqlState::FEATURE_NOT_SUPPORTED, "function calls by message are not available here")
                    .hint("Use SELECT.");
                self.settle().await?;
                self.fail(error)?;
                self.ready().await
            }
            Frontend::Rejected(rejected) if self.flow == Flow::Serving => self.rejected(rejected).await,
            // PostgreSQL reads these between COPY and its end and forgets them otherwise (`PostgresMain`, 'd' 'c' 'f').
            Frontend::CopyData(_) | Frontend::CopyDone | Frontend::CopyFail => Ok(()),
            // After the login there is no password to give; the reader lets none through.
            Frontend::Password(_) => Ok(()),
            Frontend::Bind(_)
            | Frontend::Close(_)
            | Frontend::Describe(_)
            | Frontend::Execute { portal: _, max_rows: _ }
            | Frontend::Flush
            | Frontend::FunctionCall
            | Frontend::Parse(_)
            | Frontend::Query(_)
            | Frontend::Rejected(_) => Ok(()),
        }
    }

    /// A message that could not be read.
    async fn rejected(&mut self, rejected: Rejected) -> Result<(), Ending> {
        self.settle().await?;
        if self.flow == Flow::Failed {
            return Ok(());
        }
        self.fail(rejected.error)?;
        match rejected.kind {
            MessageKind::Query | MessageKind::FunctionCall => self.ready().await,
            MessageKind::Bind
            | MessageKind::Close
            | MessageKind::Describe
            | MessageKind::Execute
            | MessageKind::Flush
            | MessageKind::Parse => Ok(()),
            MessageKind::Sync => self.sync().await,
            // Outside of COPY nobody answers these.
            MessageKind::CopyData
            | MessageKind::CopyDone
            | MessageKind::CopyFail
            | MessageKind::Password
            | MessageKind::Terminate => self.ready().await,
        }
    }

    /// The client reads an error: the rest of its message, or everything up to Sync, is skipped.
    pub(super) fn fail(&mut self, error: UserError) -> Result<(), Ending> {
        self.client.report(&error)?;
        self.flow = Flow::Failed;
        self.model.transaction.fail();
        self.model.settings.fail();
        Ok(())
    }

    /// CommandComplete in the gate's own words.
    pub(super) fn complete(&mut self, tag: &str) -> Result<(), Ending> {
        self.client.queue(&Backend::CommandComplete(tag)).map_err(Ending::from)
    }

    /// Everything that says how busy the person may be.
    pub(super) fn permit(&self) -> Result<Permit, UserError> {
        use crate::base::ToUserError as _;
        let limits = self.access.admission.grant().limits();
        self.access.usage.begin(limits, self.shared.clock.now()).map_err(|over| over.to_user_error())
    }
}
