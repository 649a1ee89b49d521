//! The bytes of a segment: its header and its frames, written and read back.
//!
//! ```text
//! header 88 B   0 "PSTNLOG1" | 8 u16 version 1 | 10 u16 flags | 12 u32 88 | 16 log_id[16] | 32 u64 first_seq | 40 u64 created_us
//!               48 root of the tree at first_seq[32] | 80 u32 crc32c(0..80) | 84 u32 0
//! frame         0 u32 total_len | 4 u32 crc32c(8..total_len) | 8 u64 seq | 16 u64 time_us | 24 u8 type | 25 u8 flags | 26 u16 0
//!               28 u32 body_len | 32 body = u32 pub_len, pub, salt[16], priv | zeros up to a multiple of 8
//! ```
//! Little endian. `total_len` counts the closing zeros, so the checksum covers every byte of the frame.

use super::merkle::{Hash, Leaf};

/// Bytes of a segment's header.
pub(super) const HEADER_BYTES: usize = 88;
/// Bytes before a frame's body.
pub(super) const FRAME_PREFIX_BYTES: usize = 32;
/// Largest frame.
pub(super) const FRAME_LIMIT_BYTES: usize = 16 * 1024 * 1024;
/// Smallest frame: prefix, length, salt, closing zeros.
pub(super) const FRAME_LEAST_BYTES: usize = 56;
/// Bytes of a record's salt.
pub(super) const SALT_BYTES: usize = 16;

const MAGIC: &[u8; 8] = b"PSTNLOG1";
const VERSION: u16 = 1;

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordKind {
    /// A statement was accepted.
    Intent = 1,
    /// A statement ended.
    Outcome = 2,
    /// More rows of a statement may leave.
    Progress = 3,
    /// A statement was refused.
    Denied = 4,
    /// A login or its end.
    Session = 5,
    /// Configuration and other acts of operators.
    Admin = 6,
    /// Something odd was found.
    Finding = 7,
    /// The log itself: opened, recovered, sealed.
    Log = 8,
}

impl RecordKind {
    fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Intent,
            2 => Self::Outcome,
            3 => Self::Progress,
            4 => Self::Denied,
            5 => Self::Session,
            6 => Self::Admin,
            7 => Self::Finding,
            8 => Self::Log,
            _ => return None,
        })
    }
}

/// What stands at the beginning of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    pub(super) log_id: [u8; 16],
    pub(super) first_seq: u64,
    pub(super) created_us: u64,
    pub(super) root: Hash,
}

impl SegmentHeader {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&0_u16.to_le_bytes());
        bytes.extend_from_slice(&88_u32.to_le_bytes());
        bytes.extend_from_slice(&self.log_id);
        bytes.extend_from_slice(&self.first_seq.to_le_bytes());
        bytes.extend_from_slice(&self.created_us.to_le_bytes());
        bytes.extend_from_slice(&self.root);
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_le_bytes());
        bytes.extend_from_slice(&0_u32.to_le_bytes());
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        let cut = "segment header is cut short";
        if bytes.get(..8).ok_or(cut)? != MAGIC {
            return Err("not a segment of this log format");
        }
        if u16_at(bytes, 8).ok_or(cut)? != VERSION {
            return Err("unknown version of the segment header");
        }
        if u16_at(bytes, 10).ok_or(cut)? != 0 || u32_at(bytes, 12).ok_or(cut)? != 88 || u32_at(bytes, 84).ok_or(cut)? != 0 {
            return Err("segment header has unknown flags or length");
        }
        let checked = bytes.get(..80).ok_or(cut)?;
        if u32_at(bytes, 80).ok_or(cut)? != crc32c::crc32c(checked) {
            return Err("checksum of the segment header does not match");
        }
        Ok(Self {
            log_id: array_at(bytes, 16).ok_or(cut)?,
            first_seq: u64_at(bytes, 32).ok_or(cut)?,
            created_us: u64_at(bytes, 40).ok_or(cut)?,
            root: array_at(bytes, 48).ok_or(cut)?,
        })
    }
}

