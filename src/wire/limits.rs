//! How large a message may be: checked before memory is taken.

use super::frontend::MessageKind;

/// Limits of one client connection, in bytes where nothing else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireLimits {
    /// Text of a statement (`limits.statement_bytes`).
    pub statement_bytes: u32,
    /// All values of one Bind together (`limits.value_bytes`).
    pub value_bytes: u32,
    /// Parameters of a statement, a number (`limits.parameters`).
    pub parameters: u16,
}

impl WireLimits {
    /// A startup packet, as PostgreSQL has it (`MAX_STARTUP_PACKET_LENGTH`).
    pub(super) const STARTUP_BYTES: u32 = 10_000;
    /// A message of the login, as PostgreSQL has it (`PG_MAX_AUTH_TOKEN_LENGTH`).
    const PASSWORD_BYTES: u32 = 65_535;
    /// A message that carries a name and some numbers (PostgreSQL: `PQ_SMALL_MESSAGE_LIMIT`).
    const SMALL_BYTES: u32 = 10_000;
    /// A message that is never served, so that it can be answered by name.
    const UNSERVED_BYTES: u32 = 65_536;
    /// Names, formats and counts of Parse and Bind.
    const SLACK_BYTES: u32 = 16_384;
    /// What is read and thrown away of a message over its limit before the connection ends instead (PostgreSQL: `PQ_LARGE_MESSAGE_LIMIT`).
    pub(super) const SKIPPED_BYTES: u32 = 0x3fff_ffff;

    /// The largest length of a message of this kind, its length field included; the name of the limit behind it, and that limit.
    pub(super) fn of(&self, kind: MessageKind) -> (u32, &'static str, u32) {
        let each_parameter = |bytes: u32| u32::from(self.parameters).saturating_mul(bytes).saturating_add(Self::SLACK_BYTES);
        let fixed = |bytes, name| (bytes, name, bytes);
        match kind {
            MessageKind::Query => (self.statement_bytes.saturating_add(5), "limits.statement_bytes", self.statement_bytes),
            MessageKind::Parse => {
                (self.statement_bytes.saturating_add(each_parameter(4)), "limits.statement_bytes", self.statement_bytes)
            }
            MessageKind::Bind => (self.value_bytes.saturating_add(each_parameter(6)), "limits.value_bytes", self.value_bytes),
            MessageKind::CopyData | MessageKind::CopyFail | MessageKind::FunctionCall => {
                fixed(Self::UNSERVED_BYTES, "The limit of a message that is not served")
            }
            MessageKind::Password => fixed(Self::PASSWORD_BYTES, "The limit of a login message"),
            MessageKind::Close
            | MessageKind::CopyDone
            | MessageKind::Describe
            | MessageKind::Execute
            | MessageKind::Flush
            | MessageKind::Sync
            | MessageKind::Terminate => fixed(Self::SMALL_BYTES, "The limit of a message without text or values"),
        }
    }
}

impl Default for WireLimits {
    /// The values of the configuration's defaults.
    fn default() -> Self {
        Self { statement_bytes: 256 * 1024, value_bytes: 64 * 1024 * 1024, parameters: 1000 }
    }
}
