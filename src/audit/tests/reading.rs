//! Searching and following, at rest and while the log is written.

use std::fs;
use std::path::Path;

use super::support::*;
use crate::audit::*;
use crate::base::Timestamp;

fn found(dir: &Path, filter: &SearchFilter, format: RecordFormat) -> Vec<String> {
    let mut out = Vec::new();
    let end = search(dir, filter, format, &mut out).unwrap();
    assert!(end.damage.is_empty(), "{:?}", end.damage);
    let lines: Vec<String> = String::from_utf8(out).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(end.printed, lines.len() as u64);
    lines
}

#[tokio::test]
async fn a_statement_is_one_readable_line() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let (session, running) = (session(), intent(&session()));
    let event = intent(&session);
    let id = event.statement;
    let receipt = journal.begin(event).await.unwrap().durable().await.unwrap();
    journal.finish(receipt, &outcome(204));
    journal.deny(&denied(&session)).await.unwrap();
    let still = running.statement;
    let mut receipt = journal.begin(running).await.unwrap().durable().await.unwrap();
    receipt.credit_for(rows(2000)).await.unwrap();
    // The process that writes is still there.
    let lines =
        found(dir.path(), &SearchFilter { vendor: Some("acme".to_owned()), ..SearchFilter::default() }, RecordFormat::Text);
    assert_eq!(
        lines[0],
        format!(
            "2026-11-18T13:59:04.912Z allowed jane.doe@acme-analytics.example vendor=acme grant=churn-2026q4 ticket=DATA-4312 \
             analytics.customers[id(pseudonym),region] analytics.orders[customer_id(pseudonym)] rows=204 00000 fp:7c1d0e5a9b22f3e1 \
             id={id} SELECT c.region, count(*) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.region"
        )
    );
    assert!(
        lines[1].contains(" denied  jane.doe") && lines[1].contains("code=column_hidden object=customers.ssn 42703"),
        "{}",
        lines[1]
    );
    assert!(lines[2].contains(" running jane.doe") && lines[2].contains(&format!("rows=<=4000 fp:7c1d0e5a9b22f3e1 id={still}")));
    assert_eq!(lines.len(), 3);
    journal.finish(receipt, &outcome(2000));
    journal.close().await;
}

#[tokio::test]
async fn json_lines_are_the_stored_bytes() {
    let dir = tempfile::tempdir().unwrap();
    write_log(dir.path(), 8).await;
    let lines = found(dir.path(), &SearchFilter::default(), RecordFormat::Json);
    let records = records(dir.path());
    assert_eq!(lines.len(), records.len());
    assert!(segment_paths(dir.path()).len() > 1);
    let stored: Vec<u8> = segment_paths(dir.path()).iter().flat_map(|path| fs::read(path).unwrap()).collect();
    for line in &lines {
        assert!(stored.windows(line.len()).any(|window| window == line.as_bytes()));
    }
}

#[tokio::test]
async fn filters_choose_records() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let session = session();
    let event = intent(&session);
    let id = event.statement.to_string();
    let receipt = journal.begin(event).await.unwrap().durable().await.unwrap();
    journal.finish(receipt, &outcome(1));
    journal.deny(&denied(&session)).await.unwrap();
    journal.note(&login_failed()).await.unwrap();
    journal.close().await;
    let count = |filter: SearchFilter| found(dir.path(), &filter, RecordFormat::Json).len();
    let some = |text: &str| Some(text.to_owned());
    let when = |text: &str| Some(Timestamp::parse(text).unwrap());
    let none = SearchFilter::default;
    for (filter, expected) in [
        (none(), 5),
        (SearchFilter { person: some("Jane.Doe@acme-analytics.example"), ..none() }, 3),
        (SearchFilter { person: some("https://login.example-retail.com|00u9f3k2m1"), ..none() }, 3),
        (SearchFilter { person: some("jane"), ..none() }, 0),
        (SearchFilter { vendor: some("acme"), ..none() }, 3),
        (SearchFilter { vendor: some("globex"), ..none() }, 0),
        (SearchFilter { grant: some("churn-2026q4"), ..none() }, 4),
        (SearchFilter { relation: some("customers"), ..none() }, 3),
        (SearchFilter { relation: some("analytics.orders"), ..none() }, 2),
        (SearchFilter { column: some("ssn"), ..none() }, 1),
        (SearchFilter { relation: some("orders"), column: some("customer_id"), ..none() }, 2),
        (SearchFilter { relation: some("orders"), column: some("region"), ..none() }, 0),
        (SearchFilter { decision: Some(DecisionFilter::Denied), ..none() }, 2),
        (SearchFilter { decision: Some(DecisionFilter::Allowed), ..none() }, 2),
        (SearchFilter { since: when("2026-11-18T13:59:04.912Z"), ..none() }, 5),
        (SearchFilter { until: when("2026-11-18T13:59:04.912Z"), ..none() }, 0),
        (SearchFilter { statement: Some(id), ..none() }, 2),
        (SearchFilter { text: some("JOIN ORDERS"), ..none() }, 2),
        (SearchFilter { text: some("unknown user"), ..none() }, 1),
    ] {
        assert_eq!(count(filter.clone()), expected, "{filter:?}");
    }
}

