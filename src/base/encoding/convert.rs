//! Bytes into text and text into bytes (PostgreSQL: `mbutils.c`, `conv.c`).

use std::borrow::Cow;

use super::Encoding;
use super::table::{Meaning, Table};
use crate::base::{SqlState, UserError};

/// Bytes that an error shows at most (PostgreSQL: `report_invalid_encoding`).
const SHOWN_BYTES: usize = 8;

impl Encoding {
    /// What a client wrote, as text. ASCII and UTF-8 are not copied.
    ///
    /// # Errors
    /// 22021 for bytes that are no character of this encoding, 22P05 for a character that Unicode does not have; the bytes of one character are shown.
    pub fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, UserError> {
        if self.is_utf8() || bytes.is_ascii() {
            // What is not converted is held against the warehouse's encoding.
            return std::str::from_utf8(bytes)
                .map(Cow::Borrowed)
                .map_err(|error| Self::UTF8.invalid(bytes.get(error.valid_up_to()..).unwrap_or_default()));
        }
        let (shape, table) = (self.entry().shape, self.table());
        let mut text = String::with_capacity(bytes.len().saturating_mul(2));
        let mut rest = bytes;
        while let Some(first) = rest.first() {
            if (0x01..0x80).contains(first) {
                text.push(char::from(*first));
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            let length = shape.length(rest).ok_or_else(|| self.invalid(rest))?;
            let (character, after) = rest.split_at_checked(length).ok_or_else(|| self.invalid(rest))?;
            match table.decode(character) {
                Some(Meaning::One(one)) => text.push(one),
                Some(Meaning::Two(two)) => text.extend(two),
                None => return Err(untranslatable(self, character, Self::UTF8)),
            }
            rest = after;
        }
        Ok(Cow::Owned(text))
    }

    /// Text as a client reads it. ASCII and UTF-8 are not copied.
    ///
    /// # Errors
    /// 22P05 for a character that this encoding does not have.
    pub fn encode(self, text: &str) -> Result<Cow<'_, [u8]>, UserError> {
        if self.is_utf8() || text.is_ascii() {
            return Ok(Cow::Borrowed(text.as_bytes()));
        }
        let table = self.table();
        let mut bytes = Vec::with_capacity(text.len());
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            if let Ok(ascii) = u8::try_from(character)
                && ascii.is_ascii()
            {
                bytes.push(ascii);
            } else if let Some(next) = characters.peek()
                && table.encode_pair([character, *next], &mut bytes).is_some()
            {
                characters.next();
            } else {
                self.encode_one(table, character, &mut bytes)?;
            }
        }
        Ok(Cow::Owned(bytes))
    }

    fn encode_one(self, table: &Table, character: char, bytes: &mut Vec<u8>) -> Result<(), UserError> {
        table.encode(character, bytes).ok_or_else(|| {
            let mut written = [0; 4];
            untranslatable(Self::UTF8, character.encode_utf8(&mut written).as_bytes(), self)
        })
    }

    /// PostgreSQL: `report_invalid_encoding`.
    fn invalid(self, bytes: &[u8]) -> UserError {
        let length = self.entry().shape.told_length(bytes);
        let shown = shown(bytes.get(..length).unwrap_or(bytes));
        let message = format!("invalid byte sequence for encoding \"{}\": {shown}", self.name());
        UserError::new(SqlState::CHARACTER_NOT_IN_REPERTOIRE, message)
    }
}

/// PostgreSQL: `report_untranslatable_char`.
fn untranslatable(from: Encoding, character: &[u8], to: Encoding) -> UserError {
    let message = format!(
        "character with byte sequence {} in encoding \"{}\" has no equivalent in encoding \"{}\"",
        shown(character),
        from.name(),
        to.name()
    );
    UserError::new(SqlState::UNTRANSLATABLE_CHARACTER, message)
}

