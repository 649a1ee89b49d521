//! What the role that the gate logs in as may do beyond reading: the warehouse's own last line, should everything before it fail.

use crate::base::quote_ident;
use crate::catalog::Excess;
use crate::upstream::error::UpstreamError;

use super::queries;
use super::session::Session;

/// The role of this session.
pub(super) async fn read(session: &Session) -> Result<Option<Excess>, UpstreamError> {
    let Some(row) = session.rows(queries::OWN_ROLE).await?.into_iter().next() else { return Ok(None) };
    let (role, is_superuser): (String, bool) = (row.get(0)?, row.get(1)?);
    let (attributes, memberships, temp_files): (Vec<String>, Vec<String>, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
    let shown = quote_ident(&role);
    let mut sentences = Vec::new();
    if is_superuser {
        sentences.push(format!(
            "role {shown} is a superuser: let the gate log in as one that can read what contracts name, and nothing else"
        ));
    } else {
        sentences
            .extend(attributes.iter().map(|attribute| format!("role {shown} has {attribute}, which the gate does not need")));
        let member = |of: &String| format!("role {shown} has the rights of {of}, which the gate does not need");
        sentences.extend(memberships.iter().map(member));
        let writable = session.column(queries::WRITABLE).await?;
        if let Some(first) = writable.first() {
            let more = if writable.len() > 1 { " and other relations" } else { "" };
            sentences.push(format!("role {shown} can write to {first}{more}: the gate only reads, GRANT SELECT alone"));
        }
    }
    if temp_files == "-1" {
        sentences.push(format!(
            "role {shown} has no temp_file_limit: one statement can fill the disk with temporary files until it times out; ALTER ROLE {shown} SET temp_file_limit = '10GB' bounds it"
        ));
    }
    Ok(Some(Excess { role, sentences }))
}
