//! What stands in the warehouse for the views back-end.

use std::collections::BTreeMap;

use crate::catalog::{FunctionDeclaration, LiveLogin, LiveSchema, LiveStandIn, LiveViews};
use crate::upstream::error::UpstreamError;
use crate::views::{RIGHTS_OF_LOGIN, owner_role};

use super::queries;
use super::session::Session;

/// Reads everything that is compared with the plan. Names without a schema must not be found by a path.
pub(super) async fn read(session: &Session, login: &str) -> Result<LiveViews, UpstreamError> {
    let mut live = LiveViews { login: read_login(session, login).await?, ..LiveViews::default() };
    for row in session.rows(queries::DECLARATIONS).await? {
        let declaration = FunctionDeclaration { arguments: row.get(1)?, result: row.get(2)?, volatility: row.get(3)? };
        live.declarations.insert(row.get(0)?, declaration);
    }
    // Without the role there is nobody whose rights could be asked for.
    if live.login.is_none() {
        return Ok(live);
    }
    for row in session.rows_for(queries::VIEW_SCHEMAS, &[&login]).await? {
        let schema = LiveSchema { owner: row.get(1)?, mark: row.get(2)?, is_usable: row.get(3)?, stand_ins: BTreeMap::new() };
        live.schemas.insert(row.get(0)?, schema);
    }
    for query in [queries::VIEWS, queries::VIEW_FUNCTIONS] {
        for row in session.rows_for(query, &[&login]).await? {
            let Some(schema) = live.schemas.get_mut(row.get::<&str>(0)?) else { continue };
            let stand_in = LiveStandIn {
                is_intact: row.get(2)?,
                owner: row.get(3)?,
                is_usable: row.get(4)?,
                has_sources: row.get(5)?,
                strangers: row.get(6)?,
            };
            schema.stand_ins.insert(row.get(1)?, stand_in);
        }
    }
    Ok(live)
}

async fn read_login(session: &Session, login: &str) -> Result<Option<LiveLogin>, UpstreamError> {
    let rows = session.rows_for(queries::LOGIN, &[&login]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut found = LiveLogin::default();
    for (index, power) in POWERS.iter().enumerate() {
        if row.get(index)? {
            found.powers.push((*power).to_owned());
        }
    }
    for row in session.rows_for(RIGHTS_OF_LOGIN, &[&login, &owner_role(login)]).await? {
        found.rights.push((row.get(0)?, row.get(1)?));
    }
    Ok(Some(found))
}

/// What the columns of [`queries::LOGIN`] say of a role, in order.
const POWERS: [&str; 8] = [
    "is a superuser",
    "can make databases",
    "can make roles",
    "can replicate",
    "bypasses row security",
    "is a member of other roles",
    "owns objects",
    "gets rights on new relations by default privileges",
];
