//! What makes two connections interchangeable: the same grant and the same pinned settings.

use crate::base::GrantName;

use super::pinned::Pinned;

/// The connections of one grant. Keys of pseudonyms are pinned, so no connection ever serves two engagements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    pub grant: GrantName,
    pub pinned: Pinned,
}

/// Whom a connection serves now: set at each checkout, gone with DISCARD ALL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Introduction {
    /// Names the person and the session in `pg_stat_activity`.
    pub application_name: String,
    /// Settings that row filters read (`postern.subject`, `postern.vendor`) and those of the client that change what the warehouse prints.
    pub settings: Vec<(&'static str, String)>,
}
