//! A record before the writer has given it its number and time.

use std::io::Write as _;
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

/// What stands between the fields of `metadata` and those of `postern`.
const BETWEEN: &[u8] = b"},\"postern\":{";

/// A record on which is written in the order in which it is stored: `metadata`, `postern`, the other fields of the event.
pub(super) struct Sheet {
    json: Fields,
    metadata_end: usize,
}

impl Sheet {
    /// Begins with these fields of `metadata`; `room` bytes are expected in all.
    pub(super) fn new(metadata: &Fields, room: usize) -> Self {
        let mut json = Fields::with_room(room);
        json.raw(b"{\"metadata\":{").include(metadata);
        Self { json, metadata_end: 0 }
    }

    /// More fields of `metadata`.
    pub(super) fn metadata(&mut self) -> &mut Fields {
        &mut self.json
    }

    /// Goes on with `postern`.
    pub(super) fn postern(&mut self) -> &mut Fields {
        self.metadata_end = self.json.as_bytes().len();
        self.json.raw(BETWEEN)
    }

    /// Goes on with the fields of the event.
    pub(super) fn event(&mut self) -> &mut Fields {
        self.json.close()
    }

    pub(super) fn finish(self, kind: RecordKind, intent: Option<IntentSeq>) -> Draft {
        let Self { mut json, metadata_end } = self;
        json.close();
        Draft { kind, intent, json: json.into_bytes(), metadata_end }
    }
}

/// A rendered record that lacks `metadata.logged_time`, `metadata.sequence` and `postern.intent_sequence`.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) kind: RecordKind,
    /// The intent that this record opens (kind intent) or belongs to (kinds progress and outcome).
    pub(super) intent: Option<IntentSeq>,
    json: Vec<u8>,
    /// [`BETWEEN`] begins here.
    metadata_end: usize,
}

impl Draft {
    /// Puts a record together: `metadata`, `postern`, and the other fields of the event.
    pub(super) fn new(kind: RecordKind, intent: Option<IntentSeq>, metadata: &Fields, postern: &Fields, event: &Fields) -> Self {
        let parts = [metadata, postern, event];
        let mut sheet = Sheet::new(metadata, parts.iter().map(|part| part.as_bytes().len()).sum::<usize>() + INSERTED_BYTES);
        sheet.postern().include(postern);
        sheet.event().include(event);
        sheet.finish(kind, intent)
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
        self.json.len() + INSERTED_BYTES
    }

    /// Appends the record as it is stored.
    pub(super) fn complete(&self, seq: u64, time_us: u64, out: &mut Vec<u8>) {
        let (metadata, rest) = self.json.split_at_checked(self.metadata_end).unwrap_or_default();
        out.extend_from_slice(metadata);
        // Writing into a Vec cannot fail.
        let _written = write!(out, ",\"logged_time\":{},\"sequence\":{seq}", time_us / 1000);
        out.extend_from_slice(BETWEEN);
        if let (RecordKind::Outcome | RecordKind::Progress, Some(intent)) = (self.kind, &self.intent) {
            let _written = write!(out, "\"intent_sequence\":{},", intent.value());
        }
        out.extend_from_slice(rest.get(BETWEEN.len()..).unwrap_or_default());
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
        let mut json = Vec::new();
        draft.complete(42, 1_795_010_344_912_999, &mut json);
        assert!(json.len() <= draft.bytes());
        assert_eq!(
            std::str::from_utf8(&json).unwrap(),
            r#"{"metadata":{"version":"1.8.0","logged_time":1795010344912,"sequence":42},"postern":{"intent_sequence":41,"phase":"outcome"},"class_uid":6005}"#
        );
    }
}
