//! May a grant be used now and from this address: days, hours, networks. Checked at login, before each statement, and by a timer.

use core::net::IpAddr;

use crate::base::Timestamp;

use super::document::Conditions;
use super::schedule::{Opening, opening};

/// Which condition does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionDenial {
    /// The day or the hour.
    OutsideHours,
    /// The client's address.
    Network,
}

impl ConditionDenial {
    /// The reason as records and policy tests name it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OutsideHours => "outside_hours",
            Self::Network => "network",
        }
    }
}

/// Checks all conditions; the first that does not hold is the answer.
///
/// # Errors
/// A condition does not hold.
pub fn check(conditions: &Conditions, now: Timestamp, client: IpAddr) -> Result<(), ConditionDenial> {
    if opening(conditions, now) == Opening::Closed {
        return Err(ConditionDenial::OutsideHours);
    }
    match &conditions.networks {
        Some(networks) if !networks.iter().any(|network| network.contains(client)) => Err(ConditionDenial::Network),
        Some(_) | None => Ok(()),
    }
}

/// When the days and hours that are open at `now` end; `None` when they are closed already or never end.
pub fn next_change(conditions: &Conditions, now: Timestamp) -> Option<Timestamp> {
    match opening(conditions, now) {
        Opening::OpenUntil(end) => Some(end),
        Opening::Closed | Opening::Always => None,
    }
}

/// The opening hours in words, for the DETAIL of a refusal: `mon, tue 07:00-20:00 Europe/Berlin`.
pub fn describe_hours(conditions: &Conditions) -> String {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let days = conditions.days.map(|open| {
        let names: Vec<&str> = DAYS.into_iter().zip(open).filter_map(|(name, open)| open.then_some(name)).collect();
        names.join(", ")
    });
    let hours = conditions.hours.as_ref().map(|hours| format!("{}-{} {}", hours.from, hours.to, hours.zone_name));
    match (days, hours) {
        (Some(days), Some(hours)) => format!("{days} {hours}"),
        (Some(days), None) => format!("{days} (UTC)"),
        (None, Some(hours)) => hours,
        (None, None) => "always".to_owned(),
    }
}

#[cfg(test)]
#[path = "conditions_tests.rs"]
mod tests;
