//! Numbers that other rooms keep for themselves, read when a scrape asks for them.

use std::time::Duration;

use prometheus::proto::{Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType};

/// What the other rooms tell at one instant. What is `None` does not exist in this process, and is not exposed.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    pub journal: Option<JournalSample>,
    /// All warehouses together.
    pub pool: Option<PoolSample>,
    /// Since the oldest of the live catalogs in force was read.
    pub catalog_age: Option<Duration>,
    /// Plans in the cache.
    pub plans: Option<u64>,
    /// What the warehouses do not keep.
    pub broken: Option<BrokenSample>,
}

/// The audit journal.
#[derive(Clone, Debug, Default)]
pub struct JournalSample {
    /// Records that wait for the writer.
    pub queued: u64,
    pub records: u64,
    pub bytes: u64,
    pub batches: u64,
    pub open_intents: u64,
    /// Records that could not be written.
    pub lost: u64,
    pub segments: u64,
    /// The disk is full.
    pub full: bool,
    /// A write or sync failed, or the journal is closed.
    pub failed: bool,
    pub sync_sum: Duration,
    /// Ascending; not cumulative.
    pub sync: Vec<SyncBucket>,
}

/// Batches whose sync took at most `bound`; `None` is everything above.
#[derive(Clone, Copy, Debug)]
pub struct SyncBucket {
    pub bound: Option<Duration>,
    pub count: u64,
}

/// Connections to the warehouses.
#[derive(Clone, Copy, Debug, Default)]
pub struct PoolSample {
    pub in_use: u64,
    pub idle: u64,
    /// Statements that wait for a connection.
    pub waiting: u64,
}

/// Objects that are refused because the warehouses do not keep what the files say.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrokenSample {
    pub columns: u64,
    pub functions: u64,
    pub relations: u64,
    pub types: u64,
    /// Warehouses of which nothing is served.
    pub warehouses: u64,
}

impl Samples {
    pub(super) fn families(&self) -> Vec<MetricFamily> {
        let mut families = Vec::new();
        if let Some(journal) = &self.journal {
            families.extend(journal.families());
        }
        if let Some(pool) = &self.pool {
            families.extend(pool.families());
        }
        if let Some(age) = self.catalog_age {
            let help = "Age of the oldest live catalog in force, in seconds";
            families.push(gauge("postern_catalog_age_seconds", help, age.as_secs_f64()));
        }
        if let Some(plans) = self.plans {
            families.push(gauge("postern_plan_cache_entries", "Plans in the cache", number(plans)));
        }
        families.extend(self.broken.as_ref().map(BrokenSample::family));
        families
    }
}

impl BrokenSample {
    fn family(&self) -> MetricFamily {
        let kinds = [
            ("column", self.columns),
            ("function", self.functions),
            ("relation", self.relations),
            ("type", self.types),
            ("warehouse", self.warehouses),
        ];
        let help =
            "Objects that are refused because the warehouse does not keep what contract or configuration say, by kind (alarm)";
        labelled("postern_contract_broken_objects", help, "kind", kinds)
    }
}

impl JournalSample {
    fn families(&self) -> Vec<MetricFamily> {
        let failed = "1 when the audit journal takes nothing more for good (alarm)";
        vec![
            gauge("postern_audit_queue_depth", "Audit records that wait for the writer", number(self.queued)),
            counter("postern_audit_records_total", "Audit records written", self.records),
            counter("postern_audit_bytes_total", "Bytes of audit records written", self.bytes),
            counter("postern_audit_batches_total", "Batches of audit records written", self.batches),
            counter("postern_audit_segments_total", "Segments of the audit journal begun", self.segments),
            counter("postern_audit_lost_records_total", "Audit records that could not be written (alarm)", self.lost),
            gauge("postern_audit_open_intents", "Statements whose outcome is not recorded yet", number(self.open_intents)),
            gauge("postern_audit_full", "1 while the audit journal's disk is full (alarm)", flag(self.full)),
            gauge("postern_audit_failed", failed, flag(self.failed)),
            self.sync_family(),
        ]
    }

    fn sync_family(&self) -> MetricFamily {
        let mut histogram = Histogram::default();
        let mut cumulative = 0;
        let mut buckets = Vec::with_capacity(self.sync.len());
        for step in &self.sync {
            cumulative += step.count;
            // The encoder adds the bucket without a bound from the count.
            let Some(bound) = step.bound else { continue };
            let mut bucket = Bucket::default();
            bucket.set_upper_bound(bound.as_secs_f64());
            bucket.set_cumulative_count(cumulative);
            buckets.push(bucket);
        }
        histogram.set_bucket(buckets);
        histogram.set_sample_count(cumulative);
        histogram.set_sample_sum(self.sync_sum.as_secs_f64());
        let mut metric = Metric::default();
        metric.set_histogram(histogram);
        let help = "Time to make a batch of audit records durable, in seconds";
        family("postern_audit_sync_seconds", help, MetricType::HISTOGRAM, vec![metric])
    }
}

impl PoolSample {
    fn families(&self) -> Vec<MetricFamily> {
        let states = [("in_use", self.in_use), ("idle", self.idle)];
        vec![
            labelled("postern_pool_connections", "Connections to the warehouses", "state", states),
            gauge("postern_pool_waiting", "Statements that wait for a warehouse connection", number(self.waiting)),
        ]
    }
}

fn family(name: &str, help: &str, kind: MetricType, metrics: Vec<Metric>) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(name.to_owned());
    family.set_help(help.to_owned());
    family.set_field_type(kind);
    family.set_metric(metrics);
    family
}

/// A gauge with one label.
fn labelled(name: &str, help: &str, label: &str, values: impl IntoIterator<Item = (&'static str, u64)>) -> MetricFamily {
    let metric = |(value, count): (&str, u64)| {
        let mut pair = LabelPair::default();
        pair.set_name(label.to_owned());
        pair.set_value(value.to_owned());
        let mut metric = gauge_value(number(count));
        metric.set_label(vec![pair]);
        metric
    };
    family(name, help, MetricType::GAUGE, values.into_iter().map(metric).collect())
}

fn gauge(name: &str, help: &str, value: f64) -> MetricFamily {
    family(name, help, MetricType::GAUGE, vec![gauge_value(value)])
}

fn gauge_value(value: f64) -> Metric {
    let mut gauge = Gauge::default();
    gauge.set_value(value);
    Metric::from_gauge(gauge)
}

fn counter(name: &str, help: &str, value: u64) -> MetricFamily {
    let mut counter = Counter::default();
    counter.set_value(number(value));
    let mut metric = Metric::default();
    metric.set_counter(counter);
    family(name, help, MetricType::COUNTER, vec![metric])
}

const fn flag(raised: bool) -> f64 {
    if raised { 1.0 } else { 0.0 }
}

/// The exposition's only number type.
#[expect(clippy::as_conversions, reason = "beyond 2^53 a count loses its last digits, which is what the format can hold")]
const fn number(count: u64) -> f64 {
    count as f64
}
