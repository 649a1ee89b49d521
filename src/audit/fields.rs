//! The fields of a JSON object, rendered as they are added, so that parts can be made once and copied into many records.

use serde::Serialize;

/// `"key":value,…` without the braces.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<u8>);

impl Fields {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a field. Values are numbers, texts, booleans and lists of them: those always serialise.
    pub(super) fn add(&mut self, key: &str, value: &(impl Serialize + ?Sized)) -> &mut Self {
        self.key(key);
        let start = self.0.len();
        if serde_json::to_writer(&mut self.0, value).is_err() {
            self.0.truncate(start);
            self.0.extend_from_slice(b"null");
        }
        self
    }

    pub(super) fn text(&mut self, key: &str, value: &str) -> &mut Self {
        self.add(key, value)
    }

    /// Adds a field when there is a value.
    pub(super) fn maybe(&mut self, key: &str, value: &Option<impl Serialize>) -> &mut Self {
        match value {
            Some(value) => self.add(key, value),
            None => self,
        }
    }

    pub(super) fn object(&mut self, key: &str, fields: &Self) -> &mut Self {
        self.key(key);
        self.braced(fields);
        self
    }

    pub(super) fn objects(&mut self, key: &str, list: &[Self]) -> &mut Self {
        self.key(key);
        self.0.push(b'[');
        for (at, fields) in list.iter().enumerate() {
            if at > 0 {
                self.0.push(b',');
            }
            self.braced(fields);
        }
        self.0.push(b']');
        self
    }

    /// Adds all fields of another list.
    pub(super) fn include(&mut self, fields: &Self) -> &mut Self {
        if !self.0.is_empty() && !fields.0.is_empty() {
            self.0.push(b',');
        }
        self.0.extend_from_slice(&fields.0);
        self
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn key(&mut self, key: &str) {
        if !self.0.is_empty() {
            self.0.push(b',');
        }
        // Keys are ours or were JSON keys before; both serialise.
        let _written = serde_json::to_writer(&mut self.0, key);
        self.0.push(b':');
    }

    fn braced(&mut self, fields: &Self) {
        self.0.push(b'{');
        self.0.extend_from_slice(&fields.0);
        self.0.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_json_whatever_the_text() {
        let mut inner = Fields::new();
        inner.text("quote\"d", "a\"\\\n\u{1}é").maybe("none", &None::<u8>).add("list", &[1, 2]);
        let mut outer = Fields::new();
        outer.include(&Fields::new()).object("o", &inner).objects("l", &[inner.clone(), Fields::new()]).include(&inner);
        let text = format!("{{{}}}", std::str::from_utf8(outer.as_bytes()).unwrap());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["o"]["quote\"d"], "a\"\\\n\u{1}é");
        assert_eq!(value["l"][0]["list"][1], 2);
        assert_eq!(value["list"][0], 1);
        assert!(value["o"].get("none").is_none());
    }
}
