//! The session's warehouse connection: taken at first need, told the gate's own commands, kept in step with what the client was told.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{UpstreamFacts, UpstreamRecord};
use crate::base::{SqlState, ToUserError, UserError, quote_literal};
use crate::enforce::SessionPart;
use crate::policy::compile::SessionTexts;
use crate::upstream::{BindValues, Connection, Introduction, Sql, Status, UpstreamError, Words};
use crate::wire::TransactionStatus;

use super::conversation::{Series, Session, Via};
use super::ending::{Ending, Stop};
use super::model::part_text;
use super::pending::{CommandReplies, Expected, Pending};
use super::replies::unexpected;
use super::signals::Signal;

/// The name of the statement and portal that the gate's own commands use.
const OWN: &str = "postern";

impl Session {
    /// Takes a connection, when there is none.
    ///
    /// # Errors
    /// None is free in time (53300), the warehouse cannot be reached (08006), the client cancels (57014).
    pub(super) async fn take_warehouse(&mut self) -> Result<(), Stop> {
        if self.link.warehouse.is_some() {
            return Ok(());
        }
        let Some(pool) = self.shared.pools.get(self.access.admission.grant().warehouse()).cloned() else {
            return Err(Stop::statement(UpstreamError::PoolClosed.to_user_error()));
        };
        let (lane, introduction) = (Arc::clone(&self.access.lane), self.introduction());
        let asked = self.shared.clock.monotonic();
        let taking = pool.take(&lane, &introduction);
        tokio::pin!(taking);
        let taken = loop {
            let signal = tokio::select! {
                biased;
                taken = &mut taking => break taken,
                error = self.client.gone() => return Err(Stop::Session(Ending::from(error))),
                signal = self.signals.next() => signal,
            };
            if let Signal::Cancel = signal {
                let message = "canceling statement due to user request";
                return Err(Stop::statement(UserError::new(SqlState::QUERY_CANCELED, message)));
            }
            self.on_signal(signal).await?;
        };
        self.shared.metrics.pool_waited(Duration::from_micros(self.shared.clock.micros_since(asked)));
        // Nothing was begun in the warehouse: the statement fails, the session goes on.
        let warehouse = taken.map_err(|error| {
            let error = error.to_user_error();
            Stop::statement(UserError { severity: crate::base::Severity::Error, ..error })
        })?;
        self.link.agreed = None;
        self.link.upstream = Some(UpstreamRecord::new(&upstream_facts(&warehouse)));
        self.link.warehouse = Some(warehouse);
        Ok(())
    }

    /// Runs a command of the gate's own and gives its tag.
    ///
    /// # Errors
    /// The warehouse refuses it: [`Stop::Statement`], not told to the client yet.
    pub(super) async fn command(&mut self, words: &Words, via: Via) -> Result<String, Stop> {
        self.take_warehouse().await?;
        let Some(warehouse) = &mut self.link.warehouse else { return Err(unexpected().into()) };
        match via {
            Via::Simple => {
                warehouse.query(Sql::Words(words))?;
                self.link.pending.push(Expected::Command(CommandReplies::Simple));
                self.link.pending.push(Expected::Ready);
            }
            Via::Extended => {
                const NOTHING: BindValues<'_> = BindValues { parameter_formats: &[], parameters: &[], result_formats: &[] };
                warehouse.parse(OWN, Sql::Words(words), &[])?;
                warehouse.bind(OWN.as_bytes(), OWN, NOTHING)?;
                warehouse.execute(OWN.as_bytes(), 0)?;
                warehouse.close_portal(OWN.as_bytes())?;
                warehouse.close_statement(OWN)?;
                self.link.series = Series::Open;
                self.link.pending.push(Expected::Command(CommandReplies::Extended(0)));
            }
        }
        self.settle().await?;
        match self.link.command.take() {
            Some(Ok(tag)) => Ok(tag),
            Some(Err(error)) => Err(Stop::Statement(error)),
            None => Err(unexpected().into()),
        }
    }

