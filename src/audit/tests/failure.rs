//! Disks that are full or fail.

use std::io;

use super::support::*;
use crate::audit::*;
use crate::base::{SqlState, ToUserError};

#[tokio::test]
async fn a_failed_sync_ends_the_journal_for_good_and_is_never_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    let disk = TestDisk::default();
    let journal = disk.journal(dir.path());
    let session = session();
    let running = journal.begin(intent(&session)).await.unwrap().durable().await.unwrap();
    disk.with(|state| state.fail_sync = Some(io::ErrorKind::StorageFull));
    let refused = journal.begin(intent(&session)).await.unwrap().durable().await.unwrap_err();
    assert_eq!(refused.to_user_error().sqlstate, SqlState::IO_ERROR);
    let writes = disk.with(|state| {
        state.fail_sync = None;
        state.writes
    });
    assert_eq!(journal.begin(intent(&session)).await.unwrap_err().to_user_error().sqlstate, SqlState::IO_ERROR);
    assert_eq!(journal.deny(&denied(&session)).await.unwrap_err().to_user_error().sqlstate, SqlState::IO_ERROR);
    assert!(journal.finish(running, &outcome(5)).durable().await.is_err());
    journal.close().await;
    assert_eq!(journal.state(), JournalState::Failed);
    assert_eq!(disk.with(|state| state.writes), writes, "written again after a failed sync");
}

#[tokio::test]
async fn on_a_full_disk_running_statements_end_in_the_reserve_and_new_ones_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let disk = TestDisk::default();
    let journal = disk.journal(dir.path());
    let session = session();
    let mut running = journal.begin(intent(&session)).await.unwrap().durable().await.unwrap();
    disk.with(|state| {
        state.room = Some(1000);
        state.reserve = 100_000;
    });
    let refused = journal.begin(intent(&session)).await.unwrap().durable().await.unwrap_err();
    assert_eq!(refused.to_user_error().sqlstate, SqlState::DISK_FULL);
    assert_eq!(journal.state(), JournalState::Full);
    assert_eq!(running.credit_for(rows(5000)).await.unwrap_err().to_user_error().sqlstate, SqlState::DISK_FULL);
    assert_eq!(journal.begin(intent(&session)).await.unwrap_err().to_user_error().sqlstate, SqlState::DISK_FULL);
    journal.finish(running, &outcome(1000)).durable().await.unwrap();
    journal.close().await;
    disk.with(|state| disk.survive(dir.path(), &state.written, &state.head));
    assert_eq!(codes(&records(dir.path())), ["log.opened", "statement.intent", "statement.outcome"]);
    let report = verify(dir.path()).unwrap();
    assert!(report.ok(), "{:?}", report.logs[0].problems);
}

#[tokio::test]
async fn a_disk_without_any_room_left_fails_and_nothing_hangs() {
    let dir = tempfile::tempdir().unwrap();
    let disk = TestDisk::default();
    let journal = disk.journal(dir.path());
    let session = session();
    let running = journal.begin(intent(&session)).await.unwrap().durable().await.unwrap();
    disk.with(|state| state.room = Some(0));
    assert!(journal.begin(intent(&session)).await.unwrap().durable().await.is_err());
    assert!(journal.finish(running, &outcome(5)).durable().await.is_err());
    assert_eq!(journal.state(), JournalState::Failed);
    journal.close().await;
}

#[tokio::test]
async fn a_slow_disk_makes_new_statements_wait_and_never_the_end_of_running_ones() {
    let dir = tempfile::tempdir().unwrap();
    let disk = TestDisk::default();
    let settings = JournalSettings { queue_records: 2, ..settings(dir.path()) };
    let folder = crate::audit::layout::LogFolder::open_or_create(dir.path(), "prod", start_time()).unwrap();
    let recovered = crate::audit::recovery::Recovered::default();
    let journal = Journal::start(&settings, clock().1, &folder, recovered, Box::new(disk.clone()), None).unwrap();
    let session = session();
    let running = journal.begin(intent(&session)).await.unwrap().durable().await.unwrap();
    disk.with(|state| state.syncs = Some(0));
    let waiting = [journal.begin(intent(&session)).await.unwrap(), journal.begin(intent(&session)).await.unwrap()];
    let mut third = Box::pin(journal.begin(intent(&session)));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(third.as_mut().poll(&mut context).is_pending());
    let ended = journal.finish(running, &outcome(5));
    disk.with(|state| state.syncs = None);
    for intent in waiting {
        journal.finish(intent.durable().await.unwrap(), &outcome(0));
    }
    ended.durable().await.unwrap();
    journal.finish(third.await.unwrap().durable().await.unwrap(), &outcome(0));
    journal.close().await;
}

#[tokio::test]
async fn a_statement_that_was_refused_and_dropped_leaves_no_end_without_a_beginning() {
    let dir = tempfile::tempdir().unwrap();
    let disk = TestDisk::default();
    let journal = disk.journal(dir.path());
    disk.with(|state| {
        state.room = Some(1000);
        state.reserve = 100_000;
    });
    drop(journal.begin(intent(&session())).await.unwrap());
    journal.close().await;
    disk.with(|state| disk.survive(dir.path(), &state.written, &state.head));
    assert_eq!(codes(&records(dir.path())), ["log.opened"]);
    assert!(verify(dir.path()).unwrap().ok());
}

#[tokio::test]
async fn durability_os_never_waits_for_the_disk_and_says_so_in_every_record() {
    let dir = tempfile::tempdir().unwrap();
    let disk = TestDisk::default();
    disk.with(|state| state.syncs = Some(0));
    let settings = JournalSettings { durability: Durability::Os, ..settings(dir.path()) };
    let folder = crate::audit::layout::LogFolder::open_or_create(dir.path(), "prod", start_time()).unwrap();
    let recovered = crate::audit::recovery::Recovered::default();
    let journal = Journal::start(&settings, clock().1, &folder, recovered, Box::new(disk.clone()), None).unwrap();
    run_statement(&journal, &session(), 10).await;
    journal.close().await;
    disk.with(|state| disk.survive(dir.path(), &state.written, &state.head));
    let stored = records(dir.path());
    assert_eq!(stored[0]["postern"]["log"]["durability"], "os");
    assert_eq!(stored[1]["postern"]["credit"]["durability"], "os");

    // The machine ended and lost the last record: that is what `os` allows, and the log says so.
    let path = segment_paths(dir.path()).remove(0);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 8]).unwrap();
    let strict = JournalSettings { durability: Durability::Fsync, ..settings.clone() };
    assert!(Journal::open(&strict, clock().1).is_err());
    let journal = Journal::open(&settings, clock().1).unwrap();
    assert_eq!((journal.open_report().lost_records, journal.open_report().closed_intents), (1, 1));
    journal.close().await;
    assert!(verify(dir.path()).unwrap().ok());
}
