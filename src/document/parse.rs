//! YAML text → tree. What YAML can do and a policy must not (anchors, aliases, merges, tags, several documents, one key twice) is
//! refused with its place; the rest of the tree is still built, so that all mistakes of a file are told at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use super::diagnostic::{Diagnostics, quoted};
use super::node::{Data, Entry, Node};
use super::span::Span;

/// Largest file that is read, in bytes: a contract of a schema with a thousand relations fits.
const MAX_BYTES: usize = 4 << 20;
/// Deepest nesting: the formats need twelve levels; what walks the tree is recursive.
const MAX_DEPTH: usize = 64;
/// Most values in a file.
const MAX_NODES: usize = 400_000;

/// Reads one YAML document. `file_name` is what diagnostics show. `None` when the text is no YAML or over a limit; a tree that is
/// returned together with new diagnostics has its refused parts cut out.
pub fn parse(file_name: &str, text: &str, diagnostics: &mut Diagnostics) -> Option<Node> {
    let file: Arc<str> = file_name.into();
    if text.len() > MAX_BYTES {
        diagnostics.push(&Span::start_of(file), format!("the file is larger than {} MiB", MAX_BYTES >> 20));
        return None;
    }
    let mut builder = Builder { file: file.clone(), stack: Vec::new(), root: None, nodes: 0, diagnostics };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => {
                let at = place(&builder.file, &span.start);
                builder.event(event, at).ok()?;
            }
            Err(error) => {
                let at = place(&builder.file, error.marker());
                builder.diagnostics.push(&at, format!("not valid YAML: {}", error.info()));
                return None;
            }
        }
    }
    if builder.root.is_none() {
        diagnostics.push(&Span::start_of(file), "the file is empty");
        return None;
    }
    builder.root
}

fn place(file: &Arc<str>, mark: &Marker) -> Span {
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Span { file: file.clone(), line: narrow(mark.line()), column: narrow(mark.col()).saturating_add(1) }
}

/// Reading stops here; why has been told.
struct Stop;

struct Builder<'d> {
    file: Arc<str>,
    stack: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    diagnostics: &'d mut Diagnostics,
}

/// A collection whose end has not been read yet.
struct Open {
    at: Span,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        /// Key → line where it was first written.
        seen: BTreeMap<String, u32>,
        key: Option<Pending>,
    },
}

/// A key that waits for its value.
enum Pending {
    Key(String, Span),
    /// The key was refused: its value goes with it.
    Refused,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, at: Span) -> Result<(), Stop> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) if self.root.is_some() => {
                self.diagnostics.push(&at, "a second document: one file holds one document");
                Err(Stop)
            }
            Event::DocumentStart(_) => Ok(()),
            Event::Alias(_) => {
                self.diagnostics.push(&at, "aliases are not accepted: write the value out");
                self.value(Node { at, data: Data::Refused })
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.no_tricks(&at, anchor, tag.is_some());
                if text.contains('\0') {
                    self.diagnostics.push(&at, "a zero character in a text");
                    return self.value(Node { at, data: Data::Refused });
                }
                let plain = style == ScalarStyle::Plain;
                self.value(Node { at, data: Data::Scalar { text: text.into_owned(), plain } })
            }
            Event::SequenceStart(anchor, tag) => {
                self.no_tricks(&at, anchor, tag.is_some());
                self.open(at, Content::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                self.no_tricks(&at, anchor, tag.is_some());
                self.open(at, Content::Map { entries: Vec::new(), seen: BTreeMap::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
        }
    }

    fn no_tricks(&mut self, at: &Span, anchor: usize, tagged: bool) {
        if anchor != 0 {
            self.diagnostics.push(at, "anchors are not accepted: write the value out where it is needed");
        }
        if tagged {
            self.diagnostics.push(at, "tags are not accepted: the key says what type its value has");
        }
    }

    fn open(&mut self, at: Span, content: Content) -> Result<(), Stop> {
        if self.stack.len() >= MAX_DEPTH {
            self.diagnostics.push(&at, format!("nested deeper than {MAX_DEPTH} levels"));
            return Err(Stop);
        }
        self.stack.push(Open { at, content });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Stop> {
        let Some(Open { at, content }) = self.stack.pop() else { return Ok(()) };
        let data = match content {
            Content::List(items) => Data::List(items),
            Content::Map { entries, seen: _, key: _ } => Data::Map(entries),
        };
        self.value(Node { at, data })
    }

    /// Puts a finished value where it belongs: the root, a list, a key or the value of a key.
    fn value(&mut self, node: Node) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            self.diagnostics.push(&node.at, format!("more than {MAX_NODES} values in one file"));
            return Err(Stop);
        }
        match self.stack.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map { entries, seen, key }) => match key.take() {
                None => *key = Some(read_key(node, seen, self.diagnostics)),
                Some(Pending::Key(key, key_at)) => entries.push(Entry { key, key_at, value: node }),
                Some(Pending::Refused) => {}
            },
        }
        Ok(())
    }
}