    /// The statement stops here, and its connection with it: what it still sends is not worth reading. The transaction is lost.
    pub(super) fn drop_warehouse(&mut self, error: UserError) -> Result<(), Ending> {
        self.finish_statement(None, Some(&error));
        if let Some(warehouse) = self.link.warehouse.take() {
            warehouse.abandon();
        }
        self.link.upstream = None;
        self.link.generation += 1;
        self.link.pending = Pending::default();
        self.link.series = Series::Clean;
        self.model.portals.clear();
        self.fail_once(error)
    }

    /// Makes the warehouse's transaction fail, because the client was told an error that the warehouse knows nothing of.
    pub(super) async fn fail_warehouse(&mut self) -> Result<(), Ending> {
        let Some(warehouse) = &mut self.link.warehouse else { return Ok(()) };
        warehouse.fail_transaction()?;
        warehouse.sync();
        self.link.pending.push(Expected::Failure);
        self.link.pending.push(Expected::Ready);
        self.settle().await
    }

    /// Both stand at the same place of a transaction, and print values in the same way.
    pub(super) fn check_step(&mut self) -> Result<(), Ending> {
        let Some(warehouse) = &self.link.warehouse else { return Ok(()) };
        let status = match warehouse.status() {
            Status::Failed => TransactionStatus::Failed,
            Status::Idle => TransactionStatus::Idle,
            Status::InBlock => TransactionStatus::InBlock,
        };
        if status != self.model.transaction.status() {
            return Err(UpstreamError::Desynchronised("another transaction status").into());
        }
        let versions = (self.model.settings.version(), warehouse.reports());
        if self.link.agreed == Some(versions) {
            return Ok(());
        }
        for name in ["client_encoding", "DateStyle", "IntervalStyle", "TimeZone"] {
            let value = warehouse.facts().value(&name.to_ascii_lowercase()).unwrap_or_default();
            if !value.eq_ignore_ascii_case(&self.model.settings.by_name(name)) {
                return Err(UpstreamError::Pinned { name: name.to_owned(), value: value.to_owned() }.into());
            }
        }
        self.link.agreed = Some(versions);
        Ok(())
    }

    /// What the connection is told of this session.
    fn introduction(&self) -> Introduction {
        let (identity, id) = (&self.who.identity, self.who.id);
        let databases: Vec<String> = self.access.admission.databases().iter().map(|name| array_member(name)).collect();
        let mut settings = vec![
            ("postern.backend_pid", self.signals.registration().pid().to_string()),
            ("postern.databases", format!("{{{}}}", databases.join(","))),
            ("postern.subject", identity.user().to_string()),
            ("postern.login", identity.user().to_string()),
            ("postern.vendor", self.access.admission.grant().compiled.vendor.name.to_string()),
        ];
        settings.extend(self.model.settings.mirrored());
        Introduction { application_name: format!("postern {} {id}", identity.user()), settings }
    }
}

/// The SQL by which the system relations of a grant read what differs from session to session: the settings of the introduction.
pub fn session_texts() -> SessionTexts {
    let setting = |name: &str, type_name: &str| {
        format!("CAST(pg_catalog.current_setting({}) AS pg_catalog.{type_name})", quote_literal(name))
    };
    SessionTexts {
        user: setting("postern.login", "text"),
        databases: setting("postern.databases", "text[]"),
        backend_pid: setting("postern.backend_pid", "int4"),
        settings: part_text(SessionPart::Settings),
        statements: part_text(SessionPart::Statements),
        cursors: part_text(SessionPart::Cursors),
        sessions: part_text(SessionPart::Sessions),
    }
}

/// What is pinned for as long as the connection lives.
fn upstream_facts(warehouse: &Connection) -> UpstreamFacts {
    let value = |name| warehouse.facts().value(name).unwrap_or_default().to_owned();
    UpstreamFacts {
        role: value("session_authorization"),
        backend_pid: warehouse.cancel_target().pid(),
        server_version: value("server_version"),
    }
}

/// A member of an array in text form.
fn array_member(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