#[tokio::test]
async fn segments_before_the_wanted_time_are_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let (manual, clock) = clock();
    let session = session();
    for _ in 0..3 {
        let journal = Journal::open(&settings(dir.path()), clock.clone()).unwrap();
        let event = IntentEvent { received: clock.now(), ..intent(&session) };
        let receipt = journal.begin(event).await.unwrap().durable().await.unwrap();
        journal.finish(receipt, &outcome(1));
        journal.close().await;
        manual.advance(std::time::Duration::from_secs(3600));
    }
    let since = parse_when("90m", clock.now()).unwrap();
    fs::write(&segment_paths(dir.path())[0], b"unreadable").unwrap();
    let lines = found(dir.path(), &SearchFilter { since: Some(since), ..SearchFilter::default() }, RecordFormat::Json);
    assert_eq!(lines.len(), 3, "opened, intent and outcome of the last hour");
}

#[tokio::test]
async fn a_damaged_place_is_told_and_the_rest_is_found() {
    let dir = tempfile::tempdir().unwrap();
    write_log(dir.path(), 3).await;
    let path = segment_paths(dir.path()).remove(0);
    let all = records(dir.path()).len() as u64;
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::remove_file(&path).unwrap();
    fs::write(&path, &bytes).unwrap();
    let mut out = Vec::new();
    let end = search(dir.path(), &SearchFilter::default(), RecordFormat::Json, &mut out).unwrap();
    assert_eq!((end.printed, end.damage.len()), (all - 1, 1));
    assert_eq!(end.damage[0].offset, 88);
}

#[tokio::test]
async fn tail_shows_the_last_lines_and_follows_over_segments() {
    let dir = tempfile::tempdir().unwrap();
    write_log(dir.path(), 9).await;
    let settings = JournalSettings { segment_bytes: 20_000, ..settings(dir.path()) };
    let journal = Journal::open(&settings, clock().1).unwrap();
    let session = session();
    let before = segment_paths(dir.path()).len();
    let options = TailOptions { lines: 4, filter: SearchFilter::default(), format: RecordFormat::Json };
    let all = records(dir.path()).len();

    let (path, shared) = (dir.path().to_owned(), std::sync::Arc::new(std::sync::Mutex::new(Vec::new())));
    let sink = shared.clone();
    let (ask, asked) = std::sync::mpsc::channel::<bool>();
    let (tell, told) = tokio::sync::mpsc::channel::<()>(1);
    let mut told = told;
    let follower = std::thread::spawn(move || {
        let mut out = Shared(sink);
        let mut wait = || {
            tell.blocking_send(()).unwrap();
            asked.recv().unwrap()
        };
        tail(&path, &options, &mut out, &mut wait).unwrap();
    });
    told.recv().await.unwrap();
    let sequences = |bytes: &[u8]| -> Vec<u64> {
        let lines = std::str::from_utf8(bytes).unwrap().lines();
        lines
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["metadata"]["sequence"].as_u64().unwrap())
            .collect()
    };
    let first = sequences(&shared.lock().unwrap());
    assert_eq!(first, (all as u64 - 4..all as u64).collect::<Vec<_>>());
    for _ in 0..10 {
        run_statement(&journal, &session, 10).await;
        ask.send(true).unwrap();
        told.recv().await.unwrap();
    }
    assert!(segment_paths(dir.path()).len() > before + 1);
    let now = records(dir.path()).len() as u64;
    let seen = sequences(&shared.lock().unwrap());
    assert_eq!(seen, (all as u64 - 4..now).collect::<Vec<_>>(), "nothing is missed or shown twice");
    ask.send(false).unwrap();
    follower.join().unwrap();
    journal.close().await;
}

#[tokio::test]
async fn tail_shows_a_half_written_record_once_it_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let disk = TestDisk::default();
    let journal = disk.journal(dir.path());
    run_statement(&journal, &session(), 10).await;
    journal.close().await;
    let whole = disk.with(|state| {
        disk.survive(dir.path(), &state.written, &state.head);
        state.written[&0].clone()
    });
    let path = segment_paths(dir.path()).remove(0);
    let mut cuts = vec![whole.len(), whole.len() - 1, whole.len() - 100, whole.len() - 100];
    let mut out = Vec::new();
    fs::write(&path, &whole[..whole.len() - 200]).unwrap();
    let options = TailOptions { lines: 10, filter: SearchFilter::default(), format: RecordFormat::Json };
    tail(dir.path(), &options, &mut out, &mut || {
        let cut = cuts.pop();
        if let Some(cut) = cut {
            // Overwritten in place, as a growing file is.
            let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
            std::os::unix::fs::FileExt::write_all_at(&file, &whole[..cut], 0).unwrap();
        }
        cut.is_some()
    })
    .unwrap();
    assert_eq!(String::from_utf8(out).unwrap().lines().count(), 3);
}

struct Shared(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
