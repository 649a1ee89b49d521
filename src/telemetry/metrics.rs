//! Every metric: its name, its help, the method that moves it. docs/metrics.md is generated from here.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use prometheus::{Gauge, Histogram, HistogramOpts, IntCounter, IntGauge, Registry, TextEncoder};

use super::labels::{CacheResult, Decision, ReloadResult, SessionResult};
use super::samples::Samples;
use super::series::{PairSeries, Series};
use crate::base::Timestamp;
use crate::enforce::{DenialCode, StatementKind};
use crate::witness::DisagreementKind;

/// Upper bounds of durations, in seconds: from a cached answer on the same machine to the longest statement that guardrails allow by default.
const SECONDS: [f64; 16] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 300.0, 900.0];

/// The gate's metrics. Clones are the same metrics.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    sessions_active: IntGauge,
    sessions: Series<SessionResult>,
    statements: PairSeries<StatementKind, Decision>,
    denials: Series<DenialCode>,
    statement_seconds: Histogram,
    first_row_seconds: Histogram,
    rows: IntCounter,
    bytes: IntCounter,
    plan_cache: Series<CacheResult>,
    pool_wait_seconds: Histogram,
    reloads: Series<ReloadResult>,
    bad_revision: IntGauge,
    disagreements: Series<DisagreementKind>,
    certificate_not_after: Gauge,
    source: OnceLock<Box<dyn Fn() -> Samples + Send + Sync>>,
}

