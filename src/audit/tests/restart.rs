//! What the next process finds and does.

use std::fs;

use serde_json::json;

use super::support::*;
use crate::audit::layout::LogFolder;
use crate::audit::recovery::recover;
use crate::audit::*;

/// Leaves a log as `kill -9` leaves it: open intents, no seal, the space set aside still behind the records.
async fn killed(dir: &std::path::Path, disk: &TestDisk) -> Vec<String> {
    let journal = disk.journal(dir);
    let session = session();
    run_statement(&journal, &session, 10).await;
    let quiet = journal.begin(intent(&session)).await.unwrap().durable().await.unwrap();
    let mut long = journal.begin(intent(&session)).await.unwrap().durable().await.unwrap();
    long.credit_for(Credit { rows: 3000, bytes: 3 << 20 }).await.unwrap();
    let ids = vec![quiet.statement().to_string(), long.statement().to_string()];
    disk.wait_for_head(6);
    disk.with(|state| disk.survive(dir, &state.written, &state.head));
    ids
}

#[tokio::test]
async fn statements_without_outcome_are_closed_as_unknown_with_their_last_credit() {
    let dir = tempfile::tempdir().unwrap();
    let disk = TestDisk::default();
    let ids = killed(dir.path(), &disk).await;
    assert_eq!(verify(dir.path()).unwrap().logs[0].open_intents, 2);
    let journal = open(dir.path());
    assert_eq!(journal.open_report().closed_intents, 2);
    journal.close().await;
    let records = records(dir.path());
    let tail: Vec<&str> = codes(&records).split_off(6);
    assert_eq!(tail, ["log.opened", "log.recovered", "statement.outcome", "statement.outcome"]);
    for (record, (id, credit)) in records[8..].iter().zip(ids.iter().zip([(1000, 1 << 20), (4000, 4 << 20)])) {
        let (rows, bytes) = credit;
        assert_eq!(record["postern"]["statement_id"], json!(id));
        assert_eq!(record["postern"]["result"], json!({"rows": rows, "bytes": bytes, "complete": false, "certainty": "at most"}));
        assert_eq!((&record["status"], &record["status_detail"]), (&json!("Unknown"), &json!("unknown (crash)")));
        assert_eq!(record["postern"]["objects"][0]["relation"], "analytics.customers");
        assert_eq!(record["actor"]["app_name"], "Tableau 2026.2");
        assert!(record["postern"].get("credit").is_none());
    }
    let report = verify(dir.path()).unwrap();
    assert!(report.ok(), "{:?}", report.logs[0].problems);
    assert_eq!(report.logs[0].open_intents, 0);
}

#[tokio::test]
async fn a_tail_cut_at_any_byte_loses_only_the_torn_record() {
    let dir = tempfile::tempdir().unwrap();
    let disk = TestDisk::default();
    killed(dir.path(), &disk).await;
    let folder = LogFolder::open(&dir.path().join("prod")).unwrap();
    let path = folder.segment_path(0);
    let whole = fs::read(&path).unwrap();
    let mut ends = Vec::new();
    let mut reader = crate::audit::reader::SegmentReader::open(&path).unwrap();
    while let crate::audit::reader::Step::Record { .. } = reader.next().unwrap() {
        ends.push(usize::try_from(reader.offset()).unwrap());
    }
    let step = whole.len() / 700;
    let mut tried = 0;
    for cut in (88..whole.len()).step_by(step) {
        // As after a crash of the machine: `head` was not written yet.
        let case = tempfile::tempdir().unwrap();
        copy_log(dir.path(), case.path());
        fs::remove_file(case.path().join("prod/head")).unwrap();
        let path = case.path().join("prod/seg/00000000000000000000.plog");
        fs::write(&path, &whole[..cut]).unwrap();
        let recovered = recover(&LogFolder::open(&case.path().join("prod")).unwrap(), Durability::Fsync).unwrap();
        let kept = ends.iter().filter(|end| **end <= cut).count() as u64;
        let last = ends.iter().rfind(|end| **end <= cut).copied().unwrap_or(88);
        assert_eq!(recovered.tree.size(), kept, "cut at {cut}");
        assert_eq!(recovered.dropped_bytes, torn_bytes(&whole[last..cut]), "cut at {cut}");
        if tried % 50 == 0 {
            open(case.path()).close().await;
            assert!(verify(case.path()).unwrap().ok(), "cut at {cut}");
        }
        tried += 1;
    }
    assert!(tried >= 600, "{tried}");
}

fn torn_bytes(torn: &[u8]) -> u64 {
    torn.iter().rposition(|byte| *byte != 0).map_or(0, |last| last as u64 + 1)
}

