//! The messages of a client, as the session reads them. Values are slices of the frame they came in.

use bytes::Bytes;

use crate::base::UserError;

/// Text of a message: valid UTF-8 without NUL, whatever the client speaks. Shares the memory of its frame where it can; copy what is kept for long.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Text(Bytes);

impl Text {
    /// Bytes of which the caller knows that they are UTF-8.
    pub(super) fn checked(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// The bytes of it, as UTF-8.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        // Whoever made it has checked it; the second look costs less than a copy would.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Bytes::from(text))
    }
}

impl std::fmt::Debug for Text {
    /// The length alone: a statement may hold values that no log may show.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

/// One message of a client after its startup packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frontend {
    Bind(Bind),
    Close(Target),
    CopyData(Bytes),
    CopyDone,
    CopyFail,
    Describe(Target),
    /// `max_rows` 0: all.
    Execute {
        portal: Text,
        max_rows: u32,
    },
    Flush,
    /// Its arguments are not read: the message is never served.
    FunctionCall,
    Parse(Parse),
    /// Password, SASLInitialResponse or SASLResponse: the login knows which.
    Password(Bytes),
    Query(Text),
    /// Read to its end and unusable; answer with its error and go on as PostgreSQL does after an error in such a message.
    Rejected(Rejected),
    Sync,
    Terminate,
}

/// Bind: values for a prepared statement.
#[derive(Clone, PartialEq, Eq)]
pub struct Bind {
    pub portal: Text,
    pub statement: Text,
    /// None, one for all, or one for each parameter (checked).
    pub parameter_formats: Vec<Format>,
    /// `None` is NULL.
    pub parameters: Vec<Option<Bytes>>,
    /// None, one for all, or one for each column (the session knows how many).
    pub result_formats: Vec<Format>,
}

impl std::fmt::Debug for Bind {
    /// Without the values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bind({} parameters)", self.parameters.len())
    }
}

/// Parse: a statement to prepare; the name is empty for the unnamed one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parse {
    pub name: Text,
    pub text: Text,
    /// Type OIDs, 0 for "unspecified".
    pub parameter_types: Vec<u32>,
}

/// What Describe and Close name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Portal(Text),
    Statement(Text),
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Binary,
    Text,
}

impl Format {
    /// The code on the wire.
    pub const fn code(self) -> i16 {
        match self {
            Self::Binary => 1,
            Self::Text => 0,
        }
    }
}

/// A message that was read to its end and cannot be used: too large, malformed, no text in the client's encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    pub kind: MessageKind,
    /// Severity ERROR; 08P01, 22021, 22P05, 22023 or 54000.
    pub error: UserError,
}

/// The kinds of messages that the protocol knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    Bind,
    Close,
    CopyData,
    CopyDone,
    CopyFail,
    Describe,
    Execute,
    Flush,
    FunctionCall,
    Parse,
    Password,
    Query,
    Sync,
    Terminate,
}

impl MessageKind {
    /// By the first byte of a message; `None` for a byte that begins none.
    pub(super) const fn from_tag(tag: u8) -> Option<Self> {
        Some(match tag {
            b'B' => Self::Bind,
            b'C' => Self::Close,
            b'd' => Self::CopyData,
            b'c' => Self::CopyDone,
            b'f' => Self::CopyFail,
            b'D' => Self::Describe,
            b'E' => Self::Execute,
            b'H' => Self::Flush,
            b'F' => Self::FunctionCall,
            b'P' => Self::Parse,
            b'p' => Self::Password,
            b'Q' => Self::Query,
            b'S' => Self::Sync,
            b'X' => Self::Terminate,
            _ => return None,
        })
    }

    /// After an error in such a message the rest is skipped until Sync (PostgreSQL: `SocketBackend`, `doing_extended_query_message`).
    pub const fn is_extended_query(self) -> bool {
        match self {
            Self::Bind | Self::Close | Self::Describe | Self::Execute | Self::Flush | Self::Parse => true,
            Self::CopyData
            | Self::CopyDone
            | Self::CopyFail
            | Self::FunctionCall
            | Self::Password
            | Self::Query
            | Self::Sync
            | Self::Terminate => false,
        }
    }
}
