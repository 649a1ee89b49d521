//! Rows as SQL: an array for each column. PostgreSQL reads one constant a column many times faster than one expression a value, however many rows there are.

use std::borrow::Cow;
use std::fmt::Display;

use crate::base::quote_literal;

/// A value; `None` is NULL.
pub(super) type Cell<'a> = Option<Cow<'a, str>>;

/// A name or a text.
#[expect(clippy::unnecessary_wraps, reason = "a cell that is never NULL")]
pub(super) fn text(text: &str) -> Cell<'_> {
    Some(Cow::Borrowed(text))
}

/// What is written as its text: a number, an oid, a truth value.
#[expect(clippy::unnecessary_wraps, reason = "a cell that is never NULL")]
pub(super) fn value(value: impl Display) -> Cell<'static> {
    Some(Cow::Owned(value.to_string()))
}

/// Rows of columns with names and types of `pg_catalog`.
pub(super) struct Rows<const N: usize> {
    columns: [(&'static str, &'static str); N],
    /// The elements of each column's array, as `array_in` reads them.
    elements: [String; N],
}

impl<const N: usize> Rows<N> {
    pub(super) fn of(columns: [(&'static str, &'static str); N]) -> Self {
        Self { columns, elements: std::array::from_fn(|_| String::new()) }
    }

    pub(super) fn push(&mut self, row: [Cell<'_>; N]) {
        for (elements, cell) in self.elements.iter_mut().zip(row) {
            elements.push_str(if elements.is_empty() { "" } else { "," });
            match cell {
                Some(text) => push_element(elements, &text),
                None => elements.push_str("NULL"),
            }
        }
    }

    /// A query of them, in parentheses.
    pub(super) fn query(self) -> String {
        let mut columns = self.columns.iter();
        if self.elements.iter().all(String::is_empty) {
            let nulls: Vec<String> = columns.map(|(name, of)| format!("NULL::pg_catalog.{of} AS {name}")).collect();
            return format!("(SELECT {} WHERE false)", nulls.join(", "));
        }
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let targets = match columns.any(|(_, of)| is_list(of)) {
            true => self.columns.iter().map(|(name, of)| target(name, of)).collect::<Vec<_>>().join(", "),
            false => "v.*".to_owned(),
        };
        let lists = self.columns.iter().zip(&self.elements).map(|((_, of), elements)| {
            // An array of arrays would lose its rows.
            let of = if is_list(of) { "text" } else { of };
            format!("pg_catalog.unnest({}::pg_catalog.{of}[])", quote_literal(&format!("{{{elements}}}")))
        });
        let lists = lists.collect::<Vec<_>>().join(", ");
        format!("(SELECT {targets} FROM ROWS FROM ({lists}) AS v({}))", names.join(", "))
    }
}

fn is_list(of: &str) -> bool {
    of.ends_with("[]")
}

fn target(name: &str, of: &str) -> String {
    if is_list(of) { format!("v.{name}::pg_catalog.{of} AS {name}") } else { format!("v.{name}") }
}

/// An element of an array, quoted where it would not be read as it stands (PostgreSQL: `array_out` in arrayfuncs.c).
fn push_element(elements: &mut String, text: &str) {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !text.is_empty() && text.chars().all(is_plain) && !text.eq_ignore_ascii_case("null") {
        return elements.push_str(text);
    }
    elements.push('"');
    for c in text.chars() {
        elements.push_str(if matches!(c, '"' | '\\') { "\\" } else { "" });
        elements.push(c);
    }
    elements.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_arrays_and_their_values_are_quoted_twice() {
        let mut rows = Rows::of([("oid", "oid"), ("name", "name"), ("attnums", "int2[]"), ("whole", "bool")]);
        rows.push([value(7), text("it's \"a\\b\""), text("{1,2}"), value(true)]);
        rows.push([value(8), text("null"), text("{}"), value(false)]);
        rows.push([value(9), None, text(""), value(false)]);
        assert_eq!(
            rows.query(),
            "(SELECT v.oid, v.name, v.attnums::pg_catalog.int2[] AS attnums, v.whole FROM ROWS FROM \
             (pg_catalog.unnest('{7,8,9}'::pg_catalog.oid[]), pg_catalog.unnest('{\"it''s \\\"a\\\\b\\\"\",\"null\",NULL}'::pg_catalog.name[]), \
             pg_catalog.unnest('{\"{1,2}\",\"{}\",\"\"}'::pg_catalog.text[]), pg_catalog.unnest('{true,false,false}'::pg_catalog.bool[])) \
             AS v(oid, name, attnums, whole))"
        );
    }

    #[test]
    fn no_row_is_a_query_without_rows() {
        assert_eq!(
            Rows::of([("oid", "oid"), ("names", "name[]")]).query(),
            "(SELECT NULL::pg_catalog.oid AS oid, NULL::pg_catalog.name[] AS names WHERE false)"
        );
    }
}
