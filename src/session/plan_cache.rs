//! Plans that were made before: a repeated statement is not read again.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};

use crate::audit::{StatementFacts, StatementRecord};
use crate::enforce::{Action, Plan, Record, Rewritten};
use crate::parse::syntax::Command;

/// What a plan takes beside its texts: an estimate of the tree and the record.
const PLAN_BYTES: usize = 2 * 1024;
/// The plans that are expected, for the size of the tables.
const EXPECTED_PLANS: usize = 4_096;

/// A plan with its record as it stands in the journal.
#[derive(Debug)]
pub(super) struct CachedPlan {
    /// The statement as the client wrote it; empty for the empty statement, whatever white space it was.
    pub text: Arc<str>,
    /// Characters of the text before the statement: white space and comments.
    pub characters_before: u32,
    pub plan: Plan,
    pub facts: Arc<StatementRecord>,
}

impl CachedPlan {
    /// The plan of an empty statement: nothing is run, and only EmptyQueryResponse is due.
    pub(super) fn empty() -> Arc<Self> {
        let action = Action::Control(Command::Unlisten(None));
        let plan = Plan { action, record: Arc::new(Record::default()), notices: Arc::default() };
        Arc::new(Self { text: "".into(), characters_before: 0, plan, facts: StatementRecord::new(&StatementFacts::default()) })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// Everything that a plan depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PlanKey<'a> {
    pub text: &'a str,
    /// The types that Parse declared.
    pub parameter_types: &'a [u32],
    /// Number of the compiled grant: another one for each revision of grant, contract or catalog, each warehouse and each back-end.
    pub grant: u64,
    pub search_path: &'a [String],
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct OwnedKey {
    text: Box<str>,
    parameter_types: Box<[u32]>,
    grant: u64,
    search_path: Box<[String]>,
}

impl OwnedKey {
    fn borrowed(&self) -> PlanKey<'_> {
        let Self { text, parameter_types, grant, search_path } = self;
        PlanKey { text, parameter_types, grant: *grant, search_path }
    }
}

impl Hash for OwnedKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.borrowed().hash(state);
    }
}

impl Equivalent<OwnedKey> for PlanKey<'_> {
    fn equivalent(&self, key: &OwnedKey) -> bool {
        *self == key.borrowed()
    }
}

#[derive(Clone, Copy, Debug)]
struct Bytes;

impl Weighter<OwnedKey, Arc<CachedPlan>> for Bytes {
    fn weight(&self, key: &OwnedKey, cached: &Arc<CachedPlan>) -> u64 {
        let sent = match &cached.plan.action {
            Action::Copy(rewritten) | Action::Explain { style: _, rewritten } | Action::Query(rewritten) => weight(rewritten),
            Action::Declare { rewritten, name: _, options: _ } | Action::Prepare { rewritten, name: _, types: _ } => {
                weight(rewritten)
            }
            Action::Policy(lines) => lines.iter().map(String::len).sum(),
            Action::Configure(_) | Action::Control(_) | Action::Execute { name: _, arguments: _, explain: _ } => 0,
        };
        // The tree and the record grow with the text.
        (PLAN_BYTES + 4 * key.text.len() + sent) as u64
    }
}

fn weight(rewritten: &Rewritten) -> usize {
    rewritten.sql().len() + rewritten.binary_sql().map_or(0, |sql| sql.len()) + rewritten.places().bytes()
}

/// The plans of all sessions, within a bound in bytes; the least used go first.
#[derive(Debug)]
pub struct PlanCache(Cache<OwnedKey, Arc<CachedPlan>, Bytes>);

impl PlanCache {
    /// An empty cache of at most so many bytes.
    pub fn new(bytes: u64) -> Self {
        Self(Cache::with_weighter(EXPECTED_PLANS, bytes, Bytes))
    }

    pub(super) fn find(&self, key: &PlanKey<'_>) -> Option<Arc<CachedPlan>> {
        self.0.get(key)
    }

    pub(super) fn keep(&self, key: &PlanKey<'_>, plan: Arc<CachedPlan>) {
        let PlanKey { text, parameter_types, grant, search_path } = *key;
        let owned =
            OwnedKey { text: text.into(), parameter_types: parameter_types.into(), grant, search_path: search_path.into() };
        self.0.insert(owned, plan);
    }

    /// Plans in the cache.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// No plan is kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_found_only_by_everything_that_it_depends_on() {
        let cache = PlanCache::new(1 << 20);
        let path = vec!["sales".to_owned()];
        let key = PlanKey { text: "SELECT 1", parameter_types: &[23], grant: 1, search_path: &path };
        cache.keep(&key, CachedPlan::empty());
        assert!(cache.find(&key).is_some());
        for other in [
            PlanKey { text: "SELECT 1 ", ..key },
            PlanKey { parameter_types: &[], ..key },
            PlanKey { grant: 2, ..key },
            PlanKey { search_path: &[], ..key },
        ] {
            assert!(cache.find(&other).is_none(), "{other:?}");
        }
    }

    #[test]
    fn the_cache_stays_within_its_bytes() {
        let cache = PlanCache::new(64 * 1024);
        for number in 0..1_000 {
            let text = format!("SELECT {number}");
            cache.keep(&PlanKey { text: &text, parameter_types: &[], grant: 1, search_path: &[] }, CachedPlan::empty());
        }
        assert!(cache.len() < 40);
    }
}