fn shown(bytes: &[u8]) -> String {
    let shown: Vec<String> = bytes.iter().take(SHOWN_BYTES).map(|byte| format!("0x{byte:02x}")).collect();
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Encoding {
        Encoding::find(name).unwrap()
    }

    fn told(error: UserError) -> String {
        format!("{} {}", error.sqlstate, error.message)
    }

    #[test]
    fn text_goes_both_ways() {
        let samples: [(&str, &str, &[u8]); 12] = [
            ("LATIN1", "Müller", b"M\xfcller"),
            ("LATIN9", "5 €", b"5 \xa4"),
            ("WIN1252", "“5 €”", b"\x935 \x80\x94"),
            ("KOI8R", "Ж", b"\xf6"),
            ("SJIS", "表ｱ", b"\x95\\\xb1"),
            ("BIG5", "功", b"\xa5\\"),
            ("GBK", "誠", b"\xd5\\"),
            ("EUC_JP", "表", b"\xc9\xbd"),
            ("UHC", "한", b"\xc7\xd1"),
            ("EUC_TW", "斗", b"\xc5\xc7"),
            ("GB18030", "😀é", b"\x94\x39\xfc\x36\xa8\xa6"),
            ("EUC_JIS_2004", "か\u{309a}か", b"\xa4\xf7\xa4\xab"),
        ];
        for (name, text, bytes) in samples {
            assert_eq!(of(name).decode(bytes).unwrap(), text, "{name}");
            assert_eq!(of(name).encode(text).unwrap().as_ref(), bytes, "{name}");
        }
    }

    #[test]
    fn what_has_no_way_is_told_in_postgresql_s_words() {
        let none = |name: &str, bytes: &[u8]| told(of(name).decode(bytes).unwrap_err());
        assert_eq!(
            none("WIN1252", b"a\x81b"),
            "22P05 character with byte sequence 0x81 in encoding \"WIN1252\" has no equivalent in encoding \"UTF8\""
        );
        assert_eq!(none("SJIS", b"\x95'"), "22021 invalid byte sequence for encoding \"SJIS\": 0x95 0x27");
        assert_eq!(none("SJIS", b"\x95"), "22021 invalid byte sequence for encoding \"SJIS\": 0x95");
        assert_eq!(none("SQL_ASCII", b"\xfc"), "22021 invalid byte sequence for encoding \"UTF8\": 0xfc");
        assert_eq!(none("UTF8", b"\xc3("), "22021 invalid byte sequence for encoding \"UTF8\": 0xc3 0x28");
        assert_eq!(
            told(of("LATIN1").encode("€").unwrap_err()),
            "22P05 character with byte sequence 0xe2 0x82 0xac in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\""
        );
    }

    #[test]
    fn ascii_and_utf8_are_not_copied() {
        assert!(matches!(of("SJIS").decode(b"select 1"), Ok(Cow::Borrowed(_))));
        assert!(matches!(of("UTF8").decode("ü".as_bytes()), Ok(Cow::Borrowed(_))));
        assert!(matches!(of("SQL_ASCII").encode("ü"), Ok(Cow::Borrowed(_))));
    }

    /// Every character of every table comes back as itself, and one byte, then another, of anything never does harm.
    #[test]
    fn whatever_bytes_come_are_read_or_refused() {
        for encoding in Encoding::all().filter(|encoding| encoding.is_convertible()) {
            for first in 0x80..=0xff_u8 {
                for second in [0x00, 0x20, 0x27, 0x30, 0x5c, 0x7f, 0x81, 0xa1, 0xdf, 0xfe, 0xff] {
                    for bytes in [&[first][..], &[first, second], &[first, second, 0x81, 0x30], &[first, second, 0xa1, 0xa1]] {
                        let Ok(text) = encoding.decode(bytes) else { continue };
                        if let Ok(again) = encoding.encode(&text) {
                            assert_eq!(encoding.decode(&again).unwrap(), text, "{} {bytes:02x?}", encoding.name());
                        }
                    }
                }
            }
        }
    }
}
