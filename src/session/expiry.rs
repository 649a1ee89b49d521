//! What a person is told at login when the access, or the support of a contract, ends soon.

use std::borrow::Cow;
use std::time::Duration;

use crate::base::{Severity, SqlState, Timestamp, UserError};
use crate::policy::compile::UsedContract;
use crate::policy::document::Engagement;
use crate::policy::session_end::{EndReason, SessionEnd};

const DAY: u64 = 24 * 60 * 60;
const HOUR: u64 = 60 * 60;

/// The person is told this long before the end.
const AHEAD: Duration = Duration::from_secs(14 * DAY);

/// The notice, when there is one to give.
pub(super) fn expiry_notice(database: &str, end: SessionEnd, engagement: &Engagement, now: Timestamp) -> Option<UserError> {
    let left = end.at.since(now);
    if left > AHEAD {
        return None;
    }
    let message = format!("access to database \"{database}\" ends in {}", in_words(left));
    let detail = format!("{} {}.", what_ends(end.reason), end.at);
    let hint = format!("Ask {} when more time is needed; the ticket is {}.", engagement.owner, engagement.ticket);
    Some(notice(message, Some(detail), hint))
}

/// The notices about contracts that are replaced by others.
pub(super) fn support_notices(contracts: &[UsedContract], now: Timestamp) -> impl Iterator<Item = UserError> {
    contracts.iter().filter_map(move |contract| {
        let end = contract.term.support_to_tell(now)?;
        let UsedContract { id, version, term } = contract;
        let verb = if end <= now { "ended" } else { "ends" };
        let message = format!("contract \"{id}\" {version} is deprecated: its support {verb} at {end}");
        let detail = term.end_of_life.map(|end| format!("Access by this contract ends at {end}."));
        Some(notice(message, detail, "postern.contract_status names the owner to ask for the version that follows."))
    })
}

fn notice(message: String, detail: Option<String>, hint: impl Into<Cow<'static, str>>) -> UserError {
    let notice = UserError::new(SqlState::WARNING, message).hint(hint);
    UserError { severity: Severity::Notice, detail: detail.map(Cow::from), ..notice }
}

fn what_ends(reason: EndReason) -> &'static str {
    match reason {
        EndReason::GrantEnds => "The grant ends at",
        EndReason::VendorContractEnds => "The vendor's contract ends at",
        EndReason::ContractEnds => "The data contract ends at",
        EndReason::PersonEnds => "The user's own access ends at",
        EndReason::HoursEnd | EndReason::MaxSession => "The session ends at",
    }
}

/// In the largest unit that fits, rounded down; nobody is told more than there is.
fn in_words(left: Duration) -> String {
    let (count, unit) = match left.as_secs() {
        seconds @ DAY.. => (seconds / DAY, "day"),
        seconds @ HOUR..DAY => (seconds / HOUR, "hour"),
        seconds => (seconds / 60, "minute"),
    };
    match count {
        1 => format!("1 {unit}"),
        count => format!("{count} {unit}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_is_left_is_told_in_the_largest_unit() {
        let said =
            [0, 59, 60, HOUR - 1, HOUR, DAY - 1, DAY, 2 * DAY - 1, 13 * DAY].map(|left| in_words(Duration::from_secs(left)));
        assert_eq!(
            said,
            ["0 minutes", "0 minutes", "1 minute", "59 minutes", "1 hour", "23 hours", "1 day", "1 day", "13 days"]
                .map(str::to_owned)
        );
    }
}
