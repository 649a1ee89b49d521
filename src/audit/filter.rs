//! Which records an auditor asks for.

use std::time::Duration;

use crate::base::Timestamp;

use super::record::{Entry, EntryObject};

/// Records that meet every condition that is set.
#[derive(Clone, Debug, Default)]
pub struct SearchFilter {
    /// User name, e-mail address or unique id; upper and lower case are alike.
    pub person: Option<String>,
    pub vendor: Option<String>,
    pub grant: Option<String>,
    /// `customers` or `crm.customers`.
    pub relation: Option<String>,
    /// `email`, `customers.email` or `crm.customers.email`.
    pub column: Option<String>,
    pub decision: Option<DecisionFilter>,
    /// When it happened: at or after.
    pub since: Option<Timestamp>,
    /// When it happened: before.
    pub until: Option<Timestamp>,
    /// A statement's id, which is also the reference that refusals name.
    pub statement: Option<String>,
    /// Part of the statement's text or of the message; upper and lower case are alike.
    pub text: Option<String>,
}

/// How the gate decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionFilter {
    /// Statements that were run.
    Allowed,
    /// Statements and logins that were refused.
    Denied,
}

/// Not a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time: {text:?}; write an RFC 3339 instant such as 2026-11-18T13:00:00Z, or how long ago: 90s, 30m, 2h, 7d")]
pub struct ParseWhenError {
    text: String,
}

/// Reads an RFC 3339 instant, or a span before `now`: `90s`, `30m`, `2h`, `7d`.
///
/// # Errors
/// It is neither.
pub fn parse_when(text: &str, now: Timestamp) -> Result<Timestamp, ParseWhenError> {
    let wrong = || ParseWhenError { text: text.to_owned() };
    let units = [("s", 1_u64), ("m", 60), ("h", 3600), ("d", 86_400)];
    for (unit, seconds) in units {
        let Some(count) = text.strip_suffix(unit).filter(|count| count.bytes().all(|byte| byte.is_ascii_digit())) else {
            continue;
        };
        let span = count.parse::<u64>().ok().and_then(|count| count.checked_mul(seconds)).ok_or_else(wrong)?;
        let micros = i64::try_from(Duration::from_secs(span).as_micros()).map_err(|_| wrong())?;
        return Ok(Timestamp::from_micros(now.micros().saturating_sub(micros)));
    }
    Timestamp::parse(text).map_err(|_| wrong())
}

impl SearchFilter {
    pub(super) fn matches(&self, entry: &Entry) -> bool {
        let person = entry.person();
        let is = |wanted: &Option<String>, value: &str| wanted.as_ref().is_none_or(|wanted| wanted == value);
        let is_person = |wanted: &String| {
            [&person.name, &person.email_addr, &person.uid].iter().any(|name| name.to_lowercase() == wanted.to_lowercase())
        };
        self.person.as_ref().is_none_or(is_person)
            && is(&self.vendor, &entry.postern.vendor)
            && is(&self.grant, &entry.postern.grant)
            && is(&self.statement, &entry.postern.statement_id)
            && self.since.is_none_or(|since| entry.time >= since.millis())
            && self.until.is_none_or(|until| entry.time < until.millis())
            && self.decision.is_none_or(|decision| decision.covers(&entry.metadata.event_code))
            && self.touches(entry)
            && self.text.as_ref().is_none_or(|text| says(entry, text))
    }

    /// Relation and column, of one object of the statement or of the name that was refused.
    fn touches(&self, entry: &Entry) -> bool {
        let (relation, column) = (self.relation.as_deref(), self.column.as_deref());
        if relation.is_none() && column.is_none() {
            return true;
        }
        let reads = |object: &EntryObject| {
            relation.is_none_or(|relation| ends_in(&object.relation, relation))
                && column.is_none_or(|column| has_column(object, column))
        };
        let refused = &entry.postern.decision.object;
        let asked_for = !refused.is_empty() && [relation, column].iter().flatten().all(|wanted| names(refused, wanted));
        asked_for || entry.postern.objects.iter().any(reads)
    }
}

