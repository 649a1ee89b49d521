//! Encodings by all their names (PostgreSQL: `encnames.c`, `pg_char_to_encoding`).

use super::Encoding;

/// The longest name that is looked at (`NAMEDATALEN`), in bytes.
const NAME_BYTES: usize = 63;

/// Names that are not an encoding's own without its underscores, as `clean_encoding_name` leaves them.
const OTHERS: [(&str, &str); 39] = [
    ("abc", "WIN1258"),
    ("alt", "WIN866"),
    ("iso88591", "LATIN1"),
    ("iso885910", "LATIN6"),
    ("iso885913", "LATIN7"),
    ("iso885914", "LATIN8"),
    ("iso885915", "LATIN9"),
    ("iso885916", "LATIN10"),
    ("iso88592", "LATIN2"),
    ("iso88593", "LATIN3"),
    ("iso88594", "LATIN4"),
    ("iso88599", "LATIN5"),
    ("koi8", "KOI8R"),
    ("mskanji", "SJIS"),
    ("shiftjis", "SJIS"),
    ("tcvn", "WIN1258"),
    ("tcvn5712", "WIN1258"),
    ("unicode", "UTF8"),
    ("vscii", "WIN1258"),
    ("win", "WIN1251"),
    ("win932", "SJIS"),
    ("win936", "GBK"),
    ("win949", "UHC"),
    ("win950", "BIG5"),
    ("windows1250", "WIN1250"),
    ("windows1251", "WIN1251"),
    ("windows1252", "WIN1252"),
    ("windows1253", "WIN1253"),
    ("windows1254", "WIN1254"),
    ("windows1255", "WIN1255"),
    ("windows1256", "WIN1256"),
    ("windows1257", "WIN1257"),
    ("windows1258", "WIN1258"),
    ("windows866", "WIN866"),
    ("windows874", "WIN874"),
    ("windows932", "SJIS"),
    ("windows936", "GBK"),
    ("windows949", "UHC"),
    ("windows950", "BIG5"),
];

impl Encoding {
    /// The encoding of that name: letters and digits count, without case.
    pub fn find(name: &str) -> Option<Self> {
        if name.is_empty() || name.len() > NAME_BYTES {
            return None;
        }
        let cleaned = clean(name);
        let written = OTHERS.iter().find(|(other, _)| *other == cleaned).map(|(_, written)| clean(written));
        let wanted = written.unwrap_or(cleaned);
        Self::all().find(|encoding| clean(encoding.name()) == wanted)
    }
}

fn clean(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_their_letters_and_digits() {
        let found = |name: &str| Encoding::find(name).map(Encoding::name);
        for name in ["UTF8", "utf-8", "'utf-8'", "Unicode", "UTF_8"] {
            assert_eq!(found(name), Some("UTF8"), "{name}");
        }
        assert_eq!(found("Latin-1"), Some("LATIN1"));
        assert_eq!(found("iso-8859-15"), Some("LATIN9"));
        assert_eq!(found("windows-1252"), Some("WIN1252"));
        assert_eq!(found("Shift_JIS"), Some("SJIS"));
        assert_eq!(found("mule_internal"), Some("MULE_INTERNAL"));
        for name in ["", "utf16", "utf88", "cp1252", "--", &"x".repeat(64)] {
            assert_eq!(found(name), None, "{name}");
        }
    }

    #[test]
    fn every_other_name_is_one_of_an_encoding() {
        for (other, written) in OTHERS {
            assert_eq!(Encoding::find(other).map(Encoding::name), Some(written), "{other}");
        }
    }
}
