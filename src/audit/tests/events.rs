//! What records say, and in which order they stand.

use serde_json::{Value, json};

use super::support::*;
use crate::audit::*;
use crate::base::SqlState;

#[tokio::test]
async fn a_statement_leaves_intent_and_outcome_in_the_words_of_the_published_example() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let session = session();
    let event = intent(&session);
    let statement = event.statement.to_string();
    let receipt = journal.begin(event).await.unwrap().durable().await.unwrap();
    assert_eq!((receipt.credit().rows, receipt.statement().to_string()), (1000, statement.clone()));
    journal.finish(receipt, &outcome(204)).durable().await.unwrap();
    journal.close().await;

    let records = records(dir.path());
    assert_eq!(codes(&records), ["log.opened", "statement.intent", "statement.outcome"]);
    let (intent, end) = (&records[1], &records[2]);
    assert_eq!(intent["postern"]["credit"], json!({"rows": 1000, "bytes": 1_048_576, "durability": "fsync"}));
    assert_eq!(intent["postern"]["statement_id"], json!(statement));
    assert_eq!(intent["actor"]["app_name"], "Tableau 2026.2");
    for (pointer, expected) in [
        ("/metadata/version", json!("1.8.0")),
        ("/metadata/product/feature/name", json!("pg-proxy")),
        ("/metadata/correlation_uid", json!(statement)),
        ("/metadata/log_name", json!("postern.audit/prod")),
        ("/metadata/tenant_uid", json!("example-retail")),
        ("/metadata/sequence", json!(2)),
        ("/metadata/logged_time", json!(1_795_010_344_912_u64)),
        ("/class_uid", json!(6005)),
        ("/type_uid", json!(600_504)),
        ("/type_name", json!("Datastore Activity: Query")),
        ("/time", json!(1_795_010_344_912_u64)),
        ("/time_dt", json!("2026-11-18T13:59:04.912Z")),
        ("/duration", json!(808)),
        ("/status_id", json!(1)),
        ("/status_code", json!("00000")),
        (
            "/message",
            json!("jane.doe@acme-analytics.example read 204 rows from analytics.customers, analytics.orders under DATA-4312"),
        ),
        ("/action_id", json!(4)),
        ("/disposition_id", json!(1)),
        ("/actor/user/org/uid", json!("acme")),
        ("/actor/user/groups/0/name", json!("vendor_acme_analysts")),
        ("/actor/idp/name", json!("corp")),
        ("/actor/session/is_mfa", json!(true)),
        ("/actor/authorizations/1/policy/uid", json!("contract/orders-analytics")),
        ("/src_endpoint", json!({"ip": "203.0.113.9", "port": 51544})),
        ("/database/uid", json!("warehouse.internal:5432/dwh")),
        ("/table/name", json!("analytics.customers")),
        ("/query_info/uid", json!("fp:7c1d0e5a9b22f3e1")),
        ("/query_info/bytes", json!(8160)),
        ("/policy/version", json!("2026-11-18.3")),
        ("/postern/phase", json!("outcome")),
        ("/postern/intent_sequence", json!(1)),
        ("/postern/grant", json!("churn-2026q4")),
        ("/postern/vendor", json!("acme")),
        ("/postern/engagement/ticket", json!("DATA-4312")),
        ("/postern/protocol/parameter_types", json!(["timestamptz"])),
        ("/postern/sql/fingerprint", json!("7c1d0e5a9b22f3e1")),
        ("/postern/objects/0/columns/0", json!({"name": "id", "use": ["join"], "mask": "pseudonym"})),
        ("/postern/objects/0/columns/1/mask", Value::Null),
        ("/postern/objects/0/row_filters", json!(["deleted_at IS NULL"])),
        ("/postern/functions", json!(["pg_catalog.count"])),
        (
            "/postern/result",
            json!({"rows": 204, "bytes": 8160, "complete": true, "command_tag": "SELECT 204", "sqlstate": "00000"}),
        ),
        ("/postern/timing_us/upstream_first_byte", json!(790_144)),
        ("/postern/upstream/backend_pid", json!(30311)),
    ] {
        assert_eq!(end.pointer(pointer), Some(&expected), "{pointer}");
    }
}

#[tokio::test]
async fn a_refusal_is_durable_and_tells_hidden_from_missing() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    assert_eq!(journal.deny(&denied(&session())).await.unwrap(), 1);
    // Not closed: what `deny` waited for is in the file already.
    let refusal = &records(dir.path())[1];
    assert_eq!(refusal["metadata"]["event_code"], "statement.denied");
    assert_eq!((&refusal["action_id"], &refusal["disposition_id"], &refusal["status_id"]), (&json!(2), &json!(2), &json!(2)));
    assert_eq!(refusal["status_code"], "42703");
    assert_eq!(refusal["postern"]["decision"]["code"], "column_hidden");
    assert_eq!(refusal["postern"]["decision"]["object"], "customers.ssn");
    journal.close().await;
}

