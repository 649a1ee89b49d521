//! How much of a result the record lets out, and how that grows: in steps, so that few records are needed and a crash overstates little.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Deserialize;

/// Rows that the intent alone lets out: enough for most results, so that they wait for one record only.
const FIRST_ROWS: u64 = 1_000;
/// Largest step by which rows grow: what a crash may overstate.
const STEP_ROWS: u64 = 50_000;
/// The same for bytes.
const FIRST_BYTES: u64 = 1024 * 1024;
const STEP_BYTES: u64 = 64 * 1024 * 1024;

/// Rows and bytes of a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Credit {
    pub rows: u64,
    pub bytes: u64,
}

impl Credit {
    /// What the intent lets out, where no more than `row_limit` rows may leave in all.
    pub(super) fn first(row_limit: u64) -> Self {
        let rows = FIRST_ROWS.min(row_limit);
        Self { rows, bytes: if rows == 0 { 0 } else { FIRST_BYTES } }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, more: Self) -> Self {
        Self { rows: self.rows.saturating_add(more.rows), bytes: self.bytes.saturating_add(more.bytes) }
    }

    /// Neither rows nor bytes of `wanted` are more.
    pub fn covers(self, wanted: Self) -> bool {
        wanted.rows <= self.rows && wanted.bytes <= self.bytes
    }

    /// The credit to ask for when `used` is about to leave or has left: more of what is half used up, the same of the rest.
    pub(super) fn grown(self, used: Self, row_limit: u64) -> Self {
        Self {
            rows: grown(self.rows, used.rows, FIRST_ROWS, STEP_ROWS).min(row_limit),
            bytes: grown(self.bytes, used.bytes, FIRST_BYTES, STEP_BYTES),
        }
    }
}

fn grown(credit: u64, used: u64, first: u64, step: u64) -> u64 {
    if used < credit / 2 {
        return credit;
    }
    credit.saturating_add(credit.saturating_mul(3).clamp(first, step)).max(used)
}

/// The credit of a statement that durable records cover. Clones share it; it only grows.
#[derive(Clone, Debug, Default)]
pub(super) struct Granted(Arc<Cells>);

#[derive(Debug, Default)]
struct Cells {
    rows: AtomicU64,
    bytes: AtomicU64,
}

impl Granted {
    pub(super) fn now(&self) -> Credit {
        Credit { rows: self.0.rows.load(Ordering::Acquire), bytes: self.0.bytes.load(Ordering::Acquire) }
    }

    /// A record of so much credit is durable.
    pub(super) fn raise(&self, credit: Credit) {
        self.0.rows.fetch_max(credit.rows, Ordering::AcqRel);
        self.0.bytes.fetch_max(credit.bytes, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_bytes_grow_each_by_its_own_use_up_to_the_limit_of_rows() {
        let first = Credit::first(10_000);
        assert_eq!(first, Credit { rows: 1_000, bytes: 1 << 20 });
        assert_eq!(first.grown(Credit { rows: 499, bytes: 0 }, 10_000), first);
        assert_eq!(first.grown(Credit { rows: 500, bytes: 0 }, 10_000), Credit { rows: 4_000, ..first });
        assert_eq!(first.grown(Credit { rows: 0, bytes: 1 << 19 }, 10_000), Credit { bytes: 4 << 20, ..first });
        let all = Credit { rows: 10_000, bytes: 1 << 20 };
        assert_eq!(all.grown(Credit { rows: 9_000, bytes: 0 }, 10_000), all, "no more rows than the limit");
        let large = Credit { rows: 9_000, bytes: 1 << 30 };
        assert!(first.grown(large, 10_000).covers(large), "a row that is larger than a step");
        assert_eq!(Credit::first(0), Credit::default());
    }

    #[test]
    fn neither_rows_nor_bytes_may_be_more() {
        let credit = Credit { rows: 2, bytes: 10 };
        assert!(credit.covers(credit));
        assert!(!credit.covers(Credit { rows: 3, ..credit }) && !credit.covers(Credit { bytes: 11, ..credit }));
    }
}
