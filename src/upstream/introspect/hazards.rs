//! What makes a warehouse unsafe to serve: objects of users' that PostgreSQL picks unasked, whatever schema a name is qualified with (enforcement L11, W10).

use crate::catalog::{Catalog, Oid};
use crate::upstream::error::UpstreamError;

use super::queries;
use super::session::Session;

/// Extensions that put functions of names of their own into pg_catalog; such a function is on no allow-list and stands for no other.
const KNOWN_IN_PG_CATALOG: &[&str] = &["adminpack", "plpgsql"];

/// One sentence for each hazard.
pub(super) async fn read(session: &Session, catalog: &Catalog) -> Result<Vec<String>, UpstreamError> {
    let mut hazards = Vec::new();
    if catalog.encoding != "UTF8" {
        hazards.push(format!(
            "The database's encoding is {}, and only UTF8 can be masked without cutting characters.",
            catalog.encoding
        ));
    }
    for row in session.rows(queries::CASTS).await? {
        // One that is asked for runs only where its type may be named.
        if row.char(4)? == 'e' {
            continue;
        }
        let (source, target): (String, String) = (row.get(0)?, row.get(1)?);
        // A type of an extension is served only when each of its casts is reviewed, and else no value of it takes part in anything.
        if served(catalog, row.get(2)?) && served(catalog, row.get(3)?) {
            let unasked = if row.char(4)? == 'i' { "implicitly" } else { "on assignment" };
            hazards.push(format!("The cast from {source} to {target} is a user's and applied {unasked}: it would run in statements that do not name it."));
        }
    }
    for row in session.rows(queries::CATALOG_FUNCTIONS).await? {
        let (function, extension, overloads): (String, Option<String>, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let known = extension.as_deref().is_some_and(|extension| KNOWN_IN_PG_CATALOG.contains(&extension));
        if !known || overloads {
            hazards.push(format!(
                "The function {function} was put into pg_catalog: it could be called in the place of a builtin one."
            ));
        }
    }
    for operator in session.column(queries::CATALOG_OPERATORS).await? {
        hazards.push(format!("The operator {operator} was put into pg_catalog: it could be used in the place of a builtin one."));
    }
    Ok(hazards)
}

fn served(catalog: &Catalog, oid: Oid) -> bool {
    catalog.base_type(oid).is_none_or(|found| found.extension.is_none())
}
