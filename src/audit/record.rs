//! What readers of the log need of a stored record.

use std::borrow::Cow;

use serde::Deserialize;

use super::credit::Credit;

/// How a record is tied to others, and what it accounts for. Missing texts are empty.
#[derive(Debug)]
pub(super) struct Links<'a> {
    /// `metadata.sequence`.
    pub(super) sequence: u64,
    /// `metadata.event_code`.
    pub(super) event_code: Cow<'a, str>,
    /// `actor.user.name`.
    pub(super) person: Cow<'a, str>,
    /// `postern.grant`.
    pub(super) grant: Cow<'a, str>,
    /// `postern.intent_sequence`.
    pub(super) intent: Option<u64>,
    /// `postern.statement_id`.
    pub(super) statement: Cow<'a, str>,
    /// `postern.credit`.
    pub(super) credit: Option<Credit>,
    /// Rows and bytes of `postern.result`.
    pub(super) result: Option<Credit>,
    /// `status_detail`.
    pub(super) status_detail: Cow<'a, str>,
}

impl<'a> Links<'a> {
    pub(super) fn read(public: &'a [u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Stored<'a> {
            #[serde(borrow)]
            metadata: Metadata<'a>,
            #[serde(borrow)]
            postern: Postern<'a>,
            #[serde(borrow, default)]
            actor: Actor<'a>,
            #[serde(borrow, default)]
            status_detail: Cow<'a, str>,
        }
        #[derive(Deserialize)]
        struct Metadata<'a> {
            sequence: u64,
            #[serde(borrow, default)]
            event_code: Cow<'a, str>,
        }
        #[derive(Deserialize)]
        struct Postern<'a> {
            intent_sequence: Option<u64>,
            #[serde(borrow, default)]
            statement_id: Cow<'a, str>,
            #[serde(borrow, default)]
            grant: Cow<'a, str>,
            credit: Option<Credit>,
            result: Option<Credit>,
        }
        #[derive(Default, Deserialize)]
        struct Actor<'a> {
            #[serde(borrow, default)]
            user: User<'a>,
        }
        #[derive(Default, Deserialize)]
        struct User<'a> {
            #[serde(borrow, default)]
            name: Cow<'a, str>,
        }
        let stored: Stored<'a> =
            serde_json::from_slice(public).map_err(|cause| format!("record is not what was written: {cause}"))?;
        Ok(Self {
            sequence: stored.metadata.sequence,
            event_code: stored.metadata.event_code,
            person: stored.actor.user.name,
            grant: stored.postern.grant,
            intent: stored.postern.intent_sequence,
            statement: stored.postern.statement_id,
            credit: stored.postern.credit,
            result: stored.postern.result,
            status_detail: stored.status_detail,
        })
    }
}

/// What `search` and `tail` filter by and show. Missing fields are empty, so that records of later versions can be read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entry {
    pub(super) metadata: EntryMetadata,
    /// Milliseconds since the epoch.
    pub(super) time: i64,
    pub(super) message: String,
    pub(super) status_code: String,
    pub(super) status_detail: String,
    pub(super) actor: EntryActor,
    /// Who logs in or out.
    pub(super) user: EntryUser,
    pub(super) src_endpoint: EntryEndpoint,
    pub(super) query_info: EntryQuery,
    pub(super) postern: EntryPostern,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EntryMetadata {
    pub(super) event_code: String,
    pub(super) sequence: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EntryActor {
    pub(super) user: EntryUser,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EntryUser {
    pub(super) uid: String,
    pub(super) name: String,
    pub(super) email_addr: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EntryEndpoint {
    pub(super) ip: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EntryQuery {
    pub(super) query_string: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EntryPostern {
    pub(super) statement_id: String,
    pub(super) intent_sequence: u64,
    pub(super) grant: String,
    pub(super) vendor: String,
    pub(super) engagement: EntryEngagement,
    pub(super) sql: EntrySql,
    pub(super) objects: Vec<EntryObject>,
    pub(super) decision: EntryDecision,
    pub(super) credit: Option<EntryRows>,
    pub(super) result: Option<EntryRows>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EntryEngagement {
    pub(super) ticket: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EntrySql {
    pub(super) fingerprint: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EntryObject {
    pub(super) relation: String,
    pub(super) columns: Vec<EntryColumn>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EntryColumn {
    pub(super) name: String,
    pub(super) mask: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EntryDecision {
    pub(super) code: String,
    pub(super) object: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EntryRows {
    pub(super) rows: u64,
    pub(super) complete: bool,
}

impl Entry {
    /// The person of a statement or of a login.
    pub(super) fn person(&self) -> &EntryUser {
        if self.user.name.is_empty() { &self.actor.user } else { &self.user }
    }
}
