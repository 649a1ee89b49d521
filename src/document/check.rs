//! Holds a tree against a table of keys and tells every difference. Recursive: the parser bounds the depth.

use std::collections::BTreeSet;
use std::fmt::Display;

use super::diagnostic::{Diagnostics, quoted};
use super::node::{Node, Scalar};
use super::shape::{Form, Key, Kind, Object, PROPERTY, Presence, Shape};
use super::units::{show_duration, show_size};

/// Longer lists of words are not repeated when one of them is near enough.
const SHOWN_WORDS: usize = 10;

/// Words that YAML 1.1 took for booleans.
const OLD_BOOLEANS: [&str; 8] = ["yes", "no", "on", "off", "y", "n", "t", "f"];

/// Checks a document. Values that were not complained about can be read from the node as the table says.
pub fn check(node: &Node, shape: &Shape, diagnostics: &mut Diagnostics) {
    check_object(node, shape.root, diagnostics);
}

fn check_kind(node: &Node, kind: &Kind, diagnostics: &mut Diagnostics) {
    if node.is_refused() {
        return;
    }
    match kind {
        Kind::Any => {}
        Kind::Text(form) => check_text(node, form, diagnostics),
        Kind::Choice(words, later) => check_choice(node, words, later, diagnostics),
        Kind::Bool | Kind::False => check_bool(node, diagnostics),
        Kind::Integer { min, max } => match node.integer() {
            Some(value) => check_range(node, &value, min, max, ToString::to_string, diagnostics),
            None => expected(node, "a whole number", diagnostics),
        },
        Kind::Number { min, max } => match node.number() {
            Some(value) => check_range(node, &value, min, max, ToString::to_string, diagnostics),
            None => expected(node, "a number", diagnostics),
        },
        Kind::Duration { min, max } => match node.duration() {
            Some(value) => check_range(node, &value, min, max, |d| show_duration(*d), diagnostics),
            None => expected(node, "a duration in s, m, h or d, such as 30m", diagnostics),
        },
        Kind::Size { min, max } => match node.size() {
            Some(value) => check_range(node, &value, min, max, |b| show_size(*b), diagnostics),
            None => expected(node, "a size in KiB, MiB, GiB or TiB, such as 256KiB", diagnostics),
        },
        Kind::Scalar => {
            if node.text().is_none() || node.is_nothing() {
                expected(node, "text or a number", diagnostics);
            }
        }
        Kind::EmptyList => check_list(node, &Kind::Any, 0, false, diagnostics),
        Kind::List { of, min, unique } => check_list(node, of, *min, *unique, diagnostics),
        Kind::Map { keys, of, min } => check_map(node, keys, of, *min, diagnostics),
        Kind::Object(object) => check_object(node, object, diagnostics),
        Kind::Properties { prefix, known, elsewhere } => check_properties(node, prefix, known, elsewhere, diagnostics),
        Kind::OneOf(kinds) => match kinds.iter().find(|kind| fits(node, kind)) {
            Some(kind) => check_kind(node, kind, diagnostics),
            None => {
                let names: Vec<&str> = kinds.iter().map(class).collect();
                expected(node, &names.join(" or "), diagnostics);
            }
        },
    }
}

fn check_object(node: &Node, object: &Object, diagnostics: &mut Diagnostics) {
    if !node.is_map() {
        return expected(node, &format!("a mapping with the keys of {}", article(object.name)), diagnostics);
    }
    for entry in node.entries() {
        match object.keys.iter().find(|key| key.name == entry.key) {
            Some(key) if key.presence == Presence::NotImplemented => {
                diagnostics.not_implemented(&entry.key_at, &quoted(key.name))
            }
            Some(key) if matches!(key.kind, Kind::False) && entry.value.bool() == Some(true) => {
                diagnostics.not_implemented(&entry.value.at, &quoted(&format!("{}: true", key.name)));
            }
            Some(key) if matches!(key.kind, Kind::EmptyList) && !entry.value.items().is_empty() => {
                diagnostics.not_implemented(&entry.key_at, &quoted(key.name));
            }
            Some(key) => check_kind(&entry.value, &key.kind, diagnostics),
            None => match object.others {
                Some(kind) => check_kind(&entry.value, kind, diagnostics),
                None => {
                    let known = object.keys.iter().filter(|key| node.get(key.name).is_none()).map(|key| key.name);
                    diagnostics.unknown(&entry.key_at, "key", &entry.key, known);
                }
            },
        }
    }
    for key in object.keys {
        if key.presence == Presence::Required && node.get(key.name).is_none() {
            diagnostics.push(&node.at, format!("missing key {} of {}", quoted(key.name), article(object.name)));
        }
    }
}