#[tokio::test]
async fn logins_and_reloads_are_records_too_and_foreign_text_is_tamed() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let session = session();
    let (time, policy) = (start_time(), policy_facts());
    for event in [
        NoteEvent::SessionStarted { session: session.clone(), time },
        login_failed(),
        NoteEvent::ConfigReloaded { time, policy: policy.clone() },
        NoteEvent::ConfigRejected { time, policy, reason: "policy.yaml:3:1: unknown key".to_owned() },
        NoteEvent::SessionEnded {
            session,
            time,
            sqlstate: SqlState::ADMIN_SHUTDOWN,
            reason: "the grant ended".to_owned(),
            statements: 3,
            rows: 99,
            bytes: 1000,
        },
    ] {
        journal.note(&event).await.unwrap();
    }
    journal.close().await;
    let records = records(dir.path());
    assert_eq!(
        codes(&records),
        ["log.opened", "session.start", "auth.failed", "config.reloaded", "config.rejected", "session.ended"]
    );
    let classes: Vec<u64> = records.iter().map(|record| record["class_uid"].as_u64().unwrap()).collect();
    assert_eq!(classes, [6002, 3002, 3002, 3004, 3004, 3002]);
    assert_eq!(records[2]["user"]["name"], "mallory\u{fffd}[2J");
    assert_eq!(records[2]["status_detail"], "unknown user");
    assert_eq!(records[5]["postern"]["totals"]["rows"], 99);
}

#[tokio::test]
async fn records_of_many_tasks_keep_each_tasks_order_and_gather_in_batches() {
    let dir = tempfile::tempdir().unwrap();
    let disk = TestDisk::default();
    let journal = disk.journal(dir.path());
    disk.with(|state| state.syncs = Some(1));
    let session = session();
    let mut intents = Vec::new();
    for _ in 0..200 {
        intents.push(journal.begin(intent(&session)).await.unwrap());
    }
    disk.with(|state| state.syncs = None);
    let mut sequences = Vec::new();
    for one in intents {
        let receipt = one.durable().await.unwrap();
        sequences.push(receipt.sequence());
        journal.finish(receipt, &outcome(1));
    }
    journal.close().await;
    assert!(sequences.windows(2).all(|pair| pair[0] < pair[1]));
    let stats = journal.stats();
    let batches = stats.batches.load(std::sync::atomic::Ordering::Relaxed);
    assert!(batches < 250, "{batches} batches for 401 records");
    assert_eq!(stats.open_intents.load(std::sync::atomic::Ordering::Relaxed), 0);
    disk.with(|state| disk_survives(&disk, state, dir.path()));
    let report = verify(dir.path()).unwrap();
    assert!(report.ok(), "{:?}", report.logs[0].problems);
    assert_eq!((report.logs[0].records, report.logs[0].open_intents), (401, 0));
}

#[tokio::test]
async fn the_end_of_a_statement_shares_the_write_of_the_next_one_and_goes_alone_only_when_somebody_waits() {
    let dir = tempfile::tempdir().unwrap();
    let linger = std::time::Duration::from_secs(86_400);
    let journal = Journal::open(&JournalSettings { linger, ..settings(dir.path()) }, clock().1).unwrap();
    let batches = || journal.stats().batches.load(std::sync::atomic::Ordering::Relaxed);
    let session = session();
    for number in 1..=20 {
        let receipt = journal.begin(intent(&session)).await.unwrap().durable().await.unwrap();
        assert_eq!(batches(), 1 + number);
        let ended = journal.finish(receipt, &outcome(1));
        if number == 20 {
            ended.durable().await.unwrap();
        }
    }
    assert_eq!(batches(), 1 + 20 + 1);
    journal.finish(journal.begin(intent(&session)).await.unwrap().durable().await.unwrap(), &outcome(1));
    journal.close().await;
    let codes: Vec<String> = codes(&records(dir.path())).into_iter().map(str::to_owned).collect();
    assert_eq!(codes.iter().filter(|code| *code == "statement.outcome").count(), 21, "closing leaves nothing behind");
}

#[tokio::test]
async fn the_end_of_a_statement_is_written_though_nobody_waits_and_nothing_follows() {
    let dir = tempfile::tempdir().unwrap();
    let disk = TestDisk::default();
    let journal = disk.journal(dir.path());
    let session = session();
    for round in 0..3 {
        let receipt = journal.begin(intent(&session)).await.unwrap().durable().await.unwrap();
        journal.finish(receipt, &outcome(1));
        disk.wait_for_head(1 + 3 * round + 2);
        // The writer dozes or sleeps by now.
        drop(journal.note(&NoteEvent::SessionStarted { session: session.clone(), time: start_time() }).await.unwrap());
        disk.wait_for_head(1 + 3 * round + 3);
    }
}

fn disk_survives(disk: &TestDisk, state: &DiskState, dir: &std::path::Path) {
    disk.survive(dir, &state.written, &state.head);
}
