//! What a day's limits go on from after a restart.

use std::time::Duration;

use super::support::*;
use crate::audit::*;
use crate::base::Timestamp;
use crate::runtime::ManualClock;

fn opened(dir: &std::path::Path, clock: &ManualClock) -> Journal {
    Journal::open(&JournalSettings { segment_bytes: 9_000, ..settings(dir) }, clock.clock()).unwrap()
}

fn of(grant: &str, person: &str) -> std::sync::Arc<SessionRecord> {
    let mut facts = session_facts("psql");
    (facts.grant, facts.person.user) = (grant.to_owned(), person.to_owned());
    SessionRecord::new(&facts)
}

fn spent(grant: &str, person: &str, rows: u64, bytes: u64) -> Spent {
    Spent { grant: grant.to_owned(), person: person.to_owned(), read: Credit { rows, bytes } }
}

const YESTERDAY: &str = "2026-11-17T23:59:00Z";
const TODAY: &str = "2026-11-18T00:00:00Z";

#[tokio::test]
async fn the_ends_of_a_day_are_added_up_by_grant_and_person_over_segments_and_starts() {
    let dir = tempfile::tempdir().unwrap();
    let clock = ManualClock::new(Timestamp::parse(YESTERDAY).unwrap());
    let journal = opened(dir.path(), &clock);
    for _ in 0..5 {
        run_statement(&journal, &of("churn", "jane"), 100).await;
    }
    journal.close().await;
    clock.advance(Duration::from_secs(60));
    for _ in 0..2 {
        let journal = opened(dir.path(), &clock);
        for rows in 0..5 {
            run_statement(&journal, &of("churn", "jane"), rows).await;
        }
        run_statement(&journal, &of("churn", "john"), 7).await;
        run_statement(&journal, &of("sales", "jane"), 1).await;
        journal.deny(&denied(&of("sales", "joan"))).await.unwrap();
        journal.close().await;
    }
    let journal = opened(dir.path(), &clock);
    let today = journal.spent_since(Timestamp::parse(TODAY).unwrap()).unwrap();
    assert_eq!(today, [spent("churn", "jane", 20, 800), spent("churn", "john", 14, 560), spent("sales", "jane", 2, 80)]);
    let ever = journal.spent_since(Timestamp::from_micros(0)).unwrap();
    assert_eq!(ever[0], spent("churn", "jane", 520, 20_800));
    clock.advance(Duration::from_secs(86_400));
    assert_eq!(journal.spent_since(clock.clock().now()).unwrap(), []);
    journal.close().await;
}

#[tokio::test]
async fn a_statement_that_a_crash_has_ended_counts_with_its_credit_on_the_day_of_the_crash() {
    for (at, expected) in [(YESTERDAY, vec![]), (TODAY, vec![spent("churn", "jane", 1010, 1_048_976)])] {
        let dir = tempfile::tempdir().unwrap();
        let disk = TestDisk::default();
        let clock = ManualClock::new(Timestamp::parse(at).unwrap());
        let journal = disk.journal_at(dir.path(), clock.clock());
        let jane = of("churn", "jane");
        run_statement(&journal, &jane, 10).await;
        let _open = journal.begin(intent(&jane)).await.unwrap().durable().await.unwrap();
        disk.wait_for_head(4);
        disk.with(|state| disk.survive(dir.path(), &state.written, &state.head));
        let clock = ManualClock::new(Timestamp::parse("2026-11-18T09:00:00Z").unwrap());
        let next = opened(dir.path(), &clock);
        assert_eq!(next.open_report().closed_intents, 1);
        assert_eq!(next.spent_since(Timestamp::parse(TODAY).unwrap()).unwrap(), expected, "{at}");
        next.close().await;
    }
}

#[tokio::test]
async fn a_damaged_day_is_an_error_and_not_a_smaller_sum() {
    let dir = tempfile::tempdir().unwrap();
    write_log(dir.path(), 20).await;
    let path = segment_paths(dir.path()).remove(0);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::write(&path, bytes).unwrap();
    let journal = open(dir.path());
    let told = journal.spent_since(Timestamp::from_micros(0)).unwrap_err();
    assert!(matches!(told, LogError::Damaged { .. }), "{told}");
    journal.close().await;
}
