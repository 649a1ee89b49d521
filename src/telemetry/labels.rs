//! The closed sets that metric labels are drawn from. Nothing that a client typed, and no name of a person or relation, is ever a label.

use crate::enforce::{DenialCode, StatementKind};
use crate::witness::DisagreementKind;

/// A value that may be a label: one of a list that is complete at compile time.
pub trait Label: Copy + 'static {
    /// All of them, so that each series is there, at zero, before its first event.
    const ALL: &'static [Self];

    /// As the exposition writes it.
    fn word(self) -> &'static str;
}

/// What became of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It ran to its end.
    Allowed,
    /// The gate refused it.
    Denied,
    /// It was accepted, and the warehouse, a limit or the client ended it early.
    Failed,
}

/// What became of a connection that asked for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionResult {
    Established,
    /// The person was not proven.
    LoginFailed,
    /// The person was proven and has no grant that is open now.
    NotAdmitted,
    /// Too many sessions.
    TooMany,
    /// What came was no startup that the gate understands, or plain text where TLS is demanded.
    Protocol,
    /// The gate itself could not serve: journal, warehouse, shutdown.
    Unavailable,
}

/// Whether a plan was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheResult {
    Hit,
    Miss,
}

/// What became of a new configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReloadResult {
    Applied,
    /// It had mistakes; the one before it stays in force.
    Rejected,
}

/// Writes `Label` for an enum. The `match` has no wildcard: a new variant does not compile until it is listed.
macro_rules! label {
    ($set:ty { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl Label for $set {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
    ($set:ty { $($variant:ident),+ $(,)? }) => {
        impl Label for $set {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn word(self) -> &'static str {
                match self {
                    $(Self::$variant)|+ => self.as_str(),
                }
            }
        }
    };
}

label!(Decision { Allowed => "allowed", Denied => "denied", Failed => "failed" });
label!(SessionResult {
    Established => "established",
    LoginFailed => "login_failed",
    NotAdmitted => "not_admitted",
    TooMany => "too_many",
    Protocol => "protocol",
    Unavailable => "unavailable",
});
label!(CacheResult { Hit => "hit", Miss => "miss" });
label!(ReloadResult { Applied => "applied", Rejected => "rejected" });
label!(StatementKind { Copy, Cursor, Explain, Other, Prepare, Select, Setting, Transaction });
label!(DenialCode {
    AggregateOnly,
    Ambiguous,
    ColumnHidden,
    ColumnMissing,
    ContractBroken,
    FunctionNotAllowed,
    Limit,
    RelationMissing,
    RelationNotGranted,
    SettingNotAllowed,
    StatementNotAllowed,
    Syntax,
    TypeNotAllowed,
    UnsupportedSyntax,
    Witness,
});
label!(DisagreementKind { Differs, Forbidden, Function, Relation, StatementCount, Unknown, Unreadable });

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn words<L: Label>() -> Vec<&'static str> {
        L::ALL.iter().map(|label| label.word()).collect()
    }

    #[test]
    fn every_word_of_a_set_is_its_own_and_safe_to_expose() {
        let sets = [
            words::<Decision>(),
            words::<SessionResult>(),
            words::<CacheResult>(),
            words::<ReloadResult>(),
            words::<StatementKind>(),
            words::<DenialCode>(),
            words::<DisagreementKind>(),
        ];
        for set in sets {
            assert_eq!(set.iter().collect::<BTreeSet<_>>().len(), set.len(), "{set:?}");
            assert!(set.iter().all(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')), "{set:?}");
        }
    }
}
