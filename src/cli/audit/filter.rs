//! Which records are wanted: one option for each question that an auditor asks.

use clap::{Args, ValueEnum};

use crate::audit::{DecisionFilter, SearchFilter, parse_when};
use crate::base::Timestamp;
use crate::runtime::clock::Clock;

/// Records must meet every option that is given.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters (all that are given must hold)")]
pub(super) struct FilterArguments {
    /// User name, name or e-mail address
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
    /// Vendor
    #[arg(long, value_name = "NAME")]
    vendor: Option<String>,
    /// Grant
    #[arg(long, value_name = "NAME")]
    grant: Option<String>,
    /// Relation that was read or asked for: customers or crm.customers
    #[arg(long, value_name = "NAME")]
    relation: Option<String>,
    /// Column that was read or asked for: email, customers.email or crm.customers.email
    #[arg(long, value_name = "NAME")]
    column: Option<String>,
    /// How the gate decided
    #[arg(long, value_enum)]
    decision: Option<Decision>,
    /// From then on: an instant such as 2026-11-18T13:00:00Z, or how long ago: 90s, 30m, 2h, 7d
    #[arg(long, value_name = "TIME", value_parser = when)]
    since: Option<Timestamp>,
    /// Before then, written in the same way
    #[arg(long, value_name = "TIME", value_parser = when)]
    until: Option<Timestamp>,
    /// Id of a statement: the reference that refusals name
    #[arg(long, value_name = "ID")]
    statement: Option<String>,
    /// Part of the statement's text or of the message
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
}

/// How the gate decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Decision {
    /// Statements that were run
    Allowed,
    /// Statements and logins that were refused
    Denied,
}

fn when(text: &str) -> Result<Timestamp, String> {
    parse_when(text, Clock::system().now()).map_err(|error| error.to_string())
}

impl FilterArguments {
    pub(super) fn filter(&self) -> SearchFilter {
        SearchFilter {
            person: self.person.clone(),
            vendor: self.vendor.clone(),
            grant: self.grant.clone(),
            relation: self.relation.clone(),
            column: self.column.clone(),
            decision: self.decision.map(|decision| match decision {
                Decision::Allowed => DecisionFilter::Allowed,
                Decision::Denied => DecisionFilter::Denied,
            }),
            since: self.since,
            until: self.until,
            statement: self.statement.clone(),
            text: self.text.clone(),
        }
    }
}
