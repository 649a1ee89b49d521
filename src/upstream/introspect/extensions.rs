//! Extensions, operators and casts that are not PostgreSQL's own.

use crate::catalog::Catalog;
use crate::catalog::extensions::{LiveCast, LiveExtension, LiveOperator};
use crate::upstream::error::UpstreamError;

use super::queries;
use super::session::Session;

/// Reads them into the catalog.
pub(super) async fn read(session: &Session, catalog: &mut Catalog) -> Result<(), UpstreamError> {
    for row in session.rows(queries::EXTENSIONS).await? {
        catalog.extensions.insert(row.get(0)?, LiveExtension { schema: row.get(1)?, usable: row.get(2)? });
    }
    for row in session.rows(queries::OPERATORS).await? {
        let (schema, name, left, right, extension) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
        catalog.operators.push(LiveOperator { schema, name, left, right, extension });
    }
    for row in session.rows(queries::CASTS).await? {
        let (source, target, context, extension) = (row.get(2)?, row.get(3)?, row.char(4)?, row.get(5)?);
        catalog.casts.push(LiveCast { source, target, context, extension });
    }
    Ok(())
}
