//! What operators see of a running gate: numbers with closed label sets, and a log without secrets.
//!
//! | file | what |
//! |---|---|
//! | `metrics` | every metric: name, help, the method that moves it |
//! | `labels` | the closed sets that labels are drawn from |
//! | `series` | counters by label, each series present from the start |
//! | `samples` | numbers that other rooms keep, read when a scrape asks |
//! | `log` | the log's format and level |

mod labels;
pub mod log;
mod metrics;
mod samples;
mod series;

pub use labels::{CacheResult, Decision, Label, ReloadResult, SessionResult};
pub use metrics::{ActiveSession, Metrics, MetricsError};
pub use samples::{BrokenSample, JournalSample, PoolSample, Samples, SyncBucket};