fn read_key(node: Node, seen: &mut BTreeMap<String, u32>, diagnostics: &mut Diagnostics) -> Pending {
    let Data::Scalar { text, plain } = node.data else {
        if !matches!(node.data, Data::Refused) {
            diagnostics.push(&node.at, "a key must be a single word or text");
        }
        return Pending::Refused;
    };
    if plain && text == "<<" {
        diagnostics.push(&node.at, "merge keys (<<) are not accepted: write the keys out");
        return Pending::Refused;
    }
    if let Some(first) = seen.get(&text) {
        diagnostics.push(&node.at, format!("duplicate key {} (first in line {first})", quoted(&text)));
        return Pending::Refused;
    }
    seen.insert(text.clone(), node.at.line);
    Pending::Key(text, node.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> String {
        let mut diagnostics = Diagnostics::new();
        parse("f.yaml", text, &mut diagnostics);
        diagnostics.to_string()
    }

    #[test]
    fn a_tree_knows_where_each_value_is_written() {
        let mut diagnostics = Diagnostics::new();
        let root = parse("f.yaml", "a:\n  - b: 1\n    \"c d\": [x, {y: \"é\", z: 2}]\n", &mut diagnostics).unwrap();
        assert!(diagnostics.is_empty());
        let item = &root.get("a").unwrap().items()[0];
        assert_eq!(item.at.to_string(), "f.yaml:2:5");
        let list = item.get("c d").unwrap();
        assert_eq!(list.items()[1].get("z").unwrap().at.to_string(), "f.yaml:3:28");
        assert_eq!(item.entries()[1].key_at.to_string(), "f.yaml:3:5");
    }

    #[test]
    fn what_yaml_can_do_and_a_policy_must_not_is_refused_all_at_once() {
        let text = "a: &x {k: 1}\nb: *x\nc:\n  <<: {k: 2}\n  k: 3\n  k: 4\nd: !!str 5\n? [e, f]\n: 6\ng: \"\\0\"\n";
        assert_eq!(
            mistakes(text),
            "f.yaml:1:4: anchors are not accepted: write the value out where it is needed\n\
             f.yaml:2:4: aliases are not accepted: write the value out\n\
             f.yaml:4:3: merge keys (<<) are not accepted: write the keys out\n\
             f.yaml:6:3: duplicate key \"k\" (first in line 5)\n\
             f.yaml:7:4: tags are not accepted: the key says what type its value has\n\
             f.yaml:8:3: a key must be a single word or text\n\
             f.yaml:10:4: a zero character in a text"
        );
    }

    #[test]
    fn one_file_holds_one_document_that_is_not_empty() {
        assert_eq!(mistakes("a: 1\n---\nb: 2\n"), "f.yaml:2:1: a second document: one file holds one document");
        assert_eq!(mistakes("# nothing\n"), "f.yaml:1:1: the file is empty");
    }

    #[test]
    fn size_depth_and_number_of_values_are_limited() {
        assert_eq!(mistakes(&"#".repeat(MAX_BYTES + 1)), "f.yaml:1:1: the file is larger than 4 MiB");
        assert_eq!(mistakes(&"[".repeat(100)), "f.yaml:1:65: nested deeper than 64 levels");
        assert_eq!(mistakes(&"[".repeat(100_000)), "f.yaml:1:256: not valid YAML: recursion limit exceeded");
        assert!(mistakes(&format!("[{}]", "1,".repeat(MAX_NODES + 1))).ends_with("more than 400000 values in one file"));
    }

    #[test]
    fn broken_text_is_told_with_its_place() {
        assert!(mistakes("a: [1, 2\nb: 3\n").starts_with("f.yaml:2:"), "{}", mistakes("a: [1, 2\nb: 3\n"));
    }
}