fn check_text(node: &Node, form: &Form, diagnostics: &mut Diagnostics) {
    match node.scalar() {
        Some(Scalar::Text(text)) if (form.accepts)(text) => {}
        Some(Scalar::Integer(_) | Scalar::Float(_) | Scalar::Bool(_))
            if node.text().is_some_and(form.accepts) && !form.secret =>
        {
            diagnostics.push(&node.at, format!("expected {}, found {}: put it in quotes", form.expected, found(node)));
        }
        Some(_) if form.secret => diagnostics.push(&node.at, format!("expected {}", form.expected)),
        Some(_) | None => expected(node, form.expected, diagnostics),
    }
}

fn check_choice(node: &Node, words: &[&str], later: &[&str], diagnostics: &mut Diagnostics) {
    let listed = || alternatives(words);
    match node.scalar() {
        Some(Scalar::Text(text)) if words.contains(&text) => {}
        Some(Scalar::Text(text)) if later.contains(&text) => diagnostics.not_implemented(&node.at, &quoted(text)),
        Some(Scalar::Text(text)) => {
            let near = super::suggest(text, words.iter().copied());
            let message = match near {
                Some(near) if words.len() > SHOWN_WORDS => {
                    format!("unknown word {} (did you mean {}?)", quoted(text), quoted(near))
                }
                Some(near) => format!("expected {}, found {} (did you mean {}?)", listed(), quoted(text), quoted(near)),
                None => format!("expected {}, found {}", listed(), quoted(text)),
            };
            diagnostics.push(&node.at, message);
        }
        Some(Scalar::Integer(_) | Scalar::Float(_) | Scalar::Bool(_))
            if node.text().is_some_and(|text| words.contains(&text)) =>
        {
            diagnostics.push(&node.at, format!("expected {}, found {}: put it in quotes", listed(), found(node)));
        }
        Some(_) | None => expected(node, &listed(), diagnostics),
    }
}

fn check_bool(node: &Node, diagnostics: &mut Diagnostics) {
    if node.bool().is_some() {
        return;
    }
    let old = node.text().is_some_and(|text| OLD_BOOLEANS.contains(&text.to_ascii_lowercase().as_str()));
    let hint = if old { ": write true or false" } else { "" };
    diagnostics.push(&node.at, format!("expected true or false, found {}{hint}", found(node)));
}

fn check_range<T: PartialOrd>(
    node: &Node,
    value: &T,
    min: &T,
    max: &T,
    show: impl Fn(&T) -> String,
    diagnostics: &mut Diagnostics,
) {
    if value < min || value > max {
        diagnostics
            .push(&node.at, format!("must be from {} to {}, found {}", show(min), show(max), node.text().unwrap_or_default()));
    }
}

fn check_list(node: &Node, of: &Kind, min: usize, unique: bool, diagnostics: &mut Diagnostics) {
    if !node.is_list() {
        return expected(node, "a list", diagnostics);
    }
    if node.items().len() < min {
        diagnostics.push(&node.at, format!("needs at least {min} {}", if min == 1 { "item" } else { "items" }));
    }
    let mut seen = BTreeSet::new();
    for item in node.items() {
        check_kind(item, of, diagnostics);
        if let Some(text) = item.text().filter(|text| unique && !seen.insert(text.to_owned())) {
            diagnostics.push(&item.at, format!("{} is listed twice", quoted(text)));
        }
    }
}

fn check_map(node: &Node, keys: &Form, of: &Kind, min: usize, diagnostics: &mut Diagnostics) {
    if !node.is_map() {
        return expected(node, "a mapping", diagnostics);
    }
    if node.entries().len() < min {
        diagnostics.push(&node.at, format!("needs at least {min} {}", if min == 1 { "key" } else { "keys" }));
    }
    for entry in node.entries() {
        if !(keys.accepts)(&entry.key) {
            diagnostics.push(&entry.key_at, format!("expected {}, found {}", keys.expected, quoted(&entry.key)));
        }
        check_kind(&entry.value, of, diagnostics);
    }
}

