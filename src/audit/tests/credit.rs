//! Rows and bytes that left never exceed those that the log accounts for, at whatever instant the process or the machine ends.

use std::collections::BTreeMap;
use std::fs;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;

use super::support::*;
use crate::audit::*;

/// What a session does next with one of its statements, and what the disk does.
#[derive(Clone, Debug)]
enum Act {
    Begin {
        row_limit: Option<u64>,
    },
    /// Polls what waits for its record.
    Poll,
    /// Lets rows out, as many as credit allows, at most this many.
    Release {
        statement: usize,
        rows: u64,
        row_bytes: u64,
    },
    AskAhead {
        statement: usize,
    },
    Finish {
        statement: usize,
    },
    Abandon {
        statement: usize,
    },
    /// The disk finishes a sync.
    Sync,
    /// Everything ends here; `torn` is how much of what was not synced reached the disk.
    Crash {
        torn: usize,
    },
}

fn act() -> impl Strategy<Value = Act> {
    let statement = 0_usize..4;
    prop_oneof![
        3 => prop_oneof![Just(None), (0_u64..5000).prop_map(Some)].prop_map(|row_limit| Act::Begin { row_limit }),
        4 => Just(Act::Poll),
        6 => (statement.clone(), 1_u64..2000, prop_oneof![Just(10), Just(5_000), Just(3_000_000)])
            .prop_map(|(statement, rows, row_bytes)| Act::Release { statement, rows, row_bytes }),
        4 => statement.clone().prop_map(|statement| Act::AskAhead { statement }),
        1 => statement.clone().prop_map(|statement| Act::Finish { statement }),
        1 => statement.prop_map(|statement| Act::Abandon { statement }),
        5 => Just(Act::Sync),
        2 => (0_usize..20_000).prop_map(|torn| Act::Crash { torn }),
    ]
}

type Waiting = Pin<Box<dyn Future<Output = Result<Receipt, AuditError>>>>;

struct Gate {
    disk: TestDisk,
    journal: Journal,
    dir: tempfile::TempDir,
    waiting: Vec<Waiting>,
    running: Vec<(Receipt, Credit)>,
    /// What clients hold, by statement.
    left: BTreeMap<String, Credit>,
}

impl Gate {
    fn open() -> Self {
        let (disk, dir) = (TestDisk::default(), tempfile::tempdir().unwrap());
        let journal = disk.journal(dir.path());
        disk.with(|state| state.syncs = Some(0));
        Self { disk, journal, dir, waiting: Vec::new(), running: Vec::new(), left: BTreeMap::new() }
    }

    fn act(&mut self, act: &Act) {
        let mut context = Context::from_waker(Waker::noop());
        match act {
            Act::Begin { row_limit } => {
                let event = IntentEvent { row_limit: *row_limit, ..intent(&session()) };
                let journal = self.journal.clone();
                self.waiting.push(Box::pin(async move { journal.begin(event).await?.durable().await }));
                self.act(&Act::Poll);
            }
            Act::Poll => {
                let mut still = Vec::new();
                for mut future in self.waiting.drain(..) {
                    match future.as_mut().poll(&mut context) {
                        Poll::Ready(receipt) => self.running.push((receipt.unwrap(), Credit::default())),
                        Poll::Pending => still.push(future),
                    }
                }
                self.waiting = still;
            }
            Act::Release { statement, rows, row_bytes } => {
                if let Some((receipt, released)) = self.running.get_mut(*statement) {
                    let row = Credit { rows: 1, bytes: *row_bytes };
                    let more = (0..*rows).map_while(|_| {
                        *released = Some(released.plus(row)).filter(|more| receipt.credit().covers(*more))?;
                        Some(())
                    });
                    more.for_each(drop);
                    self.left.insert(receipt.statement().to_string(), *released);
                }
            }
            Act::AskAhead { statement } => {
                if let Some((receipt, released)) = self.running.get_mut(*statement) {
                    receipt.ask_ahead(*released).unwrap();
                }
            }
            Act::Finish { statement } if *statement < self.running.len() => {
                let (receipt, released) = self.running.remove(*statement);
                let Credit { rows, bytes } = released;
                self.journal.finish(receipt, &Outcome { bytes, ..outcome(rows) });
            }
            Act::Abandon { statement } if *statement < self.running.len() => drop(self.running.remove(*statement)),
            Act::Finish { .. } | Act::Abandon { .. } => {}
            Act::Sync => self.disk.with(|state| state.syncs = state.syncs.map(|syncs| syncs.max(1))),
            Act::Crash { torn } => self.crash(*torn),
        }
    }

