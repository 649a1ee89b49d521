//! People, statements and disks for the tests of this room.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::audit::disk::{Disk, SegmentFile};
use crate::audit::frame::HEADER_BYTES;
use crate::audit::head::{Heads, SLOT_BYTES, SLOTS};
use crate::audit::layout::LogFolder;
use crate::audit::reader::{SegmentReader, Step};
use crate::audit::recovery::Recovered;
use crate::audit::*;
use crate::base::{SessionId, SqlState, Timestamp};
use crate::runtime::{Clock, ManualClock, ids};

pub(super) fn start_time() -> Timestamp {
    Timestamp::parse("2026-11-18T13:59:04.912Z").unwrap()
}

pub(super) fn session_facts(application_name: &str) -> SessionFacts {
    SessionFacts {
        session: ids::new_session_id(),
        started: start_time(),
        ends: Some(start_time().plus(Duration::from_secs(3600))),
        person: PersonFacts {
            uid: "https://login.example-retail.com|00u9f3k2m1".to_owned(),
            user: "jane.doe@acme-analytics.example".to_owned(),
            email: Some("jane.doe@acme-analytics.example".to_owned()),
            full_name: Some("Jane Doe".to_owned()),
            groups: vec!["vendor_acme_analysts".to_owned()],
            mfa: true,
            provider: "corp".to_owned(),
            issuer: "https://login.example-retail.com".to_owned(),
        },
        vendor: "acme".to_owned(),
        vendor_title: Some("Acme Analytics GmbH".to_owned()),
        grant: "churn-2026q4".to_owned(),
        ticket: Some("DATA-4312".to_owned()),
        purpose: Some("Weekly churn and cohort analysis".to_owned()),
        grant_ends: Some(start_time().plus(Duration::from_secs(86_400))),
        contracts: vec![ContractFacts { id: "orders-analytics".to_owned(), version: "2.1.0".to_owned() }],
        policy: policy_facts(),
        application_name: application_name.to_owned(),
        client_ip: "203.0.113.9".to_owned(),
        client_port: 51544,
        auth_method: "SCRAM-SHA-256".to_owned(),
        tls: Some("TLSv1.3".to_owned()),
        warehouse: WarehouseFacts {
            name: "production".to_owned(),
            host: "warehouse.internal".to_owned(),
            port: 5432,
            database: "dwh".to_owned(),
        },
    }
}

pub(super) fn policy_facts() -> PolicyFacts {
    PolicyFacts { name: "example-retail".to_owned(), uid: "sha256:0f1c".to_owned(), version: "2026-11-18.3".to_owned() }
}

pub(super) fn session() -> Arc<SessionRecord> {
    SessionRecord::new(&session_facts("Tableau 2026.2"))
}

pub(super) fn statement() -> Arc<StatementRecord> {
    let column = |name: &str, uses: &[&str], mask: Option<&str>| ColumnFacts {
        name: name.to_owned(),
        uses: uses.iter().map(|one| (*one).to_owned()).collect(),
        mask: mask.map(str::to_owned),
    };
    StatementRecord::new(&StatementFacts {
        kind: "select".to_owned(),
        summary: "SELECT customers orders".to_owned(),
        fingerprint: "7c1d0e5a9b22f3e1".to_owned(),
        text: Some(
            "SELECT c.region, count(*) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.region".to_owned(),
        ),
        literals: "parameterised".to_owned(),
        original_bytes: 141,
        rewritten_sha256: Some("3d6f".to_owned()),
        objects: vec![
            ObjectFacts {
                relation: "analytics.customers".to_owned(),
                oid: 16402,
                columns: vec![column("id", &["join"], Some("pseudonym")), column("region", &["output", "group"], None)],
                row_filters: vec!["deleted_at IS NULL".to_owned()],
            },
            ObjectFacts {
                relation: "analytics.orders".to_owned(),
                oid: 16410,
                columns: vec![column("customer_id", &["join"], Some("pseudonym"))],
                row_filters: vec![],
            },
        ],
        functions: vec!["pg_catalog.count".to_owned()],
        rule_path: vec!["grant/churn-2026q4".to_owned(), "contract/orders-analytics".to_owned()],
    })
}

pub(super) fn intent(session: &Arc<SessionRecord>) -> IntentEvent {
    IntentEvent {
        statement: ids::new_statement_id(),
        session: session.clone(),
        facts: statement(),
        protocol: ProtocolFacts {
            message: "extended",
            portal: String::new(),
            prepared: "S_3".to_owned(),
            parameter_types: vec!["timestamptz".to_owned()],
        },
        received: start_time(),
        row_limit: None,
    }
}

