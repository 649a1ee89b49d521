//! A connection for the gate's own questions and for administrators: catalogs and scripts, never a statement of a client's.

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::{Config, NoTls};

use super::error::UpstreamError;
use super::target::Target;
use super::transport;

pub(super) use tokio_postgres::Client;

/// The longest that connecting may take.
const CONNECT_TIME: Duration = Duration::from_secs(15);

/// What must be polled for the client to get answers.
pub(super) type Connection = tokio_postgres::Connection<transport::Transport, tokio_postgres::tls::NoTlsStream>;

/// Connects and logs in, with these options of the startup packet.
///
/// # Errors
/// Every [`UpstreamError`] of connecting.
pub(super) async fn connect(
    target: &Target,
    application_name: &str,
    options: &str,
) -> Result<(Client, Connection), UpstreamError> {
    timeout(CONNECT_TIME, log_in(target, application_name, options)).await.map_err(|_| UpstreamError::ConnectTimeout)?
}

async fn log_in(target: &Target, application_name: &str, options: &str) -> Result<(Client, Connection), UpstreamError> {
    // TLS is agreed on and verified here, in one place for all connections; the library only sees the stream.
    let stream = transport::connect(target).await?;
    let mut config = Config::new();
    config
        .user(&target.user)
        .dbname(&target.database)
        .application_name(application_name)
        .options(options)
        .ssl_mode(tokio_postgres::config::SslMode::Disable);
    if let Some(password) = &target.password {
        config.password(password.reveal());
    }
    config.connect_raw(stream, NoTls).await.map_err(|cause| match cause.as_db_error() {
        Some(error) => UpstreamError::Login {
            sqlstate: crate::base::SqlState::parse(error.code().code()).unwrap_or(crate::base::SqlState::INTERNAL_ERROR),
            message: error.message().to_owned(),
        },
        None => UpstreamError::Introspect(Box::new(cause)),
    })
}
