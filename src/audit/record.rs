//! What readers of the log need of a stored record.

use std::borrow::Cow;

use serde::Deserialize;

/// How a record is tied to others.
#[derive(Debug)]
pub(super) struct Links<'a> {
    /// `metadata.sequence`.
    pub(super) sequence: u64,
    /// `postern.intent_sequence`.
    pub(super) intent: Option<u64>,
    /// `postern.statement_id`.
    pub(super) statement: Option<Cow<'a, str>>,
    /// `postern.credit.rows`.
    pub(super) credit: Option<u64>,
    /// `postern.result.rows`.
    pub(super) rows: Option<u64>,
}

impl<'a> Links<'a> {
    pub(super) fn read(public: &'a [u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Stored<'a> {
            metadata: Metadata,
            #[serde(borrow)]
            postern: Postern<'a>,
        }
        #[derive(Deserialize)]
        struct Metadata {
            sequence: u64,
        }
        #[derive(Deserialize)]
        struct Postern<'a> {
            intent_sequence: Option<u64>,
            #[serde(borrow)]
            statement_id: Option<Cow<'a, str>>,
            credit: Option<Rows>,
            result: Option<Rows>,
        }
        #[derive(Deserialize)]
        struct Rows {
            rows: u64,
        }
        let stored: Stored<'a> =
            serde_json::from_slice(public).map_err(|cause| format!("record is not what was written: {cause}"))?;
        Ok(Self {
            sequence: stored.metadata.sequence,
            intent: stored.postern.intent_sequence,
            statement: stored.postern.statement_id,
            credit: stored.postern.credit.map(|credit| credit.rows),
            rows: stored.postern.result.map(|result| result.rows),
        })
    }
}