pub(super) fn denied(session: &Arc<SessionRecord>) -> DeniedEvent {
    DeniedEvent {
        statement: ids::new_statement_id(),
        session: session.clone(),
        facts: StatementRecord::new(&StatementFacts { kind: "select".to_owned(), ..StatementFacts::default() }),
        protocol: ProtocolFacts { message: "simple", ..ProtocolFacts::default() },
        received: start_time(),
        code: "column_hidden".to_owned(),
        object: Some("customers.ssn".to_owned()),
        rule_path: vec!["grant/churn-2026q4".to_owned()],
        sqlstate: SqlState::UNDEFINED_COLUMN,
        error: "column \"ssn\" does not exist".to_owned(),
    }
}

pub(super) fn outcome(rows: u64) -> Outcome {
    Outcome {
        rows,
        bytes: rows * 40,
        complete: true,
        command_tag: Some(format!("SELECT {rows}")),
        sqlstate: SqlState::SUCCESSFUL_COMPLETION,
        error: None,
        ended: start_time().plus(Duration::from_millis(808)),
        timings: Timings { parse: 212, decide: 44, audit_barrier: 0, upstream_first_byte: 790_144, total: 808_231 },
        upstream: Some(UpstreamRecord::new(&UpstreamFacts {
            role: "postern_ro".to_owned(),
            backend_pid: 30311,
            server_version: "15.20".to_owned(),
        })),
    }
}

pub(super) fn login_failed() -> NoteEvent {
    NoteEvent::LoginFailed {
        session: SessionId::new(ids::new_event_id()),
        time: start_time(),
        user: "mallory\u{1b}[2J".to_owned(),
        database: "churn-2026q4".to_owned(),
        application_name: "psql".to_owned(),
        client_ip: "198.51.100.7".to_owned(),
        client_port: 4711,
        auth_method: "SCRAM-SHA-256".to_owned(),
        sqlstate: SqlState::INVALID_PASSWORD,
        reason: "unknown user".to_owned(),
    }
}

pub(super) fn settings(dir: &Path) -> JournalSettings {
    JournalSettings { reserve_bytes: 0, tenant: "example-retail".to_owned(), ..JournalSettings::new(dir, "prod") }
}

pub(super) fn clock() -> (ManualClock, Clock) {
    let manual = ManualClock::new(start_time());
    let clock = manual.clock();
    (manual, clock)
}

pub(super) fn open(dir: &Path) -> Journal {
    Journal::open(&settings(dir), clock().1).unwrap()
}

/// So many rows of no bytes.
pub(super) fn rows(rows: u64) -> Credit {
    Credit { rows, bytes: 0 }
}

/// One statement from intent to outcome, waited for.
pub(super) async fn run_statement(journal: &Journal, session: &Arc<SessionRecord>, rows: u64) {
    let mut receipt = journal.begin(intent(session)).await.unwrap().durable().await.unwrap();
    receipt.credit_for(self::rows(rows)).await.unwrap();
    journal.finish(receipt, &outcome(rows)).durable().await.unwrap();
}

/// A closed log of several segments with `statements` statements, one denial and one session.
pub(super) async fn write_log(dir: &Path, statements: u64) {
    let settings = JournalSettings { segment_bytes: 40_000, ..settings(dir) };
    let journal = Journal::open(&settings, clock().1).unwrap();
    let session = session();
    journal.note(&NoteEvent::SessionStarted { session: session.clone(), time: start_time() }).await.unwrap();
    for rows in 0..statements {
        run_statement(&journal, &session, rows * 700).await;
    }
    journal.deny(&denied(&session)).await.unwrap();
    journal.close().await;
}

pub(super) fn segment_paths(dir: &Path) -> Vec<std::path::PathBuf> {
    LogFolder::open(&dir.join("prod")).unwrap().segments().unwrap().into_iter().map(|segment| segment.path).collect()
}

/// Every record, as stored.
pub(super) fn records(dir: &Path) -> Vec<Value> {
    let mut records = Vec::new();
    for path in segment_paths(dir) {
        let mut reader = SegmentReader::open(&path).unwrap();
        while let Step::Record { frame, .. } = reader.next().unwrap() {
            records.push(serde_json::from_slice(frame.public).unwrap());
        }
    }
    records
}

pub(super) fn codes(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["metadata"]["event_code"].as_str().unwrap()).collect()
}

/// What the log accounts for, by statement.
pub(super) fn accounted(records: &[Value]) -> BTreeMap<String, Credit> {
    let mut accounted: BTreeMap<String, Credit> = BTreeMap::new();
    for record in records {
        let postern = &record["postern"];
        let Some(statement) = postern["statement_id"].as_str() else { continue };
        let counted = |unit: &str| postern["credit"][unit].as_u64().max(postern["result"][unit].as_u64()).unwrap_or(0);
        let largest = accounted.entry(statement.to_owned()).or_default();
        *largest = Credit { rows: counted("rows").max(largest.rows), bytes: counted("bytes").max(largest.bytes) };
    }
    accounted
}

