//! What a scrape reads.

use std::fs;
use std::path::Path;

use super::*;
use crate::telemetry::{BrokenSample, JournalSample, PoolSample, SyncBucket};

/// The value of one series in an exposition.
fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find(|line| line.strip_prefix(series).is_some_and(|rest| rest.starts_with(' ')));
    line.unwrap_or_else(|| panic!("no {series} in:\n{text}")).rsplit(' ').next().unwrap().parse().unwrap()
}

fn with_samples() -> Metrics {
    let metrics = Metrics::new().unwrap();
    let bounds = [Some(Duration::from_millis(1)), Some(Duration::from_millis(5)), None];
    let sync = bounds.into_iter().zip([3, 2, 1]).map(|(bound, count)| SyncBucket { bound, count }).collect();
    let journal = JournalSample {
        queued: 4,
        batches: 6,
        failed: true,
        sync_sum: Duration::from_millis(30),
        sync,
        ..JournalSample::default()
    };
    metrics.sample_from(move || Samples {
        journal: Some(journal.clone()),
        pool: Some(PoolSample { in_use: 7, idle: 2, waiting: 1 }),
        catalog_age: Some(Duration::from_secs(90)),
        plans: Some(12),
        broken: Some(BrokenSample { columns: 2, relations: 1, ..BrokenSample::default() }),
    });
    metrics
}

#[test]
fn every_series_is_there_before_its_first_event() {
    let text = Metrics::new().unwrap().expose().unwrap();
    assert_eq!(value(&text, "postern_witness_disagreements_total{kind=\"differs\"}"), 0.0);
    assert_eq!(value(&text, "postern_statements_total{decision=\"denied\",kind=\"select\"}"), 0.0);
    assert_eq!(value(&text, "postern_policy_bad_revision"), 0.0);
    assert_eq!(value(&text, concat!("postern_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}")), 1.0);
}

#[test]
fn events_are_counted_where_they_belong() {
    let metrics = Metrics::new().unwrap();
    metrics.statement(StatementKind::Select, Decision::Allowed, Duration::from_millis(3));
    metrics.statement(StatementKind::Select, Decision::Denied, Duration::from_micros(100));
    metrics.denied(DenialCode::ColumnHidden);
    metrics.first_row(Duration::from_millis(2));
    metrics.relayed(10, 2_000);
    metrics.relayed(5, 500);
    metrics.plan_looked_up(CacheResult::Hit);
    metrics.session_refused(SessionResult::LoginFailed);
    metrics.witness_disagreed(DisagreementKind::Unreadable);
    metrics.certificate_ends(Timestamp::parse("2030-01-01T00:00:00Z").unwrap());
    let text = metrics.expose().unwrap();
    assert_eq!(value(&text, "postern_statements_total{decision=\"allowed\",kind=\"select\"}"), 1.0);
    assert_eq!(value(&text, "postern_statements_total{decision=\"denied\",kind=\"select\"}"), 1.0);
    assert_eq!(value(&text, "postern_denials_total{code=\"column_hidden\"}"), 1.0);
    assert_eq!(value(&text, "postern_statement_seconds_bucket{le=\"0.0005\"}"), 1.0);
    assert_eq!(value(&text, "postern_statement_seconds_count"), 2.0);
    assert_eq!(value(&text, "postern_first_row_seconds_count"), 1.0);
    assert_eq!((value(&text, "postern_rows_total"), value(&text, "postern_result_bytes_total")), (15.0, 2_500.0));
    assert_eq!(value(&text, "postern_plan_cache_total{result=\"hit\"}"), 1.0);
    assert_eq!(value(&text, "postern_sessions_total{result=\"login_failed\"}"), 1.0);
    assert_eq!(value(&text, "postern_witness_disagreements_total{kind=\"unreadable\"}"), 1.0);
    assert_eq!(value(&text, "postern_certificate_not_after_seconds"), 1_893_456_000.0);
}