impl DecisionFilter {
    fn covers(self, code: &str) -> bool {
        match self {
            Self::Allowed => matches!(code, "statement.intent" | "statement.progress" | "statement.outcome"),
            Self::Denied => matches!(code, "statement.denied" | "auth.failed"),
        }
    }
}

fn has_column(object: &EntryObject, wanted: &str) -> bool {
    let is = |name: &str| object.columns.iter().any(|column| column.name == name);
    let qualified = |(relation, name): (&str, &str)| ends_in(&object.relation, relation) && is(name);
    is(wanted) || wanted.rsplit_once('.').is_some_and(qualified)
}

/// `crm.customers` ends in `customers` and in `crm.customers`.
fn ends_in(name: &str, wanted: &str) -> bool {
    name.strip_suffix(wanted).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// The parts of `wanted` stand beside each other in `name`: `customers` and `customers.ssn` in `crm.customers.ssn`.
fn names(name: &str, wanted: &str) -> bool {
    format!(".{name}.").contains(&format!(".{wanted}."))
}

fn says(entry: &Entry, text: &str) -> bool {
    let text = text.to_lowercase();
    [&entry.query_info.query_string, &entry.message, &entry.status_detail].iter().any(|part| part.to_lowercase().contains(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_an_instant_or_a_span_before_now() {
        let now = Timestamp::parse("2026-11-18T13:00:00Z").unwrap();
        assert_eq!(parse_when("2h", now).unwrap().to_string(), "2026-11-18T11:00:00.000Z");
        assert_eq!(parse_when("7d", now).unwrap().to_string(), "2026-11-11T13:00:00.000Z");
        assert_eq!(parse_when("2026-11-18T14:00:00+01:00", now).unwrap(), now);
        for wrong in ["", "h", "2 h", "-2h", "yesterday", "2026-11-18", "99999999999999999999d", "18446744073709551615d"] {
            assert!(parse_when(wrong, now).is_err(), "{wrong}");
        }
    }

    #[test]
    fn relation_and_column_must_meet_in_one_object() {
        let entry: Entry = serde_json::from_str(
            r#"{"postern":{"objects":[{"relation":"crm.customers","columns":[{"name":"id"},{"name":"email"}]},
                                      {"relation":"sales.orders","columns":[{"name":"amount"}]}]}}"#,
        )
        .unwrap();
        let filter = |relation: Option<&str>, column: Option<&str>| SearchFilter {
            relation: relation.map(str::to_owned),
            column: column.map(str::to_owned),
            ..SearchFilter::default()
        };
        for (relation, column, expected) in [
            (Some("customers"), None, true),
            (Some("crm.customers"), Some("email"), true),
            (Some("omers"), None, false),
            (Some("orders"), Some("email"), false),
            (None, Some("customers.email"), true),
            (None, Some("crm.customers.email"), true),
            (None, Some("orders.email"), false),
            (None, Some("phone"), false),
        ] {
            assert_eq!(filter(relation, column).matches(&entry), expected, "{relation:?} {column:?}");
        }
    }

    #[test]
    fn a_refused_name_is_found_too() {
        let entry: Entry = serde_json::from_str(
            r#"{"metadata":{"event_code":"statement.denied"},"postern":{"decision":{"object":"customers.ssn"}}}"#,
        )
        .unwrap();
        let filter = |column: &str, decision| SearchFilter {
            column: Some(column.to_owned()),
            decision: Some(decision),
            ..SearchFilter::default()
        };
        assert!(filter("ssn", DecisionFilter::Denied).matches(&entry));
        assert!(filter("customers.ssn", DecisionFilter::Denied).matches(&entry));
        assert!(!filter("sn", DecisionFilter::Denied).matches(&entry));
        assert!(!filter("ssn", DecisionFilter::Allowed).matches(&entry));
    }
}