/// A disk in memory that knows what was written and what was synced, and that can stop or fail.
#[derive(Clone, Default)]
pub(super) struct TestDisk(Arc<(Mutex<DiskState>, Condvar)>);

#[derive(Default)]
pub(super) struct DiskState {
    pub(super) written: BTreeMap<u64, Vec<u8>>,
    pub(super) synced: BTreeMap<u64, Vec<u8>>,
    pub(super) head: Vec<u8>,
    /// Syncs that may still happen; `None` = any number.
    pub(super) syncs: Option<u64>,
    /// Bytes that still fit; `None` = any number.
    pub(super) room: Option<u64>,
    pub(super) reserve: u64,
    /// The next sync fails with this error.
    pub(super) fail_sync: Option<io::ErrorKind>,
    pub(super) writes: u64,
}

impl TestDisk {
    pub(super) fn with<T>(&self, change: impl FnOnce(&mut DiskState) -> T) -> T {
        let result = change(&mut self.0.0.lock().unwrap());
        self.0.1.notify_all();
        result
    }

    pub(super) fn journal(&self, dir: &Path) -> Journal {
        self.journal_at(dir, clock().1)
    }

    pub(super) fn journal_at(&self, dir: &Path, clock: Clock) -> Journal {
        let folder = LogFolder::open_or_create(dir, "prod", start_time()).unwrap();
        let disk = Box::new(self.clone());
        Journal::start(&settings(dir), clock, &folder, Recovered::default(), disk, None).unwrap()
    }

    /// Waits until `head` says that the log holds so many records: it is written after those who wait for a record are told.
    pub(super) fn wait_for_head(&self, records: u64) {
        let (lock, changed) = &*self.0;
        let mut state = lock.lock().unwrap();
        while Heads::read(&state.head).newest.is_none_or(|head| head.size() < records) {
            state = changed.wait(state).unwrap();
        }
    }

    /// Puts what survives into the folder of the journal.
    pub(super) fn survive(&self, dir: &Path, segments: &BTreeMap<u64, Vec<u8>>, head: &[u8]) {
        let folder = LogFolder::open_or_create(dir, "prod", start_time()).unwrap();
        for (first_seq, bytes) in segments {
            fs::write(folder.segment_path(*first_seq), bytes).unwrap();
        }
        fs::write(folder.head_path(), head).unwrap();
    }
}

impl Disk for TestDisk {
    fn create_segment(&mut self, first_seq: u64) -> io::Result<Box<dyn SegmentFile>> {
        self.with(|state| state.written.insert(first_seq, vec![0; HEADER_BYTES]));
        Ok(Box::new(TestSegment { disk: self.clone(), first_seq }))
    }

    fn write_head(&mut self, slot: usize, bytes: &[u8]) -> io::Result<()> {
        self.with(|state| {
            state.head.resize(SLOT_BYTES * SLOTS, 0);
            state.head[slot * SLOT_BYTES..][..SLOT_BYTES].copy_from_slice(bytes);
        });
        Ok(())
    }

    fn release_reserve(&mut self) -> io::Result<()> {
        self.with(|state| {
            let reserve = std::mem::take(&mut state.reserve);
            state.room = state.room.map(|room| room + reserve);
        });
        Ok(())
    }
}

struct TestSegment {
    disk: TestDisk,
    first_seq: u64,
}

impl SegmentFile for TestSegment {
    fn allocate(&mut self, _offset: u64, _len: u64) -> io::Result<()> {
        Ok(())
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.disk.with(|state| {
            state.writes += 1;
            let end = usize::try_from(offset).unwrap() + bytes.len();
            let file = state.written.get_mut(&self.first_seq).unwrap();
            let grown = end.saturating_sub(file.len()) as u64;
            if state.room.is_some_and(|room| room < grown) {
                // As a real disk does: half of it is written.
                let half = bytes.len() / 2;
                file.resize(file.len().max(end - bytes.len() + half), 0);
                file[end - bytes.len()..][..half].copy_from_slice(&bytes[..half]);
                return Err(io::ErrorKind::StorageFull.into());
            }
            state.room = state.room.map(|room| room - grown);
            file.resize(file.len().max(end), 0);
            file[end - bytes.len()..end].copy_from_slice(bytes);
            Ok(())
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        let (lock, changed) = &*self.disk.0;
        let mut state = lock.lock().unwrap();
        while state.syncs == Some(0) {
            state = changed.wait(state).unwrap();
        }
        state.syncs = state.syncs.map(|left| left - 1);
        if let Some(kind) = state.fail_sync {
            return Err(kind.into());
        }
        state.synced = state.written.clone();
        Ok(())
    }

    fn is_there(&self) -> io::Result<bool> {
        Ok(true)
    }

    fn seal(&mut self, len: u64) -> io::Result<()> {
        self.disk.with(|state| state.written.get_mut(&self.first_seq).unwrap().truncate(usize::try_from(len).unwrap()));
        Ok(())
    }
}
