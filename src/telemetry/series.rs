//! Counters by label, each series present at zero from the start, so that a first event is a rise and not a new line.

use std::marker::PhantomData;

use prometheus::{IntCounterVec, Opts, Registry};

use super::labels::Label;

/// One counter per label of a closed set.
pub(super) struct Series<L> {
    counters: IntCounterVec,
    labels: PhantomData<fn(L)>,
}

impl<L: Label> Series<L> {
    pub(super) fn register(registry: &Registry, name: &str, help: &str, label: &str) -> prometheus::Result<Self> {
        let counters = IntCounterVec::new(Opts::new(name, help), &[label])?;
        registry.register(Box::new(counters.clone()))?;
        for value in L::ALL {
            counters.get_metric_with_label_values(&[value.word()])?.inc_by(0);
        }
        Ok(Self { counters, labels: PhantomData })
    }

    pub(super) fn add(&self, label: L) {
        self.counters.with_label_values(&[label.word()]).inc();
    }
}

/// One counter per pair of labels of two closed sets.
pub(super) struct PairSeries<L, R> {
    counters: IntCounterVec,
    labels: PhantomData<fn(L, R)>,
}

impl<L: Label, R: Label> PairSeries<L, R> {
    pub(super) fn register(registry: &Registry, name: &str, help: &str, labels: [&str; 2]) -> prometheus::Result<Self> {
        let counters = IntCounterVec::new(Opts::new(name, help), &labels)?;
        registry.register(Box::new(counters.clone()))?;
        for left in L::ALL {
            for right in R::ALL {
                counters.get_metric_with_label_values(&[left.word(), right.word()])?.inc_by(0);
            }
        }
        Ok(Self { counters, labels: PhantomData })
    }

    pub(super) fn add(&self, left: L, right: R) {
        self.counters.with_label_values(&[left.word(), right.word()]).inc();
    }
}
