//! The packets before the first message, decoded. No I/O.
//!
//! pgwire's own decoder of the StartupMessage forgets the order of parameters, takes the last of two, replaces what is not UTF-8
//! and does not mind bytes behind the end, so the body is read here.

use bytes::BytesMut;
use pgwire::messages::cancel::CancelRequest;
use pgwire::messages::startup::{GssEncRequest, SslRequest};
use pgwire::messages::{self, DecodeContext, Message};

use super::error::WireError;
use crate::base::{Encoding, Severity, SqlState, UserError};

/// A version of the protocol that the gate speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtocolVersion {
    /// Cancel keys of four bytes.
    V3_0,
    /// Cancel keys of up to 256 bytes.
    V3_2,
}

impl ProtocolVersion {
    /// As the wire writes it: major in the upper half, minor in the lower.
    pub(super) const fn number(self) -> i32 {
        match self {
            Self::V3_0 => 0x0003_0000,
            Self::V3_2 => 0x0003_0002,
        }
    }

    /// As people write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V3_0 => "3.0",
            Self::V3_2 => "3.2",
        }
    }
}

/// One packet of the start.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Packet {
    Cancel { pid: i32, key: bytes::Bytes },
    GssEncRequest,
    SslRequest,
    Startup(Startup),
}

/// A StartupMessage whose version can be spoken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Startup {
    /// The version to speak.
    pub(super) version: ProtocolVersion,
    /// The client asked for another minor version.
    pub(super) is_other_minor: bool,
    /// Names and values in the client's order.
    pub(super) pairs: Vec<(String, String)>,
}

/// Decodes a packet, its length field included.
///
/// # Errors
/// 08P01 for a malformed packet, 0A000 for a version that is not spoken, 22021 for text that is not UTF-8.
pub(super) fn decode(packet: &[u8]) -> Result<Packet, WireError> {
    let code = packet.get(4..).and_then(|rest| rest.first_chunk::<4>()).map(|bytes| i32::from_be_bytes(*bytes));
    let code = code.ok_or_else(|| WireError::violation("invalid length of startup packet"))?;
    if code == SslRequest::BODY_MAGIC_NUMBER {
        return empty(packet, Packet::SslRequest);
    }
    if code == GssEncRequest::BODY_MAGIC_NUMBER {
        return empty(packet, Packet::GssEncRequest);
    }
    if CancelRequest::is_cancel_request_packet(packet) {
        return cancel(packet);
    }
    startup(code.cast_unsigned(), packet.get(8..).unwrap_or_default()).map(Packet::Startup)
}

fn empty(packet: &[u8], request: Packet) -> Result<Packet, WireError> {
    match packet.len() {
        8 => Ok(request),
        _ => Err(WireError::violation("invalid length of startup packet")),
    }
}

/// Keys of 4 bytes (3.0) to 256 bytes (3.2).
fn cancel(packet: &[u8]) -> Result<Packet, WireError> {
    let wrong = || WireError::violation("invalid length of query cancel packet");
    let context = DecodeContext::new(messages::ProtocolVersion::PROTOCOL3_2);
    let request = CancelRequest::decode(&mut BytesMut::from(packet), &context).map_err(|_| wrong())?.ok_or_else(wrong)?;
    Ok(Packet::Cancel { pid: request.pid, key: request.secret_key.to_bytes() })
}

fn startup(code: u32, body: &[u8]) -> Result<Startup, WireError> {
    let (major, minor) = (code >> 16, code & 0xffff);
    if major != 3 {
        let message = format!("unsupported frontend protocol {major}.{minor}: server supports 3.0 to 3.2");
        return Err(WireError::refused(UserError::fatal(SqlState::FEATURE_NOT_SUPPORTED, message)));
    }
    // 3.1 was never defined: the next older one is 3.0.
    let version = if minor >= 2 { ProtocolVersion::V3_2 } else { ProtocolVersion::V3_0 };
    let is_other_minor = code != version.number().cast_unsigned();
    Ok(Startup { version, is_other_minor, pairs: pairs(body)? })
}

/// PostgreSQL: `ProcessStartupPacket`. Pairs of texts until an empty name, which must be the last byte.
fn pairs(mut body: &[u8]) -> Result<Vec<(String, String)>, WireError> {
    let layout = || WireError::violation("invalid startup packet layout: expected terminator as last byte");
    let mut pairs = Vec::new();
    loop {
        let (name, rest) = split_at_nul(body).ok_or_else(layout)?;
        if name.is_empty() {
            return if rest.is_empty() { Ok(pairs) } else { Err(layout()) };
        }
        let (value, rest) = split_at_nul(rest).ok_or_else(layout)?;
        pairs.push((text(name)?, text(value)?));
        body = rest;
    }
}

