//! The numbers that hold for one grant: of the server's, the guardrails' and the grant's own the most restrictive (min, ∩, AND).

use std::time::Duration;

use super::document::{AggregateOnly, Export, GrantLimits, Guardrails};

/// What holds for the sessions of one grant. `None` = nobody limits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EffectiveLimits {
    pub rows_per_query: Option<u64>,
    /// Of one person in one day (UTC).
    pub rows_per_day: Option<u64>,
    /// Of one person in one day (UTC).
    pub bytes_per_day: Option<u64>,
    pub statement_timeout: Duration,
    /// Of one person at the same time.
    pub concurrent_statements: Option<u32>,
    pub max_session: Duration,
    pub idle_timeout: Duration,
    /// SHOW is open.
    pub show: bool,
    pub export: Export,
}

impl EffectiveLimits {
    /// Combines the server's statement timeout, the guardrails and the grant.
    pub fn combine(server_statement_timeout: Duration, guardrails: &Guardrails, grant: &GrantLimits) -> Self {
        let timeouts = [Some(server_statement_timeout), Some(guardrails.statement_timeout), grant.statement_timeout];
        Self {
            rows_per_query: grant.rows_per_query,
            rows_per_day: grant.rows_per_day,
            bytes_per_day: grant.bytes_per_day,
            statement_timeout: timeouts.into_iter().flatten().min().unwrap_or(server_statement_timeout),
            concurrent_statements: grant.concurrent_statements,
            max_session: guardrails.max_session,
            idle_timeout: guardrails.idle_timeout,
            show: guardrails.show,
            export: Export {
                copy_out: guardrails.export.copy_out && grant.export.copy_out,
                cursor_fetch: guardrails.export.cursor_fetch && grant.export.cursor_fetch,
                explain: guardrails.export.explain && grant.export.explain,
            },
        }
    }
}

/// Smallest group that an aggregate-only product shows: the greater of the guardrail's and its own.
pub fn effective_min_entities(guardrails: &Guardrails, rule: &AggregateOnly) -> u64 {
    guardrails.min_group_size.max(rule.min_entities)
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
