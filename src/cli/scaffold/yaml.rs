//! Texts as YAML scalars: any identifier of any database, on one line, read back as it was.

/// The text in double quotes, with everything escaped that does not print as itself (YAML 1.2 §5.7).
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_plain(c) => out.push(c),
            c => out.push_str(&escaped(u32::from(c))),
        }
    }
    out.push('"');
    out
}

/// Several texts as a flow sequence.
pub(super) fn list<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = texts.into_iter().map(|text| quoted(text.as_ref())).collect();
    format!("[{}]", items.join(", "))
}

/// The text as a comment, which ends with its line whatever a name in it holds.
pub(super) fn comment(text: &str) -> String {
    format!("# {}", text.chars().map(|c| if is_plain(c) { c } else { ' ' }).collect::<String>())
}

/// Prints as itself and ends no line; what changes the direction of text is shown as what it is.
fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
        && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn escaped(code: u32) -> String {
    match code {
        0..=0xFF => format!("\\x{code:02X}"),
        0x100..=0xFFFF => format!("\\u{code:04X}"),
        _ => format!("\\U{code:08X}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::{Diagnostics, parse};

    fn read_back(yaml: &str, key: &str) -> Option<String> {
        let mut diagnostics = Diagnostics::new();
        let node = parse("f", yaml, &mut diagnostics);
        assert!(diagnostics.is_empty(), "{diagnostics}\n{yaml}");
        node.unwrap().get(key).and_then(|node| node.text().map(str::to_owned))
    }

    #[test]
    fn every_identifier_survives() {
        let all_low: String = (1..0x300).filter_map(char::from_u32).collect();
        for text in [
            "plain",
            "null",
            "~",
            "yes",
            "0x1F",
            "- a",
            "a: b",
            "a # b",
            "&a",
            "*a",
            "!t",
            "%TAG",
            "<<",
            "{}",
            "semi;colon",
            "a--b",
            "/*c*/",
            "odd.table\"x",
            "back\\slash\\n",
            "line\nfeed\r\n",
            "\u{85}\u{2028}\u{2029}\u{FEFF}\u{202E}",
            "Größe 表 🦀",
            " lead and trail ",
            &all_low,
        ] {
            assert_eq!(read_back(&format!("a: {}\n", quoted(text)), "a").as_deref(), Some(text), "{text:?}");
            assert_eq!(read_back(&format!("{}: \"v\"\n", quoted(text)), text).as_deref(), Some("v"), "{text:?}");
            assert!(!quoted(text).contains('\n'));
        }
    }

    #[test]
    fn a_comment_stays_a_comment() {
        assert_eq!(comment("a\n- b: c\u{2028}d"), "# a - b: c d");
    }

    proptest! {
        #[test]
        fn any_text_survives(text in "\\PC{0,40}|[\\x01-\\u{FFFF}]{0,20}") {
            prop_assert_eq!(read_back(&format!("a: {}\n", quoted(&text)), "a"), Some(text));
        }
    }
}