fn split_at_nul(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

fn text(bytes: &[u8]) -> Result<String, WireError> {
    let refuse = |error| WireError::refused(UserError { severity: Severity::Fatal, ..error });
    Encoding::UTF8.decode(bytes).map(std::borrow::Cow::into_owned).map_err(refuse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ToUserError;
    use crate::wire::parameters::StartupParameters;
    use crate::wire::test_kit::{Random, startup_packet};

    fn packet(parts: &[&[u8]]) -> Vec<u8> {
        let body = parts.concat();
        [&(body.len() as u32 + 4).to_be_bytes()[..], &body].concat()
    }

    fn refusal(packet: &[u8]) -> String {
        let error = decode(packet).unwrap_err().to_user_error();
        format!("{} {} {}", error.severity.as_str(), error.sqlstate, error.message)
    }

    fn version(code: u32) -> (ProtocolVersion, bool) {
        match decode(&packet(&[&code.to_be_bytes(), b"user\0a\0\0"])) {
            Ok(Packet::Startup(startup)) => (startup.version, startup.is_other_minor),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn requests_without_a_body_are_told_apart() {
        let request = |code: u32| decode(&packet(&[&code.to_be_bytes()]));
        assert_eq!(request(80_877_103).unwrap(), Packet::SslRequest);
        assert_eq!(request(80_877_104).unwrap(), Packet::GssEncRequest);
        assert!(refusal(&packet(&[&80_877_103_u32.to_be_bytes(), b"x"])).starts_with("FATAL 08P01 invalid length"));
    }

    #[test]
    fn cancel_keys_have_four_to_256_bytes() {
        let cancel = |key: &[u8]| decode(&packet(&[&80_877_102_u32.to_be_bytes(), &7_i32.to_be_bytes(), key]));
        for length in [4, 32, 256] {
            let key = vec![9; length];
            assert_eq!(cancel(&key).unwrap(), Packet::Cancel { pid: 7, key: key.clone().into() });
        }
        for length in [0, 3, 257] {
            assert!(cancel(&vec![9; length]).is_err(), "{length}");
        }
        assert!(decode(&packet(&[&80_877_102_u32.to_be_bytes(), b"abc"])).is_err());
    }

    #[test]
    fn newer_and_undefined_minor_versions_are_negotiated_other_majors_refused() {
        assert_eq!(version(0x0003_0000), (ProtocolVersion::V3_0, false));
        assert_eq!(version(0x0003_0002), (ProtocolVersion::V3_2, false));
        assert_eq!(version(0x0003_0001), (ProtocolVersion::V3_0, true));
        assert_eq!(version(0x0003_270f), (ProtocolVersion::V3_2, true));
        for code in [0x0002_0000_u32, 0x0004_0000] {
            let told = refusal(&packet(&[&code.to_be_bytes(), b"user\0a\0\0"]));
            let major = code >> 16;
            assert_eq!(told, format!("FATAL 0A000 unsupported frontend protocol {major}.0: server supports 3.0 to 3.2"));
        }
    }

    #[test]
    fn pairs_keep_their_order_and_end_where_the_packet_ends() {
        let read = |body: &[u8]| match decode(&packet(&[&0x0003_0000_u32.to_be_bytes(), body])) {
            Ok(Packet::Startup(startup)) => Ok(startup.pairs),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.to_user_error().message.into_owned()),
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(read(b"z\x001\0a\0\0z\x002\0\0").unwrap(), [pair("z", "1"), pair("a", ""), pair("z", "2")]);
        for body in [&b"user\0a\0"[..], b"user\0a", b"user\0", b"user", b"", b"user\0a\0\0x", b"\0\0"] {
            assert!(read(body).unwrap_err().starts_with("invalid startup packet layout"), "{body:?}");
        }
        assert_eq!(read(b"user\0\xff\xfe\0\0").unwrap_err(), "invalid byte sequence for encoding \"UTF8\": 0xff");
    }

    #[test]
    fn ten_thousand_mutated_startup_packets_are_read_or_refused() {
        let seeds = [
            startup_packet(0x0003_0002, &[("user", "jane"), ("options", r"-c a=b\ c --d=e"), ("_pq_.x", "1")]),
            packet(&[&80_877_102_u32.to_be_bytes(), &7_i32.to_be_bytes(), &[1; 32]]),
            packet(&[&80_877_103_u32.to_be_bytes()]),
        ];
        let mut random = Random::new(1);
        let mut read = 0;
        for round in 0..10_000 {
            let mutated = random.mutate(&seeds[round % seeds.len()]);
            match decode(&mutated) {
                Ok(Packet::Startup(startup)) => {
                    let bytes: usize = startup.pairs.iter().map(|(name, value)| name.len() + value.len()).sum();
                    assert!(bytes <= mutated.len());
                    read += usize::from(StartupParameters::read(startup.pairs).is_ok());
                }
                Ok(Packet::Cancel { key, .. }) => assert!((4..=256).contains(&key.len())),
                Ok(Packet::GssEncRequest | Packet::SslRequest) => assert_eq!(mutated.len(), 8),
                Err(error) => assert_eq!(error.to_user_error().severity, Severity::Fatal),
            }
        }
        assert!(read > 100, "the mutations must not all die at the door: {read}");
    }
}
