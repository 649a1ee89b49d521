//! Runs what `postern views` wrote, as the administrator of the warehouse.

use std::time::Duration;

use tokio::time::timeout;

use crate::base::SqlState;
use crate::views::Script;

use super::client::{self, Client, Connection};
use super::error::UpstreamError;
use super::target::Target;

/// The longest that a script may take: catalogs can be large, and each lock has a limit of its own.
const TIME: Duration = Duration::from_secs(600);
/// Nothing that the role or the database sets changes what the script means.
const OPTIONS: &str = "-c standard_conforming_strings=on -c default_transaction_read_only=off -c check_function_bodies=on";

/// Runs a script. It is one transaction: at the first error nothing is changed.
///
/// Not cancel safe: drop it and the connection is closed, and the transaction with it.
///
/// # Errors
/// Every [`UpstreamError`] of connecting; [`UpstreamError::Refused`] in the warehouse's words.
pub async fn administer(target: &Target, script: &Script) -> Result<(), UpstreamError> {
    let (client, connection) = client::connect(target, "postern views", OPTIONS).await?;
    timeout(TIME, both(run(&client, script), connection)).await.map_err(|_| UpstreamError::ConnectTimeout)?
}

async fn run(client: &Client, script: &Script) -> Result<(), UpstreamError> {
    for statement in script.statements() {
        client.batch_execute(statement).await.map_err(refused)?;
    }
    Ok(())
}

/// The connection must be polled for the client to get answers. It ends first only when something is wrong with it.
async fn both(work: impl Future<Output = Result<(), UpstreamError>>, connection: Connection) -> Result<(), UpstreamError> {
    tokio::select! {
        biased;
        done = work => done,
        ended = connection => Err(match ended {
            Err(cause) => UpstreamError::Introspect(Box::new(cause)),
            Ok(()) => UpstreamError::Closed { sqlstate: None },
        }),
    }
}

fn refused(cause: tokio_postgres::Error) -> UpstreamError {
    let Some(error) = cause.as_db_error() else { return UpstreamError::Introspect(Box::new(cause)) };
    let rest = [error.detail(), error.hint()].into_iter().flatten();
    UpstreamError::Refused {
        sqlstate: SqlState::parse(error.code().code()).unwrap_or(SqlState::INTERNAL_ERROR),
        message: rest.fold(error.message().to_owned(), |message, more| format!("{message} ({more})")),
    }
}