#[test]
fn a_session_is_active_as_long_as_its_value_lives() {
    let metrics = Metrics::new().unwrap();
    let (first, second) = (metrics.session_established(), metrics.session_established());
    assert_eq!(value(&metrics.expose().unwrap(), "postern_sessions_active"), 2.0);
    drop(first);
    assert_eq!(value(&metrics.expose().unwrap(), "postern_sessions_active"), 1.0);
    drop(second);
    let text = metrics.expose().unwrap();
    assert_eq!(value(&text, "postern_sessions_active"), 0.0);
    assert_eq!(value(&text, "postern_sessions_total{result=\"established\"}"), 2.0);
}

#[test]
fn a_rejected_configuration_raises_the_alarm_until_one_is_applied() {
    let metrics = Metrics::new().unwrap();
    metrics.policy_reloaded(ReloadResult::Rejected);
    assert_eq!(value(&metrics.expose().unwrap(), "postern_policy_bad_revision"), 1.0);
    metrics.policy_reloaded(ReloadResult::Applied);
    let text = metrics.expose().unwrap();
    assert_eq!(value(&text, "postern_policy_bad_revision"), 0.0);
    assert_eq!(value(&text, "postern_policy_reload_total{result=\"rejected\"}"), 1.0);
}

#[test]
fn what_other_rooms_keep_is_read_at_the_scrape() {
    let text = with_samples().expose().unwrap();
    assert_eq!(value(&text, "postern_audit_queue_depth"), 4.0);
    assert_eq!(value(&text, "postern_audit_failed"), 1.0);
    assert_eq!(value(&text, "postern_audit_sync_seconds_bucket{le=\"0.001\"}"), 3.0);
    assert_eq!(value(&text, "postern_audit_sync_seconds_bucket{le=\"0.005\"}"), 5.0);
    assert_eq!(value(&text, "postern_audit_sync_seconds_bucket{le=\"+Inf\"}"), 6.0);
    assert_eq!(value(&text, "postern_audit_sync_seconds_count"), 6.0);
    assert_eq!(value(&text, "postern_pool_connections{state=\"in_use\"}"), 7.0);
    assert_eq!(value(&text, "postern_catalog_age_seconds"), 90.0);
    assert_eq!(value(&text, "postern_plan_cache_entries"), 12.0);
    assert_eq!(value(&text, "postern_contract_broken_objects{kind=\"column\"}"), 2.0);
    assert_eq!(value(&text, "postern_contract_broken_objects{kind=\"warehouse\"}"), 0.0);
}

/// The page for operators, from what a scrape says of itself. `POSTERN_WRITE_DOCS=1 cargo test --lib telemetry` writes it anew.
#[test]
fn the_page_of_metrics_is_up_to_date() {
    let text = with_samples().expose().unwrap();
    let mut page = String::from(
        "# Metrics\n\nServed at `/metrics` of the admin listener, in Prometheus' text format. \
         Labels come from closed sets; no person, grant, relation or text of a statement is a label.\n\n\
         | metric | kind | meaning |\n|---|---|---|\n",
    );
    for line in text.lines() {
        let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) else { continue };
        let kind = text.lines().find_map(|line| line.strip_prefix(&format!("# TYPE {name} "))).unwrap();
        page.push_str(&format!("| `{name}` | {kind} | {help} |\n"));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    if std::env::var_os("POSTERN_WRITE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), page, "docs/metrics.md is not what the program says");
}

#[test]
fn every_alarm_asks_for_a_metric_that_is_there() {
    let alarms = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("config/prometheus/alerts.yml")).unwrap();
    let text = with_samples().expose().unwrap();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let names: Vec<&str> = alarms.split(|c| !is_word(c)).filter(|word| word.starts_with("postern_")).collect();
    assert!(names.len() >= 8, "{names:?}");
    for name in names {
        assert!(text.contains(&format!("# TYPE {name} ")), "{name}");
    }
}