#[tokio::test]
async fn a_lost_end_is_an_error_and_not_a_torn_record() {
    let dir = tempfile::tempdir().unwrap();
    let disk = TestDisk::default();
    killed(dir.path(), &disk).await;
    let path = dir.path().join("prod/seg/00000000000000000000.plog");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 8]).unwrap();
    let refused = Journal::open(&settings(dir.path()), clock().1).unwrap_err();
    assert!(matches!(refused, LogError::Damaged { .. } | LogError::Lost { .. }), "{refused}");
    assert!(refused.to_string().contains("00000000000000000000.plog") || refused.to_string().contains("prod"), "{refused}");
    assert_eq!(fs::read(&path).unwrap().len(), whole.len() - 8, "evidence was changed");
    fs::remove_file(&path).unwrap();
    assert!(matches!(Journal::open(&settings(dir.path()), clock().1), Err(LogError::Lost { found: 0, .. })));
}

#[tokio::test]
async fn damage_in_the_middle_refuses_to_start_and_names_file_and_byte() {
    let dir = tempfile::tempdir().unwrap();
    let disk = TestDisk::default();
    killed(dir.path(), &disk).await;
    let path = dir.path().join("prod/seg/00000000000000000000.plog");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(&path, &bytes).unwrap();
    for with_head in [true, false] {
        if !with_head {
            fs::remove_file(dir.path().join("prod/head")).unwrap();
        }
        let refused = Journal::open(&settings(dir.path()), clock().1).unwrap_err().to_string();
        assert!(refused.contains("00000000000000000000.plog") && refused.contains("at byte"), "{refused}");
        assert_eq!(fs::read(&path).unwrap(), bytes, "evidence was changed");
    }
}

#[tokio::test]
async fn a_segment_that_was_only_begun_is_taken_away() {
    for header in [vec![], vec![0; 4096], b"PSTNLOG1\x01".to_vec()] {
        let dir = tempfile::tempdir().unwrap();
        write_log(dir.path(), 2).await;
        let next = records(dir.path()).len() as u64;
        let folder = LogFolder::open(&dir.path().join("prod")).unwrap();
        fs::write(folder.segment_path(next), &header).unwrap();
        assert!(verify(dir.path()).unwrap().ok());
        let journal = open(dir.path());
        assert_eq!(journal.open_report().first_sequence, next);
        journal.close().await;
        assert!(verify(dir.path()).unwrap().ok());
    }
}

#[tokio::test]
async fn a_log_goes_on_over_many_starts_and_segments() {
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..5 {
        write_log(dir.path(), 6).await;
    }
    let report = verify(dir.path()).unwrap();
    assert!(report.ok(), "{:?}", report.logs[0].problems);
    assert!(report.logs[0].segments > 5);
    assert!(codes(&records(dir.path())).contains(&"log.sealed"));
    assert_eq!(report.logs[0].open_intents, 0);
    assert!(!codes(&records(dir.path())).contains(&"log.recovered"), "closed in order");
}

#[tokio::test]
async fn one_process_at_a_time_holds_a_log() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    assert!(matches!(Journal::open(&settings(dir.path()), clock().1), Err(LogError::InUse { .. })));
    assert!(verify(dir.path()).unwrap().logs[0].being_written);
    journal.close().await;
    open(dir.path()).close().await;
}

#[tokio::test]
async fn a_log_that_is_taken_away_takes_no_statement() {
    for durability in [Durability::Fsync, Durability::Os] {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(&JournalSettings { durability, ..settings(dir.path()) }, clock().1).unwrap();
        run_statement(&journal, &session(), 1).await;
        fs::remove_dir_all(dir.path().join("prod")).unwrap();
        let refused = journal.begin(intent(&session())).await.unwrap().durable().await.unwrap_err();
        assert!(matches!(refused, AuditError::Io(_)), "{refused}");
        assert!(matches!(journal.begin(intent(&session())).await, Err(AuditError::Io(_))));
        journal.close().await;
    }
}

#[tokio::test]
async fn a_statement_whose_record_was_not_waited_for_ends_with_what_is_known() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let intent = journal.begin(intent(&session())).await.unwrap();
    journal.finish_unread(intent, &outcome(0));
    journal.close().await;
    let records = records(dir.path());
    assert_eq!(codes(&records), ["log.opened", "statement.intent", "statement.outcome"]);
    assert_eq!(records[2]["status_code"], "00000");
    assert!(verify(dir.path()).unwrap().ok());
}

#[tokio::test]
async fn what_a_session_drops_unfinished_is_closed_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let session = session();
    drop(journal.begin(intent(&session)).await.unwrap());
    drop(journal.begin(intent(&session)).await.unwrap().durable().await.unwrap());
    journal.close().await;
    let records = records(dir.path());
    let ends: Vec<_> = records.iter().filter(|record| record["postern"]["phase"] == "outcome").collect();
    assert_eq!(ends.len(), 2);
    assert_eq!(ends[0]["postern"]["result"]["rows"], 0);
    assert_eq!(ends[1]["postern"]["result"]["rows"], 1000);
    assert_eq!(ends[1]["status_detail"], "unknown (abandoned)");
    assert!(verify(dir.path()).unwrap().ok());
}

fn copy_log(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to.join("prod/seg")).unwrap();
    for file in ["log.toml", "head"] {
        fs::copy(from.join("prod").join(file), to.join("prod").join(file)).unwrap();
    }
}
