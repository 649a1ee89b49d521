//! The warehouse's plan is read here and told in the client's encoding, so it is asked for in UTF-8: it may hold hidden names that the client's encoding
//! cannot say, and the error would tell of them.

use crate::upstream::Words;

use super::conversation::{Flow, Session, Via};
use super::ending::Stop;
use super::transaction::Block;

/// What the warehouse speaks for a plan, and how far the change reaches.
#[derive(Debug)]
pub(super) struct Switched {
    is_local: bool,
}

impl Session {
    /// Before an EXPLAIN; `None` when nothing was to be changed.
    pub(super) async fn switch_to_utf8(&mut self, via: Via) -> Result<Option<Switched>, Stop> {
        if self.client.encoding().is_utf8() {
            return Ok(None);
        }
        // What is local to a transaction hides what the client has set for the session, and ends with it.
        let is_local = self.model.transaction.block() != Block::None;
        self.command(&Words::set("client_encoding", "UTF8", is_local), via).await?;
        Ok(Some(Switched { is_local }))
    }

    /// After it. A transaction that has failed, or will be made to, takes the change back by itself.
    pub(super) async fn switch_back(&mut self, switched: Option<Switched>, has_failed: bool, via: Via) -> Result<(), Stop> {
        let Some(Switched { is_local }) = switched else { return Ok(()) };
        let has_failed = has_failed || self.flow == Flow::Failed;
        let is_taken_back = has_failed && (is_local || via == Via::Extended);
        if is_taken_back || self.link.warehouse.is_none() {
            return Ok(());
        }
        let encoding = self.model.settings.by_name("client_encoding");
        self.command(&Words::set("client_encoding", &encoding, is_local), via).await.map(drop)
    }
}