    /// What a machine leaves that ends now; then the next process opens it. This process goes on for the next act.
    fn crash(&self, torn: usize) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("prod/seg")).unwrap();
        fs::copy(self.dir.path().join("prod/log.toml"), dir.path().join("prod/log.toml")).unwrap();
        self.disk.with(|state| {
            let mut segments = state.synced.clone();
            for (first_seq, bytes) in &state.written {
                let synced = segments.entry(*first_seq).or_default();
                let reached = bytes.len().min(synced.len() + torn);
                synced.extend_from_slice(&bytes[synced.len()..reached]);
            }
            self.disk.survive(dir.path(), &segments, &state.head);
        });
        let journal = open(dir.path());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(journal.close());
        let records = records(dir.path());
        let accounted = accounted(&records);
        for (statement, left) in &self.left {
            let recorded = accounted.get(statement).copied().unwrap_or_default();
            assert!(recorded.covers(*left), "{statement}: {left:?} left, {recorded:?} is accounted for");
        }
        let report = verify(dir.path()).unwrap();
        assert!(report.ok(), "{:?}", report.logs[0].problems);
        assert_eq!(report.logs[0].open_intents, 0);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        // Lets the writer end.
        self.disk.with(|state| state.syncs = None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_that_left_are_accounted_for_after_a_crash_at_any_instant(acts in prop::collection::vec(act(), 10..80)) {
        let mut gate = Gate::open();
        for act in &acts {
            gate.act(act);
        }
        gate.crash(0);
    }
}

#[tokio::test]
async fn credit_grows_ahead_of_need_and_stops_at_the_row_limit() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let event = IntentEvent { row_limit: Some(10_000), ..intent(&session()) };
    let mut receipt = journal.begin(event).await.unwrap().durable().await.unwrap();
    assert_eq!(receipt.credit().rows, 1000);
    receipt.ask_ahead(rows(499)).unwrap();
    assert_eq!(receipt.credit_for(rows(1000)).await.unwrap().rows, 1000, "not asked for yet");
    receipt.ask_ahead(rows(500)).unwrap();
    assert_eq!(receipt.credit_for(rows(1001)).await.unwrap().rows, 4000);
    assert_eq!(receipt.credit_for(rows(9_999)).await.unwrap().rows, 10_000);
    assert!(matches!(receipt.credit_for(rows(10_001)).await, Err(AuditError::OverRowLimit { limit: 10_000 })));
    journal.finish(receipt, &outcome(10_000));
    journal.close().await;
    let credits: Vec<u64> =
        records(dir.path()).iter().filter_map(|record| record["postern"]["credit"]["rows"].as_u64()).collect();
    assert_eq!(credits, [1000, 4000, 10_000]);
    assert!(verify(dir.path()).unwrap().ok());
}

#[tokio::test]
async fn a_small_row_limit_bounds_the_first_credit() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let event = IntentEvent { row_limit: Some(7), ..intent(&session()) };
    let receipt = journal.begin(event).await.unwrap().durable().await.unwrap();
    assert_eq!(receipt.credit().rows, 7);
    journal.finish(receipt, &outcome(7));
    journal.close().await;
}
