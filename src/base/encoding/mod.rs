//! The character sets that a client may speak, exactly as PostgreSQL converts them to and from UTF-8 (`src/backend/utils/mb`).
//!
//! The tables are PostgreSQL's own answers, the same in 13 to 18, in `tables.bin`: `tests/it/encoding` asks a real server for every character of them,
//! and writes the file anew with `UPDATE_ENCODINGS=1`.
//!
//! | file | what |
//! |---|---|
//! | `name` | encodings by all their names |
//! | `shape` | where a character ends in bytes |
//! | `table` | `tables.bin`, unpacked when it is needed first |
//! | `convert` | bytes into text, text into bytes, PostgreSQL's sentences when there is no way |

mod convert;
mod name;
mod shape;
mod table;

use shape::Shape;

/// One encoding that PostgreSQL lets a client use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding(u8);

/// What is known of one.
struct Entry {
    name: &'static str,
    shape: Shape,
}

const fn entry(name: &'static str, shape: Shape) -> Entry {
    Entry { name, shape }
}

/// All of them, by name. `tables.bin` has those with a table in this order.
#[rustfmt::skip]
static ALL: [Entry; 42] = [
    entry("BIG5", Shape::Pair), entry("EUC_CN", Shape::EucCn), entry("EUC_JIS_2004", Shape::EucJp), entry("EUC_JP", Shape::EucJp),
    entry("EUC_KR", Shape::EucKr), entry("EUC_TW", Shape::EucTw), entry("GB18030", Shape::Gb18030), entry("GBK", Shape::Pair),
    entry("ISO_8859_5", Shape::Single), entry("ISO_8859_6", Shape::Single), entry("ISO_8859_7", Shape::Single),
    entry("ISO_8859_8", Shape::Single), entry("JOHAB", Shape::Johab), entry("KOI8R", Shape::Single), entry("KOI8U", Shape::Single),
    entry("LATIN1", Shape::Single), entry("LATIN10", Shape::Single), entry("LATIN2", Shape::Single), entry("LATIN3", Shape::Single),
    entry("LATIN4", Shape::Single), entry("LATIN5", Shape::Single), entry("LATIN6", Shape::Single), entry("LATIN7", Shape::Single),
    entry("LATIN8", Shape::Single), entry("LATIN9", Shape::Single), entry("MULE_INTERNAL", Shape::None),
    entry("SHIFT_JIS_2004", Shape::Sjis), entry("SJIS", Shape::Sjis), entry("SQL_ASCII", Shape::Utf8), entry("UHC", Shape::Pair),
    entry("UTF8", Shape::Utf8), entry("WIN1250", Shape::Single), entry("WIN1251", Shape::Single), entry("WIN1252", Shape::Single),
    entry("WIN1253", Shape::Single), entry("WIN1254", Shape::Single), entry("WIN1255", Shape::Single), entry("WIN1256", Shape::Single),
    entry("WIN1257", Shape::Single), entry("WIN1258", Shape::Single), entry("WIN866", Shape::Single), entry("WIN874", Shape::Single),
];

impl Encoding {
    /// What the gate and the warehouse speak.
    pub const UTF8: Self = Self(30);

    /// All encodings.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).map(Self).take(ALL.len())
    }

    /// As PostgreSQL writes it.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// Whether PostgreSQL converts it to and from UTF-8.
    pub fn is_convertible(self) -> bool {
        self.entry().shape != Shape::None
    }

    /// Its bytes are those of UTF-8: to PostgreSQL, SQL_ASCII means "not converted".
    pub fn is_utf8(self) -> bool {
        self.entry().shape == Shape::Utf8
    }

    /// Only clients may use it: the second byte of a character may be ASCII (PostgreSQL: `PG_ENCODING_IS_CLIENT_ONLY`).
    pub fn is_client_only(self) -> bool {
        matches!(self.entry().shape, Shape::Gb18030 | Shape::Johab | Shape::Pair | Shape::Sjis)
    }

    /// A number for it, below 256.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The encoding of that number; UTF-8 where there is none.
    pub fn of_number(number: u8) -> Self {
        if usize::from(number) < ALL.len() { Self(number) } else { Self::UTF8 }
    }

    fn entry(self) -> &'static Entry {
        const UNKNOWN: Entry = entry("UTF8", Shape::Utf8);
        ALL.get(usize::from(self.0)).unwrap_or(&UNKNOWN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_stand_in_order_and_utf8_is_one_of_them() {
        let names: Vec<&str> = Encoding::all().map(Encoding::name).collect();
        assert!(names.is_sorted() && names.len() == 42);
        assert_eq!(Encoding::UTF8.name(), "UTF8");
        for encoding in Encoding::all() {
            assert_eq!(Encoding::of_number(encoding.number()), encoding);
        }
        assert_eq!(Encoding::of_number(200), Encoding::UTF8);
        let unconverted: Vec<&str> = Encoding::all().filter(|one| !one.is_convertible()).map(Encoding::name).collect();
        assert_eq!(unconverted, ["MULE_INTERNAL"]);
        let client_only: Vec<&str> = Encoding::all().filter(|one| one.is_client_only()).map(Encoding::name).collect();
        assert_eq!(client_only, ["BIG5", "GB18030", "GBK", "JOHAB", "SHIFT_JIS_2004", "SJIS", "UHC"]);
    }
}
