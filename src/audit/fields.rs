//! The fields of a JSON object, rendered as they are added, so that parts can be made once and copied into many records.

use serde::Serialize;

/// `"key":value,…` without the braces.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<u8>);

impl Fields {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// With room for so many bytes.
    pub(super) fn with_room(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// Adds a field. Values are numbers, texts, booleans and lists of them: those always serialise.
    pub(super) fn add(&mut self, key: &'static str, value: &(impl Serialize + ?Sized)) -> &mut Self {
        self.key(key);
        self.value(value);
        self
    }

    /// Adds a field of a name that was read somewhere.
    pub(super) fn add_read(&mut self, key: &str, value: &(impl Serialize + ?Sized)) -> &mut Self {
        self.comma();
        self.quoted(key);
        self.0.push(b':');
        self.value(value);
        self
    }

    pub(super) fn text(&mut self, key: &'static str, value: &str) -> &mut Self {
        self.key(key);
        self.quoted(value);
        self
    }

    /// Adds a field when there is a value.
    pub(super) fn maybe(&mut self, key: &'static str, value: &Option<impl Serialize>) -> &mut Self {
        match value {
            Some(value) => self.add(key, value),
            None => self,
        }
    }

    pub(super) fn object(&mut self, key: &'static str, fields: &Self) -> &mut Self {
        self.key(key);
        self.braced(fields);
        self
    }

    /// Begins an object: what is added up to [`Fields::close`] is inside.
    pub(super) fn open(&mut self, key: &'static str) -> &mut Self {
        self.key(key);
        self.0.push(b'{');
        self
    }

    pub(super) fn close(&mut self) -> &mut Self {
        self.0.push(b'}');
        self
    }

    pub(super) fn objects(&mut self, key: &'static str, list: &[Self]) -> &mut Self {
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
        if !fields.0.is_empty() {
            self.comma();
        }
        self.0.extend_from_slice(&fields.0);
        self
    }

    /// Bytes that are JSON where they stand.
    pub(super) fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Keys are ours: letters, digits and underscores.
    fn key(&mut self, key: &'static str) {
        debug_assert!(key.bytes().all(is_plain), "{key}");
        self.comma();
        self.0.push(b'"');
        self.0.extend_from_slice(key.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    /// No value ends with an opening brace, so that one stands before the first field only.
    fn comma(&mut self) {
        if !matches!(self.0.last(), None | Some(b'{')) {
            self.0.push(b',');
        }
    }

    fn value(&mut self, value: &(impl Serialize + ?Sized)) {
        let start = self.0.len();
        if serde_json::to_writer(&mut self.0, value).is_err() {
            self.0.truncate(start);
            self.0.extend_from_slice(b"null");
        }
    }

    fn quoted(&mut self, text: &str) {
        if !text.bytes().all(is_plain) {
            return self.value(text);
        }
        self.0.push(b'"');
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(b'"');
    }

    fn braced(&mut self, fields: &Self) {
        self.0.push(b'{');
        self.0.extend_from_slice(&fields.0);
        self.0.push(b'}');
    }
}

/// The byte stands for itself in a JSON string.
const fn is_plain(byte: u8) -> bool {
    byte >= b' ' && byte != b'"' && byte != b'\\'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_json_whatever_the_text() {
        let mut inner = Fields::new();
        inner.add_read("quote\"d", "a\"\\\n\u{1}é").maybe("none", &None::<u8>).add("list", &[1, 2]);
        let mut outer = Fields::new();
        outer.include(&Fields::new()).object("o", &inner).objects("l", &[inner.clone(), Fields::new()]).include(&inner);
        outer.open("p").close().open("q").include(&inner).text("last", "{").close().text("end", "é{");
        let text = format!("{{{}}}", std::str::from_utf8(outer.as_bytes()).unwrap());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["o"]["quote\"d"], "a\"\\\n\u{1}é");
        assert_eq!(value["l"][0]["list"][1], 2);
        assert_eq!(value["list"][0], 1);
        assert_eq!((&value["p"], &value["q"]["quote\"d"]), (&serde_json::json!({}), &value["o"]["quote\"d"]));
        assert_eq!((&value["q"]["last"], &value["end"]), (&serde_json::json!("{"), &serde_json::json!("é{")));
        assert!(value["o"].get("none").is_none());
    }
}
