//! Where in the client's message an error of the warehouse points.

use crate::enforce::{Places, Rewritten};
use crate::upstream::Report;

use super::plan_cache::CachedPlan;

/// The message that a sent text was made of. The default knows no place.
#[derive(Clone, Debug, Default)]
pub(super) struct Origin {
    places: Places,
    /// Characters of the message before the statement.
    before: u32,
}

impl Origin {
    /// Of a plan's own text. `before`: characters of the message before the text that the plan is kept under.
    pub(super) fn of(plan: &CachedPlan, rewritten: &Rewritten, before: u32) -> Self {
        Self { places: rewritten.places().clone(), before: before.saturating_add(plan.characters_before) }
    }

    /// The character of the message, from 1, when it is certain.
    pub(super) fn position(&self, report: &Report) -> Option<u32> {
        self.places.find(report.position?)?.checked_add(self.before)
    }
}
