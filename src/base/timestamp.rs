//! An instant: microseconds since 1970-01-01 UTC. Nothing here can ask what time it is.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

/// An instant in UTC with microseconds, as PostgreSQL keeps it. Prints as RFC 3339 with milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is not an RFC 3339 instant with an offset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 instant with an offset, such as 2026-12-31T23:59:59Z: {text:?}")]
pub struct ParseTimestampError {
    text: String,
}

impl Timestamp {
    /// From microseconds since the Unix epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since the Unix epoch, rounded down.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Reads an RFC 3339 instant; the offset is mandatory.
    ///
    /// # Errors
    /// The text is something else.
    pub fn parse(text: &str) -> Result<Self, ParseTimestampError> {
        let wrong = || ParseTimestampError { text: text.to_owned() };
        let instant: jiff::Timestamp = text.parse().map_err(|_| wrong())?;
        Ok(Self(instant.as_microsecond()))
    }

    /// The same instant for calendar arithmetic; `None` beyond year 9999.
    pub fn to_jiff(self) -> Option<jiff::Timestamp> {
        jiff::Timestamp::from_microsecond(self.0).ok()
    }

    /// This instant plus a span; stops at the end of time.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    /// The span from `earlier` to this instant; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_jiff() {
            Some(instant) => write!(f, "{instant:.3}"),
            None => write!(f, "{}us", self.0),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_prints_as_it_was_read() {
        let instant = Timestamp::parse("2026-12-31T23:59:59.25Z").unwrap();
        assert_eq!(instant.to_string(), "2026-12-31T23:59:59.250Z");
        assert_eq!(instant.plus(Duration::from_secs(1)).since(instant), Duration::from_secs(1));
        assert!(Timestamp::parse("2026-12-31").is_err());
    }
}