fn check_properties(node: &Node, prefix: &str, known: &[Key], elsewhere: &[(&str, &str)], diagnostics: &mut Diagnostics) {
    check_list(node, &Kind::Object(&PROPERTY), 0, false, diagnostics);
    let mut seen = BTreeSet::new();
    for item in node.items() {
        let Some(name) = item.get("property") else { continue };
        let Some(text) = name.text().filter(|text| text.starts_with(prefix)) else { continue };
        if !seen.insert(text) {
            diagnostics.push(&name.at, format!("property {} is given twice", quoted(text)));
        }
        match (known.iter().find(|key| key.name == text), elsewhere.iter().find(|(other, _)| *other == text)) {
            (Some(key), _) => item.get("value").into_iter().for_each(|value| check_kind(value, &key.kind, diagnostics)),
            (None, Some((_, level))) => {
                diagnostics.push(&name.at, format!("property {} belongs to {}", quoted(text), article(level)))
            }
            (None, None) => diagnostics.unknown(&name.at, "property", text, known.iter().map(|key| key.name)),
        }
    }
}

/// The kind and the node are of the same class: scalar, list or mapping.
fn fits(node: &Node, kind: &Kind) -> bool {
    match kind {
        Kind::Any => true,
        Kind::EmptyList | Kind::List { of: _, min: _, unique: _ } | Kind::Properties { prefix: _, known: _, elsewhere: _ } => {
            node.is_list()
        }
        Kind::Map { keys: _, of: _, min: _ } | Kind::Object(_) => node.is_map(),
        Kind::OneOf(kinds) => kinds.iter().any(|kind| fits(node, kind)),
        Kind::Text(_)
        | Kind::Choice(_, _)
        | Kind::Bool
        | Kind::False
        | Kind::Integer { min: _, max: _ }
        | Kind::Number { min: _, max: _ }
        | Kind::Duration { min: _, max: _ }
        | Kind::Size { min: _, max: _ }
        | Kind::Scalar => node.text().is_some() && !node.is_nothing(),
    }
}

fn class(kind: &Kind) -> &'static str {
    match kind {
        Kind::Any => "a value",
        Kind::EmptyList | Kind::List { of: _, min: _, unique: _ } | Kind::Properties { prefix: _, known: _, elsewhere: _ } => {
            "a list"
        }
        Kind::Map { keys: _, of: _, min: _ } | Kind::Object(_) => "a mapping",
        Kind::Text(form) => form.expected,
        Kind::Bool | Kind::False => "true or false",
        Kind::Integer { min: _, max: _ } | Kind::Number { min: _, max: _ } => "a number",
        Kind::Duration { min: _, max: _ } => "a duration",
        Kind::Size { min: _, max: _ } => "a size",
        Kind::Choice(_, _) | Kind::Scalar | Kind::OneOf(_) => "text",
    }
}

fn expected(node: &Node, what: &str, diagnostics: &mut Diagnostics) {
    if !node.is_refused() {
        diagnostics.push(&node.at, format!("expected {what}, found {}", found(node)));
    }
}

/// What is written there, in words.
fn found(node: &Node) -> String {
    match node.scalar() {
        Some(Scalar::Nothing) => "nothing".to_owned(),
        Some(Scalar::Bool(value)) => value.to_string(),
        Some(Scalar::Integer(_) | Scalar::Float(_)) => format!("the number {}", node.text().unwrap_or_default()),
        Some(Scalar::Text(text)) => quoted(text),
        None if node.is_list() => "a list".to_owned(),
        None => "a mapping".to_owned(),
    }
}

fn alternatives(words: &[impl Display]) -> String {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => "nothing".to_owned(),
    }
}

