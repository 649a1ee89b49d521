//! A connection that reads catalogs and nothing else: one read-only transaction, then closed.

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::types::{FromSql, ToSql};

use crate::upstream::client::{self, Client};
use crate::upstream::error::UpstreamError;
use crate::upstream::target::Target;

/// The longest that the whole reading may take.
const READ_TIME: Duration = Duration::from_secs(120);

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Pinned for as long as the connection lives; the search_path stays the database's own until it has been read.
const OPTIONS: &str = "-c statement_timeout=60s -c lock_timeout=10s -c jit=off -c standard_conforming_strings=on \
                       -c default_transaction_read_only=on -c row_security=on";

/// An open transaction.
pub(super) struct Session {
    client: Client,
}

/// A row of a catalog query.
pub(super) struct Row(tokio_postgres::Row);

/// Connects, runs `read` in one transaction and closes.
pub(super) async fn with<T>(
    target: &Target,
    read: impl AsyncFnOnce(&Session) -> Result<T, UpstreamError>,
) -> Result<T, UpstreamError> {
    let (client, connection) = client::connect(target, "postern introspection", OPTIONS).await?;
    let session = Session { client };
    let work = async {
        session.execute(BEGIN).await?;
        read(&session).await
    };
    // The connection must be polled for the client to get answers. It ends first only when something is wrong with it.
    let whole = async {
        tokio::select! {
            biased;
            done = work => done,
            ended = connection => Err(match ended {
                Err(cause) => UpstreamError::Introspect(Box::new(cause)),
                Ok(()) => UpstreamError::Closed { sqlstate: None },
            }),
        }
    };
    timeout(READ_TIME, whole).await.map_err(|_| UpstreamError::ConnectTimeout)?
}

impl Session {
    /// Runs a command without result.
    pub(super) async fn execute(&self, command: &'static str) -> Result<(), UpstreamError> {
        self.client.batch_execute(command).await.map_err(failed)
    }

    /// Runs a catalog query.
    pub(super) async fn rows(&self, query: &'static str) -> Result<Vec<Row>, UpstreamError> {
        Ok(self.client.query(query, &[]).await.map_err(failed)?.into_iter().map(Row).collect())
    }

    /// Runs a catalog query with parameters.
    pub(super) async fn rows_for(
        &self,
        query: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, UpstreamError> {
        Ok(self.client.query(query, parameters).await.map_err(failed)?.into_iter().map(Row).collect())
    }

    /// The first column of a catalog query.
    pub(super) async fn column(&self, query: &'static str) -> Result<Vec<String>, UpstreamError> {
        self.rows(query).await?.iter().map(|row| row.get(0)).collect()
    }
}

impl Row {
    /// A value; an error where it has another type than the query says.
    pub(super) fn get<'r, T: FromSql<'r>>(&'r self, index: usize) -> Result<T, UpstreamError> {
        self.0.try_get(index).map_err(failed)
    }

    /// A `"char"` of the catalogs; a blank where there is none.
    pub(super) fn char(&self, index: usize) -> Result<char, UpstreamError> {
        let text: String = self.get(index)?;
        Ok(text.chars().next().unwrap_or(' '))
    }
}

fn failed(cause: tokio_postgres::Error) -> UpstreamError {
    UpstreamError::Introspect(Box::new(cause))
}