/// The metrics could not be registered or written; a mistake in this room.
#[derive(Debug, thiserror::Error)]
#[error("set up metrics")]
pub struct MetricsError(#[from] prometheus::Error);

impl std::fmt::Debug for Metrics {
    /// The numbers are read by [`Metrics::expose`].
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// All metrics at zero.
    ///
    /// # Errors
    /// When two of them have one name.
    pub fn new() -> Result<Self, MetricsError> {
        let registry = Registry::new();
        let r = &registry;
        build_info(r)?;
        let certificate_not_after = Gauge::new(
            "postern_certificate_not_after_seconds",
            "End of the server certificate, in seconds since 1970; 0 without TLS",
        )?;
        registry.register(Box::new(certificate_not_after.clone()))?;
        let inner = Inner {
            sessions_active: int_gauge(r, "postern_sessions_active", "Sessions that are open")?,
            sessions: Series::register(r, "postern_sessions_total", "Connections by what became of them", "result")?,
            statements: PairSeries::register(
                r,
                "postern_statements_total",
                "Statements by kind and by what became of them",
                ["kind", "decision"],
            )?,
            denials: Series::register(r, "postern_denials_total", "Refused statements by reason", "code")?,
            statement_seconds: histogram(
                r,
                "postern_statement_seconds",
                "Time from a statement's arrival to its end, in seconds",
            )?,
            first_row_seconds: histogram(
                r,
                "postern_first_row_seconds",
                "Time from a statement's arrival to its first row, in seconds",
            )?,
            rows: int_counter(r, "postern_rows_total", "Rows relayed to clients")?,
            bytes: int_counter(r, "postern_result_bytes_total", "Bytes of results relayed to clients")?,
            plan_cache: Series::register(r, "postern_plan_cache_total", "Look-ups in the plan cache", "result")?,
            pool_wait_seconds: histogram(
                r,
                "postern_pool_wait_seconds",
                "Time spent waiting for a warehouse connection, in seconds",
            )?,
            reloads: Series::register(r, "postern_policy_reload_total", "Reloads of the configuration", "result")?,
            bad_revision: int_gauge(
                r,
                "postern_policy_bad_revision",
                "1 while the latest configuration was rejected and the one before it is in force (alarm)",
            )?,
            disagreements: Series::register(
                r,
                "postern_witness_disagreements_total",
                "Statements refused because the two parsers read them differently (alarm)",
                "kind",
            )?,
            certificate_not_after,
            source: OnceLock::new(),
            registry,
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Names the source of what other rooms keep. The first call holds; later ones are ignored.
    pub fn sample_from(&self, source: impl Fn() -> Samples + Send + Sync + 'static) {
        self.0.source.get_or_init(|| Box::new(source));
    }

    /// A connection was let in; it counts as active until the value is dropped.
    #[must_use]
    pub fn session_established(&self) -> ActiveSession {
        self.0.sessions.add(SessionResult::Established);
        self.0.sessions_active.inc();
        ActiveSession(self.0.sessions_active.clone())
    }

    /// A connection was not let in.
    pub fn session_refused(&self, result: SessionResult) {
        self.0.sessions.add(result);
    }

    /// A statement ended or was refused.
    pub fn statement(&self, kind: StatementKind, decision: Decision, took: Duration) {
        self.0.statements.add(kind, decision);
        self.0.statement_seconds.observe(took.as_secs_f64());
    }

    /// A statement was refused; [`Metrics::statement`] counts it as well.
    pub fn denied(&self, code: DenialCode) {
        self.0.denials.add(code);
    }

    /// The first row of a statement left this long after the statement came.
    pub fn first_row(&self, after: Duration) {
        self.0.first_row_seconds.observe(after.as_secs_f64());
    }

    /// Rows left for a client.
    pub fn relayed(&self, rows: u64, bytes: u64) {
        self.0.rows.inc_by(rows);
        self.0.bytes.inc_by(bytes);
    }

    /// The plan cache was asked.
    pub fn plan_looked_up(&self, result: CacheResult) {
        self.0.plan_cache.add(result);
    }

    /// A warehouse connection came after this time.
    pub fn pool_waited(&self, span: Duration) {
        self.0.pool_wait_seconds.observe(span.as_secs_f64());
    }

    /// A new configuration was applied or rejected; the alarm holds until one is applied.
    pub fn policy_reloaded(&self, result: ReloadResult) {
        self.0.reloads.add(result);
        self.0.bad_revision.set(match result {
            ReloadResult::Applied => 0,
            ReloadResult::Rejected => 1,
        });
    }

    /// The two parsers disagreed.
    pub fn witness_disagreed(&self, kind: DisagreementKind) {
        self.0.disagreements.add(kind);
    }

    /// The server certificate in use ends then.
    #[expect(clippy::as_conversions, reason = "seconds since 1970 are far below 2^53")]
    pub fn certificate_ends(&self, not_after: Timestamp) {
        self.0.certificate_not_after.set((not_after.millis() / 1000) as f64);
    }

    /// All metrics in Prometheus' text format 0.0.4.
    ///
    /// # Errors
    /// When the text cannot be written: a mistake in this room.
    pub fn expose(&self) -> Result<String, MetricsError> {
        let mut families = self.0.registry.gather();
        families.extend(self.0.source.get().map(|source| source().families()).unwrap_or_default());
        families.sort_by(|a, b| a.name().cmp(b.name()));
        Ok(TextEncoder::new().encode_to_string(&families)?)
    }
}

/// Counts as an active session while it lives.
#[derive(Debug)]
pub struct ActiveSession(IntGauge);

impl Drop for ActiveSession {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn build_info(registry: &Registry) -> prometheus::Result<()> {
    let options = prometheus::Opts::new("postern_build_info", "The program's version; always 1")
        .const_label("version", env!("CARGO_PKG_VERSION"));
    let gauge = IntGauge::with_opts(options)?;
    gauge.set(1);
    registry.register(Box::new(gauge))
}

fn int_gauge(registry: &Registry, name: &str, help: &str) -> prometheus::Result<IntGauge> {
    let gauge = IntGauge::new(name, help)?;
    registry.register(Box::new(gauge.clone()))?;
    Ok(gauge)
}

fn int_counter(registry: &Registry, name: &str, help: &str) -> prometheus::Result<IntCounter> {
    let counter = IntCounter::new(name, help)?;
    registry.register(Box::new(counter.clone()))?;
    Ok(counter)
}

fn histogram(registry: &Registry, name: &str, help: &str) -> prometheus::Result<Histogram> {
    let histogram = Histogram::with_opts(HistogramOpts::new(name, help).buckets(SECONDS.to_vec()))?;
    registry.register(Box::new(histogram.clone()))?;
    Ok(histogram)
}

#[cfg(test)]
#[path = "metrics_tests.rs"]
mod tests;