fn article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::shape::{ANY_TEXT, Key, NAME};
    use super::*;

    static TOKEN: Form = Form {
        expected: "a reference such as file:PATH",
        pattern: None,
        accepts: |text| text.starts_with("file:"),
        secret: true,
    };
    static DOOR: Object =
        Object::closed("opening", &[Key::required("name", Kind::Text(&NAME), "."), Key::optional("open", Kind::Bool, ".")]);
    static KEYS: [Key; 12] = [
        Key::required("name", Kind::Text(&NAME), "."),
        Key::optional("size", Kind::Size { min: 1024, max: 1 << 20 }, "."),
        Key::optional("wait", Kind::Duration { min: Duration::from_secs(1), max: Duration::from_secs(3600) }, "."),
        Key::optional("count", Kind::Integer { min: 1, max: 9 }, "."),
        Key::optional("mode", Kind::Choice(&["fsync", "os"], &["network"]), "."),
        Key::optional("tls", Kind::Choice(&["1.2", "1.3"], &[]), "."),
        Key::optional("doors", Kind::List { of: &Kind::Object(&DOOR), min: 1, unique: false }, "."),
        Key::optional("tags", Kind::List { of: &Kind::Text(&ANY_TEXT), min: 0, unique: true }, "."),
        Key::optional("by_name", Kind::Map { keys: &NAME, of: &Kind::Scalar, min: 1 }, "."),
        Key::optional("either", Kind::OneOf(&[Kind::Text(&ANY_TEXT), Kind::Object(&DOOR)]), "."),
        Key::optional("secret", Kind::Text(&TOKEN), "."),
        Key::not_implemented("jit", "."),
    ];
    static ROOT: Object = Object::closed("house", &KEYS);
    static HOUSE: Shape = Shape { id: "x", title: "x", root: &ROOT };

    fn mistakes(text: &str) -> Vec<String> {
        let mut diagnostics = Diagnostics::new();
        let node = super::super::parse("f", text, &mut diagnostics).unwrap();
        check(&node, &HOUSE, &mut diagnostics);
        diagnostics.to_string().lines().map(|line| line.strip_prefix("f:").unwrap().to_owned()).collect()
    }

    #[test]
    fn a_right_document_has_no_mistakes() {
        let text = "name: a-1\nsize: 64KiB\nwait: 1h\ncount: 9\nmode: os\ntls: \"1.3\"\ndoors: [{name: x, open: true}]\ntags: [a, b]\nby_name: {k: 1}\neither: {name: y}\nsecret: file:x\n";
        assert!(mistakes(text).is_empty(), "{:?}", mistakes(text));
    }

    #[test]
    fn each_wrong_value_is_told_with_what_was_expected() {
        let cases = [
            ("mode: fsnyc", "expected fsync or os, found \"fsnyc\" (did you mean \"fsync\"?)"),
            ("mode: network", "\"network\" is not implemented yet"),
            ("tls: 1.2", "expected 1.2 or 1.3, found the number 1.2: put it in quotes"),
            ("size: 64KB", "expected a size in KiB, MiB, GiB or TiB, such as 256KiB, found \"64KB\""),
            ("size: 2MiB", "must be from 1KiB to 1MiB, found 2MiB"),
            ("wait: 30", "expected a duration in s, m, h or d, such as 30m, found the number 30"),
            ("wait: 61m", "must be from 1s to 1h, found 61m"),
            ("count: 0", "must be from 1 to 9, found 0"),
            ("count: 1.5", "expected a whole number, found the number 1.5"),
            ("count:", "expected a whole number, found nothing"),
            ("doors: []", "needs at least 1 item"),
            ("doors: {}", "expected a list, found a mapping"),
            ("by_name: []", "expected a mapping, found a list"),
            ("either: []", "expected text or a mapping, found a list"),
            ("secret: hunter2", "expected a reference such as file:PATH"),
            ("secret: 12345678", "expected a reference such as file:PATH"),
            ("name2: x", "unknown key \"name2\""),
        ];
        for (line, message) in cases {
            let told = mistakes(&format!("name: a\n{line}\n"));
            assert_eq!(told.len(), 1, "{line}: {told:?}");
            assert_eq!(told[0].splitn(3, ':').nth(2).unwrap().trim(), message, "{line}");
        }
    }

    #[test]
    fn all_mistakes_of_a_tree_are_told_with_their_places() {
        let text = "nmae: x\ndoors:\n  - {name: A}\n  - {open: yes, name: b}\n  - {open: on}\ntags: [a, b, a]\nby_name: {K: [1]}\njit: {required: true}\n";
        assert_eq!(
            mistakes(text),
            [
                "1:1: missing key \"name\" of a house",
                "1:1: unknown key \"nmae\" (did you mean \"name\"?)",
                "3:12: expected a name of a-z, 0-9, _ and -, at most 63 long, that does not begin with _ or -, found \"A\"",
                "4:12: expected true or false, found \"yes\": write true or false",
                "5:5: missing key \"name\" of an opening",
                "5:12: expected true or false, found \"on\": write true or false",
                "6:14: \"a\" is listed twice",
                "7:11: expected a name of a-z, 0-9, _ and -, at most 63 long, that does not begin with _ or -, found \"K\"",
                "7:14: expected text or a number, found a list",
                "8:1: \"jit\" is not implemented yet",
            ]
        );
    }
}