/// Length, sequence and time of a frame, before its checksum is known to be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FramePrefix {
    pub(super) total_bytes: usize,
    pub(super) seq: u64,
    pub(super) time_us: u64,
}

impl FramePrefix {
    /// `None` when no frame can begin with these bytes.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let total_bytes = usize::try_from(u32_at(bytes, 0)?).ok()?;
        let fits = (FRAME_LEAST_BYTES..=FRAME_LIMIT_BYTES).contains(&total_bytes) && total_bytes.is_multiple_of(8);
        fits.then_some(Self { total_bytes, seq: u64_at(bytes, 8)?, time_us: u64_at(bytes, 16)? })
    }
}

/// One record as it stands in a segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) kind: RecordKind,
    pub(super) seq: u64,
    pub(super) time_us: u64,
    pub(super) public: &'a [u8],
    pub(super) salt: &'a [u8],
    pub(super) private: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Reads a frame of exactly `bytes`.
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, &'static str> {
        let cut = "record is cut short";
        let prefix = FramePrefix::read(bytes).ok_or("record has an impossible length")?;
        let checked = bytes.get(8..prefix.total_bytes).ok_or(cut)?;
        if u32_at(bytes, 4).ok_or(cut)? != crc32c::crc32c(checked) {
            return Err("checksum of the record does not match");
        }
        let kind = bytes.get(24).copied().and_then(RecordKind::from_byte).ok_or("record has an unknown type")?;
        if bytes.get(25..28).ok_or(cut)? != [0, 0, 0] {
            return Err("record has unknown flags");
        }
        let wrong = "lengths inside the record do not fit";
        let body_bytes = usize::try_from(u32_at(bytes, 28).ok_or(cut)?).map_err(|_| wrong)?;
        let (body, zeros) =
            bytes.get(FRAME_PREFIX_BYTES..prefix.total_bytes).and_then(|b| b.split_at_checked(body_bytes)).ok_or(wrong)?;
        if zeros.len() >= 8 || zeros.iter().any(|byte| *byte != 0) {
            return Err("record does not end in zeros");
        }
        let public_bytes = usize::try_from(u32_at(body, 0).ok_or(wrong)?).map_err(|_| wrong)?;
        let (public, rest) = body.get(4..).and_then(|b| b.split_at_checked(public_bytes)).ok_or(wrong)?;
        let (salt, private) = rest.split_at_checked(SALT_BYTES).ok_or(wrong)?;
        Ok(Self { kind, seq: prefix.seq, time_us: prefix.time_us, public, salt, private })
    }

    /// The leaf that the tree holds of this record.
    pub(super) fn leaf(&self) -> Hash {
        let Self { kind, seq, time_us, public, salt, private } = *self;
        Leaf { kind: kind as u8, seq, time_us, public, salt, private }.hash()
    }
}

/// What a frame says of itself before its body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub(super) kind: RecordKind,
    pub(super) seq: u64,
    pub(super) time_us: u64,
}

/// Appends a frame to `out` and gives its leaf. `public` appends the public part, and is called once. The caller has checked [`frame_bytes`] against
/// [`FRAME_LIMIT_BYTES`].
pub(super) fn append(out: &mut Vec<u8>, label: Label, public: impl FnOnce(&mut Vec<u8>), salt: &[u8], private: &[u8]) -> Hash {
    let Label { kind, seq, time_us } = label;
    let start = out.len();
    // Total length, checksum, body's length and the length of the public part are put in at the end.
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(&seq.to_le_bytes());
    out.extend_from_slice(&time_us.to_le_bytes());
    out.extend_from_slice(&[kind as u8, 0, 0, 0]);
    out.extend_from_slice(&[0; 8]);
    let public_start = out.len();
    public(out);
    let public_end = out.len();
    out.extend_from_slice(salt);
    out.extend_from_slice(private);
    let (public_bytes, body_bytes) = (public_end - public_start, out.len() + 4 - public_start);
    let total_bytes = frame_bytes(public_bytes, private.len());
    out.resize(start + total_bytes, 0);
    put_u32(out, start, total_bytes as u32);
    put_u32(out, start + 28, body_bytes as u32);
    put_u32(out, start + FRAME_PREFIX_BYTES, public_bytes as u32);
    let checksum = crc32c::crc32c(out.get(start + 8..).unwrap_or_default());
    put_u32(out, start + 4, checksum);
    let public = out.get(public_start..public_end).unwrap_or_default();
    Leaf { kind: kind as u8, seq, time_us, public, salt, private }.hash()
}

