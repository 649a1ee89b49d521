//! A mask as it is written in a policy or contract: its name and parameters, without meaning. The room `mask` knows what they do.

use std::collections::BTreeMap;

use super::node::{Node, Scalar};
use super::shape::{Key, Kind, Object};
use super::span::Span;

/// The names of the mask catalogue that a policy may write.
pub const MASK_NAMES: &[&str] = &[
    "none",
    "hidden",
    "nullify",
    "constant",
    "presence",
    "length",
    "redact",
    "partial",
    "hash",
    "pseudonym",
    "pseudonym_uuid",
    "email",
    "email_domain",
    "date_trunc",
    "age_band",
    "date_shift",
    "bucket",
    "range",
    "round",
    "noise",
    "generalise",
    "ip_prefix",
    "json_keep",
    "json_drop",
    "array",
    "digits",
    "geo_round",
];

/// `{name: partial, prefix: 0, suffix: 4}`: a name of the catalogue and the parameters of that mask.
pub static MASK: Object = Object {
    name: "mask",
    keys: &[Key::required(
        "name",
        Kind::Choice(MASK_NAMES, &[]),
        "A mask of the catalogue. Its parameters are written beside it.",
    )],
    others: Some(&Kind::Any),
    schema: None,
};

/// A mask with its parameters, and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskSpec {
    pub name: String,
    /// Parameters by name, without the name of the mask.
    pub parameters: BTreeMap<String, Value>,
    pub at: Span,
}

/// A value of a mask's parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, or nothing.
    Nothing,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Self>),
    /// The inner mask of `array`.
    Map(BTreeMap<String, Self>),
}

impl MaskSpec {
    /// Takes a mask from a checked mapping whose key `name_key` (`name`, or `mask` in contracts) names it; the other keys are parameters.
    pub fn read(node: &Node, name_key: &str) -> Option<Self> {
        let name = node.get(name_key)?.text()?.to_owned();
        let parameters = node.entries().iter().filter(|entry| entry.key != name_key);
        let parameters = parameters.filter_map(|entry| Some((entry.key.clone(), Value::read(&entry.value)?))).collect();
        Some(Self { name, parameters, at: node.at.clone() })
    }
}

impl Value {
    /// The value of a node; `None` where something was refused while reading.
    pub fn read(node: &Node) -> Option<Self> {
        let value = match node.scalar() {
            Some(Scalar::Nothing) => Self::Nothing,
            Some(Scalar::Bool(value)) => Self::Bool(value),
            Some(Scalar::Integer(value)) => Self::Int(value),
            Some(Scalar::Float(value)) => Self::Float(value),
            Some(Scalar::Text(text)) => Self::Text(text.to_owned()),
            None if node.is_list() => Self::List(node.items().iter().map(Self::read).collect::<Option<_>>()?),
            None if node.is_map() => {
                let entries = node.entries().iter().map(|entry| Some((entry.key.clone(), Self::read(&entry.value)?)));
                Self::Map(entries.collect::<Option<_>>()?)
            }
            None => return None,
        };
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Diagnostics, parse};
    use super::*;

    #[test]
    fn a_mask_keeps_its_parameters_with_their_types() {
        let mut diagnostics = Diagnostics::new();
        let text = "{name: range, bounds: [0, 1.5], labels: [low, \"2\"], keep: true, inner: {name: hash}, none: }";
        let mask = MaskSpec::read(&parse("f", text, &mut diagnostics).unwrap(), "name").unwrap();
        assert_eq!(mask.name, "range");
        assert_eq!(mask.parameters["bounds"], Value::List(vec![Value::Int(0), Value::Float(1.5)]));
        assert_eq!(mask.parameters["labels"], Value::List(vec![Value::Text("low".into()), Value::Text("2".into())]));
        assert_eq!(mask.parameters["keep"], Value::Bool(true));
        assert_eq!(mask.parameters["inner"], Value::Map([("name".to_owned(), Value::Text("hash".into()))].into()));
        assert_eq!(mask.parameters["none"], Value::Nothing);
        assert!(!mask.parameters.contains_key("name"));
    }
}
