//! What people have read since an instant, by grant: limits of the day go on from it after a restart.

use std::collections::BTreeMap;

use crate::base::Timestamp;

use super::credit::Credit;
use super::error::LogError;
use super::frame::{Frame, RecordKind};
use super::layout::{LogFolder, SegmentPath};
use super::ocsf::{CRASH, LOG_OPENED};
use super::reader::{SegmentReader, Step};
use super::record::Links;

/// What one person has read under one grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    pub grant: String,
    /// The user name of the login.
    pub person: String,
    pub read: Credit,
}

/// Adds up the ends of statements that were recorded at `since` or later. One that a crash has ended counts with all its credit, and at the
/// time of the last record before the restart: nobody knows a better one. The log has no open intents when the journal is open.
pub(super) fn spent(folder: &LogFolder, since: Timestamp) -> Result<Vec<Spent>, LogError> {
    let mut sum = Sum { since_us: u64::try_from(since.micros()).unwrap_or(0), last_us: 0, crash_us: 0, by: BTreeMap::new() };
    for segment in folder.segments_since(Some(since))? {
        sum.segment(&segment)?;
    }
    Ok(sum.by.into_iter().map(|((grant, person), read)| Spent { grant, person, read }).collect())
}

struct Sum {
    since_us: u64,
    /// When the last record was written.
    last_us: u64,
    /// The same, of the process before.
    crash_us: u64,
    by: BTreeMap<(String, String), Credit>,
}

impl Sum {
    fn segment(&mut self, segment: &SegmentPath) -> Result<(), LogError> {
        let damaged = |offset: u64, why: String| LogError::Damaged { path: segment.path.clone(), offset, why };
        let mut reader = SegmentReader::open(&segment.path)?;
        loop {
            match reader.next()? {
                Step::Record { offset, frame } => self.record(&frame).map_err(|why| damaged(offset, why))?,
                Step::End => return Ok(()),
                Step::Fault { offset, why } => return Err(damaged(offset, why.to_owned())),
            }
        }
    }

    fn record(&mut self, frame: &Frame<'_>) -> Result<(), String> {
        match frame.kind {
            RecordKind::Log => {
                if Links::read(frame.public)?.event_code == LOG_OPENED {
                    self.crash_us = self.last_us;
                }
            }
            RecordKind::Outcome if frame.time_us >= self.since_us => {
                let links = Links::read(frame.public)?;
                let ended_us = if links.status_detail == CRASH { self.crash_us } else { frame.time_us };
                if ended_us >= self.since_us {
                    let read = self.by.entry((links.grant.into_owned(), links.person.into_owned())).or_default();
                    *read = read.plus(links.result.unwrap_or_default());
                }
            }
            RecordKind::Outcome
            | RecordKind::Intent
            | RecordKind::Progress
            | RecordKind::Denied
            | RecordKind::Session
            | RecordKind::Admin
            | RecordKind::Finding => {}
        }
        self.last_us = frame.time_us;
        Ok(())
    }
}
