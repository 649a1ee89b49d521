//! A connection on loan: introduced when it is taken, cleaned before anybody else gets it, closed when its state cannot be proven.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tracing::debug;

use super::connection::{Connection, Status};
use super::error::UpstreamError;
use super::frame::{Received, Tag};
use super::lane::{Introduction, Lane};
use super::pool::Pool;
use super::words::{Sql, Words};
use crate::runtime::task;

/// The longest that cleaning may take; then the connection is closed instead.
const CLEAN_TIME: Duration = Duration::from_secs(5);

/// The longest that a connection keeps its place in the pool while the server does not stop what nobody wants any more.
const STOP_TIME: Duration = Duration::from_secs(600);

/// A connection that belongs to one session until it is given back. Dropped, it is closed.
#[derive(Debug)]
pub struct Checkout {
    connection: Connection,
    lane: Arc<Lane>,
    pool: Pool,
}

impl Checkout {
    pub(super) fn new(connection: Connection, lane: Arc<Lane>, pool: Pool) -> Self {
        Self { connection, lane, pool }
    }

    /// Whose connection it is.
    pub fn lane(&self) -> &Arc<Lane> {
        &self.lane
    }

    /// Cleans the connection and lets the next session have it. One that is in the middle of something, or that does not become clean in time, is closed.
    pub async fn give_back(self) {
        let Self { mut connection, lane, pool } = self;
        if !connection.is_settled() {
            return abandon(connection);
        }
        match timeout(CLEAN_TIME, connection.clean()).await {
            Ok(Ok(())) => pool.give_back(lane, connection),
            Ok(Err(error)) => debug!(%error, "a warehouse connection did not become clean"),
            Err(_) => debug!("a warehouse connection did not become clean in time"),
        }
    }

    /// Cancels what the connection runs, and closes it in the background.
    pub fn abandon(self) {
        abandon(self.connection);
    }
}

/// A place in the pool stands for work of the warehouse: it is free when the server has stopped, and not when nobody waits for it any more.
fn abandon(mut connection: Connection) {
    task::spawn("abandoned statement", async move {
        // When it fails, the server finds the closed socket.
        drop(connection.cancel_target().clone().cancel().await);
        if timeout(STOP_TIME, connection.run_out()).await.is_err() {
            debug!("a warehouse connection did not end in time");
        }
    });
}

impl Deref for Checkout {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Checkout {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl Connection {
    /// Nothing has arrived while it was idle: it is still there, as far as anybody can know without asking.
    pub(super) async fn is_quiet(&mut self) -> bool {
        tokio::select! {
            biased;
            _ = self.receive() => false,
            () = std::future::ready(()) => true,
        }
    }

    /// Says whom the connection serves.
    pub(super) async fn introduce(&mut self, introduction: &Introduction) -> Result<(), UpstreamError> {
        self.run(&Words::introduce(introduction)).await
    }

    /// Leaves any transaction and forgets what the session did; pinned settings come from the startup packet and stay.
    async fn clean(&mut self) -> Result<(), UpstreamError> {
        if self.status() != Status::Idle {
            self.run(&Words::rollback(false)).await?;
        }
        self.run(&Words::discard_all()).await?;
        match self.status() {
            Status::Idle if self.is_settled() => {
                self.rest();
                Ok(())
            }
            Status::Idle | Status::Failed | Status::InBlock => Err(UpstreamError::Desynchronised("more than was asked for")),
        }
    }

    /// Runs a command of the gate's own that returns no rows.
    pub(super) async fn run(&mut self, words: &Words) -> Result<(), UpstreamError> {
        self.query(Sql::Words(words))?;
        self.send().await?;
        let mut failed = false;
        loop {
            match self.receive().await? {
                Received::Rows(_) => return Err(UpstreamError::Desynchronised("rows where none were asked for")),
                Received::Frame(frame) if frame.tag == Tag::ErrorResponse => failed = true,
                Received::Frame(frame) if frame.tag == Tag::ReadyForQuery && failed => {
                    return Err(UpstreamError::Desynchronised("an error to a command of the gate"));
                }
                Received::Frame(frame) if frame.tag == Tag::ReadyForQuery => return Ok(()),
                Received::Frame(_) => {}
            }
        }
    }
}
