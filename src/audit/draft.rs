//! A record before the writer has given it its number and time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::AuditError;
use super::fields::Fields;
use super::frame::{FRAME_LIMIT_BYTES, RecordKind, frame_bytes};

/// Room for what [`Draft::complete`] inserts.
const INSERTED_BYTES: usize = 128;

/// The number of an intent, known once the writer has taken it. Outcomes are queued behind their intent, so they always read a number.
#[derive(Clone, Debug)]
pub(super) struct IntentSeq(Arc<AtomicU64>);

const UNWRITTEN: u64 = u64::MAX;

impl IntentSeq {
    /// Of an intent that has no number yet.
    pub(super) fn unwritten() -> Self {
        Self::known(UNWRITTEN)
    }

    pub(super) fn is_written(&self) -> bool {
        self.value() != UNWRITTEN
    }

    /// The intent was refused after all.
    pub(super) fn clear(&self) {
        self.set(UNWRITTEN);
    }

    pub(super) fn known(seq: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seq)))
    }

    pub(super) fn set(&self, seq: u64) {
        self.0.store(seq, Ordering::Release);
    }

    pub(super) fn value(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

/// A rendered record that lacks `metadata.logged_time`, `metadata.sequence` and `postern.intent_sequence`.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) kind: RecordKind,
    /// The intent that this record opens (kind intent) or belongs to (kinds progress and outcome).
    pub(super) intent: Option<IntentSeq>,
    /// `{"metadata":{…` without the closing brace.
    head: Vec<u8>,
    /// `…}` from behind `"postern":{` on.
    tail: Vec<u8>,
}

impl Draft {
    /// Puts a record together: `metadata`, `postern`, and the other fields of the event.
    pub(super) fn new(kind: RecordKind, intent: Option<IntentSeq>, metadata: &Fields, postern: &Fields, event: &Fields) -> Self {
        let mut head = Vec::with_capacity(metadata.as_bytes().len() + 16);
        head.extend_from_slice(b"{\"metadata\":{");
        head.extend_from_slice(metadata.as_bytes());
        let mut tail = Vec::with_capacity(postern.as_bytes().len() + event.as_bytes().len() + 4);
        tail.extend_from_slice(postern.as_bytes());
        tail.extend_from_slice(b"},");
        tail.extend_from_slice(event.as_bytes());
        tail.push(b'}');
        Self { kind, intent, head, tail }
    }

    /// The record fits a frame.
    pub(super) fn check_size(&self) -> Result<(), AuditError> {
        let bytes = self.bytes();
        if frame_bytes(bytes, 0) > FRAME_LIMIT_BYTES {
            return Err(AuditError::TooLarge { bytes });
        }
        Ok(())
    }

    /// Upper bound of the finished record's length.
    pub(super) fn bytes(&self) -> usize {
        self.head.len() + self.tail.len() + INSERTED_BYTES
    }

    /// The record as it is stored.
    pub(super) fn complete(&self, seq: u64, time_us: u64) -> Vec<u8> {
        let mut json = Vec::with_capacity(self.bytes());
        json.extend_from_slice(&self.head);
        json.extend_from_slice(format!(",\"logged_time\":{},\"sequence\":{seq}}},\"postern\":{{", time_us / 1000).as_bytes());
        if let (RecordKind::Outcome | RecordKind::Progress, Some(intent)) = (self.kind, &self.intent) {
            json.extend_from_slice(format!("\"intent_sequence\":{},", intent.value()).as_bytes());
        }
        json.extend_from_slice(&self.tail);
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_and_time_are_put_in_when_they_are_known() {
        let (mut metadata, mut postern, mut event) = (Fields::new(), Fields::new(), Fields::new());
        metadata.text("version", "1.8.0");
        postern.text("phase", "outcome");
        event.add("class_uid", &6005);
        let intent = IntentSeq::unwritten();
        let draft = Draft::new(RecordKind::Outcome, Some(intent.clone()), &metadata, &postern, &event);
        intent.set(41);
        let json = draft.complete(42, 1_795_010_344_912_999);
        assert!(json.len() <= draft.bytes());
        assert_eq!(
            std::str::from_utf8(&json).unwrap(),
            r#"{"metadata":{"version":"1.8.0","logged_time":1795010344912,"sequence":42},"postern":{"intent_sequence":41,"phase":"outcome"},"class_uid":6005}"#
        );
    }
}