fn put_u32(bytes: &mut [u8], at: usize, value: u32) {
    if let Some(place) = bytes.get_mut(at..).and_then(|rest| rest.first_chunk_mut::<4>()) {
        *place = value.to_le_bytes();
    }
}

/// Bytes of a frame with parts of these lengths.
pub(super) const fn frame_bytes(public_bytes: usize, private_bytes: usize) -> usize {
    (FRAME_PREFIX_BYTES + 4 + public_bytes + SALT_BYTES + private_bytes).next_multiple_of(8)
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array_at(bytes, at).map(u16::from_le_bytes)
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_le_bytes)
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array_at(bytes, at).map(u64::from_le_bytes)
}

pub(super) fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk::<N>().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::merkle::hex;

    fn sample() -> Vec<u8> {
        let mut out = b"before".to_vec();
        let label = Label { kind: RecordKind::Denied, seq: 258, time_us: 1_795_010_344_912_000 };
        let leaf = append(&mut out, label, |out| out.extend_from_slice(b"{\"a\":1}"), &[7; 16], b"xyz");
        let bytes = out.split_off(6);
        assert_eq!((out.as_slice(), Frame::decode(&bytes).unwrap().leaf()), (&b"before"[..], leaf));
        bytes
    }

    #[test]
    fn a_segment_header_has_these_bytes() {
        let header = SegmentHeader { log_id: [0xab; 16], first_seq: 258, created_us: 1_795_010_344_912_000, root: [0xcd; 32] };
        let bytes = header.encode();
        let expected = format!(
            "5053544e4c4f47310100000058000000{}02010000000000008004fa698d600600{}{}00000000",
            "ab".repeat(16),
            "cd".repeat(32),
            hex(&crc32c::crc32c(&bytes[..80]).to_le_bytes())
        );
        assert_eq!(hex(&bytes), expected);
        assert_eq!(bytes.len(), HEADER_BYTES);
        assert_eq!(SegmentHeader::decode(&bytes), Ok(header));
    }

    #[test]
    fn a_frame_has_these_bytes() {
        let bytes = sample();
        let expected = format!(
            "40000000{}02010000000000008004fa698d600600040000001e00000007000000{}{}{}0000",
            hex(&crc32c::crc32c(&bytes[8..]).to_le_bytes()),
            hex(b"{\"a\":1}"),
            "07".repeat(16),
            hex(b"xyz")
        );
        assert_eq!(hex(&bytes), expected);
        let frame = Frame::decode(&bytes).unwrap();
        assert_eq!(
            (frame.kind, frame.seq, frame.public, frame.private),
            (RecordKind::Denied, 258, &b"{\"a\":1}"[..], &b"xyz"[..])
        );
    }

    #[test]
    fn the_checksum_is_castagnolis() {
        // RFC 3720, appendix B.4: 32 bytes of zeros.
        assert_eq!(crc32c::crc32c(&[0; 32]), 0x8a91_36aa);
    }

    #[test]
    fn every_flipped_bit_of_header_and_frame_is_noticed() {
        let header = SegmentHeader { log_id: [1; 16], first_seq: 3, created_us: 4, root: [5; 32] }.encode();
        for bit in 0..header.len() * 8 {
            let mut bytes = header.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(SegmentHeader::decode(&bytes).is_err(), "header bit {bit}");
        }
        let frame = sample();
        for bit in 0..frame.len() * 8 {
            let mut bytes = frame.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Frame::decode(&bytes).is_err(), "frame bit {bit}");
        }
    }
}
