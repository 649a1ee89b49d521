//! Where a character ends in bytes, and which bytes can be one (PostgreSQL: `wchar.c`).
//!
//! Two readings stand side by side there, and here: how long a character that begins so would be, which is all that an error shows, and whether it is one.

/// How an encoding strings its characters together. In every one of them a byte below 128 that begins a character is that ASCII character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    EucCn,
    EucJp,
    EucKr,
    EucTw,
    Gb18030,
    Johab,
    /// Never converted.
    None,
    /// Two bytes from 128 on, the second whatever it is.
    Pair,
    /// One byte each.
    Single,
    Sjis,
    Utf8,
}

/// The single shifts of the EUC encodings.
const SS2: u8 = 0x8e;
const SS3: u8 = 0x8f;

const fn is_high(byte: u8) -> bool {
    byte >= 0x80
}

const fn is_euc(byte: u8) -> bool {
    matches!(byte, 0xa1..=0xfe)
}

impl Shape {
    /// The length of the character that these bytes begin with, as far as its first bytes tell; at least 1.
    pub(super) fn told_length(self, bytes: &[u8]) -> usize {
        let Some((first, rest)) = bytes.split_first() else { return 1 };
        match (self, *first) {
            (_, 0..=0x7f) | (Self::Single | Self::None, _) | (Self::Sjis, 0xa1..=0xdf) => 1,
            (Self::Utf8, 0xc0..=0xdf) => 2,
            (Self::Utf8, 0xe0..=0xef) => 3,
            (Self::Utf8, 0xf0..=0xf7) => 4,
            (Self::Utf8, _) => 1,
            (Self::EucJp | Self::EucKr | Self::Johab, SS3) => 3,
            (Self::EucTw, SS2) => 4,
            (Self::EucTw, SS3) => 3,
            (Self::Gb18030, _) if matches!(rest, [b'0'..=b'9', ..]) => 4,
            (
                Self::EucCn | Self::EucJp | Self::EucKr | Self::EucTw | Self::Gb18030 | Self::Johab | Self::Pair | Self::Sjis,
                _,
            ) => 2,
        }
    }

    /// The length of the character at the front; `None` when these bytes are none.
    pub(super) fn length(self, bytes: &[u8]) -> Option<usize> {
        let is_character = match (self, bytes) {
            (Self::None, _) | (_, []) => false,
            (_, [0x01..=0x7f, ..]) | (Self::Single, [0x80..=0xff, ..]) => true,
            (Self::Utf8, _) => return utf8_length(bytes),
            (Self::EucCn, [first, second, ..]) => is_euc(*first) && is_euc(*second),
            (Self::EucJp, [SS2, second, ..]) => matches!(second, 0xa1..=0xdf),
            (Self::EucJp, [SS3, second, third, ..]) => is_euc(*second) && is_euc(*third),
            (Self::EucJp | Self::EucKr, [first, second, ..]) if *first != SS3 => is_euc(*first) && is_euc(*second),
            // Read as two bytes there, whatever the first one shifts.
            (Self::EucKr, _) => false,
            (Self::EucTw, [SS2, plane, third, fourth, ..]) => matches!(plane, 0xa1..=0xa7) && is_euc(*third) && is_euc(*fourth),
            (Self::EucTw, [SS2 | SS3, ..]) => false,
            (Self::EucTw, [_, second, ..]) => is_euc(*second),
            (Self::Gb18030, [first, b'0'..=b'9', third, fourth, ..]) => {
                matches!(first, 0x81..=0xfe) && matches!(third, 0x81..=0xfe) && fourth.is_ascii_digit()
            }
            (Self::Gb18030, [first, second, ..]) => matches!(first, 0x81..=0xfe) && matches!(second, 0x40..=0x7e | 0x80..=0xfe),
            (Self::Johab, [SS3, second, third, ..]) => is_euc(*second) && is_euc(*third),
            (Self::Johab, [first, second, ..]) => *first != SS3 && is_high(*first) && is_euc(*second),
            // The pair by which PostgreSQL makes a text invalid on purpose (NONUTF8_INVALID_BYTE0).
            (Self::Pair, [0x8d, b' ', ..]) => false,
            (Self::Pair, [first, second, ..]) => is_high(*first) && *second != 0,
            (Self::Sjis, [0xa1..=0xdf, ..]) => true,
            (Self::Sjis, [first, second, ..]) => {
                matches!(first, 0x81..=0x9f | 0xe0..=0xfc) && matches!(second, 0x40..=0x7e | 0x80..=0xfc)
            }
            (_, [_, ..]) => false,
        };
        is_character.then(|| self.told_length(bytes))
    }
}

/// By the standard library's own reading.
fn utf8_length(bytes: &[u8]) -> Option<usize> {
    let length = Shape::Utf8.told_length(bytes);
    std::str::from_utf8(bytes.get(..length)?).is_ok().then_some(length)
}
