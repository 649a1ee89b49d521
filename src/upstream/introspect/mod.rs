//! The warehouse's catalogs as a [`Catalog`]: one snapshot, read in one transaction, with everything that makes a warehouse unsafe to serve.
//!
//! Door: [`introspect`]. PostgreSQL 13 to 18. The queries are constants; nothing of a policy or a client becomes part of them.
//!
//! | file | what |
//! |---|---|
//! | `session` | a connection for catalogs only, one read-only transaction |
//! | `queries` | the queries |
//! | `relations` | relations, columns, keys, system relations |
//! | `types` | types and functions |
//! | `views` | what stands there for the views back-end |
//! | `extensions` | extensions, operators and casts that are not PostgreSQL's own |
//! | `login` | what the gate's own role may do beyond reading |
//! | `hazards` | user casts, functions, operators that take part in resolution unasked |

mod extensions;
mod hazards;
mod login;
mod queries;
mod relations;
mod session;
mod types;
mod views;

use crate::base::split_names;
use crate::catalog::Catalog;

use super::error::UpstreamError;
use super::target::Target;
use session::Session;

/// Reads the catalogs of a warehouse in one transaction: one snapshot of what exists.
///
/// Not cancel safe: drop it and the connection is closed.
///
/// # Errors
/// Every [`UpstreamError`] of connecting; [`UpstreamError::Introspect`] when the warehouse refuses a query, sends what was not
/// asked for, or ends the session.
pub async fn introspect(target: &Target) -> Result<Catalog, UpstreamError> {
    session::with(target, read).await
}

/// The same, with what stands there for the views back-end. `login`: the role that the gate logs in as, whoever asks.
///
/// Not cancel safe: drop it and the connection is closed.
///
/// # Errors
/// As [`introspect`].
pub async fn introspect_with_views(target: &Target, login: &str) -> Result<Catalog, UpstreamError> {
    let read = async |session: &Session| {
        let mut catalog = read(session).await?;
        catalog.views = Some(views::read(session, login).await?);
        Ok(catalog)
    };
    session::with(target, read).await
}

async fn read(session: &Session) -> Result<Catalog, UpstreamError> {
    // First of all, and under the database's own search_path: it is one of the answers.
    let facts = session.rows(queries::FACTS).await?;
    let mut catalog = Catalog::default();
    for row in &facts {
        catalog.server_version = u32::try_from(row.get::<i32>(0)?).unwrap_or(0);
        catalog.server_version_text = row.get(1)?;
        catalog.encoding = row.get(2)?;
        catalog.database = row.get(3)?;
        // A path that PostgreSQL holds reads as one.
        catalog.search_path = split_names(&row.get::<String>(4)?).unwrap_or_default();
        catalog.version = row.get(5)?;
    }
    session.execute(queries::EMPTY_SEARCH_PATH).await?;
    for row in session.rows(queries::SCHEMAS).await? {
        catalog.schemas.insert(row.get(0)?, row.get(1)?);
    }
    catalog.relations = relations::read(session).await?;
    catalog.parts = relations::read_parts(session).await?;
    catalog.comments = relations::read_comments(session).await?;
    catalog.system = relations::read_system(session).await?;
    catalog.types = types::read(session, catalog.server_version).await?;
    catalog.composites = types::read_composites(session).await?;
    catalog.functions = types::read_functions(session).await?;
    catalog.text_search = types::read_text_search(session).await?;
    extensions::read(session, &mut catalog).await?;
    catalog.hazards = hazards::read(session, &catalog).await?;
    catalog.excess = login::read(session).await?;
    Ok(catalog)
}
