//! The table of shapes names every field of every kind that it names.

use crate::witness::shape;

/// The names of the outermost fields in `Kind { a: …, b: [X { … }], .. }`.
fn field_names(printed: &str) -> Vec<String> {
    let Some((_, body)) = printed.split_once('{') else { return Vec::new() };
    let mut names = Vec::new();
    let (mut depth, mut word) = (0_i32, String::new());
    for character in body.chars() {
        match character {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth -= 1,
            ':' if depth == 0 => names.push(std::mem::take(&mut word)),
            ',' if depth == 0 => word.clear(),
            ' ' => {}
            _ if depth == 0 => word.push(character),
            _ => {}
        }
    }
    names
}

#[test]
fn every_field_of_every_kind_is_named() {
    let table = shape::table();
    assert!(table.len() > 55, "the table holds {} kinds", table.len());
    for (kind, mut fields, printed) in table {
        let mut found = field_names(&printed);
        assert!(printed.starts_with(kind), "{kind} is printed as {printed}");
        fields.sort_unstable();
        found.sort_unstable();
        assert_eq!(fields, found, "fields of {kind}: {printed}");
    }
}
