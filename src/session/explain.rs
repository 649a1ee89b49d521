//! EXPLAIN as a client may read it: the shape of the plan over the names that it knows. No filter, no cost, no number of rows, no index.

use std::collections::BTreeMap;

use bytes::{Buf, BytesMut};
use serde_json::Value;

use crate::catalog::{ExposedCatalog, RelationSource};
use crate::enforce::Footprint;

/// The largest plan that is read.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The deepest plan that is printed.
const MAX_DEPTH: usize = 200;

/// The server's answer while it arrives.
#[derive(Debug, Default)]
pub(super) struct Collected {
    rows: BytesMut,
}

impl Collected {
    /// Takes rows as they come; false when it is too much.
    pub(super) fn take(&mut self, bytes: &[u8]) -> bool {
        if self.rows.len() + bytes.len() > MAX_BYTES {
            return false;
        }
        self.rows.extend_from_slice(bytes);
        true
    }

    /// The lines of the plan; names of relations by their names in the warehouse. One line when the answer cannot be read.
    pub(super) fn lines(&self, names: &BTreeMap<String, String>) -> Vec<String> {
        let plan = document(&self.rows).and_then(|text| serde_json::from_str::<Value>(&text).ok());
        let mut lines = Vec::new();
        if let Some(root) = plan.as_ref().and_then(|plan| plan.get(0)).and_then(|first| first.get("Plan")) {
            print(root, 0, names, &mut lines);
        }
        if lines.is_empty() {
            lines.push("Result".to_owned());
        }
        lines
    }
}

/// The exposed names of the relations that the statement reads, by their names in the warehouse.
pub(super) fn known_names(footprint: &Footprint, exposed: &ExposedCatalog) -> BTreeMap<String, String> {
    let physical = |(schema, name): &(String, String)| match &exposed.relation(schema, name)?.source {
        RelationSource::Warehouse { name: physical, .. } => Some((physical.clone(), name.clone())),
        RelationSource::System { .. } => None,
    };
    footprint.relations.keys().filter_map(physical).collect()
}

/// The first column of all rows, in text.
fn document(mut rows: &[u8]) -> Option<String> {
    let mut text = String::new();
    while rows.has_remaining() {
        if rows.try_get_u8().ok()? != b'D' {
            return None;
        }
        let length = usize::try_from(rows.try_get_u32().ok()?).ok()?.checked_sub(4)?;
        let mut row = rows.get(..length)?;
        rows.advance(length);
        if row.try_get_u16().ok()? != 1 {
            return None;
        }
        let length = usize::try_from(row.try_get_i32().ok()?).ok()?;
        text.push_str(std::str::from_utf8(row.get(..length)?).ok()?);
    }
    Some(text)
}

fn print(node: &Value, depth: usize, names: &BTreeMap<String, String>, lines: &mut Vec<String>) {
    if depth > MAX_DEPTH {
        return;
    }
    let indent = if depth == 0 { String::new() } else { format!("{}->  ", " ".repeat(depth * 6 - 4)) };
    let relation = node.get("Relation Name").and_then(Value::as_str).and_then(|name| names.get(name));
    let of = relation.map(|name| format!(" on {name}")).unwrap_or_default();
    lines.push(format!("{indent}{}{of}", kind(node)));
    for child in node.get("Plans").and_then(Value::as_array).into_iter().flatten() {
        print(child, depth + 1, names, lines);
    }
}

/// The kind of node, and of join; words of PostgreSQL's own, letters alone.
fn kind(node: &Value) -> String {
    let word = |key: &str| {
        let text = node.get(key).and_then(Value::as_str).unwrap_or_default();
        text.chars().filter(|c| c.is_ascii_alphabetic() || *c == ' ').take(40).collect::<String>()
    };
    let (kind, join) = (word("Node Type"), word("Join Type"));
    match join.as_str() {
        "" | "Inner" => kind,
        join => format!("{} {join} Join", kind.trim_end_matches(" Join")),
    }
}

#[cfg(test)]
mod tests {
    use bytes::BufMut;

    use super::*;

    fn answer(json: &str) -> Collected {
        let mut collected = Collected::default();
        let mut row = BytesMut::new();
        row.put_u8(b'D');
        row.put_u32(json.len() as u32 + 10);
        row.put_u16(1);
        row.put_u32(json.len() as u32);
        row.put_slice(json.as_bytes());
        assert!(collected.take(&row));
        collected
    }

    #[test]
    fn only_the_shape_and_known_names_are_told() {
        let json = r#"[{"Plan": {"Node Type": "Hash Join", "Join Type": "Left", "Hash Cond": "(c.ssn = '123')", "Plans": [
            {"Node Type": "Seq Scan", "Relation Name": "customers_raw", "Alias": "t", "Filter": "(region = 'EMEA')"},
            {"Node Type": "Index Scan", "Index Name": "secret_idx", "Relation Name": "secret", "Plan Rows": 17}]}}]"#;
        let names = BTreeMap::from([("customers_raw".to_owned(), "customers".to_owned())]);
        assert_eq!(answer(json).lines(&names), ["Hash Left Join", "  ->  Seq Scan on customers", "  ->  Index Scan"]);
    }

    #[test]
    fn an_answer_that_cannot_be_read_tells_nothing() {
        assert_eq!(answer("secret").lines(&BTreeMap::new()), ["Result"]);
        assert_eq!(Collected::default().lines(&BTreeMap::new()), ["Result"]);
    }
}
