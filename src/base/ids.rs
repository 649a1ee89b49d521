//! Names and ids as types, so that a grant cannot be passed where a vendor is wanted.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

macro_rules! name {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $type(Arc<str>);

        impl $type {
            /// Takes the name as it is written in a configuration file.
            pub fn new(name: impl Into<Arc<str>>) -> Self {
                Self(name.into())
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// `id` of an ODCS document.
    ContractId
);
name!(
    /// `name` of a grant in the policy.
    GrantName
);
name!(
    /// What a person types as user name.
    PersonName
);
name!(
    /// `name` of a vendor in the policy.
    VendorName
);
name!(
    /// Key of a warehouse in the server's configuration.
    WarehouseName
);

macro_rules! uuid_id {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $type(Uuid);

        impl $type {
            /// Wraps an id made by `runtime::ids` (UUIDv7: sorts by the time it was made).
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The id as a UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.as_hyphenated(), f)
            }
        }
    };
}

uuid_id!(
    /// One client connection.
    SessionId
);
uuid_id!(
    /// One statement; also the reference that a refusal names.
    StatementId
);
